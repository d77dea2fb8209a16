"""A new invoice: the form with line items added and removed in place, the review, and the creation."""

import secrets
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import structlog

from bot.domain.errors import Ambiguous, DuebotError, NeedsConfirmation, NoRole, NotFound
from bot.domain.facts import DraftLine, InvoiceDraft
from bot.domain.roles import Action
from bot.store.visits import Visit
from bot.views.blocks import View, plain
from bot.views.forms import read_anyway, read_new
from bot.views.modal_new import LINES_LIMIT, new_form, review
from bot.views.modals_common import message_view
from handlers.desk import Arrival, arrival_of_visit, loggable
from handlers.forms import Form, Pushed, Sent, Shown, detail_lines, outcome, redraw
from handlers.payload import view_in

log = structlog.get_logger()

_DUE_DAYS = 30


class NewInvoice(Form):
    """The form of a new invoice."""

    title = "New invoice"
    working = "Checking the invoice…"

    async def from_command(self, arrival: Arrival, words: str) -> None:
        """``/invoice new [customer]``; a customer that isn't clear is left to be searched for in the form."""
        await self.desk.authority.require(arrival.user_id, Action.DRAFT)
        notice, draft = "", self._empty()
        if words:
            try:
                customer = await self.desk.lookup.customer(words)
                draft = replace(draft, customer_id=customer.id, customer_name=customer.name)
            except (Ambiguous, NotFound) as error:
                notice = f"{error.sentence} Search for the customer below."
        await self._open(arrival, draft, notice)

    async def from_shortcut(self, arrival: Arrival, _body: dict[str, Any]) -> None:
        """The global shortcut."""
        await self.from_command(arrival, "")

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A "New invoice" button; on a customer's card its value is the customer's id."""
        await self.desk.authority.require(arrival.user_id, Action.DRAFT)
        draft, customer_id = self._empty(), str(action.get("value", ""))
        if customer_id:
            customer = await self.desk.lookup.customer_by_id(customer_id)
            draft = replace(draft, customer_id=customer.id, customer_name=customer.name)
        await self._open(arrival, draft, "")

    def _empty(self) -> InvoiceDraft:
        today = self.desk.context.today()
        due = today + timedelta(days=_DUE_DAYS)
        return InvoiceDraft(date=today.isoformat(), due_date=due.isoformat(), lines=(DraftLine(_line_id()),))

    async def _open(self, arrival: Arrival, draft: InvoiceDraft, notice: str) -> None:
        visit = await self.desk.keep(self.desk.new_visit(arrival, "view"))
        view = self._form(draft, visit.id, notice)
        await self.desk.slack.open_view(arrival.trigger_id, view)

    # ---- changing the form in place ------------------------------------------------------------------------

    async def add_line(self, arrival: Arrival, _action: dict[str, Any], body: dict[str, Any]) -> None:
        """One more line item."""
        visit = await self._own(arrival, body)
        draft = read_new(body["view"])
        if len(draft.lines) < LINES_LIMIT:
            draft = replace(draft, lines=(*draft.lines, DraftLine(_line_id())))
        await self._redraw(visit, body, draft)

    async def remove_line(self, arrival: Arrival, action: dict[str, Any], body: dict[str, Any]) -> None:
        """One line item less; the last one stays."""
        visit = await self._own(arrival, body)
        draft = read_new(body["view"])
        kept = tuple(line for line in draft.lines if line.id != action.get("value"))
        await self._redraw(visit, body, replace(draft, lines=kept or draft.lines[:1]))

    async def recount(self, arrival: Arrival, _action: dict[str, Any], body: dict[str, Any]) -> None:
        """A quantity or price was entered: the running total follows."""
        await self._redraw(await self._own(arrival, body), body, read_new(body["view"]))

    async def choose_product(self, arrival: Arrival, action: dict[str, Any], body: dict[str, Any]) -> None:
        """A product fills in name, price and tax of its line; a value that we set needs a fresh block id."""
        visit = await self._own(arrival, body)
        chosen: dict[str, Any] = action.get("selected_option") or {}
        product = await self.desk.catalogue.product(
            str(chosen.get("value", "")), str((chosen.get("text") or {}).get("text", ""))
        )
        changed = str(action.get("block_id", "")).partition(":")[2].partition(":")[0]
        draft = read_new(body["view"])
        lines = tuple(
            DraftLine(
                _line_id(), product.name, line.quantity, str(product.price), product.taxable, product.id
            )
            if line.id == changed
            else line
            for line in draft.lines
        )
        await self._redraw(visit, body, replace(draft, lines=lines))

    async def _own(self, arrival: Arrival, body: dict[str, Any]) -> Visit:
        """The form's visit, once it is certain that this person opened it and may still make invoices."""
        visit = await self.desk.visit(str(view_in(body).get("private_metadata", "")), arrival.user_id)
        await self.desk.authority.require(arrival.user_id, Action.DRAFT)
        return visit

    def _form(self, draft: InvoiceDraft, visit_id: str, notice: str) -> View:
        total = self.desk.invoices.running_total(draft)
        return new_form(draft, visit_id, notice, total, self.desk.context.gateway.abilities)

    async def _redraw(self, visit: Visit, body: dict[str, Any], draft: InvoiceDraft) -> None:
        shown = self._form(draft, visit.id, "")
        await redraw(self.desk, body["view"], shown)

    # ---- submitting ----------------------------------------------------------------------------------------

    async def submit(self, sent: Sent) -> Pushed:
        """The review step, pushed over the form, so that going back keeps everything."""
        await self.desk.authority.require(sent.person.id, Action.DRAFT)
        draft = read_new(sent.view)
        held = await self.desk.invoices.review(draft, sent.visit.id)
        await self.desk.remember(sent.visit, {"draft": asdict(draft)})
        return Pushed(review(held, sent.visit.id))

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id)
        draft = read_new(sent.view)
        return self._form(draft, sent.visit.id, error.sentence)


class ReviewInvoice(Form):
    """The review step: what was understood, and Create."""

    title = "New invoice"
    working = "Creating the invoice in Syncro…"

    async def submit(self, sent: Sent) -> Shown:
        draft = _draft_of(sent.visit)
        operation = await self.desk.invoices.create(sent.submission(read_anyway(sent.view)), draft)
        if operation.state == "confirmed":
            await self._show_card(sent, (await self.desk.outcomes.of(operation)).invoice_id)
        return await outcome(self.desk, sent, operation)

    async def _show_card(self, sent: Sent, invoice_id: str) -> None:
        """The new invoice's card with its tax, where the person started. It is made, whether this is shown or not."""
        try:
            role = await self.desk.authority.role_of(sent.person.id)
            card = await self.desk.lookup.card(await self.desk.lookup.invoice(invoice_id))
            await self.desk.answer_card(arrival_of_visit(sent.visit), card, role)
        except DuebotError as error:
            log.info("card_not_shown", **loggable(error))

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id)
        held = await self.desk.invoices.review(_draft_of(sent.visit), sent.visit.id)
        if isinstance(error, NeedsConfirmation):
            held = replace(held, warnings=(error.sentence, *detail_lines(error)))
            return review(held, sent.visit.id)
        return review(held, sent.visit.id, error.sentence)


def _draft_of(visit: Visit) -> InvoiceDraft:
    stored: dict[str, Any] = dict(visit.data.get("draft") or {})
    lines = tuple(DraftLine(**line) for line in stored.pop("lines", ()))
    return InvoiceDraft(**stored, lines=lines)


def _line_id() -> str:
    return secrets.token_hex(3)


class Typeahead:
    """Options of the external selects: answered in the ack, customers from the mirror, products from Syncro."""

    def __init__(self, form: NewInvoice) -> None:
        self._desk = form.desk

    async def customers(self, arrival: Arrival, typed: str) -> list[dict[str, Any]]:
        """Customers whose name reads like what is typed."""
        await self._desk.authority.require(arrival.user_id, Action.LOOK_UP)
        return [_option(name, key) for key, name in await self._desk.lookup.customer_options(typed)]

    async def products(self, arrival: Arrival, typed: str) -> list[dict[str, Any]]:
        """Products that Syncro finds for what is typed."""
        await self._desk.authority.require(arrival.user_id, Action.LOOK_UP)
        return [_option(one.name, one.id) for one in await self._desk.catalogue.products(typed)]


def _option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text, 75), "value": value}
