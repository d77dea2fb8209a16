"""The process is killed at every step of every write: before and after each commit, before and after each request.

A killed process does nothing more, so a kill is an exception that nothing of ours catches. Another process then
starts on the same database and the same Syncro. Whatever the step was, the write takes effect once, or a person is
told that it isn't known.
"""

from typing import Any

import pytest
from fault_contact import stage
from fault_kill import Killed, doomed
from fault_table import note
from fault_world import CLERK, FaultWorld, Process, attempt, settle_all, the_operation, told
from fault_writes import WRITES, Write

from bot.store import operations
from bot.use_cases.journal import Intent

_MOST_STEPS = 80

pytestmark = pytest.mark.parametrize(
    ("write", "shape"), [pytest.param(one, one.shape, id=one.id) for one in WRITES]
)


async def test_a_kill_at_any_step(world: FaultWorld, process: Process, write: Write) -> None:
    for kill_at in range(_MOST_STEPS):
        invoice = world.invoice()
        wanted = await write.wanted(world, process, invoice)
        killed, steps = await doomed(world, kill_at)
        try:
            await attempt(killed, wanted)
        except Killed as where:
            await recovered(world, write, invoice, wanted, f"kill {kill_at}: {where}")
        else:
            assert write.effects(world, invoice) == 1
            assert len(steps.taken) > 4, "commits and requests were counted"
            return
    raise AssertionError("the write never came to its end")


async def recovered(world: FaultWorld, write: Write, invoice: Any, wanted: Intent, where: str) -> None:
    """What another process makes of what was left."""
    after = await world.process()
    attempts = await after.lane.read(lambda tx: operations.attempts(tx, wanted.base_key))
    if not attempts:
        assert write.effects(world, invoice) == 0, where
        return
    already_ended = attempts[-1].state
    await after.journal.take_over()
    await settle_all(world, after)
    ended, count = await the_operation(after, wanted), write.effects(world, invoice)
    note(write.shape, write.name, f"killed {where.partition(': ')[2]}", f"{ended.state}, {count} ×")
    if ended.state == "unknown":
        assert not write.readable, where
        assert count <= 1, where
    else:
        assert (ended.state, count) == ("confirmed", 1), f"{where}: {ended}"
        assert "incomplete" not in (ended.result or {}), where
    if write.by_clock:
        assert await stage(after, invoice) == {"confirmed": "sent"}.get(ended.state, ended.state), where
    if already_ended not in ("confirmed", "refused") and not (write.by_clock and ended.state == "confirmed"):
        assert await told(after, ended) == [CLERK.id], where
