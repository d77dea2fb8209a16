import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.syncro.exact import read_json, write_json

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def test_numbers_keep_every_digit() -> None:
    read = read_json(b'{"a": 806.25, "b": 0.10, "c": 3, "d": 1e2, "e": 0.1234567890123456789}')
    assert read == {
        "a": Decimal("806.25"),
        "b": Decimal("0.10"),
        "c": 3,
        "d": Decimal(100),
        "e": Decimal("0.1234567890123456789"),
    }
    assert isinstance(read, dict)
    assert not any(isinstance(value, float) for value in read.values())


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e999999999",
        b"1e-999999999",
        b"1E+99999999999999999999999",
        b"1.0e16",
        b"9" * 5000,
        b"1." + b"9" * 5000,
        b"[" * 100_000,
        b"\xff\xfe",
        b"<html>",
        b"",
        b"{'a': 1}",
    ],
)
def test_what_is_no_sane_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(body)


def test_decimals_are_written_as_they_stand() -> None:
    body = {
        "amount": Decimal("500.00"),
        "quantity": Decimal("1E+2"),
        "note": 'ä "x"\n',
        "lines": [True, None, 7],
    }
    assert write_json(body).decode() == (
        '{"amount": 500.00, "quantity": 100, "note": "ä \\"x\\"\\n", "lines": [true, null, 7]}'
    )


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), object(), {"a": [0.1]}])
def test_what_has_no_exact_json_is_not_written(value: object) -> None:
    with pytest.raises(TypeError):
        write_json(value)


@given(AMOUNTS)
def test_an_amount_survives_the_way_there_and_back(amount: Decimal) -> None:
    written = write_json({"amount": amount})
    assert read_json(written) == {"amount": amount}
    assert written.endswith(f"{amount:.2f}}}".encode())


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**18), 10**18)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
        ),
    )
)
def test_anything_written_reads_back_the_same(value: object) -> None:
    assert read_json(write_json(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_value_error(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_json(body)
