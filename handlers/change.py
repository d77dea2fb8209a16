"""Changing and sending one invoice: edit, add a line, send, void. Each opens from a command or a card's button."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain.addresses import MOST_RECIPIENTS
from bot.domain.dates import say_date
from bot.domain.errors import DuebotError, NoRole, SyncroRefused, Tampered
from bot.domain.facts import DraftLine
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.money import say_money
from bot.domain.references import InvoiceRef
from bot.domain.roles import Action
from bot.store.visits import Visit
from bot.use_cases.kinds_invoice import own_addresses, require_editable, require_mailable, require_voidable
from bot.views.blocks import View, one_line
from bot.views.forms import SendForm, read_edit, read_lines, read_send, read_void
from bot.views.limits import sending_limits
from bot.views.modal_edit import add_form, edit_form
from bot.views.modal_send import send_form
from bot.views.modal_void import void_form
from bot.views.modals_common import message_view
from handlers.desk import Arrival
from handlers.forms import Form, Sent, Shown, detail_lines, open_form, outcome, redraw, seen
from handlers.payload import view_in


class OnInvoice(Form):
    """A form about one invoice, opened from a command that names it or from a card's button."""

    @abstractmethod
    def action(self) -> Action:
        """What a person must be allowed to do for this form to open."""

    async def from_command(self, arrival: Arrival, ref: InvoiceRef) -> None:
        """``/invoice VERB 1042``."""
        await self.desk.authority.require(arrival.user_id, self.action())
        known = await self.desk.lookup.known(ref)
        await self._open(arrival, known.id if known else await self.desk.lookup.find_id(ref))

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A card's button; its value is the invoice's id."""
        await self.desk.authority.require(arrival.user_id, self.action())
        await self._open(arrival, str(action.get("value", "")))

    async def _open(self, arrival: Arrival, invoice_id: str) -> None:
        await open_form(self.desk, arrival, self.title, {"invoice": invoice_id}, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form from a live read; what it shows is kept as the version seen."""
        invoice = await self.desk.lookup.invoice(str(visit.data["invoice"]))
        visit = await self.desk.remember(visit, {**visit.data, **seen(invoice)})
        return await self.draw(visit, invoice)

    @abstractmethod
    async def draw(self, visit: Visit, invoice: Invoice) -> View:
        """The empty form. Raises ``SyncroRefused`` when the invoice's state doesn't allow it."""

    @abstractmethod
    async def redraw(self, sent: Sent, invoice: Invoice, error: DuebotError) -> View:
        """The form with what was typed and what is wrong."""

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        return await self.redraw(sent, await self.invoice_again(sent, error), error)


def _told(error: DuebotError) -> str:
    return " ".join((error.sentence, *detail_lines(error)))


class EditInvoice(OnInvoice):
    """Due date, terms and notes."""

    title = "Edit invoice"
    working = "Saving the change in Syncro…"

    def action(self) -> Action:
        return Action.EDIT

    async def draw(self, visit: Visit, invoice: Invoice) -> View:
        require_editable(self.desk.context, invoice)
        return edit_form(await self.desk.lookup.card(invoice), visit.id)

    async def submit(self, sent: Sent) -> Shown:
        form = read_edit(sent.view)
        data = sent.visit.data
        invoice = await self.desk.lookup.mirrored(str(data["invoice"]))
        due = str(data.get("due_date", ""))
        shown = replace(
            invoice,
            due_date=date.fromisoformat(due) if due else None,
            terms=str(data.get("terms", "")),
            notes=str(data.get("notes", "")),
        )
        operation = await self.desk.invoices.edit(
            sent.submission(), invoice.id, shown, form.due_date, form.terms, form.notes
        )
        return await outcome(self.desk, sent, operation)

    async def redraw(self, sent: Sent, invoice: Invoice, error: DuebotError) -> View:
        told = " ".join((_told(error), *_now_in_syncro(sent.visit, invoice)))
        return edit_form(await self.desk.lookup.card(invoice), sent.visit.id, read_edit(sent.view), told)


def _now_in_syncro(visit: Visit, invoice: Invoice) -> list[str]:
    """What the fields hold in Syncro by now, of those that are no longer as the form showed them."""
    now = seen(invoice)
    return [
        f"Syncro now has as {name.replace('_', ' ')}: “{one_line(str(now[name]))[:200] or 'nothing'}”."
        for name in ("terms", "notes")  # the error itself says which due date it has now
        if now[name] != visit.data.get(name)
    ]


class AddLine(OnInvoice):
    """One more line item."""

    title = "Add a line"
    working = "Adding the line in Syncro…"

    def action(self) -> Action:
        return Action.EDIT

    async def draw(self, visit: Visit, invoice: Invoice) -> View:
        require_editable(self.desk.context, invoice)
        return add_form(await self.desk.lookup.card(invoice), DraftLine("1"), visit.id)

    async def choose_product(self, arrival: Arrival, action: dict[str, Any], body: dict[str, Any]) -> None:
        """A product fills in name, price and tax; a value that we set needs a fresh block id."""
        view = view_in(body)
        visit = await self.desk.visit(str(view.get("private_metadata", "")), arrival.user_id)
        await self.desk.authority.require(arrival.user_id, self.action())
        chosen: dict[str, Any] = action.get("selected_option") or {}
        name = str((chosen.get("text") or {}).get("text", ""))
        product = await self.desk.catalogue.product(str(chosen.get("value", "")), name)
        typed = _line(view)
        line = DraftLine(
            f"{typed.id}x", product.name, typed.quantity, str(product.price), product.taxable, product.id
        )
        invoice = await self.desk.lookup.mirrored(str(visit.data["invoice"]))
        shown = add_form(await self.desk.lookup.card(invoice), line, visit.id)
        await redraw(self.desk, view, shown)

    async def submit(self, sent: Sent) -> Shown:
        invoice_id = str(sent.visit.data["invoice"])
        operation = await self.desk.invoices.add_line(sent.submission(), invoice_id, _line(sent.view))
        return await outcome(self.desk, sent, operation)

    async def redraw(self, sent: Sent, invoice: Invoice, error: DuebotError) -> View:
        card = await self.desk.lookup.card(invoice)
        return add_form(card, _line(sent.view), sent.visit.id, _told(error))


def _line(view: Mapping[str, Any]) -> DraftLine:
    """The line that the form adds. Raises ``Tampered`` when the form holds none, which ours always does."""
    lines = read_lines(view)
    if not lines:
        raise Tampered("That form holds no line. Close it and open it again.")
    return lines[0]


class SendInvoice(OnInvoice):
    """Having Syncro email the invoice."""

    title = "Send invoice"
    working = "Sending the invoice through Syncro…"

    def action(self) -> Action:
        return Action.SEND

    async def draw(self, visit: Visit, invoice: Invoice) -> View:
        if invoice.status is Status.VOID:
            raise SyncroRefused(f"Invoice {invoice.number} is void and isn't sent to anybody.")
        customer = await self.desk.lookup.customer_now(invoice.customer_id)
        require_mailable(customer, self.desk.context.gateway.abilities)
        if not self.desk.context.gateway.abilities.email_text:
            card = await self.desk.lookup.card(invoice)
            return send_form(card, _stock(customer), visit.id, limits=self._limits(invoice))
        form = _email(invoice, customer, self.desk.context.policy.business.name)
        notice = (
            "" if form.to else f"{customer.name} has no email address in Syncro. Any other needs approval."
        )
        card = await self.desk.lookup.card(invoice)
        return send_form(card, form, visit.id, notice, limits=self._limits(invoice))

    def _limits(self, invoice: Invoice) -> str:
        can = self.desk.context.gateway.abilities
        return sending_limits(self.desk.context.policy.approvals, invoice.currency, can)

    async def submit(self, sent: Sent) -> Shown:
        form = read_send(sent.view)
        operation = await self.desk.invoices.send(
            sent.submission(),
            str(sent.visit.data["invoice"]),
            form.to,
            form.cc,
            form.subject,
            form.message,
        )
        return await outcome(self.desk, sent, operation)

    async def redraw(self, sent: Sent, invoice: Invoice, error: DuebotError) -> View:
        typed = read_send(sent.view)
        if not self.desk.context.gateway.abilities.email_text:
            typed = _stock(await self.desk.lookup.customer_by_id(invoice.customer_id))
        card = await self.desk.lookup.card(invoice)
        return send_form(
            card,
            typed,
            sent.visit.id,
            error.sentence,
            limits=self._limits(invoice),
            evidence=detail_lines(error),
        )


def _stock(customer: Customer) -> SendForm:
    """Whom Syncro itself sends it to, where nothing of the email can be chosen."""
    to, cc = own_addresses(customer)
    return SendForm(", ".join(to), ", ".join(cc))


def _email(invoice: Invoice, customer: Customer, business: str) -> SendForm:
    """The email as it is offered; everything in it can be changed."""
    if invoice.status is Status.PAID:
        state = "which is paid"
    else:
        state = f"with a balance of {say_money(invoice.balance, invoice.currency)}"
        state += f", due {say_date(invoice.due_date)}" if invoice.due_date else ""
    return SendForm(
        to=customer.email,
        cc=", ".join(customer.cc[: MOST_RECIPIENTS - 1]),
        subject=f"Invoice {invoice.number} from {business}",
        message=f"Hello,\n\nplease find our invoice {invoice.number}, {state}.\n\nThank you\n{business}",
    )


class VoidInvoice(OnInvoice):
    """Voiding, with a reason; where policy wants it, asking for it."""

    title = "Void invoice"
    working = "Voiding the invoice in Syncro…"

    def action(self) -> Action:
        """Where it can't be done here, whoever may look is told why, and where it can."""
        return Action.REQUEST_VOID if self.desk.context.gateway.abilities.void else Action.LOOK_UP

    async def draw(self, visit: Visit, invoice: Invoice) -> View:
        require_voidable(self.desk.context, invoice)
        return void_form(await self.desk.lookup.card(invoice), visit.id, asks=self._asks)

    async def submit(self, sent: Sent) -> Shown:
        invoice_id = str(sent.visit.data["invoice"])
        operation = await self.desk.invoices.void(sent.submission(reason=read_void(sent.view)), invoice_id)
        return await outcome(self.desk, sent, operation)

    async def redraw(self, sent: Sent, invoice: Invoice, error: DuebotError) -> View:
        card = await self.desk.lookup.card(invoice)
        return void_form(card, sent.visit.id, read_void(sent.view), _told(error), asks=self._asks)

    @property
    def _asks(self) -> bool:
        """Whether somebody else must approve it."""
        return self.desk.context.policy.approvals.void
