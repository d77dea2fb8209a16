"""Worlds for journeys, each in both of Syncro's wire shapes."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from journey_world import START, World, start_bot

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage
from sandbox.syncro.server import Shape

Worlds = Callable[..., Any]
_SMALL = 60


@pytest.fixture(params=["guide", "openapi"])
def shape(request: pytest.FixtureRequest) -> Shape:
    """The wire shape that Syncro's stand-in speaks."""
    return request.param


@pytest.fixture
def worlds(tmp_path: Path, shape: Shape) -> Worlds:
    """Opens worlds: ``async with worlds(size=…, extra settings) as world``."""

    @asynccontextmanager
    async def open_world(size: int = 600, **extra: Any) -> AsyncIterator[World]:
        clock = Clock(START)
        async with Stage(clock, sample_company(clock, size=size), shape=shape) as stage:
            app = await start_bot(stage, clock, tmp_path, extra)
            world = World(stage, app, clock, tmp_path, extra)
            try:
                yield world
            finally:
                await world.app.stop()

    return open_world


@pytest.fixture
async def world(
    worlds: Worlds, shape: Shape, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A bot in HTTP mode that has read a small company once. It is the same in every test, so it is read only once."""
    read_once = tmp_path_factory.getbasetemp() / f"journeys-read-once-{shape}.db"
    if not read_once.exists():
        async with worlds(size=_SMALL) as first:
            await first.app.rooms.sync.run()
        shutil.copy(tmp_path / "bot.db", read_once)
    shutil.copy(read_once, tmp_path / "bot.db")
    async with worlds(size=_SMALL) as opened:
        opened.clock.advance(timedelta(seconds=5))
        yield opened
