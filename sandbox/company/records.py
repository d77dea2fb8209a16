"""What the sample company's books hold, free of any wire shape.

Amounts are whole cents of US dollars; unit prices and quantities are Decimal; dates are business dates.
"""

from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

TAX_RATE = Decimal("0.075")


def to_cents(amount: Decimal) -> int:
    """``amount`` dollars in cents, rounded half up."""
    return int(amount.scaleb(2).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_dollars(cents: int) -> Decimal:
    """``cents`` as dollars with exactly two digits: 80625 is ``Decimal("806.25")``."""
    return Decimal(cents).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer."""

    id: int
    name: str
    email: str
    phone: str


@dataclass(slots=True)
class Customer:
    """A customer. ``portal_key`` is the secret part of the address of its own portal."""

    id: int
    business_name: str
    first_name: str
    last_name: str
    email: str | None
    notification_email: str | None
    cc_emails: tuple[str, ...]
    phone: str
    address: str
    city: str
    state: str
    zip: str
    portal_key: str
    created_at: datetime
    contacts: tuple[Contact, ...] = ()
    no_email: bool = False
    opt_out: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice or a ticket. ``total`` in cents, before tax."""

    id: int
    name: str
    quantity: Decimal
    price: Decimal
    taxable: bool = True
    product_id: int | None = None

    @property
    def total(self) -> int:
        """Quantity times price in cents, rounded half up."""
        return to_cents(self.quantity * self.price)


@dataclass(slots=True)
class Invoice:
    """An invoice. Its status and balance follow from these facts and its payments (see ``Company``)."""

    id: int
    number: str
    customer_id: int
    date: Day
    due_date: Day | None
    notes: str
    terms: str
    created_at: datetime
    updated_at: datetime
    lines: list[Line] = field(default_factory=list)
    sent: bool = False
    viewed: bool = False
    void: bool = False
    ticket_id: int | None = None

    @property
    def subtotal(self) -> int:
        """Cents before tax."""
        return sum(line.total for line in self.lines)

    @property
    def tax(self) -> int:
        """Cents of tax: 7.5 % of the taxable lines together, rounded half up."""
        taxable = sum(line.total for line in self.lines if line.taxable)
        return to_cents(to_dollars(taxable) * TAX_RATE)

    @property
    def total(self) -> int:
        """Cents with tax."""
        return self.subtotal + self.tax


@dataclass(slots=True)
class Payment:
    """Money received: ``amount`` cents. ``shares``: invoice id → cents of it; without any it is credit."""

    id: int
    customer_id: int
    amount: int
    shares: dict[int, int]
    method: str
    reference: str
    date: Day
    notes: str
    created_at: datetime
    success: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """A catalogue entry."""

    id: int
    name: str
    description: str
    price: Decimal
    cost: Decimal
    taxable: bool


@dataclass(frozen=True, slots=True)
class Timer:
    """Time worked on a ticket. ``recorded`` means that it was billed."""

    id: int
    user_id: int
    started_at: datetime
    minutes: int
    billable: bool
    recorded: bool
    notes: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A service ticket with its time and charges."""

    id: int
    number: int
    subject: str
    customer_id: int
    status: str
    created_at: datetime
    updated_at: datetime
    timers: tuple[Timer, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works at the sample company."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Email:
    """An invoice email that left the company."""

    id: int
    invoice_id: int
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    message: str
    sent_at: datetime
