"""Every write × every failure of Syncro: it takes effect exactly once, or a person is told."""

from typing import Any

import pytest
from fault_table import note
from fault_world import (
    CALLS,
    CLERK,
    FaultWorld,
    Process,
    attempt,
    effects,
    intent,
    settle_all,
    the_operation,
    told,
)

from bot.domain.errors import DuebotError

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
READABLE = ("payment", "void", "create", "edit", "line")


async def outcome(
    world: FaultWorld, process: Process, kind: str, fault: str, invoice: Any, wanted: Any
) -> str:
    operation = await the_operation(process, wanted)
    count = effects(world, kind, invoice)
    note(kind, fault, f"{operation.state}, {count} ×{', told' if await told(process, operation) else ''}")
    return operation.state


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("fault", CLEAR)
async def test_a_clear_answer_is_believed(world: FaultWorld, process: Process, kind: str, fault: str) -> None:
    how, state, count = CLEAR[fault]
    invoice = world.invoice()
    wanted = await intent(world, process, kind, invoice)
    world.order(CALLS[kind], **how)
    answer = await attempt(process, wanted)
    assert isinstance(answer, DuebotError) == (state == "refused")
    assert await outcome(world, process, kind, fault, invoice, wanted) == state
    assert effects(world, kind, invoice) == count
    assert await told(process, await the_operation(process, wanted)) == []
    if state == "refused":
        world.syncro.faults.clear()
        world.move(3600)  # Until Syncro wants to be asked again.
        await process.journal.perform(wanted)
        assert effects(world, kind, invoice) == 1


@pytest.mark.parametrize("kind", READABLE)
@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_is_read_back(world: FaultWorld, process: Process, kind: str, fault: str) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, kind, invoice)
    world.order(CALLS[kind], **LOST[fault])
    waiting = await process.journal.perform(wanted)
    assert waiting.state == "sent"
    assert "Please don't enter it again" in waiting.sentence
    await settle_all(world, process)
    assert await outcome(world, process, kind, fault, invoice, wanted) == "confirmed"
    assert effects(world, kind, invoice) == 1
    assert await told(process, waiting) == [CLERK.id]


@pytest.mark.parametrize("kind", READABLE)
@pytest.mark.parametrize("fault", LATE)
async def test_a_late_commit_counts_once(world: FaultWorld, process: Process, kind: str, fault: str) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, kind, invoice)
    world.order(CALLS[kind], "late_commit")
    await process.journal.perform(wanted)
    for _ in range(LATE[fault] // 5):
        await process.journal.check_open()
        world.move(5)
    await world.syncro.faults.land_late()
    await settle_all(world, process)
    assert await outcome(world, process, kind, fault, invoice, wanted) == "confirmed"
    assert effects(world, kind, invoice) == 1
    assert await told(process, await the_operation(process, wanted)) == [CLERK.id]


@pytest.mark.parametrize("fault", LOST)
async def test_an_email_that_may_have_left_is_never_repeated(
    world: FaultWorld, process: Process, fault: str
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "email", invoice)
    world.order(CALLS["email"], **LOST[fault])
    answer = await process.journal.perform(wanted)
    assert answer.state == "unknown"
    world.move(3600)
    await process.journal.check_open()
    assert await outcome(world, process, "email", fault, invoice, wanted) == "unknown"
    assert world.sent(CALLS["email"], invoice) == 1
    assert effects(world, "email", invoice) == int("after commit" in fault)
    assert await told(process, answer) == [CLERK.id]
