"""The sample company's books: state, the rules Syncro keeps, and what happens in Syncro's own screens."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sandbox.company.derived import Derived
from sandbox.company.records import (
    Customer,
    Email,
    Invoice,
    Line,
    LineInput,
    Payment,
    Product,
    Schedule,
    Ticket,
    User,
    Watched,
    to_cents,
)

T = TypeVar("T")
K = TypeVar("K", int, str)
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


class Company:
    """The books. Every change is one synchronous method, so no request ever sees half of one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.customers: dict[int, Customer] = {}
        self.invoices: dict[int, Invoice] = {}
        self.payments: dict[int, Payment] = {}
        self.products: dict[int, Product] = {}
        self.tickets: dict[int, Ticket] = {}
        self.schedules: dict[int, Schedule] = {}
        self.users: dict[int, User] = {}
        self.emails: list[Email] = []
        self.payment_methods: tuple[str, ...] = PAYMENT_METHODS
        self.next_number = 1
        self._ids = {"invoice": count(1001), "line": count(50001), "payment": count(20001)}
        self._payments_of: dict[int, list[Payment]] = {}
        self._derived = Derived()

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
        by_number: dict[str, Invoice] = self.derived(
            "by number", lambda: {invoice.number: invoice for invoice in self.invoices.values()}
        )
        return self._get(by_number, number)

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

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` works out from invoices and payments, kept under ``key`` until one of them changes."""
        version = (Watched.changes, len(self.invoices), len(self.payments))
        return self._derived.of(version, key, make)

    def newest_invoices(self, key: Hashable, fits: Callable[[Invoice], bool]) -> list[Invoice]:
        """The invoices that fit, newest id first. ``key`` stands for the filter; see ``derived``."""
        return self.derived(
            ("invoices", key),
            lambda: sorted(filter(fits, self.invoices.values()), key=lambda invoice: -invoice.id),
        )

    # What Syncro's API and its screens can do

    def create_invoice(
        self,
        customer_id: int,
        on: date,
        *,
        due_date: date | None = None,
        notes: str = "",
        terms: str = "",
        lines: Sequence[LineInput | Line] = (),
        number: str | None = None,
        **more: Any,
    ) -> Invoice:
        """A new draft; the next number of the series unless one is given. ``more`` are fields of ``Invoice``.

        Raises ``NoSuch``, ``Refused``.
        """
        self.customer(customer_id)
        now = self.clock.now()
        number = number if number is not None else f"INV-2024-{self.next_number:04d}"
        self._number_is_free(number)
        invoice = Invoice(
            self.new_id("invoice"), number, customer_id, on, due_date, notes, terms, now, now, **more
        )
        invoice.lines = tuple(self._line(line) for line in lines)
        self.add(invoice)
        return invoice

    def add_line(self, invoice_id: int, line: LineInput) -> Line:
        """Add a line. Raises ``NoSuch``, ``Refused`` on a paid or void invoice."""
        invoice = self._modifiable(invoice_id)
        added = self._line(line)
        invoice.lines = (*invoice.lines, added)
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
            self._note_payment(invoice_id, payment.created_at)
        return payment

    def remove_payment(self, payment_id: int) -> None:
        """Delete a payment, which reopens its invoices. Raises ``NoSuch``."""
        payment = self._get(self.payments, payment_id)
        del self.payments[payment_id]
        for invoice_id in payment.shares:
            self._payments_of[invoice_id].remove(payment)
            self._note_payment(invoice_id, self.clock.now())

    def fail_payment(self, payment_id: int) -> None:
        """Turn a payment unsuccessful (a returned cheque), which reopens its invoices. Raises ``NoSuch``."""
        payment = self._get(self.payments, payment_id)
        payment.success = False
        for invoice_id in payment.shares:
            self._note_payment(invoice_id, self.clock.now())

    def delete_invoice(self, invoice_id: int) -> None:
        """Delete an invoice; what was paid of it becomes account credit. Raises ``NoSuch``."""
        self._get(self.invoices, invoice_id)
        del self.invoices[invoice_id]
        for payment in self._payments_of.pop(invoice_id, ()):
            payment.shares = {other: cents for other, cents in payment.shares.items() if other != invoice_id}

    def edit_due_date(self, invoice_id: int, due_date: date | None) -> Invoice:
        """Change or clear the due date. Raises ``NoSuch``, ``Refused``."""
        return self.edit(invoice_id, due_date=due_date)

    def change_line(self, invoice_id: int, line_id: int, **changes: Any) -> Line:
        """Change fields of a line (see ``Line``). Raises ``NoSuch``."""
        invoice = self.invoice(invoice_id)
        line = self._get({line.id: line for line in invoice.lines}, line_id)
        changed = replace(line, **changes)
        invoice.lines = tuple(changed if line.id == line_id else line for line in invoice.lines)
        self._touch(invoice)
        return changed

    def change_header(self, invoice_id: int, **changes: Any) -> Invoice:
        """Change fields of an invoice (see ``Invoice``), paid or not. Raises ``NoSuch``, ``Refused``."""
        invoice = self.invoice(invoice_id)
        if changes.get("number", invoice.number) != invoice.number:
            self._number_is_free(changes["number"])
        for name, value in changes.items():
            setattr(invoice, name, value)
        self._touch(invoice)
        return invoice

    def change_price(self, product_id: int, price: Decimal) -> None:
        """Change a catalogue price; lines already written keep theirs. Raises ``NoSuch``."""
        product = self._get(self.products, product_id)
        self.products[product_id] = replace(product, price=price)

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

    def _line(self, line: LineInput | Line) -> Line:
        if line.product_id is not None and line.product_id not in self.products:
            raise Refused("product_id is unknown")
        given = {field.name: getattr(line, field.name) for field in fields(LineInput)}
        return Line(self.new_id("line"), **given)

    def _number_is_free(self, number: str) -> None:
        with suppress(NoSuch):
            self.invoice_by_number(number)
            raise Refused("Number has already been taken")

    def _note_payment(self, invoice_id: int, at: datetime) -> None:
        """Remember when the payments of an invoice last changed."""
        if invoice_id in self.invoices:
            self.invoices[invoice_id].paid_at = at

    def _modifiable(self, invoice_id: int) -> Invoice:
        invoice = self.invoice(invoice_id)
        status = self.status(invoice)
        if status in ("paid", "void"):
            raise Refused(f"Cannot modify {status} invoice")
        return invoice

    def _touch(self, invoice: Invoice) -> None:
        invoice.updated_at = self.clock.now()

    @staticmethod
    def _get(records: dict[K, T], record_id: K) -> T:
        try:
            return records[record_id]
        except KeyError:
            raise NoSuch(str(record_id)) from None
