"""Every engine runs the same suite: a second lane is one more entry in ``LANES``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.store.lane import Lane
from bot.store.migrations import migrate
from bot.store.sqlite import SqliteLane


async def _sqlite(folder: Path) -> Lane:
    return await SqliteLane.open(folder / "duebot.db")


LANES: dict[str, Callable[[Path], Awaitable[Lane]]] = {"sqlite": _sqlite}


@pytest.fixture(params=sorted(LANES))
async def lane(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Lane]:
    """An empty, migrated store on each engine."""
    opened = await LANES[request.param](tmp_path)
    await migrate(opened)
    yield opened
    await opened.close()
