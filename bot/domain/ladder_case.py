"""One customer, one currency, one track, one day: the facts that the ladder decides on."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.domain.calendar import BusinessCalendar
from bot.domain.contacts import NOTHING_HEARD, PastContact, Reason, Stop
from bot.domain.dates import say_date
from bot.domain.invoice import Customer, Invoice
from bot.domain.policy import Level, Policy, Track
from bot.domain.sending import ContactKey, Sending


def carrying_order(invoice: Invoice) -> tuple[date, int, str]:
    """Earliest due date first, then lowest id (ids are numbers as text, so the shorter one is lower)."""
    return (invoice.due_date or date.max, len(invoice.id), invoice.id)


def _due_date(invoice: Invoice) -> date:
    return invoice.due_date or date.max


def track_levels(policy: Policy, track: Track) -> tuple[Level, ...]:
    """The levels of ``track``, by days."""
    return policy.ladder.tracks[track]


def past_levels(policy: Policy, track: Track) -> tuple[Level, ...]:
    """The levels of ``track`` from the due date on, by days."""
    return _from_due(track_levels(policy, track))


def _from_due(levels: Sequence[Level]) -> tuple[Level, ...]:
    return tuple(level for level in levels if level.days >= 0)


@dataclass(frozen=True)
class Case:
    """Facts about one customer in one currency on one track. ``invoices`` are in carrying order.

    ``held`` are invoices with a stop of their own; ``credit`` is positive, in minor units; ``contacts`` are those
    that count, of both tracks. ``no_contact`` is the stop of a customer whom nobody may contact. ``last_payment`` is
    the newest booked payment's date. ``sending`` says what may be sent, how, and what people decided.
    """

    customer: Customer
    currency: str
    track: Track
    invoices: tuple[Invoice, ...]
    held: Mapping[str, Stop]
    credit: int
    contacts: tuple[PastContact, ...]
    policy: Policy
    calendar: BusinessCalendar
    today: date
    no_contact: Stop | None
    last_payment: date | None
    sending: Sending

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """All levels of this track, by days."""
        return track_levels(self.policy, self.track)

    @cached_property
    def eligible(self) -> tuple[Invoice, ...]:
        """Invoices without a stop of their own."""
        return tuple(invoice for invoice in self.invoices if invoice.id not in self.held)

    @cached_property
    def past_due(self) -> tuple[Invoice, ...]:
        """Eligible invoices due before today."""
        return self.eligible[: self._due_from_today]

    @cached_property
    def upcoming(self) -> tuple[Invoice, ...]:
        """Eligible invoices due today or later."""
        return self.eligible[self._due_from_today :]

    @cached_property
    def _due_from_today(self) -> int:
        """Where these begin: in carrying order the earlier ones come first."""
        return bisect_left(self.eligible, self.today, key=_due_date)

    @cached_property
    def past_due_total(self) -> int:
        """What a contact about all eligible past-due invoices asks for: their balances less the credit."""
        return self.net(self.past_due)

    def net(self, listed: Sequence[Invoice]) -> int:
        """The balances of ``listed`` less the customer's credit."""
        return sum(invoice.balance or 0 for invoice in listed) - self.credit

    def key(self, carrying: Invoice, level: Level) -> ContactKey:
        """What names the contact that ``carrying`` leads at ``level``."""
        return (self.currency, self.track, carrying.id, level.name)

    def approved(self, carrying: Invoice, level: Level) -> bool:
        """Whether a person has let this contact out."""
        return self.key(carrying, level) in self.sending.approved

    def skipped(self, carrying: Invoice, level: Level) -> Stop | None:
        """Why this proposal is not made again yet, or ``None``."""
        skip = self.sending.skipped.get(self.key(carrying, level))
        if skip is None or self.today >= skip.until:
            return None
        return Stop(
            Reason.AWAITING_APPROVAL,
            f"{skip.by_name} skipped the level “{level.name}”; it is proposed again on {say_date(skip.until)} "
            "at the earliest.",
        )

    def first_stop(self, *stops: Stop | None) -> Stop | None:
        """The first of ``stops`` that nobody overrides."""
        return next(
            (one for one in stops if one is not None and one.reason not in self.sending.overridden), None
        )

    def days(self, invoice: Invoice) -> int:
        """Days past due of an eligible invoice (which always has a due date)."""
        return (self.today - invoice.due_date).days if invoice.due_date else 0

    def heard(self, invoice: Invoice) -> int:
        """Days of the highest level that this invoice has heard on this track, or ``NOTHING_HEARD``."""
        return self._heard.get(invoice.id, NOTHING_HEARD)

    @cached_property
    def _heard(self) -> dict[str, int]:
        highest: dict[str, int] = {}
        for contact in self.contacts:
            if contact.track == self.track:
                for id, own_level in contact.listed:
                    highest[id] = max(highest.get(id, NOTHING_HEARD), min(contact.level_days, own_level))
        return highest

    @cached_property
    def emails(self) -> tuple[PastContact, ...]:
        """Contacts of the customer track, in any currency."""
        return tuple(contact for contact in self.contacts if contact.track == "customer")

    @cached_property
    def chasing_emails(self) -> tuple[PastContact, ...]:
        """Those about something past due: courtesies are none."""
        return tuple(contact for contact in self.emails if contact.level_days >= 0)

    def level_at(self, days: int) -> Level | None:
        """The highest level of this track that is due for an invoice so many days past due."""
        reached = bisect_right(self._days_of_levels, days)
        return self.levels[reached - 1] if reached else None

    @cached_property
    def _days_of_levels(self) -> list[int]:
        return [level.days for level in self.levels]

    @cached_property
    def past_levels(self) -> tuple[Level, ...]:
        """The levels of this track from the due date on, by days."""
        return _from_due(self.levels)

    @cached_property
    def courtesy_levels(self) -> tuple[Level, ...]:
        """The levels of this track before the due date, by days."""
        return tuple(level for level in self.levels if level.days < 0)

    def not_yet_due(self, invoice: Invoice) -> Stop:
        """The reason of an eligible invoice that is due today or later and has no level waiting."""
        if invoice.due_date == self.today and self.courtesy_levels:
            last = self.courtesy_levels[-1]
            if self.heard(invoice) < last.days:
                return Stop(Reason.LAPSED, f"It is due today, so the level “{last.name}” is no longer sent.")
        day = "" if invoice.due_date is None else f" It is due on {say_date(invoice.due_date)}."
        return Stop(Reason.NOT_YET_DUE, f"It is not past due.{day}")
