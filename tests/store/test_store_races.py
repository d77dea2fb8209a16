"""Two processes with eight lanes each: every message, slot and invoice is taken once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from test_store_sqlite import start

from bot.store import operations, outbox
from bot.store.lane import Tx
from bot.store.migrations import MIGRATIONS
from bot.store.open import open_store
from bot.store.sqlite import SqliteLane

NOW = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
ITEMS = 120


async def test_each_thing_is_taken_once(tmp_path: Path) -> None:
    path = tmp_path / "duebot.db"
    lane = await open_store(f"sqlite:///{path}")

    def fill(tx: Tx) -> None:
        for number in range(ITEMS):
            outbox.put(tx, f"k{number}", "digest", "C1", {}, NOW)

    await lane.write(fill)
    workers = [start("race", path, name) for name in ("one", "two")]
    assert [worker.stdout.readline() for worker in workers if worker.stdout] == ["ready\n", "ready\n"]
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [line for worker in workers for line in worker.communicate()[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0, 0]
    taken = Counter(line.split()[0] for line in said)
    assert taken == {"slot": 1, "invoice": 1, "item": ITEMS}
    assert len(set(said)) == len(said)
    (only,) = await lane.read(operations.unsettled)
    assert f"invoice {only.key}" in said
    await lane.close()


def test_processes_migrating_at_once_do_it_once(tmp_path: Path) -> None:
    workers = [start("migrate", tmp_path / "duebot.db") for _ in range(4)]
    said = sorted(worker.communicate()[0].strip() for worker in workers)
    assert said == [",".join(name for name, _ in MIGRATIONS), "nothing", "nothing", "nothing"]
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0]


async def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    for attempt in range(25):
        path = tmp_path / f"{attempt}.db"
        for lane in await asyncio.gather(*(SqliteLane.open(path) for _ in range(8))):
            await lane.close()
