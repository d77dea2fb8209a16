"""Claims of timed jobs, and visits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.store import claims, visits
from bot.store.lane import Lane
from bot.store.visits import Visit

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)


async def take(lane: Lane, owner: str, now: datetime = NOW, slot: str = "2026-03-02") -> bool:
    return await lane.write(lambda tx: claims.take(tx, "digest", slot, owner, now, LEASE))


async def finish(lane: Lane, slot: str, result: dict[str, int]) -> None:
    await lane.write(lambda tx: claims.finish(tx, "digest", slot, result, NOW))


async def test_a_slot_is_taken_once_until_its_lease_is_over(lane: Lane) -> None:
    assert await take(lane, "a")
    assert not await take(lane, "b")
    assert not await take(lane, "a")
    assert await take(lane, "a", slot="2026-03-03")
    assert not await take(lane, "b", NOW + LEASE - timedelta(microseconds=1))
    assert await take(lane, "b", NOW + LEASE)
    assert not await take(lane, "a", NOW + LEASE)


async def test_a_finished_slot_is_never_taken_again(lane: Lane) -> None:
    await take(lane, "a")
    assert not await lane.read(lambda tx: claims.done(tx, "digest", "2026-03-02"))
    await finish(lane, "2026-03-02", {"USD": 100})
    assert await lane.read(lambda tx: claims.done(tx, "digest", "2026-03-02"))
    await lane.write(lambda tx: claims.release(tx, "digest", "2026-03-02"))
    assert not await take(lane, "b", NOW + 100 * LEASE)


async def test_a_released_slot_is_free_at_once(lane: Lane) -> None:
    await take(lane, "a")
    await lane.write(lambda tx: claims.release(tx, "digest", "2026-03-02"))
    assert await take(lane, "b")


async def test_last_is_the_latest_finished_slot(lane: Lane) -> None:
    assert await lane.read(lambda tx: claims.last(tx, "digest")) is None
    for slot in ("2026-03-02", "2026-03-01", "2026-03-03"):
        await take(lane, "a", slot=slot)
    await finish(lane, "2026-03-02", {"USD": 200})
    await finish(lane, "2026-03-01", {"USD": 100})
    assert await lane.read(lambda tx: claims.last(tx, "digest")) == ("2026-03-02", {"USD": 200})
    assert await lane.read(lambda tx: claims.last(tx, "sweep")) is None


VISIT = Visit(
    id="v1",
    user_id="U1",
    user_name="Ann Example",
    team_id="T1",
    channel_id="C1",
    response_url="https://slack.invalid/r",
    message_ts="1.1",
    thread_ts="1.0",
    surface="card",
    data={"invoice_id": "7", "lines": [{"id": "a"}]},
    created_at=NOW,
)


async def test_a_visit_comes_back_as_it_went_in(lane: Lane) -> None:
    await lane.write(lambda tx: visits.save(tx, VISIT))
    assert await lane.read(lambda tx: visits.get(tx, "v1")) == VISIT
    assert await lane.read(lambda tx: visits.get(tx, "v2")) is None


async def test_a_visit_is_replaced_and_its_data_updated(lane: Lane) -> None:
    await lane.write(lambda tx: visits.save(tx, VISIT))
    moved = replace(VISIT, channel_id="C2", data={"step": 2})
    await lane.write(lambda tx: visits.save(tx, moved))
    assert await lane.read(lambda tx: visits.get(tx, "v1")) == moved
    assert await lane.write(lambda tx: visits.update_data(tx, "v1", {"step": 3}))
    assert await lane.read(lambda tx: visits.get(tx, "v1")) == replace(moved, data={"step": 3})
    assert not await lane.write(lambda tx: visits.update_data(tx, "v2", {}))


async def test_old_visits_are_forgotten(lane: Lane) -> None:
    for age in range(3):
        visit = replace(VISIT, id=f"v{age}", created_at=NOW - timedelta(days=age))
        await lane.write(lambda tx, visit=visit: visits.save(tx, visit))
    assert await lane.write(lambda tx: visits.prune(tx, NOW - timedelta(days=1))) == 1
    assert await lane.read(lambda tx: visits.get(tx, "v1"))
    assert await lane.read(lambda tx: visits.get(tx, "v2")) is None
