"""The customer track: one level at a time, one contact a run, far enough apart, and never to whom it must not go.

A late start or a long outage climbs step by step: it never opens with a final notice. Lasting stops hold the
contact and its proposal; the day's stops only delay what would be sent today, so that a proposal that waits for a
person stays as it is.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain.contacts import ContactNow, PastContact, Reason, Stop, TrackDecision
from bot.domain.dates import say_date
from bot.domain.invoice import Invoice
from bot.domain.ladder_case import Case, carrying_order
from bot.domain.ladder_levels import (
    Standing,
    awaiting,
    contact_at,
    courtesy_now,
    day_stop,
    too_soon,
    why_silent,
)
from bot.domain.ladder_stops import customer_stop, sum_stop
from bot.domain.policy import Level
from bot.domain.sending import ContactKey

#: A payment booked within so many days means that the customer is settling up: nothing is sent then (docs/ladder.md).
RECENT_PAYMENT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What one track does: ``found`` are the reasons of invoices that no contact lists today."""

    found: Mapping[str, Stop] = field(default_factory=dict)
    contact: ContactNow | None = None
    proposal: ContactNow | None = None


def customer_track(case: Case) -> Plan:
    """What to send to the customer today, what to propose, and why the rest hears nothing."""
    return _past_due(case) if case.past_due else _courtesy(case)


def one_email(
    decided: Sequence[TrackDecision], contacts: Sequence[PastContact], approved: Collection[ContactKey]
) -> tuple[TrackDecision, ...]:
    """At most one customer contact a run, whatever the currencies; what is past due goes before a courtesy.

    Of several the one goes whose currency has waited longest; the others wait as after any contact.
    """
    sending = {
        one.currency: one.outcome
        for one in decided
        if one.track == "customer" and isinstance(one.outcome, ContactNow)
    }
    if len(sending) < 2:
        return tuple(decided)
    last = {one.currency: _last_about(one, contacts) for one in decided}
    first = min(
        sending.values(),
        key=lambda one: (one.level.days < 0, last[one.currency], carrying_order(one.carrying)),
    )
    stop = Stop(
        Reason.TOO_SOON,
        f"The customer is contacted about what they owe in {first.currency} today; this follows.",
    )
    waiting = [one for one in sending.values() if one is not first]
    return tuple(_waits(one, stop, approved) if one.outcome in waiting else one for one in decided)


def _last_about(decision: TrackDecision, contacts: Sequence[PastContact]) -> date:
    """When the customer last heard of something in this currency."""
    return max(
        (
            contact.on
            for contact in contacts
            if contact.counts
            and contact.track == "customer"
            and any(id in decision.reasons for id, _ in contact.listed)
        ),
        default=date.min,
    )


def _waits(decision: TrackDecision, stop: Stop, approved: Collection[ContactKey]) -> TrackDecision:
    """The decision when its contact isn't made today. One that a person has approved stays approved."""
    reasons = {id: stop if told.reason is Reason.LISTED else told for id, told in decision.reasons.items()}
    held = decision.outcome
    proposal = held if isinstance(held, ContactNow) and held.key in approved else decision.proposal
    return replace(decision, outcome=stop, proposal=proposal, reasons=reasons)


def step_of(case: Case, invoice: Invoice) -> Standing:
    """Where a past-due invoice stands: the one level above what it has heard, if that is due for its age.

    A level that a person has approved needs nobody any more.
    """
    days, heard = case.days(invoice), case.heard(invoice)
    due = next((one for one in case.past_levels if heard < one.days <= days), None)
    asks = due is not None and due.approval and not case.approved(invoice, due)
    return Standing(invoice, days, heard, None if asks else due, due if asks else None)


def _past_due(case: Case) -> Plan:
    steps = [step_of(case, invoice) for invoice in case.past_due]
    wanting = [step for step in steps if step.wants]
    found = {step.invoice.id: why_silent(case, step) for step in steps if not step.wants}
    if not wanting:
        return Plan(found)
    lasting = lasting_stop(case, case.past_due_total)
    if lasting is not None:
        return Plan(found | {step.invoice.id: lasting for step in wanting})
    wanting, spent = _within_maximum(case, wanting)
    found |= spent
    plain = next((step for step in wanting if step.plain is not None), None)
    asks = {one.invoice.id: _asks(case, one.invoice, one.approval) for one in wanting if one.approval}
    asking = next(
        (one for one in wanting if one.approval and not case.skipped(one.invoice, one.approval)), None
    )
    found |= asks
    contact = contact_at(case, plain, plain.plain) if plain else None
    proposal = contact_at(case, asking, asking.approval) if asking else None
    return _sent_or_held(case, found, wanting, contact, proposal)


def _sent_or_held(
    case: Case,
    found: dict[str, Stop],
    wanting: list[Standing],
    contact: ContactNow | None,
    proposal: ContactNow | None,
) -> Plan:
    """The contact goes out, waits for another day, or waits for a person."""
    if contact is None:
        return Plan(found, None, proposal)
    plain = [step.invoice.id for step in wanting if step.plain is not None]
    approved = case.approved(contact.carrying, contact.level)
    if not approved and lists_old_book(case, contact):
        skipped = case.skipped(contact.carrying, contact.level)
        return Plan(
            found | dict.fromkeys(plain, skipped or _old_book_stop()), None, proposal if skipped else contact
        )
    held = case.first_stop(
        automatic_stop(case, contact.level),
        payment_stop(case),
        too_soon(case, case.chasing_emails),
        day_stop(case),
    )
    if held is not None:
        return Plan(found | dict.fromkeys(plain, held), None, contact if approved else proposal)
    told = {item.invoice.id for item in contact.listed}
    left = found | dict.fromkeys(plain, _one_by_one())
    return Plan({id: stop for id, stop in left.items() if id not in told}, contact, proposal)


def _one_by_one() -> Stop:
    """Why an invoice that has a level due isn't in the email that leaves."""
    return Stop(
        Reason.TOO_SOON, "Syncro's own email is about one invoice, and goes out about another one today."
    )


def _asks(case: Case, invoice: Invoice, level: Level) -> Stop:
    """Why a level that needs approval is not sent: it waits for a person, or one has skipped it."""
    return case.skipped(invoice, level) or awaiting(level.name)


def _courtesy(case: Case) -> Plan:
    contact = courtesy_now(case)
    if contact is None:
        return Plan()
    ids = [item.invoice.id for item in contact.listed]
    carrying, level = contact.carrying, contact.level
    lasting = lasting_stop(case, contact.total)
    if lasting is not None:
        return Plan(dict.fromkeys(ids, lasting))
    if level.approval and not case.approved(carrying, level):
        proposal = None if case.skipped(carrying, level) else contact
        return Plan(dict.fromkeys(ids, _asks(case, carrying, level)), None, proposal)
    stop = case.first_stop(
        too_soon(case, case.emails),
        payment_stop(case),
        day_stop(case),
        automatic_stop(case, level),
    )
    if stop is not None:
        return Plan(dict.fromkeys(ids, stop), None, contact if case.approved(carrying, level) else None)
    return Plan({}, contact)


def lasting_stop(case: Case, total: int) -> Stop | None:
    """What holds the contact and its proposal alike, until something changes."""
    return case.first_stop(
        case.no_contact,
        customer_stop(case.customer),
        sum_stop(total, case.credit, case.currency, case.policy),
    )


def _within_maximum(case: Case, wanting: list[Standing]) -> tuple[list[Standing], dict[str, Stop]]:
    """Those whose cycle has contacts left, and the reason of the others.

    A cycle is what one invoice has carried (docs/ladder.md); courtesies don't count.
    """
    most = case.policy.ladder.max_contacts
    led = Counter(contact.carrying_invoice_id for contact in case.chasing_emails)
    stop = case.first_stop(
        Stop(Reason.MAXIMUM_REACHED, f"It has led {most} contacts, the most that the policy allows.")
    )
    spent = {step.invoice.id: stop for step in wanting if stop and led[step.invoice.id] >= most}
    return [step for step in wanting if step.invoice.id not in spent], spent


def lists_old_book(case: Case, contact: ContactNow) -> bool:
    """Whether it tells of something that was past due before sending was started, and that nobody has let out yet."""
    return any(item.invoice.id in case.sending.old_book for item in contact.listed)


def _old_book_stop() -> Stop:
    return Stop(
        Reason.AWAITING_APPROVAL,
        "It was past due before sending was started, so a person must approve the first contact that lists it.",
    )


def automatic_stop(case: Case, level: Level) -> Stop | None:
    """Why the engine sends nothing by itself, or ``None``. Tasks for the owner go on."""
    if case.sending.automatic or case.sending.by_task(level):
        return None
    return Stop(Reason.AUTOMATIC_OFF, "Automatic sending to customers is off, so no email goes out.")


def payment_stop(case: Case) -> Stop | None:
    """Why nothing is sent shortly after a payment, or ``None``."""
    paid = case.last_payment
    if paid is None or (case.today - paid).days > RECENT_PAYMENT_DAYS:
        return None
    return Stop(
        Reason.RECENT_PAYMENT,
        f"The customer paid something on {say_date(paid)}; nothing is sent for {RECENT_PAYMENT_DAYS} days.",
    )
