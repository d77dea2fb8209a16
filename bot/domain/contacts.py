"""The words of the ladder: contacts made, contacts due now, and why something is not contacted.

Amounts are minor units of the named currency; days are past the due date; dates are the business's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.invoice import Invoice
from bot.domain.policy import Audience, Level, Track

#: Below every level's days: the invoice has heard nothing on that track.
NOTHING_HEARD = -10_000
#: Contacts in these stages count as made; an unknown one counts too, until a person decides.
COUNTING = frozenset({"claimed", "sent", "unknown"})
#: Who an internal contact can go to, in the order in which they are told.
INTERNAL_AUDIENCES: tuple[Audience, ...] = ("owner", "manager", "channel")


class Reason(StrEnum):
    """Why an invoice is, or is not, in a contact. Every unpaid invoice has one on each track."""

    LISTED = "listed"
    # The invoice.
    PAID = "paid"
    VOID = "void"
    DRAFT = "draft"
    NO_DUE_DATE = "no_due_date"
    BALANCE_UNKNOWN = "balance_unknown"
    NOTHING_OWED = "nothing_owed"
    DISPUTE = "dispute"
    SNOOZE = "snooze"
    PROMISE = "promise"
    SAYS_PAID = "says_paid"
    OPERATION_OPEN = "operation_open"
    OPERATION_UNKNOWN = "operation_unknown"
    # The customer.
    DO_NOT_CONTACT = "do_not_contact"
    NO_EMAIL = "no_email"
    OPTED_OUT = "opted_out"
    DISABLED = "disabled"
    AUTO_PAY = "auto_pay"
    NO_LADDER = "no_ladder"
    CREDIT_COVERS_IT = "credit_covers_it"
    BELOW_MINIMUM = "below_minimum"
    MAXIMUM_REACHED = "maximum_reached"
    DAILY_CAP = "daily_cap"
    RECENT_PAYMENT = "recent_payment"
    TOO_SOON = "too_soon"
    NOT_BUSINESS_DAY = "not_business_day"
    AUTOMATIC_OFF = "automatic_off"
    # The ladder.
    NOT_YET_DUE = "not_yet_due"
    LEVEL_NOT_DUE = "level_not_due"
    LAPSED = "lapsed"
    AWAITING_APPROVAL = "awaiting_approval"
    WAITING_FOR_CUSTOMER_LEVEL = "waiting_for_customer_level"
    LEVEL_ALREADY_HEARD = "level_already_heard"
    LADDER_FINISHED = "ladder_finished"


@dataclass(frozen=True, slots=True)
class PastContact:
    """A contact as the ledger holds it.

    ``listed`` pairs each invoice with the days of the level due for its own age on that day
    (``ListedInvoice.level_days``), which caps what it has heard. ``on`` is the business's date of the contact.
    """

    track: Track
    level_days: int
    level: str
    carrying_invoice_id: str
    listed: tuple[tuple[str, int], ...]
    on: date
    stage: str

    @property
    def counts(self) -> bool:
        """Whether it counts as made."""
        return self.stage in COUNTING


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """An invoice in a contact. ``level_due`` is the track's level due for its own age, ``None`` when none is yet."""

    invoice: Invoice
    days_past_due: int
    level_due: Level | None

    @property
    def level_days(self) -> int:
        """The days of ``level_due`` to store with the contact, or ``NOTHING_HEARD``."""
        return NOTHING_HEARD if self.level_due is None else self.level_due.days

    @property
    def level_name(self) -> str:
        """The name of ``level_due``, or empty."""
        return "" if self.level_due is None else self.level_due.name


@dataclass(frozen=True, slots=True)
class ContactNow:
    """A contact that is due today. ``total`` is the listed balances less the customer's credit."""

    customer_id: str
    customer_name: str
    currency: str
    track: Track
    carrying: Invoice
    level: Level
    listed: tuple[ListedInvoice, ...]
    total: int
    audiences: tuple[Audience, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it among the customer's contacts: currency, track, carrying invoice, level."""
        return (self.currency, self.track, self.carrying.id, self.level.name)

    def as_past(self, on: date, stage: str = "sent") -> PastContact:
        """How the ledger remembers this contact once it is made on ``on``."""
        listed = tuple((item.invoice.id, item.level_days) for item in self.listed)
        return PastContact(self.track, self.level.days, self.level.name, self.carrying.id, listed, on, stage)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why something is contacted or, mostly, is not: a code and a sentence for a person."""

    reason: Reason
    sentence: str


@dataclass(frozen=True, slots=True)
class TrackDecision:
    """What to do for one customer, currency and track today.

    ``proposal`` is a contact whose level needs approval: it must not be sent before a person has approved it.
    ``reasons`` says of each invoice, by id, why it is in today's contact or in none.
    """

    currency: str
    track: Track
    outcome: ContactNow | Stop
    proposal: ContactNow | None
    reasons: Mapping[str, Stop]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything decided about one customer on one day."""

    customer_id: str
    tracks: tuple[TrackDecision, ...]

    @property
    def contacts(self) -> tuple[ContactNow, ...]:
        """The contacts to make now; none of them needs approval."""
        return tuple(track.outcome for track in self.tracks if isinstance(track.outcome, ContactNow))

    @property
    def proposals(self) -> tuple[ContactNow, ...]:
        """The contacts that wait for a person's approval."""
        return tuple(track.proposal for track in self.tracks if track.proposal is not None)

    def reasons(self, invoice_id: str) -> dict[Track, Stop]:
        """What was decided about one invoice, by track."""
        return {
            track.track: track.reasons[invoice_id] for track in self.tracks if invoice_id in track.reasons
        }
