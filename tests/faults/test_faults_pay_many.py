"""One payment over several invoices × every failure: each share once, and a person is told what is missing."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from fault_kill import Killed, doomed
from fault_spread import PAY, Cheque, cheque, messages, prepared, several_of
from fault_table import note
from fault_world import BOSS, DANA, FaultWorld, Process, attempt, intent, settle_all
from test_faults_matrix import CLEAR, LATE, LOST

from bot.domain.errors import BadInput, Busy, Changed, DuebotError, NeedsConfirmation
from bot.store import operations
from bot.use_cases.spread import Plan
from reminders.kinds import Later, Ready
from sandbox.slack.shown import shown_text

_MOST_STEPS = 120

pytestmark = pytest.mark.parametrize("shape", ["guide", "openapi"])


async def sent(form: Cheque, process: Process) -> str:
    """How the person's submission ended: what was refused, or how many are recorded."""
    try:
        return f"{len((await form.send(process)).recorded)} recorded"
    except DuebotError as error:
        return type(error).__name__


async def states(form: Cheque, process: Process) -> list[str]:
    return [share.state for share in (await form.outcome(process)).shares]


def noted(form: Cheque, shape: str, fault: str, first: list[str], last: list[str]) -> None:
    said = " ".join(state or "–" for state in first)
    note(shape, "several", fault, f"{said} → {' '.join(last)}, {max(form.booked())} ×")


# ---- the second of three fails -------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", CLEAR)
async def test_a_clear_answer_stops_it_and_the_same_form_goes_on(
    world: FaultWorld, process: Process, shape: str, fault: str
) -> None:
    how, state, _ = CLEAR[fault]
    form = await cheque(world, process, "V1")
    world.order(PAY[shape], **how, skip=1)
    await sent(form, process)
    first = await states(form, process)
    assert first == (["confirmed"] * 3 if state == "confirmed" else ["confirmed", "refused", ""])
    assert form.booked() == ([1, 1, 1] if state == "confirmed" else [1, 0, 0])
    world.syncro.faults.clear()
    world.move(3600)  # Until Syncro wants to be asked again.
    assert await sent(form, process) == "3 recorded"
    assert form.booked() == [1, 1, 1]
    noted(form, shape, fault, first, await states(form, process))


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_stops_it_until_it_is_known(
    world: FaultWorld, process: Process, shape: str, fault: str
) -> None:
    form = await cheque(world, process, "V1")
    world.order(PAY[shape], **LOST[fault], skip=1)
    assert await sent(form, process) == "1 recorded"
    first = await states(form, process)
    assert first == ["confirmed", "sent", ""]
    (message,) = await messages(process)
    assert isinstance(await prepared(process, message), Later)
    assert await sent(form, process) == "1 recorded", "nothing goes on while it is being checked"
    assert form.booked()[2] == 0
    assert len(await messages(process)) == 1, "and nothing is told twice"
    await settle_all(world, process)
    assert await states(form, process) == ["confirmed", "confirmed", ""]
    assert form.booked() == [1, 1, 0]
    assert "2 of 3 recorded" in await text(process, message)
    assert await sent(form, process) == "3 recorded"
    assert form.booked() == [1, 1, 1]
    noted(form, shape, fault, first, await states(form, process))


async def text(process: Process, message: Any) -> str:
    """What the message says, if it may be posted now."""
    step = await prepared(process, message)
    assert isinstance(step, Ready), step
    return shown_text({"type": "message", "blocks": step.message.blocks})


@pytest.mark.parametrize("late", LATE)
async def test_a_commit_that_lands_late_is_one_payment(
    world: FaultWorld, process: Process, shape: str, late: str
) -> None:
    form = await cheque(world, process, "V1")
    world.order(PAY[shape], "late_commit", skip=1)
    assert await sent(form, process) == "1 recorded"
    world.move(LATE[late])
    await world.syncro.faults.land_late()
    await settle_all(world, process)
    assert await sent(form, process) == "3 recorded"
    assert form.booked() == [1, 1, 1]
    noted(form, shape, late, ["confirmed", "sent", ""], await states(form, process))


async def test_one_that_nobody_knows_stops_it_until_a_person_has_decided(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1")
    world.order(PAY[shape], "cut_before_commit", times=None, skip=1)
    assert await sent(form, process) == "1 recorded"
    await settle_all(world, process)
    assert await states(form, process) == ["confirmed", "unknown", ""]
    world.syncro.faults.clear()
    assert await sent(form, process) == "1 recorded"
    assert form.booked() == [1, 0, 0]
    (asked,) = await process.lane.read(operations.unsettled)
    await process.journal.decide(asked.key, False, BOSS)
    assert await sent(form, process) == "3 recorded"
    assert form.booked() == [1, 1, 1]


# ---- judged beforehand ---------------------------------------------------------------------------------------


async def nothing_was_written(form: Cheque, process: Process) -> None:
    assert form.booked() == [0, 0, 0]
    assert [one for one in form.world.syncro.requests if one.method != "GET"] == []
    assert await states(form, process) == ["", "", ""]
    assert await messages(process) == []


@pytest.mark.parametrize("place", [0, 2])
async def test_nothing_is_recorded_when_one_invoice_has_changed(
    world: FaultWorld, process: Process, shape: str, place: int
) -> None:
    form = await cheque(world, process, "V1")
    world.syncro.company.pay(form.invoices[place].id, "1")
    with pytest.raises(Changed, match=form.invoices[place].number):
        await form.send(process)
    world.syncro.company.payments_of(form.invoices[place].id)[0].success = False
    await nothing_was_written(form, process)


async def test_nothing_is_recorded_when_one_invoice_is_taken_by_somebody(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1")
    theirs = await intent(world, process, "edit", form.invoices[2], actor=DANA)
    world.order("PUT /invoices/{id}", "cut_before_commit", times=None)
    await attempt(process, theirs)
    with pytest.raises(Busy, match=f"{form.invoices[2].number}: Dana Deputy"):
        await form.send(process)
    assert form.booked() == [0, 0, 0]
    assert await states(form, process) == ["", "", ""]


async def test_nothing_is_recorded_while_one_share_looks_like_a_double(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1", anyway=False)
    other = await cheque(world, process, "V2", count=1)
    assert await sent(other, process) == "1 recorded"
    before = len([one for one in world.syncro.requests if one.method != "GET"])
    with pytest.raises(NeedsConfirmation) as doubt:
        await form.send(process)
    assert len(doubt.value.evidence) == 1
    assert form.booked() == [0, 0, 0]
    assert len([one for one in world.syncro.requests if one.method != "GET"]) == before


async def test_nothing_is_recorded_while_one_invoice_cannot_be_read(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1")
    world.order("GET /invoices/{id}", "status", times=None, skip=2)
    with pytest.raises(DuebotError, match="Syncro had a problem of its own"):
        await form.send(process)
    world.syncro.faults.clear()
    await nothing_was_written(form, process)


# ---- never twice ---------------------------------------------------------------------------------------------


async def test_a_double_click_on_one_bot_and_on_two_records_each_share_once(
    world: FaultWorld, process: Process, shape: str
) -> None:
    other = await world.process()
    form = await cheque(world, process, "V1")
    await asyncio.gather(sent(form, process), sent(form, process), sent(form, other), sent(form, other))
    assert form.booked() == [1, 1, 1]
    assert await sent(form, other) == "3 recorded"
    assert len(world.syncro.calls(PAY[shape])) == 3


async def test_a_second_click_is_told_how_the_first_one_ended(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1")
    several = several_of(process)
    both = await asyncio.gather(*(several.record(form.submission, form.plan, form.offered) for _ in range(2)))
    assert [one.complete for one in both] == [True, True]
    assert len(await messages(process)) == 1


async def test_the_same_form_with_other_values_records_nothing_more(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1", count=2)
    changed = await cheque(world, process, "V1", count=1)
    changed.offered, changed.invoices = (*form.offered, *changed.offered), [*form.invoices, *changed.invoices]
    changed.plan = moved(changed)
    form.offered = changed.offered
    assert await sent(form, process) == "2 recorded"
    with pytest.raises(BadInput, match="other values"):
        await changed.send(process)
    assert changed.booked() == [1, 1, 0]


def moved(form: Cheque) -> Plan:
    """The plan with its one share at the last place of the form."""
    return replace(form.plan, shares=(replace(form.plan.shares[0], place=3),))


async def test_a_kill_at_any_step_and_nothing_happens_twice_or_untold(
    world: FaultWorld, process: Process, shape: str
) -> None:
    for kill_at in range(_MOST_STEPS):
        form = await cheque(world, process, f"V{kill_at}", count=2)
        killed, steps = await doomed(world, kill_at)
        try:
            await form.send(killed)
        except Killed as where:
            await recovered(world, shape, form, f"kill {kill_at}: {where}")
        else:
            assert form.booked() == [1, 1]
            assert len(steps.taken) > 12, "commits and requests were counted"
            return
    raise AssertionError("the payment never came to its end")


async def recovered(world: FaultWorld, shape: str, form: Cheque, where: str) -> None:
    """Another process finishes what was begun, and only that; it tells how far it came; the form can go on."""
    after = await world.process()
    await after.journal.take_over()
    await several_of(after).take_over()
    await settle_all(world, after)
    left = await states(form, after)
    assert left in (["", ""], ["confirmed", ""], ["confirmed", "confirmed"]), where
    assert form.booked() == [int(state == "confirmed") for state in left], where
    mine = [one for one in await messages(after) if one.payload["plan"]["form"] == form.plan.form]
    if left[0]:
        assert len(mine) == 1, where
    for message in mine:
        assert message.not_before <= after.context.now(), where
        said = await text(after, message)
        if left == ["confirmed", "confirmed"]:
            assert "recorded on 2 invoices" in said, where
        else:
            assert f"{left.count('confirmed')} of 2 recorded" in said, where
            assert "It stopped before the rest" in said, where
    assert await sent(form, after) == "2 recorded", where
    assert form.booked() == [1, 1], where
    note(shape, "several", f"killed {where.partition(': ')[2]}", f"{' '.join(left)}, 1 ×")


async def test_without_a_restart_the_message_waits_for_the_lease(
    world: FaultWorld, process: Process, shape: str
) -> None:
    form = await cheque(world, process, "V1")
    process.journal.perform = gone  # type: ignore[method-assign]  # this process hangs for good
    hung = asyncio.create_task(form.send(process))
    while not await messages(process):  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0.01)
    (message,) = await messages(process)
    wait = (message.not_before - process.context.now()).total_seconds()
    assert wait > process.context.waits.send.total_seconds(), "a slow share is not taken for a dead process"
    hung.cancel()
    assert "0 of 3 recorded" in await text(process, message)


async def gone(*_: Any) -> Any:
    await asyncio.Event().wait()
