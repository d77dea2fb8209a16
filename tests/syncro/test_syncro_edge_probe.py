"""What doctor asks of Syncro: each thing once, by reading, and of the answers nothing is kept that isn't needed."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.domain.errors import SyncroError, SyncroLost, SyncroUnauthorized
from bot.syncro.probe import Probe
from bot.syncro.shape import shape_of
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.syncro import SyncroSandbox

KEY = "fictional-key-0123456789"
SECRET = "sandbox-user-token-never-log-this"


@pytest.fixture
async def probe(syncro: SyncroSandbox) -> AsyncIterator[Probe]:
    async with Probe(syncro.base, KEY, timeout=5) as opened:
        yield opened


@pytest.fixture
async def published() -> AsyncIterator[SyncroSandbox]:
    """The stand-in in the published API's shape."""
    clock = Clock()
    sandbox = SyncroSandbox(sample_company(clock, size=60), clock, api_key=KEY, shape="openapi")
    sandbox.base = await sandbox.start()
    yield sandbox
    await sandbox.stop()


async def test_the_first_page_tells_shape_and_ids(probe: Probe, syncro: SyncroSandbox) -> None:
    first = await probe.first_page()
    assert (first.empty, first.shape) == (False, "guide")
    invoice = syncro.company.invoices[int(first.invoice_id)]
    assert first.customer_id == str(invoice.customer_id)
    assert probe.skew is not None
    assert (probe.heard.status, probe.heard.web_page) == (200, False)


@pytest.mark.parametrize("with_payments", [False, True], ids=["guide", "openapi"])
async def test_each_thing_is_read_once(
    syncro: SyncroSandbox, published: SyncroSandbox, with_payments: bool
) -> None:
    sandbox = published if with_payments else syncro
    async with Probe(sandbox.base, KEY, timeout=5) as probe:
        first = await probe.first_page()
        read = await probe.readings(first, first.shape)
    assert [one.error for one in read] == [None] * len(read)
    assert ("payments" in {one.resource.name for one in read}) is with_payments
    paths = [seen.path for seen in sandbox.requests]
    assert len(paths) == len(set(paths))
    assert {seen.method for seen in sandbox.requests} == {"GET"}


async def test_without_an_invoice_nothing_is_read_in_detail(probe: Probe, syncro: SyncroSandbox) -> None:
    syncro.company.invoices.clear()
    first = await probe.first_page()
    assert (first.empty, first.shape, first.invoice_id) == (True, "", "")
    names = {one.resource.name for one in await probe.readings(first, "")}
    assert not names & {"one invoice", "one customer", "payments"}


async def test_a_lacking_right_stops_nothing_else(probe: Probe, syncro: SyncroSandbox) -> None:
    syncro.permissions.take("Customers - List/Search")
    read = await probe.readings(await probe.first_page(), "guide")
    failed = {one.resource.name: one.error for one in read if one.error}
    assert list(failed) == ["customers"]
    assert isinstance(failed["customers"], SyncroUnauthorized)
    assert failed["customers"].permission == "Customers – List/Search"


async def test_rights_are_kept_and_the_users_token_is_not(probe: Probe, syncro: SyncroSandbox) -> None:
    syncro.permissions.take("Payments - Create")
    rights = await probe.rights()
    assert rights["invoices"] == {"read", "write", "delete"}
    assert rights["payments"] == {"read"}
    assert SECRET not in repr(rights)
    assert SECRET not in repr(vars(probe))


async def test_a_bad_key_lacks_no_permission(syncro: SyncroSandbox) -> None:
    async with Probe(syncro.base, "another-key", timeout=5) as probe:
        with pytest.raises(SyncroUnauthorized) as refused:
            await probe.first_page()
    assert refused.value.permission == ""


async def test_one_that_hangs_is_lost_in_time(syncro: SyncroSandbox) -> None:
    syncro.faults.add("GET /customers", "slow", times=None, seconds=60)
    async with Probe(syncro.base, KEY, timeout=0.5) as probe:
        read = await probe.readings(await probe.first_page(), "guide")
    errors = {one.resource.name: one.error for one in read if one.error}
    assert isinstance(errors["customers"], SyncroLost)


async def test_one_that_drips_is_lost_in_time_too() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.1)

    app = web.Application()
    app.router.add_get("/api/v1/invoices", drip)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    seconds, begun = 1.0, time.monotonic()
    async with Probe(f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1", KEY, timeout=seconds) as probe:
        with pytest.raises(SyncroLost, match="in time"):
            await probe.first_page()
    assert time.monotonic() - begun < 3 * seconds
    await runner.cleanup()


async def test_what_was_heard_says_why_there_is_no_answer(probe: Probe, syncro: SyncroSandbox) -> None:
    syncro.faults.add("*", "garbage")
    with pytest.raises(SyncroError):
        await probe.first_page()
    assert (probe.heard.status, probe.heard.web_page) == (200, True)


@pytest.mark.parametrize(
    ("row", "shape"),
    [
        ({"is_paid": False}, "openapi"),
        ({"status": "sent", "balance": 0}, "guide"),
        ({"status": "sent"}, ""),
        ({"status": 3, "balance": 0}, ""),
        ({}, ""),
    ],
)
def test_shapes(row: dict[str, object], shape: str) -> None:
    assert shape_of(row) == shape
