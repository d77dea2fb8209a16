"""Owners are told once, in one message a morning, that what was chased is paid."""

import asyncio
from datetime import time
from decimal import Decimal

import pytest
from reminders_world import POLICY, Bot, World, words

from bot.domain.invoice import Invoice
from bot.domain.policy import People
from bot.store import contacts, mirror
from bot.store.lane import Tx

CLERK = "D0CLERK"
NUMBER = "INV-2024-1042"
PAID = "Thank you, paid"


async def chased(bot: Bot) -> list[Invoice]:
    """Invoices that somebody has been reminded of, one of each customer, the example first."""
    await bot.sweep.run()
    await bot.outbox.deliver_due()

    def read(tx: Tx) -> list[Invoice]:
        told = contacts.load(tx, "contact.stage = 'sent'", {})
        listed = [mirror.invoice(tx, one.invoices[0].invoice_id) for one in told]
        return [one for one in listed if one is not None and one.balance]

    found = {one.customer_id: one for one in await bot.context.lane.read(read)}
    return sorted(found.values(), key=lambda one: (one.number != NUMBER, one.id))


async def next_morning(world: World, bot: Bot) -> None:
    await bot.sync.run()
    world.move(days=1)
    await bot.outbox.deliver_due()


def told(world: World, channel: str = CLERK) -> list[str]:
    return [words(one) for one in world.posted(channel, PAID)]


async def test_what_was_paid_in_a_day_is_one_message_the_next_morning(world: World, bot: Bot) -> None:
    first, second, third, *_ = await chased(bot)
    world.pay(first.id)
    await bot.sync.run()
    await bot.outbox.deliver_due()
    world.move(hours=5)
    world.pay(second.id)
    await bot.sync.run()
    await bot.outbox.deliver_due()
    assert told(world) == [], "it waits for the morning"
    world.move(hours=19)
    await bot.sync.run()
    await bot.outbox.deliver_due()
    (text,) = told(world)
    assert f"{PAID}: 2 invoices" in text
    assert first.number in text
    assert second.number in text
    assert "after the due date" in text
    world.pay(third.id)
    await next_morning(world, bot)
    await next_morning(world, bot)
    assert [third.number in one for one in told(world)] == [False, True]


async def test_what_nobody_was_told_of_is_not_worth_a_note(world: World, bot: Bot) -> None:
    unpaid = await bot.context.lane.read(mirror.unpaid)
    listed = {one.id for one in await chased(bot)}
    quiet = next(
        one for one in unpaid if one.id not in listed and one.balance and not one.overdue(bot.context.today())
    )
    world.pay(quiet.id)
    await next_morning(world, bot)
    assert told(world) == []


async def test_a_part_is_not_the_whole(world: World, bot: Bot) -> None:
    first, *_ = await chased(bot)
    world.syncro.company.pay(int(first.id), 1)
    await next_morning(world, bot)
    assert told(world) == []


async def test_neither_vanished_nor_void_nor_written_off_is_paid(world: World, bot: Bot) -> None:
    first, second, third, *_ = await chased(bot)
    company = world.syncro.company
    company.delete_invoice(int(first.id))
    company.void(int(second.id))
    balance = company.balance(company.invoice(int(third.id)))
    company.pay(int(third.id), Decimal(balance) / 100, method="Write-off")
    await bot.sync.run(full=True)
    await next_morning(world, bot)
    assert told(world) == []


async def test_it_is_told_once_over_restarts_and_two_processes(world: World, bot: Bot) -> None:
    first, *_ = await chased(bot)
    world.pay(first.id)
    other = await world.bot()
    await asyncio.gather(bot.sync.run(), other.sync.run())
    world.move(days=1)
    await asyncio.gather(bot.outbox.deliver_due(), other.outbox.deliver_due())
    again = await world.bot()
    for _ in range(3):
        await next_morning(world, again)
    assert len(told(world)) == 1


async def test_what_is_open_again_by_the_morning_is_not_told(world: World, bot: Bot) -> None:
    first, second, *_ = await chased(bot)
    company = world.syncro.company
    for one in (first, second):
        world.pay(one.id)
    await bot.sync.run()
    payment = next(one for one in company.payments.values() if int(first.id) in one.shares)
    company.remove_payment(payment.id)
    world.move(days=1)
    await bot.sync.run()
    await bot.outbox.deliver_due()
    (text,) = told(world)
    assert first.number not in text
    assert second.number in text


async def test_what_was_paid_while_the_bot_was_away_for_long_is_no_news(world: World, bot: Bot) -> None:
    first, *_ = await chased(bot)
    world.pay(first.id)
    world.move(days=13)
    await next_morning(world, bot)
    assert told(world) == []


async def test_each_owner_hears_of_their_own(world: World, bot: Bot) -> None:
    first, second, *_ = await chased(bot)
    owners = People("U0BOSS", {"default": "U0CLERK", first.customer_id: "U0DANA"})
    shared = await world.bot(people=owners)
    world.pay(first.id)
    world.pay(second.id)
    await next_morning(world, shared)
    (clerk,), (dana,) = told(world), told(world, "D0DANA")
    assert (first.number in clerk, second.number in clerk) == (False, True)
    assert (first.number in dana, second.number in dana) == (True, False)


async def test_without_an_owner_nobody_is_told(world: World, bot: Bot) -> None:
    first, *_ = await chased(bot)
    alone = await world.bot(people=People())
    world.pay(first.id)
    await next_morning(world, alone)
    assert told(world) == []
    assert world.posted("C0APPROVE") == [], "and nothing has failed"


async def test_it_waits_over_the_weekend_and_joins_no_message_that_is_out(world: World, bot: Bot) -> None:
    first, second, *_ = await chased(bot)
    world.move(days=3, hours=-2)  # Friday, 8:30
    world.pay(first.id)
    await bot.sync.run()
    world.move(hours=2)
    await bot.outbox.deliver_due()
    assert len(told(world)) == 1
    ladder = POLICY.ladder.__class__(levels=POLICY.ladder.levels, send_at=time(16))
    later = await world.bot(ladder=ladder)
    world.pay(second.id)
    await later.sync.run()
    world.move(days=2)
    await later.outbox.deliver_due()
    assert len(told(world)) == 1
    world.move(days=1, hours=6)
    await later.outbox.deliver_due()
    assert second.number in told(world)[1]


@pytest.mark.parametrize("stage", ["planned", "suppressed", "failed", "claimed"])
async def test_a_contact_that_did_not_go_out_counts_for_nothing(world: World, bot: Bot, stage: str) -> None:
    first, *_ = await chased(bot)
    await bot.context.lane.write(lambda tx: tx.run("UPDATE contact SET stage = :stage", {"stage": stage}))
    world.pay(first.id)
    await next_morning(world, bot)
    assert told(world) == []
