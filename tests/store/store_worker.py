"""What another process does to a store in the tests: ``python store_worker.py VERB DATABASE_URL NAME``."""

import asyncio
import sys
import threading
from datetime import UTC, datetime, timedelta

from bot.store import claims, operations, outbox
from bot.store.lane import Conflict, Lane, Tx
from bot.store.migrations import migrate
from bot.store.open import open_store
from bot.store.sqlite import SqliteLane

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
THREADS = 8


def operation(key: str, invoice_id: str | None) -> operations.Operation:
    return operations.Operation(
        key=key,
        base_key=key,
        kind="payment",
        invoice_id=invoice_id,
        customer_id="c1",
        actor_id="U1",
        actor_name="Ann Example",
        request={"amount": 100},
        request_hash="hash",
        created_at=NOW,
    )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def show_migrated(url: str, name: str) -> None:
    lane = await SqliteLane.open(url.removeprefix("sqlite:///"))
    say(",".join(await migrate(lane)) or "nothing")
    await lane.close()


async def write_pairs(url: str, name: str) -> None:
    """An operation and its message in one transaction, again and again; each committed key is said."""
    lane = await open_store(url)
    for number in range(100_000):
        key = f"{name}-{number}"
        await lane.write(lambda tx, key=key: _pair(tx, key))
        say(key)


def _pair(tx: Tx, key: str) -> None:
    operations.insert(tx, operation(key, None))
    operations.mark_sent(tx, key, NOW)
    outbox.put(tx, key, "outcome", "C1", {"key": key}, NOW)


async def hang_inside(url: str, name: str) -> None:
    lane = await open_store(url)

    def stay(tx: Tx) -> None:
        _pair(tx, name)
        say("inside")
        threading.Event().wait()

    await lane.write(stay)


async def race(url: str, name: str) -> None:
    """Eight lanes of this process take messages, one slot and one invoice; what each got is said."""
    say("ready")
    sys.stdin.readline()
    lanes = [await open_store(url) for _ in range(THREADS)]
    await asyncio.gather(*(_race(lane, f"{name}-{place}") for place, lane in enumerate(lanes)))
    for lane in lanes:
        await lane.close()


async def _race(lane: Lane, name: str) -> None:
    if await lane.write(lambda tx: claims.take(tx, "digest", "2026-03-02", name, NOW, timedelta(minutes=5))):
        say(f"slot {name}")
    try:
        await lane.write(lambda tx: operations.insert(tx, operation(name, "inv1")))
        say(f"invoice {name}")
    except Conflict:
        pass
    while items := await lane.write(lambda tx: outbox.claim(tx, NOW, timedelta(minutes=5), 3)):
        for item in items:
            say(f"item {item.id}")


if __name__ == "__main__":
    verb, url, name = sys.argv[1:]
    verbs = {"migrate": show_migrated, "pairs": write_pairs, "hang": hang_inside, "race": race}
    asyncio.run(verbs[verb](url, name))
