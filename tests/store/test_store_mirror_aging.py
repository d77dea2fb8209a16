"""The figures that the database sums are those of the domain, to the last unit and in the same order."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import aging
from bot.domain.invoice import Customer, Invoice, Status
from bot.store import mirror, mirror_aging
from bot.store.lane import Lane, Tx
from bot.store.migrations import migrate
from bot.store.mirror_aging import EVERYTHING, Selection
from bot.store.sqlite import SqliteLane

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
TODAY = date(2026, 3, 4)
NAMES = {"7": "Öko Café", "8": "öko cafe", "9": "Zebra Dental", "10": ""}
#: Few amounts and days, so that scores and ages are often the same and names must decide.
BOOKS = st.lists(
    st.builds(
        lambda late, balance, status, currency, customer: Invoice(
            id="",
            number="1",
            customer_id=customer,
            customer_name=NAMES[customer],
            date=TODAY,
            due_date=None if late is None else TODAY - timedelta(days=late),
            status=status,
            subtotal=None,
            tax=None,
            total=1,
            balance=balance,
            currency=currency,
        ),
        st.none() | st.sampled_from([-3, 0, 1, 30, 31, 60, 61, 90, 91, 119, 120, 121, 400]),
        st.none() | st.sampled_from([0, 1, 100, -50, 10**12]),
        st.sampled_from(Status),
        st.sampled_from(["USD", "EUR"]),
        st.sampled_from(sorted(NAMES)),
    ),
    max_size=25,
)


def owner_of(customer_id: str) -> str:
    return f"U{customer_id}"


async def summed(invoices: Iterable[Invoice], over_days: int) -> None:
    lane = await SqliteLane.open(":memory:")
    try:
        await migrate(lane)
        book = [replace(one, id=str(number)) for number, one in enumerate(invoices)]
        known = [Customer(id="9", name=NAMES["9"])]
        await lane.write(lambda tx: mirror.put_customers(tx, known, NOW))
        await lane.write(lambda tx: mirror.put_invoices(tx, book, NOW))
        await lane.read(lambda tx: compare(tx, book, over_days))
    finally:
        await lane.close()


def compare(tx: Tx, book: list[Invoice], over_days: int) -> None:
    assert mirror_aging.totals(tx, TODAY) == aging.totals(book, TODAY)
    found = mirror_aging.debtors(tx, TODAY, owner_of, over_days)
    assert found == aging.debtors(book, TODAY, owner_of, over_days)
    listed = {one.customer_id for one in found}
    for selection, kept in (
        (Selection(customers=["7", "9"]), [one for one in book if one.customer_id in ("7", "9")]),
        (Selection(customers=[]), []),
        (Selection(without=["7", "9"]), [one for one in book if one.customer_id not in ("7", "9")]),
        (Selection(over_days=30), [one for one in book if (one.days_past_due(TODAY) or 0) > 30]),
        (
            Selection(customers_over_days=over_days),
            [one for one in book if one.customer_id in listed] if over_days else book,
        ),
    ):
        assert mirror_aging.totals(tx, TODAY, selection) == aging.totals(kept, TODAY)
        assert mirror_aging.debtors(tx, TODAY, owner_of, selection=selection) == aging.debtors(
            kept, TODAY, owner_of
        )
    since = TODAY - timedelta(days=31)
    due = mirror_aging.due_between(tx, since, TODAY - timedelta(days=1))
    assert aging.newly_overdue(due, TODAY, since) == aging.newly_overdue(book, TODAY, since)


@given(BOOKS, st.sampled_from([0, 30, 60, 120]))
@settings(deadline=None, max_examples=60)
def test_the_database_sums_as_the_domain_does(invoices: list[Invoice], over_days: int) -> None:
    asyncio.run(summed(invoices, over_days))


@pytest.mark.parametrize("changes", [{"status": Status.PAID}, {"balance": 5}, {"due_date": None}])
async def test_the_figures_follow_a_later_read(lane: Lane, changes: dict[str, object]) -> None:
    invoice = Invoice(
        "1", "1042", "7", "Example", TODAY, TODAY - timedelta(days=9), Status.SENT, 1, 0, 1, 1, "USD"
    )
    later = replace(invoice, **changes)  # type: ignore[arg-type]  # one field of its own type each
    for read in (invoice, later):
        await lane.write(lambda tx, read=read: mirror.put_invoices(tx, [read], NOW))
        assert await lane.read(lambda tx: mirror_aging.totals(tx, TODAY)) == aging.totals([read], TODAY)
    await lane.write(lambda tx: mirror.mark_gone(tx, ["1"]))
    assert await lane.read(lambda tx: mirror_aging.totals(tx, TODAY, EVERYTHING)) == ()


async def test_sums_look_at_nothing_but_their_index(lane: Lane) -> None:
    """Its condition must stand in the query word for word, else the database reads every invoice."""
    if lane.engine != "sqlite":
        pytest.skip("how the engine finds rows is its own business")
    seen: list[str] = []

    def explained(tx: Tx) -> None:
        class Explaining:
            def all(self, sql: str, params: dict[str, object]) -> list[object]:
                seen.extend(row["detail"] for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", params))
                return []

        mirror_aging.totals(Explaining(), TODAY)  # type: ignore[arg-type]  # it only explains
        mirror_aging.debtors(Explaining(), TODAY, owner_of)  # type: ignore[arg-type]  # it only explains

    await lane.read(explained)
    scans = [step for step in seen if step.startswith("SCAN invoice")]
    assert scans == ["SCAN invoice USING COVERING INDEX invoice_owed"] * 2
