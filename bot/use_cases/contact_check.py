"""A contact at the moment of being made: read from Syncro again, decided again, compared with what was planned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.contacts import ContactNow, Reason, Stop
from bot.domain.errors import SyncroMissing
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.ladder_case import track_levels
from bot.domain.ladder_hand import HandPlan, by_hand
from bot.domain.money import say_money
from bot.domain.policy import Policy
from bot.domain.sending import OVERRIDABLE
from bot.store import mirror
from bot.store.contacts import Contact, ContactInvoice
from bot.store.lane import Tx
from bot.use_cases.collections import decide, decided_on
from bot.use_cases.context import Context
from bot.use_cases.ladder_facts import LadderFacts, about
from bot.use_cases.mirror_reading import refresh


@dataclass(frozen=True, slots=True)
class Judged:
    """``now`` is the contact as it would be made at this moment, or ``None`` and ``why`` not.

    ``waits``: it still stands, and something only holds it for some days.
    """

    now: ContactNow | None
    why: str = ""
    waits: bool = False


async def read_again(context: Context, contact: Contact) -> str:
    """Reads the listed invoices and the customer live and keeps them; what is different, or empty.

    Raises ``SyncroError``.
    """
    asked = context.now()
    try:
        customer = await context.bulk.customer(contact.customer_id)
    except SyncroMissing as error:
        if not error.certain:
            raise
        return "The customer is no longer in Syncro."
    await context.lane.write(lambda tx: mirror.put_customers(tx, [customer], asked))
    for listed in contact.invoices:
        live = await refresh(context, listed.invoice_id)
        changed = difference(contact, listed, live)
        if changed:
            return changed
    return ""


async def judge(
    context: Context,
    contact: Contact,
    *,
    operation: str = "",
    overridden: Collection[Reason] = frozenset(),
) -> Judged:
    """Whether the ladder still makes this very contact today, by the mirror as it is now.

    ``operation`` is the key of the write that is about to make it; ``overridden`` are reasons that a person who
    reminds by hand overrides. An approved contact counts as approved whatever its stage.
    """
    today = context.today()

    def read(tx: Tx) -> LadderFacts:
        return about(tx, context, today, contact.customer_id, operation, contact.id)

    facts = await context.lane.read(read)
    if contact.actor_id:
        return _judge_by_hand(context, facts, contact, overridden or OVERRIDABLE)
    sending = replace(facts.sending_to(contact.customer_id), overridden=overridden)
    if contact.decision == "approved":
        sending = replace(sending, approved={*sending.approved, contact.key})
    owed = facts.invoices.get(contact.customer_id, ())
    customer = facts.customers.get(contact.customer_id) or Customer(contact.customer_id, "")
    decided = decide(context, facts, customer, owed, today, sending)
    for one in decided.contacts:
        if one.key == contact.key:
            changed = what_differs(contact, one)
            return Judged(None, changed) if changed else Judged(one)
    told = decided.reasons(contact.carrying_invoice_id)
    mine = told.get("customer" if contact.track == "customer" else "internal")
    waits = any(same(contact, one) for one in decided.proposals)
    return Judged(None, mine.sentence if mine else "Nothing is open on it any more.", waits)


def _judge_by_hand(
    context: Context, facts: LadderFacts, contact: Contact, overridden: Collection[Reason]
) -> Judged:
    """What a person sends by hand goes through the same stops, but those that they have overridden."""
    plan = hand_plan(context, facts, contact.customer_id, contact.currency)
    if isinstance(plan, Stop):
        return Judged(None, plan.sentence)
    held = next((one for one in plan.asks if one.reason not in overridden), None)
    if held is not None:
        return Judged(None, held.sentence)
    if plan.contact.key != contact.key:
        return Judged(None, "By now another level or invoice would lead it.")
    changed = what_differs(contact, plan.contact)
    return Judged(None, changed) if changed else Judged(plan.contact)


def why_not_by_hand(tx: Tx, context: Context, contact: Contact) -> str:
    """Why what a person asked to be sent doesn't stand any more, by the mirror as it is; empty when it does."""
    facts = about(tx, context, context.today(), contact.customer_id, without_contact=contact.id)
    return _judge_by_hand(context, facts, contact, OVERRIDABLE).why


def hand_plan(context: Context, facts: LadderFacts, customer_id: str, currency: str) -> HandPlan | Stop:
    """What reminding by hand means for a customer in one currency."""
    owed = facts.invoices.get(customer_id, ())
    given = replace(facts.sending_to(customer_id), automatic=True, overridden=OVERRIDABLE)
    found = decided_on(
        context, facts, facts.customers.get(customer_id) or Customer(customer_id, ""), owed, given
    )
    mine = next((one for one in found if (one.currency, one.track) == (currency, "customer")), None)
    return by_hand(mine) if mine is not None else Stop(Reason.NOTHING_OWED, "Nothing is open.")


def what_differs(contact: Contact, now: ContactNow) -> str:
    """What of a planned contact is no longer as it was, as a sentence; empty when nothing that matters is."""
    planned = {one.invoice_id: one for one in contact.invoices}
    for item in now.listed:
        if item.invoice.id not in planned:
            return f"{item.invoice.number} belongs into it by now as well."
    listed = {item.invoice.id: item.invoice for item in now.listed}
    for one in contact.invoices:
        live = listed.get(one.invoice_id)
        if live is None:
            return f"{one.number} no longer belongs into it."
        if live.balance != one.balance:
            return _balance_changed(one, live)
    if now.total != contact.total:
        return "The customer's credit has changed."
    return ""


def difference(contact: Contact, listed: ContactInvoice, live: Invoice | None) -> str:
    """What is no longer as it was decided, as a sentence, or empty."""
    if live is None:
        return f"{listed.number} is no longer in Syncro."
    if live.status is Status.PAID:
        return f"{listed.number} has been paid."
    if not live.unpaid:
        return f"{listed.number} is {live.status.value} now."
    if live.customer_id != contact.customer_id:
        return f"{listed.number} belongs to another customer now."
    if live.balance != listed.balance:
        return _balance_changed(listed, live)
    if live.days_past_due(date.fromisoformat(contact.as_of)) != listed.days_past_due:
        return f"The due date of {listed.number} has changed."
    return ""


def _balance_changed(listed: ContactInvoice, live: Invoice) -> str:
    before, after = say_money(listed.balance, live.currency), say_money(live.balance, live.currency)
    return f"The balance of {listed.number} was {before} and is {after} now."


def as_listed(now: ContactNow) -> tuple[ContactInvoice, ...]:
    """What a contact lists, as the ledger keeps it."""
    return tuple(
        ContactInvoice(
            item.invoice.id,
            item.invoice.number,
            item.days_past_due,
            item.invoice.balance or 0,
            item.level_name,
            item.level_days,
        )
        for item in now.listed
    )


def aged(contact: Contact, today: date, policy: Policy) -> Contact:
    """A planned contact as of ``today``: its invoices are so many days later, and their levels with them."""
    later = (today - date.fromisoformat(contact.as_of)).days
    levels = track_levels(policy, "customer" if contact.track == "customer" else "internal")

    def older(one: ContactInvoice) -> ContactInvoice:
        days = one.days_past_due + later
        due = next((level for level in reversed(levels) if level.days <= days), None)
        if due is None:
            return replace(one, days_past_due=days)
        return replace(one, days_past_due=days, level_due=due.name, level_days=due.days)

    if not later:
        return contact
    return replace(contact, as_of=today.isoformat(), invoices=tuple(older(one) for one in contact.invoices))


def same(contact: Contact, now: ContactNow) -> bool:
    """Whether a planned contact is still exactly what is decided."""
    return contact.key == now.key and not what_differs(contact, now)


def find_same(contact: Contact, found: Sequence[ContactNow]) -> ContactNow | None:
    """The decided contact that a planned one still is."""
    return next((one for one in found if one.customer_id == contact.customer_id and same(contact, one)), None)
