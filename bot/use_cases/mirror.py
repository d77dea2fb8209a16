"""Keeping the local copy of customers, invoices and payments current. Syncro stays the system of record."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.errors import SyncroMissing
from bot.domain.invoice import Customer, Invoice, Status
from bot.store import mirror
from bot.store.lane import Tx
from bot.store.rows import at, iso
from bot.syncro.calls import InvoicePage
from bot.use_cases.context import Context

#: The lists that can hold money still expected, or about to be; an id that leaves them is read once.
_LIVING = (Status.DRAFT, Status.SENT, Status.VIEWED, Status.PARTIAL)
#: Where there is money on an invoice; payments are only in its detail.
_PAID_ON = (Status.PARTIAL, Status.PAID)
#: Invoices dated this long before the last sync are listed too: one that was made and paid since is in no other list.
_LOOK_BACK = timedelta(days=3)
#: Payments of invoices dated this lately are known from the first sync on: for duplicates, digests, last payments.
_PAYMENTS_BACK = timedelta(days=60)
_SYNCED = "synced_at"
_ALL = 1_000_000

Progress = Callable[[str, int, int], None]


def _silent(_what: str, _done: int, _of: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync read: pages of lists, single invoices, and how many of each thing it holds now."""

    customers: int
    invoices: int
    details: int
    pages: int
    full: bool


async def synced_at(context: Context) -> datetime | None:
    """When the last complete sync began, or ``None`` if there never was one."""
    text = await context.lane.read(lambda tx: mirror.get_state(tx, _SYNCED))
    return at(text) if text else None


class MirrorSync:
    """Full and incremental sync in the guide's wire shape."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._one = asyncio.Lock()
        self._runs = 0
        self._last: SyncReport | None = None

    async def run(self, full: bool = False, progress: Progress = _silent) -> SyncReport:
        """Brings the mirror up to date. Raises ``SyncroError``; what was read until then is kept.

        The first sync reads every invoice's header and the payments of late; later ones the lists of what is not
        settled and of what is dated lately, and once each invoice that left them, whose balance changed or that is
        no longer paid (its payments are only in the detail).
        Whoever asks while others wait shares the next run with them: a burst of unknown numbers costs Syncro two
        syncs, not twenty.
        """
        asked = self._runs
        async with self._one:
            # Only a run that began after this one was asked for has seen what the asker is looking for.
            if self._last is not None and self._runs > asked and not full:
                return self._last
            self._runs += 1
            self._last = None
            self._last = await self._read(full, progress)
            return self._last

    async def _read(self, full: bool, progress: Progress) -> SyncReport:
        started = self._context.now()
        last = await synced_at(self._context)
        customers, customer_pages = await self._customers(progress)
        if full or last is None:
            invoices, pages, changed = await self._everything(progress)
        else:
            since = self._context.local(last - _LOOK_BACK).date()
            invoices, pages, changed = await self._living(since, progress)
        for done, invoice_id in enumerate(changed, 1):
            await self._detail(invoice_id)
            progress("details", done, len(changed))
        await self._context.lane.write(lambda tx: mirror.set_state(tx, _SYNCED, iso(started)))
        return SyncReport(customers, invoices, len(changed), pages + customer_pages, full or last is None)

    async def _customers(self, progress: Progress) -> tuple[int, int]:
        seen = pages = 0
        async for page in self._context.gateway.customers():
            await self._put_customers(page.customers)
            seen, pages = seen + len(page.customers), pages + 1
            progress("customers", page.page, page.pages)
        return seen, pages

    async def _put_customers(self, customers: tuple[Customer, ...]) -> None:
        now = self._context.now()
        await self._context.lane.write(lambda tx: mirror.put_customers(tx, customers, now))

    async def _everything(self, progress: Progress) -> tuple[int, int, list[str]]:
        """Every header; and the ids of what needs its payments read: partly or lately paid, or changed since."""
        since = self._context.today() - _PAYMENTS_BACK
        changed: dict[str, None] = {}
        seen: set[str] = set()
        pages = 0
        async for page in self._context.gateway.invoices():
            kept = await self._kept(page.invoices)
            moved = {one.id: None for one in page.invoices if one.id in kept and _moved(one, kept)}
            await self._put(tuple(one for one in page.invoices if one.id not in moved))
            changed.update(moved)
            changed.update((one.id, None) for one in page.invoices if _lately_paid_on(one, since))
            seen.update(one.id for one in page.invoices)
            pages += 1
            progress("invoices", page.page, page.pages)
        return len(seen), pages, [*changed]

    async def _living(self, since: date, progress: Progress) -> tuple[int, int, list[str]]:
        """What is not settled or dated ``since`` or later; and the ids of what left these lists or has new payments.

        These ids are put into the mirror only with their details: should that fail, the next sync finds them anew.
        """
        before = await self._context.lane.read(lambda tx: _held(tx, since))
        seen: set[str] = set()
        moved: dict[str, None] = {}
        pages = 0
        for what, found in self._lists(since):
            async for page in found:
                kept = await self._kept(page.invoices)
                fresh = {one.id: None for one in page.invoices if _moved(one, kept)}
                await self._put(tuple(one for one in page.invoices if one.id not in fresh))
                moved.update(fresh)
                seen.update(one.id for one in page.invoices)
                pages += 1
                progress(what, page.page, page.pages)
        left = [one for one in before if one not in seen]
        return len(seen), pages, [*left, *moved]

    def _lists(self, since: date) -> Iterator[tuple[str, AsyncIterator[InvoicePage]]]:
        for status in _LIVING:
            yield f"{status.value} invoices", self._context.gateway.invoices(status=status)
        yield "recent invoices", self._context.gateway.invoices(date_from=since)

    async def _kept(self, invoices: tuple[Invoice, ...]) -> Mapping[str, Invoice]:
        """What the mirror has of these invoices, by id."""

        def read(tx: Tx) -> list[Invoice | None]:
            return [mirror.invoice(tx, one.id) for one in invoices]

        return {one.id: one for one in await self._context.lane.read(read) if one}

    async def _put(self, invoices: tuple[Invoice, ...]) -> None:
        now = self._context.now()
        await self._context.lane.write(lambda tx: mirror.put_invoices(tx, invoices, now))

    async def _detail(self, invoice_id: str) -> None:
        try:
            invoice = await self._context.gateway.invoice(invoice_id)
        except SyncroMissing:
            await self._context.lane.write(lambda tx: mirror.mark_gone(tx, [invoice_id]))
            return
        await self._put((invoice,))


def _moved(invoice: Invoice, kept: Mapping[str, Invoice]) -> bool:
    """Whether its payments may be others than those kept: another balance, no longer paid, or new with money on it.

    What was paid is no longer so when its payment is deleted in Syncro.
    """
    before = kept.get(invoice.id)
    if before is None:
        return invoice.status in _PAID_ON
    paid_on = before.status in _PAID_ON or invoice.status in _PAID_ON
    return before.balance != invoice.balance or (paid_on and before.status is not invoice.status)


def _lately_paid_on(invoice: Invoice, since: date) -> bool:
    """Whether its payments are worth a read when every header is: partly paid, or paid and dated lately."""
    lately = invoice.date is not None and invoice.date >= since
    return invoice.status is Status.PARTIAL or (invoice.status is Status.PAID and lately)


def _held(tx: Tx, since: date) -> dict[str, None]:
    """The ids kept of invoices that these lists should hold."""
    living, _ = mirror.find_invoices(tx, statuses=_LIVING, limit=_ALL, offset=0)
    recent, _ = mirror.find_invoices(tx, date_from=since, limit=_ALL, offset=0)
    return {one.id: None for one in (*living, *recent)}
