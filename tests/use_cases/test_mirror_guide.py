"""The guide's shape: four lists of what is not settled, and one read of what has left them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from mirror_world import TODAY, Copy, World

from bot.domain.invoice import Status
from bot.store import mirror_payments


@pytest.fixture
def shape() -> str:
    return "guide"


async def references(copy: Copy, invoice_id: int) -> list[str]:
    kept = await copy.read(lambda tx: mirror_payments.payments_on(tx, str(invoice_id)))
    return [one.reference for one in kept]


async def test_nothing_changed_costs_the_lists_and_no_detail(world: World, copy: Copy) -> None:
    async with world.counted() as calls:
        await copy.sync.run()
    asked = [seen.query for seen in list(world.syncro.requests)[-calls.total() :]]
    assert [one["status"] for one in asked] == ["draft", "sent", "viewed", "partial", "paid", "void"]
    assert [one.get("date_from") for one in asked] == [None] * 4 + ["2026-03-07"] * 2


async def test_what_left_the_lists_is_read_once(world: World, copy: Copy) -> None:
    old = TODAY - timedelta(days=90)
    paid, void, deleted = (world.made(on=old) for _ in range(3))
    await copy.sync.run()
    world.pay(paid)
    world.company.void(void.id)
    world.company.delete_invoice(deleted.id)
    async with world.counted() as calls:
        report = await copy.sync.run()
    assert (calls["GET /invoices/{id}"], report.details, report.gone) == (3, 3, 1)
    kept = [await copy.invoice(one.id) for one in (paid, void, deleted)]
    assert [one and one.status for one in kept] == [Status.PAID, Status.VOID, None]
    assert await references(copy, paid.id) == ["in Syncro"]
    async with world.counted() as calls:
        await copy.sync.run()
    assert calls["GET /invoices/{id}"] == 0


async def test_a_changed_balance_without_a_payment_costs_no_detail(world: World, copy: Copy) -> None:
    invoice = world.made()
    await copy.sync.run()
    line = invoice.lines[0]
    world.company.change_line(invoice.id, line.id, price=Decimal(150))
    async with world.counted() as calls:
        await copy.sync.run()
    assert calls["GET /invoices/{id}"] == 0
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert kept.balance == 150_00


async def test_a_part_payment_costs_one_detail_for_what_the_list_does_not_tell(
    world: World, copy: Copy
) -> None:
    invoice = world.made()
    await copy.sync.run()
    world.pay(invoice, 10_00)
    async with world.counted() as calls:
        await copy.sync.run()
    assert calls["GET /invoices/{id}"] == 1
    assert await references(copy, invoice.id) == ["in Syncro"]


async def test_made_and_settled_between_two_syncs_is_found(world: World, copy: Copy) -> None:
    paid, void = world.made(), world.made()
    world.pay(paid)
    world.company.void(void.id)
    await copy.sync.run()
    kept = [await copy.invoice(one.id) for one in (paid, void)]
    assert [one and one.status for one in kept] == [Status.PAID, Status.VOID]
    assert await references(copy, paid.id) == ["in Syncro"]


async def test_what_was_dated_back_and_settled_is_found_within_a_day(world: World, copy: Copy) -> None:
    invoice = world.made(on=TODAY - timedelta(days=40))
    world.pay(invoice)
    await copy.sync.run()
    assert await copy.invoice(invoice.id) is None
    world.move(days=1)
    await copy.sync.run()
    assert await references(copy, invoice.id) == ["in Syncro"]


async def test_shares_of_one_payment_are_kept_for_each_invoice(world: World, copy: Copy) -> None:
    first, second = world.made(), world.made()
    world.company.take_payment(
        first.customer_id, 150_00, {first.id: 100_00, second.id: 50_00}, reference="both", on=TODAY
    )
    await copy.sync.run()
    recent = await copy.read(lambda tx: mirror_payments.recent_payments(tx, TODAY))
    shares = {one.invoice_id: one.amount for one, _ in recent if one.reference == "both"}
    assert shares == {str(first.id): 100_00, str(second.id): 50_00}


@pytest.mark.parametrize("days", [0, 4])
async def test_after_a_pause_the_lists_go_back_to_the_last_time(world: World, copy: Copy, days: int) -> None:
    world.move(days=days)
    await copy.sync.run()
    world.move(days=10)
    invoice = world.made(on=TODAY + timedelta(days=days + 1))
    world.pay(invoice)
    await copy.sync.run()
    assert await copy.invoice(invoice.id) is not None
