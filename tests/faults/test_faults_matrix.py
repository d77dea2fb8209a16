"""Every write × every failure of Syncro, in both wire shapes: it takes effect exactly once, or a person is told."""

from typing import Any

import pytest
from fault_contact import stage
from fault_table import note
from fault_world import CLERK, FaultWorld, Process, attempt, settle_all, the_operation, told
from fault_writes import WRITES, Write

from bot.domain.errors import DuebotError
from bot.use_cases.journal import Intent

#: What Syncro does, and how an operation that can be read back must end: its state, and how often it took effect.
CLEAR: dict[str, tuple[dict[str, Any], str, int]] = {
    "401": ({"kind": "status", "status": 401}, "refused", 0),
    "404": ({"kind": "status", "status": 404}, "refused", 0),
    "422": ({"kind": "status", "status": 422}, "refused", 0),
    "429, come back at once": ({"kind": "status", "status": 429, "retry_after": "0"}, "confirmed", 1),
    "429, no time given": ({"kind": "status", "status": 429, "times": None}, "refused", 0),
    "429, come back in an hour": ({"kind": "status", "status": 429, "retry_after": "3600"}, "refused", 0),
}
LOST: dict[str, dict[str, Any]] = {
    "500 as HTML": {"kind": "status", "status": 500},
    "502 as HTML": {"kind": "status", "status": 502},
    "504 as HTML": {"kind": "status", "status": 504},
    "504 after commit": {"kind": "status_after_commit", "status": 504},
    "reset before commit": {"kind": "cut_before_commit"},
    "reset after commit": {"kind": "cut_after_commit"},
    "timeout after commit": {"kind": "timeout_after_commit"},
    "login page, no commit": {"kind": "garbage"},
    "login page after commit": {"kind": "garbage_after_commit"},
}
#: A commit that lands so many seconds after the request ended.
LATE = {"lands 5 s late": 5, "lands 45 s late": 45, "lands 75 s late": 75}

pytestmark = pytest.mark.parametrize(
    ("write", "shape"), [pytest.param(one, one.shape, id=one.id) for one in WRITES]
)


async def ended(
    world: FaultWorld, process: Process, write: Write, fault: str, invoice: Any, wanted: Intent
) -> tuple[str, int]:
    operation = await the_operation(process, wanted)
    count = write.effects(world, invoice)
    said = ", told" if await told(process, operation) else ""
    note(write.shape, write.name, fault, f"{operation.state}, {count} ×{said}")
    return operation.state, count


@pytest.mark.parametrize("fault", CLEAR)
async def test_a_clear_answer_is_believed(
    world: FaultWorld, process: Process, write: Write, fault: str
) -> None:
    how, state, count = CLEAR[fault]
    invoice = world.invoice()
    wanted = await write.wanted(world, process, invoice)
    world.order(write.call, **how)
    answer = await attempt(process, wanted)
    if write.later:
        await what_was_done_stays_done(world, process, write, fault, invoice, wanted)
        return
    assert isinstance(answer, DuebotError) == (state == "refused")
    assert await ended(world, process, write, fault, invoice, wanted) == (state, count)
    assert await told(process, await the_operation(process, wanted)) == []
    if write.by_clock and state == "refused":
        assert await stage(process, invoice) == ("planned" if fault.startswith("429") else "failed")
        if not fault.startswith("429"):
            return
    if state == "refused":
        world.syncro.faults.clear()
        world.move(3600)  # Until Syncro wants to be asked again.
        await process.journal.perform(wanted)
        assert write.effects(world, invoice) == 1


async def what_was_done_stays_done(
    world: FaultWorld, process: Process, write: Write, fault: str, invoice: Any, wanted: Intent
) -> None:
    """A write of several requests is never refused once something of it is there; the person reads what lacks."""
    await settle_all(world, process, passes=40)
    state, count = await ended(world, process, write, fault, invoice, wanted)
    operation = await the_operation(process, wanted)
    if state == "unknown":
        assert fault == "429, come back in an hour", "nothing can be read for so long"
        assert await told(process, operation) == [CLERK.id]
        return
    assert state == "confirmed"
    if count == 0:
        assert "as entered" in operation.sentence
        assert "Syncro" in operation.sentence


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_is_read_back(
    world: FaultWorld, process: Process, write: Write, fault: str
) -> None:
    invoice = world.invoice()
    wanted = await write.wanted(world, process, invoice)
    world.order(write.call, **LOST[fault])
    waiting = await process.journal.perform(wanted)
    if not write.readable:
        await it_is_never_repeated(world, process, write, fault, invoice, wanted)
        return
    assert waiting.state == "sent"
    assert "Please don't enter it again" in waiting.sentence
    await settle_all(world, process)
    assert await ended(world, process, write, fault, invoice, wanted) == ("confirmed", 1)
    assert await told(process, waiting) == [CLERK.id]


async def it_is_never_repeated(
    world: FaultWorld, process: Process, write: Write, fault: str, invoice: Any, wanted: Intent
) -> None:
    """An email that may have left: nobody can know, so a person is asked at once and nothing is sent again."""
    world.move(3600)
    await process.journal.check_open()
    told_once = int("after commit" in fault)
    assert await ended(world, process, write, fault, invoice, wanted) == ("unknown", told_once)
    assert world.sent(write.call, invoice) == 1
    assert await told(process, await the_operation(process, wanted)) == [CLERK.id]
    if write.by_clock:
        assert await stage(process, invoice) == "unknown"


@pytest.mark.parametrize("fault", LATE)
async def test_a_late_commit_counts_once(
    world: FaultWorld, process: Process, write: Write, fault: str
) -> None:
    invoice = world.invoice()
    wanted = await write.wanted(world, process, invoice)
    world.order(write.call, "late_commit")
    await process.journal.perform(wanted)
    for _ in range(LATE[fault] // 5):
        await process.journal.check_open()
        world.move(5)
    await world.syncro.faults.land_late()
    if write.readable:
        await settle_all(world, process)
    state, count = await ended(world, process, write, fault, invoice, wanted)
    assert (state, count) == ("confirmed" if write.readable else "unknown", 1)
    assert await told(process, await the_operation(process, wanted)) == [CLERK.id]
