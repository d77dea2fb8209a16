"""Double clicks, second clerks, second processes, and kills in between: one effect, and nobody is told a lie."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fault_world import (
    BOSS,
    CALLS,
    CLERK,
    DANA,
    PAY,
    WAITS,
    FaultWorld,
    Process,
    attempt,
    effects,
    intent,
    settle_all,
    the_operation,
    told,
)

from bot.app import _waits as waits_of
from bot.config import Settings
from bot.domain.errors import BadInput, Busy, DuebotError, NeedsConfirmation, SyncroNotSent
from bot.use_cases.context import Waits


class Gate:
    """Holds the calls of one method of an edge until it is opened."""

    def __init__(self, edge: Any, name: str) -> None:
        self._real = getattr(edge, name)
        self.reached = asyncio.Event()
        self._open = asyncio.Event()
        self._error: Exception | None = None
        setattr(edge, name, self._call)

    async def _call(self, *arguments: Any, **named: Any) -> Any:
        self.reached.set()
        await self._open.wait()
        if self._error is not None:
            raise self._error
        return await self._real(*arguments, **named)

    def open(self) -> None:
        self._open.set()

    def fail(self, error: Exception) -> None:
        self._error = error
        self._open.set()


async def started(gate: Gate, process: Process, wanted: Any) -> asyncio.Task[Any]:
    task = asyncio.create_task(attempt(process, wanted))
    await gate.reached.wait()
    return task


# ---- the same thing twice -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CALLS)
async def test_a_double_click_on_two_replicas_is_one_write(
    world: FaultWorld, process: Process, kind: str
) -> None:
    other = await world.process()
    invoice = world.invoice()
    wanted = await intent(world, process, kind, invoice)
    first, second = await asyncio.gather(attempt(process, wanted), attempt(other, wanted))
    assert not isinstance(first, DuebotError)
    assert not isinstance(second, DuebotError)
    assert first.key == second.key
    assert effects(world, kind, invoice) == 1
    assert (await process.journal.perform(wanted)).state == "confirmed"
    assert effects(world, kind, invoice) == 1


async def test_the_same_form_with_another_amount_is_refused(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] = 100
    await process.journal.perform(wanted)
    wanted.request["amount"] = 200
    with pytest.raises(BadInput, match="other values"):
        await process.journal.perform(wanted)
    assert len(world.payments(invoice)) == 1


@pytest.mark.parametrize("kind", ["payment", "void"])
async def test_a_second_clerk_sees_who_is_doing_what(world: FaultWorld, process: Process, kind: str) -> None:
    other = await world.process()
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    theirs = await intent(world, other, kind, invoice, actor=DANA)
    gate = Gate(process.context.gateway, "record_payment")
    task = await started(gate, process, wanted)
    with pytest.raises(Busy, match="Clara Clerk is recording a payment on this invoice"):
        await other.journal.perform(theirs)
    gate.open()
    assert (await task).state == "confirmed"
    assert len(world.payments(invoice)) == 1


async def test_an_unknown_payment_blocks_the_invoice_until_somebody_decides(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] = 100
    world.order(PAY, "cut_before_commit", times=None)
    await process.journal.perform(wanted)
    await settle_all(world, process)
    asked = await the_operation(process, wanted)
    world.syncro.faults.clear()
    for kind in ("payment", "void", "email"):
        with pytest.raises(Busy, match=r"whether Clara Clerk's change \(payment\) went through"):
            await process.journal.perform(await intent(world, process, kind, invoice, actor=DANA))
    await process.journal.decide(asked.key, False, BOSS)
    assert (
        await process.journal.perform(await intent(world, process, "payment", invoice))
    ).state == "confirmed"
    assert await told(process, asked) == [CLERK.id, CLERK.id]


async def test_two_who_decide_at_once_decide_once(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "email", invoice)
    world.order(CALLS["email"], "cut_before_commit")
    key = (await process.journal.perform(wanted)).key
    said = await asyncio.gather(
        process.journal.decide(key, True, DANA), process.journal.decide(key, False, BOSS)
    )
    assert len({one.state for one in said}) == 1


# ---- leases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timeout", [1, 20, 300, 86_400])
def test_a_lease_outlasts_its_request_whatever_the_settings(timeout: float) -> None:
    waits = waits_of(Settings.model_validate({"DUEBOT_SYNCRO_TIMEOUT_SECONDS": timeout}))
    assert waits.lease >= waits.send + timedelta(seconds=60)
    with pytest.raises(ValueError, match="outlast"):
        Waits(send=timedelta(seconds=10), lease=timedelta(seconds=10))


async def test_a_request_that_hangs_is_cut_off_within_its_lease(world: FaultWorld) -> None:
    hasty = await world.process(Waits(send=timedelta(seconds=0.1), lease=timedelta(seconds=60)))
    invoice = world.invoice()
    wanted = await intent(world, hasty, "payment", invoice)
    gate = Gate(hasty.context.gateway, "record_payment")
    assert (await hasty.journal.perform(wanted)).state == "sent"
    gate.open()
    await settle_all(world, hasty)
    assert (await the_operation(hasty, wanted)).state == "confirmed"
    assert len(world.payments(invoice)) == 1


async def test_nobody_reads_back_a_request_that_is_under_way(world: FaultWorld, process: Process) -> None:
    """Neither another process while the lease lasts, nor this one when its clock has jumped."""
    fast_clock = await world.process(now=lambda: world.clock.now() + timedelta(seconds=100))
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    gate = Gate(process.context.gateway, "record_payment")
    task = await started(gate, process, wanted)
    world.move(70)
    await fast_clock.journal.check_open()
    world.move(3600)
    await process.journal.check_open()
    assert (await the_operation(process, wanted)).ended_at is None
    gate.open()
    assert (await task).state == "confirmed"
    assert (len(world.payments(invoice)), await told(process, await task)) == (1, [])


@pytest.mark.parametrize("part", [1, 2])
async def test_one_whose_lease_ended_while_it_checked_sends_and_refuses_nothing(
    world: FaultWorld, process: Process, part: int
) -> None:
    """The other's payment is what happened: nobody may call it refused, though the invoice has changed since."""
    other = await world.process()
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] //= part
    gate = Gate(process.context.gateway, "invoice")
    task = await started(gate, process, wanted)
    world.move(WAITS.lease.total_seconds() + 1)
    await other.journal.check_open()
    gate.open()
    assert (await task).state == "confirmed"
    assert (len(world.payments(invoice)), world.sent(PAY, invoice)) == (1, 1)
    assert await told(process, await the_operation(process, wanted)) == [CLERK.id]


async def test_one_whose_lease_ended_between_check_and_sending_sends_nothing(
    world: FaultWorld, process: Process
) -> None:
    other = await world.process()
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] //= 2
    gate = Gate(process.context.gateway, "invoice")
    before = Gate(other.context.gateway, "record_payment")
    task = await started(gate, process, wanted)
    world.move(WAITS.lease.total_seconds() + 1)
    theirs = asyncio.create_task(other.journal.check_open())
    await before.reached.wait()
    gate.open()
    assert (await task).state == "sent"
    before.open()
    await theirs
    assert (len(world.payments(invoice)), world.sent(PAY, invoice)) == (1, 1)


async def test_one_whose_lease_ended_refuses_nothing_that_another_is_sending(
    world: FaultWorld, process: Process
) -> None:
    other = await world.process()
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    gate = Gate(process.context.gateway, "invoice")
    before = Gate(other.context.gateway, "record_payment")
    task = await started(gate, process, wanted)
    world.move(WAITS.lease.total_seconds() + 1)
    theirs = asyncio.create_task(other.journal.check_open())
    await before.reached.wait()
    gate.fail(SyncroNotSent("Syncro can't be reached."))
    assert (await task).state == "sent", "the other's request is on its way"
    with pytest.raises(Busy):
        await process.journal.perform(await intent(world, other, "payment", invoice, actor=DANA))
    before.open()
    await theirs
    assert (await the_operation(process, wanted)).state == "confirmed"
    assert len(world.payments(invoice)) == 1


async def test_two_replicas_read_back_and_send_again_once(world: FaultWorld, process: Process) -> None:
    other = await world.process()
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] = 100
    world.order(PAY, "cut_before_commit")
    await process.journal.perform(wanted)
    for _ in range(8):
        await asyncio.gather(process.journal.check_open(), other.journal.check_open())
        world.move(20)
    assert (await the_operation(process, wanted)).state == "confirmed"
    assert (len(world.payments(invoice)), world.sent(PAY, invoice)) == (1, 2)


# ---- killed in between --------------------------------------------------------------------------------------


async def killed(edge: Any, name: str, process: Process, wanted: Any) -> None:
    """The process ends while its call of ``name`` is under way; nothing of it runs afterwards."""
    gate = Gate(edge, name)
    task = await started(gate, process, wanted)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("kind", CALLS)
async def test_what_was_prepared_and_never_sent_goes_on_after_a_start(
    world: FaultWorld, process: Process, kind: str
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, kind, invoice)
    await killed(process.context.directory, "member", process, wanted)
    assert (await the_operation(process, wanted)).state == "prepared"
    after = await world.process()
    await after.journal.take_over()
    await after.journal.check_open()
    ended = await the_operation(after, wanted)
    assert (ended.state, effects(world, kind, invoice)) == ("confirmed", 1)
    assert await told(after, ended) == [CLERK.id]


async def test_what_was_prepared_is_checked_again_before_it_goes_on(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    await killed(process.context.gateway, "invoice", process, wanted)
    world.syncro.company.void(invoice.id)
    after = await world.process()
    await after.journal.take_over()
    await after.journal.check_open()
    ended = await the_operation(after, wanted)
    assert (ended.state, world.sent(PAY, invoice)) == ("refused", 0)
    assert await told(after, ended) == [CLERK.id]


@pytest.mark.parametrize("kind", ["payment", "void", "create", "edit", "line", "email"])
async def test_what_was_sent_by_a_killed_process_is_read_back(
    world: FaultWorld, process: Process, kind: str
) -> None:
    names = {"payment": "record_payment", "void": "void_invoice", "create": "create_invoice"}
    names |= {"edit": "edit_invoice", "line": "add_line", "email": "email_invoice"}
    invoice = world.invoice()
    wanted = await intent(world, process, kind, invoice)
    await killed(process.context.gateway, names[kind], process, wanted)
    after = await world.process()
    await after.journal.check_open()
    assert (await the_operation(after, wanted)).state == "sent", "its lease is still the other's"
    await after.journal.take_over()
    await settle_all(world, after)
    ended = await the_operation(after, wanted)
    expected = ("unknown", 0) if kind == "email" else ("confirmed", 1)
    assert (ended.state, effects(world, kind, invoice)) == expected
    assert await told(after, ended) == [CLERK.id]


async def test_one_broken_operation_does_not_hold_up_the_others(world: FaultWorld, process: Process) -> None:
    broken, sound = world.invoice(), world.invoice()
    first = await intent(world, process, "payment", broken)
    second = await intent(world, process, "payment", sound)
    world.order(PAY, "cut_after_commit", times=2)
    await process.journal.perform(first)
    await process.journal.perform(second)
    real = process.context.gateway.invoice

    async def read(invoice_id: str) -> Any:
        if invoice_id == str(broken.id):
            raise KeyError("a mistake in the bot")
        return await real(invoice_id)

    process.context.gateway.invoice = read
    await process.journal.check_open()
    assert (await the_operation(process, second)).state == "confirmed"
    assert (await the_operation(process, first)).state == "sent"
    world.move(16 * 60)
    await process.journal.check_open()
    ended = await the_operation(process, first)
    assert ended.state == "unknown"
    assert await told(process, ended) == [CLERK.id]


# ---- finding the right one ----------------------------------------------------------------------------------


async def test_notes_that_only_repeat_the_marks_letters_are_not_taken_for_it(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] = 100
    world.order(PAY, "cut_before_commit")
    await process.journal.perform(wanted)
    mark = (await the_operation(process, wanted)).mark
    world.syncro.company.pay(invoice.id, 7, notes=f"see ticket X{mark}X and {mark}")
    await settle_all(world, process)
    ended = await the_operation(process, wanted)
    assert (ended.state, len(world.payments(invoice))) == ("refused", 1)


async def test_a_payment_whose_notes_syncro_did_not_keep_is_asked_about(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    wanted.request["amount"] = 100
    world.order(PAY, "cut_after_commit")
    await process.journal.perform(wanted)
    world.payments(invoice)[0].notes = ""
    await settle_all(world, process)
    ended = await the_operation(process, wanted)
    assert (ended.state, len(world.payments(invoice))) == ("unknown", 1)
    assert await told(process, ended) == [CLERK.id]


async def test_another_entrys_invoice_is_not_taken_for_a_lost_one(
    world: FaultWorld, process: Process
) -> None:
    """Two invoices alike, both wanted: the first is there, the second never arrived."""
    invoice = world.invoice()
    first = await intent(world, process, "create", invoice)
    await process.journal.perform(first)
    second = await intent(world, process, "create", invoice)
    world.order(CALLS["create"], "cut_before_commit")
    await process.journal.perform(second)
    await settle_all(world, process)
    assert effects(world, "create", invoice) == 2
    numbers = {(await the_operation(process, one)).result["number"] for one in (first, second)}
    assert len(numbers) == 2


async def test_two_invoices_that_could_be_the_lost_one_are_asked_about(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "create", invoice)
    world.order(CALLS["create"], "cut_after_commit")
    await process.journal.perform(wanted)
    made = list(world.syncro.company.invoices.values())[-1]
    world.syncro.company.create_invoice(made.customer_id, made.date, lines=made.lines)
    await settle_all(world, process)
    ended = await the_operation(process, wanted)
    assert ended.state == "unknown"
    assert made.number in ended.sentence


async def test_the_same_invoice_made_by_two_people_at_once_is_asked_about(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    first = await intent(world, process, "create", invoice)
    second = await intent(world, process, "create", invoice, actor=DANA)
    second = replace(second, request={**second.request, "anyway": False})
    gate = Gate(process.context.gateway, "create_invoice")
    task = await started(gate, process, first)
    refused = await attempt(process, second)
    gate.open()
    await task
    assert isinstance(refused, NeedsConfirmation)
    assert CLERK.name in refused.evidence[0]
    assert effects(world, "create", invoice) == 1


async def test_a_pause_between_tries_is_followed_by_every_check(world: FaultWorld, process: Process) -> None:
    """Syncro asked for a moment; meanwhile somebody voided the invoice in its own screens."""
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    world.order(PAY, "status", status=429, retry_after="0")
    real = process.context.gateway.record_payment

    async def record(*arguments: Any) -> Any:
        try:
            return await real(*arguments)
        finally:
            if not invoice.void:
                world.syncro.company.void(invoice.id)

    process.context.gateway.record_payment = record
    answer = await attempt(process, wanted)
    assert isinstance(answer, DuebotError)
    assert "changed" in str(answer)
    assert world.sent(PAY, invoice) == 1
