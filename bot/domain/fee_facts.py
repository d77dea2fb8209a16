"""Late fees as people see them: while they wait, and after somebody has decided.

Amounts are minor units of the named currency; dates are the business's, times local.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class FeeCard:
    """One late fee. ``state`` as in the ledger; ``percent`` is empty for a fixed amount; ``reason`` why it ended.

    ``needed`` people must approve it, ``voted`` have, by name.
    """

    id: str
    invoice_id: str
    number: str
    customer_name: str
    currency: str
    level: str
    contacted_on: date
    base: int
    amount: int
    percent: str
    state: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    proposed_on: date
    needed: int = 1
    voted: tuple[str, ...] = ()

    @property
    def awaits(self) -> bool:
        """Whether a person must still decide."""
        return self.state == "planned"


@dataclass(frozen=True, slots=True)
class FeeReview:
    """Late fees to look through. ``id`` names the list, so that all of it can be approved."""

    id: str
    day: date
    cards: tuple[FeeCard, ...]

    @property
    def waiting(self) -> tuple[FeeCard, ...]:
        """Those that a person must still decide on."""
        return tuple(card for card in self.cards if card.awaits)
