"""What is told of holds: that one was noted or ended, which promises are broken, which disputes are still open.

Amounts are minor units of the named currency; dates are the business's.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.domain.holds import Hold
from bot.domain.invoice import Invoice


@dataclass(frozen=True, slots=True)
class HoldChange:
    """A hold that a person noted (``placed``) or ended. ``reason`` is why it ended.

    ``invoices`` are those that it names; none when it is about all of the customer's.
    """

    hold: Hold
    done: Literal["placed", "ended"]
    actor_id: str
    customer_name: str
    currency: str
    invoices: tuple[Invoice, ...]
    today: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A hold that somebody should see to, with its customer's unpaid invoices that it is about."""

    hold: Hold
    noted_on: date
    customer_name: str
    currency: str
    invoices: tuple[Invoice, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeldReport:
    """Holds gathered into one message for the person who looks after the customers. ``as_of``: when Syncro was read."""

    today: date
    items: tuple[HeldItem, ...]
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class HoldPast:
    """A hold in an invoice's history. ``ended_on`` is ``None`` while it is open; ``ended_by`` is a person's Slack id,
    a name, or "system"; ``outcome`` of a promise is kept, broken or moved."""

    hold: Hold
    currency: str
    noted_on: date
    ended_on: date | None = None
    ended_by: str = ""
    reason: str = ""
    outcome: str = ""
