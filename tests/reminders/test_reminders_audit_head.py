"""Every week the audit record's length and end are posted, checked, so that a cut tail can be found later."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from holds_world import reach
from reminders_world import Bot, World, words

from bot.domain.policy import Channels
from bot.store import claims
from bot.store.audit_check import verify
from bot.store.lane import Tx
from reminders.audit_head import AuditHead

#: Build time, 8:00 in New York, on a Monday.
MONDAY = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
APPROVALS = "C0APPROVE"


@pytest.fixture
def shape() -> str:
    """The record doesn't depend on the shape of Syncro's answers."""
    return "guide"


def act(bot: Bot, tx: Tx) -> None:
    bot.context.audit.append(
        tx,
        at=bot.context.now(),
        actor_id="U1",
        actor_name="Ann Example",
        action="payment.confirmed",
        subject="invoice:1",
        before={},
        after={},
    )


async def acts(bot: Bot, number: int) -> None:
    await bot.context.lane.write(lambda tx: [act(bot, tx) for _ in range(number)])


async def run(*bots: Bot) -> None:
    await asyncio.gather(*(AuditHead(bot.context, str(id(bot))).run() for bot in bots))
    for bot in bots:
        await bot.outbox.deliver_due()


async def test_it_is_posted_once_a_week_whoever_comes_first(world: World, bot: Bot) -> None:
    await acts(bot, 3)
    other = await world.bot()
    reach(world, MONDAY - timedelta(minutes=1))
    await run(bot, other)
    assert world.posted(APPROVALS, "Audit record") == []
    reach(world, MONDAY)
    head = await bot.context.lane.read(bot.context.audit.head)
    await run(bot, other)
    await run(other, bot)
    (told,) = world.posted(APPROVALS, "Audit record: 3 entries")
    assert f"duebot audit verify --head {head}" in words(told)
    assert "Ann" not in words(told)
    assert "verify." not in words(told)
    assert await bot.context.lane.read(lambda tx: claims.done(tx, "audit-head", "2026-W12"))
    reach(world, MONDAY + timedelta(days=4))
    await run(bot)
    assert len(world.posted(APPROVALS, "Audit record")) == 1
    reach(world, MONDAY + timedelta(days=7))
    await run(bot)
    assert len(world.posted(APPROVALS, "Audit record")) == 2


async def test_what_it_says_finds_a_cut_tail(world: World, bot: Bot) -> None:
    await acts(bot, 3)
    reach(world, MONDAY)
    await run(bot)
    (told,) = world.posted(APPROVALS, "Audit record")
    head = words(told).partition("Head `")[2].partition("`")[0]
    await acts(bot, 1)
    audit = bot.context.audit
    assert (await bot.context.lane.read(lambda tx: verify(audit, tx, head))).fine

    def cut(tx: Tx) -> None:
        for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            tx.run(f"DROP TRIGGER {row['name']}")
        tx.run("DELETE FROM audit")
        tx.run("DELETE FROM audit_head")

    await bot.context.lane.write(cut)
    assert (await bot.context.lane.read(lambda tx: verify(audit, tx))).fine
    assert not (await bot.context.lane.read(lambda tx: verify(audit, tx, head))).fine


async def test_a_week_whose_first_days_were_missed_is_told_on_the_next_business_day(
    world: World, bot: Bot
) -> None:
    await acts(bot, 1)
    for day, told in ((14, 0), (15, 0), (18, 1), (19, 1)):
        reach(world, datetime(2026, 3, day, 15, 0, tzinfo=UTC))
        await run(bot)
        assert len(world.posted(APPROVALS, "Audit record")) == told, day


async def test_an_empty_record_is_no_news_until_it_has_an_entry(world: World, bot: Bot) -> None:
    reach(world, MONDAY)
    await run(bot)
    assert world.posted(APPROVALS, "Audit record") == []
    await acts(bot, 1)
    await run(bot)
    assert len(world.posted(APPROVALS, "Audit record: 1 entry")) == 1


async def test_what_is_wrong_is_told_with_a_warning(world: World, bot: Bot) -> None:
    await acts(bot, 9)

    def tamper(tx: Tx) -> None:
        tx.run("DROP TRIGGER audit_no_update")
        tx.run("UPDATE audit SET actor_name = 'Mallory' WHERE seq > 2")

    await bot.context.lane.write(tamper)
    reach(world, MONDAY)
    await run(bot)
    (told,) = world.posted(APPROVALS, "does not verify")
    assert "Entry 3 is not as it was written" in words(told)
    assert "and 2 more" in words(told)
    assert "Mallory" not in words(told)


async def test_without_an_approvals_channel_the_next_best_is_taken(world: World, bot: Bot) -> None:
    other = await world.bot(channels=Channels(failures="C0BILLING"))
    await acts(bot, 1)
    reach(world, MONDAY)
    await run(other)
    assert len(world.posted("C0BILLING", "Audit record")) == 1
    silent = await world.bot(channels=Channels())
    reach(world, MONDAY + timedelta(days=7))
    await run(silent)
    await run(bot)
    assert len(world.posted(APPROVALS, "Audit record")) == 1, "nobody has claimed a week that is not told"


async def test_who_is_cut_off_in_the_middle_leaves_it_to_the_next(world: World, bot: Bot) -> None:
    await acts(bot, 1)
    reach(world, MONDAY)
    now = bot.context.now()
    taken = await bot.context.lane.write(
        lambda tx: claims.take(tx, "audit-head", "2026-W12", "gone", now, timedelta(minutes=15))
    )
    assert taken
    await run(bot)
    assert world.posted(APPROVALS, "Audit record") == []
    world.move(minutes=16)
    await run(bot)
    assert len(world.posted(APPROVALS, "Audit record")) == 1


async def test_a_tick_posts_it(world: World, bot: Bot) -> None:
    await acts(bot, 1)
    reach(world, MONDAY)
    await bot.schedule.tick_now()
    assert len(world.posted(APPROVALS, "Audit record")) == 1
