"""The database is judged without being touched."""

import os
import sqlite3
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.store.inspection import inspect
from bot.store.open import open_store


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def _contents(folder: Path) -> dict[str, bytes]:
    """All but the file that connections share their locks in."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    seen = inspect(address(tmp_path / "duebot.db"))
    assert seen is not None
    assert (seen.exists, seen.pending, seen.path) == (False, 0, tmp_path / "duebot.db")
    assert seen.free > 0
    assert os.listdir(tmp_path) == []


def test_memory_has_no_file() -> None:
    assert inspect("sqlite:///:memory:") is None


async def test_one_in_use_is_read_beside_its_writer(tmp_path: Path) -> None:
    lane = await open_store(address(tmp_path / "duebot.db"))
    try:
        await lane.write(lambda tx: tx.run("INSERT INTO state (key, value) VALUES ('a', 'b')"))
        before = _contents(tmp_path)
        seen = inspect(address(tmp_path / "duebot.db"))
        after = _contents(tmp_path)
    finally:
        await lane.close()
    assert seen is not None
    assert (seen.exists, seen.pending, seen.others_read) == (True, 0, False)
    assert before == after


async def test_one_at_rest_gets_no_side_files(tmp_path: Path) -> None:
    await (await open_store(address(tmp_path / "duebot.db"))).close()
    assert os.listdir(tmp_path) == ["duebot.db"]
    assert inspect(address(tmp_path / "duebot.db")) is not None
    assert os.listdir(tmp_path) == ["duebot.db"]


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "duebot.db").touch(0o600)
    seen = inspect(address(tmp_path / "duebot.db"))
    assert seen is not None
    assert (seen.exists, seen.pending) == (True, 0)


@pytest.mark.parametrize("name", ["nowhere/duebot.db", "other.db", "letter.txt", "folder"])
def test_what_the_bot_could_not_use(tmp_path: Path, name: str) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE song (title TEXT)")
    (tmp_path / "letter.txt").write_text("Dear customer, " * 100)
    (tmp_path / "folder").mkdir()
    with pytest.raises(Misconfigured):
        inspect(address(tmp_path / name))


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so the system's answer is set here."""
    monkeypatch.setattr("bot.store.inspection.os.access", lambda *_: False)
    with pytest.raises(Misconfigured, match="can't be written to"):
        inspect(address(tmp_path / "duebot.db"))
