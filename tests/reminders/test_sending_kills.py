"""Kills, restarts and second processes while customers are written to: each of them gets one email."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from reminders_world import POLICY, Bot, World, words
from sending_world import (
    BOSS,
    CLERK,
    approve,
    contacts_of,
    customer_contacts,
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
from bot.domain.policy import People
from bot.store import contacts, operations, waiting
from bot.use_cases.proposals import Proposals
from bot.use_cases.tasks import Tasks

EMAIL = "POST /invoices/{id}/email"


class Killed(BaseException):
    """The process is gone."""


def doom(bot: Bot, steps: int) -> None:
    """The process is gone after so many commits and requests: before or after one, as it comes."""
    left = [steps]

    def step() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(*words: Any, **named: Any) -> Any:
            step()
            answer = await call(*words, **named)
            step()
            return answer

        return counted

    client: Any = bot.context.gateway._client
    bot.context.lane.write = around(bot.context.lane.write)  # type: ignore[method-assign]  # the test's knife
    client.post = around(client.post)


async def _killed(*_words: Any) -> Any:
    raise Killed


async def after_a_kill(world: World) -> Bot:
    """Another process starts on what is left."""
    bot = await world.bot()
    await bot.journal.take_over()
    await bot.journal.check_open()
    return bot


@guide_only
async def test_killed_at_every_step_each_customer_gets_one_email_at_most(world: World, bot: Bot) -> None:
    await started(bot)
    await bot.chasing.build.run(again=True)
    planned = await customer_contacts(bot)
    assert len(planned) > 8
    kills = 0
    for steps in range(200):
        running = await after_a_kill(world)
        doom(running, steps)
        try:
            await running.chasing.execution.run()
        except Killed:
            kills += 1
        else:
            break
    assert kills > 8
    ended = await customer_contacts(await after_a_kill(world))
    counts = Counter(str(one.invoice_id) for one in world.syncro.company.emails)
    assert set(counts.values()) == {1}
    assert {one.stage for one in ended} <= {"sent", "unknown"}
    for one in ended:
        if one.stage == "sent":
            assert counts[one.carrying_invoice_id] == 1


@guide_only
async def test_a_restart_while_syncro_is_down_loses_no_approval(world: World, bot: Bot) -> None:
    """Killed between claim and sending; the next process can't read Syncro and must not drop what a person let out."""
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    gone = await world.bot()

    gone.context.bulk.customer = _killed  # type: ignore[method-assign]  # the test's knife
    with pytest.raises(Killed):
        await gone.chasing.execution.run()
    assert await stages(bot, invoice) == ["claimed"]
    world.break_syncro()
    after = await after_a_kill(world)
    assert await stages(after, invoice) == ["approved"]
    world.syncro.faults.clear()
    world.move(minutes=6)
    fresh = await after_a_kill(world)
    await fresh.chasing.execution.run()
    assert await stages(fresh, invoice) == ["sent"]
    assert emailed(world, invoice) == 1


@guide_only
async def test_two_bots_at_once_write_to_each_customer_once(world: World, bot: Bot) -> None:
    other = await world.bot()
    await started(bot)
    await bot.chasing.build.run(again=True)
    planned = len(await customer_contacts(bot))
    await asyncio.gather(bot.chasing.execution.run(), other.chasing.execution.run())
    await bot.chasing.execution.run()
    counts = Counter(one.invoice_id for one in world.syncro.company.emails)
    assert len(counts) == planned > 8
    assert set(counts.values()) == {1}
    ended = await customer_contacts(bot)
    assert {one.stage for one in ended} == {"sent"}
    assert {d.state for one in ended for d in one.deliveries} == {"sent"}


@guide_only
async def test_a_bot_that_read_the_plan_before_another_sent_it_changes_nothing(
    world: World, bot: Bot
) -> None:
    """Its picture is old: it neither sends a second email nor hands out the owner's copy again."""
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await sent(bot)
    await days_pass(world, bot, 7)
    (old,) = [one for one in await contacts_of(bot, invoice) if one.stage == "planned"]
    assert old.level == "firm"
    await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    other = await world.bot()
    made = await other.chasing.chase.send(old)
    assert made.stage == "sent"
    await other.chasing.execution.run()
    await other.outbox.deliver_due()
    assert emailed(world, invoice) == 2
    assert len(world.posted("D0CLERK", "emailed")) == 1
    (after,) = [one for one in await contacts_of(bot, invoice) if one.level == "firm"]
    assert {(d.audience, d.state) for d in after.deliveries} == {("customer", "sent"), ("owner", "sent")}


@guide_only
async def test_the_cap_holds_for_two_bots_together(world: World, bot: Bot) -> None:
    capped = {"ladder": replace(POLICY.ladder, daily_cap=3)}
    first, second = await world.bot(**capped), await world.bot(**capped)
    await started(first)
    await first.chasing.build.run(again=True)
    planned = [one for one in await customer_contacts(first) if one.stage == "planned"]
    made = await asyncio.gather(
        *(first.chasing.chase.send(one) for one in planned[::2]),
        *(second.chasing.chase.send(one) for one in planned[1::2]),
    )
    assert len(emails(world)) == 3
    assert sorted({one.stage for one in made}) == ["planned", "sent"]
    waits = [one for one in await customer_contacts(first) if one.stage == "planned"]
    assert {one.reason for one in waits} == {"daily_cap"}


@guide_only
@pytest.mark.parametrize(("through", "stage"), [(True, "sent"), (False, "failed")])
async def test_an_unknown_email_stops_the_invoice_until_the_owner_says_what_happened(
    world: World, bot: Bot, through: bool, stage: str
) -> None:
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    world.syncro.faults.add(EMAIL, "cut_after_commit")
    await sent(bot)
    assert await stages(bot, invoice) == ["unknown"]
    assert world.posted("D0CLERK", "can't tell whether Syncro sent the reminder")
    await days_pass(world, bot, 7)
    await sent(bot)
    assert await stages(bot, invoice) == ["unknown"], "nothing more goes to it"
    (held,) = await bot.context.lane.read(operations.unsettled)
    await bot.journal.decide(held.key, through, CLERK)
    assert await stages(bot, invoice) == [stage]
    await sent(bot)
    levels = [one.level for one in await contacts_of(bot, invoice)]
    assert levels == (["friendly", "firm"] if through else ["friendly", "friendly"])
    assert emailed(world, invoice) == 2


@guide_only
async def test_the_review_says_what_became_of_an_unknown_one(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    world.syncro.faults.add(EMAIL, "cut_after_commit")
    await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    (shown,) = world.posted("C0APPROVE", "Proposals")
    assert "Sent on" not in words(shown)
    (held,) = await bot.context.lane.read(operations.unsettled)
    await bot.journal.decide(held.key, True, CLERK)
    await bot.outbox.deliver_due()
    (shown,) = world.posted("C0APPROVE", "Proposals")
    assert "Sent on Tue, Mar 10" in words(shown)


@guide_only
async def test_what_nobody_knows_of_a_customer_without_an_owner_is_asked_in_a_channel(
    world: World, bot: Bot
) -> None:
    bot = await world.bot(people=People("", {}))
    invoice = owing(world, 5)
    only(world, invoice)
    await started(bot)
    world.syncro.faults.add(EMAIL, "cut_after_commit")
    await sent(bot)
    assert await stages(bot, invoice) == ["unknown"]
    (asked,) = world.posted("C0BILLING", "can't tell whether Syncro sent the reminder")
    assert "It did not" in words(asked)


@guide_only
async def test_a_contact_that_is_not_claimed_any_more_is_not_sent_by_what_goes_on_after_a_kill(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await started(bot)
    await bot.chasing.build.run(again=True)
    bot.context.bulk.customer = _killed  # type: ignore[method-assign]  # the test's knife
    with pytest.raises(Killed):
        await bot.chasing.execution.run()
    (claimed,) = await contacts_of(bot, invoice)
    await bot.context.lane.write(
        lambda tx: contacts.set_stage(tx, claimed.id, "suppressed", "By an operator.")
    )
    await after_a_kill(world)
    assert emails(world) == []


@guide_only
async def test_what_was_claimed_yesterday_is_not_sent_today_and_its_approval_stands(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    bot.context.bulk.customer = _killed  # type: ignore[method-assign]  # the test's knife
    with pytest.raises(Killed):
        await bot.chasing.execution.run()
    world.move(days=1)
    fresh = await after_a_kill(world)
    assert emails(world) == []
    assert await stages(fresh, invoice) == ["approved"]
    await sent(fresh)
    assert emailed(world, invoice) == 1


@guide_only
async def test_a_plan_of_yesterday_that_comes_free_after_todays_build_waits_for_the_next(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await started(bot)
    await bot.chasing.build.run(again=True)
    bot.context.bulk.customer = _killed  # type: ignore[method-assign]  # the test's knife
    with pytest.raises(Killed):
        await bot.chasing.execution.run()
    world.move(days=1)
    await (await world.bot()).chasing.build.run(again=True)
    fresh = await after_a_kill(world)
    await fresh.chasing.execution.run()
    assert await stages(fresh, invoice) == ["planned"]
    assert emails(world) == []
    world.move(days=1)
    await sent(fresh)
    assert await stages(fresh, invoice) == ["sent"]


@guide_only
async def test_a_copy_is_told_only_of_what_was_sent(world: World, bot: Bot) -> None:
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await sent(bot)
    await days_pass(world, bot, 7)
    world.syncro.faults.add(EMAIL, "cut_before_commit")
    await sent(bot)
    assert world.posted("D0CLERK", "emailed") == []
    (held,) = await bot.context.lane.read(operations.unsettled)
    await bot.journal.decide(held.key, True, CLERK)
    await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    assert len(world.posted("D0CLERK", "emailed")) == 1


@guide_only
async def test_approving_twice_or_at_once_lets_it_out_once(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    (waits,) = await contacts_of(bot, invoice)
    proposals = Proposals(bot.context, bot.authority)
    both = await asyncio.gather(
        proposals.approve(BOSS, waits.id), proposals.approve(BOSS, waits.id), return_exceptions=True
    )
    assert sum(isinstance(one, NotAllowed) for one in both) == 1
    assert (await proposals.approve_all(BOSS, [waits.id])).approved == ()
    await bot.chasing.execution.run()
    with pytest.raises(NotAllowed):
        await proposals.skip(BOSS, waits.id, "too late")
    assert emailed(world, invoice) == 1


@guide_only
async def test_a_skip_sent_twice_is_one(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    (waits,) = await contacts_of(bot, invoice)
    proposals = Proposals(bot.context, bot.authority)
    await proposals.skip(BOSS, waits.id, "They call")
    await proposals.skip(BOSS, waits.id, "They call")
    with pytest.raises(NotAllowed):
        await proposals.approve(BOSS, waits.id)
    rows = await bot.context.lane.read(
        lambda tx: tx.all("SELECT seq FROM audit WHERE action = 'contact.skipped'")
    )
    assert len(rows) == 1


@openapi_only
async def test_i_sent_it_said_twice_counts_once(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await sent(bot)
    (task,) = await contacts_of(bot, invoice)
    tasks = Tasks(bot.context, bot.authority, bot.chasing.chase)
    first = await tasks.done(CLERK, task.id)
    assert (await tasks.done(CLERK, task.id)).stage == first.stage == "sent"
    with pytest.raises(NotAllowed):
        await tasks.done(BOSS, task.id)
    rows = await bot.context.lane.read(
        lambda tx: tx.all("SELECT seq FROM audit WHERE action = 'contact.mailed'")
    )
    assert len(rows) == 1
    assert await bot.context.lane.read(waiting.tasks)


@guide_only
async def test_a_hand_off_approved_is_posted_once_by_two_bots(world: World, bot: Bot) -> None:
    """The customer has opted out, so no final notice comes before it."""
    invoice = owing(world, 90)
    customer_of(world, invoice).opt_out = True
    other = await world.bot()
    await days_pass(world, bot, 1)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await bot.sweep.run(again=True)
    await bot.outbox.deliver_due()
    await approve(bot, invoice, "internal")
    await asyncio.gather(bot.chasing.execution.run(), other.chasing.execution.run())
    await bot.outbox.deliver_due()
    await other.outbox.deliver_due()
    told = [one for one in world.posted("C0BILLING", invoice.number) if "hand-off" in words(one)]
    assert len(told) == 1
    handed = [one for one in await contacts_of(bot, invoice, "internal") if one.level == "hand-off"]
    assert [one.stage for one in handed] == ["sent"]
