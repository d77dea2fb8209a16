"""Messages are taken by one worker at a time, and end once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import outbox
from bot.store.lane import Lane
from bot.store.outbox import Item

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)


async def put(lane: Lane, key: str, **more: object) -> str:
    return await lane.write(lambda tx: outbox.put(tx, key, "outcome", "C1", {"key": key}, NOW, **more))  # type: ignore[arg-type]  # a test's shorthand


async def claim(lane: Lane, now: datetime = NOW, limit: int = 10) -> list[Item]:
    return await lane.write(lambda tx: outbox.claim(tx, now, LEASE, limit))


async def get(lane: Lane, item_id: str) -> Item:
    found = await lane.read(lambda tx: outbox.get(tx, item_id))
    assert found
    return found


async def test_the_same_key_is_one_message(lane: Lane) -> None:
    first = await put(lane, "k1", thread_ts="1.2")
    again = await lane.write(lambda tx: outbox.put(tx, "k1", "other", "C2", {}, NOW))
    assert again == first
    item = await lane.read(lambda tx: outbox.by_key(tx, "k1"))
    assert item
    assert (item.kind, item.target, item.thread_ts, item.payload) == ("outcome", "C1", "1.2", {"key": "k1"})
    assert (item.state, item.not_before, item.attempts, item.created_at) == ("pending", NOW, 0, NOW)
    assert await lane.read(lambda tx: outbox.by_key(tx, "k2")) is None


async def test_claims_are_oldest_first_within_the_limit(lane: Lane) -> None:
    for number in range(12):
        await put(lane, f"k{number}")
    assert [item.key for item in await claim(lane, limit=11)] == [f"k{number}" for number in range(11)]
    assert [item.key for item in await claim(lane)] == ["k11"]
    assert await claim(lane) == []


async def test_a_message_waits_for_its_time(lane: Lane) -> None:
    await put(lane, "k1", not_before=NOW + LEASE)
    assert await claim(lane) == []
    assert [item.key for item in await claim(lane, NOW + LEASE)] == ["k1"]


async def test_what_waits_can_be_put_off_and_let_go(lane: Lane) -> None:
    await put(lane, "k1", not_before=NOW + LEASE)
    assert await lane.write(lambda tx: outbox.reschedule(tx, "k1", NOW + 2 * LEASE))
    assert await claim(lane, NOW + LEASE) == []
    assert await lane.write(lambda tx: outbox.reschedule(tx, "k1", NOW))
    assert [item.key for item in await claim(lane)] == ["k1"]
    assert not await lane.write(lambda tx: outbox.reschedule(tx, "k1", NOW + LEASE)), "it is claimed"
    assert not await lane.write(lambda tx: outbox.reschedule(tx, "k2", NOW))


async def test_all_of_a_kind_can_be_let_go(lane: Lane) -> None:
    for key in ("k1", "k2"):
        await put(lane, key, not_before=NOW + LEASE)
    await lane.write(lambda tx: outbox.put(tx, "k3", "other", "C1", {}, NOW, NOW + LEASE))
    assert await lane.write(lambda tx: outbox.hurry(tx, "outcome", NOW)) == 2
    assert [item.key for item in await claim(lane)] == ["k1", "k2"]
    assert await lane.write(lambda tx: outbox.hurry(tx, "outcome", NOW)) == 0


async def test_a_lease_that_is_over_lets_another_take_it_but_remembers_the_first_claim(lane: Lane) -> None:
    await put(lane, "k1")
    (first,) = await claim(lane)
    assert (first.state, first.attempts, first.claimed_at, first.lease_until) == (
        "claimed",
        1,
        NOW,
        NOW + LEASE,
    )
    assert await claim(lane, NOW + LEASE - timedelta(microseconds=1)) == []
    (second,) = await claim(lane, NOW + LEASE)
    assert (second.attempts, second.claimed_at, second.lease_until) == (2, NOW, NOW + 2 * LEASE)


async def test_sent_stands_whatever_a_slow_worker_says_later(lane: Lane) -> None:
    item_id = await put(lane, "k1")
    await claim(lane)
    assert await lane.write(lambda tx: outbox.sent(tx, item_id, "C9", "123.456", NOW))
    assert not await lane.write(lambda tx: outbox.requeue(tx, item_id, NOW, "lost"))
    assert not await lane.write(lambda tx: outbox.fail(tx, item_id, "no", NOW))
    assert not await lane.write(lambda tx: outbox.drop(tx, item_id, "no", NOW))
    item = await get(lane, item_id)
    assert (item.state, item.channel, item.ts, item.ended_at) == ("sent", "C9", "123.456", NOW)
    assert await claim(lane, NOW + 2 * LEASE) == []


async def test_requeued_waits_and_comes_again(lane: Lane) -> None:
    item_id = await put(lane, "k1")
    assert not await lane.write(lambda tx: outbox.requeue(tx, item_id, NOW, "not claimed"))
    await claim(lane)
    assert await lane.write(lambda tx: outbox.requeue(tx, item_id, NOW + LEASE, "Slack was busy."))
    assert await claim(lane) == []
    (item,) = await claim(lane, NOW + LEASE)
    assert (item.attempts, item.reason) == (2, "Slack was busy.")


async def test_look_ups_count_until_the_next_post(lane: Lane) -> None:
    item_id = await put(lane, "k1")
    assert not await lane.write(lambda tx: outbox.looked_up(tx, item_id, NOW))
    await claim(lane)
    for minute in (1, 2):
        at = NOW + timedelta(minutes=minute)
        assert await lane.write(lambda tx, at=at: outbox.looked_up(tx, item_id, at))
    item = await get(lane, item_id)
    assert (item.lookups, item.looked_up_at) == (2, NOW + timedelta(minutes=2))
    assert await lane.write(lambda tx: outbox.posting(tx, item_id, NOW))
    item = await get(lane, item_id)
    assert (item.lookups, item.looked_up_at) == (0, None)


@pytest.mark.parametrize("end", [outbox.drop, outbox.fail])
async def test_dropped_and_failed_are_over(lane: Lane, end) -> None:  # type: ignore[no-untyped-def]  # both alike
    item_id = await put(lane, "k1")
    assert await lane.write(lambda tx: end(tx, item_id, "It was paid.", NOW))
    assert await claim(lane) == []
    item = await get(lane, item_id)
    assert (item.state, item.reason) == ("dropped" if end is outbox.drop else "failed", "It was paid.")


async def test_failures_are_newest_first_since_then(lane: Lane) -> None:
    for number in range(4):
        item_id = await put(lane, f"k{number}")
        end = outbox.drop if number == 3 else outbox.fail
        ended = NOW + timedelta(hours=number)
        await lane.write(lambda tx, a=item_id, b=ended, end=end: end(tx, a, "No.", b))
    found = await lane.read(lambda tx: outbox.failures(tx, NOW + timedelta(hours=1)))
    assert [item.key for item in found] == ["k2", "k1"]
