"""What the ladder decides of a day: facts gathered from the ledgers, and a reason for every open invoice.

Used by the sweep, which acts on it, and by explanations, which only tell it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.contacts import ContactNow, Decisions, PastContact
from bot.domain.holds import Hold
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder import decide_customer
from bot.domain.ladder_stops import OpenState
from bot.domain.policy import Policy, Track
from bot.store import contacts, holds, mirror, operations
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.context import Context

#: Customers decided before other work gets its turn.
_SLICE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """What was decided about one open invoice on one track, and why."""

    invoice: Invoice
    track: Track
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the decision is made on."""

    customers: Mapping[str, Customer]
    invoices: Mapping[str, Sequence[Invoice]]
    contacts: Mapping[str, Sequence[PastContact]]
    open: Mapping[str, OpenState]
    holds: Mapping[str, Sequence[Hold]]


async def decide_all(context: Context, today: date) -> tuple[list[ContactNow], tuple[Row, ...]]:
    """The contacts to make on ``today`` by the mirror, and a row for every open invoice and track."""
    facts = await context.lane.read(lambda tx: _everybody(tx, context.policy))
    found: list[ContactNow] = []
    rows: list[Row] = []
    for number, (customer_id, owed) in enumerate(facts.invoices.items(), 1):
        one = _decide(context, facts, facts.customers[customer_id], owed, today)
        found += one.contacts
        rows += _rows(owed, one)
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    return found, tuple(rows)


async def decide_one(context: Context, live: Invoice, today: date) -> tuple[Row, ...]:
    """What is decided about one invoice on ``today``, a row for each track; ``live`` stands for its mirrored row."""
    facts = await context.lane.read(lambda tx: _about(tx, context.policy, live.customer_id))
    others = [one for one in facts.invoices.get(live.customer_id, ()) if one.id != live.id]
    customer = facts.customers.get(live.customer_id) or Customer(live.customer_id, live.customer_name)
    return tuple(_rows([live], _decide(context, facts, customer, [*others, live], today)))


def _decide(
    context: Context, facts: _Facts, customer: Customer, owed: Sequence[Invoice], today: date
) -> Decisions:
    return decide_customer(
        customer,
        owed,
        facts.contacts.get(customer.id, ()),
        context.policy,
        context.calendar,
        today,
        facts.open,
        facts.holds.get(customer.id, ()),
    )


def _everybody(tx: Tx, policy: Policy) -> _Facts:
    """One consistent read of everybody who has something unpaid."""
    return _facts(
        tx, policy, mirror.unpaid(tx), mirror.customers(tx), contacts.all_counting(tx), holds.all_open(tx)
    )


def _about(tx: Tx, policy: Policy, customer_id: str) -> _Facts:
    """The same of one customer."""
    known = mirror.customer(tx, customer_id)
    return _facts(
        tx,
        policy,
        mirror.unpaid(tx, customer_id),
        [known] if known else [],
        contacts.of_customer(tx, customer_id),
        {customer_id: holds.open_of(tx, customer_id)},
    )


def _facts(
    tx: Tx,
    policy: Policy,
    unpaid: Iterable[Invoice],
    customers: Iterable[Customer],
    made: Iterable[Contact],
    held: Mapping[str, Sequence[Hold]],
) -> _Facts:
    """What is unpaid, what was said before, and which invoices are being written to, by customer."""
    invoices: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in unpaid:
        invoices[invoice.customer_id].append(invoice)
    nameless = {id: Customer(id, owed[0].customer_name) for id, owed in invoices.items()}
    said: dict[str, list[PastContact]] = defaultdict(list)
    days = {level.name: level.days for level in policy.ladder.levels}
    for contact in made:
        said[contact.customer_id].append(_past(contact, days))
    being_written: dict[str, OpenState] = {
        one.invoice_id: "operation_unknown" if one.state == "unknown" else "operation_open"
        for one in operations.unsettled(tx)
        if one.invoice_id
    }
    return _Facts(nameless | {one.id: one for one in customers}, invoices, said, being_written, held)


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


def _rows(owed: Iterable[Invoice], decided: Decisions) -> list[Row]:
    return [
        Row(invoice, track, told.reason.value, told.sentence)
        for invoice in owed
        for track, told in decided.reasons(invoice.id).items()
    ]
