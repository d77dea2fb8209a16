"""Hours of business days: how long a request is valid, and when it is reminded of."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_hours import hours_later, reminder_at
from bot.domain.calendar import BusinessCalendar

ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC")]
NEW_YORK = ZONES[0]
HOLIDAYS = {date(2026, 5, 25), date(2026, 7, 3), date(2026, 11, 26), date(2026, 11, 27)}
PLAIN = BusinessCalendar()
CALENDARS = st.sampled_from(
    [
        PLAIN,
        BusinessCalendar(is_holiday=HOLIDAYS.__contains__),
        BusinessCalendar(weekend=frozenset({4, 5})),
        BusinessCalendar(weekend=frozenset()),
        BusinessCalendar(weekend=frozenset({0, 2, 4, 6})),
    ]
)
MOMENTS = st.builds(
    lambda at, zone: at.astimezone(zone),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)
HOURS = st.integers(1, 240)


def utc(at: datetime) -> datetime:
    """Two times in one zone are compared by the clock on the wall, also when it changes in between."""
    return at.astimezone(UTC)


def day_of(at: datetime) -> date:
    """The day to which a time belongs; midnight ends a day."""
    return (utc(at) - timedelta(microseconds=1)).astimezone(at.tzinfo).date()


def worked(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """How much of the time between the two lies on business days."""
    total, day = timedelta(), start.date()
    while day <= end.date():
        if calendar.is_business_day(day):
            opens, closes = (
                utc(datetime.combine(one, time(), start.tzinfo)) for one in (day, day + timedelta(days=1))
            )
            total += max(min(closes, utc(end)) - max(opens, utc(start)), timedelta())
        day += timedelta(days=1)
    return total


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@given(MOMENTS, HOURS, CALENDARS)
def test_exactly_so_many_hours_of_business_days_go_by(
    start: datetime, hours: int, calendar: BusinessCalendar
) -> None:
    end = hours_later(start, hours, calendar)
    assert worked(start, end, calendar) == timedelta(hours=hours)
    assert end.tzinfo is start.tzinfo


@given(MOMENTS, HOURS, CALENDARS)
def test_it_ends_within_a_business_day_or_at_its_very_end(
    start: datetime, hours: int, calendar: BusinessCalendar
) -> None:
    assert calendar.is_business_day(day_of(hours_later(start, hours, calendar)))


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)), HOURS, st.integers(0, 50), CALENDARS)
def test_later_or_longer_never_ends_earlier(
    start: datetime, by: timedelta, hours: int, more: int, calendar: BusinessCalendar
) -> None:
    end = utc(hours_later(start, hours, calendar))
    later = (utc(start) + by).astimezone(start.tzinfo)
    assert utc(hours_later(later, hours, calendar)) >= end
    assert utc(hours_later(start, hours + more, calendar)) >= end + timedelta(hours=more)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-10 15:00", 24, "2026-03-11 15:00"),
        ("2026-03-13 15:00", 24, "2026-03-16 15:00"),
        ("2026-03-13 15:00", 9, "2026-03-14 00:00"),
        ("2026-03-14 12:00", 1, "2026-03-16 01:00"),
        ("2026-03-15 23:59", 24, "2026-03-17 00:00"),
        ("2026-03-06 12:00", 24, "2026-03-09 12:00"),  # the clock changes on Sunday, which doesn't count
    ],
)
def test_a_weekend_has_no_hours(start: str, hours: int, end: str) -> None:
    assert hours_later(at(start), hours, PLAIN) == at(end)


def test_on_a_day_when_the_clock_changes_real_hours_count() -> None:
    always = BusinessCalendar(weekend=frozenset())
    assert hours_later(at("2026-03-07 12:00"), 24, always) == at("2026-03-08 13:00")
    assert hours_later(at("2026-10-31 12:00"), 24, always) == at("2026-11-01 11:00")


@given(MOMENTS, HOURS, CALENDARS)
def test_a_reminder_comes_before_the_end_and_not_before_the_request(
    start: datetime, hours: int, calendar: BusinessCalendar
) -> None:
    moment = reminder_at(start, hours, calendar)
    assert utc(start) <= utc(moment) < utc(hours_later(start, hours, calendar))


@given(MOMENTS, HOURS, CALENDARS)
def test_nobody_is_reminded_on_a_day_off(start: datetime, hours: int, calendar: BusinessCalendar) -> None:
    moment = reminder_at(start, hours, calendar)
    assert any(calendar.is_business_day(one) for one in (moment.date(), day_of(moment)))


@given(MOMENTS, st.integers(24, 240), CALENDARS)
def test_what_is_valid_for_a_day_is_reminded_of_in_the_daytime(
    start: datetime, hours: int, calendar: BusinessCalendar
) -> None:
    moment = reminder_at(start, hours, calendar)
    assert time(8) <= moment.time() <= time(17)


@pytest.mark.parametrize(
    ("start", "hours", "moment"),
    [
        ("2026-03-10 15:00", 24, "2026-03-11 09:00"),
        ("2026-03-10 09:00", 24, "2026-03-11 08:00"),  # three in the night
        ("2026-03-10 07:00", 24, "2026-03-10 17:00"),  # one in the night, and it ends at seven
        ("2026-03-13 10:00", 18, "2026-03-13 17:00"),  # 23:00 on Friday; it ends in the night to Monday
        ("2026-03-13 10:00", 24, "2026-03-16 08:00"),
        ("2026-03-13 20:00", 16, "2026-03-16 08:00"),
        ("2026-03-10 18:00", 4, "2026-03-10 21:00"),  # no daytime is left
    ],
)
def test_what_would_come_at_night_comes_in_the_morning_or_the_afternoon_before(
    start: str, hours: int, moment: str
) -> None:
    assert reminder_at(at(start), hours, PLAIN) == at(moment)
