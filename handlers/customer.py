"""The forms behind a customer's card: log a call, assign, and hold all of their invoices."""

from abc import abstractmethod
from typing import Any

from bot.domain.calls import CallDraft
from bot.domain.customer_facts import CustomerCard
from bot.domain.dates import say_date
from bot.domain.errors import DuebotError, NoRole
from bot.domain.facts import HoldDraft
from bot.domain.holds import HoldKind
from bot.domain.roles import Action
from bot.store.approvals import Approval
from bot.store.visits import Visit
from bot.views.approvals import asked_view
from bot.views.blocks import View
from bot.views.modal_customer import (
    CUSTOMER_TITLES,
    assign_form,
    call_form,
    customer_done,
    customer_hold_form,
    read_call,
    read_owner,
)
from bot.views.modal_hold import read_hold
from bot.views.modals_common import message_view
from handlers.desk import Arrival, Desk
from handlers.forms import Form, Sent, Shown, detail_lines, open_form
from handlers.which import WhichInvoice, leads_on

_PLACED = {
    HoldKind.PROMISE: "The promise is noted for what is past due, or open.",
    HoldKind.SAYS_PAID: "It is noted that they say it is paid.",
    HoldKind.DISPUTE: "The dispute is noted for all their invoices.",
    HoldKind.SNOOZE: "All their invoices are snoozed.",
    HoldKind.DO_NOT_CONTACT: "It is noted that they are not to be contacted.",
}


class OnCustomer(Form):
    """A form about one customer, opened from a button of their card."""

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The card's button; its value is the customer's id."""
        await self.desk.authority.require(arrival.user_id, Action.HOLD)
        data = {"customer": str(action.get("value", ""))}
        await open_form(self.desk, arrival, self.title, data, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form from the mirror."""
        return await self.draw(visit, await self._card(visit))

    async def _card(self, visit: Visit) -> CustomerCard:
        return await self.desk.customers.card_of(str(visit.data["customer"]))

    @abstractmethod
    async def draw(self, visit: Visit, card: CustomerCard) -> View:
        """The empty form."""

    @abstractmethod
    def redraw(self, sent: Sent, card: CustomerCard, error: DuebotError) -> View:
        """The form with what was typed and what is wrong."""

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        return self.redraw(sent, await self._card(sent.visit), error)


class LogCall(OnCustomer):
    """Logging a call. One that brought a promise or a dispute leads on to that form."""

    title = "Log call"
    working = "Logging the call…"

    def __init__(self, desk: Desk, which: WhichInvoice) -> None:
        super().__init__(desk)
        self._which = which

    async def draw(self, visit: Visit, card: CustomerCard) -> View:
        return call_form(card, CallDraft(), visit.id)

    async def submit(self, sent: Sent) -> Shown:
        customer_id = str(sent.visit.data["customer"])
        call = await self.desk.calls.log(sent.submission(), customer_id, read_call(sent.view))
        again = f" Call again {say_date(call.next_on)}." if call.next_on else ""
        said = f"The call is logged: {call.outcome.words}.{again}"
        kind, card = leads_on(call.outcome), await self._card(sent.visit)
        if kind is None:
            return customer_done(card, said, sent.visit.id)
        return await self._which.ask(sent.visit, card, kind, call.note, said)

    def redraw(self, sent: Sent, card: CustomerCard, error: DuebotError) -> View:
        return call_form(card, read_call(sent.view), sent.visit.id, error.sentence)


class Assign(OnCustomer):
    """Who looks after a customer."""

    title = "Assign"
    working = "Assigning…"

    async def draw(self, visit: Visit, card: CustomerCard) -> View:
        return assign_form(card, card.owner_id if card.assigned else "", visit.id)

    async def submit(self, sent: Sent) -> Shown:
        customer_id, owner = str(sent.visit.data["customer"]), read_owner(sent.view)
        await self.desk.assigning.assign(sent.submission(), customer_id, owner)
        said = "The owner is assigned." if owner else "The policy says who the owner is."
        return customer_done(await self._card(sent.visit), said, sent.visit.id)

    def redraw(self, sent: Sent, card: CustomerCard, error: DuebotError) -> View:
        return assign_form(card, read_owner(sent.view), sent.visit.id, error.sentence)


class HoldCustomer(OnCustomer):
    """Noting one kind of hold on all that a customer owes."""

    working = "Noting it…"

    def __init__(self, desk: Desk, kind: HoldKind) -> None:
        super().__init__(desk)
        self.kind = kind
        self.title = CUSTOMER_TITLES[kind]

    async def draw(self, visit: Visit, card: CustomerCard) -> View:
        notice = ""
        if self.kind is HoldKind.PROMISE:
            notice = await self.desk.holds.distrust(visit.user_id, card.customer.id)
        form = HoldDraft(note=str(visit.data.get("note", "")))
        return customer_hold_form(card, self.kind, form, visit.id, notice)

    async def submit(self, sent: Sent) -> Shown:
        customer_id = str(sent.visit.data["customer"])
        submission, draft = sent.submission(), read_hold(sent.view)
        noted = await self.desk.customer_holds.place(submission, self.kind, customer_id, draft)
        if isinstance(noted, Approval):
            return asked_view(await self.desk.approvals.card(noted.id), sent.visit.id)
        return customer_done(await self._card(sent.visit), _PLACED[self.kind], sent.visit.id)

    def redraw(self, sent: Sent, card: CustomerCard, error: DuebotError) -> View:
        return customer_hold_form(card, self.kind, read_hold(sent.view), sent.visit.id, error.sentence)
