"""Dates as people type them. What is ambiguous is asked, never guessed; what was understood can be shown."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from bot.domain.dates import MONTHS, add_months, end_of_month, say_date, say_day, start_of_month
from bot.domain.errors import BadInput
from bot.domain.typed_text import plain_text, quote_back

#: Where a date typed without a year lies: a due date ahead, a payment's date behind.
Side = Literal["future", "past"]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONG_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_HELP = "Write it like 2026-02-15, Feb 15, next friday or in 2 weeks."

_NAMED = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1, "day after tomorrow": 2}
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?")
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]?(?:of )?([a-z]{3,9})\.?(?:,? |-)?([0-9]{4})?")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.?[ -]?([0-9]{1,2})(?:st|nd|rd|th)?(?:(?:,? ?|-)([0-9]{4}))?")
_STEP = re.compile(r"(in )?([0-9]{1,4}|an?) (day|week|month|year)s?( ago)?")
_WEEKDAY = re.compile(r"(?:on )?(?:(this|next|last) )?([a-z]{3,9})")
_EDGE = re.compile(r"(end|start|beginning|first|last day) of (?:the )?(?:(this|next|last) )?month")


def parse_date(text: str, today: date, side: Side = "future") -> date:
    """The date that ``text`` names, seen from ``today`` in the business's time zone.

    "friday" is the first one after today, "next friday" the one of next week (weeks start on Monday), "last
    friday" the last one before today. A date without a year is the nearest on ``side``, today included.
    Raises ``BadInput`` for what is impossible, unknown, or could mean two dates.
    """
    typed = plain_text(text).lower().strip(".,")
    if not typed:
        raise BadInput(f"Type a date. {_HELP}", "date")
    for read in _READERS:
        try:
            found = read(typed, today, side)
        except (ValueError, OverflowError):
            raise BadInput(f"{quote_back(text)} is not a date in the calendar. {_HELP}", "date") from None
        if found is not None:
            return _near(found, text)
    raise BadInput(f"{quote_back(text)} is not a date that I know. {_HELP}", "date")


def _near(found: date, text: str) -> date:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise BadInput(f"{quote_back(text)} is too far away. Write a year from 1990 to 2100.", "date")
    return found


def _named(typed: str, today: date, _side: Side) -> date | None:
    days = _NAMED.get(typed)
    return None if days is None else today + timedelta(days=days)


def _iso(typed: str, _today: date, _side: Side) -> date | None:
    match = _ISO.fullmatch(typed)
    return date(int(match[1]), int(match[2]), int(match[3])) if match else None


def _numbers(typed: str, today: date, side: Side) -> date | None:
    """Month and day in either order: fine if one can't be a month, else asked."""
    match = _NUMBERS.fullmatch(typed)
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if first <= 12 and second <= 12 and first != second:
        year = _four_digits(match[4]) or today.year
        one, other = date(year, first, second), date(year, second, first)
        raise BadInput(
            f"{quote_back(typed)} could be {say_day(one)} or {say_day(other)}. "
            f"Write {one.isoformat()} or {other.isoformat()}.",
            "date",
        )
    month, day = (first, second) if first <= 12 else (second, first)
    return _with_year(_four_digits(match[4]), month, day, today, side)


def _four_digits(year: str | None) -> int | None:
    if year is None:
        return None
    return int(year) if len(year) == 4 else 2000 + int(year)


def _day_month(typed: str, today: date, side: Side) -> date | None:
    match = _DAY_MONTH.fullmatch(typed)
    month = _month(match[2]) if match else None
    if match is None or month is None:
        return None
    return _with_year(_four_digits(match[3]), month, int(match[1]), today, side)


def _month_day(typed: str, today: date, side: Side) -> date | None:
    match = _MONTH_DAY.fullmatch(typed)
    month = _month(match[1]) if match else None
    if match is None or month is None:
        return None
    return _with_year(_four_digits(match[3]), month, int(match[2]), today, side)


def _month(word: str) -> int | None:
    for number, (short, long) in enumerate(zip(MONTHS, _LONG_MONTHS, strict=True), start=1):
        if word in (short.lower(), long) or (word == "sept" and number == 9):
            return number
    return None


def _with_year(year: int | None, month: int, day: int, today: date, side: Side) -> date:
    if year is not None:
        return date(year, month, day)
    if (month, day) == (2, 29):
        raise BadInput("Feb 29 is not in every year. Write the year too, for example 2028-02-29.", "date")
    this_year = date(today.year, month, day)
    if side == "future":
        return this_year if this_year >= today else date(today.year + 1, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


def _step(typed: str, today: date, _side: Side) -> date | None:
    """In 3 days, in a month, 2 weeks ago. Exactly one of "in" and "ago" is needed."""
    match = _STEP.fullmatch(typed)
    if match is None or bool(match[1]) == bool(match[4]):
        return None
    count = int(match[2]) if match[2].isdigit() else 1
    count = -count if match[4] else count
    match match[3]:
        case "day":
            return today + timedelta(days=count)
        case "week":
            return today + timedelta(weeks=count)
        case "month":
            return add_months(today, count)
        case _:
            return add_months(today, 12 * count)


def _weekday(typed: str, today: date, _side: Side) -> date | None:
    match = _WEEKDAY.fullmatch(typed)
    weekday = _weekday_number(match[2]) if match else None
    if match is None or weekday is None:
        return None
    ahead = weekday - today.weekday()
    match match[1]:
        case "next":
            return today + timedelta(days=ahead + 7)
        case "last":
            return today + timedelta(days=ahead if ahead < 0 else ahead - 7)
        case which:
            if ahead == 0:
                raise BadInput(
                    f"Today is {say_date(today)}. Write “today”, “next {_WEEKDAYS[weekday]}” "
                    f"or “last {_WEEKDAYS[weekday]}”.",
                    "date",
                )
            if which == "this" and ahead < 0:
                raise BadInput(
                    f"{quote_back(typed)} is over. Write “next {_WEEKDAYS[weekday]}” "
                    f"or “last {_WEEKDAYS[weekday]}”.",
                    "date",
                )
            return today + timedelta(days=ahead % 7)


def _weekday_number(word: str) -> int | None:
    for number, name in enumerate(_WEEKDAYS):
        if word == name or (word == name[: len(word)] and len(word) in (3, 4, 5)):
            return number
    return None


def _edge(typed: str, today: date, _side: Side) -> date | None:
    """The first or last day of this, the next or the last month."""
    if typed in ("eom", "month end", "end of month"):
        return end_of_month(today)
    match = _EDGE.fullmatch(typed)
    if match is None:
        return None
    month = add_months(start_of_month(today), {"next": 1, "last": -1}.get(match[2] or "", 0))
    return end_of_month(month) if match[1] in ("end", "last day") else month


_READERS: tuple[Callable[[str, date, Side], date | None], ...] = (
    _named,
    _iso,
    _numbers,
    _day_month,
    _month_day,
    _step,
    _edge,
    _weekday,
)
