from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import BusinessCalendar

NEW_YEAR = BusinessCalendar(is_holiday=lambda day: (day.month, day.day) == (1, 1))
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


def test_weekends_and_holidays_are_not_worked() -> None:
    assert NEW_YEAR.is_business_day(date(2025, 12, 31))
    assert not NEW_YEAR.is_business_day(date(2026, 1, 1))
    assert not NEW_YEAR.is_business_day(date(2026, 1, 3))


def test_moves_over_a_holiday_and_a_weekend() -> None:
    friday = BusinessCalendar(is_holiday=lambda day: day == date(2026, 1, 2))
    assert friday.on_or_after(date(2026, 1, 2)) == date(2026, 1, 5)
    assert friday.on_or_before(date(2026, 1, 4)) == date(2026, 1, 1)
    assert friday.on_or_after(date(2026, 1, 5)) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 4), 1, date(2026, 3, 5)),
        (date(2026, 3, 4), 3, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 3, 4), 0, date(2026, 3, 4)),
        (date(2026, 3, 9), -1, date(2026, 3, 6)),
        (date(2026, 3, 8), -1, date(2026, 3, 6)),
    ],
)
def test_business_days_are_counted(day: date, n: int, expected: date) -> None:
    assert BusinessCalendar().add_days(day, n) == expected


def test_another_weekend_is_kept() -> None:
    friday_saturday = BusinessCalendar(weekend=frozenset({4, 5}))
    assert friday_saturday.on_or_after(date(2026, 3, 6)) == date(2026, 3, 8)


def test_a_week_without_work_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one business day"):
        BusinessCalendar(weekend=frozenset(range(7)))


def test_an_endless_holiday_is_an_error_and_not_a_hang() -> None:
    with pytest.raises(ValueError, match="no business day"):
        BusinessCalendar(is_holiday=lambda day: True).on_or_after(date(2026, 1, 1))


@given(DAYS, st.integers(-40, 40))
def test_business_days_land_on_business_days_in_order(day: date, n: int) -> None:
    moved = NEW_YEAR.add_days(day, n)
    assert NEW_YEAR.is_business_day(moved)
    if n:
        first, last = sorted((day, moved))
        between = (first + timedelta(days=d) for d in range((last - first).days + 1))
        assert sum(NEW_YEAR.is_business_day(one) for one in between if one != day) == abs(n)
