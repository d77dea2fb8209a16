"""A clock that can be moved on: the sandboxes and the demo bot share one, so a week passes at a click.

Signatures of requests never use it: they are checked against real time.
"""

import time as _time
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """Real time plus an offset that only grows; `start` (aware) is what it shows at first."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._born = _time.monotonic()
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present moment, aware, in UTC; it never goes back."""
        return self._start + timedelta(seconds=_time.monotonic() - self._born) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by` and return the new moment; ValueError for a step back."""
        if by < timedelta():
            raise ValueError("A clock can't go back: advance by zero or more.")
        self._offset += by
        return self.now()

    def next_morning(self, timezone: str, at: time = time(10, 5)) -> datetime:
        """Move on to the next calendar day's `at`, local time of `timezone`."""
        zone = ZoneInfo(timezone)
        tomorrow = self.now().astimezone(zone).date() + timedelta(days=1)
        target = datetime.combine(tomorrow, at, zone).astimezone(UTC)
        return self.advance(target - self.now())

    def label(self, timezone: str) -> str:
        """What a wall clock shows there, as `Mon 23 Nov 09:00`."""
        return self.now().astimezone(ZoneInfo(timezone)).strftime("%a %d %b %H:%M")
