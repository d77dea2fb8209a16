"""One run of a sync: reading from Syncro behind people's requests, keeping what came, and counting it."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

import structlog

from bot.domain.errors import (
    SyncroError,
    SyncroLost,
    SyncroMissing,
    SyncroRefused,
    SyncroUnauthorized,
)
from bot.domain.invoice import UNPAID, Invoice
from bot.store import mirror, mirror_sync
from bot.store.lane import Tx
from bot.syncro.calls import InvoicePage
from bot.syncro.wire import NAMELESS
from bot.use_cases.context import Context

log = structlog.get_logger()

#: So many invoices in a row that can't be read are no longer their own fault.
_IN_A_ROW = 3
#: So many invoices, and more than a tenth of what is unpaid, are not deleted between two syncs by mistake.
_GONE_AT_ONCE = 20
#: After so many that still can't be read, the others that could not be read before wait for the next run, unless
#: everything is to be read: each may take several requests.
_STILL_UNREADABLE = 2
_UNREADABLE = "unreadable"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync read from Syncro, each thing counted once, and what it found out.

    ``full``: everything was read, and not only what changed. ``details`` are invoices read singly, ``requests`` all
    requests without the transport's repeats. ``gone`` were deleted in Syncro; ``reversals`` are payments that
    invoices no longer have. ``unreadable`` are ids of invoices that could not be read, which the next syncs try
    again; ``unreadable_customers`` and ``unreadable_payments`` are ids of such rows in their lists.
    """

    full: bool
    customers: int = 0
    invoices: int = 0
    payments: int = 0
    details: int = 0
    pages: int = 0
    requests: int = 0
    gone: int = 0
    reversals: int = 0
    unreadable: tuple[str, ...] = ()
    unreadable_customers: tuple[str, ...] = ()
    unreadable_payments: tuple[str, ...] = ()


class Paged(Protocol):
    """A page of any list; ``page`` counts from 1."""

    @property
    def page(self) -> int: ...

    @property
    def pages(self) -> int: ...


Page = TypeVar("Page", bound=Paged)


async def refresh(context: Context, invoice_id: str) -> Invoice | None:
    """Reads one invoice behind people's requests and keeps it; ``None`` when Syncro surely no longer has it.

    Raises ``SyncroError``; then nothing is kept.
    """
    asked = context.now()
    try:
        invoice = await context.bulk.invoice(invoice_id)
    except SyncroMissing as error:
        if not error.certain:
            raise
        await context.lane.write(lambda tx: mirror.mark_gone(tx, [invoice_id]))
        return None
    await context.lane.write(lambda tx: mirror.put_invoices(tx, [invoice], asked))
    return invoice


def _nothing_more(_header: Invoice, _kept: Invoice | None) -> bool:
    """The header is enough."""
    return False


class Reading:
    """What one run has read so far. ``listed``: when a run last began whose lists became complete.

    ``full``: somebody has asked for everything to be read again.
    """

    def __init__(
        self, context: Context, progress: Progress, listed: datetime | None, full: bool = False
    ) -> None:
        self.context = context
        self.full = full
        self.progress = progress
        self.listed = listed
        self.started = context.now()
        #: Invoices that were listed or read, and those whose balance a list told.
        self.seen: set[str] = set()
        self.told: set[str] = set()
        self.customers: set[str] = set()
        self.payments: set[str] = set()
        self.unreadable_customers: list[str] = []
        self.unreadable_payments: list[str] = []
        self.pages = self.singles = self.details = 0
        self.gone: list[str] = []
        #: Rows of lists that made no sense and did not even tell their id.
        self._nameless = 0
        self._garbled_rows: dict[str, None] = {}
        self._failed: dict[str, None] = {}

    async def dated(
        self, what: str, pages: AsyncIterator[Page]
    ) -> AsyncGenerator[tuple[Page, datetime], None]:
        """Each page with the time just before it was asked for."""
        asked = self.context.now()
        done = 0
        async for page in pages:
            done += 1
            self.pages += 1
            yield page, asked
            self.progress(what, done, page.pages)
            asked = self.context.now()

    async def headers(
        self,
        what: str,
        pages: AsyncIterator[InvoicePage],
        wanted: Callable[[Invoice, Invoice | None], bool] = _nothing_more,
    ) -> set[str]:
        """Keeps pages of headers, and returns the ids that they list.

        ``wanted`` says of a header, and of what was kept of that invoice, whether its detail is to be read. Of one that
        doesn't tell the balance the mirror itself knows.
        """
        listed: set[str] = set()
        async for page, asked in self.dated(what, pages):
            await self.context.lane.write(partial(_keep, page=page, asked=asked, wanted=wanted))
            listed.update(one.id for one in page.invoices)
            self.told.update(one.id for one in page.invoices if one.balance is not None)
            listed.update(await self._garbled(page.unreadable))
        self.seen |= listed
        return listed

    async def want(self, ids: Iterable[str]) -> None:
        """These invoices are to be read in detail: the lists tell no more of them, or not enough."""
        wanted = list(ids)
        await self.context.lane.write(lambda tx: mirror_sync.want_detail(tx, wanted))

    async def _garbled(self, rows: tuple[str, ...]) -> list[str]:
        """The ids of rows that make no sense: their details may."""
        named = [one for one in rows if one != NAMELESS]
        self._nameless += len(rows) - len(named)
        self._garbled_rows.update(dict.fromkeys(named))
        await self.want(named)
        return named

    async def knows_balances(self) -> bool:
        """Whether the lists have told every state and balance, so that details only add payments."""
        wanted = await self.context.lane.read(mirror_sync.wanted_details)
        return self.told.issuperset(wanted)

    async def read_details(self) -> None:
        """Reads every invoice of which more must be known. One that can't be read is left out and remembered.

        Raises ``SyncroError`` when it is Syncro that can't be read, and not single invoices.
        """
        fresh, stubborn = await self._to_read()
        self._failed.update(dict.fromkeys(stubborn))
        in_a_row = still = 0
        unpaid = len(await self.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(UNPAID))))
        try:
            for done, invoice_id in enumerate((*fresh, *stubborn), 1):
                error = await self._detail(invoice_id)
                in_a_row = 0 if error is None else in_a_row + 1
                if error is not None and in_a_row >= _IN_A_ROW and done <= len(fresh):
                    raise error
                self.progress("details", done, len(fresh) + len(stubborn))
                self._doubt(unpaid)
                still += error is not None and done > len(fresh)
                if still == _STILL_UNREADABLE and not self.full:
                    break
            await self.context.lane.write(partial(mirror.mark_gone, ids=self.gone))
        finally:
            await self._remember()

    def _doubt(self, unpaid: int) -> None:
        """Raises ``SyncroLost`` when so much is gone at once that it is rather Syncro that answers wrongly."""
        if not self.full and len(self.gone) > _GONE_AT_ONCE and len(self.gone) * 10 > unpaid:
            raise SyncroLost(
                f"Syncro says that {len(self.gone)} invoices no longer exist, all at once. The local copy is not "
                "brought up to date by that. If they were deleted, run: duebot sync --full"
            )

    async def _to_read(self) -> tuple[list[str], list[str]]:
        """The ids to be read for the first time, and those that could not be read before, the longest untried first."""

        def read(tx: Tx) -> tuple[list[str], list[str]]:
            wanted = mirror_sync.wanted_details(tx)
            failed = json.loads(mirror.get_state(tx, _UNREADABLE) or "[]")
            kept = mirror_sync.kept_invoices(tx, (*failed, *self._garbled_rows))
            unknown = [one for one in (*failed, *self._garbled_rows) if one not in kept]
            stubborn = [one for one in failed if one in wanted]
            return [one for one in wanted if one not in failed], list(dict.fromkeys([*stubborn, *unknown]))

        return await self.context.lane.read(read)

    async def _detail(self, invoice_id: str) -> SyncroError | None:
        """Reads one; the error that is its own."""
        self.details += 1
        self.singles += 1
        asked = self.context.now()
        try:
            invoice = await self.context.bulk.invoice(invoice_id)
        except SyncroUnauthorized:
            raise
        except (SyncroLost, SyncroRefused) as error:
            # What a list of this run has told is not gone, whatever its own page says.
            if isinstance(error, SyncroMissing) and error.certain and invoice_id not in self.seen:
                self._failed.pop(invoice_id, None)
                self.gone.append(invoice_id)
                return None
            self._failed.pop(invoice_id, None)
            self._failed[invoice_id] = None  # Behind the others: they are tried before it is tried again.
            if invoice_id not in self.told:
                await self.context.lane.write(lambda tx: mirror_sync.forget_balance(tx, invoice_id))
            return error
        await self.context.lane.write(lambda tx: mirror.put_invoices(tx, [invoice], asked))
        self._failed.pop(invoice_id, None)
        self.seen.add(invoice_id)
        self.payments.update(one.id for one in invoice.payments or ())
        return None

    async def _remember(self) -> None:
        text = json.dumps(list(self._failed))
        await self.context.lane.write(lambda tx: mirror.set_state(tx, _UNREADABLE, text))
        if self._failed:
            log.warning("invoices_not_readable", invoices=list(self._failed))

    def report(self, full: bool, reversals: int) -> SyncReport:
        """What has been read."""
        return SyncReport(
            full=full,
            customers=len(self.customers),
            invoices=len(self.seen - self._failed.keys()),
            payments=len(self.payments),
            details=self.details,
            pages=self.pages,
            requests=self.pages + self.singles,
            gone=len(self.gone),
            reversals=reversals,
            unreadable=(*self._failed, *[NAMELESS] * self._nameless),
            unreadable_customers=tuple(self.unreadable_customers),
            unreadable_payments=tuple(self.unreadable_payments),
        )


class Lists(ABC):
    """How a wire shape's lists are read. Raises ``SyncroError``; what was listed until then is kept."""

    @abstractmethod
    async def read_everything(self, reading: Reading, again: bool) -> None:
        """Every invoice and the payments of late.

        Without ``again`` an interrupted first sync is gone on with: what has its detail is not wanted once more.
        """

    @abstractmethod
    async def read_changes(self, reading: Reading) -> None:
        """What changed since the lists were complete the last time."""

    @abstractmethod
    async def compare(self, reading: Reading) -> None:
        """What lists of changes don't tell: a longer list, compared with what is kept."""

    @abstractmethod
    async def look_for_new(self, reading: Reading) -> None:
        """What was made lately, ahead of work in the background."""


def _keep(
    tx: Tx, page: InvoicePage, asked: datetime, wanted: Callable[[Invoice, Invoice | None], bool]
) -> None:
    kept = mirror_sync.kept_invoices(tx, [one.id for one in page.invoices])
    more = [one.id for one in page.invoices if wanted(one, kept.get(one.id))]
    mirror.put_invoices(tx, page.invoices, asked)
    mirror_sync.want_detail(tx, more)
