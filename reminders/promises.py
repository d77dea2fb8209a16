"""Promises that are kept or broken, and holds whose time is over, found at each tick.

Gather (the local copy; Syncro itself before a promise is called broken), decide (``bot.domain.promises``), apply: a
hold ends once in the database, in one transaction with its audit row and with the message to whoever looks after the
customer.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import SyncroError, SyncroLimited, SyncroNotSent
from bot.domain.holds import HoldKind
from bot.domain.promises import Verdict
from bot.store import holds, outbox
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.authority import DUEBOT
from bot.use_cases.context import Context
from bot.use_cases.hold_log import end_hold
from bot.use_cases.mirror import synced_at
from bot.use_cases.mirror_reading import refresh
from bot.use_cases.owners import who_looks_after
from bot.use_cases.promises import being_written, invoices_of, judged
from reminders.mornings import is_morning

log = structlog.get_logger()

BROKEN = "promise.broken"
_LAPSED = "Its time is over."
#: How long it waits before it asks Syncro again about a promise that seems broken.
_RETRY = timedelta(minutes=5)


class Promises:
    """Ends promises that are kept, broken or void of purpose, and claims and snoozes whose time is over."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._not_before: datetime | None = None

    async def run(self) -> None:
        """Ends what has to end now. Nothing is judged on a day on which Syncro has not been read yet."""
        await self._end_lapsed()
        stamp = await synced_at(self._context)
        if stamp is None or self._context.local(stamp).date() != self._context.today():
            return
        await self._end_done()
        if is_morning(self._context):
            await self._end_broken()

    # ---- what lapses ---------------------------------------------------------------------------------------

    async def _end_lapsed(self) -> None:
        if await self._context.lane.read(self._lapsed):
            await self._context.lane.write(self._write_lapsed)

    def _lapsed(self, tx: Tx) -> list[Noted]:
        today, calendar = self._context.today(), self._context.calendar
        found = holds.open_of_kind(tx, HoldKind.SAYS_PAID, HoldKind.SNOOZE)
        return [noted for noted in found if not noted.hold.stands(today, calendar)]

    def _write_lapsed(self, tx: Tx) -> None:
        for noted in self._lapsed(tx):
            end_hold(tx, self._context, noted, DUEBOT, _LAPSED)

    # ---- what is kept, or asks for nothing any more --------------------------------------------------------

    async def _end_done(self) -> None:
        if await self._context.lane.read(lambda tx: self._of_verdict(tx, Verdict.KEPT, Verdict.WITHDRAWN)):
            await self._context.lane.write(self._write_done)

    def _of_verdict(self, tx: Tx, *verdicts: Verdict) -> list[Noted]:
        """The open promises that stand like this. What is being written to one of the invoices may change it."""
        return [
            noted
            for noted in holds.open_of_kind(tx, HoldKind.PROMISE)
            if judged(tx, self._context, noted).verdict in verdicts and not being_written(tx, noted)
        ]

    def _write_done(self, tx: Tx) -> None:
        for noted in self._of_verdict(tx, Verdict.KEPT, Verdict.WITHDRAWN):
            self._end(tx, noted)

    def _end(self, tx: Tx, noted: Noted) -> Verdict | None:
        """Ends a promise as it is judged in this very transaction; the verdict, or ``None`` when it didn't end."""
        judgement = judged(tx, self._context, noted)
        if judgement.verdict is Verdict.WAITS or being_written(tx, noted):
            return None
        outcome = "" if judgement.verdict is Verdict.WITHDRAWN else judgement.verdict.value
        ended = end_hold(tx, self._context, noted, DUEBOT, judgement.reason, outcome)
        return judgement.verdict if ended else None

    # ---- what is broken ------------------------------------------------------------------------------------

    async def _end_broken(self) -> None:
        if self._not_before is not None and self._context.now() < self._not_before:
            return
        seems = await self._context.lane.read(lambda tx: self._of_verdict(tx, Verdict.BROKEN))
        read = await self._read_again(seems)
        if read:
            await self._context.lane.write(lambda tx: self._write_broken(tx, read))
            self._context.wake_outbox()

    async def _read_again(self, seems: Sequence[Noted]) -> list[str]:
        """The ids of those whose invoices could all be read from Syncro just now; the others wait for the next try."""
        read: list[str] = []
        self._not_before = None
        for noted in seems:
            try:
                await self._refresh(noted)
            except SyncroError as error:
                self._not_before = self._context.now() + _RETRY
                log.warning("promise_not_judged", error=str(error))
                if isinstance(error, SyncroNotSent | SyncroLimited):
                    break
            else:
                read.append(noted.hold.id)
        return read

    async def _refresh(self, noted: Noted) -> None:
        for invoice in await self._context.lane.read(lambda tx: invoices_of(tx, noted)):
            await refresh(self._context, invoice.id)

    def _write_broken(self, tx: Tx, hold_ids: Sequence[str]) -> None:
        """Ends them with one message to each who looks after their customers."""
        told: dict[str, list[str]] = defaultdict(list)
        for hold_id in hold_ids:
            noted = holds.get(tx, hold_id)
            if noted is None or self._end(tx, noted) is not Verdict.BROKEN:
                continue
            told[who_looks_after(tx, self._context.policy, noted.hold.customer_id)].append(hold_id)
        for target, broken in told.items():
            if target:
                # A promise breaks once, so the first of them names the message.
                outbox.put(
                    tx, f"{BROKEN}:{broken[0]}", BROKEN, target, {"holds": broken}, self._context.now()
                )
