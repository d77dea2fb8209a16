"""The weekly summary's figures, each exactly as docs/digest.md says it. Pure: who knows the mirror passes it in.

Amounts are minor units of one currency, never summed over currencies; dates are the business's own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.dates import add_months, end_of_month, start_of_month
from bot.domain.invoice import Invoice

#: Collection effectiveness and promises are judged over so many days, today the last of them.
PERIOD_DAYS = 30
#: The trend goes back so many weeks, and cash is expected for so many.
TREND_WEEKS = 8
CASH_WEEKS = 4
_WEEK = 7


@dataclass(frozen=True, slots=True)
class SalesOutstanding:
    """Days sales outstanding. ``at_least``: more is open than was ever billed, so it is that or more."""

    days: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """What was overdue on a day."""

    on: date
    overdue: int


@dataclass(frozen=True, slots=True)
class CashWeek:
    """What is expected from ``first`` through ``last``; ``promised`` is the part that somebody promised."""

    first: date
    last: date
    amount: int
    promised: int


@dataclass(frozen=True, slots=True)
class Cash:
    """Money expected, by week, and what of the open balances is not in it.

    ``later`` comes after the last week, ``slow`` is open longer than the customer usually takes, ``disputed`` is in
    dispute, and ``undated`` has no due date.
    """

    weeks: tuple[CashWeek, ...]
    later: int = 0
    slow: int = 0
    disputed: int = 0
    undated: int = 0

    @property
    def expected(self) -> int:
        """What all weeks bring."""
        return sum(week.amount for week in self.weeks)


@dataclass(frozen=True, slots=True)
class CurrencyWeek:
    """The figures of one currency. ``outstanding`` and ``effectiveness`` (percent) are ``None`` where not known.

    ``trend`` has a point for each week of which a digest is kept, oldest first; today's is the last. ``unknown``
    counts unpaid invoices that no figure holds, because their balance isn't known.
    """

    currency: str
    overdue: int
    outstanding: SalesOutstanding | None
    effectiveness: int | None
    trend: tuple[Point, ...]
    cash: Cash
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class PromisesEnded:
    """How many promises ended how in the period."""

    kept: int = 0
    broken: int = 0
    moved: int = 0

    @property
    def kept_percent(self) -> int | None:
        """The kept ones of those that were kept or broken; ``None`` when there are none."""
        return _percent(self.kept, self.kept + self.broken)


@dataclass(frozen=True, slots=True)
class Weekly:
    """The weekly summary, of all customers whatever the channel's filter."""

    currencies: tuple[CurrencyWeek, ...]
    promises: PromisesEnded


def sales_outstanding(open_amount: int, billed: Mapping[date, int], today: date) -> SalesOutstanding | None:
    """Days sales outstanding by countback: how many days back the open balance reaches into what was billed.

    ``billed`` is by the first day of a month. Month by month, the newest first, what was billed is taken off the
    balance and the month's days count, of this month those up to today. In the month that covers the rest, days count
    in proportion, rounded half up. A month without billing counts its days. ``None`` when nothing was ever billed.
    """
    if open_amount <= 0:
        return SalesOutstanding(0)
    months = [month for month, amount in billed.items() if amount > 0 and month <= today]
    if not months:
        return None
    left, days, month = open_amount, 0, start_of_month(today)
    while month >= min(months):
        length = (min(today, end_of_month(month)) - month).days + 1
        sold = max(0, billed.get(month, 0))
        if left <= sold:
            return SalesOutstanding(days + _half_up(length * left, sold))
        left, days, month = left - sold, days + length, add_months(month, -1)
    return SalesOutstanding(days, at_least=True)


def effectiveness(*, paid: int, billed: int, closing: int, closing_current: int) -> int | None:
    """The collection effectiveness index of a period, in percent; ``None`` where there was nothing to collect.

    ``closing`` is what is open at its end and ``closing_current`` what of it is not yet due. What was open at its
    beginning is reckoned back from the end by what was ``paid`` and ``billed``.
    """
    opening = closing + paid - billed
    return _percent(opening + billed - closing, opening + billed - closing_current)


def trend(
    kept: Iterable[tuple[date, Mapping[str, int]]], today: date, now: Mapping[str, int]
) -> dict[str, tuple[Point, ...]]:
    """By currency, what was overdue in each of the last weeks: that of the last day of a week of which it is known.

    Weeks end with today's weekday. ``kept`` is by day what was overdue, by currency; a currency that it lacks wasn't
    overdue that day. Today's are ``now``.
    """
    by_week: dict[int, tuple[date, Mapping[str, int]]] = {}
    for on, overdue in sorted(kept, key=lambda pair: pair[0]):
        if on < today:
            by_week[(today - on).days // _WEEK] = (on, overdue)
    by_week[0] = (today, now)
    points = sorted(pair for week, pair in by_week.items() if week < TREND_WEEKS)
    currencies = {currency for _, overdue in points for currency in overdue}
    return {
        currency: tuple(Point(on, overdue.get(currency, 0)) for on, overdue in points)
        for currency in currencies
    }


@dataclass(frozen=True, slots=True)
class Promised:
    """A standing promise: parts of (day, minor units) for the invoices that it names."""

    invoice_ids: tuple[str, ...]
    parts: tuple[tuple[date, int], ...]


def expected_cash(
    unpaid: Iterable[Invoice],
    today: date,
    habits: Mapping[str, int],
    promises: Sequence[Promised],
    disputed: Collection[str],
) -> dict[str, Cash]:
    """By currency, when the known balances of unpaid invoices are expected.

    What is disputed (invoice ids) isn't. What is promised is expected on the day of the promise, or today when that is
    past, up to the promised sum, the oldest due invoices first. The rest is expected on the due date moved by the
    customer's usual days (``habits``, by customer id; none: on the due date); what should have come by then and
    hasn't is expected on no day.
    """
    owed = [one for one in unpaid if one.balance is not None and one.balance > 0]
    owed.sort(key=lambda one: (one.due_date or date.max, one.id))
    dated = _promised(owed, promises, disputed)
    sums: dict[str, _Sums] = defaultdict(lambda: _Sums(today))
    for invoice in owed:
        into = sums[invoice.currency]
        if invoice.id in disputed:
            into.disputed += invoice.balance or 0
            continue
        for day, amount in dated.get(invoice.id, ()):
            into.expect(max(day, today), amount, promised=True)
        rest = (invoice.balance or 0) - sum(amount for _, amount in dated.get(invoice.id, ()))
        if invoice.due_date is None:
            into.undated += rest
        else:
            usual = invoice.due_date + timedelta(days=habits.get(invoice.customer_id, 0))
            into.expect(usual, rest)
    return {currency: held.cash() for currency, held in sums.items()}


def no_cash(today: date) -> Cash:
    """Nothing, in the weeks from ``today`` on."""
    return _Sums(today).cash()


def _promised(
    owed: Sequence[Invoice], promises: Sequence[Promised], disputed: Collection[str]
) -> dict[str, list[tuple[date, int]]]:
    """What is promised on each invoice: parts go to the named invoices in the order given, never beyond a balance."""
    left = {one.id: one.balance or 0 for one in owed if one.id not in disputed}
    dated: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for promise in promises:
        for day, amount in sorted(promise.parts):
            for invoice_id in (one for one in left if one in promise.invoice_ids):
                share = min(amount, left[invoice_id])
                if share > 0:
                    dated[invoice_id].append((day, share))
                    left[invoice_id] -= share
                    amount -= share
    return dated


class _Sums:
    """Sums of one currency as they are added up."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._amounts = [0] * CASH_WEEKS
        self._promised = [0] * CASH_WEEKS
        self._later = self._slow = 0
        self.disputed = self.undated = 0

    def expect(self, day: date, amount: int, *, promised: bool = False) -> None:
        """``amount`` is expected on ``day``."""
        week = (day - self._today).days // _WEEK
        if week < 0:
            self._slow += amount
        elif week >= CASH_WEEKS:
            self._later += amount
        else:
            self._amounts[week] += amount
            self._promised[week] += amount if promised else 0

    def cash(self) -> Cash:
        """All of it."""
        firsts = [self._today + timedelta(days=_WEEK * week) for week in range(CASH_WEEKS)]
        weeks = (
            CashWeek(first, first + timedelta(days=_WEEK - 1), amount, promised)
            for first, amount, promised in zip(firsts, self._amounts, self._promised, strict=True)
        )
        return Cash(tuple(weeks), self._later, self._slow, self.disputed, self.undated)


def _percent(part: int, whole: int) -> int | None:
    """``part`` of ``whole`` in percent, rounded half up; ``None`` when there is no whole."""
    return _half_up(100 * part, whole) if whole > 0 else None


def _half_up(number: int, by: int) -> int:
    return (2 * number + by) // (2 * by)
