"""Hours that count on business days only, as for how long a request for approval is valid (docs/approvals.md)."""

from datetime import UTC, datetime, time, timedelta

from bot.domain.calendar import BusinessCalendar

_DAY = timedelta(days=1)
#: When people can be expected to read a reminder.
_OFFICE = (time(8), time(17))


def hours_later(start: datetime, hours: int, calendar: BusinessCalendar) -> datetime:
    """The moment when ``hours`` of business days have gone by since ``start`` (aware, in the business's zone).

    A business day has all of its hours, also at night; a weekend or holiday has none. So 24 hours from Friday, 15:00,
    end on Monday, 15:00. On a day when the clock changes, real hours count.
    """
    zone, moment, left = start.tzinfo, start, timedelta(hours=hours)
    while True:
        midnight = datetime.combine(moment.date() + _DAY, time(), zone)
        room = midnight.astimezone(UTC) - moment.astimezone(UTC)
        if calendar.is_business_day(moment.date()):
            if left <= room:
                return (moment.astimezone(UTC) + left).astimezone(zone)
            left -= room
        moment = midnight


def reminder_at(start: datetime, hours: int, calendar: BusinessCalendar) -> datetime:
    """When to remind of a request made at ``start`` and valid for ``hours``: after three quarters of them.

    What would come at night comes on the next working morning; if that were too late, in the afternoon before, if
    there is one. So nobody is reminded on a day off, nor before anything was asked.
    """
    end = hours_later(start, hours, calendar)
    moment = hours_later(start, hours * 3 // 4, calendar)
    opens, closes = (datetime.combine(moment.date(), at, moment.tzinfo) for at in _OFFICE)
    if calendar.is_business_day(moment.date()) and opens <= moment <= closes:
        return moment
    night = moment.date() + (_DAY if moment > closes else timedelta())
    morning = datetime.combine(calendar.on_or_after(night), _OFFICE[0], moment.tzinfo)
    afternoon = datetime.combine(calendar.on_or_before(night - _DAY), _OFFICE[1], moment.tzinfo)
    if morning < end:
        return morning
    return afternoon if afternoon > start else moment
