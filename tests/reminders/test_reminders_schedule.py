"""What is due when, by local time and date; and a tick that does all of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from reminders_world import PLAN, POLICY, Bot, World

from bot.domain.calendar import BusinessCalendar
from bot.domain.policy import DigestPlan, LadderPolicy
from bot.store import visits
from bot.store.visits import Visit
from reminders.schedule import Rhythm, Schedule, due_jobs

CALENDAR = BusinessCalendar(is_holiday=lambda day: day == date(2026, 7, 3))


def slots(now: datetime, **changes: object) -> list[tuple[str, str]]:
    policy = replace(POLICY, **changes)  # type: ignore[arg-type]  # fields by name
    return [(due.job, due.slot) for due in due_jobs(now, policy, CALENDAR)]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # Winter time: 9:00 in New York is 14:00 UTC.
        ("2026-03-06T13:59:59", ["build"]),
        ("2026-03-06T14:00:00", ["digest", "build"]),
        ("2026-03-06T15:00:00", ["digest", "build", "sweep"]),
        # Late is fine on the same day, even when it is tomorrow in UTC; after midnight it isn't.
        ("2026-03-07T04:59:59", ["digest", "build", "sweep"]),
        ("2026-03-07T05:00:00", []),
        # What is to be sent is built on every calendar day.
        ("2026-03-07T12:59:59", []),
        ("2026-03-07T13:00:00", ["build"]),
        # The weekend in which the clocks go forward, and the Monday after: 9:00 is 13:00 UTC.
        ("2026-03-08T18:00:00", ["build"]),
        ("2026-03-09T12:59:59", ["build"]),
        ("2026-03-09T13:00:00", ["digest", "build"]),
        # A holiday has a digest and a build, and no sweep.
        ("2026-07-03T18:00:00", ["digest", "build"]),
    ],
)
def test_what_is_due(now: str, due: list[str]) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert [job.split(":")[0] for job, _ in slots(at)] == due


def test_a_time_that_does_not_exist_comes_with_the_next_that_does() -> None:
    plan = replace(PLAN, at=time(2, 30), days=frozenset(range(7)))
    before, after = datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    late = replace(POLICY.ladder, build_at=time(22), send_at=time(23))
    assert slots(before, digests=(plan,), ladder=late) == []
    assert slots(after, digests=(plan,), ladder=late) == [("digest:C0BILLING", "2026-03-08")]


def test_an_hour_that_comes_twice_has_one_slot() -> None:
    plan = replace(PLAN, at=time(1, 30), days=frozenset(range(7)))
    hours = [datetime(2026, 11, 1, hour, 45, tzinfo=UTC) for hour in (5, 6)]
    found = {
        slot
        for at in hours
        for slot in slots(at, digests=(plan,), ladder=LadderPolicy(build_at=time(22), send_at=time(23)))
    }
    assert found == {("digest:C0BILLING", "2026-11-01")}


def test_each_digest_has_its_own_time_zone() -> None:
    plans = (PLAN, DigestPlan("C0APPROVE", time(9), frozenset(range(7)), "Asia/Tokyo"))
    at = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert slots(at, digests=plans) == [
        ("digest:C0BILLING", "2026-03-10"),
        ("build", "2026-03-10"),
        ("sweep", "2026-03-10"),
    ]
    at = datetime(2026, 3, 11, 0, 30, tzinfo=UTC)
    assert ("digest:C0APPROVE", "2026-03-11") in slots(at, digests=plans)


async def test_one_tick_does_everything_that_is_due(world: World) -> None:
    bot = await world.bot()
    await bot.schedule.tick_now()
    assert len(world.posted("C0BILLING", "Northwind IT, ")) == 1
    assert len(world.posted("D0CLERK", "Reminder")) == 1
    await bot.schedule.tick_now()
    assert len(world.posted("C0BILLING")) == len(world.posted("D0CLERK", "Reminder")) == 1


async def test_a_moved_clock_brings_the_next_days_digest_and_no_other(world: World, bot: Bot) -> None:
    await bot.schedule.tick_now()
    world.move(days=2)
    await bot.schedule.tick_now()
    assert len(world.posted("C0BILLING", "Northwind IT, ")) == 2


async def test_before_its_time_nothing_is_posted(world: World, bot: Bot) -> None:
    world.move(hours=19)  # Wednesday, 5:30 in New York
    await bot.schedule.tick_now()
    assert world.posted("C0BILLING") == world.posted("D0CLERK") == []


async def test_the_mirror_is_kept_no_older_than_ten_minutes(world: World, bot: Bot) -> None:
    async def synced() -> bool:
        calls = len(world.syncro.calls("GET /invoices"))
        await bot.schedule.tick_now()
        return len(world.syncro.calls("GET /invoices")) > calls

    world.move(hours=19)  # nothing else is due
    assert await synced()
    world.move(minutes=9)
    assert not await synced()
    world.move(minutes=2)
    world.break_syncro()
    assert await synced()
    assert not await synced(), "a failed sync is not tried again at once"
    world.move(minutes=2)
    assert await synced()


async def test_a_sync_that_is_wanted_soon_is_made_however_fresh_the_copy_is(world: World, bot: Bot) -> None:
    async def synced() -> bool:
        calls = len(world.syncro.calls("GET /invoices"))
        await bot.schedule.tick_now()
        return len(world.syncro.calls("GET /invoices")) > calls

    world.move(hours=19)  # nothing else is due
    assert await synced()
    bot.schedule.sync_soon()
    assert not await synced(), "once a minute at most"
    world.move(minutes=1)
    world.break_syncro()
    assert await synced()
    world.syncro.faults.clear()
    world.move(minutes=1)
    assert await synced(), "it failed, so it is still wanted"
    world.move(minutes=1)
    assert not await synced()


async def test_slack_and_syncro_down_do_not_end_the_schedule(world: World, bot: Bot) -> None:
    world.move(minutes=20)
    world.break_syncro()
    world.slack.faults.add("*", "500_html", times=20)
    await bot.schedule.tick_now()
    world.syncro.faults.clear()
    world.slack.faults.clear()
    for _ in range(4):
        world.move(minutes=6)
        await bot.schedule.tick_now()
    assert len(world.posted("C0BILLING", "Northwind IT, ")) == 1
    assert len(world.posted("D0CLERK", "Reminder")) == 1


async def test_it_rings_at_once_and_drains_when_stopped(world: World, bot: Bot) -> None:
    schedule = Schedule(
        bot.context,
        bot.sync,
        bot.schedule._journal,
        bot.digests,
        bot.sweep,
        bot.chasing,
        bot.outbox,
        Rhythm(),
    )
    world.slack.faults.add("chat.postMessage", "slow", seconds=0.3)
    schedule.start()
    await world.slack.wait_for(lambda: world.slack.called("conversations.info"))
    await asyncio.wait_for(schedule.stop(), 5)
    assert len(world.posted("C0BILLING", "Northwind IT, ")) == 1
    assert len(world.posted("D0CLERK", "Reminder")) == 1


class _Slow:
    """A journal whose pass over open operations ends when the test says so."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.go_on = asyncio.Event()

    async def check_open(self) -> int:
        self.begun += 1
        await self.go_on.wait()
        self.ended += 1
        return 0


def reading_back(bot: Bot, journal: _Slow, rhythm: Rhythm) -> Schedule:
    return Schedule(bot.context, bot.sync, journal, bot.digests, bot.sweep, bot.chasing, bot.outbox, rhythm)  # type: ignore[arg-type]  # a journal as far as ticks ask


async def test_a_long_reading_back_holds_up_no_digest(world: World, bot: Bot) -> None:
    journal = _Slow()
    schedule = reading_back(bot, journal, Rhythm(tick=timedelta(seconds=0.05), drain=timedelta(0)))
    schedule.start()
    for count in (1, 2):
        await world.slack.wait_for(
            lambda count=count: len(world.posted("C0BILLING", "Northwind IT, ")) == count
        )
        world.move(days=1)
    await asyncio.wait_for(schedule.stop(), 5)
    assert (journal.begun, journal.ended) == (1, 0), "one pass at a time, and cut off in the end"


async def test_a_stop_waits_for_a_reading_back_that_ends(bot: Bot) -> None:
    journal = _Slow()
    schedule = reading_back(bot, journal, Rhythm())
    ticking = asyncio.create_task(schedule.tick_now())
    while not journal.begun:  # noqa: ASYNC110 - lets the tick begin
        await asyncio.sleep(0)
    async with schedule._one_tick:
        stopping = asyncio.create_task(schedule.stop())
    done, _ = await asyncio.wait([ticking, stopping], timeout=0.1)
    assert not done
    journal.go_on.set()
    await asyncio.wait_for(asyncio.gather(ticking, stopping), 5)
    assert journal.ended == 1


async def test_where_people_stood_is_forgotten_after_a_month(world: World, bot: Bot) -> None:
    async def known() -> bool:
        await bot.schedule.tick_now()
        return await bot.context.lane.read(lambda tx: visits.get(tx, "v1")) is not None

    visit = Visit(id="v1", user_id="U0CLERK", created_at=bot.context.now())
    await bot.context.lane.write(lambda tx: visits.save(tx, visit))
    world.move(days=29)
    assert await known()
    world.move(days=2)
    assert not await known()
