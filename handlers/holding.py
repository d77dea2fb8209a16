"""Noting holds on an invoice, and ending them, from the buttons of its card."""

from typing import Any

from bot.domain.errors import DuebotError, NoRole
from bot.domain.facts import HoldDraft
from bot.domain.holds import HoldKind
from bot.domain.invoice import Invoice
from bot.domain.roles import Action
from bot.store.approvals import Approval
from bot.store.visits import Visit
from bot.use_cases.holds import require_holdable
from bot.views.approvals import asked_view
from bot.views.blocks import View
from bot.views.forms import read_void
from bot.views.modal_customer import customer_done, customer_end_form
from bot.views.modal_hold import TITLES, end_form, hold_done, hold_form, read_hold
from bot.views.modals_common import message_view
from handlers.change import OnInvoice
from handlers.desk import Arrival, Desk
from handlers.forms import Form, Sent, Shown, detail_lines, open_form

_PLACED = {
    HoldKind.PROMISE: "The promise is noted.",
    HoldKind.DISPUTE: "The dispute is noted.",
    HoldKind.SAYS_PAID: "It is noted that the customer says it is paid.",
    HoldKind.SNOOZE: "It is snoozed.",
}


class PlaceHold(OnInvoice):
    """Noting one kind of hold."""

    working = "Noting it…"

    def __init__(self, desk: Desk, kind: HoldKind) -> None:
        super().__init__(desk)
        self.kind = kind
        self.title = TITLES[kind]

    def action(self) -> Action:
        return Action.HOLD

    async def draw(self, visit: Visit, invoice: Invoice) -> View:
        require_holdable(invoice)
        notice = ""
        if self.kind is HoldKind.PROMISE:
            notice = await self.desk.holds.distrust(visit.user_id, invoice.customer_id)
        form = HoldDraft(note=str(visit.data.get("note", "")))
        return hold_form(await self.desk.lookup.card(invoice), self.kind, form, visit.id, notice)

    async def submit(self, sent: Sent) -> Shown:
        draft = read_hold(sent.view)
        invoice_id = str(sent.visit.data["invoice"])
        noted, invoice = await self.desk.holds.place(sent.submission(), self.kind, invoice_id, draft)
        if isinstance(noted, Approval):
            return asked_view(await self.desk.approvals.card(noted.id), sent.visit.id)
        return hold_done(await self.desk.lookup.card(invoice), _PLACED[self.kind], sent.visit.id)

    async def redraw(self, sent: Sent, invoice: Invoice, error: DuebotError) -> View:
        card = await self.desk.lookup.card(invoice)
        return hold_form(card, self.kind, read_hold(sent.view), sent.visit.id, error.sentence)


class EndHold(Form):
    """Ending an open hold, with a reason."""

    title = "End hold"
    working = "Ending it…"

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A card's button; its value is the hold's id."""
        await self.desk.authority.require(arrival.user_id, Action.HOLD)
        await open_form(self.desk, arrival, self.title, {"hold": str(action.get("value", ""))}, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form, with what is held; Syncro is not needed for it."""
        return await self._form(visit)

    async def submit(self, sent: Sent) -> Shown:
        hold_id = str(sent.visit.data["hold"])
        hold = await self.desk.holds.end(sent.person, hold_id, read_void(sent.view), sent.visit.id)
        if not hold.invoice_ids:
            whose = await self.desk.customers.card_of(hold.customer_id)
            return customer_done(whose, "The hold has ended.", sent.visit.id)
        invoice = await self.desk.lookup.mirrored(hold.invoice_ids[0])
        return hold_done(
            await self.desk.lookup.card(invoice, live=False), "The hold has ended.", sent.visit.id
        )

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        return await self._form(sent.visit, read_void(sent.view), error.sentence)

    async def _form(self, visit: Visit, reason: str = "", notice: str = "") -> View:
        noted = await self.desk.holds.open(str(visit.data["hold"]))
        if not noted.hold.invoice_ids:
            whose = await self.desk.customers.card_of(noted.hold.customer_id)
            return customer_end_form(whose, noted.hold, visit.id, reason, notice)
        invoice = await self.desk.lookup.mirrored(noted.hold.invoice_ids[0])
        card = await self.desk.lookup.card(invoice, live=False)
        return end_form(card, noted.hold, visit.id, reason, notice)
