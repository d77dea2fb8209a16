"""What the ladder decides of a day, and a reason for every open invoice.

Used by the build and the sweep, which act on it, and by explanations, which only tell it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeVar

from bot.domain.contacts import ContactNow, Decisions, Reason
from bot.domain.daily_cap import cap_stop, turn_of, within_cap
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder import cases, decide_customer
from bot.domain.ladder_case import Case
from bot.domain.past import Then, on_day
from bot.domain.policy import Track
from bot.domain.sending import Sending
from bot.use_cases.context import Context
from bot.use_cases.ladder_facts import SLICE, LadderFacts, about, of_day, of_each, owing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """What was decided about one open invoice on one track, and why."""

    invoice: Invoice
    track: Track
    reason: str
    sentence: str


Tell = Callable[[Sequence[Row]], None]


def _tell_nobody(_rows: Sequence[Row]) -> None:
    """Nobody looks at the rows."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is decided for a day: contacts to make, those that the cap holds back, and proposals.

    ``as_now`` are the ids of invoices that could not be rebuilt for a past day.
    """

    contacts: tuple[ContactNow, ...]
    capped: tuple[ContactNow, ...]
    proposals: tuple[ContactNow, ...]
    as_now: frozenset[str] = frozenset()

    def on(self, track: Track) -> tuple[ContactNow, ...]:
        """The contacts to make on one track."""
        return tuple(one for one in self.contacts if one.track == track)


async def decide_rows(context: Context, today: date) -> tuple[Day, tuple[Row, ...]]:
    """What is decided for ``today``, and a row for every open invoice and track: for people to look at."""
    rows: list[Row] = []
    day = await decide_all(context, today, rows.extend)
    return day, tuple(_capped(rows, day.capped, context.policy.ladder.daily_cap) if day.capped else rows)


async def decide_all(context: Context, today: date, tell: Tell = _tell_nobody) -> Day:
    """The contacts to make on ``today`` by the mirror; ``tell`` is given a row for every open invoice and track.

    Rows are told and not kept: a book of 100,000 invoices has twice as many, and holding them makes clicks wait. Of
    what the daily cap holds back they say that it is listed.

    Every customer is decided on one consistent read, but not all of them on the same one: what changes meanwhile is
    found when the contact is claimed.
    """
    facts = await context.lane.read(lambda tx: of_day(tx, context, today))
    owes = await context.lane.read(lambda tx: owing(tx, facts))
    found: list[ContactNow] = []
    proposals: list[ContactNow] = []
    as_now: set[str] = set()
    for first in range(0, len(owes), SLICE):
        ids = owes[first : first + SLICE]
        each = await context.lane.read(partial(of_each, context=context, day=facts, customer_ids=ids))
        as_now |= each.as_now
        for customer_id, owed in each.invoices.items():
            one = decide(context, each, each.customers[customer_id], owed, today)
            found += one.contacts
            proposals += one.proposals
            tell(_rows(owed, one))
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
        as_now=frozenset(as_now),
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


@dataclass(frozen=True, slots=True)
class One:
    """What is decided about one invoice, a row for each track. ``as_now``: it could not be rebuilt for a past day."""

    rows: tuple[Row, ...]
    as_now: bool = False


async def decide_one(context: Context, live: Invoice, today: date) -> One:
    """What is decided about one invoice on ``today``; ``live`` stands for its mirrored row."""
    then = on_day(live, live.payments or (), today) if today < context.today() else Then(live)
    if then is None:
        said = "It had not been made by then."
        return One(
            tuple(Row(live, track, Reason.NOT_YET_DUE.value, said) for track in ("customer", "internal"))
        )
    facts = await context.lane.read(lambda tx: about(tx, context, today, live.customer_id))
    others = [one for one in facts.invoices.get(live.customer_id, ()) if one.id != live.id]
    customer = facts.customers.get(live.customer_id) or Customer(live.customer_id, live.customer_name)
    owed = [*others, then.invoice]
    return One(tuple(_rows([then.invoice], decide(context, facts, customer, owed, today))), then.as_now)


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
