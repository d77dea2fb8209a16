"""How dates read on screen, and steps by months. Dates are the business's own."""

from calendar import monthrange
from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def say_date(day: date) -> str:
    """``day`` as a person reads it, the same in every locale: ``Fri, Feb 20, 2026``."""
    return f"{WEEKDAYS[day.weekday()]}, {say_day(day)}, {day.year}"


def say_date_if_known(day: date | None) -> str:
    """``day`` as ``say_date`` gives it, or "no date"."""
    return say_date(day) if day else "no date"


def say_day(day: date) -> str:
    """``day`` without weekday and year: ``Feb 20``."""
    return f"{MONTHS[day.month - 1]} {day.day}"


def add_months(day: date, months: int) -> date:
    """``day`` moved by whole months; Jan 31 plus one month is the last day of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of_month(day: date) -> date:
    """The first day of ``day``'s month."""
    return day.replace(day=1)


def end_of_month(day: date) -> date:
    """The last day of ``day``'s month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
