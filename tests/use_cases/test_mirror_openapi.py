"""The published OpenAPI: lists without balances, payments beside invoices, and stamps that promise little."""

from datetime import timedelta
from typing import Any

import pytest
from mirror_world import TODAY, Copy, World

from bot.domain.errors import SyncroError
from bot.domain.invoice import Status
from bot.store import mirror, mirror_payments, mirror_sync
from bot.use_cases.mirror_reading import refresh


@pytest.fixture
def shape() -> str:
    return "openapi"


async def calls_of(world: World, copy: Copy) -> tuple[int, int, int]:
    """What a sync asks: pages of invoices, pages of payments, single invoices."""
    async with world.counted() as calls:
        await copy.sync.run()
    assert calls.total() == sum(
        calls[one] for one in ("GET /invoices", "GET /payments", "GET /invoices/{id}")
    )
    return calls["GET /invoices"], calls["GET /payments"], calls["GET /invoices/{id}"]


async def test_nothing_changed_costs_two_requests(world: World, copy: Copy) -> None:
    assert await calls_of(world, copy) == (1, 1, 0)


async def test_a_changed_unpaid_invoice_costs_one_detail_and_a_paid_one_none(
    world: World, copy: Copy
) -> None:
    company = world.company
    unpaid = next(one for one in company.invoices.values() if company.status(one) == "sent")
    paid = next(one for one in company.invoices.values() if company.status(one) == "paid")
    for invoice in (unpaid, paid):
        company.change_header(invoice.id, notes="changed")
    assert await calls_of(world, copy) == (1, 1, 1)
    assert await calls_of(world, copy) == (1, 1, 0), "listed again, and known to be the same"


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("cents", [10_00, 100_00])
async def test_a_payment_is_noticed_whether_or_not_it_touches_its_invoice(
    world: World, copy: Copy, touched: bool, cents: int
) -> None:
    invoice = world.made()
    world.move(minutes=10)
    world.made()  # the newest change is always listed again: that must be another one
    await copy.sync.run()
    world.move(minutes=10)
    world.syncro.oddities.payments_touch_invoice = touched
    world.pay(invoice, cents)
    details = 0 if touched and cents == 100_00 else 1
    assert await calls_of(world, copy) == (1, 1, details), "one detail, unless the list says that it is paid"
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert kept.status is (Status.PAID if cents == 100_00 else Status.PARTIAL)
    assert kept.balance in (100_00 - cents, None if details == 0 else -1)
    payments = await copy.read(lambda tx: mirror_payments.payments_on(tx, str(invoice.id)))
    assert [one.reference for one in payments] == ["in Syncro"]


async def test_payments_that_begin_with_the_oldest_are_read_from_the_end(world: World, copy: Copy) -> None:
    world.syncro.oddities.payments_oldest_first = True
    invoice = world.made()
    await copy.sync.run()
    world.pay(invoice, 10_00)
    pages, payments, details = await calls_of(world, copy)
    assert (pages, payments, details) == (1, 2, 1), "the first page tells the order"
    kept = await copy.invoice(invoice.id)
    assert kept is not None
    assert kept.balance == 90_00


async def test_new_payments_on_several_pages_are_all_read(world: World, copy: Copy) -> None:
    invoice = world.made(1000_00)
    await copy.sync.run()
    for _ in range(60):
        world.pay(invoice, 1_00)
    assert (await calls_of(world, copy))[1] == 3
    assert len(await copy.read(lambda tx: mirror_payments.payments_on(tx, str(invoice.id)))) == 60


async def test_a_list_of_payments_that_breaks_off_leaves_no_gap(world: World, copy: Copy) -> None:
    invoice = world.made(1000_00)
    await copy.sync.run()
    world.move(minutes=10)
    for _ in range(60):
        world.pay(invoice, 1_00)
    world.syncro.faults.add("GET /payments", "status", skip=2, times=None)
    with pytest.raises(SyncroError):
        await copy.sync.run()
    world.syncro.faults.clear()
    await copy.sync.run()
    assert len(await copy.read(lambda tx: mirror_payments.payments_on(tx, str(invoice.id)))) == 60


async def test_what_changes_while_it_is_listed_is_listed_again(world: World, copy: Copy) -> None:
    company = world.company
    sent = [one for one in company.invoices.values() if company.status(one) == "sent"]
    late = sent[0]

    def meanwhile(what: str, done: int, _of: int) -> None:
        if what == "invoices" and done == 1:
            company.change_header(late.id, due_date=TODAY)

    company.change_header(sent[1].id, notes="changed")
    await copy.sync.run(progress=meanwhile)
    await copy.sync.run()
    kept = await copy.invoice(late.id)
    assert kept is not None
    assert kept.due_date == TODAY


async def test_a_clock_that_runs_ahead_misses_nothing(world: World, copy: Copy) -> None:
    """Syncro's stamps are from its own clock; ours may be an hour behind."""
    first, second = world.made(), world.made()
    first.updated_at += timedelta(hours=1)
    await copy.sync.run()
    world.move(minutes=5)
    world.company.change_header(second.id, due_date=TODAY)
    await copy.sync.run()
    kept = await copy.invoice(second.id)
    assert kept is not None
    assert kept.due_date == TODAY


async def test_once_a_day_what_is_unpaid_is_compared(world: World, copy: Copy) -> None:
    invoice, other = world.made(), world.made()
    payment = world.pay(other)
    await copy.sync.run()
    world.move(minutes=10)
    stamp = invoice.updated_at, other.updated_at
    world.company.delete_invoice(invoice.id)
    world.company.remove_payment(payment.id)
    assert (invoice.updated_at, other.updated_at) == stamp
    assert (await calls_of(world, copy))[0] == 1
    assert await copy.invoice(invoice.id) is not None, "no list has told it yet"
    world.move(days=1)
    report = await copy.sync.run()
    assert await copy.invoice(invoice.id) is None
    kept = await copy.invoice(other.id)
    assert kept is not None
    assert (kept.unpaid, kept.balance, report.gone) == (True, 100_00, 1)
    assert await calls_of(world, copy) == (1, 1, 0), "once a day"


async def test_a_spread_payment_that_one_invoice_has_told_of_is_still_new_to_the_others(
    world: World, copy: Copy
) -> None:
    """A card or a reminder reads one of its invoices between two syncs; the others must be read all the same."""
    one, other = world.made(), world.made()
    await copy.sync.run()
    world.move(minutes=10)
    world.company.take_payment(one.customer_id, 150_00, {one.id: 75_00, other.id: 75_00})
    await refresh(copy.context, str(one.id))
    await copy.sync.run()
    for invoice in (one, other):
        kept = await copy.invoice(invoice.id)
        assert kept is not None
        assert kept.balance in (None, world.company.balance(invoice))
    assert await calls_of(world, copy) == (1, 1, 0), "and then it is known"


async def test_a_payment_spread_over_several_invoices_is_one_and_no_balance(world: World, copy: Copy) -> None:
    first, second = world.made(), world.made()
    world.company.take_payment(
        first.customer_id, 150_00, {first.id: 100_00, second.id: 50_00}, reference="both", on=TODAY
    )
    world.syncro.oddities.no_balance_every = 1
    await copy.sync.run()
    paid, part = await copy.invoice(first.id), await copy.invoice(second.id)
    assert paid is not None
    assert part is not None
    assert (paid.status, part.status, part.balance) == (Status.PAID, Status.OPEN, None)
    recent = await copy.read(lambda tx: mirror_payments.recent_payments(tx, TODAY))
    assert [(one.amount, set(one.spread_over)) for one, _ in recent if one.reference == "both"] == [
        (150_00, {str(first.id), str(second.id)})
    ]


async def test_account_credit_belongs_to_the_customer(world: World, copy: Copy) -> None:
    customer = next(iter(world.company.customers))
    world.company.take_payment(customer, 70_00, {}, reference="credit", on=TODAY)
    await copy.sync.run()
    found = await copy.read(lambda tx: mirror_payments.payments_of(tx, str(customer), TODAY))
    assert [(one.reference, where) for one, where in found] == [("credit", "account credit")]
    last = await copy.read(lambda tx: mirror_payments.last_payment(tx, str(customer)))
    assert last is not None
    assert last.reference == "credit"


async def test_a_full_sync_reads_every_detail_of_the_unpaid_and_every_payment(
    world: World, copy: Copy
) -> None:
    async with world.counted() as calls:
        report = await copy.sync.run(full=True)
    assert calls["GET /invoices/{id}"] == len(world.open_ids()) == report.details
    assert report.payments == len(world.company.payments)


async def test_a_customer_whom_syncro_does_not_have_is_asked_for_once(world: World, copy: Copy) -> None:
    invoice = next(iter(world.company.invoices.values()))
    await copy.context.lane.write(
        lambda tx: tx.run("UPDATE invoice SET customer_id = '999' WHERE id = :id", {"id": str(invoice.id)})
    )
    assert await copy.read(mirror_sync.strangers) == ["999"]
    for asked in (1, 0):
        async with world.counted() as calls:
            await copy.sync.run()
        assert calls["GET /customers/{id}"] == asked


async def test_many_whom_syncro_does_not_have_are_looked_for_once_in_the_list(
    world: World, copy: Copy
) -> None:
    for number, invoice in enumerate(list(world.company.invoices.values())[:3]):
        params = {"id": str(invoice.id), "stranger": str(990 + number)}
        await copy.context.lane.write(
            lambda tx, params=params: tx.run(
                "UPDATE invoice SET customer_id = :stranger WHERE id = :id", params
            )
        )
    for listed in (1, 0):
        async with world.counted() as calls:
            await copy.sync.run()
        assert (calls["GET /customers"], calls["GET /customers/{id}"]) == (listed, 0)


async def test_a_row_of_a_payment_that_makes_no_sense_is_named(
    world: World, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.syncro.rows import Rows

    right = Rows.listed_payment
    strange, fine = world.pay(world.made(), 10_00), world.pay(world.made(), 10_00)

    def garbled(self: Any, payment: Any) -> dict[str, Any]:
        return right(self, payment) | ({"payment_amount": "rubbish"} if payment is strange else {})

    monkeypatch.setattr(Rows, "listed_payment", garbled)
    report = await copy.sync.run()
    assert report.unreadable_payments == (str(strange.id),)
    kept = await copy.read(lambda tx: mirror_payments.kept_payments(tx, [str(fine.id)]))
    assert set(kept) == {str(fine.id)}
    assert (await copy.read(mirror.counts)).invoices > 0
