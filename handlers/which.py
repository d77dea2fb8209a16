"""What a promise or a dispute is about: asked after a call, and for a message; then that form opens."""

from dataclasses import replace
from typing import Any

from bot.domain.calls import CallOutcome
from bot.domain.customer_facts import CustomerCard
from bot.domain.errors import BadInput, DuebotError, NoRole, NotFound, SlackError
from bot.domain.facts import HoldDraft
from bot.domain.holds import HoldKind
from bot.domain.roles import Action
from bot.domain.typed_text import plain_text
from bot.store.visits import Visit
from bot.use_cases.holds import MOST_NOTE
from bot.use_cases.picking import picked_from
from bot.views.blocks import View, option, trim
from bot.views.modal_customer import customer_hold_form
from bot.views.modal_which import ALL, MessageForm, message_form, read_invoice, read_message, which_form
from bot.views.modals_common import message_view
from bot.views.values import pick_value, read_pick
from handlers.desk import Arrival, Desk
from handlers.forms import Form, Sent, Shown, open_form
from handlers.holding import PlaceHold

#: Of a message's text, in which Slack's escapes are longer than what they stand for.
_MOST_KEPT = MOST_NOTE * 5
_LEADS = {CallOutcome.PROMISE: HoldKind.PROMISE, CallOutcome.DISPUTE: HoldKind.DISPUTE}


def leads_on(outcome: CallOutcome) -> HoldKind | None:
    """The hold that a call brought, which is noted next."""
    return _LEADS.get(outcome)


class WhichInvoice(Form):
    """Which of a customer's invoices; then the form of the promise or dispute takes its place."""

    title = "Promise or dispute"
    working = "Reading the invoice…"

    def __init__(self, promise: PlaceHold, dispute: PlaceHold) -> None:
        super().__init__(promise.desk)
        self._forms = {HoldKind.PROMISE: promise, HoldKind.DISPUTE: dispute}

    async def ask(self, visit: Visit, card: CustomerCard, kind: HoldKind, note: str, said: str = "") -> View:
        """The question; or why there is nothing to ask. ``said`` is what was done before."""
        if not card.invoices:
            nothing = f"{card.customer.name} has no unpaid invoices, so there is nothing to note."
            return message_view(self.title, " ".join(filter(None, (said, nothing))), visit.id)
        data = {"customer": card.customer.id, "kind": kind.value, "note": note, "said": said}
        visit = await self.desk.remember(visit, {**visit.data, **data})
        return which_form(card, kind, visit.id, said=said)

    async def about(self, visit: Visit, kind: HoldKind, invoice_id: str, note: str) -> View:
        """The form of a hold on this invoice, with the note in it."""
        visit = await self.desk.remember(visit, {**visit.data, "invoice": invoice_id, "note": note})
        return await self._forms[kind].fill(visit)

    async def submit(self, sent: Sent) -> Shown:
        await self.desk.authority.require(sent.person.id, Action.HOLD)
        data, chosen = sent.visit.data, read_invoice(sent.view)
        kind, note = HoldKind(data["kind"]), str(data["note"])
        card = await self.desk.customers.card_of(str(data["customer"]))
        if chosen == ALL and kind is HoldKind.DISPUTE:
            return customer_hold_form(card, kind, HoldDraft(note=note), sent.visit.id)
        if chosen not in {one.id for one in card.invoices}:
            raise BadInput("That invoice is settled meanwhile. Choose another one.", "invoice")
        return await self.about(sent.visit, kind, chosen, note)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        data = sent.visit.data
        card = await self.desk.customers.card_of(str(data["customer"]))
        if isinstance(error, NoRole) or not card.invoices:
            return message_view(self.title, error.sentence, sent.visit.id)
        said = str(data["said"])
        return which_form(card, HoldKind(data["kind"]), sent.visit.id, error.sentence, said)


class FromMessage(Form):
    """The message shortcut: a promise or a dispute that stands in a message. It is noted, and posted in no channel."""

    title = "Promise or dispute"
    working = "Looking it up…"

    def __init__(self, desk: Desk, which: WhichInvoice) -> None:
        super().__init__(desk)
        self._which = which

    async def from_shortcut(self, arrival: Arrival, body: dict[str, Any]) -> None:
        """The shortcut on a message: its text, and the way back to it, stand in the note."""
        await self.desk.authority.require(arrival.user_id, Action.HOLD)
        message: dict[str, Any] = body.get("message") or {}
        data = {
            "text": str(message.get("text") or "")[:_MOST_KEPT],
            "channel": arrival.channel_id,
            "ts": str(message.get("ts") or ""),
        }
        # What comes of it is told to the person alone: a message's channel is no place for a customer's affairs.
        await open_form(self.desk, replace(arrival, channel_id=""), self.title, data, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form, with what the message says."""
        link = await self._link(str(visit.data["channel"]), str(visit.data["ts"]))
        said = trim(_readable(str(visit.data["text"])), MOST_NOTE - len(link) - 1)
        note = f"{said}\n{link}" if link else said
        return message_form(MessageForm(note=note), visit.id)

    async def _link(self, channel_id: str, ts: str) -> str:
        """The message's address; empty where the bot can't see it, which is no reason to stop."""
        try:
            found = await self.desk.slack.query("chat.getPermalink", channel=channel_id, message_ts=ts)
        except SlackError:
            return ""
        return str(found.get("permalink") or "")

    async def options(self, arrival: Arrival, typed: str) -> list[dict[str, Any]]:
        """Open invoices and customers for what is typed into the picker."""
        await self.desk.authority.require(arrival.user_id, Action.LOOK_UP)
        found = await picked_from(self.desk.context, self.desk.lookup, typed)
        return [option(one.label, pick_value(one.kind, one.id)) for one in found]

    async def submit(self, sent: Sent) -> Shown:
        await self.desk.authority.require(sent.person.id, Action.HOLD)
        form = read_message(sent.view)
        kind = form.hold
        if kind is None:
            raise BadInput("Choose whether it is a promise or a dispute.", "kind")
        if len(form.note) > MOST_NOTE:
            raise BadInput(f"That is {len(form.note):,} characters; at most {MOST_NOTE:,} fit here.", "notes")
        picked, key = read_pick(form.about.value)
        if picked == "invoice":
            return await self._which.about(sent.visit, kind, key, form.note)
        if picked != "customer":
            raise BadInput("Choose an invoice or a customer.", "about")
        card = await self.desk.customers.card_of(key)
        return await self._which.ask(sent.visit, card, kind, form.note)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole | NotFound):
            return message_view(self.title, error.sentence, sent.visit.id)
        return message_form(read_message(sent.view), sent.visit.id, error.sentence)


def _readable(text: str) -> str:
    """A message's text without Slack's escapes, on one line."""
    return plain_text(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
