"""A payment that an invoice no longer has is told once, to those concerned."""

from dataclasses import replace
from typing import Any

import pytest
from mirror_world import POLICY, START, Copy, World

from bot.domain.policy import People
from bot.store import mirror_payments, operations, outbox
from bot.store.lane import Row
from bot.store.operations import Operation
from bot.use_cases.mirror_reading import refresh
from bot.use_cases.reversals import reversed_payment


async def told(copy: Copy) -> dict[str, dict[str, Any]]:
    """What is in the outbox about payments, by recipient."""
    rows = await copy.read(lambda tx: tx.all("SELECT id FROM outbox WHERE kind = 'payment.reversed'"))
    items = [await copy.read(lambda tx, row=row: outbox.get(tx, row["id"])) for row in rows]
    return {one.target: one.payload for one in items if one is not None}


async def audited(copy: Copy) -> list[Row]:
    return await copy.read(lambda tx: tx.all("SELECT * FROM audit WHERE action = 'payment.reversed'"))


async def recorded(copy: Copy, invoice: Any, payment: Any, actor: str) -> None:
    """Somebody recorded that payment here."""
    operation = Operation(
        key=f"k{payment.id}",
        base_key=f"k{payment.id}",
        kind="payment",
        invoice_id=str(invoice.id),
        customer_id=str(invoice.customer_id),
        actor_id=actor,
        actor_name="Dana",
        request={},
        request_hash="",
        state="confirmed",
        result={"payment_id": str(payment.id)},
        created_at=START,
    )
    await copy.context.lane.write(lambda tx: operations.insert(tx, operation))


@pytest.mark.parametrize("how", ["removed", "returned"])
async def test_owner_and_recorder_are_told_once(world: World, copy: Copy, how: str) -> None:
    invoice = world.made()
    await copy.sync.run()
    payment = world.pay(invoice)
    await copy.sync.run()
    await recorded(copy, invoice, payment, "U0DANA")
    if how == "removed":
        world.company.remove_payment(payment.id)
    else:
        world.company.fail_payment(payment.id)
    world.move(days=1)
    report = await copy.sync.run()
    assert report.reversals == 1
    expected = {
        "payment": str(payment.id),
        "invoice": str(invoice.id),
        "amount": 100_00,
        "method": "Check",
        "reference": "in Syncro",
        "date": "2026-03-10",
    }
    assert await told(copy) == {"U0OWNER": expected, "U0DANA": expected}
    (entry,) = await audited(copy)
    assert entry["subject"] == f"invoice:{invoice.id}"
    for _ in range(2):
        world.move(days=1)
        assert (await copy.sync.run()).reversals == 0
    assert len(await told(copy)) == 2
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert (kept.unpaid or kept.status == "draft", kept.balance) == (True, 100_00)


async def test_whoever_looks_first_is_as_good_as_a_sync(world: World, copy: Copy) -> None:
    invoice = world.made()
    payment = world.pay(invoice, 10_00)
    await copy.sync.run()
    world.company.remove_payment(payment.id)
    await refresh(copy.context, str(invoice.id))
    assert await told(copy) == {}
    await copy.sync.run()
    assert set(await told(copy)) == {"U0OWNER"}


async def test_what_is_paid_all_the_same_or_void_is_not_told(world: World, copy: Copy) -> None:
    again, void = world.made(), world.made()
    payments = [world.pay(invoice) for invoice in (again, void)]
    await copy.sync.run()
    for payment in payments:
        world.company.remove_payment(payment.id)
    world.pay(again)
    world.company.void(void.id)
    world.move(days=1)
    await copy.sync.run()
    assert await told(copy) == {}
    assert await audited(copy) == []


async def test_a_payment_that_is_back_before_it_is_told_was_never_lost(world: World, copy: Copy) -> None:
    invoice = world.made()
    payment = world.pay(invoice, 10_00)
    await copy.sync.run()
    shares = world.company.payments[payment.id]
    world.company.remove_payment(payment.id)
    await refresh(copy.context, str(invoice.id))
    assert len(await copy.read(mirror_payments.reversals)) == 1
    world.company.payments[payment.id] = shares
    world.company._payments_of[invoice.id].append(shares)
    await refresh(copy.context, str(invoice.id))
    await copy.sync.run()
    assert await told(copy) == {}


async def test_without_an_owner_the_failures_channel_is_told(world: World) -> None:
    copy = await world.copy(replace(POLICY, people=People("U0BOSS")))
    invoice = world.made()
    payment = world.pay(invoice, 10_00)
    await copy.sync.run()
    await recorded(copy, invoice, payment, "operator:root")
    world.company.remove_payment(payment.id)
    await refresh(copy.context, str(invoice.id))
    await copy.sync.run()
    assert set(await told(copy)) == {"C0FAIL"}


async def test_the_facts_are_those_of_the_moment_of_posting(world: World, copy: Copy) -> None:
    invoice = world.made()
    payment = world.pay(invoice, 10_00)
    await copy.sync.run()
    world.company.remove_payment(payment.id)
    await refresh(copy.context, str(invoice.id))
    await copy.sync.run()
    payload = (await told(copy))["U0OWNER"]
    facts = await reversed_payment(copy.context, payload)
    assert facts is not None
    assert (facts.payment.amount, facts.invoice.balance) == (10_00, 100_00)
    assert facts.syncro_url.endswith(f"/invoices/{invoice.id}")
    world.pay(invoice)
    await refresh(copy.context, str(invoice.id))
    assert await reversed_payment(copy.context, payload) is None
