"""Gathers what the ladder decides on, in one consistent read: everybody's for a sweep, one customer's to explain."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.contacts import PastContact
from bot.domain.daily_cap import Turn
from bot.domain.holds import Hold
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder_customer import RECENT_PAYMENT_DAYS
from bot.domain.ladder_stops import OpenState
from bot.domain.sending import ContactKey, Sending, Skip
from bot.store import automatic, contacts, holds, mirror, mirror_payments, operations, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.context import Context


@dataclass(frozen=True, slots=True)
class LadderFacts:
    """What is unpaid, what was said before, what is being written, and what people decided, by customer.

    ``made``: customer contacts made on the day; ``waited``: those that the cap held back before; ``given``: those that
    their owner has been given to mail, and hasn't mailed yet.
    """

    customers: Mapping[str, Customer]
    invoices: Mapping[str, Sequence[Invoice]]
    contacts: Mapping[str, Sequence[PastContact]]
    open: Mapping[str, OpenState]
    holds: Mapping[str, Sequence[Hold]]
    last_paid: Mapping[str, date]
    credits: Mapping[str, int]
    approved: Mapping[str, Collection[ContactKey]]
    skipped: Mapping[str, Mapping[ContactKey, Skip]]
    sending: Sending
    made: int = 0
    waited: Collection[Turn] = frozenset()
    given: Collection[Turn] = frozenset()

    def sending_to(self, customer_id: str) -> Sending:
        """What is known about sending to this customer."""
        return replace(
            self.sending,
            approved=self.approved.get(customer_id, frozenset()),
            skipped=self.skipped.get(customer_id, {}),
            account_credit=self.credits.get(customer_id, 0),
        )


def everybody(tx: Tx, context: Context, today: date) -> LadderFacts:
    """The facts of everybody who has something unpaid."""
    return _facts(
        tx,
        context,
        today,
        mirror.unpaid(tx),
        mirror.customers(tx),
        contacts.all_counting(tx),
        holds.all_open(tx),
        waiting.waiting(tx),
    )


def about(
    tx: Tx,
    context: Context,
    today: date,
    customer_id: str,
    without_operation: str = "",
    without_contact: str = "",
) -> LadderFacts:
    """The facts of one customer; an operation and a contact that are being judged themselves can be left out."""
    known = mirror.customer(tx, customer_id)
    return _facts(
        tx,
        context,
        today,
        mirror.unpaid(tx, customer_id),
        [known] if known else [],
        [one for one in contacts.of_customer(tx, customer_id) if one.id != without_contact],
        {customer_id: holds.open_of(tx, customer_id)},
        waiting.waiting_of(tx, customer_id),
        without_operation,
    )


def _facts(
    tx: Tx,
    context: Context,
    today: date,
    unpaid: Iterable[Invoice],
    customers: Iterable[Customer],
    made: Iterable[Contact],
    held: Mapping[str, Sequence[Hold]],
    planned: Sequence[Contact],
    without_operation: str = "",
) -> LadderFacts:
    policy = context.policy
    invoices: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in unpaid:
        invoices[invoice.customer_id].append(invoice)
    nameless = {id: Customer(id, owed[0].customer_name) for id, owed in invoices.items()}
    said: dict[str, list[PastContact]] = defaultdict(list)
    days = {level.name: level.days for level in policy.ladder.levels}
    tasks: list[Contact] = []
    for contact in made:
        if contact.is_task:
            tasks.append(contact)
        else:
            said[contact.customer_id].append(_past(contact, days))
    being_written: dict[str, OpenState] = {
        one.invoice_id: "operation_unknown" if one.state == "unknown" else "operation_open"
        for one in operations.unsettled(tx)
        if one.invoice_id and one.key != without_operation
    }
    return LadderFacts(
        customers=nameless | {one.id: one for one in customers},
        invoices=invoices,
        contacts=said,
        open=being_written,
        holds=held,
        last_paid=mirror_payments.booked_between(tx, today - timedelta(days=RECENT_PAYMENT_DAYS), today),
        credits={} if context.gateway.abilities.filters else mirror_payments.account_credits(tx),
        approved=_approved([*planned, *tasks]),
        skipped=_skipped(tx, context, today),
        sending=_sending(tx, context),
        made=waiting.made_on(tx, today.isoformat()),
        waited={(one.customer_id, one.key) for one in planned if one.reason == "daily_cap"},
        given={(one.customer_id, one.key) for one in tasks},
    )


def _sending(tx: Tx, context: Context) -> Sending:
    """Whether and how customers are written to. Where Syncro reminds by itself, nothing goes out automatically."""
    state = automatic.load(tx)
    return Sending(
        automatic=state.on and context.policy.syncro_own_reminders is not True,
        email_text=context.gateway.abilities.email_text,
        old_book=automatic.old_book(tx) - waiting.approved_invoices(tx) if state.started else frozenset(),
    )


def _approved(planned: Iterable[Contact]) -> dict[str, set[ContactKey]]:
    """What people have let out and nobody has made yet; a task isn't made before its owner has mailed it."""
    found: dict[str, set[ContactKey]] = defaultdict(set)
    for contact in planned:
        if contact.decision == "approved":
            found[contact.customer_id].add(contact.key)
    return found


def _skipped(tx: Tx, context: Context, today: date) -> dict[str, dict[ContactKey, Skip]]:
    """Proposals that a person skipped are not made again for the least days between two contacts."""
    least = timedelta(days=context.policy.ladder.min_days_between_contacts)
    since = datetime.combine(today - least - timedelta(days=1), datetime.min.time(), context.zone)
    found: dict[str, dict[ContactKey, Skip]] = defaultdict(dict)
    for contact in waiting.skipped_since(tx, since):
        if contact.decided_at is not None:
            until = context.local(contact.decided_at).date() + least
            found[contact.customer_id][contact.key] = Skip(until, contact.decided_name)
    return found


def _past(contact: Contact, days: Mapping[str, int]) -> PastContact:
    """A contact of the ledger. A level that the policy no longer has counts as the highest that its invoices had."""
    listed = tuple((item.invoice_id, item.level_days) for item in contact.invoices)
    level_days = days.get(contact.level, max((own for _, own in listed), default=0))
    return PastContact(
        track="customer" if contact.track == "customer" else "internal",
        level_days=level_days,
        level=contact.level,
        carrying_invoice_id=contact.carrying_invoice_id,
        listed=listed,
        on=date.fromisoformat(contact.as_of),
        stage=contact.stage,
    )
