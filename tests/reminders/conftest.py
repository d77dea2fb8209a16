import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from reminders_world import KEY, START, Bot, World

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro import SyncroSandbox
from sandbox.syncro.server import Shape


@pytest.fixture(params=["guide", "openapi"])
def shape(request: pytest.FixtureRequest) -> Shape:
    """The wire shape that Syncro's stand-in speaks."""
    return request.param


@pytest.fixture
async def world(tmp_path: Path, shape: Shape) -> AsyncIterator[World]:
    clock = Clock(START)
    slack = SlackSandbox(clock, event_retry_seconds=())
    syncro = SyncroSandbox(sample_company(clock, size=60), clock, api_key=KEY, shape=shape)
    await slack.start()
    opened = World(slack, syncro, await syncro.start(), clock, tmp_path)
    yield opened
    for bot in opened.bots:
        await bot.close()
    await syncro.stop()
    await slack.stop()


@pytest.fixture
async def bot(world: World, shape: Shape, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """One bot that has read Syncro once. Every test's book is the same, so it is really read only once."""
    read_once = tmp_path_factory.getbasetemp() / f"reminders-read-once-{shape}.db"
    if not read_once.exists():
        first = await world.bot()
        await first.sync.run()
        world.bots.remove(first)
        await first.close()
        shutil.copy(world.folder / "bot.db", read_once)
    shutil.copy(read_once, world.folder / "bot.db")
    world.move(seconds=5)
    return await world.bot()
