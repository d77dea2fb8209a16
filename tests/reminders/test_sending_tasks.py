"""Mails that their owner sends: they follow what is owed until they are done, and are withdrawn when a stop arises."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from reminders_world import POLICY, Bot, World, words
from sending_world import (
    BOSS,
    CLERK,
    approve,
    contacts_of,
    days_pass,
    only,
    openapi_only,
    owing,
    sent,
    stages,
)

from bot.domain.errors import NotAllowed, SyncroError
from bot.domain.policy import Channels, Level, People
from bot.store import waiting
from bot.use_cases.collections import decide_all
from bot.use_cases.tasks import Tasks, withdraw

pytestmark = openapi_only


def tasks_of(bot: Bot) -> Tasks:
    return Tasks(bot.context, bot.authority, bot.chasing.chase)


async def test_a_task_follows_what_is_owed_and_its_message_with_it(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await sent(bot)
    (before,) = await contacts_of(bot, invoice)
    world.move(days=1)
    world.syncro.company.change_line(invoice.id, invoice.lines[0].id, price=Decimal(400))
    await sent(bot)
    (after,) = await contacts_of(bot, invoice)
    assert (after.id, after.stage) == (before.id, "claimed")
    assert after.total < before.total
    assert "$400.00" in after.message
    (shown,) = [one for one in world.posted("D0CLERK", "Mails to send") if invoice.number in words(one)]
    assert "$400.00" in words(shown)


async def test_a_paid_task_is_withdrawn_on_the_next_day_of_work(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await sent(bot)
    world.pay(str(invoice.id))
    world.move(days=1)
    await sent(bot)
    assert await stages(bot, invoice) == ["suppressed"]
    (task,) = await contacts_of(bot, invoice)
    with pytest.raises(NotAllowed):
        await tasks_of(bot).done(CLERK, task.id)


async def test_at_the_weekend_a_task_stays(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await sent(bot)
    await days_pass(world, bot, 4)  # Saturday.
    assert await stages(bot, invoice) == ["claimed"]


async def test_on_old_figures_no_mail_is_shown(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await sent(bot)
    (task,) = await contacts_of(bot, invoice)
    world.break_syncro()
    with pytest.raises(SyncroError):
        await tasks_of(bot).mail(CLERK, task.id)
    assert await stages(bot, invoice) == ["claimed"]


async def test_what_was_mailed_counts_from_that_day(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await sent(bot)
    (task,) = await contacts_of(bot, invoice)
    await days_pass(world, bot, 3)
    await tasks_of(bot).done(CLERK, task.id)
    (made,) = await contacts_of(bot, invoice)
    assert (made.stage, made.as_of, made.invoices[0].days_past_due) == ("sent", "2026-03-13", 8)
    await days_pass(world, bot, 4)
    await bot.chasing.execution.run()
    assert await stages(bot, invoice) == ["sent"], "only four days since"
    await days_pass(world, bot, 1)
    await bot.chasing.execution.run()
    assert await stages(bot, invoice) == ["sent", "claimed"]


async def test_somebody_mails_it_just_while_another_one_looks(world: World, bot: Bot) -> None:
    """Whoever comes second withdraws nothing that has been mailed."""
    invoice = owing(world, 5)
    await sent(bot)
    (task,) = await contacts_of(bot, invoice)
    await tasks_of(bot).done(CLERK, task.id)
    await bot.context.lane.write(lambda tx: withdraw(tx, bot.context, task, "It has been paid."))
    (made,) = await contacts_of(bot, invoice)
    assert made.stage == "sent"
    assert {one.state for one in made.deliveries} == {"sent"}


async def test_without_an_owner_the_manager_mails_it_and_without_anybody_it_says_so(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    headless = await world.bot(people=People("U0BOSS", {}))
    await sent(headless)
    assert world.posted("D0BOSS", "Mails to send")
    other = owing(world, 5)
    await days_pass(world, headless, 1)
    nobody = await world.bot(people=People("", {}), channels=Channels())
    await nobody.chasing.build.run(again=True)
    await nobody.chasing.execution.run()
    (left_out,) = await contacts_of(nobody, other)
    assert (left_out.stage, left_out.reason) == ("suppressed", "The policy names nobody who could mail it.")


async def test_a_task_with_approval_is_given_once_it_is_let_out_and_the_cap_counts_it(
    world: World, bot: Bot
) -> None:
    first = Level("friendly", 1, ("customer",), "friendly", approval=True)
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(first,), daily_cap=1))
    owed = [owing(world, days) for days in (5, 9)]
    only(world, *owed)
    await sent(bot)
    assert [await stages(bot, one) for one in owed] == [["planned"], ["planned"]]
    for one in owed:
        await approve(bot, one)
    waits = [one for each in owed for one in await contacts_of(bot, each)]
    await asyncio.gather(*(bot.chasing.chase.assign(one) for one in waits))
    assert sorted([(await stages(bot, one))[0] for one in owed]) == ["approved", "claimed"]
    assert len(await bot.context.lane.read(waiting.tasks)) == 1


async def test_two_bots_give_a_task_once(world: World, bot: Bot) -> None:
    other = await world.bot()
    await bot.chasing.build.run(again=True)
    await asyncio.gather(bot.chasing.execution.run(), other.chasing.execution.run())
    await bot.outbox.deliver_due()
    await other.outbox.deliver_due()
    given = await bot.context.lane.read(waiting.tasks)
    told: list[Any] = world.posted("D0CLERK", "Mails to send")
    assert len(given) > 3
    for task in given:
        assert sum(task.invoices[0].number in words(one) for one in told) == 1
    assert BOSS.id not in {d.target for one in given for d in one.deliveries}


async def test_what_an_owner_has_not_mailed_yet_takes_nobodys_turn(world: World, bot: Bot) -> None:
    bot = await world.bot(ladder=replace(POLICY.ladder, daily_cap=1))
    first = owing(world, 9)
    only(world, first)
    await sent(bot)
    second = owing(world, 3)
    await days_pass(world, bot, 1)
    day = await decide_all(bot.context, bot.context.today())
    assert [one.carrying.id for one in day.on("customer")] == [str(first.id), str(second.id)]
    assert day.capped == ()
    await bot.chasing.execution.run()
    assert [await stages(bot, one) for one in (first, second)] == [["claimed"], ["claimed"]]


async def test_who_is_over_the_cap_is_not_read_from_syncro_with_every_tick(world: World, bot: Bot) -> None:
    bot = await world.bot(ladder=replace(POLICY.ladder, daily_cap=1))
    owed = [owing(world, days) for days in (5, 9)]
    only(world, *owed)
    await sent(bot)
    asked = len(world.syncro.requests)
    report = await bot.chasing.execution.run()
    assert report.held == ("daily_cap",)
    assert len(world.syncro.requests) == asked
