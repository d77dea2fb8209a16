"""Days of sending: the cap, outages, weekends, skips, and what changes between the plan and its hour."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from reminders_world import LEVELS, POLICY, Bot, World
from sending_world import (
    BOSS,
    approve,
    contacts_of,
    customer_contacts,
    days_pass,
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

from bot.store import automatic, operations
from bot.use_cases.collections import decide_rows
from bot.use_cases.proposals import Proposals
from reminders.execution import ExecutionReport

FRIDAY, SATURDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 16)


# ---- the cap -----------------------------------------------------------------------------------------------


@guide_only
async def test_the_cap_takes_the_highest_level_then_the_oldest_and_the_rest_go_first_tomorrow(
    world: World, bot: Bot
) -> None:
    capped = await world.bot(ladder=replace(POLICY.ladder, daily_cap=2))
    first = owing(world, 9)
    only(world, first)
    await started(capped)
    await sent(capped)
    await days_pass(world, capped, 6)
    ages = [(20, 500), (3, 500), (40, 500)]
    late, fresh, oldest = [owing(world, days, dollars) for days, dollars in ages]
    await sent(capped)
    assert [emailed(world, one) for one in (first, oldest, late, fresh)] == [2, 1, 0, 0]
    _, rows = await decide_rows(capped.context, capped.context.today())
    reasons = {row.invoice.id: row.reason for row in rows if row.track == "customer"}
    assert (reasons[str(late.id)], reasons[str(fresh.id)]) == ("daily_cap", "daily_cap")
    (waits,) = await contacts_of(capped, fresh)
    assert (waits.stage, waits.reason) == ("planned", "daily_cap")
    world.move(days=1)
    newer_but_older_debt = [owing(world, 50), owing(world, 60)]
    await sent(capped)
    assert [emailed(world, one) for one in (late, fresh, *newer_but_older_debt)] == [1, 1, 0, 0]


@guide_only
async def test_of_many_approved_at_once_the_cap_lets_the_oldest_debt_go_first(world: World, bot: Bot) -> None:
    capped = await world.bot(ladder=replace(POLICY.ladder, daily_cap=1))
    owed = [owing(world, 12)]
    only(world, *owed)
    await capped.chasing.automatics.start(BOSS)
    await sent(capped)
    owed += [owing(world, 30), owing(world, 20)]
    ids = [str(one.id) for one in owed]
    await capped.context.lane.write(lambda tx: automatic.note_old_book(tx, ids, capped.context.now()))
    await sent(capped)
    for one in owed:
        await approve(capped, one)
    await capped.chasing.execution.run()
    await capped.chasing.execution.run()
    assert [emailed(world, one) for one in owed] == [0, 1, 0]
    assert {one.reason for one in await contacts_of(capped, owed[0])} == {"daily_cap"}
    world.move(days=1)
    await sent(capped)
    assert [emailed(world, one) for one in owed] == [0, 1, 1]
    world.move(days=1)
    await sent(capped)
    assert [emailed(world, one) for one in owed] == [1, 1, 1]


@guide_only
async def test_of_two_approved_the_higher_level_goes_before_the_older_debt(world: World, bot: Bot) -> None:
    levels = (LEVELS[0], replace(LEVELS[1], approval=True))
    capped = await world.bot(ladder=replace(POLICY.ladder, levels=levels, daily_cap=1))
    higher = owing(world, 9)
    only(world, higher)
    await started(capped)
    await sent(capped)
    await days_pass(world, capped, 6)
    older = owing(world, 40)
    await capped.sync.run()
    await capped.context.lane.write(
        lambda tx: automatic.note_old_book(tx, [str(older.id)], capped.context.now())
    )
    await capped.chasing.build.run(again=True)
    await approve(capped, older)
    await approve(capped, higher)
    await capped.chasing.execution.run()
    assert [emailed(world, one) for one in (older, higher)] == [0, 2]


@guide_only
async def test_who_waited_goes_before_an_older_debt_that_was_approved_later(world: World, bot: Bot) -> None:
    capped = await world.bot(ladder=replace(POLICY.ladder, daily_cap=1))
    first, waited, later = owing(world, 30), owing(world, 12), owing(world, 20)
    only(world, first, waited, later)
    await capped.chasing.automatics.start(BOSS)
    await sent(capped)
    await approve(capped, first)
    await approve(capped, waited)
    await capped.chasing.execution.run()
    await approve(capped, later)
    world.move(days=1)
    await sent(capped)
    assert [emailed(world, one) for one in (first, waited, later)] == [1, 1, 0]


@guide_only
async def test_what_is_approved_too_soon_waits_and_fills_no_journal(world: World, bot: Bot) -> None:
    """It is looked at with every tick, and claimed only when it may go."""
    bot = await world.bot(
        ladder=replace(POLICY.ladder, levels=(LEVELS[0], replace(LEVELS[1], approval=True)))
    )
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await sent(bot)
    await days_pass(world, bot, 1)
    await approve(bot, invoice)
    for _ in range(3):
        await bot.chasing.execution.run()
    (_, held) = await contacts_of(bot, invoice)
    assert held.stage == "approved"
    assert "the next contact comes on" in held.reason
    counted = await bot.context.lane.read(operations.count_by_state)
    assert counted == {"confirmed": 1}


# ---- outages -----------------------------------------------------------------------------------------------


@guide_only
@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 503}, {"kind": "cut_before_commit"}, {"kind": "status", "status": 401}],
)
async def test_in_an_outage_contacts_wait_and_go_later_the_same_day(
    world: World, bot: Bot, fault: dict[str, object]
) -> None:
    await started(bot)
    await bot.chasing.build.run(again=True)
    planned = len(await customer_contacts(bot))
    world.syncro.faults.add("*", times=None, **fault)  # type: ignore[arg-type]  # orders are keywords
    report = await bot.chasing.execution.run()
    assert report.unread
    assert {one.stage for one in await customer_contacts(bot)} == {"planned"}
    assert not bot.chasing.execution.is_due(bot.context.now()), "it rests, or every tick would try"
    world.syncro.faults.clear()
    world.move(hours=3)
    assert bot.chasing.execution.is_due(bot.context.now())
    await bot.chasing.execution.run()
    assert len(emails(world)) == planned > 8


@guide_only
async def test_after_an_outage_of_a_day_nothing_goes_out_before_a_new_build(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    world.break_syncro()
    await bot.chasing.execution.run()
    assert await stages(bot, invoice) == ["approved"]
    world.syncro.faults.clear()
    world.move(days=1)
    await bot.chasing.execution.run()
    assert emails(world) == [], "today's build has not looked at it yet"
    await sent(bot)
    assert emailed(world, invoice) == 1


@guide_only
async def test_a_plan_of_yesterday_is_made_anew_not_sent(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await started(bot)
    await bot.chasing.build.run(again=True)
    (yesterdays,) = await contacts_of(bot, invoice)
    world.move(days=1)
    await sent(bot)
    (todays,) = await contacts_of(bot, invoice)
    assert todays.id != yesterdays.id
    assert (todays.stage, todays.as_of) == ("sent", "2026-03-11")


@guide_only
async def test_somebodys_change_under_way_only_holds_it_for_that_long(world: World, bot: Bot) -> None:
    """A clerk is at the invoice just when its turn comes: what a person approved is not lost for that."""
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    insert = """INSERT INTO operation (key, base_key, attempt, kind, invoice_id, customer_id, actor_id, actor_name,
        request, request_hash, version_seen, mark, visit_id, state, sentence, created_at, recovered, resent, progress)
        VALUES ('k#1', 'k', 1, 'edit', :invoice, :customer, 'U0CLERK', 'Clara Clerk', '{}', '', '', '', '', 'prepared',
        '', :now, 0, 0, '{}')"""
    named = {
        "invoice": str(invoice.id),
        "customer": str(invoice.customer_id),
        "now": bot.context.now().isoformat(),
    }
    await bot.context.lane.write(lambda tx: tx.run(insert, named))
    report = await bot.chasing.execution.run()
    assert "Clara Clerk" in report.held[0]
    (held,) = await contacts_of(bot, invoice)
    assert held.stage == "approved"
    assert "Clara Clerk" in held.reason
    await bot.context.lane.write(lambda tx: tx.run("DELETE FROM operation"))
    await bot.chasing.execution.run()
    assert emailed(world, invoice) == 1


# ---- weekends and skips ------------------------------------------------------------------------------------


@guide_only
async def test_what_is_approved_at_the_weekend_goes_out_on_monday(world: World, bot: Bot) -> None:
    go_to(world, FRIDAY, 16)
    invoice = owing(world, 4)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await bot.schedule.tick_now()
    go_to(world, SATURDAY, 13)
    await approve(bot, invoice)
    for day in (SATURDAY, date(2026, 3, 15)):
        go_to(world, day, 16)
        await bot.schedule.tick_now()
        assert await bot.chasing.execution.run() == ExecutionReport()
        assert await stages(bot, invoice) == ["approved"]
    go_to(world, MONDAY, 13)
    await bot.schedule.tick_now()
    assert emails(world) == [], "9:30 is before the hour of sending"
    go_to(world, MONDAY, 14)
    await bot.schedule.tick_now()
    assert emailed(world, invoice) == 1


@guide_only
async def test_a_skip_lasts_the_least_days_between_contacts_and_no_longer(world: World, bot: Bot) -> None:
    invoice = owing(world, 2)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    (waits,) = await contacts_of(bot, invoice)
    await Proposals(bot.context, bot.authority).skip(BOSS, waits.id, "They call")
    await days_pass(world, bot, 4)
    assert await stages(bot, invoice) == ["suppressed"]
    await days_pass(world, bot, 1)
    assert await stages(bot, invoice) == ["suppressed", "planned"]


@guide_only
async def test_of_an_old_debt_only_the_first_contact_needs_a_person(world: World, bot: Bot) -> None:
    invoice = owing(world, 9)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    await days_pass(world, bot, 6)
    await bot.chasing.execution.run()
    assert [(one.level, one.stage, one.needs) for one in await contacts_of(bot, invoice)] == [
        ("friendly", "sent", "old_book"),
        ("firm", "sent", ""),
    ]


@guide_only
async def test_a_skipped_old_debt_is_no_longer_proposed_nor_sent(world: World, bot: Bot) -> None:
    """Also when it had been approved before: the last word counts."""
    invoice = owing(world, 9)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    waits = await approve(bot, invoice)
    await Proposals(bot.context, bot.authority).skip(BOSS, waits.id, "They call")
    await bot.chasing.execution.run()
    await sent(bot)
    assert await stages(bot, invoice) == ["suppressed"]
    assert emails(world) == []
    _, rows = await decide_rows(bot.context, bot.context.today())
    (told,) = [row.sentence for row in rows if row.track == "customer" and row.invoice.id == str(invoice.id)]
    assert told.startswith("Bo Boss skipped the level “friendly”; it is proposed again on Sun, Mar 15, 2026")


@guide_only
@pytest.mark.parametrize(
    ("clock", "due"),
    [(time(9, 59), False), (time(10), True), (time(17, 59), True), (time(18), False), (time(23, 30), False)],
)
async def test_nobody_gets_a_reminder_at_night(bot: Bot, clock: time, due: bool) -> None:
    at = datetime.combine(bot.context.today(), clock, bot.context.zone)
    assert bot.chasing.execution.is_due(at) is due


@guide_only
async def test_a_policy_that_sends_in_the_evening_sends_until_midnight(world: World, bot: Bot) -> None:
    late = await world.bot(ladder=replace(POLICY.ladder, send_at=time(20)))
    at = datetime.combine(late.context.today(), time(23, 30), late.context.zone)
    assert late.chasing.execution.is_due(at)
