"""Calls to customers: what came of them, and when to call next. Dates are the business's own."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CallOutcome(StrEnum):
    """What came of a call."""

    NO_ANSWER = "no_answer"
    LEFT_MESSAGE = "left_message"
    PROMISE = "promise"
    DISPUTE = "dispute"
    WRONG_PERSON = "wrong_person"

    @property
    def words(self) -> str:
        """How it is said: "left message"."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made on ``on``. ``next_on`` is the day to call again, ``None`` when nobody said so."""

    id: str
    customer_id: str
    outcome: CallOutcome
    on: date
    note: str = ""
    next_on: date | None = None
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class CallDraft:
    """A call as typed. ``outcome`` is the words of an outcome."""

    outcome: str = ""
    note: str = ""
    next_on: str = ""
