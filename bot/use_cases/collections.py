"""What the ladder decides of a day, and a reason for every open invoice.

Used by the build and the sweep, which act on it, and by explanations, which only tell it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from bot.domain.contacts import ContactNow, Decisions, Reason
from bot.domain.daily_cap import cap_stop, turn_of, within_cap
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder import cases, decide_customer
from bot.domain.ladder_case import Case
from bot.domain.policy import Track
from bot.domain.sending import Sending
from bot.use_cases.context import Context
from bot.use_cases.ladder_facts import LadderFacts, about, everybody

T = TypeVar("T")

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
class Day:
    """What is decided for a day: contacts to make, those that the cap holds back, proposals, and every row."""

    contacts: tuple[ContactNow, ...]
    capped: tuple[ContactNow, ...]
    proposals: tuple[ContactNow, ...]
    rows: tuple[Row, ...]

    def on(self, track: Track) -> tuple[ContactNow, ...]:
        """The contacts to make on one track."""
        return tuple(one for one in self.contacts if one.track == track)


async def decide_all(context: Context, today: date) -> Day:
    """The contacts to make on ``today`` by the mirror, and a row for every open invoice and track."""
    facts = await context.lane.read(lambda tx: everybody(tx, context, today))
    found: list[ContactNow] = []
    proposals: list[ContactNow] = []
    rows: list[Row] = []
    for number, (customer_id, owed) in enumerate(facts.invoices.items(), 1):
        one = decide(context, facts, facts.customers[customer_id], owed, today)
        found += one.contacts
        proposals += one.proposals
        rows += _rows(owed, one)
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    cap = context.policy.ladder.daily_cap
    free: list[ContactNow] = []
    counted: list[ContactNow] = []
    for contact in found:
        uncapped = contact.track == "internal" or turn_of(contact) in facts.given
        (free if uncapped else counted).append(contact)
    emails, waiting = within_cap(counted, cap - facts.made, facts.waited)
    return Day(
        contacts=(*free, *emails),
        capped=tuple(waiting),
        proposals=tuple(proposals),
        rows=tuple(_capped(rows, waiting, cap) if waiting else rows),
    )


def _capped(rows: Iterable[Row], waiting: Sequence[ContactNow], cap: int) -> list[Row]:
    """The rows with the reason of those whose contact waits for its turn."""
    ids = {item.invoice.id for one in waiting for item in one.listed}
    stop = cap_stop(cap)
    return [
        replace(row, reason=stop.reason.value, sentence=stop.sentence)
        if row.track == "customer" and row.reason == Reason.LISTED and row.invoice.id in ids
        else row
        for row in rows
    ]


async def decide_one(context: Context, live: Invoice, today: date) -> tuple[Row, ...]:
    """What is decided about one invoice on ``today``, a row for each track; ``live`` stands for its mirrored row."""
    facts = await context.lane.read(lambda tx: about(tx, context, today, live.customer_id))
    others = [one for one in facts.invoices.get(live.customer_id, ()) if one.id != live.id]
    customer = facts.customers.get(live.customer_id) or Customer(live.customer_id, live.customer_name)
    return tuple(_rows([live], decide(context, facts, customer, [*others, live], today)))


def decide(
    context: Context,
    facts: LadderFacts,
    customer: Customer,
    owed: Sequence[Invoice],
    today: date,
    sending: Sending | None = None,
) -> Decisions:
    """The ladder's decision about one customer; ``sending`` in place of what the facts say of it."""
    return _asked(decide_customer, context, facts, customer, owed, today, sending)


def decided_on(
    context: Context, facts: LadderFacts, customer: Customer, owed: Sequence[Invoice], sending: Sending
) -> tuple[Case, ...]:
    """What today's decision about one customer is made on, for each currency and track."""
    return tuple(_asked(cases, context, facts, customer, owed, context.today(), sending))


def _asked(
    ask: Callable[..., T],
    context: Context,
    facts: LadderFacts,
    customer: Customer,
    owed: Sequence[Invoice],
    today: date,
    sending: Sending | None,
) -> T:
    """The ladder asked about one customer."""
    return ask(
        customer,
        owed,
        facts.contacts.get(customer.id, ()),
        context.policy,
        context.calendar,
        today,
        facts.open,
        facts.holds.get(customer.id, ()),
        facts.last_paid.get(customer.id),
        sending or facts.sending_to(customer.id),
    )


def _rows(owed: Iterable[Invoice], decided: Decisions) -> list[Row]:
    return [
        Row(invoice, track, told.reason.value, told.sentence)
        for invoice in owed
        for track, told in decided.reasons(invoice.id).items()
    ]
