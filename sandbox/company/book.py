"""The sample company's books: state, the rules Syncro keeps, and what happens in Syncro's own screens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from sandbox.company.records import (
    Customer,
    Email,
    Invoice,
    Line,
    Payment,
    Product,
    Ticket,
    User,
    to_cents,
)

T = TypeVar("T")
BUSINESS_ZONE = ZoneInfo("America/New_York")
PAYMENT_METHODS = ("Credit Card", "Cash", "Check", "Offline CC", "Quick", "Other", "ACH")
#: Statuses an invoice can have, in the order in which it usually passes through them.
STATUSES = ("draft", "sent", "viewed", "partial", "paid", "void")


class Keep(Enum):
    """Marks an argument that was not given, where ``None`` means "clear it"."""

    KEEP = "keep"


KEEP = Keep.KEEP


class Clock(Protocol):
    """Whatever tells the time, as an aware UTC datetime."""

    def now(self) -> datetime: ...


class Refused(Exception):
    """The books refuse a change; the text is the answer Syncro would give."""


class NoSuch(Exception):
    """There is no record of that id."""


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as somebody asks for it."""

    name: str
    quantity: Decimal
    price: Decimal
    taxable: bool = True
    product_id: int | None = None


class Company:
    """The books. Every change is one synchronous method, so no request ever sees half of one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.customers: dict[int, Customer] = {}
        self.invoices: dict[int, Invoice] = {}
        self.payments: dict[int, Payment] = {}
        self.products: dict[int, Product] = {}
        self.tickets: dict[int, Ticket] = {}
        self.users: dict[int, User] = {}
        self.emails: list[Email] = []
        self.payment_methods: tuple[str, ...] = PAYMENT_METHODS
        self.next_number = 1
        self._ids = {"invoice": count(1001), "line": count(50001), "payment": count(20001)}
        self._payments_of: dict[int, list[Payment]] = {}

    # What is known

    def today(self) -> date:
        """The business's own date."""
        return self.clock.now().astimezone(BUSINESS_ZONE).date()

    def invoice(self, invoice_id: int) -> Invoice:
        """The invoice of that id. Raises ``NoSuch``."""
        return self._get(self.invoices, invoice_id)

    def customer(self, customer_id: int) -> Customer:
        """The customer of that id. Raises ``NoSuch``."""
        return self._get(self.customers, customer_id)

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket of that id. Raises ``NoSuch``."""
        return self._get(self.tickets, ticket_id)

    def invoice_by_number(self, number: str) -> Invoice:
        """The invoice of that exact number. Raises ``NoSuch``."""
        for invoice in self.invoices.values():
            if invoice.number == number:
                return invoice
        raise NoSuch(number)

    def customer_by_name(self, business_name: str) -> Customer:
        """The first customer of that exact name. Raises ``NoSuch``."""
        for customer in self.customers.values():
            if customer.business_name == business_name:
                return customer
        raise NoSuch(business_name)

    def payments_of(self, invoice_id: int) -> list[Payment]:
        """Payments with a share in the invoice, unsuccessful ones too, oldest first."""
        return list(self._payments_of.get(invoice_id, ()))

    def paid(self, invoice_id: int) -> int:
        """Cents that successful payments brought to the invoice."""
        payments = self._payments_of.get(invoice_id, ())
        return sum(payment.shares[invoice_id] for payment in payments if payment.success)

    def balance(self, invoice: Invoice) -> int:
        """Cents still owed; negative is a credit; a void invoice owes nothing."""
        return 0 if invoice.void else invoice.total - self.paid(invoice.id)

    def status(self, invoice: Invoice) -> str:
        """One of ``STATUSES``."""
        if invoice.void:
            return "void"
        paid = self.paid(invoice.id)
        if paid > 0:
            return "paid" if paid >= invoice.total else "partial"
        if invoice.viewed:
            return "viewed"
        return "sent" if invoice.sent else "draft"

    # What Syncro's API and its screens can do

    def create_invoice(
        self,
        customer_id: int,
        on: date,
        *,
        due_date: date | None = None,
        notes: str = "",
        terms: str = "",
        lines: Sequence[LineInput] = (),
        number: str | None = None,
    ) -> Invoice:
        """A new draft; the next number of the series unless one is given. Raises ``NoSuch``, ``Refused``."""
        self.customer(customer_id)
        now = self.clock.now()
        number = number if number is not None else f"INV-2024-{self.next_number:04d}"
        if any(invoice.number == number for invoice in self.invoices.values()):
            raise Refused("Number has already been taken")
        invoice = Invoice(
            next(self._ids["invoice"]), number, customer_id, on, due_date, notes, terms, now, now
        )
        invoice.lines = [self._line(line) for line in lines]
        self.add(invoice)
        return invoice

    def add_line(self, invoice_id: int, line: LineInput) -> Line:
        """Add a line. Raises ``NoSuch``, ``Refused`` on a paid or void invoice."""
        invoice = self._modifiable(invoice_id)
        added = self._line(line)
        invoice.lines.append(added)
        self._touch(invoice)
        return added

    def edit(
        self,
        invoice_id: int,
        *,
        due_date: date | Keep | None = KEEP,
        notes: str | Keep = KEEP,
        terms: str | Keep = KEEP,
    ) -> Invoice:
        """Change only what is given. Raises ``NoSuch``, ``Refused`` on a paid or void invoice."""
        invoice = self._modifiable(invoice_id)
        if not isinstance(due_date, Keep):
            invoice.due_date = due_date
        if not isinstance(notes, Keep):
            invoice.notes = notes
        if not isinstance(terms, Keep):
            invoice.terms = terms
        self._touch(invoice)
        return invoice

    def void(self, invoice_id: int) -> Invoice:
        """Void an invoice of any other state. Raises ``NoSuch``, ``Refused``."""
        invoice = self.invoice(invoice_id)
        if invoice.void:
            raise Refused("Cannot modify void invoice")
        invoice.void = True
        self._touch(invoice)
        return invoice

    def email(
        self,
        invoice_id: int,
        *,
        to: Sequence[str],
        cc: Sequence[str] = (),
        subject: str = "",
        message: str = "",
    ) -> Email:
        """Send the invoice; a draft becomes sent. Raises ``NoSuch``, ``Refused`` on a void invoice."""
        invoice = self.invoice(invoice_id)
        if invoice.void:
            raise Refused("Cannot email void invoice")
        sent = Email(
            len(self.emails) + 1, invoice_id, tuple(to), tuple(cc), subject, message, self.clock.now()
        )
        self.emails.append(sent)
        invoice.sent = True
        self._touch(invoice)
        return sent

    def pay(
        self,
        invoice_id: int,
        amount: Decimal | int | str,
        *,
        method: str = "Check",
        reference: str = "",
        on: date | None = None,
        notes: str = "",
    ) -> Payment:
        """Record ``amount`` dollars. Raises ``NoSuch``, ``Refused`` when paid, void or above the balance."""
        invoice = self._modifiable(invoice_id)
        cents = to_cents(Decimal(amount))
        if cents > self.balance(invoice):
            raise Refused("Payment exceeds balance")
        return self.take_payment(
            invoice.customer_id,
            cents,
            {invoice_id: cents},
            method=method,
            reference=reference,
            on=on,
            notes=notes,
        )

    # What only happens in Syncro's own screens

    def take_payment(
        self,
        customer_id: int,
        cents: int,
        shares: dict[int, int],
        *,
        method: str = "Check",
        reference: str = "",
        on: date | None = None,
        notes: str = "",
        created_at: datetime | None = None,
    ) -> Payment:
        """Record ``cents`` spread over any invoices (none: account credit), whether they fit or not."""
        payment = Payment(
            next(self._ids["payment"]),
            customer_id,
            cents,
            shares,
            method,
            reference,
            on or self.today(),
            notes,
            created_at or self.clock.now(),
        )
        self.payments[payment.id] = payment
        for invoice_id in shares:
            self._payments_of.setdefault(invoice_id, []).append(payment)
        return payment

    def remove_payment(self, payment_id: int) -> None:
        """Delete a payment, which reopens its invoices. Raises ``NoSuch``."""
        payment = self._get(self.payments, payment_id)
        del self.payments[payment_id]
        for invoice_id in payment.shares:
            self._payments_of[invoice_id].remove(payment)

    def fail_payment(self, payment_id: int) -> None:
        """Turn a payment unsuccessful (a returned cheque), which reopens its invoices. Raises ``NoSuch``."""
        self._get(self.payments, payment_id).success = False

    def edit_due_date(self, invoice_id: int, due_date: date | None) -> Invoice:
        """Change or clear the due date. Raises ``NoSuch``, ``Refused``."""
        return self.edit(invoice_id, due_date=due_date)

    def change_line(self, invoice_id: int, line_id: int, *, quantity: Decimal, price: Decimal) -> None:
        """Change a line's quantity and price. Raises ``NoSuch``."""
        invoice = self.invoice(invoice_id)
        if all(line.id != line_id for line in invoice.lines):
            raise NoSuch(str(line_id))
        invoice.lines = [
            replace(line, quantity=quantity, price=price) if line.id == line_id else line
            for line in invoice.lines
        ]
        self._touch(invoice)

    def view(self, invoice_id: int) -> None:
        """The customer opens the invoice they were sent. Raises ``NoSuch``."""
        invoice = self.invoice(invoice_id)
        invoice.viewed = True
        self._touch(invoice)

    # Filling the books

    def add(self, invoice: Invoice) -> None:
        """Enter a ready invoice, keeping the number series ahead of it."""
        self.invoices[invoice.id] = invoice
        tail = invoice.number.rpartition("-")[2]
        if invoice.number.startswith("INV-2024-") and tail.isdecimal():
            self.next_number = max(self.next_number, int(tail) + 1)

    def new_id(self, kind: str) -> int:
        """The next id of an ``invoice``, ``line`` or ``payment``."""
        return next(self._ids[kind])

    def enter(self, customers: Iterable[Customer]) -> None:
        """Enter ready customers."""
        self.customers.update((customer.id, customer) for customer in customers)

    def _line(self, line: LineInput) -> Line:
        if line.product_id is not None and line.product_id not in self.products:
            raise Refused("product_id is unknown")
        return Line(self.new_id("line"), line.name, line.quantity, line.price, line.taxable, line.product_id)

    def _modifiable(self, invoice_id: int) -> Invoice:
        invoice = self.invoice(invoice_id)
        status = self.status(invoice)
        if status in ("paid", "void"):
            raise Refused(f"Cannot modify {status} invoice")
        return invoice

    def _touch(self, invoice: Invoice) -> None:
        invoice.updated_at = self.clock.now()

    @staticmethod
    def _get(records: dict[int, T], record_id: int) -> T:
        try:
            return records[record_id]
        except KeyError:
            raise NoSuch(str(record_id)) from None
