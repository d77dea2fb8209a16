"""What a payment is to each invoice, and what is noticed when it no longer is."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.invoice import Invoice, Payment, Status
from bot.store import mirror, mirror_payments, mirror_sync
from bot.store.lane import Lane
from bot.store.mirror_payments import CREDIT

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
DAY = date(2026, 2, 10)
INVOICE = Invoice(
    "1", "1042", "c1", "Example", date(2026, 2, 1), date(2026, 3, 1), Status.PARTIAL, 100, 0, 100, 60, "USD"
)
OTHER = replace(INVOICE, id="2", number="1043")
ALONE = Payment(
    "p1", "1", 40, "Check", "77", DAY, created_at="2026-02-10T09:00:00Z", mark="7K2QXP", customer_id="c1"
)
SPREAD = replace(ALONE, id="p2", invoice_id=None, spread_over=("1", "2"), reference="78")
CREDITED = replace(ALONE, id="p3", invoice_id=None, reference="79")


async def put(lane: Lane, *payments: Payment) -> None:
    await lane.write(lambda tx: mirror_payments.put_payments(tx, payments))


async def detail(lane: Lane, invoice: Invoice, *payments: Payment) -> None:
    await lane.write(lambda tx: mirror.put_invoices(tx, [replace(invoice, payments=payments)], NOW))


async def lost(lane: Lane) -> list[tuple[str, str]]:
    found = await lane.read(mirror_payments.reversals)
    return [(payment.id, invoice.id) for payment, invoice in found]


async def test_payments_come_back_as_they_went_in(lane: Lane) -> None:
    await detail(lane, INVOICE)
    await detail(lane, OTHER)
    await put(lane, ALONE, SPREAD, CREDITED)
    kept = await lane.read(lambda tx: mirror_payments.kept_payments(tx, ["p1", "p2", "p3", "p9"]))
    assert kept == {"p1": ALONE, "p2": SPREAD, "p3": CREDITED}
    assert (await lane.read(mirror.counts)).payments == 3


async def test_a_spread_payment_is_listed_once_with_all_its_invoices(lane: Lane) -> None:
    await detail(lane, INVOICE, SPREAD)
    await detail(lane, OTHER, SPREAD)
    assert await lane.read(lambda tx: mirror_payments.payments_of(tx, "c1", None)) == [(SPREAD, "1042, 1043")]
    (recent,) = await lane.read(lambda tx: mirror_payments.recent_payments(tx, DAY))
    assert (recent[0], recent[1].id) == (SPREAD, "1")
    assert await lane.read(lambda tx: mirror_payments.payments_on(tx, "2")) == [SPREAD]


async def test_shares_of_one_payment_are_payments_of_their_own(lane: Lane) -> None:
    share = replace(ALONE, invoice_id="2", amount=10)
    await detail(lane, INVOICE, ALONE)
    await detail(lane, OTHER, share)
    recent = await lane.read(lambda tx: mirror_payments.recent_payments(tx, DAY))
    assert [(payment.amount, invoice.id) for payment, invoice in recent] == [(40, "1"), (10, "2")]


async def test_account_credit_is_found_with_its_customer_alone(lane: Lane) -> None:
    await put(lane, CREDITED)
    assert await lane.read(lambda tx: mirror_payments.payments_of(tx, "c1", None)) == [(CREDITED, CREDIT)]
    assert await lane.read(lambda tx: mirror_payments.payments_of(tx, "c2", None)) == []
    assert await lane.read(lambda tx: mirror_payments.last_payment(tx, "c1")) == CREDITED
    assert await lane.read(lambda tx: mirror_payments.recent_payments(tx, DAY)) == []


async def test_a_detail_without_a_payment_that_was_kept_is_a_reversal(lane: Lane) -> None:
    await detail(lane, INVOICE, ALONE)
    assert await lost(lane) == []
    await detail(lane, INVOICE)
    assert await lost(lane) == [("p1", "1")]
    assert await lane.read(mirror_sync.wanted_details) == [], "it was just read"
    await lane.write(lambda tx: mirror_payments.end_reversal(tx, "p1", "1"))
    assert await lost(lane) == []


async def test_an_unsuccessful_payment_is_no_payment(lane: Lane) -> None:
    failed = replace(ALONE, successful=False)
    await detail(lane, INVOICE, failed)
    await detail(lane, INVOICE)
    assert await lost(lane) == []
    await detail(lane, INVOICE, ALONE)
    await detail(lane, INVOICE, failed)
    assert await lost(lane) == [("p1", "1")]


async def test_a_list_of_payments_tells_reversals_whose_invoices_are_read_before_anybody_is_told(
    lane: Lane,
) -> None:
    await detail(lane, INVOICE, ALONE)
    await detail(lane, OTHER, SPREAD)
    await put(lane, replace(ALONE, successful=False))
    await lane.write(lambda tx: mirror_payments.forget_payments(tx, ["p2"]))
    assert await lost(lane) == []
    assert sorted(await lane.read(mirror_sync.wanted_details)) == ["1", "2"]
    await detail(lane, INVOICE, replace(ALONE, successful=False))
    await detail(lane, OTHER)
    assert await lost(lane) == [("p1", "1"), ("p2", "2")]


async def test_a_payment_that_moved_is_lost_to_the_invoice_that_it_left(lane: Lane) -> None:
    await detail(lane, INVOICE, ALONE)
    await detail(lane, OTHER)
    await put(lane, replace(ALONE, invoice_id="2"))
    assert await lane.read(mirror_sync.wanted_details) == ["1"]
    assert await lane.read(lambda tx: mirror_payments.payments_on(tx, "1")) == []
    await detail(lane, INVOICE)
    assert await lost(lane) == [("p1", "1")]


async def test_what_is_there_again_was_never_lost(lane: Lane) -> None:
    await detail(lane, INVOICE, ALONE)
    await detail(lane, INVOICE)
    await detail(lane, INVOICE, ALONE)
    assert await lost(lane) == []


async def test_nobody_is_told_of_an_invoice_that_is_gone(lane: Lane) -> None:
    await detail(lane, INVOICE, ALONE)
    await detail(lane, INVOICE)
    await lane.write(lambda tx: mirror.mark_gone(tx, ["1"]))
    assert await lost(lane) == []
    await detail(lane, INVOICE)
    assert await lost(lane) == []


async def test_payments_are_known_by_when_they_were_entered(lane: Lane) -> None:
    await put(lane, ALONE, replace(SPREAD, created_at="2026-02-12T09:00:00Z"))
    assert await lane.read(lambda tx: mirror_payments.payments_since(tx, "2026-02-11")) == {"p2"}
    assert await lane.read(lambda tx: mirror_payments.payments_since(tx, "")) == {"p1", "p2"}
