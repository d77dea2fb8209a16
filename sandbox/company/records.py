"""What the sample company's books hold, free of any wire shape.

Amounts are whole cents of US dollars; unit prices and quantities are Decimal; dates are business dates.
"""

from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

_TAX_PER_MILLE = 75


def to_cents(amount: Decimal) -> int:
    """``amount`` dollars in cents, rounded half up."""
    return int(amount.scaleb(2).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_dollars(cents: int) -> Decimal:
    """``cents`` as dollars with exactly two digits: 80625 is ``Decimal("806.25")``."""
    return Decimal(cents).scaleb(-2)


class Watched:
    """A record whose every change is counted, so that whatever was derived from records knows its age."""

    __slots__ = ()
    changes: ClassVar[int] = 0

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        Watched.changes += 1


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

    @property
    def full_name(self) -> str:
        """The person's name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def called(self) -> str:
        """The business's name, or the person's where there is no business."""
        return self.business_name or self.full_name


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice or a ticket. ``total`` in cents, before tax.

    ``item`` is the short name where somebody gave one beside ``name``.
    """

    id: int
    name: str
    quantity: Decimal
    price: Decimal
    taxable: bool = True
    product_id: int | None = None
    item: str = ""
    cost: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    discount_dollars: Decimal = Decimal(0)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        """Works out ``total``: quantity times price less the discounts, rounded half up."""
        full = self.quantity * self.price
        if self.discount_percent or self.discount_dollars:
            full = full * (100 - self.discount_percent) / 100 - self.discount_dollars
        object.__setattr__(self, "total", to_cents(full))


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as somebody asks for it: the fields of ``Line`` that are theirs to give."""

    name: str
    quantity: Decimal
    price: Decimal
    taxable: bool = True
    product_id: int | None = None
    item: str = ""
    cost: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    discount_dollars: Decimal = Decimal(0)


@dataclass(slots=True)
class Invoice(Watched):
    """An invoice. Its status and balance follow from these facts and its payments (see ``Company``).

    ``updated_at`` is when somebody last changed the invoice itself, ``paid_at`` when its payments last changed.
    """

    id: int
    number: str
    customer_id: int
    date: Day
    due_date: Day | None
    notes: str
    terms: str
    created_at: datetime
    updated_at: datetime
    lines: tuple[Line, ...] = ()
    sent: bool = False
    viewed: bool = False
    void: bool = False
    ticket_id: int | None = None
    contact_id: int | None = None
    po_number: str = ""
    paid_at: datetime | None = None

    @property
    def subtotal(self) -> int:
        """Cents before tax."""
        return sum(line.total for line in self.lines)

    @property
    def tax(self) -> int:
        """Cents of tax: 7.5 % of the taxable lines together, rounded half up."""
        taxable = sum(line.total for line in self.lines if line.taxable)
        rounded = (abs(taxable) * _TAX_PER_MILLE + 500) // 1000
        return rounded if taxable >= 0 else -rounded

    @property
    def total(self) -> int:
        """Cents with tax."""
        return self.subtotal + self.tax


@dataclass(slots=True)
class Payment(Watched):
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
class Schedule:
    """A recurring invoice: what it bills, how often, and when next."""

    id: int
    customer_id: int
    name: str
    frequency: str
    next_run: Day
    lines: tuple[Line, ...]
    paused: bool = False
    email_customer: bool = True


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
