"""The pace in virtual time: who goes when, and never more than Syncro takes."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import now, run

from bot.syncro.pace import AT_ONCE, BACKGROUND_AT_ONCE, Lane, Pace, Paused

CLICK, BULK = Lane.INTERACTIVE, Lane.BACKGROUND


@dataclass(frozen=True)
class Asked:
    """A request: ``gap`` seconds after the one before; it takes ``long`` and reaches Syncro at ``way`` of that."""

    gap: float
    lane: Lane
    long: float
    way: float
    cancelled_after: float | None


def seconds(most: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(0.0), st.floats(0, most))


ASKED = st.builds(
    Asked, seconds(30), st.sampled_from(Lane), seconds(20), st.floats(0, 1), st.none() | seconds(60)
)


async def one(
    pace: Pace, lane: Lane, seen: list[tuple[float, str]], name: str = "", long: float = 0.0
) -> None:
    await pace.enter(lane)
    seen.append((now(), name or lane.value))
    await asyncio.sleep(long)
    pace.leave(lane)


def in_a_minute(moments: list[float]) -> int:
    """The most that any sliding minute holds."""
    return max((sum(begin <= at < begin + 60 for at in moments) for begin in moments), default=0)


@settings(deadline=None, max_examples=150)
@given(st.lists(ASKED, max_size=60))
def test_no_sliding_minute_of_syncro_ever_holds_more_than_it_takes(arrivals: list[Asked]) -> None:
    async def scene() -> None:
        pace = Pace(per_minute=9, monotonic=now)
        arrived: list[tuple[float, Lane]] = []
        flying = dict.fromkeys(Lane, 0)

        async def ask(asked: Asked) -> None:
            await pace.enter(asked.lane)
            flying[asked.lane] += 1
            assert flying[BULK] <= BACKGROUND_AT_ONCE
            assert sum(flying.values()) <= AT_ONCE
            try:
                await asyncio.sleep(asked.long * asked.way)
                arrived.append((now(), asked.lane))
                await asyncio.sleep(asked.long * (1 - asked.way))
            finally:
                flying[asked.lane] -= 1
                pace.leave(asked.lane)

        tasks = []
        for asked in arrivals:
            await asyncio.sleep(asked.gap)
            tasks.append(task := asyncio.create_task(ask(asked)))
            if asked.cancelled_after is not None:
                asyncio.get_running_loop().call_later(asked.cancelled_after, task.cancel)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        for asked, end in zip(arrivals, ends, strict=True):
            assert end is None or (
                isinstance(end, asyncio.CancelledError) and asked.cancelled_after is not None
            )
        assert in_a_minute([at for at, _ in arrived]) <= 9
        assert in_a_minute([at for at, lane in arrived if lane is BULK]) <= 7

    run(scene())


def test_a_minute_holds_180_and_140_of_the_background() -> None:
    async def scene() -> list[tuple[float, str]]:
        pace, seen, began = Pace(monotonic=now), [], now()
        bulk = [asyncio.create_task(one(pace, BULK, seen)) for _ in range(150)]
        await asyncio.sleep(1)
        await asyncio.gather(*(one(pace, CLICK, seen) for _ in range(41)))
        await asyncio.gather(*bulk)
        return [(at - began, name) for at, name in seen]

    seen = run(scene())
    assert [name for at, name in seen if at == 0] == ["background"] * 140
    assert [name for at, name in seen if at == 1] == ["interactive"] * 40
    assert [name for at, name in seen if at == pytest.approx(60)] == ["interactive"] + ["background"] * 10


def test_a_minute_is_sixty_seconds_from_the_end_of_a_request() -> None:
    async def scene() -> None:
        pace, seen, began = Pace(per_minute=1, monotonic=now), [], now()
        await one(pace, CLICK, seen, long=10)
        await asyncio.sleep(59.9)
        await pace.enter(CLICK)
        assert now() - began == pytest.approx(70)

    run(scene())


def test_each_lane_is_served_in_the_order_of_coming() -> None:
    async def scene() -> list[tuple[float, str]]:
        pace, seen = Pace(per_minute=1, monotonic=now), []
        names = [("a", BULK), ("b", BULK), ("c", CLICK), ("d", CLICK), ("e", BULK)]
        async with asyncio.TaskGroup() as group:
            for name, lane in names:
                group.create_task(one(pace, lane, seen, name))
        return seen

    assert "".join(name for _, name in run(scene())) == "acdbe"


def test_a_click_in_the_middle_of_bulk_reading_goes_at_once() -> None:
    async def scene() -> float:
        pace, seen = Pace(monotonic=now), []
        bulk = [asyncio.create_task(one(pace, BULK, seen, long=7)) for _ in range(20)]
        await asyncio.sleep(10)
        began = now()
        await pace.enter(CLICK)
        waited = now() - began
        for task in bulk:
            task.cancel()
        return waited

    assert run(scene()) == 0


def test_work_in_the_background_waits_for_a_person_who_waits() -> None:
    async def scene() -> list[tuple[float, str]]:
        pace, seen = Pace(monotonic=now), []
        async with asyncio.TaskGroup() as group:
            for name in "1234":
                group.create_task(one(pace, CLICK, seen, name, long=5))
            group.create_task(one(pace, BULK, seen, "bulk"))
            await asyncio.sleep(1)
            group.create_task(one(pace, CLICK, seen, "late"))
        return seen

    assert [name for _, name in run(scene())] == ["1", "2", "3", "4", "late", "bulk"]


@pytest.mark.parametrize("before", [True, False], ids=["before its turn", "in the moment of its turn"])
def test_who_is_cancelled_takes_nothing_from_the_others(before: bool) -> None:
    async def scene() -> None:
        pace, began = Pace(per_minute=2, monotonic=now), now()
        await pace.enter(CLICK)
        await pace.enter(CLICK)
        quitter = asyncio.create_task(pace.enter(CLICK))
        await asyncio.sleep(1)
        if before:
            quitter.cancel()
        pace.give_back(CLICK)
        quitter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await quitter
        await pace.enter(CLICK)
        assert now() - began == 1

    run(scene())


def test_a_short_pause_holds_everybody() -> None:
    async def scene() -> list[tuple[float, str]]:
        pace, seen, began = Pace(monotonic=now), [], now()
        pace.pause(20)
        pace.pause(5)
        await asyncio.gather(one(pace, BULK, seen), one(pace, CLICK, seen))
        return [(at - began, name) for at, name in seen]

    assert run(scene()) == [(20, "interactive"), (20, "background")]


async def _refused(awaitable: Awaitable[None]) -> float:
    with pytest.raises(Paused) as caught:
        await awaitable
    return caught.value.seconds


@pytest.mark.parametrize(
    ("asked", "told"), [(31, (31, None)), (121, (121, 121)), (10**9, (3600, 3600))], ids=str
)
def test_nobody_waits_out_a_long_pause(asked: float, told: tuple[float, float | None]) -> None:
    async def scene() -> None:
        pace, began = Pace(per_minute=1, monotonic=now), now()
        pace.pause(asked)
        for lane, left in zip(Lane, told, strict=True):
            if left is not None:
                assert await _refused(pace.enter(lane)) == left
        assert now() == began
        await asyncio.sleep(min(asked, 3600))
        await pace.enter(CLICK)

    run(scene())


def test_a_long_pause_sends_away_who_already_waits() -> None:
    async def scene() -> None:
        pace = Pace(per_minute=1, monotonic=now)
        await pace.enter(CLICK)
        waiting = [asyncio.create_task(_refused(pace.enter(lane))) for lane in Lane]
        await asyncio.sleep(1)
        began = now()
        pace.pause(1800)
        assert await asyncio.gather(*waiting) == [1800, 1800]
        assert now() == began

    run(scene())
