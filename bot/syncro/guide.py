"""The wire shape of the invoice management guide: its rows in our words, and our words as its bodies."""

from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field

from bot.domain.invoice import (
    Email,
    Invoice,
    InvoiceEdit,
    LineItem,
    NewInvoice,
    NewPayment,
    Payment,
    Status,
)
from bot.domain.marks import mark_in_notes, mark_notes
from bot.domain.money import from_minor, round_minor
from bot.syncro.status import Task
from bot.syncro.wire import (
    Body,
    CustomerName,
    Day,
    Flag,
    Id,
    Number,
    Row,
    Text,
    garbled,
    in_range,
    minor,
    object_or_none,
    paid,
    wire_id,
)


class LineRow(Row):
    """A line item."""

    id: Id = None
    name: Text = ""
    quantity: Number = None
    price: Number = None
    taxable: Flag = None
    total: Number = None
    product_id: Id = None


class PaymentRow(Row):
    """A payment."""

    id: Id = None
    invoice_id: Id = None
    amount: Number = None
    payment_method: Text = ""
    reference: Text = ""
    date: Day = None
    notes: Text = ""
    created_at: Text = ""
    success: Flag = None


class InvoiceRow(Row):
    """An invoice: a list's header, or with lines, payments and customer when read alone."""

    id: Id = None
    number: Text = ""
    customer_id: Id = None
    customer_name: Text = Field(
        default="", validation_alias=AliasChoices("customer_business_then_name", "customer_name")
    )
    customer: Annotated[CustomerName | None, BeforeValidator(object_or_none)] = None
    date: Day = None
    due_date: Day = None
    status: Text = ""
    subtotal: Number = None
    tax: Number = None
    total: Number = None
    balance: Number = None
    notes: Text = ""
    terms: Text = ""
    created_at: Text = ""
    updated_at: Text = ""
    line_items: tuple[LineRow, ...] | None = None
    payments: tuple[PaymentRow, ...] | None = Field(
        default=None, validation_alias=AliasChoices("payments", "payment_history")
    )


def to_invoice(row: InvoiceRow, currency: str, task: Task) -> Invoice:
    """In our own words; amounts in minor units of ``currency``. A missing balance stays unknown, never 0.

    Raises ``SyncroLost`` for an unknown state, a missing id or total, or more digits than the currency has.
    """
    if row.id is None:
        raise garbled(task, "an invoice has no id")
    if row.total is None:
        raise garbled(task, f"invoice {row.number or row.id} has no total")
    try:
        return Invoice(
            id=row.id,
            number=row.number,
            customer_id=customer_of(row),
            customer_name=row.customer_name or (row.customer.name if row.customer else ""),
            date=row.date,
            due_date=row.due_date,
            status=_status(row, task),
            subtotal=_known(row.subtotal, currency),
            tax=_known(row.tax, currency),
            total=minor(row.total, currency),
            balance=_known(row.balance, currency),
            currency=currency,
            notes=row.notes,
            terms=row.terms,
            created_at=row.created_at,
            updated_at=row.updated_at,
            lines=None if row.line_items is None else tuple(_line(line, currency) for line in row.line_items),
            payments=None
            if row.payments is None
            else tuple(to_payment(payment, row.id, currency, task) for payment in row.payments),
        )
    except ValueError:
        raise garbled(
            task, f"an amount of invoice {row.number or row.id} makes no sense in {currency}"
        ) from None


def customer_of(row: InvoiceRow) -> str:
    """The id of the invoice's customer, or empty text when Syncro does not say."""
    return row.customer_id or (row.customer.id if row.customer else None) or ""


def to_payment(row: PaymentRow, invoice_id: str, currency: str, task: Task) -> Payment:
    """In our own words. The guide's payments belong to ``invoice_id`` unless they say otherwise.

    Raises ``SyncroLost`` without id or amount, or for more digits than the currency has.
    """
    payment_id, amount = paid(row.id, row.amount, currency, task)
    return Payment(
        id=payment_id,
        invoice_id=row.invoice_id or invoice_id,
        amount=amount,
        method=row.payment_method,
        reference=row.reference,
        date=row.date,
        notes=row.notes,
        created_at=row.created_at,
        successful=row.success is not False,
        mark=mark_in_notes(row.notes),
    )


def new_invoice_body(new: NewInvoice) -> Body:
    """What creates an invoice with all its lines."""
    due: Body = {} if new.due_date is None else {"due_date": new.due_date.isoformat()}
    return {
        "customer_id": wire_id(new.customer_id),
        "date": new.date.isoformat(),
        **due,
        "notes": new.notes,
        "terms": new.terms,
        "line_items": [line_body(line) for line in new.lines],
    }


def line_body(line: LineItem) -> Body:
    """One line; quantity and unit price keep exactly their digits."""
    product: Body = {} if line.product_id is None else {"product_id": wire_id(line.product_id)}
    return {
        "name": line.name,
        "quantity": line.quantity,
        "price": line.price,
        "taxable": line.taxable,
        **product,
    }


def edit_body(edit: InvoiceEdit) -> Body:
    """Only the fields that change."""
    due_date = None if edit.due_date is None else edit.due_date.isoformat()
    fields: Body = {"notes": edit.notes, "due_date": due_date, "terms": edit.terms}
    return {name: value for name, value in fields.items() if value is not None}


def email_body(email: Email) -> Body:
    """Addresses are one text with commas; ``cc`` only when there is one."""
    cc: Body = {"cc": ", ".join(email.cc)} if email.cc else {}
    return {"to": ", ".join(email.to), **cc, "subject": email.subject, "message": email.message}


def payment_body(payment: NewPayment) -> Body:
    """A payment; the amount has exactly the currency's digits."""
    return {
        "amount": from_minor(payment.amount, payment.currency),
        "payment_method": payment.method,
        "reference": payment.reference,
        "date": payment.date.isoformat(),
        "notes": mark_notes(payment.notes, payment.mark, payment.entered_by),
    }


def _status(row: InvoiceRow, task: Task) -> Status:
    known = row.status.strip().lower()
    if known == Status.OPEN or known not in set(Status):
        raise garbled(task, f"the state of invoice {row.number or row.id} is not one that Duebot knows")
    return Status(known)


def _known(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else minor(amount, currency)


def _line(row: LineRow, currency: str) -> LineItem:
    """A line with neither quantity nor price is a line of text; one alone raises ``ValueError``."""
    if (row.quantity is None) != (row.price is None):
        raise ValueError("a line lacks its quantity or its price")
    return LineItem(
        name=row.name,
        quantity=row.quantity or Decimal(0),
        price=row.price or Decimal(0),
        taxable=row.taxable is not False,
        id=row.id or "",
        product_id=row.product_id,
        total=None if row.total is None else in_range(round_minor(row.total, currency)),
    )
