"""Syncro's stand-in in the shape of the published API, over real HTTP, on a clock that a test moves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.company import SHOWPIECE, sample_company
from sandbox.company.records import Invoice
from sandbox.syncro import SyncroSandbox

KEY = "sandbox-key"


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 14, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def account(hand_clock: HandClock) -> AsyncIterator[SyncroSandbox]:
    """An account of the published API that is odd in nothing that a test didn't ask for."""
    sandbox = SyncroSandbox(sample_company(hand_clock), hand_clock, api_key=KEY, shape="openapi")
    sandbox.oddities.change({"unwrapped_every": 0, "no_balance_every": 0, "numeric_amount_every": 0})
    sandbox.base = await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def api(account: SyncroSandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the account's key."""
    headers = {"Authorization": f"Bearer {KEY}"}
    # Without TLS there is nothing to verify, and not loading certificates keeps the tests fast.
    async with httpx.AsyncClient(base_url=account.base, headers=headers, verify=False) as client:
        yield client


@pytest.fixture
def showpiece(account: SyncroSandbox) -> Invoice:
    """The invoice that examples talk about: 806.25, unpaid."""
    return account.company.invoice_by_number(SHOWPIECE)
