"""Which level an invoice stands at, which one comes next, and why nothing is said when nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.contacts import INTERNAL_AUDIENCES, ContactNow, ListedInvoice, PastContact, Reason, Stop
from bot.domain.dates import say_date
from bot.domain.invoice import Invoice
from bot.domain.ladder_case import Case, past_levels
from bot.domain.ladder_stops import customer_stop
from bot.domain.policy import Audience, Level


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a past-due invoice stands: ``heard`` in days, and the levels now due above that.

    ``plain`` is the highest one that needs no approval; ``approval`` the highest of all, if it needs approval.
    """

    invoice: Invoice
    days: int
    heard: int
    plain: Level | None
    approval: Level | None

    @property
    def wants(self) -> bool:
        """Whether a level is due that it has not heard."""
        return self.plain is not None or self.approval is not None


def standing_of(case: Case, invoice: Invoice) -> Standing:
    """Where ``invoice`` stands on the case's track today."""
    days, heard = case.days(invoice), case.heard(invoice)
    due = [level for level in case.past_levels if heard < level.days <= days]
    plain = next((level for level in reversed(due) if not level.approval), None)
    approval = due[-1] if due and due[-1].approval else None
    return Standing(invoice, days, heard, plain, approval)


def why_silent(case: Case, standing: Standing) -> Stop:
    """Why an invoice to which no unheard level is due hears nothing today."""
    levels = case.past_levels
    ahead = next((level for level in levels if level.days > max(standing.days, standing.heard)), None)
    due = next((level for level in reversed(levels) if level.days <= standing.days), None)
    if due is None and ahead is not None:
        return Stop(
            Reason.LEVEL_NOT_DUE,
            f"It is {_days(standing.days)} past due; the level “{ahead.name}” comes at {ahead.days}.",
        )
    if ahead is None:
        return Stop(Reason.LADDER_FINISHED, "No level of the ladder is left for it.")
    said = due.name if due is not None else "courtesy"
    return Stop(
        Reason.LEVEL_ALREADY_HEARD,
        f"The level “{said}” has been used for it; “{ahead.name}” comes at {ahead.days} days past due.",
    )


def approval_wait(case: Case, standing: Standing) -> Stop | None:
    """Why a level that needs approval is not proposed yet, or ``None`` when it may be.

    It follows the customer track's last level before it by as many days as policy puts between the two, unless
    that one can't be sent because the customer can't be emailed.
    """
    level = standing.approval
    if level is None or case.no_contact is not None or customer_stop(case.customer) is not None:
        return None
    before = [one for one in past_levels(case.policy, "customer") if one.days < level.days]
    if not before:
        return None
    last, gap = before[-1], level.days - before[-1].days
    sent_on = _first_heard(case, standing.invoice, last)
    if sent_on is None:
        return Stop(
            Reason.WAITING_FOR_CUSTOMER_LEVEL,
            f"The level “{level.name}” waits until the customer has been sent “{last.name}”.",
        )
    if (case.today - sent_on).days < gap:
        return Stop(
            Reason.WAITING_FOR_CUSTOMER_LEVEL,
            f"The customer was sent “{last.name}” on {say_date(sent_on)}; "
            f"“{level.name}” comes {_days(gap)} after it.",
        )
    return None


def _first_heard(case: Case, invoice: Invoice, level: Level) -> date | None:
    """The day on which ``invoice`` first heard ``level`` on the customer track."""
    return min(
        (
            contact.on
            for contact in case.contacts
            if contact.track == "customer" and contact.level_days >= level.days
            for id, own_level in contact.listed
            if id == invoice.id and own_level >= level.days
        ),
        default=None,
    )


def contact_at(case: Case, standing: Standing, level: Level | None) -> ContactNow | None:
    """The contact that ``standing``'s invoice carries at ``level``, told also to those whom it skipped.

    A plain level skips plain ones. A level with approval skips those above the plain one that is told on its own
    today, so that the proposal is the same before and after that.
    """
    if level is None:
        return None
    told = standing.plain.days if level.approval and standing.plain else standing.heard
    skipped = [
        one for one in case.past_levels if told < one.days < level.days and one.approval == level.approval
    ]
    stock = case.track == "customer" and case.sending.by_stock_email(level)
    about = (standing.invoice,) if stock else case.past_due
    listed = tuple(_listed(case, invoice) for invoice in about)
    return _contact(case, standing.invoice, level, listed, _audiences([*skipped, level]))


def courtesy_now(case: Case) -> ContactNow | None:
    """The before-due contact whose day has come, carried by the earliest due invoice that has not heard it.

    Its day is the level's, moved to the business day before; it can be made until the day before the due date
    and lapses then. It lists what is due within the level's days plus the least days between two contacts.
    """
    waiting = [invoice for invoice in case.upcoming if invoice.due_date and invoice.due_date > case.today]
    for invoice in waiting:
        level = _courtesy_level(case, invoice)
        if level is not None:
            return _courtesy(case, invoice, level, waiting)
    return None


def _courtesy_level(case: Case, invoice: Invoice) -> Level | None:
    """The highest before-due level whose day has come for ``invoice`` and that it has not heard."""
    if invoice.due_date is None:
        return None
    due = [
        level
        for level in case.courtesy_levels
        if case.calendar.on_or_before(invoice.due_date + timedelta(days=level.days)) <= case.today
    ]
    return due[-1] if due and due[-1].days > case.heard(invoice) else None


def _courtesy(case: Case, carrying: Invoice, level: Level, waiting: Sequence[Invoice]) -> ContactNow:
    until = case.today + timedelta(days=case.policy.ladder.min_days_between_contacts - level.days)
    stock = case.track == "customer" and case.sending.by_stock_email(level)
    near = [
        invoice
        for invoice in waiting
        if (invoice is carrying if stock else invoice.due_date and invoice.due_date <= until)
    ]
    listed = tuple(ListedInvoice(invoice, case.days(invoice), level) for invoice in near)
    return _contact(case, carrying, level, listed, _audiences([level]))


def awaiting(level: str) -> Stop:
    """A level is due that only a person can let out."""
    return Stop(Reason.AWAITING_APPROVAL, f"The level “{level}” is due and needs a person's approval.")


def day_stop(case: Case) -> Stop | None:
    """Nothing goes out on a day that isn't worked."""
    if case.calendar.is_business_day(case.today):
        return None
    return Stop(Reason.NOT_BUSINESS_DAY, "Today is not a business day; it waits for the next one.")


def too_soon(case: Case, emails: Sequence[PastContact]) -> Stop | None:
    """Why nothing is sent shortly after the last of ``emails``, or ``None``."""
    least = case.policy.ladder.min_days_between_contacts
    last = max((contact.on for contact in emails), default=None)
    if last is None or (case.today - last).days >= least:
        return None
    free = say_date(last + timedelta(days=least))
    return Stop(
        Reason.TOO_SOON,
        f"The customer was contacted on {say_date(last)}; the next contact comes on {free} at the earliest.",
    )


def _listed(case: Case, invoice: Invoice) -> ListedInvoice:
    days = case.days(invoice)
    return ListedInvoice(invoice, days, case.level_at(days))


def _contact(
    case: Case,
    carrying: Invoice,
    level: Level,
    listed: tuple[ListedInvoice, ...],
    audiences: tuple[Audience, ...],
) -> ContactNow:
    return ContactNow(
        customer_id=case.customer.id,
        customer_name=case.customer.name,
        currency=case.currency,
        track=case.track,
        carrying=carrying,
        level=level,
        listed=listed,
        total=case.net([item.invoice for item in listed]),
        audiences=_told(case, audiences),
    )


def _told(case: Case, audiences: tuple[Audience, ...]) -> tuple[Audience, ...]:
    """Nobody is asked to call a customer who must not be contacted: the manager is told instead."""
    if case.track == "customer" or case.no_contact is None:
        return audiences
    instead = {"manager" if audience == "owner" else audience for audience in audiences}
    return tuple(audience for audience in INTERNAL_AUDIENCES if audience in instead)


def _audiences(levels: Sequence[Level]) -> tuple[Audience, ...]:
    told = {audience for level in levels for audience in level.to}
    return tuple(audience for audience in ("customer", *INTERNAL_AUDIENCES) if audience in told)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
