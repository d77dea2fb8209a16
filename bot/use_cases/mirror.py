"""Keeping the local copy of customers, invoices and payments current. Syncro stays the system of record."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.domain.errors import SyncroNotSent
from bot.store import mirror, mirror_sync
from bot.store.lane import Tx
from bot.store.rows import at, iso
from bot.syncro.gateway import Gateway
from bot.use_cases.context import Context
from bot.use_cases.mirror_customers import read_customers, read_customers_daily, read_strangers
from bot.use_cases.mirror_guide import GuideLists
from bot.use_cases.mirror_openapi import OpenapiLists
from bot.use_cases.mirror_reading import Lists, Progress, Reading, SyncReport
from bot.use_cases.reversals import tell_reversals
from bot.use_cases.thanks import note_thanks

#: When the last sync began after which all states and balances were known; when the lists were last complete; on
#: which business day they were compared.
_SYNCED = "synced_at"
_LISTED = "listed_at"
_COMPARED = "compared_on"
_STOPPED = "Duebot is being stopped, so Syncro is not read any further. Ask again in a minute."


def _silent(_what: str, _done: int, _of: int) -> None:
    """No progress is shown."""


async def synced_at(context: Context) -> datetime | None:
    """As of when all states and balances are known, or ``None`` if they never were: what answers say of their age."""
    text = await context.lane.read(lambda tx: mirror.get_state(tx, _SYNCED))
    return at(text) if text else None


class MirrorSync:
    """Full and incremental sync, in whichever wire shape the account speaks."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._one = asyncio.Lock()
        self._runs = 0
        self._last: SyncReport | None = None
        self._stopped = False
        self._work: asyncio.Task[SyncReport] | None = None
        self._awaited: set[asyncio.Task[SyncReport]] = set()

    async def run(self, full: bool = False, progress: Progress = _silent) -> SyncReport:
        """Brings the mirror up to date. Raises ``SyncroError``; what was read until then is kept, and not read again.

        The first run lists everything, later ones what changed, and the first of a day compares more. What lists
        don't tell is read in detail. ``full`` lists everything again and finds what is gone from all lists.
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
            self._last = await self._unless_stopped(full, progress)
            return self._last

    async def _unless_stopped(self, full: bool, progress: Progress) -> SyncReport:
        if self._stopped:
            raise SyncroNotSent(_STOPPED)
        self._work = asyncio.create_task(self._read(full, progress))
        try:
            return await self._work
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            raise SyncroNotSent(_STOPPED) from None

    async def within(self, seconds: float) -> bool:
        """As ``run``, for somebody who waits no longer than that; false when it isn't done by then, and goes on."""
        run = asyncio.create_task(self.run())
        self._awaited.add(run)
        run.add_done_callback(self._forget)
        await asyncio.wait({run}, timeout=seconds)
        if run.done():
            run.result()
        return run.done()

    def _forget(self, run: asyncio.Task[SyncReport]) -> None:
        """A run that nobody waited for any longer has ended; what went wrong comes up again in the next one."""
        self._awaited.discard(run)
        if not run.cancelled():
            run.exception()

    async def look_for_new(self) -> None:
        """Lists what was made or changed lately, ahead of work in the background: somebody waits for it.

        Raises ``SyncroError``. Before the lists were complete for the first time this does nothing.
        """
        listed = await self._state(_LISTED)
        if listed is not None:
            lists = await self._lists(self._context.gateway)
            await lists.look_for_new(Reading(self._context, _silent, at(listed)))

    @property
    def stopped(self) -> bool:
        """Whether it reads nothing any more, since the bot is being stopped."""
        return self._stopped

    def stop(self) -> None:
        """Ends a run under way, and lets no other begin. What was read is kept, and not read again."""
        self._stopped = True
        if self._work is not None:
            self._work.cancel()

    async def _read(self, full: bool, progress: Progress) -> SyncReport:
        lists = await self._lists(self._context.bulk)
        listed, today = await self._state(_LISTED), self._context.today().isoformat()
        reading = Reading(self._context, progress, at(listed) if listed else None, full)
        everything = full or listed is None
        if full:
            await read_customers(reading)
        else:
            await read_customers_daily(reading)
        if everything:
            await lists.read_everything(reading, again=full)
        else:
            await lists.read_changes(reading)
        if not everything and await self._state(_COMPARED) != today:
            await lists.compare(reading)
        await self._listed(reading, today)
        await read_strangers(reading)
        if await reading.knows_balances():
            await self._set({_SYNCED: iso(reading.started)})
        await reading.read_details()
        reversals = await tell_reversals(self._context)
        await note_thanks(self._context)
        await self._set({_SYNCED: iso(reading.started)})
        return reading.report(everything, reversals)

    async def _lists(self, gateway: Gateway) -> Lists:
        await gateway.ready()
        return GuideLists() if gateway.abilities.filters else OpenapiLists()

    async def _listed(self, reading: Reading, today: str) -> None:
        """Remembers that the lists are complete; once a day the database looks at what it holds by now."""
        if await self._state(_COMPARED) != today:
            await self._context.lane.write(mirror_sync.analyze)
        await self._set({_LISTED: iso(reading.started), _COMPARED: today})

    async def _state(self, key: str) -> str | None:
        return await self._context.lane.read(lambda tx: mirror.get_state(tx, key))

    async def _set(self, values: Mapping[str, str]) -> None:
        def write(tx: Tx) -> None:
            for key, value in values.items():
                mirror.set_state(tx, key, value)

        await self._context.lane.write(write)
