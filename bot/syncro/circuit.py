"""A circuit breaker: a Syncro that doesn't answer is left alone for a while, and then asked by one request."""

import time
from collections.abc import Callable
from typing import NamedTuple

from bot.syncro.pace import Lane
from bot.syncro.status import say_span

#: Failures in a row that open it. The repeats of a read don't count, so one click alone never does.
FAILURES = 4
#: Seconds until the next try, the longer the more tries have failed.
PAUSES = (5.0, 10.0, 20.0, 40.0, 60.0)
#: Seconds for which a try is kept for a person before work in the background may take it.
KEPT_FOR_PEOPLE = 2.0
#: A failure so many seconds after the last one says nothing about it: the row begins anew.
_ROW_LASTS = 300.0


class Departure(NamedTuple):
    """A request that left: in which state of the circuit, and whether it was a repeat of one that failed before."""

    round: int
    repeated: bool


class Circuit:
    """Closed, everything may leave; open, nothing; after a pause one request may, and its answer closes it.

    A failure is what brought no readable answer: no connection, a timeout, a server error, rubbish. A clear no is
    an answer. Times are seconds on ``monotonic``.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._since = self._last = 0.0
        self._next_try: float | None = None
        self._tries = 0
        self._trying = False
        self._round = 0

    @property
    def is_open(self) -> bool:
        """Whether requests are held back."""
        return self._next_try is not None

    def refusal(self, lane: Lane) -> str:
        """Why a request of this lane may not leave now, as a clause; empty text when it may."""
        if self._next_try is None:
            return ""
        now = self._monotonic()
        wait = self._next_try - now + (KEPT_FOR_PEOPLE if lane is Lane.BACKGROUND else 0.0)
        if wait <= 0 and not self._trying:
            return ""
        again = "is just trying again" if self._trying else f"tries again in {say_span(wait)}"
        return f"Syncro hasn't answered for {say_span(now - self._since)}; Duebot {again}"

    def leave(self, repeated: bool = False) -> Departure:
        """A request leaves that ``refusal`` allowed; ``failed`` or ``abandoned`` may have to be told of it."""
        self._trying = self.is_open
        return Departure(self._round, repeated)

    def answered(self) -> bool:
        """A request was answered, whenever it left: Syncro is there. True when that closed the circuit."""
        was_open = self.is_open
        self._failures = self._tries = 0
        self._next_try = None
        self._trying = False
        self._round += was_open
        return was_open

    def failed(self, left: Departure) -> bool:
        """A request got no answer. True when that opened the circuit.

        One that left before the circuit opened or closed tells nothing about it any more.
        """
        if left.round != self._round:
            return False
        now = self._monotonic()
        if self.is_open:
            self._open(now)
            return False
        if left.repeated:
            return False
        if not self._failures or now - self._last > _ROW_LASTS:
            self._failures, self._since = 0, now
        self._failures += 1
        self._last = now
        if self._failures < FAILURES:
            return False
        self._open(now)
        return True

    def abandoned(self, left: Departure) -> None:
        """Whoever sent a request stopped waiting for it: another one may try."""
        if left.round == self._round:
            self._trying = False

    def _open(self, now: float) -> None:
        self._next_try = now + PAUSES[min(self._tries, len(PAUSES) - 1)]
        self._tries += 1
        self._trying = False
        self._round += 1
