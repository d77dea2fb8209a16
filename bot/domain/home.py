"""What App Home shows of one person's day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.approval_card import ApprovalCard
from bot.domain.digest import PromiseLine
from bot.domain.facts import AgingTotals, Debtor, OpenOperation


@dataclass(frozen=True, slots=True)
class Home:
    """What is overdue, who owes most, what waits, and what failed or is unknown.

    ``proposals`` counts contacts that an approver must decide on, ``mails`` those that this person has to send.
    ``promises`` are due today. ``approvals`` this person may decide. ``digests`` are channels with their time.
    """

    today: dt.date
    role: str
    totals: tuple[AgingTotals, ...]
    mine: tuple[Debtor, ...]
    unsettled: tuple[OpenOperation, ...]
    failures: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    as_of: dt.datetime | None = None
    proposals: int = 0
    mails: int = 0
    approvals: tuple[ApprovalCard, ...] = ()
    promises: tuple[PromiseLine, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
