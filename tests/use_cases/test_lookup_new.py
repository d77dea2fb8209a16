"""Somebody looks for an invoice or a customer that the local copy doesn't have yet."""

import pytest
from mirror_world import Copy, World

from bot.domain.errors import Ambiguous, NotFound, SyncroError
from bot.domain.references import InvoiceRef
from bot.use_cases import lookup as lookups
from bot.use_cases.lookup import Lookup


def lookup(copy: Copy) -> Lookup:
    return Lookup(copy.context, copy.sync)


async def forget_customer(copy: Copy, name: str) -> None:
    await copy.context.lane.write(
        lambda tx: tx.run("DELETE FROM customer WHERE name = :name", {"name": name})
    )


async def test_an_invoice_made_just_now_is_found_without_a_sync(world: World, copy: Copy) -> None:
    invoice = world.made()
    async with world.counted() as calls:
        found = await lookup(copy).find_id(InvoiceRef(invoice.number, number=invoice.number))
    assert found == str(invoice.id)
    assert set(calls) == {"GET /invoices"}


async def test_a_number_that_does_not_exist_is_looked_for_everywhere(world: World, copy: Copy) -> None:
    with pytest.raises(NotFound, match="There is no invoice 99999 in Syncro"):
        await lookup(copy).find_id(InvoiceRef("99999", number="99999"))


async def test_a_name_as_long_as_a_letter_is_not_said_back_whole(world: World, copy: Copy) -> None:
    with pytest.raises(NotFound, match="No customer is called anything like") as refused:
        await lookup(copy).customer("x" * 3000)
    assert len(str(refused.value)) < 200


async def test_while_a_first_sync_runs_a_missing_number_is_not_said_to_be_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "_PATIENCE_SECONDS", 0.05)
    world.syncro.faults.add("GET /invoices", "slow", seconds=1, times=None)
    copy = await world.copy()
    with pytest.raises(NotFound, match="I don't know an invoice 99999 yet"):
        await lookup(copy).find_id(InvoiceRef("99999", number="99999"))
    copy.sync.stop()


async def test_a_new_customer_is_found_by_name_at_once(world: World, copy: Copy) -> None:
    name = next(
        one for one in world.company.customers.values() if one.called.startswith("Acme Widgets")
    ).called
    await forget_customer(copy, name)
    async with world.counted() as calls:
        found = await lookup(copy).customer(name)
    assert found.name == name
    assert dict(calls) == {"GET /customers": 1}
    async with world.counted() as calls:
        await lookup(copy).customer(name)
    assert calls.total() == 0


async def test_names_that_read_alike_are_offered_while_syncro_is_down(world: World, copy: Copy) -> None:
    world.syncro.faults.add("GET /customers", "status", times=None)
    with pytest.raises(Ambiguous):
        await lookup(copy).customer("acme widgts")
    with pytest.raises(SyncroError):
        await lookup(copy).customer("zzzzqqqq")
