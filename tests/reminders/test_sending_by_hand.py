"""Reminders by hand: seen, sent once, asked about, approved, and never sent behind the person's back."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from reminders_world import POLICY, Bot, World
from sending_world import (
    ADMIN,
    BOSS,
    CLERK,
    approve,
    contacts_of,
    customer_of,
    days_pass,
    emailed,
    emails,
    guide_only,
    only,
    openapi_only,
    owing,
    sent,
    stages,
    started,
)

from bot.domain.errors import NotAllowed
from bot.domain.policy import Level
from bot.domain.roles import Person
from bot.store import waiting
from bot.use_cases.by_hand import ByHand
from bot.use_cases.invoices import Submission
from bot.use_cases.lookup import Lookup
from bot.use_cases.proposals import Proposals
from bot.use_cases.tasks import Tasks

FINAL = Level("final notice", 1, ("customer",), "final", approval=True)


def by_hand(bot: Bot) -> ByHand:
    return ByHand(bot.context, bot.authority, Lookup(bot.context, bot.sync), bot.chasing.chase)


async def form(bot: Bot, invoice: Any, person: Person = CLERK) -> tuple[Submission, str, str]:
    """A form that somebody has open: its submission, the invoice, and the version that it shows."""
    offer = await by_hand(bot).offer(person.id, str(invoice.id))
    return Submission(person, "V1", "V1", anyway=True), str(invoice.id), offer.card.version


@guide_only
async def test_a_form_whose_bot_was_stopped_before_sending_sends_when_it_is_sent_again(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.sync.run()
    asked = await form(bot, invoice)
    send = bot.chasing.chase.send

    async def stopped(*_words: Any) -> None:
        raise KeyboardInterrupt

    bot.chasing.chase.send = stopped  # type: ignore[method-assign, assignment]  # the test's knife
    with pytest.raises(KeyboardInterrupt):
        await by_hand(bot).send(*asked)
    bot.chasing.chase.send = send  # type: ignore[method-assign]  # it runs again
    assert await stages(bot, invoice) == ["planned"]
    told = await by_hand(bot).send(*asked)
    assert "was sent to" in told.sentence
    await by_hand(bot).send(*asked)
    assert emailed(world, invoice) == 1
    assert await stages(bot, invoice) == ["sent"]


@guide_only
async def test_a_form_sent_twice_at_once_sends_once(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.sync.run()
    asked = await form(bot, invoice)
    other = await world.bot()
    await asyncio.gather(by_hand(bot).send(*asked), by_hand(other).send(*asked))
    assert emailed(world, invoice) == 1
    assert await stages(bot, invoice) == ["sent"]


@guide_only
async def test_what_a_person_has_sent_by_hand_the_days_plan_does_not_send_again(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await started(bot)
    await bot.chasing.build.run(again=True)
    await by_hand(bot).send(*await form(bot, invoice))
    await bot.chasing.execution.run()
    assert emailed(world, invoice) == 1
    found = {one.stage: one.reason for one in await contacts_of(bot, invoice)}
    assert found == {"suppressed": "It has been made already.", "sent": ""}


async def test_by_hand_in_an_outage_nothing_goes_out_later_behind_the_persons_back(
    world: World, bot: Bot
) -> None:
    """Neither an email nor, where Syncro can't send our text, a mail for the owner."""
    only(world)
    await bot.chasing.build.run(again=True)
    invoice = owing(world, 5)
    await bot.sync.run()
    asked = await form(bot, invoice)
    world.syncro.faults.add("GET /customers/{id}", "status", times=None, status=503)
    with pytest.raises(NotAllowed, match="It was not sent"):
        await by_hand(bot).send(*asked)
    world.syncro.faults.clear()
    world.move(minutes=10)
    await bot.chasing.execution.run()
    assert emails(world) == []
    assert await stages(bot, invoice) == ["suppressed"]
    await by_hand(bot).send(*asked)
    assert await stages(bot, invoice) == ["suppressed", "sent" if emailed(world, invoice) else "claimed"]


@guide_only
async def test_by_hand_killed_before_sending_and_unreadable_after_it_waits_for_nobody(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.chasing.build.run(again=True)
    asked = await form(bot, invoice)

    async def stopped(*_words: Any) -> Any:
        raise KeyboardInterrupt

    bot.context.bulk.customer = stopped  # type: ignore[method-assign]  # the test's knife
    with pytest.raises(KeyboardInterrupt):
        await by_hand(bot).send(*asked)
    world.break_syncro()
    fresh = await world.bot()
    await fresh.journal.take_over()
    await fresh.journal.check_open()
    await fresh.outbox.deliver_due()
    assert await stages(fresh, invoice) == ["suppressed"]
    assert world.posted("D0CLERK", "Syncro"), "and the person is told"


@guide_only
async def test_what_waits_for_an_approver_is_not_asked_for_twice(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    with pytest.raises(NotAllowed, match="waits for approval already"):
        await form(bot, invoice)


@openapi_only
async def test_what_the_owner_has_to_mail_is_not_asked_for_twice(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await sent(bot)
    with pytest.raises(NotAllowed, match="with the customer's owner already"):
        await form(bot, invoice)


@guide_only
async def test_a_reminder_by_hand_waits_for_its_approver_over_night(world: World, bot: Bot) -> None:
    """The engine would wait for the days between two contacts; the clerk has been asked about that."""
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(FINAL,)))
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await sent(bot)
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    told = await by_hand(bot).send(*await form(bot, invoice))
    assert "needs approval" in told.sentence
    await days_pass(world, bot, 1)
    assert await stages(bot, invoice) == ["sent", "planned"]
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    assert await stages(bot, invoice) == ["sent", "sent"]
    assert emailed(world, invoice) == 2


@openapi_only
async def test_a_mail_asked_for_by_hand_stays_until_a_stop_arises(world: World, bot: Bot) -> None:
    invoice = owing(world, 9)
    only(world, invoice)
    await sent(bot)
    tasks = Tasks(bot.context, bot.authority, bot.chasing.chase)
    (first,) = await contacts_of(bot, invoice)
    await tasks.done(CLERK, first.id)
    told = await by_hand(bot).send(*await form(bot, invoice))
    assert "with the customer's owner" in told.sentence
    (asked,) = await bot.context.lane.read(waiting.tasks)
    await days_pass(world, bot, 1)
    assert [one.id for one in await bot.context.lane.read(waiting.tasks)] == [asked.id]
    assert invoice.number in (await tasks.mail(CLERK, asked.id)).card.message
    customer_of(world, invoice).opt_out = True
    with pytest.raises(NotAllowed, match="Don't send it"):
        await tasks.mail(CLERK, asked.id)
    assert await bot.context.lane.read(waiting.tasks) == []


@guide_only
async def test_nobody_approves_what_they_asked_for_themselves(world: World, bot: Bot) -> None:
    two = replace(POLICY.roles, approvers=frozenset({"U0BOSS", "U0ADMIN"}))
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(FINAL,)), roles=two)
    invoice = owing(world, 9)
    only(world, invoice)
    await bot.sync.run()
    await by_hand(bot).send(*await form(bot, invoice, BOSS))
    (waits,) = await contacts_of(bot, invoice)
    proposals = Proposals(bot.context, bot.authority)
    with pytest.raises(NotAllowed, match="asked for this reminder yourself"):
        await proposals.approve(BOSS, waits.id)
    assert (await proposals.approve_all(BOSS, [waits.id])).approved == ()
    await proposals.approve(ADMIN, waits.id)
    await bot.chasing.build.run(again=True)
    await bot.chasing.execution.run()
    assert emailed(world, invoice) == 1, "it needs no automatic sending"
