"""Late fees gathered: what is decided today, whether a proposed one still stands, and how people see them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from bot.domain.dates import say_day
from bot.domain.fee_facts import FeeCard, FeeReview
from bot.domain.invoice import Customer, Invoice
from bot.domain.late_fees import Fee, FeeKey, PastFee, decide_fees, fee_levels
from bot.domain.money import say_money
from bot.store import late_fees, mirror, votes
from bot.store.lane import Tx
from bot.store.late_fees import LateFee
from bot.use_cases.collections import decided_on
from bot.use_cases.context import Context
from bot.use_cases.ladder_facts import SLICE, LadderFacts, about, of_day, of_each, owing

#: Why a fee is not decided any more when nothing else tells: paid, void, gone, or no longer in the policy.
NO_LONGER = "Nothing is open on it any more, or the policy no longer adds this fee."


async def fees_today(context: Context) -> Mapping[FeeKey, Fee | str]:
    """What is decided today about every fee that nobody has decided on yet, by the mirror."""
    if not fee_levels(context.policy):
        return {}
    today = context.today()

    def read(tx: Tx) -> tuple[LadderFacts, list[str], list[LateFee]]:
        day = of_day(tx, context, today)
        return day, owing(tx, day), late_fees.decided(tx)

    day, owes, kept = await context.lane.read(read)
    of_customer: dict[str, list[LateFee]] = defaultdict(list)
    for one in kept:
        of_customer[one.customer_id].append(one)
    found: dict[FeeKey, Fee | str] = {}
    for first in range(0, len(owes), SLICE):
        ids = owes[first : first + SLICE]
        each = await context.lane.read(partial(of_each, context=context, day=day, customer_ids=ids))
        for customer_id in each.contacts:
            found |= _of_customer(context, each, customer_id, of_customer[customer_id])
    return found


def _of_customer(
    context: Context, facts: LadderFacts, customer_id: str, kept: Iterable[LateFee]
) -> dict[FeeKey, Fee | str]:
    past = [PastFee(one.invoice_id, one.level, one.standing, one.settled) for one in kept]
    customer = facts.customers.get(customer_id) or Customer(customer_id, "")
    owed, sending = facts.invoices.get(customer_id, ()), facts.sending_to(customer_id)
    found: dict[FeeKey, Fee | str] = {}
    for case in decided_on(context, facts, customer, owed, sending):
        if case.track == "customer":
            found |= decide_fees(case, past)
    return found


async def differs(context: Context, fee: LateFee, live: Invoice, operation: str) -> str:
    """What of a proposed fee is no longer so, as a sentence; empty when it may be added.

    ``live`` was read just now and stands in the mirror; earlier fees that are no longer among its lines are noted.
    ``operation`` is the key of the write that is about to add it.
    """
    if live.balance != fee.balance:
        before, after = say_money(fee.balance, fee.currency), say_money(live.balance, fee.currency)
        return f"The balance of {live.number} was {before} and is {after} now."
    if _has_one(fee, live):
        return f"{live.number} has a late fee of this level already."
    today = context.today()

    def note(tx: Tx) -> tuple[LadderFacts, list[LateFee]]:
        late_fees.mark_gone(tx, [one.id for one in late_fees.of_invoice(tx, live.id) if _is_gone(one, live)])
        kept = [one for one in late_fees.decided(tx, live.customer_id) if one.id != fee.id]
        return about(tx, context, today, live.customer_id, operation), kept

    facts, kept = await context.lane.write(note)
    decided = _of_customer(context, facts, live.customer_id, kept).get((fee.invoice_id, fee.level), NO_LONGER)
    if isinstance(decided, str):
        return decided
    if decided.amount != fee.amount:
        return f"The fee would be {say_money(decided.amount, fee.currency)} now."
    return ""


def _has_one(fee: LateFee, live: Invoice) -> bool:
    """Whether the invoice has this level's fee all the same: from before the ledger was lost, or by hand."""
    like = re.compile(re.escape(_begins(fee)) + r"\w{3} \d{1,2}, \d{4}")
    names = (name for line in live.lines or () for name in (line.name, line.description))
    return any(like.fullmatch(name) for name in names)


def _is_gone(fee: LateFee, live: Invoice) -> bool:
    """Whether somebody has taken the line of an added fee off its invoice."""
    if fee.state != "added" or live.lines is None:
        return False
    return not any(fee.line in (line.name, line.description) for line in live.lines)


def line_name(fee: LateFee, day: date) -> str:
    """What the fee's line on the invoice says. With its day it is told apart from every other line."""
    return f"{_begins(fee)}{say_day(day)}, {day.year}"


def _begins(fee: LateFee) -> str:
    return f"Late fee, {' '.join(fee.level.split())[:60]}, "


def card_of(tx: Tx, context: Context, fee: LateFee) -> FeeCard:
    """One fee as it is now."""
    customer = mirror.customer(tx, fee.customer_id)
    return FeeCard(
        id=fee.id,
        invoice_id=fee.invoice_id,
        number=fee.number,
        customer_name=customer.name if customer else f"customer {fee.customer_id}",
        currency=fee.currency,
        level=fee.level,
        contacted_on=fee.contacted_on,
        base=fee.base,
        amount=fee.amount,
        percent=fee.percent,
        state=fee.state,
        reason=fee.reason,
        decided_by=fee.decided_name,
        decided_at=context.local(fee.decided_at) if fee.decided_at else None,
        proposed_on=context.local(fee.created_at).date(),
        needed=context.policy.approvals.number,
        voted=tuple(vote.name for vote in votes.of(tx, fee.id)),
    )


def cards_on(tx: Tx, context: Context, invoice_id: str) -> tuple[FeeCard, ...]:
    """Every fee that was ever proposed for an invoice, oldest first."""
    return tuple(card_of(tx, context, one) for one in late_fees.of_invoice(tx, invoice_id))


def review_of(tx: Tx, context: Context, id: str, ids: Sequence[str], day: date) -> FeeReview:
    """A list of fees to look through."""
    found = (late_fees.get(tx, one) for one in ids)
    return FeeReview(id, day, tuple(card_of(tx, context, one) for one in found if one is not None))
