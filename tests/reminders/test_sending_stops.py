"""What switches automatic sending off by itself, and what stays meanwhile."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from reminders_world import LEVELS, POLICY, Bot, World
from sending_world import (
    BOSS,
    CLERK,
    approve,
    contacts_of,
    customer_contacts,
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
from bot.store import automatic, claims, operations, waiting
from bot.use_cases.automatics import BUILD

EMAIL = "POST /invoices/{id}/email"
STOCK = Level("friendly", 1, ("customer",), stock_email=True)


async def is_on(bot: Bot) -> bool:
    return (await bot.chasing.automatics.state()).on


async def built_before(bot: Bot, day: date, customers: int) -> None:
    """A build that was finished on another day."""
    now = bot.context.now()

    def write(tx: Any) -> None:
        claims.take(tx, BUILD, day.isoformat(), "x", now, timedelta(0))
        claims.finish(tx, BUILD, day.isoformat(), {"customers": customers, "waiting": 0}, now)

    await bot.context.lane.write(write)


@guide_only
async def test_a_lost_ledger_switches_it_off_and_the_whole_book_is_old_at_the_next_start(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    await started(bot)
    await sent(bot)
    await days_pass(world, bot, 1)
    assert await is_on(bot)

    def lose(tx: Any) -> None:
        for table in ("delivery", "contact_invoice", "contact"):
            tx.run(f"DELETE FROM {table}")

    await bot.context.lane.write(lose)
    before = len(emails(world))
    await sent(bot)
    assert not await is_on(bot)
    assert len(emails(world)) == before
    assert world.posted("C0APPROVE", "is empty now")
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    assert len(emails(world)) == before
    (waits,) = await contacts_of(bot, invoice)
    assert (waits.awaits, waits.needs) == (True, "old_book")


@guide_only
async def test_a_first_email_that_did_not_go_out_is_no_lost_ledger(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await started(bot)
    world.syncro.faults.add(EMAIL, "cut_before_commit")
    await sent(bot)
    await bot.chasing.build.run(again=True)
    (held,) = await bot.context.lane.read(operations.unsettled)
    await bot.journal.decide(held.key, False, CLERK)
    await sent(bot)
    assert await is_on(bot)
    assert emailed(world, invoice) == 1


@guide_only
@pytest.mark.parametrize(("silent", "on"), [(3, True), (4, False)])
async def test_no_build_for_more_than_three_days_switches_it_off(
    world: World, bot: Bot, silent: int, on: bool
) -> None:
    invoice = owing(world, 5)
    await started(bot)
    await bot.chasing.build.run(again=True)
    world.move(days=silent)
    await sent(bot)
    assert await is_on(bot) == on
    assert bool(emailed(world, invoice)) == on
    if not on:
        assert world.posted("C0APPROVE", "No sweep has finished since Tue, Mar 10")
        await bot.chasing.automatics.start(BOSS)
        await days_pass(world, bot, 2)
        await sent(bot)
        assert emailed(world, invoice) == 1, "no old book: it was started before"


@guide_only
@pytest.mark.parametrize(
    ("more", "first", "largest", "on"),
    [(14, 36, 15, True), (14, 36, 6, False), (14, 34, 6, True), (2, 36, 2, True)],
)
async def test_a_build_twice_the_largest_switches_it_off_once_there_is_history(
    world: World, bot: Bot, more: int, first: int, largest: int, on: bool
) -> None:
    """And not while there are few."""
    for _ in range(more):
        owing(world, 3)
    await started(bot)
    today = bot.context.today()
    await built_before(bot, today - timedelta(days=first), 400)
    await built_before(bot, today - timedelta(days=2), largest)
    await built_before(bot, today - timedelta(days=1), 1)
    report = await bot.chasing.build.run(again=True)
    assert report.planned == (report.planned if on else 0)
    planned = len([one for one in await customer_contacts(bot) if one.stage == "planned"])
    assert await is_on(bot) == on
    assert planned == (0 if not on else report.planned)
    assert not on or (20 < planned <= 30) == (more == 14)
    assert bool(report.stopped) == (not on)


@guide_only
async def test_after_a_trip_that_a_person_has_looked_into_the_next_start_sends(
    world: World, bot: Bot
) -> None:
    for _ in range(14):
        owing(world, 3)
    approved = owing(world, 4)
    await started(bot)
    await bot.context.lane.write(
        lambda tx: automatic.note_old_book(tx, [str(approved.id)], bot.context.now())
    )
    await bot.chasing.build.run(again=True)
    await approve(bot, approved)
    today = bot.context.today()
    await bot.context.lane.write(lambda tx: tx.run("DELETE FROM claim WHERE job = 'build'"))
    await built_before(bot, today - timedelta(days=40), 3)
    await built_before(bot, today - timedelta(days=1), 3)
    report = await bot.chasing.build.run(again=True)
    assert report.stopped
    assert await stages(bot, approved) == ["approved"], "what a person let out is not undone by it"
    await bot.chasing.execution.run()
    assert emails(world) == []
    await bot.chasing.automatics.start(BOSS)
    again = await bot.chasing.build.run(again=True)
    assert not again.stopped, "the build that tripped is the largest by now"
    await bot.chasing.execution.run()
    assert len(emails(world)) > 20
    assert emailed(world, approved) == 1


@openapi_only
async def test_a_trip_concerns_no_mail_that_an_owner_sends(world: World, bot: Bot) -> None:
    for _ in range(14):
        owing(world, 3)
    await bot.chasing.build.run(again=True)
    await bot.chasing.execution.run()
    given = len(await bot.context.lane.read(waiting.tasks))
    assert given > 20
    await started(bot)
    late = owing(world, 6)
    today = bot.context.today()
    await bot.context.lane.write(lambda tx: tx.run("DELETE FROM claim WHERE job = 'build'"))
    await built_before(bot, today - timedelta(days=40), 3)
    report = await bot.chasing.build.run(again=True)
    assert report.stopped
    await bot.chasing.execution.run()
    assert len(await bot.context.lane.read(waiting.tasks)) == given + 1
    assert await stages(bot, late) == ["claimed"]


@guide_only
async def test_switched_off_while_something_is_approved_it_waits_for_on(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    await bot.chasing.automatics.stop(BOSS)
    await bot.chasing.execution.run()
    (held,) = await contacts_of(bot, invoice)
    assert (held.stage, held.reason) == ("approved", "automatic_off")
    world.move(days=1)
    await sent(bot)
    assert await stages(bot, invoice) == ["approved"]
    await bot.chasing.automatics.start(BOSS)
    await bot.chasing.execution.run()
    assert await stages(bot, invoice) == ["sent"]


@guide_only
async def test_switched_off_just_as_it_is_claimed_an_approved_one_waits(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    read = bot.context.bulk.customer

    async def meanwhile(customer_id: str) -> Any:
        await bot.chasing.automatics.stop(BOSS)
        return await read(customer_id)

    bot.context.bulk.customer = meanwhile  # type: ignore[method-assign]  # somebody acts just then
    await bot.chasing.execution.run()
    (held,) = await contacts_of(bot, invoice)
    assert held.stage == "approved"
    assert "is off" in held.reason
    assert emails(world) == []


@guide_only
async def test_where_syncro_reminds_itself_nothing_goes_out_though_it_was_on(world: World, bot: Bot) -> None:
    await started(bot)
    await bot.chasing.build.run(again=True)
    own = await world.bot(syncro_own_reminders=True)
    await own.chasing.execution.run()
    await sent(own)
    assert emails(world) == []
    assert await customer_contacts(own) == []
    with pytest.raises(NotAllowed):
        await own.chasing.automatics.start(BOSS)


@openapi_only
async def test_syncros_own_email_is_sent_for_the_leading_invoice_alone(world: World, bot: Bot) -> None:
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(STOCK, *LEVELS[2:])))
    first = owing(world, 5)
    second = owing(world, 3, of=first)
    only(world, first, second)
    await sent(bot)
    assert emails(world) == []
    await started(bot)
    await sent(bot)
    assert (emailed(world, first), emailed(world, second)) == (1, 0)
    (made,) = await contacts_of(bot, first)
    assert [one.invoice_id for one in made.invoices] == [str(first.id)]
    await days_pass(world, bot, 6)
    await sent(bot)
    assert (emailed(world, first), emailed(world, second)) == (1, 1), "the second had heard nothing so far"
