"""Pitfalls of other engines, seen in the emails that really leave Syncro."""

import asyncio
from decimal import Decimal

from peers_world import FAILURES, Peers, ledger, why
from reminders_world import Bot

from bot.domain.contacts import Reason
from bot.domain.roles import Person
from bot.use_cases.proposals import Proposals

BOSS = Person("U0BOSS", "Bo Castellanos")


async def at_build(world: Peers, bot: Bot) -> None:
    """8:05 on the first day: the build is due, and sending is not."""
    world.move(hours=2, minutes=5)
    await bot.schedule.tick_now()


async def test_run_twice_a_day_emails_once(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    billed = world.bill(40)
    await world.morning(bot, after=0)
    for _ in range(3):
        world.move(hours=1)
        await bot.chasing.build.run(again=True)
        await bot.chasing.execution.run()
        await bot.schedule.tick_now()
    assert [invoice_id for invoice_id, _ in world.mailed()] == [billed.id]


async def test_two_processes_email_once(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    billed = world.bill(40)
    await at_build(world, bot)
    other = await world.bot()
    world.move(hours=2)
    await asyncio.gather(bot.chasing.execution.run(), other.chasing.execution.run())
    await asyncio.gather(bot.schedule.tick_now(), other.schedule.tick_now())
    assert [invoice_id for invoice_id, _ in world.mailed()] == [billed.id]


async def test_after_three_missed_weeks_nothing_is_emailed_until_started_and_then_step_by_step(
    world: Peers, bot: Bot
) -> None:
    """An engine that comes back and sends whatever is due by then opens with its firmest letter."""
    await world.start_sending(bot)
    world.bill(0)
    await world.morning(bot, after=21)
    assert world.mailed() == []
    assert "switched itself off" in world.told(FAILURES, "Automatic sending")[-1]
    await world.start_sending(bot)
    for _ in range(12):
        await world.morning(bot)
    made = [one for one in await ledger(bot) if one.track == "customer"]
    assert [(one.level, one.as_of) for one in made] == [("friendly", "2026-04-01"), ("firm", "2026-04-06")]
    assert len(world.mailed()) == 2


async def test_paid_between_build_and_send_gets_no_email(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    billed = world.bill(8)
    await at_build(world, bot)
    assert [one.stage for one in await ledger(bot)] == ["planned"]
    world.pay(str(billed.id))
    await world.morning(bot, after=0)
    assert world.mailed() == []
    assert [(one.stage, one.reason) for one in await ledger(bot)] == [
        ("suppressed", f"{billed.number} has been paid.")
    ]


async def test_a_partial_payment_is_never_mailed_with_the_old_amount(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    billed = world.bill(8)
    await at_build(world, bot)
    world.syncro.company.pay(billed.id, Decimal(200))
    await world.morning(bot, after=0)
    assert world.mailed() == []
    await world.morning(bot)
    assert world.mailed() == [], "somebody who has just paid a part is left alone for some days"
    for _ in range(5):
        await world.morning(bot)
    ((_, text),) = world.mailed()
    assert "$300.00" in text
    assert "$500.00" not in text


async def test_on_a_weekend_no_email_leaves(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    world.bill(-3)  # one day past due on Saturday
    for _ in range(5):  # Wednesday to Sunday
        await world.morning(bot)
    assert world.mailed() == []
    await world.morning(bot)
    assert len(world.mailed()) == 1


async def test_who_has_opted_out_is_not_emailed(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    world.syncro.company.customers[1].opt_out = True
    billed, other = world.bill(8), world.bill(8, customer=2)
    await world.morning(bot, after=0)
    assert [invoice_id for invoice_id, _ in world.mailed()] == [other.id]
    assert await why(bot, billed, "customer") == Reason.OPTED_OUT


async def test_an_old_book_is_emailed_by_nobody_but_a_person(world: Peers, bot: Bot) -> None:
    old = [world.bill(200 + number, customer=1 + number % 2) for number in range(30)]
    await world.start_sending(bot)
    for _ in range(2):
        await world.morning(bot)
    assert world.mailed() == []
    waits = [one for one in await ledger(bot) if one.awaits]
    assert {(one.customer_id, one.level, one.needs) for one in waits} == {
        ("1", "friendly", "old_book"),
        ("2", "friendly", "old_book"),
    }
    mine = next(one for one in waits if one.customer_id == "1")
    await Proposals(bot.context, bot.authority).approve(BOSS, mine.id)
    await world.morning(bot)
    ((invoice_id, text),) = world.mailed()
    assert str(invoice_id) == mine.carrying_invoice_id
    assert not [one for one in old if one.customer_id == 2 and one.number in text]


async def test_a_lost_database_switches_the_emails_off(world: Peers, bot: Bot) -> None:
    await world.start_sending(bot)
    world.bill(8)
    await world.morning(bot, after=0)
    assert len(world.mailed()) == 1
    (world.folder / "new").mkdir()
    world.folder = world.folder / "new"
    anew = await world.bot()
    for _ in range(8):
        await world.morning(anew)
    assert len(world.mailed()) == 1


async def test_an_email_whose_answer_was_lost_is_not_sent_again(world: Peers, bot: Bot) -> None:
    """An engine that takes a lost answer for a failure mails the customer once more, every day."""
    await world.start_sending(bot)
    billed = world.bill(8)
    world.syncro.faults.add("POST /invoices/{id}/email", "cut_after_commit")
    for _ in range(8):
        await world.morning(bot)
        for _ in range(3):
            world.move(minutes=10)
            await bot.schedule.tick_now()
    assert [invoice_id for invoice_id, _ in world.mailed()] == [billed.id]
    assert [one.stage for one in await ledger(bot) if one.track == "customer"] in (["sent"], ["unknown"])


async def test_a_bounced_cheque_after_a_suppressed_email_is_mailed_at_the_same_level(
    world: Peers, bot: Bot
) -> None:
    await world.start_sending(bot)
    billed = world.bill(3)
    await at_build(world, bot)
    books = world.syncro.company
    cheque = books.take_payment(1, books.balance(billed), {billed.id: books.balance(billed)})
    await world.morning(bot, after=0)
    assert world.mailed() == []
    await world.morning(bot)
    books.fail_payment(cheque.id)
    for _ in range(5):
        await world.morning(bot)
    assert [invoice_id for invoice_id, _ in world.mailed()] == [billed.id]
    made = [(one.level, one.stage) for one in await ledger(bot) if one.track == "customer"]
    assert made == [("friendly", "suppressed"), ("friendly", "sent")]
