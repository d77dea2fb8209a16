"""Promises judged by what the ledgers and the local copy hold, and how many of them a customer has broken."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from bot.domain.dates import add_months, say_date
from bot.domain.errors import BadInput, NoRole
from bot.domain.facts import HoldDraft
from bot.domain.holds import Instalment
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.domain.parse_dates import parse_date
from bot.domain.parse_money import parse_amount
from bot.domain.parse_plan import parse_plan
from bot.domain.promises import Judgement, Promise, Verdict, judge
from bot.domain.roles import Action
from bot.store import holds, mirror, mirror_payments, operations
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.invoices import Problems

#: After so many broken promises of a customer the next one needs an approver.
MOST_BROKEN = 2
_MEMORY_MONTHS = 12
#: How a hold ends in whose place a new one comes.
MOVED = "moved"
#: More invoices than any customer has.
_ALL = 100_000


def judged(tx: Tx, context: Context, noted: Noted) -> Judgement:
    """How an open promise stands today, by the local copy of its invoices and payments."""
    invoices = _promised(tx, noted)
    payments = [payment for one in invoices for payment in mirror_payments.payments_on(tx, one.id)]
    promise = Promise(
        hold=noted.hold,
        currency=noted.currency,
        given_on=context.local(noted.created_at).date(),
        seen=frozenset(noted.payments_seen),
        invoices=invoices,
        payments=payments,
    )
    return judge(promise, context.today(), context.calendar, context.zone)


def invoices_of(tx: Tx, noted: Noted) -> list[Invoice]:
    """The invoices that a hold is about as the local copy has them, without those that are gone.

    One that names none is about all that its customer has not paid.
    """
    if not noted.hold.invoice_ids:
        return mirror.unpaid(tx, noted.hold.customer_id)
    found = (mirror.invoice(tx, one) for one in noted.hold.invoice_ids)
    return [one for one in found if one is not None]


def _promised(tx: Tx, noted: Noted) -> list[Invoice]:
    """What a promise is judged by: a payment of all that a customer owes goes to invoices that are paid by now."""
    if noted.hold.invoice_ids:
        return invoices_of(tx, noted)
    found, _ = mirror.find_invoices(tx, customer_id=noted.hold.customer_id, limit=_ALL, offset=0)
    return found


def being_written(tx: Tx, noted: Noted) -> bool:
    """Whether a change to one of its invoices is not settled: it may be the very payment."""
    about = noted.hold.invoice_ids or [one.id for one in invoices_of(tx, noted)]
    return any(operations.open_on(tx, one) is not None for one in about)


def replaced_outcome(tx: Tx, context: Context, noted: Noted, read: Collection[str]) -> tuple[str, str]:
    """The outcome of a promise in whose place a new one comes, and why.

    It is moved, unless the money has come or its time is over: a new promise makes no broken one whole. ``read`` are
    the invoices that were read from Syncro just now; a promise about others isn't judged on what may be old.
    """
    about = noted.hold.invoice_ids
    if about and set(about) <= set(read) and not being_written(tx, noted):
        judgement = judged(tx, context, noted)
        if judgement.verdict in (Verdict.KEPT, Verdict.BROKEN):
            return judgement.verdict.value, judgement.reason
    return MOVED, MOVED


def broken_lately(tx: Tx, context: Context, customer_id: str) -> int:
    """How many promises, of any invoices, this customer broke in the last 12 months."""
    since = datetime.combine(add_months(context.today(), -_MEMORY_MONTHS), time(), context.zone)
    return holds.count_of_outcome(tx, customer_id, Verdict.BROKEN.value, since)


async def may_believe(authority: Authority, user_id: str) -> bool:
    """Whether this person may note another promise of somebody who has broken too many."""
    try:
        await authority.require(user_id, Action.APPROVE)
    except NoRole:
        return False
    return True


def distrust(tx: Tx, context: Context, customer_id: str, trusted: bool) -> str:
    """That another promise of this customer is asked for first, for whom isn't ``trusted``; else empty."""
    broken = broken_lately(tx, context, customer_id)
    if trusted or broken < MOST_BROKEN:
        return ""
    return (
        f"This customer broke {broken} promises in the last {_MEMORY_MONTHS} months, so another one needs somebody "
        "else's word. Sending this form asks for it."
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open on the invoices that a promise names; ``None`` while nobody knows."""

    balance: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised, as understood. ``amount`` is ``None`` while nobody knows what is open."""

    until: date | None
    amount: int | None
    instalments: tuple[Instalment, ...] = ()


def read_plan(draft: HoldDraft, owed: Owed, today: date, problems: Problems) -> Promised:
    """The instalments of a form as a promise; what doesn't fit is noted beside its field."""
    none: tuple[Instalment, ...] = ()
    parts = problems.take("instalments", lambda: parse_plan(draft.instalments, today, owed.currency), none)
    if not parts:
        return Promised(None, None)
    total, last = sum(part.amount for part in parts), parts[-1].due
    problems.take("instalments", lambda: _require_open(total, owed), None)
    problems.take("until", lambda: _require_last(draft.until, last, today), None)
    problems.take("amount", lambda: _require_total(draft.amount, total, owed.currency), None)
    # One instalment is an ordinary promise.
    return Promised(last, total, parts if len(parts) > 1 else ())


def _require_open(total: int, owed: Owed) -> None:
    if owed.balance is not None and total > owed.balance:
        said, left = say_money(total, owed.currency), say_money(owed.balance, owed.currency)
        raise BadInput(f"The instalments come to {said}, and only {left} is open.")


def _require_last(typed: str, last: date, today: date) -> None:
    if typed.strip() and parse_date(typed, today, "future") != last:
        raise BadInput(f"The last instalment is on {say_date(last)}. Leave this empty.")


def _require_total(typed: str, total: int, currency: str) -> None:
    if typed.strip() and parse_amount(typed, currency) != total:
        raise BadInput(f"The instalments come to {say_money(total, currency)}. Leave this empty.")
