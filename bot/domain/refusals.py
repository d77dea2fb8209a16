"""What was turned away and why, counted since the start."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Refusal(StrEnum):
    """Why a request was turned away before anything was done."""

    #: No signature, a wrong one, or a wrong secret in the webhook's address.
    FORGED = "forged"
    #: Signed for another time than now, or for none.
    STALE = "stale"
    #: The very same signed request came before.
    REPLAYED = "replayed"
    #: A body larger than the route takes.
    TOO_LARGE = "too_large"
    #: More requests than the route takes.
    TOO_FAST = "too_fast"
    #: A body that can't be read, or that didn't arrive in time.
    UNREADABLE = "unreadable"
    #: Signed by Slack, of another workspace than the bot's.
    CROSS_WORKSPACE = "cross_workspace"
    #: A command, button, menu, form, shortcut or event that this build doesn't have.
    UNKNOWN = "unknown"
    #: A value or form that no view of ours sends: misshapen, another person's, or of an id that isn't kept.
    TAMPERED = "tampered"
    #: The person's role doesn't permit it.
    NO_ROLE = "no_role"
    #: Too much was being worked on.
    BUSY = "busy"


class Refusals:
    """The counts. One object for all doors, made in the composition root."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(Refusal, 0)

    def count(self, reason: Refusal) -> None:
        """One more."""
        self._counts[reason] += 1

    @property
    def counts(self) -> Mapping[Refusal, int]:
        """How many of each, those that never happened too."""
        return MappingProxyType(self._counts)
