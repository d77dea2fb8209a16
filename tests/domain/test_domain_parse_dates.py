from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import add_months, end_of_month, say_date, say_day
from bot.domain.errors import BadInput
from bot.domain.parse_dates import parse_date

WEDNESDAY = date(2026, 2, 11)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-02-15", date(2026, 2, 15)),
        ("2026/2/5", date(2026, 2, 5)),
        ("Today", date(2026, 2, 11)),
        ("tomorrow", date(2026, 2, 12)),
        ("yesterday", date(2026, 2, 10)),
        ("friday", date(2026, 2, 13)),
        ("on Friday", date(2026, 2, 13)),
        ("this friday", date(2026, 2, 13)),
        ("monday", date(2026, 2, 16)),
        ("next friday", date(2026, 2, 20)),
        ("next  wednesday", date(2026, 2, 18)),
        ("next mon", date(2026, 2, 16)),
        ("last friday", date(2026, 2, 6)),
        ("last wednesday", date(2026, 2, 4)),
        ("last monday", date(2026, 2, 9)),
        ("in 3 days", date(2026, 2, 14)),
        ("in 1 day", date(2026, 2, 12)),
        ("in 2 weeks", date(2026, 2, 25)),
        ("in a week", date(2026, 2, 18)),
        ("in 1 month", date(2026, 3, 11)),
        ("in a year", date(2027, 2, 11)),
        ("3 days ago", date(2026, 2, 8)),
        ("end of month", date(2026, 2, 28)),
        ("end of the month", date(2026, 2, 28)),
        ("end of next month", date(2026, 3, 31)),
        ("end of last month", date(2026, 1, 31)),
        ("start of next month", date(2026, 3, 1)),
        ("15 feb", date(2026, 2, 15)),
        ("15 feb 2027", date(2027, 2, 15)),
        ("15th of February", date(2026, 2, 15)),
        ("feb 15", date(2026, 2, 15)),
        ("Feb 15, 2027", date(2027, 2, 15)),
        ("Sept. 3rd", date(2026, 9, 3)),
        ("15-Feb-2026", date(2026, 2, 15)),
        ("1 jan", date(2027, 1, 1)),
        ("11 feb", date(2026, 2, 11)),
        ("2/15/2026", date(2026, 2, 15)),
        ("15/2/2026", date(2026, 2, 15)),
        ("15.02.2026", date(2026, 2, 15)),
        ("2/15/26", date(2026, 2, 15)),
        ("3/3/2026", date(2026, 3, 3)),
        ("2/15", date(2026, 2, 15)),
        ("feb 29 2028", date(2028, 2, 29)),
        ("2026–02–15", date(2026, 2, 15)),
    ],
)
def test_a_date_is_read_as_it_is_meant(typed: str, expected: date) -> None:
    assert parse_date(typed, WEDNESDAY) == expected


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("02/03/2026", "Feb 3 or Mar 2"),
        ("2/3", "Feb 3 or Mar 2"),
        ("wednesday", "Today is Wed, Feb 11, 2026"),
        ("this monday", "is over"),
        ("2026-02-30", "not a date in the calendar"),
        ("31 april", "not a date in the calendar"),
        ("13/14/2026", "not a date in the calendar"),
        ("feb 29", "Write the year"),
        ("29 feb 2026", "not a date in the calendar"),
        ("0026-01-01", "too far away"),
        ("in 9999 days", None),
        ("in 9999 years", "not a date in the calendar"),
        ("in 99999999999 weeks", "not a date that I know"),
        ("30 days", "not a date that I know"),
        ("in 3 days ago", "not a date that I know"),
        ("may", "not a date that I know"),
        ("fridya", "not a date that I know"),
        ("٢٠٢٦-٠٢-١٥", "not a date that I know"),
        ("", "Type a date"),
    ],
)
def test_what_is_no_date_or_could_be_two_is_asked(typed: str, says: str | None) -> None:
    if says is None:
        assert parse_date(typed, WEDNESDAY).year == 2053
        return
    with pytest.raises(BadInput, match=says) as caught:
        parse_date(typed, WEDNESDAY)
    assert caught.value.field == "date"


def test_a_missing_year_lies_on_the_asked_side() -> None:
    assert parse_date("1 jan", WEDNESDAY, "past") == date(2026, 1, 1)
    assert parse_date("15 dec", WEDNESDAY, "past") == date(2025, 12, 15)
    assert parse_date("11 feb", WEDNESDAY, "past") == WEDNESDAY


@given(st.text(), st.dates())
def test_any_text_on_any_day_is_a_date_or_bad_input(text: str, today: date) -> None:
    with suppress(BadInput):
        assert isinstance(parse_date(text, today), date)


WORDS = [
    "in",
    "ago",
    "a",
    "3",
    "31",
    "next",
    "last",
    "this",
    "friday",
    "feb",
    "29",
    "month",
    "end",
    "of",
    "start",
    "day",
    "years",
    "2026",
    "/",
    "-",
    "12",
    "1st",
    ",",
    "today",
]


@given(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), st.dates())
def test_any_mix_of_date_words_is_a_date_or_bad_input(text: str, today: date) -> None:
    with suppress(BadInput):
        assert 1990 <= parse_date(text, today).year <= 2100


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_what_is_shown_can_be_typed_back(day: date) -> None:
    assert parse_date(day.isoformat(), WEDNESDAY) == day
    assert parse_date(say_date(day).partition(", ")[2], WEDNESDAY) == day


@given(st.dates(date(2000, 1, 3), date(2090, 1, 1)), st.integers(0, 6))
def test_next_weekday_is_in_the_next_week(today: date, weekday: int) -> None:
    name = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][weekday]
    found = parse_date(f"next {name}", today)
    assert found.weekday() == weekday
    assert found.isocalendar()[:2] == date.fromordinal(today.toordinal() + 7).isocalendar()[:2]


def test_dates_read_the_same_everywhere() -> None:
    assert say_date(date(2026, 2, 20)) == "Fri, Feb 20, 2026"
    assert say_day(date(2026, 12, 1)) == "Dec 1"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_are_added_and_cut_at_their_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_the_end_of_february_knows_leap_years() -> None:
    assert end_of_month(date(2028, 2, 3)) == date(2028, 2, 29)
