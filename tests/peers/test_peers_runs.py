"""Pitfalls of other engines: runs that come twice, late, on the wrong day, or are cut off in the middle."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from domain_samples import TODAY, invoice
from peers_world import BILLING, BOSS, CLERK, FAILURES, Letters, Peers, ledger
from reminders_world import PACE, PLAN, POLICY, Bot

from bot.store import outbox


async def test_run_twice_a_day_reminds_once(world: Peers, bot: Bot) -> None:
    """An engine that escalates on each run sends the next level in the afternoon."""
    world.bill(40)
    await world.morning(bot, after=0)
    for _ in range(3):
        world.move(hours=1)
        await bot.schedule.tick_now()
        await bot.sweep.run(again=True)
        await bot.outbox.deliver_due()
    assert len(world.told(BOSS)) == len(world.told(CLERK)) == 1
    assert [(one.level, one.stage) for one in await ledger(bot)] == [("manager", "sent")]


def test_run_twice_a_day_mails_once() -> None:
    letters = Letters([invoice(40)])
    assert [one.level.name for one in letters.send(TODAY)] == ["friendly"]
    assert letters.send(TODAY) == []


async def test_a_missed_day_is_made_up_for_on_the_next(world: Peers, bot: Bot) -> None:
    """An engine that looks for "exactly 15 days" never sends what fell on a day when it was down."""
    billed = world.bill(14)
    await world.morning(bot, after=0)
    assert world.told(CLERK) == []
    await world.morning(bot, after=2)
    (told,) = world.told(CLERK)
    assert billed.number in told
    assert "16 days" in told


async def test_after_three_missed_weeks_one_reminder_tells_all_whom_it_skipped(
    world: Peers, bot: Bot
) -> None:
    """An engine that replays missed days sends the owner's and the manager's reminder of every one of them."""
    world.bill(14)
    await world.morning(bot, after=0)
    await world.morning(bot, after=21)
    assert [one.level for one in await ledger(bot)] == ["manager"]
    assert len(world.told(CLERK)) == len(world.told(BOSS)) == 1
    await world.morning(bot)
    assert len(await ledger(bot)) == 1


def test_after_three_missed_weeks_a_customer_still_hears_the_first_level_first() -> None:
    late = Letters([invoice(0)])
    assert late.days(TODAY + timedelta(days=21), 10) == [
        (TODAY + timedelta(days=21), "friendly"),
        (TODAY + timedelta(days=26), "firm"),
    ]


async def test_what_falls_due_on_a_weekend_goes_out_once_on_monday(world: Peers, bot: Bot) -> None:
    world.bill(11)  # 15 days on Saturday
    for _ in range(5):  # Wednesday to Sunday
        await world.morning(bot)
    assert world.told(CLERK) == []
    await world.morning(bot)
    await world.morning(bot)
    (told,) = world.told(CLERK)
    assert "17 days" in told


@pytest.mark.parametrize(
    ("start", "at"),
    [
        # Forward: 2:30 doesn't exist on March 8. Back: 1:30 comes twice on November 1.
        (datetime(2026, 3, 7, 12, tzinfo=UTC), time(2, 30)),
        (datetime(2026, 10, 31, 12, tzinfo=UTC), time(1, 30)),
    ],
)
async def test_the_night_of_the_clock_change_has_each_job_once(world: Peers, at: time) -> None:
    plan = replace(PLAN, at=at, days=frozenset(range(7)))
    bot = await world.bot(digests=(plan,), ladder=replace(POLICY.ladder, send_at=at))
    world.bill(20)
    for _ in range(3 * 24):
        await bot.schedule.tick_now()
        world.move(hours=1)
    days = ["Sat", "Sun", "Mon", "Tue"]  # It begins and ends in a day whose time has come.
    told = world.told(BILLING, "Northwind IT, ")
    assert [next(day for day in days if f"{day}, " in one) for one in told] == days
    assert len(world.told(CLERK)) == 1, "on Monday: the weekend is no business day"


async def test_killed_after_claiming_and_before_posting_it_is_posted_once(world: Peers, bot: Bot) -> None:
    world.bill(20)
    world.move(hours=5)
    await bot.sweep.run()
    killed = await bot.context.lane.write(
        lambda tx: outbox.claim(tx, bot.context.now(), PACE.lease, 1)  # and then nothing more
    )
    assert len(killed) == 1
    other = await world.bot()
    for _ in range(6):
        await other.outbox.deliver_due()
        world.move(seconds=61)
    assert len(world.told(CLERK)) == 1
    assert [one.stage for one in await ledger(other)] == ["sent"]


async def test_killed_after_posting_and_before_noting_it_is_posted_once(world: Peers, bot: Bot) -> None:
    world.bill(20)
    world.move(hours=5)
    await bot.sweep.run()
    world.slack.faults.add("chat.postMessage", "slow_after", seconds=30)
    posting = asyncio.create_task(bot.outbox.deliver_due())
    await world.slack.wait_for(lambda: world.told(CLERK))
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    other = await world.bot()
    for _ in range(6):
        await other.outbox.deliver_due()
        world.move(seconds=61)
    assert len(world.told(CLERK)) == 1
    assert [one.stage for one in await ledger(other)] == ["sent"]


async def test_a_lost_database_reminds_once_more_and_not_level_by_level(world: Peers, bot: Bot) -> None:
    world.bill(40)
    await world.morning(bot, after=0)
    (world.folder / "new").mkdir()
    world.folder = world.folder / "new"
    anew = await world.bot()
    await world.morning(anew)
    await world.morning(anew)
    assert [(one.level, one.stage) for one in await ledger(anew)] == [("manager", "sent")]
    assert len(world.told(BOSS)) == 2


def test_a_lost_database_opens_with_a_friendly_mail_that_a_person_lets_out() -> None:
    """Nothing is known to have been heard, and what was past due before the new start is the old book."""
    one = invoice(80)
    assert [step.level.name for step in Letters([one]).send(TODAY)] == ["friendly"]
    guarded = Letters([one], old_book=frozenset({one.id}))
    assert guarded.send(TODAY) == []
    assert [step.level.name for step in guarded.decide(TODAY).proposals if step.track == "customer"] == [
        "friendly"
    ]


async def test_an_archived_channel_fails_visibly_once_and_is_not_stormed(world: Peers) -> None:
    bot = await world.bot(digests=(replace(PLAN, channel="C0OLD"),))
    world.bill(5)
    await world.morning(bot, after=0)
    for _ in range(10):
        world.move(minutes=10)
        await bot.schedule.tick_now()
    assert world.slack.called("chat.postMessage") == world.slack.called("chat.postMessage")[:1]
    (notice,) = world.told(FAILURES, "digest")
    assert "#old-billing is archived. Unarchive it, or name another channel in the policy." in notice
