from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from peers_world import START, Peers, company
from reminders_world import KEY, Bot

from sandbox.clock import Clock
from sandbox.slack.server import SlackSandbox
from sandbox.syncro import SyncroSandbox


@pytest.fixture
def start() -> datetime:
    """When it begins; a test may say otherwise."""
    return START


@pytest.fixture
async def world(tmp_path: Path, start: datetime) -> AsyncIterator[Peers]:
    clock = Clock(start)
    slack = SlackSandbox(clock, event_retry_seconds=())
    syncro = SyncroSandbox(company(clock), clock, api_key=KEY, shape="guide")
    await slack.start()
    opened = Peers(slack, syncro, await syncro.start(), clock, tmp_path)
    yield opened
    for bot in opened.bots:
        await bot.close()
    await syncro.stop()
    await slack.stop()


@pytest.fixture
async def bot(world: Peers) -> Bot:
    return await world.bot()
