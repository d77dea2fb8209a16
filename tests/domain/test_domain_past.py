"""Invoices as they were on a past day."""

from datetime import date, timedelta

import pytest
from domain_samples import TODAY, invoice
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.invoice import Payment, Status
from bot.domain.past import on_day

DAY = TODAY - timedelta(days=10)


def payment(amount: int, on: date | None, **changes: object) -> Payment:
    return Payment("p1", "100", amount, "Check", "4711", on, **changes)  # type: ignore[arg-type]  # test data


def test_what_was_paid_later_is_put_back() -> None:
    paid = invoice(30, balance=0, status=Status.PAID)
    then = on_day(paid, [payment(50000, TODAY)], DAY)
    assert then is not None
    assert (then.invoice.balance, then.invoice.status, then.as_now) == (50000, Status.SENT, False)


def test_what_was_paid_before_stays_paid() -> None:
    part = invoice(30, balance=0, status=Status.PAID)
    then = on_day(part, [payment(20000, DAY), payment(30000, TODAY)], DAY)
    assert then is not None
    assert (then.invoice.balance, then.invoice.status) == (30000, Status.PARTIAL)


def test_what_was_made_later_was_not_there() -> None:
    assert on_day(invoice(30, date=DAY + timedelta(days=1)), [], DAY) is None


@pytest.mark.parametrize(
    "odd",
    [
        payment(100, None),
        payment(100, TODAY, spread_over=("1", "2")),
    ],
)
def test_what_cannot_be_known_stays_as_it_is_now(odd: Payment) -> None:
    held = invoice(30)
    then = on_day(held, [odd], DAY)
    assert then is not None
    assert (then.invoice, then.as_now) == (held, True)


def test_paid_by_what_is_not_known_and_unknown_balances_stay_as_they_are_now() -> None:
    for held in (
        invoice(30, balance=0, status=Status.PAID),
        invoice(30, balance=None),
        invoice(30, status=Status.VOID),
    ):
        then = on_day(held, [], DAY)
        assert then is not None
        assert (then.invoice, then.as_now) == (held, True)


def test_a_declined_payment_puts_nothing_back() -> None:
    held = invoice(30)
    then = on_day(held, [payment(100, TODAY, successful=False)], DAY)
    assert then is not None
    assert then.invoice == held


@given(st.lists(st.tuples(st.integers(1, 40000), st.integers(-30, 0)), max_size=5))
def test_a_balance_never_exceeds_the_total_nor_falls_with_an_earlier_day(paid: list[tuple[int, int]]) -> None:
    made = [payment(amount, TODAY + timedelta(days=day)) for amount, day in paid]
    left = max(0, 50000 - sum(one.amount for one in made))
    held = invoice(60, balance=left, status=Status.PARTIAL if left else Status.PAID)
    balances = []
    for back in range(31):
        then = on_day(held, made, TODAY - timedelta(days=back))
        assert then is not None
        balances.append(then.invoice.balance or 0)
    assert balances == sorted(balances)
    assert balances[-1] <= 50000
