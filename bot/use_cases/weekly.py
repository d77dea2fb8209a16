"""The weekly summary from the mirror and the holds, as docs/digest.md says. Of all customers, whatever is filtered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bot.domain import weekly
from bot.domain.digest import Figures
from bot.domain.facts import AgingTotals
from bot.domain.habit import habit_since, usual_days_late
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice
from bot.domain.weekly import CurrencyWeek, Promised, PromisesEnded, Weekly
from bot.store import holds, mirror, mirror_aging, mirror_habits, mirror_weekly
from bot.store.lane import Tx
from bot.use_cases.context import Context

_NOTHING = AgingTotals("", ())


async def weekly_facts(context: Context, today: date, kept: Iterable[Figures]) -> Weekly:
    """The summary on ``today``. ``kept`` are the figures of the channel's digests, oldest first, for the trend."""
    history = [(one.on, one.book) for one in kept if one.book]
    return await context.lane.read(lambda tx: _weekly(tx, context, today, history))


def _weekly(tx: Tx, context: Context, today: date, history: list[tuple[date, Mapping[str, int]]]) -> Weekly:
    first = today - timedelta(days=weekly.PERIOD_DAYS - 1)
    totals = {one.currency: one for one in mirror_aging.totals(tx, today)}
    months = mirror_weekly.billed_by_month(tx, today)
    billed = mirror_weekly.billed_between(tx, first, today)
    paid = mirror_weekly.paid_between(tx, first, today)
    overdue = {currency: one.overdue_amount for currency, one in totals.items()}
    trends = weekly.trend(history, today, overdue)
    cash = _cash(tx, context, today, mirror.unpaid(tx))

    def figures(currency: str) -> CurrencyWeek:
        held = totals.get(currency, _NOTHING)
        return CurrencyWeek(
            currency=currency,
            overdue=held.overdue_amount,
            outstanding=weekly.sales_outstanding(held.open_amount, months.get(currency, {}), today),
            effectiveness=weekly.effectiveness(
                paid=paid.get(currency, 0),
                billed=billed.get(currency, 0),
                closing=held.open_amount,
                closing_current=held.open_amount - held.overdue_amount,
            ),
            trend=trends.get(currency, ()),
            cash=cash.get(currency) or weekly.no_cash(today),
            unknown=held.unknown_count,
        )

    currencies = sorted({*totals, *billed, *paid, *trends})
    return Weekly(tuple(figures(one) for one in currencies), _promises(tx, context, first))


def _cash(tx: Tx, context: Context, today: date, unpaid: Sequence[Invoice]) -> dict[str, weekly.Cash]:
    """What is expected of unpaid invoices, after open promises and disputes and each customer's habit."""
    late = mirror_habits.days_late(tx, habit_since(today))
    usual = {customer_id: usual_days_late(days) for customer_id, days in late.items()}
    habits = {customer_id: days for customer_id, days in usual.items() if days is not None}
    standing = [one.hold for one in holds.all_open_noted(tx) if one.hold.stands(today, context.calendar)]
    covered = {hold.id: [one for one in unpaid if hold.concerns(one)] for hold in standing}
    promises = [
        _promised(hold, hold.until, covered[hold.id])
        for hold in standing
        if hold.kind is HoldKind.PROMISE and hold.until is not None
    ]
    disputed = {one.id for hold in standing if hold.kind is HoldKind.DISPUTE for one in covered[hold.id]}
    return weekly.expected_cash(unpaid, today, habits, promises, disputed)


def _promised(hold: Hold, until: date, covered: Sequence[Invoice]) -> Promised:
    """A promise without an amount is for all that is open on its invoices; a plan comes in its parts."""
    amount = sum(one.balance or 0 for one in covered) if hold.amount is None else hold.amount
    parts = tuple((one.due, one.amount) for one in hold.instalments) or ((until, amount),)
    return Promised(tuple(one.id for one in covered), parts)


def _promises(tx: Tx, context: Context, first: date) -> PromisesEnded:
    """How promises ended from this day on."""
    since = datetime.combine(first, time(), context.zone)
    ended = [one.outcome for one in holds.ended_since(tx, since) if one.hold.kind is HoldKind.PROMISE]
    return PromisesEnded(ended.count("kept"), ended.count("broken"), ended.count("moved"))
