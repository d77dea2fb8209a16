"""What holds in both wire shapes: the copy says what Syncro says, and costs no more requests than it must."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from mirror_world import TODAY, Copy, World

from bot.domain.errors import SyncroError, SyncroNotSent
from bot.domain.invoice import Status
from bot.store import mirror
from bot.syncro.calls import InvoicePage
from bot.use_cases.mirror import synced_at
from bot.use_cases.mirror_customers import find_customers
from bot.use_cases.mirror_reading import Reading, refresh


async def agrees(world: World, copy: Copy) -> None:
    """Every invoice is as Syncro shows it; what Syncro doesn't tell is unknown and never 0."""
    kept = await copy.read(lambda tx: mirror.find_invoices(tx, limit=10_000, offset=0))
    shown = [one for one in world.company.invoices.values() if world.shape == "guide" or not one.void]
    assert {one.id for one in kept[0]} == {str(one.id) for one in shown}
    for one in kept[0]:
        invoice = world.company.invoice(int(one.id))
        assert (one.number, one.total) == (invoice.number, invoice.total)
        status = world.company.status(invoice)
        if world.shape == "guide":
            assert (one.status, one.balance) == (status, world.company.balance(invoice))
        else:
            assert (one.status is Status.PAID) == (status == "paid")
            if one.unpaid and one.balance is not None:
                assert one.balance == world.company.balance(invoice)


async def test_the_first_sync_copies_the_book_and_counts_exactly(world: World) -> None:
    copy = await world.copy()
    async with world.counted() as calls:
        report = await copy.sync.run()
    await agrees(world, copy)
    counts = await copy.read(mirror.counts)
    assert report.full
    assert (report.customers, report.invoices) == (counts.customers, counts.invoices)
    assert report.payments == counts.payments
    assert report.details == calls["GET /invoices/{id}"]
    assert report.pages == calls["GET /invoices"] + calls["GET /customers"] + calls["GET /payments"]
    assert report.requests == calls.total()
    assert (report.gone, report.unreadable, report.reversals) == (0, (), 0)
    async with world.counted() as calls:
        await copy.sync.run()
    assert calls["GET /invoices/{id}"] == calls["GET /customers"] == 0, "nothing is read twice"


async def test_changes_of_every_kind_reach_the_copy(world: World, copy: Copy) -> None:
    company = world.company
    first, second, third, *_ = (
        one
        for one in company.invoices.values()
        if company.status(one) == "sent" and company.balance(one) > 500
    )
    world.move(minutes=10)
    world.pay(first)
    world.pay(second, 100)
    company.change_header(third.id, due_date=TODAY)
    created, settled = world.made(), world.made()
    world.pay(settled)
    await copy.sync.run()
    await agrees(world, copy)
    for invoice in (first, second, third, created, settled):
        kept = await copy.invoice(invoice.id)
        assert kept is not None
        assert kept.unpaid == (company.balance(invoice) > 0)
        assert kept.balance in (company.balance(invoice), None if kept.status is Status.PAID else -1)
    kept = await copy.invoice(third.id)
    assert kept is not None
    assert kept.due_date == TODAY


async def test_what_is_deleted_or_void_is_noticed(world: World, copy: Copy) -> None:
    company = world.company
    deleted, void = world.made(), world.made()
    await copy.sync.run()
    company.delete_invoice(deleted.id)
    company.void(void.id)
    world.move(days=1)
    report = await copy.sync.run()
    assert await copy.invoice(deleted.id) is None
    kept = await copy.invoice(void.id)
    if world.shape == "guide":
        assert report.gone == 1
        assert kept is not None
        assert kept.status is Status.VOID
    else:
        assert report.gone == 2
        assert kept is None


async def test_a_full_sync_finds_what_is_gone_from_all_lists(world: World, copy: Copy) -> None:
    company = world.company
    paid = min(
        (one for one in company.invoices.values() if company.status(one) == "paid"), key=lambda one: one.date
    )
    company.delete_invoice(paid.id)
    await copy.sync.run()
    assert await copy.invoice(paid.id) is not None, "settled long ago: it is in no list that is read"
    report = await copy.sync.run(full=True)
    assert (report.full, report.gone) == (True, 1)
    assert await copy.invoice(paid.id) is None
    await agrees(world, copy)


async def test_a_killed_sync_goes_on_where_it_was(world: World) -> None:
    class Killed(BaseException):
        """As by SIGKILL: nothing of ours runs any more."""

    def kill(what: str, done: int, _of: int) -> None:
        if what == "details" and done == 3:
            raise Killed

    first = await world.copy()
    async with world.counted() as before:
        with pytest.raises(Killed):
            await first.sync.run(progress=kill)
    second = await world.copy()
    async with world.counted() as after:
        await second.sync.run()
    await agrees(world, second)
    singly = [seen.path for seen in world.syncro.calls("GET /invoices/{id}")]
    assert before["GET /invoices/{id}"] == 3
    assert len(singly) == len(set(singly)), "no detail is read twice"
    if world.shape == "openapi":
        assert after["GET /invoices"] < before["GET /invoices"], "nor are all lists"


async def test_where_lists_tell_balances_nobody_waits_for_details(world: World) -> None:
    seen: list[bool] = []
    copy = await world.copy()

    async def known() -> None:
        seen.append(await synced_at(copy.context) is not None)

    tasks: list[asyncio.Task[None]] = []

    def look(what: str, done: int, _of: int) -> None:
        if what == "details" and done == 1:
            tasks.append(asyncio.create_task(known()))

    await copy.sync.run(progress=look)
    await asyncio.gather(*tasks)
    assert seen == [world.shape == "guide"]


async def test_a_sync_killed_while_it_lists_begins_the_lists_anew(world: World) -> None:
    class Killed(BaseException):
        """As by SIGKILL."""

    def kill(what: str, done: int, _of: int) -> None:
        if what == "invoices" and done == 1:
            raise Killed

    first = await world.copy()
    with pytest.raises(Killed):
        await first.sync.run(progress=kill)
    assert (await first.read(mirror.counts)).invoices == 25, "each page is kept"
    second = await world.copy()
    report = await second.sync.run()
    assert report.full
    await agrees(world, second)


async def test_a_stopped_sync_ends_at_once_and_goes_on_in_the_next_process(world: World) -> None:
    copy = await world.copy()
    async with world.counted() as calls:
        with pytest.raises(SyncroNotSent, match="is being stopped"):
            await copy.sync.run(progress=lambda *_: copy.sync.stop())
        with pytest.raises(SyncroNotSent):
            await copy.sync.run()
    assert calls.total() <= 2, "the one before, and one that was leaving"
    other = await world.copy()
    await other.sync.run()
    await agrees(world, other)


def break_details(world: World, monkeypatch: pytest.MonkeyPatch, *invoices: Any) -> None:
    """Syncro has trouble with these invoices alone."""
    strike, broken = world.syncro.faults.strike, {str(one.id) for one in invoices}

    async def struck(call: str, request: web.Request, handler: Any) -> web.StreamResponse:
        if call == "GET /invoices/{id}" and request.match_info["id"] in broken:
            return web.Response(status=500, text="<h1>Something went wrong</h1>")
        return await strike(call, request, handler)

    monkeypatch.setattr(world.syncro.faults, "strike", struck)


async def test_one_invoice_that_cannot_be_read_is_unknown_and_named(
    world: World, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice, other = world.made(), world.made()
    await copy.sync.run()
    world.pay(invoice, 10_00)
    world.pay(other, 20_00)
    break_details(world, monkeypatch, invoice)
    world.move(minutes=10)
    report = await copy.sync.run()
    assert report.unreadable == (str(invoice.id),)
    kept, rest = await copy.invoice(invoice.id), await copy.invoice(other.id)
    assert kept is not None
    assert rest is not None
    assert kept.balance == (90_00 if world.shape == "guide" else None), "as the list said, or unknown"
    assert rest.balance == 80_00
    monkeypatch.undo()
    report = await copy.sync.run()
    assert (report.unreadable, report.details) == ((), 1)
    await agrees(world, copy)


async def test_several_in_a_row_are_syncro_s_fault_and_then_wait_for_the_others(
    world: World, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = [world.made() for _ in range(3)], world.made()
    await copy.sync.run()
    for invoice in (*broken, fine):
        world.pay(invoice, 10_00)
    break_details(world, monkeypatch, *broken)
    before = await synced_at(copy.context)
    world.move(minutes=10)
    with pytest.raises(SyncroError):
        await copy.sync.run()
    if world.shape == "openapi":
        assert await synced_at(copy.context) == before, "the answer's age stays true"
    report = await copy.sync.run()
    assert set(report.unreadable) == {str(one.id) for one in broken}
    assert report.details == 3, "the one that is fine, and two of the others"
    monkeypatch.undo()
    for _ in range(2):
        report = await copy.sync.run()
    assert report.unreadable == ()
    await agrees(world, copy)


async def test_a_row_that_makes_no_sense_spoils_no_list(
    world: World, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Any = __import__(
        "sandbox.syncro.guide" if world.shape == "guide" else "sandbox.syncro.rows", fromlist=["x"]
    )
    kind, name = (rows.Guide, "_header") if world.shape == "guide" else (rows.Rows, "invoice")
    right = getattr(kind, name)
    known, strange, fine = world.made(), world.made(), world.made()
    await copy.sync.run()
    strange, fine = world.made(), world.made()
    world.pay(known, 10_00)

    def garbled(self: Any, invoice: Any) -> dict[str, Any]:
        row = right(self, invoice)
        return row | {"total": "rubbish"} if invoice in (known, strange) else row

    monkeypatch.setattr(kind, name, garbled)
    if world.shape == "openapi":
        world.company.change_header(known.id, due_date=TODAY)
    world.move(minutes=10)
    report = await copy.sync.run()
    assert set(report.unreadable) == {str(known.id), str(strange.id)}
    kept = await copy.invoice(known.id)
    assert kept is not None
    assert kept.balance is None, "what it is now can't be known"
    assert await copy.invoice(fine.id) is not None
    monkeypatch.undo()
    for _ in range(2):
        report = await copy.sync.run()
    assert report.unreadable == ()
    await agrees(world, copy)


async def test_a_refused_key_stops_it(world: World, copy: Copy) -> None:
    world.pay(world.made(), 10_00)
    world.syncro.faults.add("GET /invoices/{id}", "status", times=None, status=401)
    with pytest.raises(SyncroError):
        await copy.sync.run()


async def test_customers_are_listed_once_a_day_and_new_ones_read_singly(world: World, copy: Copy) -> None:
    stranger = max(world.company.customers)
    held = world.company.customers[stranger]
    await copy.context.lane.write(
        lambda tx: tx.run("DELETE FROM customer WHERE id = :id", {"id": str(stranger)})
    )
    invoice = world.company.create_invoice(stranger, TODAY, number="T-stranger")
    async with world.counted() as calls:
        report = await copy.sync.run()
    assert (calls["GET /customers"], calls["GET /customers/{id}"], report.customers) == (0, 1, 1)
    found = await copy.read(lambda tx: mirror.customer(tx, str(stranger)))
    assert found is not None
    assert found.name == held.called
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert kept.customer_name == held.called
    world.move(days=1)
    async with world.counted() as calls:
        await copy.sync.run()
    assert calls["GET /customers"] == 1


async def test_many_new_customers_are_listed(world: World, copy: Copy) -> None:
    def forget(tx: Any) -> None:
        tx.run("DELETE FROM customer")

    await copy.context.lane.write(forget)
    async with world.counted() as calls:
        await copy.sync.run()
    assert (calls["GET /customers"], calls["GET /customers/{id}"]) == (1, 0)


async def test_somebody_new_is_found_by_name(world: World, copy: Copy) -> None:
    await copy.context.lane.write(lambda tx: tx.run("DELETE FROM customer"))
    name = next(one for one in world.company.customers.values() if not one.disabled).called
    found = await find_customers(copy.context, name)
    assert name in {one.name for one in found}
    names = await copy.read(mirror.customer_names)
    assert name in {known for _, known in names}


async def test_what_is_new_is_listed_for_somebody_who_waits(world: World, copy: Copy) -> None:
    world.move(minutes=10)
    invoice = world.made()
    async with world.counted() as calls:
        await copy.sync.look_for_new()
    assert set(calls) == {"GET /invoices"}
    assert await copy.invoice(invoice.id) is not None
    fresh = await world.copy()
    await fresh.context.lane.write(lambda tx: tx.run("DELETE FROM state"))
    async with world.counted() as calls:
        await fresh.sync.look_for_new()
    assert calls.total() == 0, "before a first sync nothing is new"


async def test_nobody_waits_longer_than_they_want_to(world: World, copy: Copy) -> None:
    world.syncro.faults.add("GET /invoices", "slow", seconds=0.3)
    began = await synced_at(copy.context)
    assert not await copy.sync.within(0.05)
    assert await copy.sync.within(10), "it goes on all the same"
    assert await synced_at(copy.context) != began
    world.syncro.faults.add("GET /invoices", "status", times=None, status=401)
    with pytest.raises(SyncroError):
        await copy.sync.within(10)


async def test_one_invoice_is_refreshed(world: World, copy: Copy) -> None:
    invoice = world.made()
    fresh = await refresh(copy.context, str(invoice.id))
    assert fresh is not None
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert kept.balance == 100_00
    world.company.delete_invoice(invoice.id)
    assert await refresh(copy.context, str(invoice.id)) is None
    assert await copy.invoice(invoice.id) is None


async def test_a_page_asked_for_before_does_not_overwrite_what_was_read_meanwhile(
    world: World, copy: Copy
) -> None:
    invoice = world.made()
    await copy.sync.run()
    before = await copy.invoice(invoice.id)
    assert before is not None

    async def slow() -> AsyncIterator[InvoicePage]:
        world.pay(invoice)
        await refresh(copy.context, str(invoice.id))
        yield InvoicePage((replace(before, balance=None, updated_at="later"),), 1, 1)

    await Reading(copy.context, lambda *_: None, None).headers("invoices", slow())
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert kept.status is Status.PAID
