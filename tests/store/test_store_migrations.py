"""The schema grows by steps that are applied once."""

import sqlite3
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.store import migrations, mirror
from bot.store.lane import Lane
from bot.store.migrations import MIGRATIONS, migrate
from bot.store.open import open_store
from bot.store.sqlite import SqliteLane

NAMES = [name for name, _ in MIGRATIONS]


def test_names_are_in_order_and_once() -> None:
    assert sorted(set(NAMES)) == NAMES


async def test_a_second_run_finds_nothing_to_do(lane: Lane) -> None:
    assert await migrate(lane) == []
    rows = await lane.read(lambda tx: tx.all("SELECT name FROM migration ORDER BY name"))
    assert [row["name"] for row in rows] == NAMES


async def test_an_older_database_gets_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await SqliteLane.open(tmp_path / "duebot.db")
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS[:3])
    assert await migrate(lane) == NAMES[:3]
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS)
    assert await migrate(lane) == NAMES[3:]
    await lane.close()


async def test_a_copy_in_another_form_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lane = await SqliteLane.open(tmp_path / "duebot.db")
    before = NAMES.index("0009-mirror-again")
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS[:before])
    await migrate(lane)
    await lane.write(lambda tx: mirror.set_state(tx, "synced_at", "2026-03-02T14:00:00Z"))
    await lane.write(lambda tx: mirror.set_state(tx, "payment_methods.dated", "{}"))
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS)
    await migrate(lane)
    assert await lane.read(lambda tx: mirror.get_state(tx, "synced_at")) is None
    assert await lane.read(lambda tx: mirror.get_state(tx, "payment_methods.dated")) == "{}"
    assert (await lane.read(mirror.counts)).invoices == 0
    await lane.close()


async def test_a_step_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await SqliteLane.open(tmp_path / "duebot.db")
    await migrate(lane)
    broken = (*MIGRATIONS, ("9999-broken", ("CREATE TABLE extra (id TEXT) STRICT", "CREATE NONSENSE")))
    monkeypatch.setattr(migrations, "MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError):
        await migrate(lane)
    tables = await lane.read(lambda tx: tx.all("SELECT name FROM sqlite_master WHERE name = 'extra'"))
    assert tables == []
    await lane.close()


async def test_a_newer_database_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/duebot.db"
    lane = await open_store(url)
    await lane.write(
        lambda tx: tx.run("INSERT INTO migration (name, applied_at) VALUES ('0999-later', 'now')")
    )
    await lane.close()
    with pytest.raises(Misconfigured, match=r"newer version of Duebot .*0999-later"):
        await open_store(url)


async def test_tables_are_strict(lane: Lane) -> None:
    if lane.engine != "sqlite":
        pytest.skip("only SQLite needs to be told to mind column types")
    rows = await lane.read(
        lambda tx: tx.all("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    )
    loose = {row["name"] for row in rows if not row["strict"] and not row["name"].startswith("sqlite_")}
    assert loose == set()
