"""A bucket gives what it holds, fills with time, and says how long to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bucket import Bucket


def test_it_holds_a_burst_and_fills_at_its_pace() -> None:
    bucket = Bucket(2, 3)
    assert [bucket.take(100) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(100.25) == pytest.approx(0.25)
    assert bucket.take(100.5) == 0
    assert [bucket.take(1_000_000) for _ in range(4)] == [0, 0, 0, 0.5]


@given(st.lists(st.floats(0, 3), max_size=60))
def test_it_never_gives_more_than_its_pace(pauses: list[float]) -> None:
    bucket, now, given_out = Bucket(5, 7), 0.0, 0
    for pause in pauses:
        now += pause
        given_out += bucket.take(now) == 0
        assert given_out <= 7 + 5 * now + 1e-6
