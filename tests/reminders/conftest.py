from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from reminders_world import KEY, START, Bot, World

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro import SyncroSandbox


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = Clock(START)
    slack = SlackSandbox(clock, event_retry_seconds=())
    syncro = SyncroSandbox(sample_company(clock, size=60), clock, api_key=KEY)
    await slack.start()
    opened = World(slack, syncro, await syncro.start(), clock, tmp_path)
    yield opened
    for bot in opened.bots:
        await bot.outbox.stop()
        await bot.schedule.stop()
        await bot.context.gateway.close()
        await bot.slack.close()
        await bot.context.lane.close()
    await syncro.stop()
    await slack.stop()


@pytest.fixture
async def bot(world: World) -> Bot:
    """One bot that has read Syncro once."""
    made = await world.bot()
    await made.sync.run()
    return made
