"""Reminding by hand: the contact that the engine would make next, else the last one once more (docs/ladder.md).

It goes through the same stops. Those that only protect against too much (``OVERRIDABLE``) a person may override
after being asked; a hold, a missing address or an opt-out nobody can.
"""

from dataclasses import dataclass

from bot.domain.contacts import NOTHING_HEARD, ContactNow, Reason, Stop
from bot.domain.invoice import Invoice
from bot.domain.ladder_case import Case
from bot.domain.ladder_customer import customer_track, lasting_stop, lists_old_book, payment_stop
from bot.domain.ladder_levels import Standing, contact_at, day_stop, too_soon
from bot.domain.ladder_stops import policy_stop, sum_stop
from bot.domain.sending import OVERRIDABLE


@dataclass(frozen=True, slots=True)
class HandPlan:
    """What a person would send. ``repeats``: the level was sent before. ``approval``: a person must let it out first.

    ``asks`` are the stops that the person overrides by going on.
    """

    contact: ContactNow
    repeats: bool
    approval: bool
    asks: tuple[Stop, ...]


def by_hand(case: Case) -> HandPlan | Stop:
    """What reminding by hand means for a customer track today, or why nothing can be sent.

    ``case.sending`` overrides all that may be (``OVERRIDABLE``) and is automatic: the person is who sends.
    """
    whole = policy_stop(case.customer.id, case.policy)
    if whole is not None:
        return whole
    plan = customer_track(case)
    if plan.contact is not None:
        return HandPlan(plan.contact, False, False, _asks(case, plan.contact))
    if plan.proposal is not None:
        return HandPlan(plan.proposal, False, True, _asks(case, plan.proposal))
    return _repeat(case)


def _repeat(case: Case) -> HandPlan | Stop:
    if not case.past_due:
        return _nothing_due(case)
    stop = lasting_stop(case, case.past_due_total)
    if stop is not None:
        return stop
    told = next((one for one in case.past_due if case.heard(one) >= 0), None)
    if told is None:
        return Stop(Reason.LEVEL_NOT_DUE, "No level of the ladder is due for it yet.")
    level = next((one for one in reversed(case.past_levels) if one.days <= case.heard(told)), None)
    if level is None:
        return Stop(Reason.LEVEL_NOT_DUE, "The policy no longer has the level that it has heard.")
    contact = contact_at(case, Standing(told, case.days(told), NOTHING_HEARD, level, None), level)
    if contact is None:
        return Stop(Reason.LEVEL_NOT_DUE, "No level of the ladder is due for it yet.")
    asks_first = level.approval or lists_old_book(case, contact)
    return HandPlan(contact, True, asks_first, _asks(case, contact))


def _nothing_due(case: Case) -> Stop:
    """Nothing is past due: what holds the first invoice, or that there is nothing."""
    first: Invoice | None = next((one for one in case.invoices if one.unpaid and one.id in case.held), None)
    if first is not None:
        return case.held[first.id]
    return Stop(Reason.NOT_YET_DUE, "Nothing is past due.")


def _asks(case: Case, contact: ContactNow) -> tuple[Stop, ...]:
    """The stops that would hold the engine back today and that a person may override."""
    emails = case.chasing_emails if contact.level.days >= 0 else case.emails
    led = sum(one.carrying_invoice_id == contact.carrying.id for one in case.chasing_emails)
    most = case.policy.ladder.max_contacts
    stops = (
        too_soon(case, emails),
        payment_stop(case),
        day_stop(case),
        sum_stop(contact.total, case.credit, case.currency, case.policy),
        Stop(Reason.MAXIMUM_REACHED, f"It has led {led} contacts; the policy allows {most}.")
        if contact.level.days >= 0 and led >= most
        else None,
    )
    return tuple(one for one in stops if one is not None and one.reason in OVERRIDABLE)
