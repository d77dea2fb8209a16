"""A book in Syncro's stand-in, in either shape, and the local copies that are made of it."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from bot.domain.calendar import BusinessCalendar
from bot.domain.invoice import Invoice
from bot.domain.policy import Business, Channels, People, Policy
from bot.store import mirror
from bot.store.audit import Audit
from bot.store.lane import Lane, Tx
from bot.store.open import open_store
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.pace import Pace
from bot.use_cases.context import Context
from bot.use_cases.mirror import MirrorSync
from sandbox.clock import Clock
from sandbox.company import Company, LineInput, sample_company
from sandbox.syncro import SyncroSandbox

#: A Tuesday, 10:30 in New York.
START = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
TODAY = date(2026, 3, 10)
KEY = "fictional-key-0123456789"
POLICY = Policy(
    business=Business("Northwind IT", "America/New_York", "USD"),
    version="test",
    channels=Channels(failures="C0FAIL"),
    people=People("U0BOSS", {"default": "U0OWNER"}),
)
T = TypeVar("T")


@dataclass
class Copy:
    """One process with its local copy."""

    context: Context
    sync: MirrorSync

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self.context.lane.read(fn)

    async def invoice(self, invoice_id: int) -> Invoice | None:
        return await self.read(lambda tx: mirror.invoice(tx, str(invoice_id)))


@dataclass
class World:
    """The stand-in, its clock, and as many copies as a test wants; all of them are one database."""

    shape: Any
    syncro: SyncroSandbox
    base: str
    clock: Clock
    folder: Path
    lanes: list[Lane] = field(default_factory=list)

    @property
    def company(self) -> Company:
        return self.syncro.company

    async def copy(self, policy: Policy = POLICY) -> Copy:
        """Another process on the same database."""
        lane = await open_store(f"sqlite:///{self.folder}/bot.db")
        self.lanes.append(lane)
        client = Client(self.base, KEY, timeout=5, patience=Patience(first_wait=0), pace=Pace(100_000))
        context = Context(
            lane=lane,
            gateway=Gateway(client, self.shape, policy.currency_of),
            directory=SimpleNamespace(),  # type: ignore[arg-type]  # a sync asks Slack nothing
            policy=policy,
            calendar=BusinessCalendar(),
            audit=Audit(b"key"),
            now=self.clock.now,
        )
        return Copy(context, MirrorSync(context))

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[Counter[str]]:
        """The requests that arrive meanwhile, by method and route."""
        before = len(self.syncro.requests)
        calls: Counter[str] = Counter()
        yield calls
        calls.update(seen.call for seen in list(self.syncro.requests)[before:])

    def move(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def made(self, cents: int = 100_00, on: date = TODAY) -> Any:
        """An invoice of the first customer, made and emailed in Syncro just now."""
        customer_id = next(iter(self.company.customers))
        line = LineInput("Site visit", Decimal(1), Decimal(cents) / 100, taxable=False)
        invoice = self.company.create_invoice(
            customer_id,
            on,
            due_date=on + timedelta(days=30),
            lines=[line],
            number=f"T-{len(self.company.invoices)}",
        )
        self.company.email(invoice.id, to=["billing@example.com"])
        return invoice

    def pay(self, invoice: Any, cents: int | None = None) -> Any:
        """Somebody records a payment in Syncro's own screens; all of the balance unless said otherwise."""
        cents = self.company.balance(invoice) if cents is None else cents
        return self.company.take_payment(
            invoice.customer_id, cents, {invoice.id: cents}, reference="in Syncro"
        )

    def open_ids(self) -> set[str]:
        """Who owes in Syncro: sent, viewed or partly paid; in openapi drafts too, which it can't tell apart."""
        states = ("sent", "viewed", "partial", *(["draft"] if self.shape == "openapi" else []))
        return {str(one.id) for one in self.company.invoices.values() if self.company.status(one) in states}


@asynccontextmanager
async def opened(shape: Any, folder: Path, size: int = 60) -> AsyncIterator[World]:
    clock = Clock(START)
    syncro = SyncroSandbox(sample_company(clock, size=size), clock, api_key=KEY, shape=shape)
    world = World(shape, syncro, await syncro.start(), clock, folder)
    try:
        yield world
    finally:
        for lane in world.lanes:
            await lane.close()
        await syncro.stop()
