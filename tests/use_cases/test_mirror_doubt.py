"""The copy loses nothing because something between us and Syncro says that it isn't there."""

from typing import Any

import pytest
from aiohttp import web
from mirror_world import Copy, World

from bot.domain.errors import SyncroError, SyncroLost
from bot.store import mirror
from bot.use_cases.mirror_reading import refresh


@pytest.fixture
async def world(world: World) -> World:
    world.made()
    return world


def one_of(world: World) -> Any:
    """The newest invoice, sent and unpaid."""
    return max(world.company.invoices.values(), key=lambda one: one.id)


async def unpaid(copy: Copy) -> set[str]:
    return {one.id for one in await copy.read(mirror.unpaid)}


async def test_what_is_listed_is_not_gone_though_its_page_says_so(world: World, copy: Copy) -> None:
    invoice = one_of(world)
    world.move(minutes=10)
    world.pay(invoice, 1000)
    world.syncro.company.change_header(invoice.id, notes="Changed")
    world.syncro.faults.add("GET /invoices/{id}", "status", status=404, times=None)
    report = await copy.sync.run()
    assert (report.gone, report.unreadable) == (0, (str(invoice.id),))
    assert str(invoice.id) in await unpaid(copy)


async def test_a_web_page_takes_nothing_away(
    world: World, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy's own 404, for an invoice that somebody points at."""
    invoice = one_of(world)

    async def page(*_: object) -> web.StreamResponse:
        return web.Response(text="<html><h1>Not here</h1></html>", status=404, content_type="text/html")

    monkeypatch.setattr(world.syncro.faults, "strike", page)
    with pytest.raises(SyncroError):
        await refresh(copy.context, str(invoice.id))
    assert str(invoice.id) in await unpaid(copy)


async def test_much_that_is_gone_at_once_is_doubted(world: World, copy: Copy) -> None:
    before = await unpaid(copy)
    company = world.company
    for one in [one for one in company.invoices.values() if str(one.id) in before]:
        company.delete_invoice(one.id)
    world.move(days=1)
    with pytest.raises(SyncroLost, match="no longer exist, all at once"):
        await copy.sync.run()
    assert await unpaid(copy) == before
    report = await copy.sync.run(full=True)
    assert report.gone == len(before)
    assert await unpaid(copy) == set()


@pytest.mark.parametrize("full", [False, True])
async def test_after_an_outage_of_details_one_run_knows_everything_again(
    world: World, copy: Copy, full: bool
) -> None:
    """Each run in the outage gives up on some more; they must not come back a few at a time."""
    changed = [world.made() for _ in range(12)]
    world.move(minutes=10)
    for one in changed:
        world.pay(one, 1000)
        world.company.change_header(one.id, notes="Changed")
    world.syncro.faults.add("GET /invoices/{id}", "status", status=404, times=None)
    for _ in range(4):
        with pytest.raises(SyncroError):
            await copy.sync.run()
    world.syncro.faults.clear()
    report = await copy.sync.run(full=full)
    assert report.unreadable == ()
    assert [(await copy.invoice(one.id)).balance for one in changed] == [90_00] * 12
