import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fault_table import print_table
from fault_world import KEY, START, FaultWorld, Process

from bot.store.open import open_store
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro import SyncroSandbox


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once and copied for each test."""
    import asyncio

    async def make() -> Path:
        path = tmp_path_factory.mktemp("store") / "bot.db"
        await (await open_store(f"sqlite:///{path}")).close()
        return path

    return asyncio.run(make())


@pytest.fixture
def shape() -> str:
    """The wire shape of the world; a test that names others is run in each."""
    return "guide"


@pytest.fixture(autouse=True)
def _short_untold_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A 429 that names no time asks for a moment only: a request that waits for it does so in real time."""
    monkeypatch.setattr("bot.syncro.status.UNTOLD_WAIT", 0.3)


@pytest.fixture
async def world(tmp_path: Path, empty_store: Path, shape: Any) -> AsyncIterator[FaultWorld]:
    shutil.copy(empty_store, tmp_path / "bot.db")
    clock = Clock(START)
    slack = SlackSandbox(clock, event_retry_seconds=())
    syncro = SyncroSandbox(sample_company(clock, size=30), clock, api_key=KEY, shape=shape)
    await slack.start()
    opened = FaultWorld(slack, syncro, await syncro.start(), clock, tmp_path)
    yield opened
    for process in opened.processes:
        await process.close()
    await syncro.stop()
    await slack.stop()


@pytest.fixture
async def process(world: FaultWorld) -> Process:
    return await world.process()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.verbosity > 0:
        print_table(terminalreporter.write_line)
