from datetime import date, timedelta

import pytest
from domain_samples import TODAY, invoice
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.aging import BUCKETS, bucket_of, debtors, newly_overdue, totals
from bot.domain.invoice import UNPAID, Invoice, Status

INVOICES = st.lists(
    st.builds(
        lambda late, balance, status, currency, customer: invoice(
            late, balance=balance, status=status, currency=currency, customer_id=customer
        ),
        st.none() | st.integers(-200, 400),
        st.none() | st.integers(-(10**7), 10**7),
        st.sampled_from(Status),
        st.sampled_from(["USD", "EUR"]),
        st.sampled_from(["7", "8", "9"]),
    ),
    max_size=20,
)


@pytest.mark.parametrize(
    ("days", "name"),
    [(None, "current"), (-5, "current"), (0, "current"), (1, "1–30"), (30, "1–30"), (31, "31–60"), (60, "31–60"),
     (61, "61–90"), (90, "61–90"), (91, "90+"), (4000, "90+")],
)  # fmt: skip
def test_the_edges_of_the_buckets(days: int | None, name: str) -> None:
    assert BUCKETS[bucket_of(days)] == name


def test_totals_keep_credit_and_unknown_balances_apart() -> None:
    (found,) = totals(
        [
            invoice(0, balance=100),
            invoice(5, balance=200),
            invoice(95, balance=400),
            invoice(5, balance=None),
            invoice(5, balance=-50),
            invoice(5, balance=0),
            invoice(5, balance=999, status=Status.DRAFT),
            invoice(5, balance=None, status=Status.PAID),
        ],
        TODAY,
    )
    assert [bucket.amount for bucket in found.buckets] == [100, 200, 0, 0, 400]
    assert [bucket.count for bucket in found.buckets] == [1, 1, 0, 0, 1]
    assert (found.unknown_count, found.credit) == (1, 50)
    assert (found.open_amount, found.overdue_amount, found.overdue_count) == (700, 600, 2)


@given(INVOICES)
def test_the_buckets_add_up_to_the_positive_balances(invoices: list[Invoice]) -> None:
    for found in totals(invoices, TODAY):
        mine = [one for one in invoices if one.currency == found.currency and one.status in UNPAID]
        assert found.open_amount == sum(max(one.balance or 0, 0) for one in mine)
        assert found.credit == -sum(min(one.balance or 0, 0) for one in mine)
        assert found.unknown_count == sum(one.balance is None for one in mine)
        assert sum(b.count for b in found.buckets) == sum((one.balance or 0) > 0 for one in mine)


@given(INVOICES)
def test_debtors_and_totals_agree_on_what_is_overdue(invoices: list[Invoice]) -> None:
    found = debtors(invoices, TODAY, str)
    for per_currency in totals(invoices, TODAY):
        owed = [one.overdue for one in found if one.currency == per_currency.currency]
        assert sum(owed) == per_currency.overdue_amount
    assert all(one.overdue > 0 and one.oldest_days > 0 for one in found)


def test_debtors_are_ranked_by_amount_and_age() -> None:
    found = debtors(
        [
            invoice(10, balance=10_000, customer_id="1", customer_name="Small and fresh"),
            invoice(90, balance=10_000, customer_id="2", customer_name="Small and old"),
            invoice(5, balance=90_000, customer_id="3", customer_name="Large and fresh"),
            invoice(-5, balance=900_000, customer_id="4", customer_name="Not due"),
            invoice(-5, balance=7_000, customer_id="2", customer_name="Small and old"),
        ],
        TODAY,
        lambda customer_id: f"U{customer_id}",
    )
    assert [one.customer_id for one in found] == ["3", "2", "1"]
    assert (found[1].overdue, found[1].open, found[1].invoices, found[1].oldest_days) == (
        10_000,
        17_000,
        1,
        90,
    )
    assert found[1].owner_id == "U2"


def test_age_stops_counting_so_that_an_ancient_trifle_stays_below() -> None:
    ancient = invoice(4000, balance=10_000, customer_id="1")
    recent = invoice(30, balance=30_000, customer_id="2")
    assert [one.customer_id for one in debtors([ancient, recent], TODAY, str)] == ["2", "1"]


def test_only_customers_with_something_later_than_asked() -> None:
    rows = [invoice(30, customer_id="1"), invoice(31, customer_id="2"), invoice(5, customer_id="2")]
    (found,) = debtors(rows, TODAY, str, over_days=30)
    assert (found.customer_id, found.invoices) == ("2", 2)


def test_newly_overdue_is_what_was_not_overdue_then() -> None:
    since = TODAY - timedelta(days=1)
    fresh, old, due = invoice(1), invoice(2), invoice(0)
    unknown, settled = invoice(1, balance=None), invoice(1, balance=0)
    assert newly_overdue([old, due, settled, unknown, fresh], TODAY, since) == [fresh, unknown]
    assert newly_overdue([old, fresh], TODAY, TODAY) == []


@given(INVOICES, st.integers(0, 100), st.integers(0, 100))
def test_each_invoice_becomes_overdue_in_exactly_one_digest(invoices: list[Invoice], a: int, b: int) -> None:
    first, second = TODAY - timedelta(days=a + b), TODAY - timedelta(days=b)
    whole = newly_overdue(invoices, TODAY, first)
    parts = newly_overdue(invoices, second, first) + newly_overdue(invoices, TODAY, second)
    assert sorted(one.id for one in whole) == sorted(one.id for one in parts)


def test_today_is_a_wednesday_as_the_tests_say() -> None:
    assert date(2026, 3, 4) == TODAY
    assert TODAY.weekday() == 2
