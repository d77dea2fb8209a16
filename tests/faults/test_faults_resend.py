"""Sending a second time: every check again, one last look, and never a third."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from fault_world import (
    BOSS,
    CLERK,
    DANA,
    PAY,
    READ,
    FaultWorld,
    Process,
    audited,
    intent,
    settle_all,
    the_operation,
    told,
)

from bot.domain.errors import NotAllowed
from bot.domain.roles import Person


def before_call(process: Process, name: str, number: int, do: Callable[[], Awaitable[None]]) -> None:
    """Has something happen in the world just before the bot's next ``number``-th call of a gateway's method."""
    real = getattr(process.context.gateway, name)
    left = [number]

    async def called(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            await do()
        return await real(*arguments, **named)

    setattr(process.context.gateway, name, called)


async def lost(world: FaultWorld, process: Process, kind: str = "cut_before_commit", part: int = 1) -> Any:
    """A payment whose answer was lost, looked for once and not found: the next pass may send it again."""
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] //= part
    world.order(PAY, kind)
    await process.journal.perform(wanted)
    world.move(61)
    await process.journal.check_open()
    assert world.sent(PAY, invoice) == 1
    world.move(31)
    return invoice, wanted


async def test_it_is_sent_again_only_after_two_reads_far_enough_apart(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    world.order(PAY, "cut_before_commit")
    await process.journal.perform(await intent(world, process, "payment", invoice))
    for seconds in (0, 58, 2, 20, 8):
        world.move(seconds)
        await process.journal.check_open()
        assert world.sent(PAY, invoice) == 1
    world.move(3)
    await process.journal.check_open()
    assert world.sent(PAY, invoice) == 2
    assert len(world.payments(invoice)) == 1


async def test_a_person_without_the_role_any_more_gets_no_second_sending(
    world: FaultWorld, process: Process
) -> None:
    invoice, wanted = await lost(world, process)
    world.slack.workspace.users[CLERK.id].deleted = True
    world.move(120)
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert (ended.state, world.sent(PAY, invoice)) == ("refused", 1)
    assert "full members" in ended.sentence
    assert await told(process, ended) == [CLERK.id]


async def test_what_changed_meanwhile_stops_it(world: FaultWorld, process: Process) -> None:
    invoice, wanted = await lost(world, process)
    world.syncro.company.pay(invoice.id, Decimal(100), reference="in Syncro's own screens")
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert (ended.state, len(world.payments(invoice))) == ("refused", 1)
    assert "changed" in ended.sentence
    assert await told(process, ended) == [CLERK.id]


@pytest.mark.parametrize("reads", [1, 2, 3])
async def test_one_that_lands_between_the_last_reads_is_found(
    world: FaultWorld, process: Process, reads: int
) -> None:
    """The pass that would send again reads to find it, to check, and to find it once more."""
    invoice, wanted = await lost(world, process, "late_commit")
    before_call(process, "invoice", reads, world.syncro.faults.land_late)
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert (ended.state, len(world.payments(invoice)), world.sent(PAY, invoice)) == ("confirmed", 1, 1)


async def test_one_that_lands_while_it_is_sent_again_is_not_called_refused(
    world: FaultWorld, process: Process
) -> None:
    invoice, wanted = await lost(world, process, "late_commit")
    before_call(process, "record_payment", 1, world.syncro.faults.land_late)
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert (ended.state, len(world.payments(invoice))) == ("confirmed", 1)
    assert await told(process, ended) == [CLERK.id]


async def test_two_of_one_entry_are_told_at_once(world: FaultWorld, process: Process) -> None:
    """Later than any wait can cover: the person is told to delete one of the two."""
    invoice, wanted = await lost(world, process, "late_commit", part=2)
    before_call(process, "record_payment", 1, world.syncro.faults.land_late)
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert len(world.payments(invoice)) == 2
    assert "recorded it twice" in ended.sentence
    assert await told(process, ended) == [CLERK.id]


async def test_there_is_no_third_sending(world: FaultWorld, process: Process) -> None:
    invoice, wanted = await lost(world, process)
    world.order(PAY, "cut_before_commit", times=None)
    await settle_all(world, process)
    ended = await the_operation(process, wanted)
    assert (ended.state, world.sent(PAY, invoice)) == ("unknown", 2)
    assert await told(process, ended) == [CLERK.id]


async def test_a_refused_second_sending_is_told(world: FaultWorld, process: Process) -> None:
    invoice, wanted = await lost(world, process)
    world.order(PAY, "status", status=422, message="Payment method is gone")
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert (ended.state, len(world.payments(invoice))) == ("refused", 0)
    assert "Payment method is gone" in ended.sentence
    assert await told(process, ended) == [CLERK.id]


async def test_slack_being_away_only_puts_it_off(world: FaultWorld, process: Process) -> None:
    invoice, wanted = await lost(world, process)
    world.move(120)
    world.slack.faults.add("users.info", "500_html")
    await process.journal.check_open()
    assert (await the_operation(process, wanted)).state == "sent"
    await process.journal.check_open()
    assert (await the_operation(process, wanted)).state == "confirmed"
    assert len(world.payments(invoice)) == 1


# ---- what can't be known ------------------------------------------------------------------------------------


async def test_a_syncro_that_is_down_for_long_ends_in_a_question(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    world.order(PAY, "cut_after_commit")
    await process.journal.perform(wanted)
    world.order(READ, "status", times=None, status=502)
    world.move(14 * 60)
    await process.journal.check_open()
    assert (await the_operation(process, wanted)).state == "sent"
    world.move(2 * 60)
    await process.journal.check_open()
    ended = await the_operation(process, wanted)
    assert ended.state == "unknown"
    assert await told(process, ended) == [CLERK.id]

    world.syncro.faults.clear()
    world.move(60)
    found = await process.journal.check_again(ended.key, DANA)
    assert (found.state, found.result["amount"]) == ("confirmed", 50000)
    assert "balance $0.00" in found.sentence
    assert len(world.payments(invoice)) == 1
    assert await audited(process, ended) == [
        (CLERK.id, "payment.unknown"),
        (DANA.id, "payment.decided"),
    ]
    assert await told(process, ended) == [CLERK.id, CLERK.id]


async def test_checking_again_without_a_find_says_so_and_leaves_the_question(
    world: FaultWorld, process: Process
) -> None:
    _invoice, wanted = await lost(world, process)
    world.order(PAY, "cut_before_commit")
    await settle_all(world, process)
    ended = await the_operation(process, wanted)
    seen = await process.journal.check_again(ended.key, BOSS)
    assert seen.state == "unknown"
    assert "It isn't there" in seen.sentence
    assert (await the_operation(process, wanted)).state == "unknown"


async def test_a_persons_word_ends_it_once(world: FaultWorld, process: Process) -> None:
    invoice, wanted = await lost(world, process)
    world.order(PAY, "cut_before_commit")
    await settle_all(world, process)
    asked = await the_operation(process, wanted)
    said = await process.journal.decide(asked.key, False, DANA)
    assert (said.state, said.sentence) == ("refused", "Dana Deputy says it did not go through.")
    late = await process.journal.decide(asked.key, True, BOSS)
    assert late.state == "refused"
    assert await audited(process, asked) == [(CLERK.id, "payment.unknown"), (DANA.id, "payment.decided")]
    again = await process.journal.perform(wanted)
    assert (again.attempt, again.state) == (2, "confirmed")
    assert len(world.payments(invoice)) == 1


async def test_only_who_may_void_says_how_a_void_ended(world: FaultWorld, process: Process) -> None:
    wanted = await intent(world, process, "void", world.invoice())
    world.order("PUT /invoices/{id}", "cut_after_commit")
    await process.journal.perform(wanted)
    world.order(READ, "status", times=None, status=502)
    world.move(16 * 60)
    await process.journal.check_open()
    asked = await the_operation(process, wanted)
    assert asked.state == "unknown"
    for stranger in (Person("U0VIEW", "Vera"), Person("U0GUEST", "Gus")):
        with pytest.raises(NotAllowed):
            await process.journal.decide(asked.key, True, stranger)
        with pytest.raises(NotAllowed):
            await process.journal.check_again(asked.key, stranger)
    assert (await the_operation(process, wanted)).state == "unknown"
    assert (await process.journal.decide(asked.key, True, BOSS)).state == "confirmed"
