"""The worklist's order: which customers most deserve a call today (docs/ladder.md).

A debt weighs more with its age (``aging.score``), more with broken promises, and less when somebody was just in
touch. A day that was agreed for the next call goes before the last contact. Dates are the business's own.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: Each broken promise adds so much in percent, up to so many of them.
_BROKEN, _MOST_BROKEN = 25, 4
#: Percent on the day of a contact, and how much each day after it gives back.
_FRESH, _A_DAY = 30, 10
#: Percent while the day of the next call is still ahead, and from that day on.
_AHEAD, _DUE = 10, 200
#: Broken promises count for so many days.
BROKEN_DAYS = 180


class Only(StrEnum):
    """What the worklist shows: everybody, or those with something to follow up."""

    EVERYBODY = "all"
    CALL_TASKS = "call_tasks"
    BROKEN_PROMISES = "broken_promises"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How we stand with a customer, from our own ledgers.

    ``call_task``: the day since which their owner has been asked to call. ``broken``: promises broken within
    ``BROKEN_DAYS``. ``promised``: the date of the earliest open promise. ``last_contact``: of a reminder to the
    customer or a logged call, the later. ``next_call``: the day named by the last call.
    """

    call_task: date | None = None
    broken: int = 0
    promised: date | None = None
    disputed: bool = False
    do_not_contact: bool = False
    last_contact: date | None = None
    next_call: date | None = None


NOTHING_KNOWN = Standing()


def score(debt: int, standing: Standing, today: date) -> int:
    """How much a customer deserves a call. ``debt`` is ``aging.score`` of what they owe; only the order matters."""
    promises = 100 + _BROKEN * min(standing.broken, _MOST_BROKEN)
    return debt * promises * _timing(standing, today)


def _timing(standing: Standing, today: date) -> int:
    if standing.next_call is not None:
        return _DUE if standing.next_call <= today else _AHEAD
    if standing.last_contact is None:
        return 100
    return min(100, _FRESH + _A_DAY * max(0, (today - standing.last_contact).days))


def fits(standing: Standing, only: Only) -> bool:
    """Whether a customer is among those that are shown."""
    match only:
        case Only.CALL_TASKS:
            return standing.call_task is not None
        case Only.BROKEN_PROMISES:
            return standing.broken > 0
        case Only.DISPUTED:
            return standing.disputed
        case _:
            return True
