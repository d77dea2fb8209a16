"""Syncro's pace: how much was asked lately, and when reading in bulk may go on.

Syncro answers 180 requests a minute and address (its documented limit). Reading in bulk keeps to fewer, so that
people who click meanwhile are not refused.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

#: Requests in any sliding minute after which reading in bulk waits.
BULK_PER_MINUTE = 140
_MINUTE = 60.0


class Lane(StrEnum):
    """Who waits for a request: a person, or work in the background, which makes way."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


class Pace:
    """Remembers the requests of the last minute. ``most`` of them hold bulk reading up; ``monotonic`` is in seconds."""

    def __init__(self, most: int = BULK_PER_MINUTE, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lately: deque[float] = deque(maxlen=most)

    def count(self) -> None:
        """A request leaves now."""
        self._lately.append(self._monotonic())

    def wait(self) -> float:
        """Seconds until bulk reading may ask again."""
        if len(self._lately) < (self._lately.maxlen or 0):
            return 0.0
        return max(0.0, self._lately[0] + _MINUTE - self._monotonic())

    async def leave_room(self) -> None:
        """Returns when bulk reading may ask again."""
        while (seconds := self.wait()) > 0:  # noqa: ASYNC110 - what is waited for is the time itself
            await asyncio.sleep(seconds)
