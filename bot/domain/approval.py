"""Requests for somebody else's word: who may give it, and how far one is (docs/approvals.md).

A request is frozen with the rules it began with: a later edit of the policy changes nothing about it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from bot.domain.errors import NotAllowed
from bot.domain.policy import Policy

OWN_REQUEST = "You asked for this yourself, so somebody else must decide it."
_OWN_DEPUTY = "You stand in only for whoever asked for this, so somebody else must decide it."


class State(StrEnum):
    """How far a request is."""

    WAITING = "waiting"
    APPROVED = "approved"
    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    #: What was seen is no longer so, or the invoice is void: nobody can approve it any more.
    STALE = "stale"


#: Something can still come of these.
OPEN = (State.WAITING, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may decide a request, frozen with it.

    ``deciders``: Slack users and user groups; ``delegates``: who stands in for whom; ``number``: how many must approve.
    """

    number: int
    deciders: frozenset[str]
    delegates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        """A value for the store."""
        return {"number": self.number, "deciders": sorted(self.deciders), "delegates": dict(self.delegates)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote."""
        return cls(int(value["number"]), frozenset(value["deciders"]), dict(value["delegates"]))


def rules_of(policy: Policy) -> Rules:
    """The rules with which a request begins now."""
    approvals, roles = policy.approvals, policy.roles
    return Rules(approvals.number, roles.approvers | roles.admins, dict(approvals.delegates))


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's yes. ``principal`` is in whose right: the person's own, or somebody's for whom they stand in."""

    user_id: str
    name: str
    principal: str
    comment: str
    at: datetime


def principal_of(
    user_id: str, principals: Collection[str], concerned: Collection[str], votes: Sequence[Vote] = ()
) -> str:
    """In whose right this person may decide: their own first. Raises ``NotAllowed``.

    ``principals`` are those in whose right they could decide anything (themselves, and for whom they stand in).
    ``concerned`` asked for it or changed it: they decide nothing of it, nor does who stands in only for them. No right
    is used twice, and whoever stands in for somebody doesn't count beside them, whoever of the two came first.
    """
    if user_id in concerned:
        raise NotAllowed(OWN_REQUEST)
    if any(vote.user_id == user_id for vote in votes):
        raise NotAllowed("You have approved this already. It needs one more person.")
    free = [one for one in _own_first(user_id, principals) if one not in concerned]
    if not free:
        raise NotAllowed(_OWN_DEPUTY)
    used = {vote.principal: vote.name for vote in votes}
    used |= {vote.user_id: vote.name for vote in votes}
    unused = [one for one in free if one not in used]
    if user_id in used or not unused:
        by = used[user_id if user_id in used else free[0]]
        raise NotAllowed(f"{by} has approved this in the same right already. It needs one more person.")
    return unused[0]


def _own_first(user_id: str, principals: Collection[str]) -> list[str]:
    return sorted(principals, key=lambda one: (one != user_id, one))
