from collections.abc import AsyncIterator

import pytest

from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.syncro import SyncroSandbox

KEY = "fictional-key-0123456789"


@pytest.fixture
async def syncro() -> AsyncIterator[SyncroSandbox]:
    """The Syncro stand-in with a small book, listening on a free port under ``base``."""
    clock = Clock()
    sandbox = SyncroSandbox(sample_company(clock, size=130), clock, api_key=KEY)
    sandbox.base = await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def gateway(syncro: SyncroSandbox) -> AsyncIterator[Gateway]:
    """A gateway that really talks to it, in US dollars, without waiting between reads."""
    client = Client(syncro.base, KEY, timeout=5, patience=Patience(first_wait=0))
    gateway = Gateway(client, "guide", lambda customer_id: "USD")
    yield gateway
    await gateway.close()


@pytest.fixture
async def account() -> AsyncIterator[SyncroSandbox]:
    """The same stand-in in the shape of the published API."""
    clock = Clock()
    sandbox = SyncroSandbox(sample_company(clock, size=130), clock, api_key=KEY, shape="openapi")
    sandbox.base = await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def spoken(account: SyncroSandbox) -> AsyncIterator[Gateway]:
    """A gateway that really talks to it."""
    client = Client(account.base, KEY, timeout=5, patience=Patience(first_wait=0))
    gateway = Gateway(client, "openapi", lambda customer_id: "USD")
    yield gateway
    await gateway.close()
