"""The daily digest of a channel: one per channel and local day, however often the bot is restarted.

What is stored is the intent; the figures are drawn at the moment of posting. If Syncro can't be read it is posted
all the same, says that its figures may be old, and is corrected when a later sync succeeds on the same day.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.domain.dates import say_date
from bot.domain.digest import Digest, Figures
from bot.domain.errors import SyncroError
from bot.domain.policy import DigestPlan
from bot.domain.weekly import TREND_WEEKS
from bot.store import claims, outbox
from bot.store.lane import Tx
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.mirror import MirrorSync, synced_at
from bot.use_cases.overdue import Overdue
from bot.use_cases.weekly import weekly_facts
from bot.views.blocks import Message
from bot.views.digest import digest
from reminders.kinds import Drop, Kind, Ready, Step
from reminders.slots import free_slot, require_today
from reminders.where import Place, Where

log = structlog.get_logger()

DIGEST = "digest"
CORRECTION = "digest.correction"
_LEASE = timedelta(minutes=5)
_FRESH = timedelta(minutes=1)
_STALE = (
    "Syncro could not be read just now, so these figures may be old. "
    "This message is corrected as soon as it can be read again."
)


def job_of(channel: str) -> str:
    """The name under which a channel's digests are claimed."""
    return f"digest:{channel}"


def local_day(now: datetime, timezone: str) -> date:
    """The date at ``now`` where the digest is read."""
    return now.astimezone(ZoneInfo(timezone)).date()


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What a run did: ``outbox_id`` is empty when that day's digest had been made before."""

    channel: str
    slot: str
    outbox_id: str
    stale: str = ""


class Digests:
    """Makes digests, and has those corrected that were posted while Syncro could not be read.

    ``owner`` names this process in claims.
    """

    def __init__(self, context: Context, sync: MirrorSync, overdue: Overdue, owner: str) -> None:
        self._context = context
        self._sync = sync
        self._overdue = overdue
        self._owner = owner

    async def run(self, plan: DigestPlan, *, again: bool = False, as_of: date | None = None) -> DigestReport:
        """Makes today's digest of a channel; with ``again`` a further one on the same day.

        Raises ``BadInput`` for another day than today, and ``SyncroError`` only when Syncro has never been read:
        then there is nothing to tell.
        """
        require_today(self._context, as_of)
        now = self._context.now()
        job, day = job_of(plan.channel), local_day(now, plan.timezone).isoformat()

        def take(tx: Tx) -> str:
            slot = free_slot(tx, job, day) if again else day
            return slot if claims.take(tx, job, slot, self._owner, now, _LEASE) else ""

        slot = await self._context.lane.write(take)
        if not slot:
            return DigestReport(plan.channel, day, "")
        stale = await self._refresh()
        return await self._make(plan, job, slot, day, stale)

    async def _refresh(self) -> str:
        """Brings the mirror up to date unless it just was; a sentence when that is not possible."""
        read_at = await synced_at(self._context)
        if read_at is not None and self._context.now() - read_at < _FRESH:
            return ""
        try:
            await self._sync.run()
        except SyncroError as error:
            if read_at is None:
                raise
            log.warning("digest_without_sync", error=str(error))
            return _STALE
        return ""

    async def _make(self, plan: DigestPlan, job: str, slot: str, day: str, stale: str) -> DigestReport:
        before = await self._before(job)
        today = date.fromisoformat(day)
        facts = await self._overdue.digest_facts(today, before, stale, over_days(plan))
        payload = {
            "day": day,
            "timezone": plan.timezone,
            "before": before.to_json() if before else None,
            "stale": stale,
            "over_days": over_days(plan),
            "weekly": has_weekly(plan, today),
        }

        def write(tx: Tx) -> str:
            now = self._context.now()
            claims.finish(tx, job, slot, Figures.of(facts, before).to_json(), now)
            return outbox.put(tx, _key(plan.channel, slot), DIGEST, plan.channel, payload, now)

        outbox_id = await self._context.lane.write(write)
        self._context.wake_outbox()
        return DigestReport(plan.channel, slot, outbox_id, stale)

    async def dry_run(self, plan: DigestPlan, as_of: date | None = None) -> Message:
        """What the digest would say, from the mirror as it is: nothing is written, read from Syncro or posted."""
        today = local_day(self._context.now(), plan.timezone)
        day = as_of or today
        note = "" if day == today else f"Days are counted on {say_date(day)}; balances are as of now."
        before = await self._before(job_of(plan.channel))
        known = before if before and before.on <= day else None
        facts = await self._overdue.digest_facts(day, known, note, over_days(plan))
        if has_weekly(plan, day):
            facts = await _with_weekly(self._context, facts, plan.channel)
        return digest(facts)

    async def _before(self, job: str) -> Figures | None:
        """The figures of the last digest that people saw: one that was never posted passes its own on."""

        def read(tx: Tx) -> dict[str, Any] | None:
            last = claims.last(tx, job)
            if last is None:
                return None
            slot, figures = last
            item = outbox.by_key(tx, f"{job}:{slot}")
            unseen = item is not None and item.state in ("dropped", "failed")
            kept: dict[str, Any] | None = item.payload["before"] if item is not None and unseen else figures
            return kept

        kept = await self._context.lane.read(read)
        return Figures.from_json(kept) if kept else None

    async def correct(self) -> int:
        """Asks for a correction of today's digests that were posted on old figures; how many.

        One for each, when Syncro has been read since it was made.
        """
        read_at = await synced_at(self._context)
        if read_at is None:
            return 0
        asked = 0
        for plan in self._context.policy.digests:
            day = local_day(self._context.now(), plan.timezone).isoformat()
            asked += await self._context.lane.write(partial(self._ask, plan.channel, day, read_at))
        return asked

    def _ask(self, channel: str, day: str, read_at: datetime, tx: Tx) -> bool:
        item = outbox.by_key(tx, _key(channel, day))
        if item is None or item.state != "sent" or not item.payload["stale"] or read_at <= item.created_at:
            return False
        key = f"{CORRECTION}:{channel}:{day}"
        if outbox.by_key(tx, key) is not None:
            return False
        payload = {**item.payload, "stale": "", "channel": item.channel, "ts": item.ts}
        outbox.put(tx, key, CORRECTION, channel, payload, self._context.now())
        return True


class DigestPost(Kind):
    """A digest in the outbox: its figures are drawn when it is posted."""

    def __init__(self, context: Context, overdue: Overdue, where: Where) -> None:
        self._context = context
        self._overdue = overdue
        self._where = where

    def title(self, item: Item) -> str:
        """The digest of its day."""
        return f"The digest of {say_date(date.fromisoformat(item.payload['day']))}"

    async def prepare(self, item: Item) -> Step:
        """Only on its own day: yesterday's figures help nobody."""
        today = local_day(self._context.now(), item.payload["timezone"])
        if today.isoformat() != item.payload["day"]:
            return Drop("Its day is over; the next digest says what has changed since.")
        place = await self._where.of(item.target)
        return Ready(place, digest(await self._facts(item)))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its channel."""
        return (Place(item.target),)

    async def _facts(self, item: Item) -> Digest:
        """What it tells, as it is now. Items put before there was a weekly part say nothing of one."""
        kept: dict[str, Any] = item.payload
        before = Figures.from_json(kept["before"]) if kept["before"] else None
        day, stale = date.fromisoformat(kept["day"]), await self._stale(item)
        facts = await self._overdue.digest_facts(day, before, stale, kept["over_days"])
        return await _with_weekly(self._context, facts, item.target) if kept.get("weekly") else facts

    async def _stale(self, item: Item) -> str:
        """The warning of old figures, unless Syncro has been read since the digest was made."""
        read_at = await synced_at(self._context)
        stale: str = item.payload["stale"]
        return "" if read_at is not None and read_at > item.created_at else stale


class DigestCorrection(DigestPost):
    """The same digest with figures read since, in the place of the message that was posted."""

    def title(self, item: Item) -> str:
        """The correction of a digest."""
        return f"The correction of the digest of {say_date(date.fromisoformat(item.payload['day']))}"

    async def prepare(self, item: Item) -> Step:
        """Replaces the message; doing that twice changes nothing."""
        step = await super().prepare(item)
        if not isinstance(step, Ready):
            return step
        return Ready(Place(item.payload["channel"]), step.message, item.payload["ts"])

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Nowhere: nothing new is posted."""
        return ()


async def _with_weekly(context: Context, facts: Digest, channel: str) -> Digest:
    """A digest with the weekly summary; the trend is that of the channel's own digests."""
    first = (facts.today - timedelta(weeks=TREND_WEEKS)).isoformat()
    kept = await context.lane.read(lambda tx: claims.finished_from(tx, job_of(channel), first))
    weekly = await weekly_facts(context, facts.today, map(Figures.from_json, kept))
    return replace(facts, weekly=weekly)


def has_weekly(plan: DigestPlan, day: date) -> bool:
    """Whether the digest of that day has the weekly part."""
    return plan.weekly == day.weekday()


def over_days(plan: DigestPlan) -> int:
    """How many days past due the plan's filter asks for: "60+" is 60, no filter 0."""
    return int(plan.filter.removesuffix("+") or 0)


def _key(channel: str, slot: str) -> str:
    return f"digest:{channel}:{slot}"
