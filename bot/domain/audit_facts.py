"""Who did what, as it is shown: gathered from the audit, drawn by views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.invoice import Invoice


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act. ``at`` is in the business's time zone; ``by_id`` a Slack user's id, else empty.

    ``by_name`` is their name as it was seen then. ``before`` and ``after`` are JSON values, money in minor units.
    """

    at: datetime
    by_id: str
    by_name: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InvoiceLog:
    """What was done to one invoice, the newest first; ``older`` counts the acts before those listed."""

    invoice: Invoice
    today: date
    entries: tuple[LogEntry, ...]
    older: int = 0


@dataclass(frozen=True, slots=True)
class RecordState:
    """How long the audit record is and how it ends, and what a check of it has found. It names nobody.

    ``problems`` are the first sentences of the check, ``more`` counts the others; ``keyed`` is whether there is a key.
    """

    entries: int
    head: str
    problems: tuple[str, ...] = ()
    more: int = 0
    keyed: bool = True
