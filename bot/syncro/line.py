"""The line to Syncro that all requests share: its pace, its circuit, and the count of what went over it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain.errors import SyncroLimited, SyncroLost, SyncroNotSent, SyncroRefused
from bot.syncro.circuit import Circuit, Departure
from bot.syncro.pace import Lane, Pace, Paused
from bot.syncro.status import Task, moment_of, paused, say_span

log = structlog.get_logger()


class HeldBack(SyncroNotSent):
    """It was kept here by our own pace or circuit: to repeat it at once would not help."""


class Outcome(StrEnum):
    """How a request ended. ``HELD`` never left: pace or circuit kept it here."""

    ANSWERED = "answered"
    REFUSED = "refused"
    LIMITED = "limited"
    LOST = "lost"
    NOT_SENT = "not_sent"
    ABANDONED = "abandoned"
    HELD = "held"


@dataclass
class Traffic:
    """What went over the line since the start: requests by lane and outcome, seconds waited for a turn by lane."""

    requests: Counter[tuple[Lane, Outcome]] = field(default_factory=Counter)
    waited: dict[Lane, float] = field(default_factory=lambda: dict.fromkeys(Lane, 0.0))


class Line:
    """Gives each request its turn, and learns from how it ends. ``now`` gives an aware UTC time."""

    def __init__(
        self, pace: Pace, circuit: Circuit, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.circuit = circuit
        self.traffic = Traffic()
        self.skew: timedelta | None = None
        self._pace = pace
        self._now = now

    @asynccontextmanager
    async def turn(
        self, lane: Lane, task: Task, patience: float | None, repeated: bool = False
    ) -> AsyncIterator[None]:
        """The time between a request's leaving and its end; ``repeated``: the same one has failed just before.

        Raises when it may not leave: ``SyncroLimited`` at once while Syncro wants a long pause; ``HeldBack`` at once
        while the circuit is open, else after ``patience`` seconds (``None``: it waits as long as it takes).
        """
        try:
            left = await self._depart(lane, task, patience, repeated)
        except (HeldBack, SyncroLimited):
            self.traffic.requests[lane, Outcome.HELD] += 1
            raise
        error: BaseException | None = None
        try:
            yield
        except BaseException as caught:
            error = caught
            raise
        finally:
            self.traffic.requests[lane, self._learn(left, error)] += 1
            self._pace.leave(lane)

    def set_by(self, date: str) -> None:
        """Notes how Syncro's clock differs from ours, by the ``Date`` of an answer (RFC 9110)."""
        if told := moment_of(date):
            self.skew = told - self._now()

    async def _depart(self, lane: Lane, task: Task, patience: float | None, repeated: bool) -> Departure:
        """Waits for a turn; nothing may be awaited between what this returns and the request's first byte."""
        self._refuse_while_open(lane, task)
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(patience):
                await self._pace.enter(lane)
        except Paused as error:
            raise paused(task, error.seconds) from None
        except TimeoutError:
            raise _held_back(task, self._delay(), "; try again in a minute") from None
        finally:
            self.traffic.waited[lane] += asyncio.get_running_loop().time() - began
        try:
            self._refuse_while_open(lane, task)  # It may have opened in the meantime.
        except HeldBack:
            self._pace.give_back(lane)
            raise
        return self.circuit.leave(repeated)

    def _refuse_while_open(self, lane: Lane, task: Task) -> None:
        if reason := self.circuit.refusal(lane):
            raise _held_back(task, reason)

    def _delay(self) -> str:
        """Why a turn did not come, as a clause."""
        if left := self._pace.paused():
            return f"Syncro asks for a pause of {say_span(left)} more"
        return f"too many requests to Syncro are waiting, and it takes {self._pace.per_minute} a minute"

    def _learn(self, left: Departure, error: BaseException | None) -> Outcome:
        """What the end of a request says about Syncro: whether it answers, and whether it wants a pause."""
        match error:
            case None:
                outcome = Outcome.ANSWERED
            case SyncroRefused():
                outcome = Outcome.REFUSED
            case SyncroLimited():
                outcome = Outcome.LIMITED
                self._pace.pause(error.retry_after)
            case SyncroLost() | SyncroNotSent():
                if self.circuit.failed(left):
                    log.warning("syncro_circuit_opened", reason=type(error).__name__)
                return Outcome.LOST if isinstance(error, SyncroLost) else Outcome.NOT_SENT
            case _:
                self.circuit.abandoned(left)
                return Outcome.ABANDONED
        if self.circuit.answered():
            log.warning("syncro_circuit_closed")
        return outcome


def _held_back(task: Task, reason: str, advice: str = "") -> HeldBack:
    return HeldBack(f"Duebot could not {task.doing}: {reason}. Nothing was sent{advice}.")
