"""A request for approval as people see it: while it waits, and after it ended. Times are the business's."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.approval import State, Vote
from bot.domain.asked import Asked


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """One request. ``requester`` and ``told`` are Slack ids; ``votes`` the yes of each approver so far, times local.

    ``sentence``: how it stands or ended. ``invoice_id`` is empty when it is about several.
    """

    id: str
    kind: str
    asked: Asked
    state: State
    requester: str
    told: tuple[str, ...]
    number: int
    votes: tuple[Vote, ...]
    today: date
    created_at: datetime
    expires_at: datetime
    decided_by: str = ""
    decided_name: str = ""
    decided_at: datetime | None = None
    comment: str = ""
    sentence: str = ""
    invoice_id: str = ""
    syncro_url: str = ""

    @property
    def waits(self) -> bool:
        """Whether it can still be decided."""
        return self.state is State.WAITING
