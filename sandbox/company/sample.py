"""The sample book: about 600 invoices of every state and age, the same for the same seed and date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from datetime import date as Day
from decimal import Decimal
from random import Random

from sandbox.company import names
from sandbox.company.book import BUSINESS_ZONE, Clock, Company
from sandbox.company.people import add_people
from sandbox.company.records import Invoice, Line

#: The invoice that examples talk about: sent, unpaid, twenty days overdue, 806.25.
SHOWPIECE = "INV-2024-1042"
_SHOWPIECE_TAIL = 1042
_TERMS = {"Net 30": 30, "Net 15": 15, "Due on receipt": 0}
#: Share of the book in per mille, and the span of days past due on the sample's first day.
_OPEN = ((100, -29, 0), (70, 1, 30), (45, 31, 60), (27, 61, 90), (27, 91, 240))
_DRAFT_SHARE, _VOID_SHARE, _UNDATED_SHARE = 23, 25, 8


@dataclass(slots=True)
class _Plan:
    """An invoice to be written: its dates and how far it got."""

    customer_id: int
    date: Day
    due_date: Day | None
    terms: str
    state: str
    lines: tuple[tuple[str, str, str, bool], ...] | None = None
    notes: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A payment to be entered when all are known, so that their ids run with time as Syncro's do."""

    invoice: Invoice
    cents: int
    method: str
    reference: str
    day: Day
    created_at: datetime

    def enter(self, company: Company) -> None:
        company.take_payment(
            self.invoice.customer_id,
            self.cents,
            {self.invoice.id: self.cents},
            method=self.method,
            reference=self.reference,
            on=self.day,
            created_at=self.created_at,
        )


def sample_company(clock: Clock, *, seed: int = 2024, size: int = 600) -> Company:
    """The sample company on the clock's present date, with about ``size`` invoices.

    Amounts, dates and states depend on ``seed``, ``size`` and the business date alone.
    """
    random = Random(seed)
    company = Company(clock)
    add_people(company, random)
    showpiece = _showpiece(company)
    plans = [showpiece, *_special(company)]
    plans += _usual(company, size, len(plans), random)
    plans.sort(key=lambda plan: plan.date)
    first = _SHOWPIECE_TAIL - next(index for index, plan in enumerate(plans) if plan is showpiece)
    received: list[_Receipt] = []
    for index, plan in enumerate(plans):
        received += _write(company, plan, plan.number or f"INV-2024-{first + index:04d}", random)
    for receipt in sorted(received, key=lambda receipt: receipt.created_at):
        receipt.enter(company)
    _bill_tickets(company)
    return company


def _showpiece(company: Company) -> _Plan:
    """The guide's example: 500.00 and 2 × 125.00, tax 56.25, total 806.25."""
    due = company.today() - timedelta(days=20)
    return _Plan(
        company.customer_by_name(names.ACME_WIDGETS).id,
        due - timedelta(days=30),
        due,
        "Net 30",
        "sent",
        (("Server maintenance", "1", "500.00", True), ("Remote support", "2", "125.00", True)),
        "Thank you for your business.",
    )


def _special(company: Company) -> Iterator[_Plan]:
    """One or more open invoices for every awkward customer, and the awkward invoices."""
    today = company.today()

    def open_since(name: str, days: int, state: str = "sent") -> _Plan:
        due = today - timedelta(days=days)
        return _Plan(company.customer_by_name(name).id, due - timedelta(days=30), due, "Net 30", state)

    yield from (open_since(name, 9 + 4 * index) for index, name in enumerate(names.SPECIAL))
    yield open_since(names.ACME_WIDGETS, 2, "viewed")
    yield open_since(names.ACME_WIDGETS, 48, "partial")
    yield open_since(names.ACME_DENTAL, 100)
    marked = open_since(names.MARKUP, 35)
    marked.lines = (("<@U0BOSS> *bold* & <!here>", "1", "310.00", True),)
    marked.notes = "```& <https://x|click me> <!everyone>"
    yield marked
    wordy = open_since(names.ACME_SAMPLE, 12)
    wordy.notes = " ".join(
        f"{number}. Please mention this number with your payment." for number in range(1, 81)
    )
    yield wordy
    many = open_since(names.PLAIN[0], 5)
    many.lines = tuple((f"Workstation {number:02d}", "1", "45.00", True) for number in range(1, 41))
    yield many
    fraction = open_since(names.PLAIN[1], 6)
    fraction.lines = (
        ("Labor, per hour", "1.75", "125.50", False),
        ("Storage, per gigabyte", "333", "0.015", True),
    )
    yield fraction
    credit = open_since(names.PLAIN[2], 3)
    credit.lines = (("Credit for returned monitors", "1", "-558.00", True),)
    yield credit
    empty = open_since(names.PLAIN[3], -30, "draft")
    empty.lines = ()
    yield empty
    draft = open_since(names.ACME_WIDGETS, -28, "draft")
    draft.lines = (("Managed Workstation", "12", "45.00", True), ("Managed Server", "1", "165.00", True))
    yield draft
    for tail in ("0912", "1001"):  # the same tail as a number of the running series
        old = open_since(names.PLAIN[4], 380, "paid")
        old.number = f"INV-2023-{tail}"
        yield old


def _usual(company: Company, size: int, written: int, random: Random) -> Iterator[_Plan]:
    """The everyday invoices, to fill the book from ``written`` to ``size``."""
    today = company.today()
    active = [customer.id for customer in company.customers.values() if not customer.disabled]
    habits = {customer_id: random.choice(list(_TERMS)) for customer_id in active}

    def due_on(due: Day, state: str) -> _Plan:
        customer_id = random.choice(active)
        terms = habits[customer_id]
        on = min(due - timedelta(days=_TERMS[terms]), today)
        return _Plan(customer_id, on, due, terms, state)

    open_states = ("sent", "sent", "viewed", "viewed", "partial")
    for share, youngest, oldest in _OPEN:
        for _ in range(size * share // 1000):
            written += 1
            yield due_on(today - timedelta(days=random.randint(youngest, oldest)), random.choice(open_states))
    for _ in range(size * _DRAFT_SHARE // 1000):
        written += 1
        yield due_on(today + timedelta(days=random.randint(20, 30)), "draft")
    for _ in range(size * _UNDATED_SHARE // 1000):
        written += 1
        plan = due_on(today - timedelta(days=random.randint(10, 70)), random.choice(("sent", "viewed")))
        plan.due_date = None
        yield plan
    for _ in range(size * _VOID_SHARE // 1000):
        written += 1
        yield due_on(today - timedelta(days=random.randint(-10, 380)), "void")
    for _ in range(size - written):
        yield due_on(today - timedelta(days=random.randint(-20, 400)), "paid")


def _write(company: Company, plan: _Plan, number: str, random: Random) -> list[_Receipt]:
    """Enter the planned invoice and return what was paid of it."""
    created = min(_stamp(plan.date, random), company.clock.now())
    invoice = Invoice(
        company.new_id("invoice"),
        number,
        plan.customer_id,
        plan.date,
        plan.due_date,
        plan.notes,
        plan.terms,
        created,
        created,
    )
    invoice.lines = _lines(company, plan, random)
    invoice.sent = plan.state != "draft"
    invoice.viewed = plan.state == "viewed" or (
        invoice.sent and random.random() < 0.3 and plan.state != "sent"
    )
    invoice.void = plan.state == "void"
    company.add(invoice)
    if plan.state == "paid":
        return list(_paid(company, invoice, invoice.total, random))
    if plan.state == "partial":
        return list(_paid(company, invoice, invoice.total * random.randint(20, 75) // 100, random))
    return []


def _bill_tickets(company: Company) -> None:
    """The newest invoice of a customer with a resolved ticket was made from that ticket."""
    newest = {invoice.customer_id: invoice for invoice in company.invoices.values() if not invoice.void}
    for ticket in company.tickets.values():
        if ticket.status == "Resolved" and ticket.customer_id in newest:
            newest[ticket.customer_id].ticket_id = ticket.id


def _lines(company: Company, plan: _Plan, random: Random) -> tuple[Line, ...]:
    if plan.lines is not None:
        return tuple(
            Line(company.new_id("line"), name, Decimal(quantity), Decimal(price), taxable)
            for name, quantity, price, taxable in plan.lines
        )
    chosen = random.sample(
        [product for product in company.products.values() if product.price], random.randint(1, 4)
    )
    return tuple(
        Line(
            company.new_id("line"),
            product.name,
            Decimal(random.randint(1, 12)) if product.price < 200 else Decimal(random.randint(1, 3)),
            product.price,
            product.taxable,
            product.id,
        )
        for product in chosen
    )


def _paid(company: Company, invoice: Invoice, cents: int, random: Random) -> Iterator[_Receipt]:
    """One payment, sometimes two, on days between the invoice's and today."""
    first = cents * random.randint(30, 70) // 100 if random.random() < 0.12 else cents
    today = company.today()
    latest = min(today, (invoice.due_date or today) + timedelta(days=40))
    day = invoice.date
    for amount in (first, cents - first):
        if amount <= 0:
            continue
        day += timedelta(days=random.randint(0, max(0, (latest - day).days)))
        method = random.choice(("Check", "Check", "ACH", "ACH", "Credit Card", "Cash", "Offline CC"))
        reference = str(random.randint(1000, 9999)) if method in ("Check", "ACH") else ""
        created = min(_stamp(day, random), company.clock.now())
        yield _Receipt(invoice, amount, method, reference, day, created)


def _stamp(day: Day, random: Random) -> datetime:
    """A moment in office hours of ``day``."""
    moment = time(9 + random.randrange(8), random.randrange(60), random.randrange(60))
    return datetime.combine(day, moment, BUSINESS_ZONE).astimezone(UTC)
