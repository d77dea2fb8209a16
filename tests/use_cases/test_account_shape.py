"""The wire shape of an account is found out once and remembered for that account alone."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import SyncroLost
from bot.store.lane import Lane
from bot.store.migrations import migrate
from bot.store.sqlite import SqliteLane
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.use_cases.shapes import remember_shape, remembered_shape
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.syncro import SyncroSandbox

KEY = "fictional-key-0123456789"
HERE, ELSEWHERE = "https://msp.example/api/v1", "https://other.example/api/v1"


@pytest.fixture
async def lane(tmp_path: Path) -> AsyncIterator[Lane]:
    opened = await SqliteLane.open(tmp_path / "duebot.db")
    await migrate(opened)
    yield opened
    await opened.close()


async def test_nothing_is_remembered_at_first(lane: Lane) -> None:
    assert await remembered_shape(lane, HERE) == ""


async def test_what_is_remembered_holds_for_that_account_alone(lane: Lane) -> None:
    await remember_shape(lane, HERE, "openapi")
    assert await remembered_shape(lane, HERE) == "openapi"
    assert await remembered_shape(lane, ELSEWHERE) == ""
    await remember_shape(lane, ELSEWHERE, "guide")
    assert await remembered_shape(lane, ELSEWHERE) == "guide"
    assert await remembered_shape(lane, HERE) == ""


async def test_a_shape_of_another_version_of_ours_is_not_believed(lane: Lane) -> None:
    await remember_shape(lane, HERE, "graphql")  # type: ignore[arg-type]  # what a later version might keep
    assert await remembered_shape(lane, HERE) == ""


@pytest.mark.parametrize("shape", ["guide", "openapi"])
async def test_a_restart_while_syncro_is_down_still_knows_it(shape: Any, lane: Lane) -> None:
    clock = Clock()
    syncro = SyncroSandbox(sample_company(clock, size=130), clock, api_key=KEY, shape=shape)
    base = await syncro.start()

    async def started() -> Gateway:
        client = Client(base, KEY, patience=Patience(attempts=1))
        known = await remembered_shape(lane, base)
        return Gateway(client, known, lambda customer_id: "USD", partial(remember_shape, lane, base))

    first = await started()
    await first.ready()
    asked = len(syncro.calls("GET /invoices"))
    syncro.faults.add("*", "status", status=503, times=None)
    second = await started()
    await second.ready()
    assert (second.shape, asked, len(syncro.calls("GET /invoices"))) == (shape, 1, 1)
    with pytest.raises(SyncroLost):
        await second.invoice("1")
    for gateway in (first, second):
        await gateway.close()
    await syncro.stop()
