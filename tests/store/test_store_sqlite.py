"""What the SQLite lane does besides: durability, clear words when the file can't be used, kills."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.store import operations, outbox, sqlite
from bot.store.lane import Lane, StoreError, Tx
from bot.store.open import open_store
from bot.store.sqlite import SqliteLane

WORKER = Path(__file__).with_name("store_worker.py")


def start(verb: str, path: Path, name: str = "w") -> subprocess.Popen[str]:
    """Another process at the same database."""
    return subprocess.Popen(
        [sys.executable, str(WORKER), verb, f"sqlite:///{path}", name],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def pragma(tx: Tx, name: str) -> object:
    row = tx.one(f"PRAGMA {name}")
    return next(iter(row.values())) if row else None


async def test_commits_are_synced_and_rules_are_on(tmp_path: Path) -> None:
    lane = await open_store(f"sqlite:///{tmp_path}/duebot.db")
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert await lane.write(lambda tx: [pragma(tx, name) for name in names]) == ["wal", 2, 1]
    await lane.close()


async def test_the_file_is_private_and_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "duebot.db"
    lane = await open_store(f"sqlite:///{path}")
    await lane.write(lambda tx: tx.run("INSERT INTO state (key, value) VALUES ('a', '1')"))
    assert {os.stat(name).st_mode & 0o077 for name in (path, f"{path}-wal", f"{path}-shm")} == {0}
    await lane.close()
    lane = await open_store(f"sqlite:///{path}")
    assert await lane.read(lambda tx: tx.one("SELECT value FROM state")) == {"value": "1"}
    await lane.close()


async def test_memory_is_a_temporary_file_that_goes_away() -> None:
    lane = await SqliteLane.open(":memory:")
    path = lane._path
    assert path.exists()
    await lane.close()
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://db/duebot", "PostgreSQL is not in this version"),
        ("mysql://db", "must be sqlite:///PATH"),
        ("sqlite:///", "must be sqlite:///PATH"),
        ("duebot.db", "must be sqlite:///PATH"),
    ],
)
async def test_an_address_that_cannot_be_used_is_told(url: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        await open_store(url)


async def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="can't be opened: No such file"):
        await open_store(f"sqlite:///{tmp_path}/nowhere/duebot.db")


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="can't be opened: Is a directory"):
        await open_store(f"sqlite:///{tmp_path}")


async def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, not a database\n" * 200)
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="not a database"):
        await open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


async def test_another_programs_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE invoice (id)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="belongs to another program"):
        await open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


async def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "duebot.db"
    lane = await open_store(f"sqlite:///{path}")
    await lane.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises((Misconfigured, StoreError), match="restore the last backup"):
        await open_store(f"sqlite:///{path}")


async def test_a_writer_that_stays_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    lane = await open_store(f"sqlite:///{tmp_path}/duebot.db")
    other = sqlite3.connect(tmp_path / "duebot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process"):
        await lane.write(lambda tx: None)
    with pytest.raises(Misconfigured, match="another process"):
        await open_store(f"sqlite:///{tmp_path}/duebot.db")
    other.execute("ROLLBACK")
    other.close()
    await lane.write(lambda tx: None)
    await lane.close()


async def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    lane = await open_store(f"sqlite:///{tmp_path}/duebot.db")

    def fill(tx: Tx) -> None:
        tx.one("PRAGMA max_page_count = 1")
        rows = ({"key": str(n), "value": "x" * 500} for n in range(1000))
        tx.many("INSERT INTO state (key, value) VALUES (:key, :value)", rows)

    with pytest.raises(StoreError, match="disk is full"):
        await lane.write(fill)
    assert await lane.read(lambda tx: tx.all("SELECT * FROM state")) == []
    await lane.close()


async def test_a_mistake_in_sql_is_a_bug_and_not_a_sentence(lane: Lane) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await lane.read(lambda tx: tx.all("SELECT * FROM nowhere"))


async def test_what_was_committed_survives_a_kill_and_pairs_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "duebot.db"
    worker = start("pairs", path)
    assert worker.stdout
    said = [worker.stdout.readline().strip() for _ in range(25)]
    worker.send_signal(signal.SIGKILL)
    said += worker.stdout.read().split()
    worker.wait()
    lane = await open_store(f"sqlite:///{path}")
    written = {op.key: op.state for op in await lane.read(operations.unsettled)}
    messages = {row["key"] for row in await lane.read(lambda tx: tx.all("SELECT key FROM outbox"))}
    assert set(said) <= set(written)
    assert set(written.values()) == {"sent"}
    assert set(written) == messages
    await lane.close()


async def test_a_kill_inside_a_transaction_leaves_nothing_and_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "duebot.db"
    worker = start("hang", path)
    assert worker.stdout
    assert worker.stdout.readline() == "inside\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    lane = await open_store(f"sqlite:///{path}")
    assert await lane.read(operations.unsettled) == []
    assert await lane.read(lambda tx: outbox.by_key(tx, "w")) is None
    await lane.write(lambda tx: tx.run("INSERT INTO state (key, value) VALUES ('a', '1')"))
    await lane.close()
