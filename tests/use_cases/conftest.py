"""A book in Syncro's stand-in and a local copy of it, in both wire shapes unless a file says which."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mirror_world import Copy, World, opened


@pytest.fixture(params=["guide", "openapi"])
def shape(request: pytest.FixtureRequest) -> Any:
    """The wire shape of the account."""
    return request.param


@pytest.fixture
async def world(shape: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with opened(shape, tmp_path) as made:
        yield made


@pytest.fixture
async def copy(world: World) -> Copy:
    """Synced ten minutes ago, so that what the next run overlaps holds nothing."""
    made = await world.copy()
    await made.sync.run()
    world.move(minutes=10)
    return made
