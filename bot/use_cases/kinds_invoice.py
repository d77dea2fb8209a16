"""The kinds of write that make, change and send invoices."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.addresses import check_recipients, foreign_addresses
from bot.domain.dates import say_date
from bot.domain.errors import BadInput, NeedsConfirmation, NotAllowed, SyncroRefused
from bot.domain.invoice import (
    EDITABLE,
    Customer,
    Email,
    Invoice,
    InvoiceEdit,
    LineItem,
    NewInvoice,
    Status,
    lines_subtotal,
)
from bot.domain.money import say_money
from bot.domain.roles import Action
from bot.domain.version import MATTERS_FOR_EDIT
from bot.store import mirror, operations
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.kinds import Absent, Finding, Found, Kind, Unclear, require_approver

_ALIKE_DAYS = 10
_MOST_ALIKE = 50
_SKEW = timedelta(minutes=5)


def line_to_json(line: LineItem) -> dict[str, Any]:
    """A line as an operation stores it; decimals as text."""
    return {
        "name": line.name,
        "quantity": str(line.quantity),
        "price": str(line.price),
        "taxable": line.taxable,
        "product_id": line.product_id,
    }


def line_from_json(stored: Mapping[str, Any]) -> LineItem:
    """The line that ``line_to_json`` stored."""
    return LineItem(
        name=str(stored["name"]),
        quantity=Decimal(str(stored["quantity"])),
        price=Decimal(str(stored["price"])),
        taxable=bool(stored["taxable"]),
        product_id=stored.get("product_id") or None,
    )


def _same_line(one: LineItem, other: LineItem) -> bool:
    return (one.name, one.quantity, one.price, one.taxable) == (
        other.name,
        other.quantity,
        other.price,
        other.taxable,
    )


def _same_lines(found: tuple[LineItem, ...] | None, wanted: tuple[LineItem, ...]) -> bool:
    left = list(found or ())
    for line in wanted:
        match = next((one for one in left if _same_line(one, line)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _day_words(day: date | None) -> str:
    return say_date(day) if day else "no date"


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


class CreateKind(Kind):
    """Creating an invoice with its lines."""

    def action(self) -> Action:
        return Action.DRAFT

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        await self.authority.require(operation.actor_id, self.action())
        new = new_invoice_of(operation.request)
        check_new_invoice(new)
        if operation.request.get("anyway"):
            return
        alike = await self._alike(operation, new)
        if alike:
            raise NeedsConfirmation("An invoice like this one was made lately.", "duplicate", alike)

    async def _alike(self, operation: Operation, new: NewInvoice) -> list[str]:
        """The customer's invoices of the same amount that were made lately, or that somebody is making right now."""
        currency = str(operation.request["currency"])
        subtotal = lines_subtotal(new.lines, currency)
        since = new.date - timedelta(days=_ALIKE_DAYS)

        def read(tx: Tx) -> tuple[list[Invoice], list[Operation]]:
            entered_since = self.context.now() - timedelta(days=_ALIKE_DAYS)
            recent, _ = mirror.find_invoices(
                tx, customer_id=new.customer_id, date_from=since, limit=_MOST_ALIKE, offset=0
            )
            return recent, operations.creations_since(tx, new.customer_id, entered_since)

        recent, entered = await self.context.lane.read(read)
        made = [
            f"{one.number} of {_day_words(one.date)}, {say_money(one.total, one.currency)}"
            for one in recent
            if one.subtotal == subtotal and one.status is not Status.VOID
        ]
        making = [
            f"{say_money(subtotal, currency)} before tax by {one.actor_name}, still being made ({one.state})"
            for one in entered
            if one.state in operations.OPEN
            and one.key != operation.key
            and lines_subtotal(new_invoice_of(one.request).lines, currency) == subtotal
        ]
        return made + making

    async def send(self, operation: Operation) -> dict[str, Any]:
        created = await self.context.gateway.create_invoice(new_invoice_of(operation.request))
        return {"invoice_id": created.id, "number": created.number, "total": created.total}

    async def find(self, operation: Operation) -> Finding:
        """By customer, date, lines and creation time; two candidates can't be told apart."""
        new = new_invoice_of(operation.request)
        others = await self._created_otherwise(operation, new.customer_id)
        candidates: list[Invoice] = []
        pages = self.context.gateway.invoices(
            customer_id=new.customer_id, date_from=new.date, date_to=new.date
        )
        async for page in pages:
            for header in page.invoices:
                if header.id in others or _created_before(header, operation.created_at):
                    continue
                live = await self.context.gateway.invoice(header.id)
                if live.date == new.date and _same_lines(live.lines, new.lines):
                    candidates.append(live)
        if len(candidates) > 1:
            numbers = ", ".join(one.number for one in candidates)
            return Unclear(f"Several invoices look like this one ({numbers}). Please look at them in Syncro.")
        if candidates:
            one = candidates[0]
            return Found({"invoice_id": one.id, "number": one.number, "total": one.total})
        return Absent()

    async def _created_otherwise(self, operation: Operation, customer_id: str) -> frozenset[str]:
        """Invoices that are known to come from other entries."""
        since = operation.created_at - timedelta(days=1)
        made = await self.context.lane.read(lambda tx: operations.creations_since(tx, customer_id, since))
        results = (one.result or {} for one in made if one.key != operation.key)
        return frozenset(str(result["invoice_id"]) for result in results if result.get("invoice_id"))

    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        new = new_invoice_of(operation.request)
        if after is None:
            return f"Invoice {result.get('number', '')} created."
        said = f"Invoice {after.number} created, total {say_money(after.total, after.currency)} with tax."
        if not _same_lines(after.lines, new.lines):
            there = len(after.lines or ())
            return f"{said} But its lines are not all as entered ({there} of {len(new.lines)}): look at it."
        return said


def _created_before(invoice: Invoice, entered_at: datetime) -> bool:
    """Whether Syncro's creation stamp is clearly older than the entry (allowing for clocks that differ)."""
    try:
        created = datetime.fromisoformat(invoice.created_at)
    except ValueError:
        return False
    return created.tzinfo is not None and created < entered_at - _SKEW


def new_invoice_of(request: Mapping[str, Any]) -> NewInvoice:
    """The invoice that a create operation describes."""
    return NewInvoice(
        customer_id=str(request["customer_id"]),
        date=date.fromisoformat(str(request["date"])),
        due_date=_day(request.get("due_date")),
        lines=tuple(line_from_json(line) for line in request["lines"]),
        notes=str(request["notes"]),
        terms=str(request["terms"]),
    )


def check_new_invoice(new: NewInvoice) -> None:
    """What Duebot can judge of a new invoice by itself. Raises ``BadInput`` naming the field."""
    if not new.customer_id:
        raise BadInput("Choose a customer.", "customer")
    if not new.lines:
        raise BadInput("An invoice needs at least one line item.", "lines")
    if new.due_date is not None and new.due_date < new.date:
        raise BadInput("The due date is before the invoice date.", "due_date")


class EditKind(Kind):
    """Changing due date, notes or terms; only fields that changed are sent."""

    def action(self) -> Action:
        return Action.EDIT

    def matters(self, operation: Operation) -> tuple[str, ...]:
        return (
            *MATTERS_FOR_EDIT,
            *(name for name in ("due_date", "notes", "terms") if name in operation.request),
        )

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  an edit always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        edit = edit_of(operation.request)
        require_editable(live)
        if edit == InvoiceEdit():
            raise BadInput("Nothing was changed.", "notes")
        if edit.due_date is not None and live.date is not None and edit.due_date < live.date:
            raise BadInput("The due date is before the invoice date.", "due_date")

    async def send(self, operation: Operation) -> dict[str, Any]:
        changed = await self.context.gateway.edit_invoice(
            operation.invoice_id or "", edit_of(operation.request)
        )
        return {"invoice_id": changed.id}

    async def find(self, operation: Operation) -> Finding:
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        return Found({"invoice_id": live.id}) if _shows(live, edit_of(operation.request)) else Absent()

    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        names = [
            name.replace("_", " ") for name in ("due_date", "notes", "terms") if name in operation.request
        ]
        if after is not None and not _shows(after, edit_of(operation.request)):
            return (
                f"Syncro said yes, but {after.number} doesn't show the change. Please look at it in Syncro."
            )
        return f"{after.number if after else 'The invoice'}: {', '.join(names)} changed."


def edit_of(request: Mapping[str, Any]) -> InvoiceEdit:
    """The changed fields that an edit operation describes."""
    return InvoiceEdit(_day(request.get("due_date")), request.get("notes"), request.get("terms"))


def _shows(invoice: Invoice, edit: InvoiceEdit) -> bool:
    return (
        edit.due_date in (None, invoice.due_date)
        and edit.notes in (None, invoice.notes)
        and edit.terms in (None, invoice.terms)
    )


def require_editable(invoice: Invoice) -> None:
    """Raises ``SyncroRefused`` for a paid or void invoice, with what can be done instead."""
    if invoice.status is Status.PAID:
        raise SyncroRefused(f"Invoice {invoice.number} is paid and can't be changed. Void it instead.")
    if invoice.status not in EDITABLE:
        raise SyncroRefused(f"Invoice {invoice.number} is {invoice.status.value} and can't be changed.")


class LineKind(Kind):
    """Adding one line item."""

    def action(self) -> Action:
        return Action.EDIT

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a line always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        require_editable(live)

    async def send(self, operation: Operation) -> dict[str, Any]:
        await self.context.gateway.add_line(
            operation.invoice_id or "", line_from_json(operation.request["line"])
        )
        return {"invoice_id": operation.invoice_id}

    async def find(self, operation: Operation) -> Finding:
        """Added when identical lines are one more than before; anything else but the same is not clear."""
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        more = _count_like(live, operation) - int(operation.request["alike_before"])
        if more == 1:
            return Found({"invoice_id": live.id})
        return (
            Absent()
            if more == 0
            else Unclear("The invoice's lines changed meanwhile. Please look at it in Syncro.")
        )

    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        line = line_from_json(operation.request["line"])
        if after is None:
            return f"Line “{line.name}” added."
        if _count_like(after, operation) != int(operation.request["alike_before"]) + 1:
            return f"Syncro said yes, but {after.number} doesn't show the line as entered. Please look at it in Syncro."
        return f"Line “{line.name}” added to {after.number}; total {say_money(after.total, after.currency)}."


def _count_like(invoice: Invoice, operation: Operation) -> int:
    return count_like(invoice, line_from_json(operation.request["line"]))


def count_like(invoice: Invoice, line: LineItem) -> int:
    """How many of the invoice's lines are the same as ``line``."""
    return sum(_same_line(one, line) for one in invoice.lines or ())


class EmailKind(Kind):
    """Sending an invoice by Syncro's email. It can't be read back, so a lost answer is told, never repeated."""

    can_read_back = False

    def action(self) -> Action:
        return Action.SEND

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  an email always names an invoice
        role = await self.authority.require(operation.actor_id, self.action())
        if live.status is Status.VOID:
            raise SyncroRefused(f"Invoice {live.number} is void and isn't sent to anybody.")
        email = email_of(operation.request)
        check_recipients(email)
        customer = await self.context.gateway.customer(live.customer_id)
        require_mailable(customer)
        others = await self.context.lane.read(mirror.customers)
        why = []
        foreign = foreign_addresses(email, customer, others)
        if foreign:
            why.append(
                f"{', '.join(foreign)} {'is' if len(foreign) == 1 else 'are'} not the customer's own address"
            )
        limit = self.context.policy.approvals.send
        if limit is not None and limit.exceeded(live.total, live.currency):
            why.append(f"its total of {say_money(live.total, live.currency)} is above the policy's limit")
        if why:
            require_approver(role, "Sending this invoice", why, str(operation.request.get("reason", "")))

    async def send(self, operation: Operation) -> dict[str, Any]:
        await self.context.gateway.email_invoice(operation.invoice_id or "", email_of(operation.request))
        return {"invoice_id": operation.invoice_id}

    async def find(self, operation: Operation) -> Finding:
        return Unclear(self.unknown_sentence(operation))

    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        email = email_of(operation.request)
        return f"{after.number if after else 'The invoice'} sent to {', '.join(email.to + email.cc)}."

    def unknown_sentence(self, operation: Operation) -> str:
        return (
            "I can't tell whether Syncro sent this email; it can't be read back, so I won't send it again by myself. "
            "Look in Syncro's communication log, then choose “It went through” or “It did not”."
        )


def require_mailable(customer: Customer) -> None:
    """Raises ``NotAllowed`` for a customer who must not be mailed, with what to do instead."""
    why = (
        "is disabled in Syncro"
        if customer.disabled
        else "has opted out of email"
        if customer.opt_out
        else "gets no email, says Syncro"
        if customer.no_email
        else ""
    )
    if why:
        raise NotAllowed(f"{customer.name} {why}, so nothing is mailed to them. Send the invoice by post.")


def email_of(request: Mapping[str, Any]) -> Email:
    """The email that an operation describes."""
    return Email(tuple(request["to"]), tuple(request["cc"]), str(request["subject"]), str(request["message"]))
