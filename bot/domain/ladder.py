"""The ladder: whom to contact today, at which level, about which invoices, and why the others are not.

A pure function of facts; nothing "next" is stored. A contact is to one customer in one currency and lists all
their eligible past-due invoices. Levels that go to the customer are one track, all others the internal track;
what was heard is kept per track, so that a task for the owner never masks an email that was not sent.

The customer track climbs one level at a time (``ladder_customer``). The internal track jumps to the highest level
now due that needs no approval and tells the audiences of the levels that it skipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from bot.domain.calendar import BusinessCalendar
from bot.domain.contacts import (
    ContactNow,
    Decisions,
    PastContact,
    Reason,
    Stop,
    TrackDecision,
)
from bot.domain.holds import Hold, hold_stop, no_contact_stop
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder_case import Case, carrying_order
from bot.domain.ladder_customer import customer_track, one_email
from bot.domain.ladder_levels import (
    Standing,
    approval_wait,
    awaiting,
    contact_at,
    courtesy_now,
    day_stop,
    standing_of,
    too_soon,
    why_silent,
)
from bot.domain.ladder_stops import (
    OpenState,
    credit_of,
    invoice_stop,
    policy_stop,
    sum_stop,
)
from bot.domain.policy import TRACKS, Policy
from bot.domain.sending import Sending

_NO_OPERATIONS: Mapping[str, OpenState] = MappingProxyType({})
_NOT_STARTED = Sending()


def decide_customer(
    customer: Customer,
    invoices: Sequence[Invoice],
    contacts: Sequence[PastContact],
    policy: Policy,
    calendar: BusinessCalendar,
    today: date,
    operations_open: Mapping[str, OpenState] = _NO_OPERATIONS,
    holds: Sequence[Hold] = (),
    last_payment: date | None = None,
    sending: Sending = _NOT_STARTED,
) -> Decisions:
    """What to do today about ``customer``, with a reason for each of ``invoices`` on each track.

    ``contacts`` are this customer's earlier contacts in any stage; ``operations_open`` maps ids of invoices that
    have an unsettled write; ``holds`` are the customer's open ones; ``last_payment`` and ``sending`` are explained at
    ``Case``. Raises ``ValueError`` if an invoice belongs to somebody else: one customer's debts
    must never reach another.
    """
    given = (invoices, contacts, policy, calendar, today, operations_open, holds, last_payment, sending)
    decided = [_decide_track(case) for case in cases(customer, *given)]
    return Decisions(customer.id, one_email(decided, contacts, sending.approved))


def cases(
    customer: Customer,
    invoices: Sequence[Invoice],
    contacts: Sequence[PastContact],
    policy: Policy,
    calendar: BusinessCalendar,
    today: date,
    operations_open: Mapping[str, OpenState] = _NO_OPERATIONS,
    holds: Sequence[Hold] = (),
    last_payment: date | None = None,
    sending: Sending = _NOT_STARTED,
) -> Iterator[Case]:
    """What is decided on, for each currency and track; see ``decide_customer``."""
    if any(invoice.customer_id != customer.id for invoice in invoices):
        raise ValueError("an invoice of another customer was given")
    unknown = {id for contact in contacts if contact.stage == "unknown" for id, _ in contact.listed}
    held: dict[str, Stop] = {}
    for invoice in invoices:
        stop = invoice_stop(invoice, operations_open, unknown) or hold_stop(
            holds, invoice.id, today, calendar
        )
        if stop is not None:
            held[invoice.id] = stop
    no_contact = no_contact_stop(holds, today, calendar)
    counting = tuple(contact for contact in contacts if contact.counts)
    for currency in sorted({invoice.currency for invoice in invoices}):
        group = tuple(sorted((one for one in invoices if one.currency == currency), key=carrying_order))
        credit = credit_of(group) + _account_credit(customer.id, currency, policy, sending)
        for track in TRACKS:
            yield Case(
                customer=customer,
                currency=currency,
                track=track,
                invoices=group,
                held=held,
                credit=credit,
                contacts=counting,
                policy=policy,
                calendar=calendar,
                today=today,
                no_contact=no_contact,
                last_payment=last_payment,
                sending=sending,
            )


def _account_credit(customer_id: str, currency: str, policy: Policy, sending: Sending) -> int:
    """What the customer has paid without an invoice, if it is in this currency."""
    return sending.account_credit if policy.currency_of(customer_id) == currency else 0


def _decide_track(case: Case) -> TrackDecision:
    whole = policy_stop(case.customer.id, case.policy) or _no_levels(case)
    if whole is not None:
        return _decision(case, {invoice.id: whole for invoice in case.eligible})
    if case.track == "customer":
        plan = customer_track(case)
        return _decision(case, plan.found, plan.contact, plan.proposal)
    return _past_due(case) if case.past_due else _before_due(case)


def _no_levels(case: Case) -> Stop | None:
    if case.levels:
        return None
    whom = "customers" if case.track == "customer" else "your own people"
    return Stop(Reason.NO_LADDER, f"The policy has no levels that go to {whom}.")


def _past_due(case: Case) -> TrackDecision:
    """The internal track when something eligible is past due."""
    standings = [standing_of(case, invoice) for invoice in case.past_due]
    sayable = next((one for one in standings if one.plain is not None), None)
    waits = {one.invoice.id: _proposal_wait(case, one) for one in standings if one.approval is not None}
    free = [one for one in standings if one.approval is not None and waits[one.invoice.id] is None]
    let_out = next((one for one in free if one.approval and case.approved(one.invoice, one.approval)), None)
    found = {one.invoice.id: _unsaid(case, one, waits) for one in standings}
    lasting = sum_stop(case.past_due_total, case.credit, case.currency, case.policy)
    held = lasting or day_stop(case)
    if held is not None and any(one.wants for one in standings):
        found |= {
            one.invoice.id: held for one in standings if one.plain is not None or (one.wants and lasting)
        }
    asking = None if lasting is not None else let_out or next(iter(free), None)
    proposal = contact_at(case, asking, asking.approval) if asking else None
    if held is not None:
        return _decision(case, found, None, proposal)
    if sayable is not None:
        return _decision(case, {}, contact_at(case, sayable, sayable.plain), proposal)
    if let_out is not None:
        return _decision(case, {}, contact_at(case, let_out, let_out.approval), None)
    return _decision(case, found, None, proposal)


def _proposal_wait(case: Case, standing: Standing) -> Stop | None:
    """Why an invoice's level with approval is not proposed today, or ``None``."""
    level = standing.approval
    return approval_wait(case, standing) or (case.skipped(standing.invoice, level) if level else None)


def _unsaid(case: Case, standing: Standing, waits: Mapping[str, Stop | None]) -> Stop:
    """Why a past-due invoice that has no level to say without approval is silent."""
    if standing.approval is None:
        return why_silent(case, standing)
    return waits[standing.invoice.id] or awaiting(standing.approval.name)


def _before_due(case: Case) -> TrackDecision:
    """The internal track when nothing eligible is past due: a courtesy level, if its day has come."""
    contact = courtesy_now(case)
    if contact is None:
        return _decision(case, {})
    ids = [item.invoice.id for item in contact.listed]
    stop = (
        sum_stop(contact.total, case.credit, case.currency, case.policy)
        or too_soon(case, case.emails)
        or day_stop(case)
    )
    if stop is not None:
        return _decision(case, dict.fromkeys(ids, stop))
    if contact.level.approval:
        return _decision(case, dict.fromkeys(ids, awaiting(contact.level.name)), None, contact)
    return _decision(case, {}, contact)


def _decision(
    case: Case,
    found: Mapping[str, Stop],
    contact: ContactNow | None = None,
    proposal: ContactNow | None = None,
) -> TrackDecision:
    """Puts together one track's decision, so that every invoice has a reason."""
    told = {**_listed(contact), **case.held, **found}
    reasons = {one.id: told.get(one.id) or case.not_yet_due(one) for one in case.invoices}
    outcome = contact or _outcome(case, reasons, proposal)
    return TrackDecision(case.currency, case.track, outcome, proposal, reasons)


def _listed(contact: ContactNow | None) -> dict[str, Stop]:
    if contact is None:
        return {}
    stop = Stop(Reason.LISTED, f"It is listed in today's contact at level “{contact.level.name}”.")
    return {item.invoice.id: stop for item in contact.listed}


def _outcome(case: Case, reasons: Mapping[str, Stop], proposal: ContactNow | None) -> Stop:
    """The reason that says most about a customer who is not contacted.

    A waiting proposal first, then what is past due, then what is upcoming, then what is held.
    """
    held = [invoice for invoice in case.invoices if invoice.unpaid and invoice.id in case.held]
    proposed = [] if proposal is None else [proposal.carrying]
    for invoice in (*proposed, *case.past_due, *case.upcoming, *held):
        return reasons[invoice.id]
    return Stop(Reason.NOTHING_OWED, "Nothing is open.")
