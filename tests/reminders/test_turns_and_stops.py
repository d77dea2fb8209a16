"""Whose turn it is after a weekend, and what a person who reminds by hand has and has not gone on in spite of."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from reminders_world import POLICY, Bot, World
from sending_world import (
    BOSS,
    CLERK,
    approve,
    contacts_of,
    customer_of,
    emailed,
    emails,
    go_to,
    guide_only,
    only,
    owing,
    sent,
    stages,
    started,
)

from bot.domain.errors import NotAllowed
from bot.domain.policy import Level
from bot.use_cases.by_hand import ByHand
from bot.use_cases.collections import decide_one
from bot.use_cases.explain import Explain
from bot.use_cases.invoices import Submission
from bot.use_cases.lookup import Lookup
from bot.views.why import why

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (13, 14, 15, 16))


def by_hand(bot: Bot) -> ByHand:
    return ByHand(bot.context, bot.authority, Lookup(bot.context, bot.sync), bot.chasing.chase)


async def form(bot: Bot, invoice: Any, anyway: bool = True) -> tuple[Submission, str, str]:
    offer = await by_hand(bot).offer(CLERK.id, str(invoice.id))
    return Submission(CLERK, "V1", "V1", anyway=anyway), str(invoice.id), offer.card.version


@guide_only
async def test_whom_the_cap_held_back_on_friday_goes_first_on_monday(world: World, bot: Bot) -> None:
    go_to(world, FRIDAY, 15)
    capped = await world.bot(ladder=replace(POLICY.ladder, daily_cap=1))
    older, waits = owing(world, 20), owing(world, 3)
    only(world, older, waits)
    await started(capped)
    await sent(capped)
    assert [emailed(world, one) for one in (older, waits)] == [1, 0]
    live = await Lookup(capped.context, capped.sync).invoice(str(waits.id))
    why_not = {one.track: one.reason for one in (await decide_one(capped.context, live, FRIDAY)).rows}
    assert why_not["customer"] == "daily_cap"
    for day in (SATURDAY, SUNDAY):
        go_to(world, day, 15)
        await sent(capped)
    assert emailed(world, waits) == 0
    go_to(world, MONDAY, 15)
    newer_but_older_debt = owing(world, 50)
    await sent(capped)
    assert [emailed(world, one) for one in (waits, newer_but_older_debt)] == [1, 0]


@guide_only
async def test_what_a_person_was_sending_when_the_bot_was_stopped_is_not_sent_behind_their_back(
    world: World, bot: Bot
) -> None:
    only(world)
    await started(bot)
    await bot.chasing.build.run(again=True)
    invoice = owing(world, 5)
    await bot.sync.run()
    asked = await form(bot, invoice)

    async def stopped(*_words: Any) -> None:
        raise KeyboardInterrupt

    bot.chasing.chase.send = stopped  # type: ignore[method-assign, assignment]  # the test's knife
    with pytest.raises(KeyboardInterrupt):
        await by_hand(bot).send(*asked)
    fresh = await world.bot()
    await fresh.chasing.execution.run()
    assert emails(world) == []
    assert await stages(fresh, invoice) == ["planned"]


@guide_only
async def test_only_the_stops_that_a_person_was_asked_about_are_overridden(world: World, bot: Bot) -> None:
    """The customer pays something else just when it is sent; nobody was asked about a recent payment."""
    invoice = owing(world, 5)
    other = owing(world, -30, of=invoice)
    only(world, invoice, other)
    await bot.sync.run()
    asked = await form(bot, invoice, anyway=False)
    read = bot.context.bulk.customer
    company = world.syncro.company

    async def paid_meanwhile(customer_id: str) -> Any:
        company.take_payment(other.customer_id, 100, {other.id: 100})
        await bot.sync.run()
        return await read(customer_id)

    bot.context.bulk.customer = paid_meanwhile  # type: ignore[method-assign]  # the test's moment
    with pytest.raises(NotAllowed, match="paid something"):
        await by_hand(bot).send(*asked)
    assert emailed(world, invoice) == 0


@guide_only
async def test_an_old_debt_that_nobody_has_let_out_goes_to_an_approver_also_by_hand(
    world: World, bot: Bot
) -> None:
    """Every level is heard, so that the last one is repeated: it lists what was late before the start."""
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(replace(POLICY.ladder.levels[1], days=3),)))
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.sync.run()
    await by_hand(bot).send(*await form(bot, invoice))
    assert emailed(world, invoice) == 1
    await bot.chasing.automatics.start(BOSS)
    submission, *shown = await form(bot, invoice)
    told = await by_hand(bot).send(replace(submission, root_view="V2"), *shown)
    assert "needs approval" in told.sentence
    assert [one.needs for one in await contacts_of(bot, invoice)] == ["", "old_book"]
    await bot.chasing.build.run(again=True)
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    assert emailed(world, invoice) == 2


@guide_only
async def test_letting_out_a_hand_off_lets_no_email_about_an_old_debt_out(world: World, bot: Bot) -> None:
    hand_off = replace(POLICY.ladder.levels[-1], approval=True)
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(POLICY.ladder.levels[1], hand_off)))
    invoice = owing(world, hand_off.days + 5)
    only(world, invoice)
    customer_of(world, invoice).opt_out = True
    await bot.sync.run(full=True)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice, "internal")
    await bot.chasing.execution.run()
    customer_of(world, invoice).opt_out = False
    await bot.sync.run(full=True)
    await sent(bot)
    assert emailed(world, invoice) == 0
    assert [(one.stage, one.needs) for one in await contacts_of(bot, invoice)] == [("planned", "old_book")]


@guide_only
async def test_why_names_who_reminded_by_hand_and_who_let_it_out(world: World, bot: Bot) -> None:
    final = Level("final notice", 1, ("customer",), "final", approval=True)
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(final,)))
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await by_hand(bot).send(*await form(bot, invoice))
    await bot.chasing.build.run(again=True)
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    told = why(await Explain(bot.context, Lookup(bot.context, bot.sync)).invoice(str(invoice.id)))
    said = json.dumps(told.blocks, ensure_ascii=False)
    assert "by hand" in said
    assert f'"user_id": "{CLERK.id}"' in said
    assert f"approved by {BOSS.name}" in said
