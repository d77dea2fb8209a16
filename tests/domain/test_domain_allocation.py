"""One payment over several invoices: oldest first, never more than is open, and every cent accounted for."""

from dataclasses import replace
from datetime import date

import pytest
from domain_samples import invoice as sample
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.allocation import allocate, misfit, oldest_first, parse_share, why_left_out
from bot.domain.errors import BadInput
from bot.domain.invoice import Status
from bot.domain.version import version_of

BALANCES = st.lists(st.integers(0, 10**9), max_size=25)


@given(st.integers(0, 10**12), BALANCES)
def test_nothing_is_lost_and_no_balance_exceeded(amount: int, balances: list[int]) -> None:
    shares = allocate(amount, balances)
    assert len(shares) == len(balances)
    assert sum(shares) == min(amount, sum(balances))
    assert all(0 <= share <= balance for share, balance in zip(shares, balances, strict=True))


@given(st.integers(0, 10**12), BALANCES)
def test_an_invoice_gets_something_only_when_those_before_it_are_paid(
    amount: int, balances: list[int]
) -> None:
    shares = allocate(amount, balances)
    paying = [place for place, share in enumerate(shares) if share]
    last = paying[-1] if paying else 0
    assert shares[:last] == tuple(balances[:last])


def test_the_last_one_is_paid_partly() -> None:
    assert allocate(150000, [50000, 80000, 40000]) == (50000, 80000, 20000)
    assert allocate(100, [500, 500]) == (100, 0)


def test_the_oldest_due_comes_first_then_the_lower_id_and_what_is_never_due_last() -> None:
    never, late, later = sample(None, id="1"), sample(20, id="30"), sample(5, id="100")
    twin = sample(5, id="20")
    assert [one.id for one in oldest_first([never, later, twin, late])] == ["30", "20", "100", "1"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"status": Status.PARTIAL, "balance": 1}, ""),
        ({"status": Status.OPEN}, ""),
        ({"status": Status.DRAFT}, "a draft"),
        ({"status": Status.PAID, "balance": 0}, "paid"),
        ({"status": Status.VOID}, "void"),
        ({"balance": None}, "balance unknown"),
        ({"balance": -5000}, "a credit of $50.00"),
        ({"balance": 0}, "nothing open"),
    ],
)
def test_only_what_is_open_and_known_takes_a_share(changes: dict[str, object], why: str) -> None:
    assert why_left_out(sample(3, **changes)) == why


@pytest.mark.parametrize("text", ["", " ", "0", "0.00", "$0", "-", "00.0", ".0"])
def test_nothing_and_zero_are_no_share(text: str) -> None:
    assert parse_share(text, "USD") == 0


@pytest.mark.parametrize("text", ["-5", "abc", "0.001", "1,5", "5 EUR", "0-", "00,5"])
def test_what_is_no_amount_is_no_share(text: str) -> None:
    with pytest.raises(BadInput):
        parse_share(text, "USD")


def test_a_share_reads_like_an_amount() -> None:
    assert parse_share("$1,234.50", "USD") == 123450
    assert parse_share("500", "JPY") == 500


def test_how_far_the_shares_are_from_the_amount_is_said() -> None:
    assert misfit(150000, [100000, 50000], "USD") == ""
    assert (
        misfit(150000, [100000], "USD")
        == "The invoices below add up to $1,000.00, $500.00 less than the amount."
    )
    assert "$0.01 more than the amount" in misfit(99, [100], "USD")


def test_a_version_tells_balance_and_due_date_and_an_unknown_balance_is_not_zero() -> None:
    seen = sample(3, balance=12345, due_date=date(2026, 2, 1))
    assert (version_of(seen).balance, version_of(seen).due_date) == (12345, date(2026, 2, 1))
    unknown = version_of(replace(seen, balance=None, due_date=None))
    assert (unknown.balance, unknown.due_date) == (None, None)
    assert version_of(replace(seen, balance=0)).balance == 0
