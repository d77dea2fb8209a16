"""The wire shape of Syncro's published OpenAPI (v1): its rows in our words, and our words as its bodies.

Money comes as strings, lists have no balance, and draft, sent, viewed and void can't be told apart. What is not
known stays unknown: a balance is never 0 because something was left out.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from bot.domain.errors import SyncroRefused
from bot.domain.facts import Abilities
from bot.domain.invoice import (
    Invoice,
    InvoiceEdit,
    LineItem,
    NewInvoice,
    NewPayment,
    Payment,
    Status,
    line_total,
)
from bot.domain.marks import mark_reference, split_reference
from bot.domain.money import from_minor
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

REFERENCE_LENGTH = 21
ABILITIES = Abilities(
    void=False,
    email_text=False,
    states=False,
    payment_notes=False,
    payment_date=False,
    terms=False,
    numbers=False,
    filters=False,
    payment_list=True,
    exact_lines=False,
    reference_length=REFERENCE_LENGTH,
)


class LineRow(Row):
    """A line item: ``item`` is the short name, ``name`` the description. It has no total of its own."""

    id: Id = None
    item: Text = ""
    name: Text = ""
    quantity: Number = None
    price: Number = None
    taxable: Flag = None
    product_id: Id = None
    discount_percent: Number = None
    discount_dollars: Number = None


def _ids(value: object) -> object:
    """Ids in their order; a null among them stands for money that went to no invoice."""
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(value)
    raise ValueError("not a list of ids")


class PaymentRow(Row):
    """A payment. ``invoice_ids`` may hold null: that part is unapplied."""

    id: Id = None
    success: Flag = None
    payment_amount: Number = None
    invoice_ids: Annotated[tuple[Id, ...] | None, BeforeValidator(_ids)] = None
    ref_num: Text = ""
    applied_at: Day = None
    payment_method: Text = ""
    created_at: Text = ""
    customer_id: Id = None
    customer: Annotated[CustomerName | None, BeforeValidator(object_or_none)] = None


class InvoiceRow(Row):
    """An invoice: a list's header, or with lines, payments and customer when read alone."""

    id: Id = None
    number: Text = ""
    customer_id: Id = None
    customer_business_then_name: Text = ""
    customer: Annotated[CustomerName | None, BeforeValidator(object_or_none)] = None
    date: Day = None
    due_date: Day = None
    subtotal: Number = None
    tax: Number = None
    total: Number = None
    is_paid: Flag = None
    balance_due: Number = None
    note: Text = ""
    created_at: Text = ""
    updated_at: Text = ""
    line_items: tuple[LineRow, ...] | None = None
    payments: tuple[PaymentRow, ...] | None = None


def bare_row(answer: object, name: str, task: Task) -> Mapping[str, object]:
    """The object under ``name``, or the answer itself where Syncro left the wrapping out.

    Raises ``SyncroLost`` when it is neither.
    """
    if isinstance(answer, Mapping):
        row = answer.get(name)
        if isinstance(row, Mapping):
            return row
        if "id" in answer:
            return answer
    raise garbled(task, f"it has no “{name}”")


def to_invoice(row: InvoiceRow, currency: str, task: Task) -> Invoice:
    """In our own words; amounts in minor units of ``currency``.

    Raises ``SyncroLost`` without id, total or the word whether it is paid, and for amounts that make no sense.
    """
    if row.id is None:
        raise garbled(task, "an invoice has no id")
    named = row.number or row.id
    if row.total is None:
        raise garbled(task, f"invoice {named} has no total")
    if row.is_paid is None:
        raise garbled(task, f"invoice {named} doesn't say whether it is paid")
    payments = (
        None
        if row.payments is None
        else tuple(to_payment(one, row.id, currency, task) for one in row.payments)
    )
    try:
        total = minor(row.total, currency)
        balance = _balance(row, total, payments, currency)
        return Invoice(
            id=row.id,
            number=row.number,
            customer_id=customer_of(row),
            customer_name=row.customer_business_then_name or (row.customer.name if row.customer else ""),
            date=row.date,
            due_date=row.due_date,
            status=_status(row.is_paid, total, balance),
            subtotal=None if row.subtotal is None else minor(row.subtotal, currency),
            tax=None if row.tax is None else minor(row.tax, currency),
            total=total,
            balance=balance,
            currency=currency,
            notes=row.note,
            created_at=row.created_at,
            updated_at=row.updated_at,
            lines=None if row.line_items is None else tuple(_line(line, currency) for line in row.line_items),
            payments=payments,
        )
    except (ValueError, ArithmeticError):
        raise garbled(task, f"an amount of invoice {named} makes no sense in {currency}") from None


def customer_of(row: InvoiceRow | PaymentRow) -> str:
    """The id of the customer, or empty text when Syncro does not say."""
    return row.customer_id or (row.customer.id if row.customer else None) or ""


def _balance(row: InvoiceRow, total: int, payments: Sequence[Payment] | None, currency: str) -> int | None:
    """``balance_due``, else the total without the successful payments that belong to this invoice alone.

    Unknown when the payments are, or when of one of them only a part went here.
    """
    if row.balance_due is not None:
        return minor(row.balance_due, currency)
    if payments is None:
        return None
    took_effect = [one for one in payments if one.successful]
    if any(one.invoice_id != row.id for one in took_effect):
        return None
    return in_range(total - sum(one.amount for one in took_effect))


def _status(is_paid: bool, total: int, balance: int | None) -> Status:
    if is_paid:
        return Status.PAID
    return Status.PARTIAL if balance is not None and 0 < balance < total else Status.OPEN


def to_payment(row: PaymentRow, listed_on: str, currency: str, task: Task) -> Payment:
    """In our own words. ``listed_on`` is the invoice in whose detail it stands, or empty in the list of all.

    Raises ``SyncroLost`` without id or amount, or for more digits than the currency has.
    """
    payment_id, amount = paid(row.id, row.payment_amount, currency, task)
    invoice_ids = (listed_on or None,) if row.invoice_ids is None else row.invoice_ids
    known = tuple(dict.fromkeys(one for one in invoice_ids if one is not None))
    alone = len(known) == 1 and None not in invoice_ids
    reference, mark = split_reference(row.ref_num)
    return Payment(
        id=payment_id,
        invoice_id=known[0] if alone else None,
        amount=amount,
        method=row.payment_method,
        reference=reference,
        date=row.applied_at,
        created_at=row.created_at,
        successful=row.success is not False,
        mark=mark,
        customer_id=customer_of(row),
        spread_over=() if alone else known,
    )


def _line(row: LineRow, currency: str) -> LineItem:
    """A line with neither quantity nor price is a line of text; one alone raises ``ValueError``.

    A total beyond what Decimal holds exactly raises ``ArithmeticError``. With a discount it is not known.
    """
    if (row.quantity is None) != (row.price is None):
        raise ValueError("a line lacks its quantity or its price")
    quantity, price = row.quantity or Decimal(0), row.price or Decimal(0)
    discounted = row.discount_percent or row.discount_dollars
    name = row.item or row.name
    return LineItem(
        name=name,
        quantity=quantity,
        price=price,
        taxable=row.taxable is not False,
        id=row.id or "",
        product_id=row.product_id,
        total=None if discounted else in_range(line_total(quantity, price, currency)),
        description=row.name if row.name != name else "",
    )


def new_invoice_body(new: NewInvoice) -> Body:
    """What creates an invoice under its allocated number, with its lines."""
    due: Body = {} if new.due_date is None else {"due_date": new.due_date.isoformat()}
    return {
        "customer_id": wire_id(new.customer_id),
        "number": new.number,
        "date": new.date.isoformat(),
        **due,
        "note": new.notes,
        "line_items": [line_body(line) for line in new.lines],
    }


def line_body(line: LineItem) -> Body:
    """One line: the name stands as item and as description, as a line typed in Syncro's own screens does."""
    product: Body = {} if line.product_id is None else {"product_id": wire_id(line.product_id)}
    return {
        "item": line.name,
        "name": line.description or line.name,
        "quantity": line.quantity,
        "price": line.price,
        "taxable": line.taxable,
        **product,
    }


def correction_body(line: LineItem) -> Body:
    """What a line is set to. The product isn't sent again: its catalogue values would win once more."""
    return {name: value for name, value in line_body(line).items() if name != "product_id"}


def edit_body(edit: InvoiceEdit) -> Body:
    """Only the fields that change. There are no terms to change."""
    due_date = None if edit.due_date is None else edit.due_date.isoformat()
    fields: Body = {"note": edit.notes, "due_date": due_date}
    return {name: value for name, value in fields.items() if value is not None}


def payment_body(invoice_id: str, payment: NewPayment) -> Body:
    """A payment of whole cents. Syncro dates it today, and it has no notes: the mark stands behind the reference.

    Raises ``SyncroRefused`` for an amount that has more digits than cents.
    """
    cents = from_minor(payment.amount, payment.currency).scaleb(2)
    if cents != int(cents):
        raise SyncroRefused(
            f"Syncro takes {payment.currency} with two decimals at most. Nothing was sent; round the amount."
        )
    number: Body = {"invoice_number": payment.invoice_number} if payment.invoice_number else {}
    return {
        "customer_id": wire_id(payment.customer_id),
        "invoice_id": wire_id(invoice_id),
        **number,
        "amount_cents": int(cents),
        "payment_method": payment.method,
        "ref_num": mark_reference(payment.reference, payment.mark, REFERENCE_LENGTH),
    }
