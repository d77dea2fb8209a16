"""The business's working days. Who knows the holidays passes them in; nothing here looks them up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
#: Longer than any run of holidays; a longer one means that the holiday source is wrong.
_LONGEST_BREAK = 60


def _no_holiday(_day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Business days are those outside ``weekend`` (0 is Monday) for which ``is_holiday`` is false.

    Raises ``ValueError`` when the weekend is the whole week, or when no business day is found for 60 days.
    """

    weekend: frozenset[int] = frozenset({5, 6})
    is_holiday: Callable[[date], bool] = _no_holiday

    def __post_init__(self) -> None:
        if len(self.weekend & frozenset(range(7))) == 7:
            raise ValueError("A week needs at least one business day.")

    def is_business_day(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        return day.weekday() not in self.weekend and not self.is_holiday(day)

    def on_or_after(self, day: date) -> date:
        """``day``, or the first business day after it."""
        return self._walk(day, _DAY)

    def on_or_before(self, day: date) -> date:
        """``day``, or the last business day before it."""
        return self._walk(day, -_DAY)

    def add_days(self, day: date, n: int) -> date:
        """The ``n``-th business day after ``day`` (before it, if negative); 0 is ``on_or_after(day)``."""
        if n == 0:
            return self.on_or_after(day)
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day = self._walk(day + step, step)
        return day

    def _walk(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_BREAK):
            if self.is_business_day(day):
                return day
            day += step
        raise ValueError(f"There is no business day within {_LONGEST_BREAK} days of {day}.")
