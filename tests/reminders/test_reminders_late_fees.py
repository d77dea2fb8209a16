"""Late fees: proposed by the build, added once approved, and what an outage, a refusal or another hand does to them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from reminders_world import LEVELS, POLICY, Bot, World, words

from bot.domain.errors import NotAllowed
from bot.domain.holds import Hold, HoldKind
from bot.domain.policy import Level
from bot.domain.roles import Person
from bot.store import contacts, holds, late_fees, operations
from bot.store.contacts import Contact, ContactInvoice
from bot.store.holds import Noted
from bot.store.late_fees import LateFee
from bot.use_cases.journal import Intent
from sandbox.company import LineInput

BOSS, CLERK = Person("U0BOSS", "Bo Boss"), Person("U0CLERK", "Clara Clerk")
ADD = "POST /invoices/{id}/line_items"
NUMBER = "INV-2024-1042"
FRIENDLY = replace(LEVELS[0], late_fee_percent=Decimal("1.5"))
FIRM = replace(LEVELS[1], late_fee_amount=2500)
one_shape = pytest.mark.parametrize("shape", ["openapi"])


@pytest.fixture
async def fees(world: World, bot: Bot) -> Bot:
    """A bot whose first two levels to customers add fees, the first contact with the showpiece's customer made."""
    made = await world.bot(
        ladder=replace(POLICY.ladder, levels=(FRIENDLY, FIRM, *LEVELS[2:])), syncro_late_fees=False
    )
    await told(made, world, FRIENDLY)
    return made


async def told(bot: Bot, world: World, level: Level) -> None:
    """This level was sent to the showpiece's customer."""
    invoice = world.invoice(NUMBER)
    listed = ContactInvoice(str(invoice.id), NUMBER, 20, 80625, "firm", 7)
    contact = Contact(
        id=f"told-{level.name}",
        customer_id=str(invoice.customer_id),
        currency="USD",
        track="customer",
        carrying_invoice_id=str(invoice.id),
        level=level.name,
        stage="sent",
        policy_version="test",
        total=80625,
        as_of=(bot.context.today() - timedelta(days=1)).isoformat(),
        created_at=bot.context.now(),
        invoices=(listed,),
    )
    await bot.context.lane.write(lambda tx: contacts.insert(tx, contact))


async def kept(bot: Bot, world: World) -> list[LateFee]:
    invoice_id = str(world.invoice(NUMBER).id)
    return await bot.context.lane.read(lambda tx: late_fees.of_invoice(tx, invoice_id))


async def built(bot: Bot, world: World) -> LateFee:
    """The fee that waits after a build."""
    await bot.chasing.build.run(again=True)
    await bot.outbox.deliver_due()
    (waits,) = [one for one in await kept(bot, world) if one.state == "planned"]
    return waits


def lines(world: World) -> list[Any]:
    return [one for one in world.invoice(NUMBER).lines if one.name.startswith("Late fee")]


async def test_one_level_after_the_other_each_once_and_no_fee_of_a_fee(world: World, fees: Bot) -> None:
    await told(fees, world, FIRM)
    first = await built(fees, world)
    assert (first.level, first.amount, first.base) == ("friendly", 1209, 80625)
    assert NUMBER in words(world.posted("C0APPROVE", "Late fees to approve")[0])
    with pytest.raises(NotAllowed):
        await fees.chasing.fees.approve(CLERK, first.id)
    assert (await fees.chasing.fees.approve(BOSS, first.id)).state == "added"
    await fees.outbox.deliver_due()
    assert "and added in Syncro" in words(world.posted("C0APPROVE", "Late fees to approve")[0])
    with pytest.raises(NotAllowed, match="has been decided"):
        await fees.chasing.fees.approve(BOSS, first.id)
    second = await built(fees, world)
    assert (second.level, second.amount, second.base, second.balance) == ("firm", 2500, 80625, 81834)
    await fees.chasing.fees.approve(BOSS, second.id)
    await fees.chasing.build.run(again=True)
    assert [one.state for one in await kept(fees, world)] == ["added", "added"]
    assert [one.price for one in lines(world)] == [Decimal("12.09"), Decimal(25)]


async def test_another_build_keeps_what_waits_and_asks_once_a_day(world: World, fees: Bot) -> None:
    first = await built(fees, world)
    assert await built(fees, world) == first
    assert len(world.posted("C0APPROVE", "Late fees to approve")) == 1
    world.move(days=1)
    assert await built(fees, world) == first
    assert len(world.posted("C0APPROVE", "Late fees to approve")) == 2


async def paid_in_part(world: World) -> None:
    """Somebody records a part payment in Syncro's own screens."""
    invoice = world.invoice(NUMBER)
    world.syncro.company.take_payment(invoice.customer_id, 10_000, {invoice.id: 10_000})


async def test_another_balance_withdraws_a_fixed_fee_too(world: World, bot: Bot) -> None:
    """The sum is the same, but the approver saw another debt."""
    fixed = replace(FRIENDLY, late_fee_percent=None, late_fee_amount=2500)
    fees = await world.bot(ladder=replace(POLICY.ladder, levels=(fixed, *LEVELS[1:])), syncro_late_fees=False)
    await told(fees, world, fixed)
    first = await built(fees, world)
    await paid_in_part(world)
    ended = await fees.chasing.fees.approve(BOSS, first.id)
    assert ended.state == "withdrawn"
    assert "was $806.25 and is $706.25 now" in ended.reason
    second = await built(fees, world)
    await paid_in_part(world)
    world.move(minutes=1)
    third = await built(fees, world)
    assert [one.balance for one in (first, second, third)] == [80625, 70625, 60625]
    assert [one.state for one in await kept(fees, world)] == ["withdrawn", "withdrawn", "planned"]
    assert lines(world) == []


async def test_a_hold_in_between_withdraws_it_with_its_sentence(world: World, fees: Bot) -> None:
    fee = await built(fees, world)
    hold = Hold(
        "h1", HoldKind.SNOOZE, fee.customer_id, (fee.invoice_id,), fees.context.today() + timedelta(days=9)
    )
    noted = Noted(hold=hold, currency="USD", by_id="U0CLERK", created_at=fees.context.now())
    await fees.context.lane.write(lambda tx: holds.insert(tx, noted))
    ended = await fees.chasing.fees.approve(BOSS, fee.id)
    assert ended.state == "withdrawn"
    assert "It is snoozed until" in ended.reason
    assert lines(world) == []
    await fees.chasing.build.run(again=True)
    assert [one.state for one in await kept(fees, world)] == ["withdrawn"]


async def test_without_a_fee_in_the_policy_what_waited_is_withdrawn(
    world: World, fees: Bot, bot: Bot
) -> None:
    fee = await built(fees, world)
    await bot.chasing.build.run(again=True)
    assert [one.state for one in await kept(bot, world)] == ["withdrawn"]
    await bot.outbox.deliver_due()
    assert "No longer proposed" in words(world.posted("C0APPROVE", "Late fees to approve")[0])
    with pytest.raises(NotAllowed):
        await fees.chasing.fees.approve(BOSS, fee.id)


@one_shape
async def test_what_syncro_could_not_be_asked_about_is_added_later(world: World, fees: Bot) -> None:
    fee = await built(fees, world)
    world.break_syncro()
    waits = await fees.chasing.fees.approve(BOSS, fee.id)
    assert waits.state == "approved"
    assert waits.reason
    assert lines(world) == []
    world.syncro.faults.clear()
    world.move(minutes=10)
    assert await fees.chasing.fees.carry_out() == 1
    assert [one.state for one in await kept(fees, world)] == ["added"]
    assert await fees.chasing.fees.carry_out() == 0
    assert len(lines(world)) == 1


async def test_it_waits_while_somebody_changes_the_invoice(world: World, fees: Bot) -> None:
    fee = await built(fees, world)
    request = {"notes": "Call first"}
    edit = Intent("v1:edit", "edit", fee.invoice_id, fee.customer_id, CLERK, request)
    world.syncro.faults.add("PUT /invoices/{id}", "cut_after_commit")
    await fees.journal.perform(edit)
    waits = await fees.chasing.fees.approve(BOSS, fee.id)
    assert (waits.state, "Clara Clerk is editing this invoice" in waits.reason) == ("approved", True)
    await fees.outbox.deliver_due()
    assert "It waits: Clara Clerk" in words(world.posted("C0APPROVE", "Late fees to approve")[0])
    await fees.journal.check_open()
    await fees.chasing.fees.carry_out()
    assert [one.state for one in await kept(fees, world)] == ["added"]
    assert len(lines(world)) == 1


async def test_what_syncro_refuses_is_said_and_proposed_anew(world: World, fees: Bot) -> None:
    fee = await built(fees, world)
    world.syncro.faults.add(ADD, "status", status=422)
    ended = await fees.chasing.fees.approve(BOSS, fee.id)
    assert ended.state == "failed"
    assert ended.reason
    again = await built(fees, world)
    assert (again.amount, again.level) == (fee.amount, fee.level)
    assert (await fees.chasing.fees.approve(BOSS, again.id)).state == "added"
    assert len(lines(world)) == 1


async def test_two_approvers_and_the_clock_at_once_add_one_line(world: World, fees: Bot) -> None:
    other = await world.bot(ladder=fees.context.policy.ladder, syncro_late_fees=False)
    fee = await built(fees, world)
    await asyncio.gather(
        fees.chasing.fees.approve(BOSS, fee.id),
        other.chasing.fees.approve(BOSS, fee.id),
        fees.chasing.fees.carry_out(),
        other.chasing.fees.carry_out(),
        return_exceptions=True,
    )
    await other.chasing.fees.carry_out()
    assert len(lines(world)) == 1
    assert len(world.syncro.calls(ADD)) == 1
    assert [one.state for one in await kept(fees, world)] == ["added"]


async def test_who_is_killed_after_approving_has_it_added_by_the_next_start(world: World, fees: Bot) -> None:
    fee = await built(fees, world)
    given: dict[str, Any] = {"by": BOSS.id, "name": BOSS.name, "now": fees.context.now(), "reason": ""}
    await fees.context.lane.write(
        lambda tx: late_fees.decide(tx, fee.id, "approved", line="Late fee, friendly", **given)
    )
    await fees.schedule.tick_now()
    assert [one.name for one in lines(world)] == ["Late fee, friendly"]
    done = await fees.context.lane.read(
        lambda tx: operations.attempts(tx, f"{fee.id}:late_fee:{fee.invoice_id}:1")
    )
    assert [(one.state, one.actor_id) for one in done] == [("confirmed", BOSS.id)]


async def test_a_fee_that_is_there_all_the_same_is_not_added_again(world: World, fees: Bot) -> None:
    """As after a lost database: the ledger knows nothing of it, the invoice does."""
    line = LineInput("Late fee, friendly, Feb 3, 2026", Decimal(1), Decimal("12.09"), False)
    world.syncro.company.add_line(world.invoice(NUMBER).id, line)
    fee = await built(fees, world)
    ended = await fees.chasing.fees.approve(BOSS, fee.id)
    assert (ended.state, ended.reason) == (
        "withdrawn",
        f"{NUMBER} has a late fee of this level already.",
    )
    assert len(lines(world)) == 1


async def test_a_fee_that_somebody_took_off_no_longer_counts(world: World, fees: Bot) -> None:
    """The local copy knows no lines: the first proposal after it is withdrawn on a live look, the next one is right."""
    firm = replace(FIRM, late_fee_amount=None, late_fee_percent=Decimal(2))
    bot = await world.bot(
        ladder=replace(POLICY.ladder, levels=(FRIENDLY, firm, *LEVELS[2:])), syncro_late_fees=False
    )
    await bot.chasing.fees.approve(BOSS, (await built(bot, world)).id)
    invoice = world.invoice(NUMBER)
    invoice.lines = tuple(one for one in invoice.lines if not one.name.startswith("Late fee"))
    invoice.updated_at = world.clock.now()
    await told(bot, world, firm)
    world.move(minutes=1)
    second = await built(bot, world)
    assert (second.balance, second.base) == (80625, 80625 - 1209)
    ended = await bot.chasing.fees.approve(BOSS, second.id)
    assert (ended.state, ended.reason) == ("withdrawn", "The fee would be $16.13 now.")
    third = await built(bot, world)
    assert (third.base, third.amount) == (80625, 1613)
    assert (await bot.chasing.fees.approve(BOSS, third.id)).state == "added"
    assert [one.gone for one in await kept(bot, world)] == [True, False, False]
    assert len(lines(world)) == 1


async def test_a_lost_answer_is_read_back_told_and_drawn(world: World, fees: Bot) -> None:
    fee = await built(fees, world)
    world.syncro.faults.add(ADD, "cut_after_commit")
    await fees.chasing.fees.approve(BOSS, fee.id)
    await fees.outbox.deliver_due()
    assert "It is being added" in words(world.posted("C0APPROVE", "Late fees to approve")[0])
    world.move(minutes=2)
    await fees.journal.check_open()
    await fees.outbox.deliver_due()
    assert "and added in Syncro" in words(world.posted("C0APPROVE", "Late fees to approve")[0])
    assert len(world.posted("D0BOSS", "added a late fee")) == 1
    assert len(world.syncro.calls(ADD)) == len(lines(world)) == 1


@one_shape
async def test_a_lost_answer_that_nobody_can_read_back_is_decided_by_a_person(
    world: World, fees: Bot
) -> None:
    fee = await built(fees, world)
    world.syncro.faults.add(ADD, "cut_before_commit")
    assert (await fees.chasing.fees.approve(BOSS, fee.id)).state == "claimed"
    world.syncro.faults.add("GET /invoices/{id}", "status", times=None, status=503)
    world.move(minutes=20)
    await fees.journal.check_open()
    (unknown,) = await kept(fees, world)
    assert unknown.state == "unknown"
    (open_one,) = await fees.context.lane.read(operations.unsettled)
    world.syncro.faults.clear()
    with pytest.raises(NotAllowed):
        await fees.journal.decide(open_one.key, False, CLERK)
    await fees.journal.decide(open_one.key, False, BOSS)
    assert [one.state for one in await kept(fees, world)] == ["failed"]
    assert (await built(fees, world)).amount == fee.amount
    assert lines(world) == []
