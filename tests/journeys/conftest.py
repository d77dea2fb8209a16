"""Worlds for journeys, each in both of Syncro's wire shapes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
async def world(worlds: Worlds) -> AsyncIterator[World]:
    """A bot in HTTP mode that has read a small company once."""
    async with worlds(size=_SMALL) as opened:
        await opened.app.rooms.sync.run()
        yield opened
