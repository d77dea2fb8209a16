from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInput
from bot.domain.money import Money
from bot.domain.parse_money import LARGEST, parse_amount, parse_price, parse_quantity


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("$1,234.50", "USD", 123450),
        ("1234.5", "USD", 123450),
        ("1 234.50", "USD", 123450),
        ("1\u202f234.50", "USD", 123450),
        ("USD 500", "USD", 50000),
        ("500 usd", "USD", 50000),
        ("usd500", "USD", 50000),
        ("$ 500", "USD", 50000),
        ("500$", "CAD", 50000),
        ("CA$500", "CAD", 50000),
        ("1,234", "USD", 123400),
        ("1,234,567.89", "USD", 123456789),
        (".5", "USD", 50),
        ("5.", "USD", 500),
        ("0.01", "USD", 1),
        ("007", "USD", 700),
        ("5.00", "USD", 500),
        ("1,234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("10000000000.00", "USD", LARGEST),
        ("\u202a12.50\u202c", "USD", 1250),
    ],
)
def test_an_amount_is_read_as_it_is_meant(typed: str, currency: str, minor: int) -> None:
    assert parse_amount(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("12,34,5", "not an amount"),
        ("1,23", "could mean two"),
        ("1,5", "Write 1.5"),
        ("1.234", "Write 1234 or 1.23"),
        ("1.234,50", "Write 1234.50"),
        ("0,500", "could mean two"),
        ("-5", "without a sign"),
        ("−5", "without a sign"),
        ("(5)", "without a sign"),
        ("+5", "without a sign"),
        ("1e9", "not an amount"),
        ("1_000", "not an amount"),
        ("0x10", "not an amount"),
        ("NaN", "not an amount"),
        ("Infinity", "not an amount"),
        ("٣", "not an amount"),
        ("５", "not an amount"),
        ("5²", "not an amount"),
        ("12 34", "not an amount"),
        ("5 6", "not an amount"),
        ("1.2.3", "not an amount"),
        ("0", "more than zero"),
        ("0.00", "more than zero"),
        ("12.3456", "at most 2 digits"),
        ("10000000000.01", "larger than"),
        ("9" * 5000, "not an amount"),
        ("", "Type an amount"),
        ("  ", "Type an amount"),
        ("$", "not an amount"),
        ("€5", "billed in USD"),
        ("EUR 5", "billed in USD"),
        ("CA$5", "billed in USD"),
        ("five", "not an amount"),
        ("1\u202e24", "turn the direction"),
        ("\u202e124\u202c", "turn the direction"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_asked(typed: str, says: str) -> None:
    with pytest.raises(BadInput, match=says.replace(".", r"\.")) as caught:
        parse_amount(typed, "USD")
    assert caught.value.field == "amount"


@pytest.mark.parametrize("typed", ["1.5", "1.234"])
def test_a_currency_without_cents_takes_none(typed: str) -> None:
    with pytest.raises(BadInput):
        parse_amount(typed, "JPY")


@given(st.text())
def test_any_text_is_an_amount_or_bad_input(text: str) -> None:
    with suppress(BadInput):
        assert 0 < parse_amount(text, "USD") <= LARGEST


@given(st.integers(1, LARGEST), st.sampled_from(["USD", "EUR", "JPY", "KWD", "CAD", "CHF"]))
def test_what_is_shown_can_be_typed_back(minor: int, currency: str) -> None:
    assert parse_amount(str(Money(minor, currency)), currency) == minor


@pytest.mark.parametrize(
    ("typed", "quantity"), [("1", "1"), ("2.5", "2.5"), ("0.0001", "0.0001"), ("1,000", "1000")]
)
def test_a_quantity_is_above_zero(typed: str, quantity: str) -> None:
    assert parse_quantity(typed) == Decimal(quantity)


@pytest.mark.parametrize("typed", ["0", "-1", "", "1,5", "two", "1.00001", "9" * 50, "1e3", "٣", "1\u202e2"])
def test_a_bad_quantity_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_quantity(typed)
    assert caught.value.field == "quantity"


@pytest.mark.parametrize(
    ("typed", "price"),
    [("95", "95"), ("$95.50", "95.5"), ("-20", "-20"), ("-$20", "-20"), ("0", "0"), ("0.0025", "0.0025")],
)
def test_a_price_may_be_zero_or_a_credit(typed: str, price: str) -> None:
    assert parse_price(typed, "USD") == Decimal(price)


@pytest.mark.parametrize("typed", ["", "-", "--5", "1,5", "€5", "1.00001", "abc", "9" * 50, "9\u202e5"])
def test_a_bad_price_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_price(typed, "USD")
    assert caught.value.field == "price"


@given(st.text())
def test_any_text_is_a_price_and_a_quantity_or_bad_input(text: str) -> None:
    for parse in (parse_price, parse_quantity):
        with suppress(BadInput):
            assert parse(text).is_finite()
