"""Looking at a past day: what was owed, held and said by then."""

from datetime import date, timedelta

from reminders_world import Bot, World

from bot.use_cases.explain import Explain
from bot.use_cases.lookup import Lookup


async def rows_of(bot: Bot, invoice_id: str, day: date) -> dict[str, tuple[str, int | None]]:
    report = await bot.sweep.dry_run(day)
    return {
        row.track: (row.reason, row.invoice.balance) for row in report.rows if row.invoice.id == invoice_id
    }


async def chased(bot: Bot) -> str:
    report = await bot.sweep.dry_run()
    return next(row.invoice.id for row in report.rows if row.reason == "listed" and row.track == "internal")


async def test_what_was_paid_since_is_owed_again_on_a_day_before(world: World, bot: Bot) -> None:
    today, invoice_id = bot.context.today(), await chased(bot)
    before = (await rows_of(bot, invoice_id, today))["internal"]
    world.pay(invoice_id)
    await bot.sync.run()
    assert await rows_of(bot, invoice_id, today) == {}
    yesterday = await rows_of(bot, invoice_id, today - timedelta(days=1))
    assert yesterday["internal"][1] == before[1]
    assert set(yesterday) == {"customer", "internal"}


async def test_what_was_said_since_counts_for_nothing_on_a_day_before(world: World, bot: Bot) -> None:
    today, invoice_id = bot.context.today(), await chased(bot)
    await bot.sweep.run()
    await bot.outbox.deliver_due()
    assert (await rows_of(bot, invoice_id, today))["internal"][0] != "listed"
    yesterday = (await rows_of(bot, invoice_id, today - timedelta(days=1)))["internal"][0]
    assert yesterday in ("listed", "level_not_due")


async def test_an_explanation_of_a_past_day_says_what_its_balance_is_worth(world: World, bot: Bot) -> None:
    explain = Explain(bot.context, Lookup(bot.context, bot.sync))
    today, invoice_id = bot.context.today(), await chased(bot)
    then = await explain.invoice(invoice_id, today - timedelta(days=1))
    assert "those of that day" in then.note
    assert {track.track for track in then.tracks} == {"customer", "internal"}
    long_ago = await explain.invoice(invoice_id, date(2020, 1, 1))
    assert {track.sentence for track in long_ago.tracks} == {"It had not been made by then."}
    ahead = await explain.invoice(invoice_id, today + timedelta(days=30))
    assert "balances are as of now" in ahead.note
