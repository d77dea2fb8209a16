"""How times and JSON stand in a row."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.rows import at, from_json, iso, to_json

MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 3),
    max_value=datetime(9999, 12, 29),
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (iso(one) < iso(other)) == (one < other)
    assert at(iso(one)) == one
    assert len(iso(one)) == len("2026-03-02T14:00:00.000000Z")


def test_a_time_is_utc_of_fixed_width() -> None:
    assert iso(datetime(2026, 3, 2, 14, 0, tzinfo=UTC)) == "2026-03-02T14:00:00.000000Z"
    assert at("2026-03-02T14:00:00.000000Z").tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        iso(datetime(2026, 3, 2))


def test_json_is_the_same_text_for_the_same_value() -> None:
    assert to_json({"b": 1, "a": [1, None]}) == to_json({"a": (1, None), "b": 1}) == '{"a":[1,null],"b":1}'
    assert from_json(to_json({"name": "Caf\u00e9\0"})) == {"name": "Caf\u00e9\0"}


@pytest.mark.parametrize("wrong", [1.5, {"a": [{"b": 2.0}]}, ({"a": float("nan")},), datetime(2026, 3, 2)])
def test_json_refuses_floats_and_what_it_cannot_hold(wrong: object) -> None:
    with pytest.raises(TypeError):
        to_json(wrong)
