"""How late paid invoices were paid, from due date to last successful payment."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.invoice import Invoice, Payment, Status
from bot.store import mirror, mirror_habits
from bot.store.lane import Lane

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
DUE = date(2026, 2, 1)
PAID = Invoice("1", "1042", "c1", "Example", date(2026, 1, 2), DUE, Status.PAID, 100, 0, 100, 0, "USD")


def paid(on: date | None, id: str = "p1", *, successful: bool = True) -> Payment:
    return Payment(id, "1", 50, "Check", "77", on, successful=successful, customer_id="c1")


async def put(lane: Lane, invoice: Invoice, *payments: Payment) -> None:
    held = tuple(
        replace(one, id=f"{one.id}-{invoice.id}", invoice_id=None if one.spread_over else invoice.id)
        for one in payments
    )
    await lane.write(lambda tx: mirror.put_invoices(tx, [replace(invoice, payments=held)], NOW))


async def test_the_last_successful_payment_counts_from_the_due_date(lane: Lane) -> None:
    first, last = paid(date(2026, 1, 20)), paid(date(2026, 2, 5), "p2")
    declined = paid(date(2026, 2, 27), "p3", successful=False)
    await put(lane, PAID, first, last, declined)
    assert await lane.read(lambda tx: mirror_habits.days_late(tx, DUE)) == {"c1": [4]}


async def test_what_is_not_known_or_not_paid_is_left_out(lane: Lane) -> None:
    payment = paid(date(2026, 2, 5))
    await put(lane, replace(PAID, id="2"), payment, paid(None, "p2"))
    await put(lane, replace(PAID, id="3"), paid(None))
    await put(lane, replace(PAID, id="4", due_date=None), payment)
    await put(lane, replace(PAID, id="5", status=Status.PARTIAL, balance=50), payment)
    await put(lane, replace(PAID, id="6", status=Status.VOID), payment)
    await put(lane, replace(PAID, id="7", due_date=date(2026, 1, 31)), payment)
    await put(lane, replace(PAID, id="8"))
    assert await lane.read(lambda tx: mirror_habits.days_late(tx, DUE)) == {}


async def test_one_customer_or_all(lane: Lane) -> None:
    await put(lane, PAID, paid(date(2026, 2, 3)))
    await put(lane, replace(PAID, id="2", customer_id="c2"), paid(date(2026, 1, 30)))
    assert await lane.read(lambda tx: mirror_habits.days_late(tx, DUE)) == {"c1": [2], "c2": [-2]}
    assert await lane.read(lambda tx: mirror_habits.days_late(tx, DUE, "c2")) == {"c2": [-2]}
