"""Syncro's pace: who may send the next request, and when.

Syncro answers 180 requests a minute and address (its documented limit). People's requests go first. Work in the
background keeps to 140 of them, so a click in the middle of a long reading finds room.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

#: Requests in any sliding minute; Syncro refuses more.
PER_MINUTE = 180
#: Requests under way at once. The background holds at most half of them: two keep bulk reading going while one
#: answer travels, and a person finds the other two free, whatever it does.
AT_ONCE = 4
BACKGROUND_AT_ONCE = 2
_MINUTE = 60.0
#: The longest pause that Syncro may ask for; one that asks for more is tried again after it.
_LONGEST_PAUSE = 3600.0


class Lane(StrEnum):
    """Who waits for a request: a person, or work in the background, which makes way."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


#: Seconds of a pause that are waited out. A person rather hears at once that it takes longer; what is counted by
#: the minute is over after one, so work in the background waits for that.
PATIENCE = {Lane.INTERACTIVE: 30.0, Lane.BACKGROUND: 120.0}


class Paused(Exception):
    """Syncro asked for a pause that is longer than this lane waits; ``seconds`` are left of it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Pace:
    """Lets requests leave in turn: people's first, first come, first served within a lane.

    A request counts from when it leaves until a minute after its end: so whenever Syncro sees it in between, no
    minute of Syncro's holds more than ``per_minute``, nor more than 7/9 of that from the background. Times are
    seconds on ``monotonic``.
    """

    def __init__(self, per_minute: int = PER_MINUTE, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._background = max(1, per_minute * 7 // 9)
        self._monotonic = monotonic
        self._flying = dict.fromkeys(Lane, 0)
        self._ended: dict[Lane, deque[float]] = {lane: deque() for lane in Lane}
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}
        self._opens_at = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    async def enter(self, lane: Lane) -> None:
        """Returns when a request of this lane may leave; then ``leave`` or ``give_back`` must follow.

        Raises ``Paused``. Whoever is cancelled takes nothing away from the others.
        """
        if (left := self.paused()) > PATIENCE[lane]:
            raise Paused(left)
        turn = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            self._withdraw(lane, turn)
            raise

    def leave(self, lane: Lane) -> None:
        """A request that was let go has ended."""
        self._ended[lane].append(self._monotonic())
        self.give_back(lane)

    def give_back(self, lane: Lane) -> None:
        """A turn was not used: nothing left."""
        self._flying[lane] -= 1
        self._admit()

    def paused(self) -> float:
        """Seconds that are left of a pause that Syncro asked for."""
        return max(0.0, self._opens_at - self._monotonic())

    def pause(self, seconds: float) -> None:
        """Nothing leaves for this long, an hour at most. Who won't wait that long is told at once."""
        self._opens_at = max(self._opens_at, self._monotonic() + min(seconds, _LONGEST_PAUSE))
        left = self.paused()
        for lane, queue in self._waiting.items():
            while queue and left > PATIENCE[lane]:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_exception(Paused(left))

    def _withdraw(self, lane: Lane, turn: asyncio.Future[None]) -> None:
        """Somebody was cancelled while waiting, or in the very moment in which their turn came."""
        if turn.cancelled():
            with contextlib.suppress(ValueError):
                self._waiting[lane].remove(turn)
        elif turn.exception() is None:
            self.give_back(lane)

    def _admit(self) -> None:
        """Gives turns to whoever may leave now, and looks again when the next request has left the minute.

        What keeps a person waiting keeps the background waiting too, so nobody there overtakes a person.
        """
        now = self._monotonic()
        for ended in self._ended.values():
            while ended and ended[0] + _MINUTE <= now:
                ended.popleft()
        for lane, queue in self._waiting.items():
            while queue and self._has_room(lane, now):
                turn = queue.popleft()
                if not turn.done():
                    self._flying[lane] += 1
                    turn.set_result(None)
        self._set_alarm(now)

    def _has_room(self, lane: Lane, now: float) -> bool:
        used = {each: self._flying[each] + len(self._ended[each]) for each in Lane}
        if (
            now < self._opens_at
            or sum(self._flying.values()) >= AT_ONCE
            or sum(used.values()) >= self.per_minute
        ):
            return False
        return lane is Lane.INTERACTIVE or (
            self._flying[lane] < BACKGROUND_AT_ONCE and used[lane] < self._background
        )

    def _set_alarm(self, now: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        moments = [ended[0] + _MINUTE for ended in self._ended.values() if ended]
        if now < self._opens_at:
            moments.append(self._opens_at)
        if moments and any(self._waiting.values()):
            self._alarm = asyncio.get_running_loop().call_later(min(moments) - now, self._admit)
