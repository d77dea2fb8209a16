"""Why one invoice is, or is not, chased today, what was said about it before, and what held it.

Amounts are minor units of the invoice's currency; dates are the business's.
"""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.fee_facts import FeeCard
from bot.domain.hold_facts import HoldPast
from bot.domain.invoice import Invoice


@dataclass(frozen=True, slots=True)
class TrackReason:
    """What the ladder decides on one track today: a code and a sentence, never empty."""

    track: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """A contact that listed the invoice. ``to`` are Slack ids, channels or addresses; ``reason`` why it didn't go.

    ``by`` is who reminded by hand, empty for the ladder's own; ``decided`` says who approved or skipped it.
    """

    on: date
    level: str
    track: str
    stage: str
    to: tuple[str, ...]
    balance: int
    days_past_due: int
    policy_version: str
    reason: str = ""
    by: str = ""
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole account of one invoice's chasing: contacts, late fees and holds, open and ended, the newest first.

    ``note`` says what is not as of ``on``.
    """

    invoice: Invoice
    on: date
    tracks: tuple[TrackReason, ...]
    told: tuple[Told, ...]
    as_of: datetime
    note: str = ""
    held: tuple[HoldPast, ...] = ()
    fees: tuple[FeeCard, ...] = ()
