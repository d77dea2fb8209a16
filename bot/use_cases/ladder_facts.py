"""Gathers what the ladder decides on: everybody's facts for a sweep, some at a time, or one customer's to explain."""

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
from bot.use_cases.automatics import sends_by_itself
from bot.use_cases.context import Context
from bot.use_cases.ladder_past import before, holds_on, owing_on, unpaid_on

#: Customers read and decided before other work gets its turn: no click waits for the whole book.
SLICE = 10


@dataclass(frozen=True, slots=True)
class LadderFacts:
    """What is unpaid, what was said before, what is being written, and what people decided, by customer.

    ``made``: customer contacts made on the day; ``waited``: those that the cap held back before; ``given``: those that
    their owner has been given to mail, and hasn't mailed yet. ``past`` is the day when it is over already, and
    ``as_now`` are the ids of invoices that could not be rebuilt for it.
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
    past: date | None = None
    as_now: frozenset[str] = frozenset()
    given: Collection[Turn] = frozenset()

    def sending_to(self, customer_id: str) -> Sending:
        """What is known about sending to this customer."""
        return replace(
            self.sending,
            approved=self.approved.get(customer_id, frozenset()),
            skipped=self.skipped.get(customer_id, {}),
            account_credit=self.credits.get(customer_id, 0),
        )


def of_day(tx: Tx, context: Context, today: date) -> LadderFacts:
    """What of a day concerns everybody; ``of_each`` adds the customers, some at a time."""
    if today < context.today():
        return _of_past(tx, context, today)
    return _of_day(tx, context, today, holds.all_open(tx), waiting.waiting(tx))


def owing(tx: Tx, day: LadderFacts) -> list[str]:
    """The ids of customers who have, or had by then, something unpaid."""
    return mirror.owing(tx) if day.past is None else owing_on(tx, day.past)


def of_each(tx: Tx, context: Context, day: LadderFacts, customer_ids: Iterable[str]) -> LadderFacts:
    """The facts of these customers on a day, each as of one moment."""
    ids = list(customer_ids)
    known = [found for id in ids if (found := mirror.customer(tx, id)) is not None]
    made = [one for id in ids for one in contacts.of_customer(tx, id)]
    if day.past is not None:
        then = [one for id in ids for one in unpaid_on(tx, id, day.past)]
        unpaid, made = [one.invoice for one in then], before(made, day.past)
        as_now = frozenset(one.invoice.id for one in then if one.as_now)
        return replace(_with(day, context, unpaid, known, made), as_now=as_now)
    return _with(day, context, [one for id in ids for one in mirror.unpaid(tx, id)], known, made)


def about(
    tx: Tx,
    context: Context,
    today: date,
    customer_id: str,
    without_operation: str = "",
    without_contact: str = "",
) -> LadderFacts:
    """The facts of one customer; an operation and a contact that are being judged themselves can be left out."""
    if today < context.today():
        return of_each(tx, context, _of_past(tx, context, today), [customer_id])
    held = {customer_id: holds.open_of(tx, customer_id)}
    day = _of_day(tx, context, today, held, waiting.waiting_of(tx, customer_id), without_operation)
    known = mirror.customer(tx, customer_id)
    made = [one for one in contacts.of_customer(tx, customer_id) if one.id != without_contact]
    return _with(day, context, mirror.unpaid(tx, customer_id), [known] if known else [], made)


def _of_past(tx: Tx, context: Context, day: date) -> LadderFacts:
    """A day that is over: what stood then; what people had decided and what was being written is not known any more."""
    now = _of_day(tx, context, day, holds_on(tx, context, day), ())
    return replace(now, open={}, approved={}, skipped={}, made=0, waited=frozenset(), past=day)


def _of_day(
    tx: Tx,
    context: Context,
    today: date,
    held: Mapping[str, Sequence[Hold]],
    planned: Sequence[Contact],
    without_operation: str = "",
) -> LadderFacts:
    being_written: dict[str, OpenState] = {
        one.invoice_id: "operation_unknown" if one.state == "unknown" else "operation_open"
        for one in operations.unsettled(tx)
        if one.invoice_id and one.key != without_operation
    }
    return LadderFacts(
        customers={},
        invoices={},
        contacts={},
        open=being_written,
        holds=held,
        last_paid=mirror_payments.booked_between(tx, today - timedelta(days=RECENT_PAYMENT_DAYS), today),
        credits=account_credits(tx, context, today),
        approved=_approved(planned, {}),
        skipped=_skipped(tx, context, today),
        sending=_sending(tx, context),
        made=waiting.made_on(tx, today.isoformat()),
        waited={(one.customer_id, one.key) for one in planned if one.reason == "daily_cap"},
        given={(one.customer_id, one.key) for one in waiting.tasks(tx)},
    )


def account_credits(tx: Tx, context: Context, on: date) -> Mapping[str, int]:
    """What customers had paid without an invoice by this day, by id; none where the shape doesn't tell of it."""
    return {} if context.gateway.abilities.filters else mirror_payments.account_credits(tx, on)


def _with(
    day: LadderFacts,
    context: Context,
    unpaid: Iterable[Invoice],
    customers: Iterable[Customer],
    made: Iterable[Contact],
) -> LadderFacts:
    """A day's facts with those of customers."""
    invoices: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in unpaid:
        invoices[invoice.customer_id].append(invoice)
    nameless = {id: Customer(id, owed[0].customer_name) for id, owed in invoices.items()}
    said: dict[str, list[PastContact]] = defaultdict(list)
    days = {level.name: level.days for level in context.policy.ladder.levels}
    tasks: list[Contact] = []
    for contact in made:
        if contact.is_task:
            tasks.append(contact)
        else:
            said[contact.customer_id].append(_past(contact, days))
    return replace(
        day,
        customers=nameless | {one.id: one for one in customers},
        invoices=invoices,
        contacts=said,
        approved=_approved(tasks, day.approved),
    )


def _sending(tx: Tx, context: Context) -> Sending:
    """Whether and how customers are written to."""
    started = automatic.load(tx).started
    return Sending(
        automatic=sends_by_itself(tx, context.policy),
        email_text=context.gateway.abilities.email_text,
        old_book=automatic.old_book(tx) - waiting.approved_invoices(tx) if started else frozenset(),
    )


def _approved(
    waiting: Iterable[Contact], others: Mapping[str, Collection[ContactKey]]
) -> dict[str, set[ContactKey]]:
    """What people have let out and nobody has made yet; a task isn't made before its owner has mailed it."""
    found = defaultdict(set, {id: set(keys) for id, keys in others.items()})
    for contact in waiting:
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
