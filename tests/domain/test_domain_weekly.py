"""The weekly figures, each as docs/digest.md defines it."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from domain_samples import TODAY, invoice

from bot.domain.invoice import Status
from bot.domain.weekly import (
    Point,
    Promised,
    PromisesEnded,
    SalesOutstanding,
    effectiveness,
    expected_cash,
    no_cash,
    sales_outstanding,
    trend,
)

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
NOV = date(2025, 11, 1)


@pytest.mark.parametrize(
    ("open_amount", "billed", "days"),
    [
        (0, {MAR: 100}, 0),
        (50, {MAR: 100}, 2),  # half of the 4 days of March
        (100, {MAR: 100}, 4),
        (150, {MAR: 100, FEB: 200}, 4 + 7),  # a quarter of February
        (300, {MAR: 100, FEB: 200}, 4 + 28),
        (300, {MAR: 100, JAN: 400}, 4 + 28 + 16),  # February billed nothing; half of January is 15.5
        (10, {NOV: 20}, 4 + 28 + 31 + 31 + 15),
    ],
)
def test_the_open_balance_is_counted_back_over_what_was_billed(
    open_amount: int, billed: Mapping[date, int], days: int
) -> None:
    assert sales_outstanding(open_amount, billed, TODAY) == SalesOutstanding(days)


def test_more_than_was_ever_billed_is_at_least_all_days() -> None:
    assert sales_outstanding(301, {MAR: 100, FEB: 200}, TODAY) == SalesOutstanding(32, at_least=True)
    assert sales_outstanding(301, {}, TODAY) is None
    assert sales_outstanding(301, {date(2026, 4, 1): 900}, TODAY) is None, "next month is not billed yet"


def test_effectiveness_is_what_was_collected_of_what_could_be() -> None:
    # Open before: 700. Billed 500, paid 800; 400 are left, of which 200 are not yet due.
    assert effectiveness(paid=800, billed=500, closing=400, closing_current=200) == 80
    assert effectiveness(paid=0, billed=500, closing=500, closing_current=500) is None
    assert effectiveness(paid=0, billed=0, closing=500, closing_current=0) == 0
    assert effectiveness(paid=300, billed=0, closing=500, closing_current=500) == 100
    assert effectiveness(paid=1, billed=0, closing=7, closing_current=0) == 13, "12.5 is rounded up"


def test_promises_kept_are_of_those_kept_or_broken() -> None:
    assert PromisesEnded(2, 1, 9).kept_percent == 67
    assert PromisesEnded(0, 0, 9).kept_percent is None


def test_the_trend_has_one_point_a_week_and_ends_today() -> None:
    def day(before: int) -> date:
        return TODAY - timedelta(days=before)

    kept = [
        (day(8), {"USD": 800}),
        (day(7), {"USD": 700}),
        (day(7), {"USD": 701}),
        (day(1), {"USD": 100}),
        (day(0), {"USD": 5}),
        (day(21), {"CAD": 2100}),
        (day(56), {"USD": 5600}),
        (day(-3), {"USD": 3}),
    ]
    assert trend(kept, TODAY, {"USD": 1}) == {
        "USD": (Point(day(21), 0), Point(day(7), 701), Point(TODAY, 1)),
        "CAD": (Point(day(21), 2100), Point(day(7), 0), Point(TODAY, 0)),
    }


def in_days(days: int, **changes: object):
    """An invoice of 500.00 that is due in so many days."""
    return invoice(-days, **changes)


def weeks(cash) -> list[int]:
    return [one.amount for one in cash.weeks]


def test_cash_is_expected_on_the_due_date_moved_by_the_habit() -> None:
    unpaid = [
        in_days(0, balance=1),
        in_days(6, balance=10),
        in_days(7, balance=100),
        in_days(27, balance=1000),
        in_days(28, balance=10000),
        in_days(-1, balance=5),
        in_days(-3, balance=20000, customer_id="8"),
        in_days(25, balance=7, customer_id="8"),
        in_days(3, balance=40000, customer_id="9"),
    ]
    cash = expected_cash(unpaid, TODAY, {"8": 10, "9": -4}, (), ())["USD"]
    assert weeks(cash) == [11, 100 + 20000, 0, 1000]
    assert (cash.later, cash.slow) == (10007, 40005)
    assert cash.weeks[0].first == TODAY
    assert cash.weeks[3].last == TODAY + timedelta(days=27)
    assert cash.expected == 21111


def test_a_promise_takes_the_place_of_the_habit_up_to_its_sum() -> None:
    old, new = invoice(40, id="1", balance=300), invoice(10, id="2", balance=300)
    promise = Promised(("2", "1"), ((TODAY + timedelta(days=8), 400),))
    cash = expected_cash([new, old], TODAY, {}, [promise], ())["USD"]
    assert (weeks(cash), cash.slow) == ([0, 400, 0, 0], 200)
    assert [one.promised for one in cash.weeks] == [0, 400, 0, 0]
    past = Promised(("1",), ((TODAY - timedelta(days=1), 999),))
    assert weeks(expected_cash([old], TODAY, {}, [past], ())["USD"]) == [300, 0, 0, 0]


def test_parts_of_a_promise_come_on_their_days_and_no_money_comes_twice() -> None:
    held = invoice(40, id="1", balance=300)
    parts = ((TODAY + timedelta(days=14), 200), (TODAY, 200))
    cash = expected_cash([held], TODAY, {}, [Promised(("1",), parts), Promised(("1",), parts)], ())["USD"]
    assert (weeks(cash), cash.slow) == ([200, 0, 100, 0], 0)


def test_disputes_undated_and_unknown_balances_are_expected_on_no_day() -> None:
    held = [
        in_days(2, id="1", balance=300),
        invoice(None, balance=40),
        in_days(2, balance=None),
        in_days(2, balance=-70),
        in_days(2, balance=9, currency="CAD", status=Status.PARTIAL),
    ]
    found = expected_cash(held, TODAY, {}, [Promised(("1",), ((TODAY, 300),))], {"1"})
    assert (weeks(found["USD"]), found["USD"].disputed, found["USD"].undated) == ([0, 0, 0, 0], 300, 40)
    assert weeks(found["CAD"]) == [9, 0, 0, 0]
    assert no_cash(TODAY).weeks == tuple(
        one for one in expected_cash([invoice(None)], TODAY, {}, (), ())["USD"].weeks
    )
