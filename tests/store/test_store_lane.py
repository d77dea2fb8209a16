"""What any lane promises."""

import asyncio
from decimal import Decimal

import pytest

from bot.domain.invoice import Status
from bot.store.lane import Conflict, Lane, Tx, Violation

PUT = "INSERT INTO state (key, value) VALUES (:key, :value)"


def put(tx: Tx, key: str, value: object) -> None:
    tx.run(PUT, {"key": key, "value": value})


def value(tx: Tx, key: str) -> str | None:
    row = tx.one("SELECT value FROM state WHERE key = :key", {"key": key})
    return row["value"] if row else None


async def test_a_write_is_seen_by_the_next_read(lane: Lane) -> None:
    await lane.write(lambda tx: put(tx, "a", "1"))
    assert await lane.read(lambda tx: value(tx, "a")) == "1"
    assert await lane.read(lambda tx: value(tx, "b")) is None


async def test_a_write_that_raises_leaves_nothing(lane: Lane) -> None:
    def half(tx: Tx) -> None:
        put(tx, "a", "1")
        raise LookupError("stop")

    with pytest.raises(LookupError):
        await lane.write(half)
    assert await lane.read(lambda tx: value(tx, "a")) is None
    await lane.write(lambda tx: put(tx, "a", "2"))
    assert await lane.read(lambda tx: value(tx, "a")) == "2"


async def test_run_tells_how_many_rows_it_touched(lane: Lane) -> None:
    await lane.write(lambda tx: tx.many(PUT, ({"key": str(n), "value": "x"} for n in range(5))))
    changed = await lane.write(
        lambda tx: tx.run("UPDATE state SET value = 'y' WHERE key >= :key", {"key": "3"})
    )
    assert changed == 2
    rows = await lane.read(lambda tx: tx.all("SELECT key, value FROM state ORDER BY key"))
    assert [(row["key"], row["value"]) for row in rows] == [(str(n), "y" if n > 2 else "x") for n in range(5)]


async def test_many_tells_how_many_rows_it_touched_and_takes_names_in_any_order(lane: Lane) -> None:
    rows = [{"value": f"of {n}", "key": str(n), "unused": "x"} for n in range(5)]
    assert await lane.write(lambda tx: tx.many(PUT, rows)) == 5
    assert await lane.write(lambda tx: tx.many("DELETE FROM state WHERE key = :key", rows[3:])) == 2
    assert await lane.write(lambda tx: tx.many(PUT, [])) == 0
    assert await lane.read(lambda tx: value(tx, "2")) == "of 2"
    again = "UPDATE state SET value = :value WHERE key = :key AND value <> :value"
    assert await lane.write(lambda tx: tx.many(again, rows[:2])) == 0, "one name in two places"


@pytest.mark.parametrize("wrong", [1.0, Decimal("12.00"), True, b"bytes", ["list"]])
async def test_what_is_not_text_or_a_whole_number_is_refused(lane: Lane, wrong: object) -> None:
    with pytest.raises(TypeError, match="value"):
        await lane.write(lambda tx: put(tx, "a", wrong))
    with pytest.raises(TypeError):
        await lane.write(lambda tx: tx.many(PUT, [{"key": "a", "value": "1"}, {"key": "b", "value": wrong}]))
    assert await lane.read(lambda tx: tx.all("SELECT * FROM state")) == []


async def test_text_that_not_every_engine_can_hold_is_cleaned(lane: Lane) -> None:
    await lane.write(lambda tx: put(tx, "a", "Caf\u00e9\0 \ud83d Ltd"))
    assert await lane.read(lambda tx: value(tx, "a")) == "Caf\u00e9 ? Ltd"


async def test_an_enum_of_text_is_its_text(lane: Lane) -> None:
    await lane.write(lambda tx: put(tx, "a", Status.PAID))
    assert await lane.read(lambda tx: value(tx, "a")) == "paid"


async def test_a_number_keeps_64_bits(lane: Lane) -> None:
    row = await lane.read(lambda tx: tx.one("SELECT CAST(:n AS BIGINT) AS n", {"n": 2**62}))
    assert row is not None
    assert row["n"] == 2**62


async def test_uniqueness_is_one_conflict(lane: Lane) -> None:
    await lane.write(lambda tx: put(tx, "a", "1"))
    with pytest.raises(Conflict):
        await lane.write(lambda tx: put(tx, "a", "2"))
    assert await lane.read(lambda tx: value(tx, "a")) == "1"


async def test_other_rules_are_no_conflict(lane: Lane) -> None:
    with pytest.raises(Violation) as caught:
        await lane.write(lambda tx: put(tx, "a", None))
    assert not isinstance(caught.value, Conflict)


async def test_a_violation_ends_the_transaction_even_when_caught(lane: Lane) -> None:
    def go_on(tx: Tx) -> None:
        put(tx, "a", "1")
        try:
            put(tx, "a", "2")
        except Conflict:
            put(tx, "b", "1")

    def end_quietly(tx: Tx) -> None:
        put(tx, "a", "1")
        try:
            put(tx, "a", "2")
        except Conflict:
            return

    for fn in (go_on, end_quietly):
        with pytest.raises(Conflict):
            await lane.write(fn)
        assert await lane.read(lambda tx: tx.all("SELECT * FROM state")) == []


async def test_a_read_cannot_write(lane: Lane) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only|can't be written"):
        await lane.read(lambda tx: put(tx, "a", "1"))
    assert await lane.read(lambda tx: value(tx, "a")) is None


async def test_read_decide_write_means_it(lane: Lane) -> None:
    await lane.write(lambda tx: put(tx, "n", "0"))

    def add_one(tx: Tx) -> None:
        before = int(value(tx, "n") or "0")
        tx.run("UPDATE state SET value = :value WHERE key = 'n'", {"value": str(before + 1)})

    await asyncio.gather(*(lane.write(add_one) for _ in range(200)))
    assert await lane.read(lambda tx: value(tx, "n")) == "200"


async def test_reads_go_on_while_a_write_runs(lane: Lane) -> None:
    loop = asyncio.get_running_loop()
    inside, go = asyncio.Event(), asyncio.Event()

    def slow(tx: Tx) -> None:
        put(tx, "a", "1")
        loop.call_soon_threadsafe(inside.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result()

    writing = asyncio.ensure_future(lane.write(slow))
    await inside.wait()
    assert await lane.read(lambda tx: value(tx, "a")) is None
    go.set()
    await writing
    assert await lane.read(lambda tx: value(tx, "a")) == "1"


async def test_close_lets_a_running_write_finish(lane: Lane) -> None:
    done: list[int] = []
    writing = asyncio.ensure_future(
        lane.write(lambda tx: done.append(tx.run(PUT, {"key": "a", "value": "1"})))
    )
    await asyncio.sleep(0)
    await lane.write(lambda tx: None)
    await writing
    assert done == [1]
