"""When things happen. APScheduler only rings; what is due follows from the clock, the policy and the claims.

A job is due from its local time on until its local day ends, and its slot is that date: so a late start makes up
for it on the same day, a repeated hour in autumn does it once, and yesterday's is never made up for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.calendar import BusinessCalendar
from bot.domain.errors import DuebotError
from bot.domain.policy import DigestPlan, Policy
from bot.store import claims, visits
from bot.use_cases.automatics import BUILD
from bot.use_cases.context import Context
from bot.use_cases.journal import Journal
from bot.use_cases.mirror import MirrorSync, synced_at
from reminders.chasing import Chasing
from reminders.digest import Digests, job_of
from reminders.outbox import Outbox
from reminders.sweep import SWEEP, Sweep

log = structlog.get_logger()

#: Where people stood is kept this long: longer than any form stays open or any undecided change should.
_VISITS_KEPT = timedelta(days=30)
_NO_STEPS: Mapping[str, Callable[[], Awaitable[object]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Due:
    """A job whose time has come today: its name and slot as they are claimed. ``plan`` is a digest's."""

    kind: Literal["digest", "build", "sweep"]
    job: str
    slot: str
    plan: DigestPlan | None = None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``tick``: between two rings. ``sync``: how old the mirror may get. ``sync_retry``: after a failed sync.

    ``drain``: how long a stop waits until lost writes are read back.
    """

    tick: timedelta = timedelta(seconds=20)
    sync: timedelta = timedelta(minutes=10)
    sync_retry: timedelta = timedelta(minutes=1)
    drain: timedelta = timedelta(seconds=30)


def due_jobs(now: datetime, policy: Policy, calendar: BusinessCalendar) -> tuple[Due, ...]:
    """Digests, the build and the sweep whose local time has come today, done or not. ``now`` is aware."""
    found: list[Due] = []
    for plan in policy.digests:
        local = now.astimezone(ZoneInfo(plan.timezone))
        if local.weekday() in plan.days and local.time() >= plan.at:
            found.append(Due("digest", job_of(plan.channel), local.date().isoformat(), plan))
    local = now.astimezone(ZoneInfo(policy.business.timezone))
    if local.time() >= policy.ladder.build_at:
        found.append(Due("build", BUILD, local.date().isoformat()))
    if calendar.is_business_day(local.date()) and local.time() >= policy.ladder.send_at:
        found.append(Due("sweep", SWEEP, local.date().isoformat()))
    return tuple(found)


class Schedule:
    """Rings, and does what is due: operations to check, sync, holds, digests, the sweep, and posting."""

    def __init__(
        self,
        context: Context,
        sync: MirrorSync,
        journal: Journal,
        digests: Digests,
        sweep: Sweep,
        chasing: Chasing,
        outbox: Outbox,
        rhythm: Rhythm | None = None,
        early: Mapping[str, Callable[[], Awaitable[object]]] = _NO_STEPS,
    ) -> None:
        """``early``: named steps of each tick between the sync and the jobs, each with errors of its own."""
        self._context = context
        self._sync = sync
        self._journal = journal
        self._digests = digests
        self._sweep = sweep
        self._chasing = chasing
        self._outbox = outbox
        self._rhythm = rhythm or Rhythm()
        self._early = early
        self._one_tick = asyncio.Lock()
        self._one_check = asyncio.Lock()
        self._checks: set[asyncio.Task[None]] = set()
        self._sync_tried: datetime | None = None
        self._sync_wanted = False
        self._forgot_on: date | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begins to ring, the first time at once: what was missed while the bot was down is made up for."""
        self._scheduler.add_job(
            self._ring,
            "interval",
            seconds=self._rhythm.tick.total_seconds(),
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Rings no more, and returns when the tick under way is done.

        Reading lost writes back gets a bounded time: what is cut off stands in the journal, and the next start goes
        on with it.
        """
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
        async with self._one_tick:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
        await self._end_checks()

    async def _end_checks(self) -> None:
        checks = set(self._checks)
        if not checks:
            return
        _, late = await asyncio.wait(checks, timeout=self._rhythm.drain.total_seconds())
        for check in late:
            check.cancel()
        await asyncio.gather(*checks, return_exceptions=True)

    def sync_soon(self) -> None:
        """Something has changed in Syncro: the next tick reads it, however fresh the local copy is.

        Asked for often, it is done once a minute at most.
        """
        self._sync_wanted = True

    async def tick_now(self) -> None:
        """Does everything that is due at this moment, and returns when it is done. Never raises an error."""
        check = self._start_check()
        await self._tick()
        await asyncio.wait([check])

    async def _ring(self) -> None:
        """A tick that waits for no lost write: reading those back takes long while Syncro hangs."""
        if not self._checks:
            self._start_check()
        await self._tick()

    async def _tick(self) -> None:
        async with self._one_tick:
            await self._guarded("jobs", self._jobs)
            await self._guarded("outbox", self._outbox.deliver_due)

    def _start_check(self) -> asyncio.Task[None]:
        check = asyncio.create_task(self._check())
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)
        return check

    async def _check(self) -> None:
        """One pass over open operations, and posting what it has to tell."""
        async with self._one_check:
            await self._guarded("operations", self._journal.check_open)
            await self._guarded("outbox", self._outbox.deliver_due)

    async def _jobs(self) -> None:
        await self._guarded("outbox", self._outbox.deliver_due)
        await self._guarded("sync", self._sync_if_old)
        for name, step in self._early.items():
            await self._guarded(name, step)
        for due in await self._waiting():
            await self._guarded(due.kind, partial(self._do, due))
        await self._guarded("execution", self._execute)
        await self._guarded("late_fees", self._chasing.fees.carry_out)
        await self._guarded("correction", self._digests.correct)
        await self._guarded("visits", self._forget_visits)

    async def _waiting(self) -> list[Due]:
        """What is due and not done."""
        found = due_jobs(self._context.now(), self._context.policy, self._context.calendar)
        return await self._context.lane.read(
            lambda tx: [due for due in found if not claims.done(tx, due.job, due.slot)]
        )

    async def _do(self, due: Due) -> None:
        if due.plan is not None:
            await self._digests.run(due.plan)
        elif due.kind == "build":
            await self._chasing.build.run()
        else:
            await self._sweep.run()

    async def _execute(self) -> None:
        """Sends what was planned, once its time has come."""
        if not self._chasing.execution.is_due(self._context.now()):
            return
        report = await self._chasing.execution.run()
        if report.unread:
            log.warning("contacts_wait", unread=len(report.unread))

    async def _sync_if_old(self) -> None:
        now = self._context.now()
        read_at = await synced_at(self._context)
        fresh = read_at is not None and now - read_at < self._rhythm.sync and not self._sync_wanted
        lately = self._sync_tried is not None and now - self._sync_tried < self._rhythm.sync_retry
        if fresh or lately:
            return
        self._sync_tried, self._sync_wanted = now, False
        try:
            await self._sync.run()
        except DuebotError:
            self._sync_wanted = True
            raise

    async def _forget_visits(self) -> None:
        """Once a day (and start): the table of visits would grow with every click."""
        today, before = self._context.today(), self._context.now() - _VISITS_KEPT
        if self._forgot_on != today:
            await self._context.lane.write(lambda tx: visits.prune(tx, before))
            self._forgot_on = today

    async def _guarded(self, what: str, do: Callable[[], Awaitable[object]]) -> None:
        """One step of a tick: whatever goes wrong in it, the others still get their turn."""
        try:
            await do()
        except DuebotError as error:
            # What a stop cuts short has not failed: the next start goes on with it.
            say = log.info if self._sync.stopped else log.warning
            say("tick_step_failed", step=what, error=str(error))
        except Exception:  # the tick's boundary: an error in one step must not end the schedule
            log.exception("tick_step_broken", step=what)
