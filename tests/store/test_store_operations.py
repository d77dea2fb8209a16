"""The journal's ledger."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from store_worker import operation

from bot.store import operations
from bot.store.lane import Conflict, Lane, Tx, Violation
from bot.store.operations import Operation

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


async def put(lane: Lane, *ops: Operation) -> None:
    for op in ops:
        await lane.write(lambda tx, op=op: operations.insert(tx, op))


async def get(lane: Lane, key: str) -> Operation:
    found = await lane.read(lambda tx: operations.get(tx, key))
    assert found
    return found


async def keys(lane: Lane, listing: Callable[[Tx], list[Operation]]) -> list[str]:
    return [op.key for op in await lane.read(listing)]


async def settle(lane: Lane, key: str, state: str) -> bool:
    return await lane.write(lambda tx: operations.settle(tx, key, state, f"It is {state}.", None, LATER))


async def test_an_operation_comes_back_as_it_went_in(lane: Lane) -> None:
    op = replace(
        operation("k1", "inv1"),
        request={"amount": 80625, "lines": [{"name": "Caf\u00e9", "quantity": "1.5"}], "due": None},
        result={"payment_id": "7"},
        sent_at=NOW,
        ended_at=NOW,
        absent_at=LATER,
        settled_at=LATER,
        lease_until=LATER,
        state="unknown",
        recovered=1,
        resent=1,
    )
    await put(lane, op)
    assert await get(lane, "k1") == op
    assert await lane.read(lambda tx: operations.get(tx, "k2")) is None


async def test_money_in_a_request_is_never_a_float(lane: Lane) -> None:
    with pytest.raises(TypeError):
        await put(lane, replace(operation("k1", "inv1"), request={"lines": [{"price": 1.5}]}))


async def test_the_same_key_or_attempt_twice_is_a_conflict(lane: Lane) -> None:
    await put(lane, operation("k1", None))
    with pytest.raises(Conflict):
        await put(lane, operation("k1", "inv2"))
    with pytest.raises(Conflict):
        await put(lane, replace(operation("k2", None), base_key="k1"))
    await put(lane, replace(operation("k1/2", None), base_key="k1", attempt=2))
    assert await keys(lane, lambda tx: operations.attempts(tx, "k1")) == ["k1", "k1/2"]


@pytest.mark.parametrize("state", ["prepared", "sent", "unknown"])
async def test_one_open_operation_per_invoice(lane: Lane, state: str) -> None:
    await put(lane, replace(operation("k1", "inv1"), state=state))
    with pytest.raises(Conflict):
        await put(lane, operation("k2", "inv1"))
    open_one = await lane.read(lambda tx: operations.open_on(tx, "inv1"))
    assert open_one
    assert open_one.key == "k1"
    await put(lane, operation("k3", "inv2"), operation("new1", None), operation("new2", None))


@pytest.mark.parametrize("state", ["confirmed", "refused"])
async def test_a_settled_operation_frees_its_invoice(lane: Lane, state: str) -> None:
    await put(lane, operation("k1", "inv1"))
    assert await settle(lane, "k1", state)
    assert await lane.read(lambda tx: operations.open_on(tx, "inv1")) is None
    await put(lane, operation("k2", "inv1"))


async def test_the_database_itself_keeps_one_open(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"), operation("k2", "inv2"))
    with pytest.raises(Conflict):
        await lane.write(lambda tx: tx.run("UPDATE operation SET invoice_id = 'inv1'"))
    with pytest.raises(Violation):
        await lane.write(lambda tx: tx.run("UPDATE operation SET state = 'lost'"))


async def test_a_conflict_can_be_answered_in_the_same_transaction(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"))

    def who(tx: Tx) -> Operation | None:
        try:
            operations.insert(tx, operation("k2", "inv1"))
        except Conflict:
            return operations.open_on(tx, "inv1")
        return None

    found = await lane.write(who)
    assert found
    assert found.key == "k1"


async def send(lane: Lane, at: datetime = NOW) -> None:
    await lane.write(lambda tx: operations.mark_sent(tx, "k1", at))


async def test_sending_and_what_was_found_are_recorded(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"))
    assert not await lane.write(lambda tx: operations.mark_ended(tx, "k1", NOW))
    await send(lane)
    assert await lane.write(lambda tx: operations.mark_ended(tx, "k1", NOW))
    assert await lane.write(lambda tx: operations.mark_absent(tx, "k1", NOW))
    assert not await lane.write(lambda tx: operations.mark_absent(tx, "k1", LATER))
    op = await get(lane, "k1")
    assert (op.state, op.sent_at, op.ended_at, op.absent_at) == ("sent", NOW, NOW, NOW)


async def test_it_goes_out_a_second_time_only_when_absent_and_never_a_third(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"))
    await send(lane)
    assert not await lane.write(lambda tx: operations.mark_resent(tx, "k1"))
    with pytest.raises(Conflict):
        await send(lane)
    await lane.write(lambda tx: operations.mark_absent(tx, "k1", NOW))
    with pytest.raises(Conflict):
        await send(lane)
    assert await lane.write(lambda tx: operations.mark_resent(tx, "k1"))
    await send(lane, LATER)
    op = await get(lane, "k1")
    assert (op.state, op.resent, op.sent_at, op.ended_at, op.absent_at) == ("sent", 1, LATER, None, None)
    with pytest.raises(Conflict):
        await send(lane)
    await lane.write(lambda tx: operations.mark_absent(tx, "k1", LATER))
    assert not await lane.write(lambda tx: operations.mark_resent(tx, "k1"))


async def test_a_killed_senders_request_counts_as_ended_at_the_restart(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"), operation("k2", "inv2"))
    await send(lane)
    await lane.write(lambda tx: operations.mark_absent(tx, "k1", NOW))
    for key in ("k1", "k2"):
        assert await lane.write(lambda tx, key=key: operations.mark_recovered(tx, key, LATER))
    sent, prepared = await get(lane, "k1"), await get(lane, "k2")
    assert (sent.recovered, sent.ended_at, sent.absent_at) == (1, LATER, None)
    assert (prepared.recovered, prepared.ended_at) == (1, None)


@pytest.mark.parametrize("state", ["confirmed", "refused", "unknown"])
async def test_what_is_over_is_not_sent_again(lane: Lane, state: str) -> None:
    await put(lane, operation("k1", "inv1"))
    await settle(lane, "k1", state)
    with pytest.raises(Conflict):
        await send(lane, LATER)
    assert not await lane.write(lambda tx: operations.lease(tx, "k1", LATER))
    assert not await lane.write(lambda tx: operations.take_lease(tx, "k1", NOW, LATER))
    assert (await get(lane, "k1")).state == state


async def test_unknown_can_be_decided_and_a_decision_stands(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"))
    assert await settle(lane, "k1", "unknown")
    assert await lane.write(
        lambda tx: operations.settle(tx, "k1", "confirmed", "It went through.", {"id": "7"}, LATER)
    )
    assert not await settle(lane, "k1", "refused")
    op = await get(lane, "k1")
    assert (op.state, op.sentence, op.result, op.settled_at) == (
        "confirmed",
        "It went through.",
        {"id": "7"},
        LATER,
    )


async def test_to_check_gives_what_nobody_works_on_oldest_first(lane: Lane) -> None:
    await put(
        lane,
        replace(operation("held", "i1"), lease_until=LATER),
        replace(operation("over", "i2"), lease_until=NOW, state="sent"),
        replace(operation("old", "i3"), created_at=NOW - timedelta(days=1)),
        replace(operation("unknown", "i4"), state="unknown"),
        replace(operation("done", "i5"), state="confirmed"),
    )
    assert await keys(lane, lambda tx: operations.to_check(tx, NOW, 10)) == ["old", "over"]
    assert await keys(lane, lambda tx: operations.to_check(tx, NOW, 1)) == ["old"]
    assert await lane.write(lambda tx: operations.lease(tx, "old", LATER))
    assert await keys(lane, lambda tx: operations.to_check(tx, NOW, 10)) == ["over"]
    assert await keys(lane, lambda tx: operations.to_check(tx, LATER, 10)) == ["old", "held", "over"]


async def test_a_lease_is_taken_by_one(lane: Lane) -> None:
    await put(lane, operation("k1", "inv1"))
    assert await lane.write(lambda tx: operations.take_lease(tx, "k1", NOW, LATER))
    assert not await lane.write(lambda tx: operations.take_lease(tx, "k1", NOW, LATER))
    assert await lane.write(lambda tx: operations.take_lease(tx, "k1", LATER, LATER + timedelta(minutes=1)))


async def test_leases_of_a_dead_process_end(lane: Lane) -> None:
    await put(
        lane,
        replace(operation("k1", "i1"), lease_until=LATER),
        replace(operation("k2", "i2"), lease_until=LATER, state="sent"),
        replace(operation("k3", "i3"), lease_until=NOW),
    )
    assert await lane.write(lambda tx: operations.end_leases(tx, NOW)) == 2
    assert await keys(lane, lambda tx: operations.to_check(tx, NOW, 10)) == ["k1", "k2", "k3"]


async def test_unsettled_puts_unknown_first(lane: Lane) -> None:
    await put(
        lane,
        replace(operation("sent", "i1"), state="sent", created_at=NOW - timedelta(hours=1)),
        replace(operation("unknown", "i2"), state="unknown"),
        operation("prepared", "i3"),
        replace(operation("refused", "i4"), state="refused"),
    )
    assert await keys(lane, operations.unsettled) == ["unknown", "sent", "prepared"]


async def test_what_happened_lately(lane: Lane) -> None:
    day = timedelta(days=1)
    await put(
        lane,
        replace(operation("old", "i1"), state="confirmed", created_at=NOW - 8 * day),
        replace(operation("edge", "i1"), state="confirmed", created_at=NOW - 7 * day),
        replace(operation("no", "i1"), state="refused", created_at=NOW - 2 * day),
        replace(operation("void", "i1"), kind="void", state="confirmed", created_at=NOW - day),
        replace(operation("maybe", "i1"), state="unknown"),
        replace(operation("hers", "i2"), actor_id="U2"),
        replace(operation("elsewhere", "i3"), customer_id="c2"),
    )
    since = NOW - 7 * day
    assert await keys(lane, lambda tx: operations.payments_since(tx, "c1", since)) == [
        "edge",
        "hers",
        "maybe",
    ]
    assert await keys(lane, lambda tx: operations.of_actor_customer_since(tx, "U1", "c1", since)) == [
        "edge",
        "no",
        "void",
        "maybe",
    ]


async def test_only_whoever_knows_where_a_write_stands_moves_it_on(lane: Lane) -> None:
    """Two that think they have it can't both send its next request."""
    await put(lane, replace(operation("k1", None), state="sent", sent_at=NOW, resent=1, absent_at=NOW))
    first, second = {"number": "7"}, {"number": "7", "step": {"do": "add", "index": 0}}

    async def moved(before: dict[str, object], after: dict[str, object]) -> bool:
        return await lane.write(
            lambda tx: operations.mark_next(tx, "k1", before, after, "inv9", "1 of 2", LATER)
        )

    assert await moved({}, first)
    assert not await moved({}, second)
    assert await moved(first, second)
    op = await get(lane, "k1")
    assert (op.progress, op.invoice_id, op.sentence) == (second, "inv9", "1 of 2")
    assert (op.state, op.sent_at, op.absent_at, op.resent) == ("sent", LATER, None, 0)
    await settle(lane, "k1", "confirmed")
    assert not await moved(second, first), "what has ended moves no more"
