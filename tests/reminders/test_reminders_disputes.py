"""An open dispute is told to the owner every week, on a business day, until it is resolved or paid."""

import asyncio
from datetime import UTC, datetime, timedelta

from holds_world import CLERK, TUESDAY, end, note, of, reach
from reminders_world import Bot, World, words

from bot.domain.holds import HoldKind
from bot.store import mirror
from bot.use_cases.mirror_reading import refresh
from reminders.disputes import Disputes


async def test_the_owner_is_reminded_of_disputes_every_week_until_they_are_resolved(
    world: World, bot: Bot
) -> None:
    owed = await bot.context.lane.read(mirror.unpaid)
    for one in owed[:2]:
        await note(bot, one, HoldKind.DISPUTE, until=None, note="Switch never came")
    other = await world.bot()

    async def both() -> None:
        await asyncio.gather(*(Disputes(one.context, str(id(one))).run() for one in (bot, other)))
        await bot.outbox.deliver_due()
        await other.outbox.deliver_due()

    for early in (timedelta(days=1), timedelta(minutes=1)):
        reach(world, TUESDAY - early)
        await both()
    assert world.posted(CLERK, "still open") == []
    reach(world, TUESDAY)
    await both()
    await both()
    (told,) = world.posted(CLERK, "2 disputes still open")
    assert words(told).count("disputed for 7 days, noted by Dana Reyes: Switch never came") == 2
    await end(bot, f"dispute-{owed[0].id}")
    await both()
    reach(world, TUESDAY + timedelta(days=6, hours=6))
    await both()
    assert len(world.posted(CLERK, "still open")) == 1
    reach(world, TUESDAY + timedelta(days=7))
    await both()
    (again,) = world.posted(CLERK, "1 dispute still open")
    assert owed[0].number not in words(again)
    assert owed[1].number in words(again)


async def test_a_week_that_ends_on_a_weekend_is_told_on_monday(world: World, bot: Bot) -> None:
    reach(world, datetime(2026, 3, 14, 15, 0, tzinfo=UTC))
    await note(bot, await of(bot), HoldKind.DISPUTE, until=None)
    for day, told in ((21, 0), (22, 0), (23, 1), (24, 1)):
        reach(world, datetime(2026, 3, day, 15, 0, tzinfo=UTC))
        await Disputes(bot.context, "me").run()
        await bot.outbox.deliver_due()
        assert len(world.posted(CLERK, "still open")) == told


async def test_a_dispute_that_ends_before_the_message_goes_out_is_not_told(world: World, bot: Bot) -> None:
    id = await note(bot, await of(bot), HoldKind.DISPUTE, until=None)
    reach(world, TUESDAY)
    await Disputes(bot.context, "me").run()
    await end(bot, id)
    await bot.outbox.deliver_due()
    assert world.posted(CLERK, "still open") == []


async def test_a_disputed_invoice_that_is_paid_is_nobodys_worry(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    await note(bot, invoice, HoldKind.DISPUTE, until=None)
    world.pay(invoice.id)
    reach(world, TUESDAY)
    await refresh(bot.context, invoice.id)
    await Disputes(bot.context, "me").run()
    await bot.outbox.deliver_due()
    assert world.posted(CLERK, "still open") == []
