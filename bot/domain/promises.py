"""Whether a promise to pay is kept: pure, from the named invoices and the payments on them.

Amounts are minor units of the promise's currency; dates are the business's own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from bot.domain.calendar import BusinessCalendar
from bot.domain.dates import say_date
from bot.domain.holds import Hold, Instalment
from bot.domain.invoice import Invoice, Payment, Status
from bot.domain.money import say_money
from bot.domain.stamps import stamp_of

#: The day of what has neither a date nor a stamp. It counts: it wasn't there yet when the promise was given.
_UNDATED = date.min


class Verdict(StrEnum):
    """How a promise stands. ``WITHDRAWN``: its invoices are void or gone, so that nothing is promised any more."""

    WAITS = "waits"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and why, as a sentence."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise with what it is judged by.

    ``given_on`` is the day on which it was given, ``seen`` the ids of the payments that stood then. ``invoices`` are
    the named ones as they are now, without those that Syncro no longer has; ``payments`` all payments on these, one
    that has a share of several once for each.
    """

    hold: Hold
    currency: str
    given_on: date
    seen: frozenset[str]
    invoices: Sequence[Invoice]
    payments: Sequence[Payment]


def judge(promise: Promise, today: date, calendar: BusinessCalendar, zone: tzinfo) -> Judgement:
    """Kept when enough has come by the end of the business day after each date, broken when it has not.

    A payment plan is judged cumulatively: at each date all instalments up to it must have come. What is settled by
    other means, such as a credit, is kept. The amount of an open balance that nobody knew is kept when it is settled.
    """
    due = _parts(promise.hold)
    wanted = promise.hold.amount
    if wanted is not None and _received(promise, calendar.add_days(due[-1].due, 1), zone) >= wanted:
        return Judgement(Verdict.KEPT, f"{say_money(wanted, promise.currency)} came as promised.")
    if not any(_owes(one) for one in promise.invoices):
        late = wanted is not None and _received(promise, today, zone) >= wanted
        return _without_debt(promise, late)
    so_far = 0
    for place, part in enumerate(due, 1):
        so_far += part.amount
        last_day = calendar.add_days(part.due, 1)
        if today <= last_day:
            break
        came = _received(promise, last_day, zone)
        if wanted is None or came < so_far:
            return Judgement(Verdict.BROKEN, _broken(promise, place, part, so_far, came, last_day))
    return Judgement(Verdict.WAITS)


def _parts(hold: Hold) -> tuple[Instalment, ...]:
    """A promise without instalments is a plan of one."""
    assert hold.until is not None  # noqa: S101 - a promise always has its date
    return hold.instalments or (Instalment(hold.until, hold.amount or 0),)


def _without_debt(promise: Promise, late: bool) -> Judgement:
    if any(_settled(one) for one in promise.invoices):
        return (
            Judgement(Verdict.BROKEN, "It was paid too late.")
            if late
            else Judgement(Verdict.KEPT, "It is paid.")
        )
    void = any(one.status is Status.VOID for one in promise.invoices)
    return Judgement(Verdict.WITHDRAWN, "It was voided." if void else "Nothing is asked for any more.")


def _owes(invoice: Invoice) -> bool:
    return invoice.unpaid and (invoice.balance is None or invoice.balance > 0)


def _settled(invoice: Invoice) -> bool:
    return invoice.status is Status.PAID or (invoice.unpaid and not _owes(invoice))


def _received(promise: Promise, by: date, zone: tzinfo) -> int:
    """What has come for the promise up to ``by``.

    Of a payment that is spread over several invoices nobody can say what went to each. It counts once, by what it
    can be: all of it, but no more than has been paid on the named invoices beside what surely was. So an owner is
    rather silent about a doubtful promise than a customer accused of breaking a kept one.
    """
    counting = [one for one in _once(promise.payments) if _counts(one, promise, by, zone)]
    surely = sum(one.amount for one in counting if not one.spread_over)
    spread = sum(one.amount for one in counting if one.spread_over)
    room = _unexplained(promise)
    return surely + (spread if room is None else min(spread, room))


def _counts(payment: Payment, promise: Promise, by: date, zone: tzinfo) -> bool:
    if not payment.successful or payment.id in promise.seen:
        return False
    day = _day_of(payment, zone)
    return day is _UNDATED or promise.given_on <= day <= by


def _day_of(payment: Payment, zone: tzinfo) -> date:
    """Its date, else the day on which it was entered in Syncro."""
    if payment.date is not None:
        return payment.date
    entered = stamp_of(payment.created_at)
    return entered.astimezone(zone).date() if entered else _UNDATED


def _once(payments: Iterable[Payment]) -> list[Payment]:
    """Each payment once; shares of one payment on several invoices are different money."""
    return list({(one.id, one.invoice_id): one for one in payments}.values())


def _unexplained(promise: Promise) -> int | None:
    """What has been paid on the named invoices by payments whose share isn't known; ``None`` when it can't be told."""
    paid = 0
    for invoice in promise.invoices:
        if invoice.balance is None and invoice.status is not Status.PAID:
            return None
        paid += invoice.total - (invoice.balance or 0)
    known = sum(one.amount for one in _once(promise.payments) if one.successful and not one.spread_over)
    return max(0, paid - known)


def _broken(promise: Promise, place: int, part: Instalment, so_far: int, came: int, last_day: date) -> str:
    """Which promise, and what came of it, in words."""
    parts, currency = len(promise.hold.instalments), promise.currency
    if promise.hold.amount is None:
        return f"It was promised for {say_date(part.due)} and is not paid by {say_date(last_day)}."
    asked = say_money(so_far, currency)
    which = f"Instalment {place} of {parts}: {asked} in all was" if parts else f"{asked} was"
    came_words = f"{say_money(came, currency)} came" if came else "nothing came"
    return f"{which} promised for {say_date(part.due)}; {came_words} by {say_date(last_day)}."
