"""What the ladder is told about sending: whether it may, how, and what people have decided so far.

Dates are the business's own; amounts are minor units.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from bot.domain.contacts import Reason
from bot.domain.policy import Level

#: Currency, track, id of the carrying invoice, and name of the level.
ContactKey = tuple[str, str, str, str]

#: What a person who reminds by hand may override after being asked (docs/ladder.md).
OVERRIDABLE = frozenset(
    {
        Reason.TOO_SOON,
        Reason.RECENT_PAYMENT,
        Reason.BELOW_MINIMUM,
        Reason.MAXIMUM_REACHED,
        Reason.DAILY_CAP,
        Reason.NOT_BUSINESS_DAY,
    }
)


@dataclass(frozen=True, slots=True)
class Skip:
    """A proposal that a person skipped: it isn't made again before ``until``."""

    until: date
    by_name: str


@dataclass(frozen=True, slots=True)
class Sending:
    """Facts about sending to one customer.

    ``automatic``: sending to customers is on. ``email_text``: Syncro sends our text; else only its own about one
    invoice, and every level without ``stock_email`` is a task for the owner. ``old_book``: ids of invoices that were
    past due before sending was started and that no person has approved yet. ``approved`` and ``skipped``: what people
    have decided. ``overridden``: reasons that a person who reminds by hand overrides. ``account_credit``: money that
    the customer has paid without an invoice, in their own currency.
    """

    automatic: bool = False
    email_text: bool = True
    old_book: Collection[str] = frozenset()
    approved: Collection[ContactKey] = frozenset()
    skipped: Mapping[ContactKey, Skip] = field(default_factory=lambda: MappingProxyType({}))
    overridden: Collection[Reason] = frozenset()
    account_credit: int = 0

    def by_task(self, level: Level) -> bool:
        """Whether a person must mail this level, because Syncro can't send our text."""
        return not self.email_text and not level.stock_email

    def by_stock_email(self, level: Level) -> bool:
        """Whether Syncro's own email about one invoice is sent for this level."""
        return not self.email_text and level.stock_email
