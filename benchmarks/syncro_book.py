"""Books to measure the local copy with: Syncro's stand-in with a day's changes, and a large copy without Syncro."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random
from types import SimpleNamespace

from bot.domain.calendar import BusinessCalendar
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.policy import Business, People, Policy
from bot.store.audit import Audit
from bot.store.open import open_store
from bot.syncro.client import Client
from bot.syncro.gateway import Gateway, ShapeName
from bot.syncro.pace import Pace
from bot.use_cases.context import Context
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.company.records import Invoice as Billed
from sandbox.syncro import SyncroSandbox

START = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
TODAY = date(2026, 3, 10)
PAGE, CUSTOMERS_PAGE = 25, 100
#: What the clock allows Duebot to ask in the background in a minute; the measuring itself waits for nothing.
PER_MINUTE = 140
UNPACED = 10_000_000
_KEY = "only-for-measuring"
_LIVING = ("draft", "sent", "viewed", "partial")
#: What happens to invoices on a day, in these proportions.
_CHANGES = ("paid", "paid", "paid", "part", "edited", "edited", "edited", "new", "new", "new", "void")


def pages(rows: int) -> int:
    """How many pages so many rows of invoices or payments fill; an empty list is a page too."""
    return max(1, ceil(rows / PAGE))


@asynccontextmanager
async def context_of(base: str, shape: ShapeName, folder: Path, clock: Clock) -> AsyncIterator[Context]:
    """The edges and store of a bot, without Slack and without waiting for Syncro's pace."""
    lane = await open_store(f"sqlite:///{folder}/mirror.db")
    policy = Policy(
        business=Business("Northwind IT", "America/New_York", "USD"),
        version="bench",
        people=People("U0BOSS", {"default": "U0CLERK", "7": "U0DANA"}),
    )
    client = Client(base, _KEY, pace=Pace(UNPACED))
    context = Context(
        lane=lane,
        gateway=Gateway(client, shape, policy.currency_of),
        directory=SimpleNamespace(),  # type: ignore[arg-type]  # nothing here asks Slack
        policy=policy,
        calendar=BusinessCalendar(),
        audit=Audit(b"bench"),
        now=clock.now,
    )
    try:
        yield context
    finally:
        await client.close()
        await lane.close()


@dataclass
class Least:
    """The fewest requests that bring a copy up to date, if everything that changed were known beforehand."""

    lists: int = 0
    details: int = 0

    @property
    def requests(self) -> int:
        """All of them."""
        return self.lists + self.details


@dataclass
class Book:
    """A company behind Syncro's stand-in, and what has happened in it since the last sync."""

    syncro: SyncroSandbox
    clock: Clock
    random: Random = field(default_factory=lambda: Random(7))
    _living: set[int] = field(default_factory=set)
    _changed: set[int] = field(default_factory=set)
    _paid_on: set[int] = field(default_factory=set)
    _payments: int = 0

    def invoices(self, *states: str) -> list[Billed]:
        """Those in these states."""
        company = self.syncro.company
        return [one for one in company.invoices.values() if company.status(one) in states]

    def synced(self) -> None:
        """A sync has just been made."""
        self._living = {one.id for one in self.invoices(*_LIVING)}
        self._changed, self._paid_on, self._payments = set(), set(), 0

    def happen(self, changes: int) -> None:
        """So many invoices are made, edited, paid or void."""
        company = self.syncro.company
        for _ in range(changes):
            what = self.random.choice(_CHANGES)
            invoice = self.random.choice(self.invoices("sent", "viewed", "partial"))
            match what:
                case "paid" | "part":
                    balance = company.balance(invoice)
                    cents = balance if what == "paid" else max(1, balance // 2)
                    company.take_payment(invoice.customer_id, cents, {invoice.id: cents}, reference="bench")
                    self._paid_on.add(invoice.id)
                    self._payments += 1
                case "edited":
                    company.edit(invoice.id, notes=f"Purchase order {self.random.randrange(1000)}")
                    self._changed.add(invoice.id)
                case "void":
                    company.void(invoice.id)
                case _:
                    made = company.create_invoice(
                        invoice.customer_id, TODAY, number=f"B-{len(company.invoices)}", due_date=TODAY
                    )
                    self._changed.add(made.id)

    def least(self) -> Least:
        """The least that a sync costs now, in the shape that is spoken."""
        if self.syncro.shape == "guide":
            now = {one.id for one in self.invoices(*_LIVING)}
            return Least(sum(pages(len(self.invoices(state))) for state in _LIVING), len(self._living - now))
        unpaid = {one.id for one in self.invoices(*_LIVING)}
        paid = {one.id for one in self.invoices("paid")}
        # That one is paid whose stamp was not touched can be told by nothing but its detail.
        details = (self._changed | self._paid_on) & unpaid | (self._paid_on - self._changed) & paid
        return Least(pages(len(self._changed)) + pages(self._payments), len(details))

    def least_at_first(self) -> Least:
        """The least that a first copy costs: every list once, and where lists tell no balance a detail per unpaid."""
        company = self.syncro.company
        shown = [one for one in company.invoices.values() if self.syncro.shape == "guide" or not one.void]
        lists = pages(len(shown)) + ceil(len(company.customers) / CUSTOMERS_PAGE)
        if self.syncro.shape == "guide":
            return Least(lists)
        return Least(lists + pages(len(self.lately())), len(self.invoices(*_LIVING)))

    def lately(self) -> list[object]:
        """The payments of the last sixty days, which a first sync reads too."""
        since = self.clock.now() - timedelta(days=60)
        return [one for one in self.syncro.company.payments.values() if one.created_at >= since]

    def naive(self) -> int:
        """What a client asks that reads every page and the detail of everything unpaid each time."""
        return self.least_at_first().lists + len(self.invoices("sent", "viewed", "partial"))


@asynccontextmanager
async def book_of(shape: ShapeName, size: int) -> AsyncIterator[tuple[Book, str]]:
    """The sample company with so many invoices behind the stand-in, and the stand-in's address."""
    clock = Clock(START)
    syncro = SyncroSandbox(sample_company(clock, size=size), clock, api_key=_KEY, shape=shape)
    base = await syncro.start()
    try:
        yield Book(syncro, clock), base
    finally:
        await syncro.stop()


def large_copy(size: int, customers: int) -> tuple[list[Customer], list[Invoice]]:
    """So many customers, and invoices of all states over four years, newest first as Syncro lists them."""
    random = Random(11)
    states = random.choices(list(Status)[:6], weights=(3, 12, 10, 6, 66, 3), k=size)
    days = sorted(random.randint(0, 1460) for _ in range(size))
    found = []
    for number, (state, age) in enumerate(zip(states, days, strict=True)):
        on = TODAY - timedelta(days=age)
        total = random.randint(20_00, 5_000_00)
        owed = {Status.PAID: 0, Status.VOID: 0, Status.PARTIAL: total // 3}.get(state, total)
        customer = random.randrange(customers)
        found.append(
            Invoice(
                id=str(10_000_000 + size - number),
                number=f"INV-{on.year}-{size - number:06}",
                customer_id=str(customer),
                customer_name=f"Customer {customer:04} of Example Town",
                date=on,
                due_date=on + timedelta(days=30),
                status=state,
                subtotal=total,
                tax=0,
                total=total,
                balance=owed,
                currency="USD",
                notes="Thank you for your business.",
                terms="Net 30",
                created_at=f"{on}T10:00:00Z",
                updated_at=f"{on}T10:00:00Z",
            )
        )
    named = [Customer(str(one), f"Customer {one:04} of Example Town") for one in range(customers)]
    return named, found
