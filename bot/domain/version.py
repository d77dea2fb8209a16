"""What an invoice looked like when a person saw it, and whether a later difference matters.

The version is a set of short fingerprints, one per aspect, so that a later
difference can be named without keeping the customer's text.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.dates import say_date
from bot.domain.invoice import Invoice, Status
from bot.domain.money import say_money

#: For payment, void, send, contact and approval.
MATTERS_FOR_MONEY = ("status", "total", "balance", "due_date", "lines", "payments")


@dataclass(frozen=True, slots=True)
class Version:
    """Aspects of an invoice as seen, as text that can be stored. ``lines`` and ``payments`` are hashes."""

    aspects: tuple[tuple[str, str], ...]

    def to_json(self) -> str:
        """Text for the store."""
        return json.dumps(dict(self.aspects), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Version":
        """The version that ``to_json`` wrote."""
        return cls(tuple(sorted(json.loads(text).items())))

    @property
    def balance(self) -> int | None:
        """What was open, in minor units; ``None`` is unknown."""
        text = dict(self.aspects).get("balance", "")
        return int(text) if text else None

    @property
    def due_date(self) -> date | None:
        """When it was due."""
        text = dict(self.aspects).get("due_date", "")
        return date.fromisoformat(text) if text else None


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:20]


def version_of(invoice: Invoice) -> Version:
    """The version of a live-read invoice; sent and viewed count as one status."""
    status = "sent" if invoice.status is Status.VIEWED else invoice.status.value
    lines = [
        [line.id, str(line.quantity.normalize()), str(line.price.normalize()), line.taxable]
        for line in invoice.lines or ()
    ]
    return Version(
        tuple(
            sorted(
                {
                    "status": status,
                    "due_date": str(invoice.due_date or ""),
                    "total": str(invoice.total),
                    "balance": "" if invoice.balance is None else str(invoice.balance),
                    "notes": _hash(invoice.notes),
                    "terms": _hash(invoice.terms),
                    "lines": _hash(lines),
                    "payments": _hash(sorted(payment.id for payment in invoice.payments or ())),
                }.items()
            )
        )
    )


def differences(seen: Version, now: Invoice, aspects: Iterable[str]) -> list[str]:
    """Sentences for each of ``aspects`` in which ``now`` differs from what was ``seen``."""
    before, after = dict(seen.aspects), dict(version_of(now).aspects)
    return [
        _sentence(name, before.get(name, ""), after[name], now.currency)
        for name in aspects
        if before.get(name, "") != after[name]
    ]


def _day(text: str) -> str:
    return say_date(date.fromisoformat(text)) if text else "not set"


def _sentence(name: str, before: str, after: str, currency: str) -> str:
    def amount(text: str) -> str:
        return say_money(int(text) if text else None, currency)

    match name:
        case "status":
            return f"It was {before}; now it is {after}."
        case "total" | "balance":
            return f"The {name} was {amount(before)}; now it is {amount(after)}."
        case "due_date":
            return f"The due date was {_day(before)}; now it is {_day(after)}."
        case "payments":
            return "Its payments have changed."
        case "lines":
            return "Its line items have changed."
        case _:
            return f"Its {name} have changed."
