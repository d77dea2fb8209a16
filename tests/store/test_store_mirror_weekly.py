"""What was billed and paid, by currency."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.invoice import Invoice, Payment, Status
from bot.store import claims, mirror, mirror_payments, mirror_weekly
from bot.store.lane import Lane

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
FEB = date(2026, 2, 1)
INVOICE = Invoice(
    "1", "1042", "c1", "Example", date(2026, 2, 10), date(2026, 3, 1), Status.SENT, 100, 0, 100, 100, "USD"
)
PAYMENT = Payment("p1", "1", 40, "Check", "77", date(2026, 2, 10), customer_id="c1")


async def put(lane: Lane, *invoices: Invoice) -> None:
    await lane.write(lambda tx: mirror.put_invoices(tx, invoices, NOW))


async def test_what_was_billed_by_month_and_between(lane: Lane) -> None:
    await put(
        lane,
        INVOICE,
        replace(INVOICE, id="2", date=date(2026, 2, 28), total=20, status=Status.PAID, balance=0),
        replace(INVOICE, id="3", date=date(2026, 1, 31), total=7),
        replace(INVOICE, id="4", date=date(2026, 3, 1), total=3),
        replace(INVOICE, id="5", currency="CAD", total=50),
        replace(INVOICE, id="6", status=Status.DRAFT),
        replace(INVOICE, id="7", status=Status.VOID),
        replace(INVOICE, id="8", date=None),
        replace(INVOICE, id="9"),
    )
    await lane.write(lambda tx: mirror.mark_gone(tx, ["9"]))
    months = await lane.read(lambda tx: mirror_weekly.billed_by_month(tx, date(2026, 2, 28)))
    assert months == {"USD": {date(2026, 1, 1): 7, FEB: 120}, "CAD": {FEB: 50}}
    between = await lane.read(lambda tx: mirror_weekly.billed_between(tx, FEB, date(2026, 2, 28)))
    assert between == {"USD": 120, "CAD": 50}


async def test_payments_count_once_whatever_they_are_spread_over(lane: Lane) -> None:
    await put(lane, INVOICE, replace(INVOICE, id="2"), replace(INVOICE, id="3", currency="CAD"))
    spread = replace(PAYMENT, id="p2", invoice_id=None, spread_over=("1", "2"), amount=1000)
    payments = [
        PAYMENT,
        spread,
        replace(PAYMENT, id="p3", invoice_id="3", amount=5),
        replace(PAYMENT, id="p4", successful=False),
        replace(PAYMENT, id="p5", invoice_id=None),
        replace(PAYMENT, id="p6", date=date(2026, 3, 1)),
        replace(PAYMENT, id="p7", date=date(2026, 1, 31)),
        replace(PAYMENT, id="p8", date=None, created_at="2026-02-28T23:00:00Z", amount=7),
        replace(PAYMENT, id="p9", date=None),
    ]
    await lane.write(lambda tx: mirror_payments.put_payments(tx, payments))
    found = await lane.read(lambda tx: mirror_weekly.paid_between(tx, FEB, date(2026, 2, 28)))
    assert found == {"USD": 1047, "CAD": 5}


async def test_shares_of_one_payment_add_up(lane: Lane) -> None:
    other = replace(INVOICE, id="2", payments=(replace(PAYMENT, invoice_id="2", amount=10),))
    await put(lane, replace(INVOICE, payments=(PAYMENT,)), other)
    assert await lane.read(lambda tx: mirror_weekly.paid_between(tx, FEB, FEB.replace(day=28))) == {"USD": 50}


async def test_finished_claims_come_in_the_order_of_time(lane: Lane) -> None:
    day = "2026-03-02"
    for hour, slot in enumerate(("2026-03-01", day, f"{day}:2", f"{day}:10", "2026-03-03")):
        at = NOW.replace(hour=hour)
        await lane.write(lambda tx, s=slot, a=at: claims.take(tx, "digest", s, "a", a, NOW - NOW))
        if slot != "2026-03-03":
            result = {"slot": slot}
            await lane.write(lambda tx, s=slot, a=at, r=result: claims.finish(tx, "digest", s, r, a))
    found = await lane.read(lambda tx: claims.finished_from(tx, "digest", day))
    assert [one["slot"] for one in found] == [day, f"{day}:2", f"{day}:10"]
    assert await lane.read(lambda tx: claims.finished_from(tx, "sweep", day)) == []
