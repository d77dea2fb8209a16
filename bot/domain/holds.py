"""Holds: what a customer said, or a person decided, that stops the chasing of an invoice (docs/ladder.md).

Amounts are minor units; dates are the business's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.calendar import BusinessCalendar
from bot.domain.contacts import Reason, Stop
from bot.domain.dates import say_date
from bot.domain.invoice import Invoice


class HoldKind(StrEnum):
    """What kind of hold it is. The order of ``_RANK`` says which one is named when several stand."""

    DISPUTE = "dispute"
    PROMISE = "promise"
    SAYS_PAID = "says_paid"
    SNOOZE = "snooze"
    DO_NOT_CONTACT = "do_not_contact"


#: A dispute outranks a promise, and so on.
_RANK = (HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.SAYS_PAID, HoldKind.SNOOZE)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of a payment plan: ``amount`` more is to have come by ``due``."""

    due: date
    amount: int


@dataclass(frozen=True, slots=True)
class Hold:
    """An open hold. ``invoice_ids`` are the invoices that it names; none at all means all of the customer's.

    ``until`` is the promised date of a promise, the last day of a claim to have paid, and the day on which a snooze
    is over; ``None`` for what stands until a person ends it. ``amount`` and ``said_by`` are a promise's;
    ``instalments`` make it a payment plan: by date, the last on ``until``, ``amount`` being their sum.
    """

    id: str
    kind: HoldKind
    customer_id: str
    invoice_ids: tuple[str, ...] = ()
    until: date | None = None
    note: str = ""
    by_name: str = ""
    amount: int | None = None
    said_by: str = ""
    instalments: tuple[Instalment, ...] = ()

    def covers(self, invoice_id: str) -> bool:
        """Whether it is about this invoice of its customer."""
        return not self.invoice_ids or invoice_id in self.invoice_ids

    def concerns(self, invoice: Invoice) -> bool:
        """Whether it is about this invoice of anybody. One that is named stays so when it goes to another customer."""
        return invoice.id in self.invoice_ids if self.invoice_ids else invoice.customer_id == self.customer_id

    def stands(self, today: date, calendar: BusinessCalendar) -> bool:
        """Whether it holds on ``today``: a promise to the end of the business day after its date, a snooze until
        the day that it names, a claim to have paid through its last day, all others until they are ended."""
        if self.until is None:
            return True
        match self.kind:
            case HoldKind.PROMISE:
                return today <= calendar.add_days(self.until, 1)
            case HoldKind.SNOOZE:
                return today < self.until
            case _:
                return today <= self.until


def named_by(invoices: Iterable[Invoice], today: date) -> tuple[Invoice, ...]:
    """What a promise, or a claim to have paid, of a whole customer is about, in the order given.

    Those past due with a known balance; when none is, all that are open.
    """
    owed = [one for one in invoices if one.unpaid and one.balance is not None and one.balance > 0]
    return tuple([one for one in owed if one.overdue(today)] or owed)


def hold_stop(holds: Iterable[Hold], invoice_id: str, today: date, calendar: BusinessCalendar) -> Stop | None:
    """Why an invoice is held on both tracks, or ``None``. Do-not-contact is the customer's: it is not asked here."""
    named = [
        hold
        for hold in holds
        if hold.kind in _RANK and hold.covers(invoice_id) and hold.stands(today, calendar)
    ]
    if not named:
        return None
    first = min(named, key=lambda hold: _RANK.index(hold.kind))
    return Stop(Reason(first.kind.value), _sentence(first))


def no_contact_stop(holds: Iterable[Hold], today: date, calendar: BusinessCalendar) -> Stop | None:
    """Why the customer must not be contacted at all, or ``None``. It holds the customer track only."""
    for hold in holds:
        if hold.kind is HoldKind.DO_NOT_CONTACT and hold.stands(today, calendar):
            return Stop(Reason.DO_NOT_CONTACT, f"This customer must not be contacted.{_noted(hold)}")
    return None


def _noted(hold: Hold) -> str:
    if not hold.by_name:
        return ""
    return f" {hold.by_name} noted it" + (f": “{hold.note}”." if hold.note else ".")


def _sentence(hold: Hold) -> str:
    noted = _noted(hold)
    until = say_date(hold.until) if hold.until else ""
    match hold.kind:
        case HoldKind.DISPUTE:
            return f"The customer disputes it.{noted}"
        case HoldKind.PROMISE:
            parts = len(hold.instalments)
            how = f"in {parts} instalments, the last on" if parts else "for"
            return f"It is promised {how} {until}.{noted}"
        case HoldKind.SAYS_PAID:
            return f"The customer says that it is paid; it is held through {until}.{noted}"
        case _:
            return f"It is snoozed until {until}.{noted}"
