"""What was approved is done once: killed at every step, in two processes at once, and raced by every other end."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from fault_approvals import BY_TWO, Desk, ask, desk, followed
from fault_kill import Killed, Steps
from fault_world import BOSS, CLERK, FaultWorld, effects

from bot.domain.approval import State
from bot.domain.errors import DuebotError, NotAllowed
from bot.domain.roles import Person
from bot.store.approvals import Approval

_MOST_STEPS = 60


def done_on(world: FaultWorld, kind: str, invoices: list[Any]) -> list[int]:
    return [effects(world, kind, one) for one in invoices]


@pytest.mark.parametrize(
    ("shape", "kind", "many"),
    [
        ("guide", "payment", 1),
        ("openapi", "payment", 2),
        ("guide", "void", 1),
    ],
)
async def test_killed_at_any_step_after_the_click_it_is_done_once(
    world: FaultWorld, kind: str, many: int
) -> None:
    ways: Counter[str] = Counter()
    for kill_at in count():
        assert kill_at < _MOST_STEPS, "it never came to its end"
        invoices = [world.invoice() for _ in range(many)]
        request, _ = await ask(world, await desk(world), kind, invoices)
        steps = Steps(kill_at)
        killed = await desk(world, steps=steps)
        try:
            await killed.approvals.approve(BOSS, request.id)
        except Killed as step:
            where = f"kill {kill_at}: {step}"
        else:
            assert len(steps.taken) > 6
            assert set(ways) == {State.WAITING, State.APPROVED, State.DONE}, "killed before, amid and after"
            return
        after = await desk(world)
        await after.process.journal.take_over()
        ways[(await after.held(request.id)).state] += 1
        if (await after.held(request.id)).state is State.WAITING:
            assert done_on(world, kind, invoices) == [0] * many, where
            await after.approvals.approve(BOSS, request.id)
        ended = await followed(world, after, request.id)
        assert ended.state is State.DONE, f"{where}: {ended.sentence}"
        assert done_on(world, kind, invoices) == [1] * many, where
        assert [vote.user_id for vote in ended.votes] == [BOSS.id], where
        assert (await after.told(request.id))[-1] == f"{CLERK.id} done", where
        await after.tick()
        assert done_on(world, kind, invoices) == [1] * many, where


async def test_two_processes_that_both_get_the_click_and_both_tick_do_it_once(world: FaultWorld) -> None:
    first, second = await desk(world), await desk(world)
    for _ in range(5):
        invoice = world.invoice()
        request, _ = await ask(world, first, "payment", [invoice])
        await asyncio.gather(
            *(attempt(at, "approve", request) for at in (first, second) for _ in range(3)),
            first.tick(),
            second.tick(),
        )
        await asyncio.gather(first.tick(), second.tick(), first.approved.carry_out(request.id))
        ended = await followed(world, second, request.id)
        assert (ended.state, len(ended.votes)) == (State.DONE, 1)
        assert effects(world, "payment", invoice) == 1


async def test_what_another_process_is_doing_just_now_is_not_told_as_a_delay(world: FaultWorld) -> None:
    first, second = await desk(world), await desk(world)
    invoice = world.invoice()
    request, _ = await ask(world, first, "payment", [invoice])
    record, reached, go = first.process.context.gateway.record_payment, asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> Any:
        reached.set()
        await go.wait()
        return await record(*given)

    first.process.context.gateway.record_payment = slowly  # type: ignore[method-assign]  # the test's gate
    judge = second.process.journal.judge

    async def late(wanted: Any) -> None:
        """The other has claimed it since this one looked what is begun."""
        await reached.wait()
        await judge(wanted)

    second.process.journal.judge = late  # type: ignore[method-assign]  # the same
    approved, carry_out = asyncio.Event(), first.approved.carry_out

    async def begins(id: str) -> None:
        approved.set()
        await carry_out(id)

    first.approved.carry_out = begins  # type: ignore[method-assign]  # the same
    clicked = asyncio.create_task(first.approvals.approve(BOSS, request.id))
    await approved.wait()
    await second.approved.carry_out(request.id)
    held = await second.held(request.id)
    assert (held.state, held.sentence, held.next_try_at) == (State.APPROVED, "", None)
    go.set()
    await clicked
    assert await first.told(request.id) == [f"{CLERK.id} done"]
    assert effects(world, "payment", invoice) == 1


async def test_who_clicks_while_the_tick_is_at_it_is_told_how_it_ended(world: FaultWorld) -> None:
    here = await desk(world)
    invoice = world.invoice()
    request, _ = await ask(world, here, "payment", [invoice])
    gateway, reached, go = here.process.context.gateway, asyncio.Event(), asyncio.Event()
    record, carry_out = gateway.record_payment, here.approved.carry_out
    ticks: list[asyncio.Task[int]] = []

    async def slowly(*given: Any) -> Any:
        reached.set()
        await go.wait()
        return await record(*given)

    async def after_the_tick(id: str) -> None:
        """The tick comes between the decision and who decided."""
        here.approved.carry_out = carry_out  # type: ignore[method-assign]  # the test's gate
        ticks.append(asyncio.create_task(here.approved.carry_all()))
        await reached.wait()
        asyncio.get_running_loop().call_later(0.05, go.set)
        await carry_out(id)

    gateway.record_payment = slowly  # type: ignore[method-assign]  # the same
    here.approved.carry_out = after_the_tick  # type: ignore[method-assign]  # the same
    card = await here.approvals.approve(BOSS, request.id)
    assert card.state is State.DONE
    await asyncio.gather(*ticks)
    assert await here.told(request.id) == [f"{CLERK.id} done"]
    assert effects(world, "payment", invoice) == 1


async def test_two_who_must_say_so_say_it_at_once_in_two_processes(world: FaultWorld) -> None:
    cfo = Person("U0CFO", "Cora Controller")
    first, second = await desk(world, BY_TWO), await desk(world, BY_TWO)
    for _ in range(5):
        invoice = world.invoice()
        request, _ = await ask(world, first, "payment", [invoice])
        await asyncio.gather(
            first.approvals.approve(BOSS, request.id),
            second.approvals.approve(cfo, request.id),
            second.tick(),
        )
        ended = await followed(world, second, request.id)
        assert {vote.user_id for vote in ended.votes} == {BOSS.id, cfo.id}
        assert (ended.state, effects(world, "payment", invoice)) == (State.DONE, 1)


async def test_one_that_cannot_be_read_at_all_does_not_hold_up_the_others(world: FaultWorld) -> None:
    at, invoices = await desk(world), [world.invoice(), world.invoice()]
    requests = [(await ask(world, at, "payment", [one]))[0] for one in invoices]
    carry_out, judge = at.approved.carry_out, at.process.journal.judge

    async def killed(id: str) -> None:
        """The process dies right after the word."""

    at.approved.carry_out = killed  # type: ignore[method-assign]  # the test's knife
    for one in requests:
        await at.approvals.approve(BOSS, one.id)
    at.approved.carry_out = carry_out  # type: ignore[method-assign]  # the same

    async def odd(wanted: Any) -> None:
        if wanted.invoice_id == str(invoices[0].id):
            raise ValueError("Syncro sent what nobody expected")
        await judge(wanted)

    at.process.journal.judge = odd  # type: ignore[method-assign]  # the same
    await at.tick()
    assert [(await at.held(one.id)).state for one in requests] == [State.APPROVED, State.DONE]


# ---- who comes first ----------------------------------------------------------------------------------------

ENDS = {
    "approve": State.DONE,
    "reject": State.REJECTED,
    "withdraw": State.WITHDRAWN,
    "expire": State.EXPIRED,
}


async def attempt(at: Desk, way: str, request: Approval) -> Exception | None:
    """One of the ways in which it can end; the error when it was too late."""
    try:
        match way:
            case "approve":
                await at.approvals.approve(BOSS, request.id)
            case "reject":
                await at.approvals.reject(BOSS, request.id, "No")
            case "withdraw":
                await at.approvals.withdraw(CLERK, request.id)
            case _:
                await at.approvals.keep_time()
    except DuebotError as error:
        return error
    return None


class Turnstile:
    """Lets a process look as long as it likes, but decide only when it is its turn."""

    def __init__(self, at: Desk) -> None:
        self.reached = asyncio.Event()
        self.turn = asyncio.Event()
        self._write = at.process.lane.write
        at.process.lane.write = self._wait  # type: ignore[method-assign]  # the test's gate

    async def _wait(self, change: Any) -> Any:
        if change.__qualname__.startswith("Approvals."):
            self.reached.set()
            await self.turn.wait()
        return await self._write(change)


@pytest.mark.parametrize("first", ENDS)
async def test_of_all_that_can_end_it_the_first_does_and_the_others_are_told(
    world: FaultWorld, first: str
) -> None:
    """Each has seen it waiting; for one of them it has expired."""
    near, invoice = await desk(world), world.invoice()
    request, _ = await ask(world, near, "payment", [invoice])
    desks = {
        way: await desk(world, ahead=timedelta(hours=25 if way == "expire" else 0))
        for way in sorted(ENDS, key=lambda way: way != first)
    }
    gates = {way: Turnstile(at) for way, at in desks.items()}
    tasks = {way: asyncio.create_task(attempt(at, way, request)) for way, at in desks.items()}
    for gate in gates.values():
        await asyncio.wait_for(gate.reached.wait(), 5)
    for way, gate in gates.items():
        gate.turn.set()
        error = await tasks[way]
        refused = way not in (first, "expire")
        assert isinstance(error, NotAllowed) is refused, (way, error)
        assert not refused or "Nothing was done now." in str(error), (way, error)
    ended = await followed(world, near, request.id)
    assert ended.state is ENDS[first]
    assert effects(world, "payment", invoice) == int(first == "approve")
    assert await near.told(request.id) == [f"{CLERK.id} {ended.state.value}"]
    assert len(ended.votes) == int(first == "approve")
