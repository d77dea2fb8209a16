"""Invoices, line items, payments and customers, in our own words.

Amounts are minor units of the invoice's ``currency``; unit prices and quantities are Decimal. Dates are the
business's own dates. Ids are text. A ``balance`` of ``None`` is unknown and is never counted as 0.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.money import round_minor


class Status(StrEnum):
    """The state of an invoice. ``OPEN`` stands for shapes that can't tell draft, sent and viewed apart."""

    DRAFT = "draft"
    SENT = "sent"
    VIEWED = "viewed"
    PARTIAL = "partial"
    PAID = "paid"
    VOID = "void"
    OPEN = "open"


#: What counts as unpaid (sent, viewed and partial; or open where a shape can't tell).
UNPAID = frozenset({Status.SENT, Status.VIEWED, Status.PARTIAL, Status.OPEN})
#: Where a payment, an edit or a line can still go.
EDITABLE = UNPAID | {Status.DRAFT}


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line. ``price`` is per unit, ``total`` in minor units or ``None`` when Syncro does not say.

    ``description`` is what the line says besides its name, where the shape has both.
    """

    name: str
    quantity: Decimal
    price: Decimal
    taxable: bool = True
    id: str = ""
    product_id: str | None = None
    total: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as Syncro holds it. ``amount`` in minor units.

    ``invoice_id`` is the invoice to which all of ``amount`` went; ``None`` when it is unapplied (credit of
    ``customer_id``), or spread over several: these are ``spread_over``, and what went to each is not known.
    ``mark`` is that of our own entry; ``reference`` stands without it.
    """

    id: str
    invoice_id: str | None
    amount: int
    method: str
    reference: str
    date: dt.date | None
    notes: str = ""
    created_at: str = ""
    successful: bool = True
    mark: str = ""
    customer_id: str = ""
    spread_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. ``email`` is where invoices go (notification email, else email); ``cc`` the listed copies."""

    id: str
    name: str
    email: str = ""
    cc: tuple[str, ...] = ()
    other_emails: tuple[str, ...] = ()
    phone: str = ""
    address: str = ""
    contacts: tuple[Contact, ...] = ()
    no_email: bool = False
    opt_out: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice. ``lines`` and ``payments`` are ``None`` when only the header is known (a list or the mirror).

    ``created_at`` and ``updated_at`` are Syncro's own stamps, empty where it doesn't say.
    """

    id: str
    number: str
    customer_id: str
    customer_name: str
    date: dt.date | None
    due_date: dt.date | None
    status: Status
    subtotal: int | None
    tax: int | None
    total: int
    balance: int | None
    currency: str
    notes: str = ""
    terms: str = ""
    created_at: str = ""
    updated_at: str = ""
    lines: tuple[LineItem, ...] | None = None
    payments: tuple[Payment, ...] | None = None

    @property
    def unpaid(self) -> bool:
        """Sent, viewed, partial or open: money is expected."""
        return self.status in UNPAID

    def days_past_due(self, today: dt.date) -> int | None:
        """Days after the due date on ``today`` (negative before it); ``None`` without a due date."""
        return None if self.due_date is None else (today - self.due_date).days

    def overdue(self, today: dt.date) -> bool:
        """Unpaid and due before ``today``."""
        late = self.days_past_due(today)
        return self.unpaid and late is not None and late > 0


def line_total(quantity: Decimal, price: Decimal, currency: str) -> int:
    """A line's total in minor units, rounded half up."""
    return round_minor(quantity * price, currency)


def lines_subtotal(lines: Sequence[LineItem], currency: str) -> int:
    """The sum of line totals before tax, in minor units."""
    return sum(line_total(line.quantity, line.price, currency) for line in lines)


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """What is asked of Syncro when an invoice is created. ``number`` only where Syncro doesn't number by itself."""

    customer_id: str
    date: dt.date
    due_date: dt.date | None
    lines: tuple[LineItem, ...]
    notes: str = ""
    terms: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What is asked of Syncro when a payment is recorded. ``amount`` in minor units of ``currency``.

    ``customer_id`` and ``invoice_number`` are those of the invoice that is paid. ``mark`` and ``entered_by`` are
    written where the shape has room for them, so that it can be found again.
    """

    amount: int
    currency: str
    method: str
    reference: str
    date: dt.date
    notes: str = ""
    customer_id: str = ""
    invoice_number: str = ""
    mark: str = ""
    entered_by: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceEdit:
    """Changed fields only; ``None`` leaves a field as it is."""

    due_date: dt.date | None = None
    notes: str | None = None
    terms: str | None = None


@dataclass(frozen=True, slots=True)
class Email:
    """An email that Syncro sends with the invoice."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Product:
    """A catalogue product; ``price`` per unit."""

    id: str
    name: str
    price: Decimal
    taxable: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket's header."""

    id: str
    number: str
    subject: str
    customer_id: str
    status: str = ""
