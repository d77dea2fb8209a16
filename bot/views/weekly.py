"""The weekly summary below a digest: trend, days sales outstanding, effectiveness, promises kept, expected cash."""

from collections.abc import Callable, Sequence

from bot.domain.dates import say_day
from bot.domain.money import say_money
from bot.domain.weekly import PERIOD_DAYS, CashWeek, CurrencyWeek, Point, PromisesEnded, Weekly
from bot.views.aging import change_words
from bot.views.blocks import Block, context, divider, escape, fields, header, section
from bot.views.tables import bar_chart, cell, chart_value, data_table, money_cell
from bot.views.wording import count

#: A table has at most 20 columns: the week, and two for each currency.
_CURRENCIES = 9


def weekly_blocks(held: Weekly, charts: int) -> list[Block]:
    """The summary. ``charts`` is how many charts the message has room for; further trends are told in words."""
    shown = held.currencies[:_CURRENCIES]
    return [
        divider(),
        header("The week · all customers"),
        *fields(
            [
                ("Days sales outstanding", _each(shown, _outstanding)),
                (f"Collection effectiveness ({PERIOD_DAYS} days)", _each(shown, _effectiveness)),
                (f"Promises kept ({PERIOD_DAYS} days)", _promises(held.promises)),
                ("Overdue", _each(shown, _overdue)),
            ]
        ),
        *_trends(shown, charts),
        *([_cash_table(shown)] if any(_expects(one) for one in shown) else [section(_NO_CASH)]),
        *_left_out(shown),
    ]


_NO_CASH = "*Cash expected in the next four weeks*\nNone: nothing that is open has a date in them."


def _each(currencies: Sequence[CurrencyWeek], say: Callable[[CurrencyWeek], str]) -> str:
    """What is said of each currency, on lines of their own, as markup."""
    several = len(currencies) > 1
    lines = [f"{escape(say(one))}{f' ({escape(one.currency)})' if several else ''}" for one in currencies]
    return "\n".join(lines) or "nothing yet"


def _outstanding(held: CurrencyWeek) -> str:
    if held.outstanding is None:
        return "not known: nothing was billed"
    least = "at least " if held.outstanding.at_least else ""
    return f"{least}{count(held.outstanding.days, 'day')}"


def _effectiveness(held: CurrencyWeek) -> str:
    return (
        "nothing was due"
        if held.effectiveness is None
        else f"about {held.effectiveness}% of what was due came in"
    )


def _promises(ended: PromisesEnded) -> str:
    moved = f", {ended.moved:,} moved" if ended.moved else ""
    if ended.kept_percent is None:
        return f"none was kept or broken{moved}"
    return f"{ended.kept:,} of {ended.kept + ended.broken:,} ({ended.kept_percent}%){moved}"


def _overdue(held: CurrencyWeek) -> str:
    now = say_money(held.overdue, held.currency)
    if len(held.trend) < 2:
        return now
    before = held.trend[-2]
    change = held.overdue - before.overdue
    return (
        f"{now}, {change_words(change, held.currency) if change else 'unchanged'} since {say_day(before.on)}"
    )


def _trends(currencies: Sequence[CurrencyWeek], charts: int) -> list[Block]:
    """A chart for each currency that there is room for, a line for each other one."""
    known = [one for one in currencies if len(one.trend) > 1]
    if not known:
        return [context("The trend begins with next week's summary: there is no digest yet to compare with.")]
    drawn = [one for one in known if any(point.overdue for point in one.trend)][:charts]
    told = [_trend_words(one) for one in known if one not in drawn]
    return [*map(_chart, drawn), *([section("\n".join(told))] if told else [])]


def _chart(held: CurrencyWeek) -> Block:
    points = [(say_day(point.on), chart_value(point.overdue, held.currency)) for point in held.trend]
    return bar_chart(f"Overdue by week ({held.currency})", held.currency, points)


def _trend_words(held: CurrencyWeek) -> str:
    points = " · ".join(_point_words(point, held.currency) for point in held.trend)
    return f"*Overdue by week ({escape(held.currency)})*\n{escape(points)}"


def _point_words(point: Point, currency: str) -> str:
    return f"{say_day(point.on)}: {say_money(point.overdue, currency)}"


def _expects(held: CurrencyWeek) -> bool:
    return held.cash.expected > 0


def _cash_table(currencies: Sequence[CurrencyWeek]) -> Block:
    several = len(currencies) > 1
    head = [cell("Week")]
    for held in currencies:
        which = f" ({held.currency})" if several else ""
        head += [cell(f"Expected{which}"), cell(f"Promised of it{which}")]
    weeks = range(len(currencies[0].cash.weeks))
    rows = [head, *[_cash_row(at, currencies) for at in weeks], _cash_total(currencies)]
    return data_table("Cash expected in the next four weeks", rows, len(rows) - 1)


def _cash_row(at: int, currencies: Sequence[CurrencyWeek]) -> list[Block]:
    row = [cell(_week_words(currencies[0].cash.weeks[at]))]
    for held in currencies:
        week = held.cash.weeks[at]
        row += [money_cell(week.amount, held.currency), money_cell(week.promised, held.currency)]
    return row


def _week_words(week: CashWeek) -> str:
    return f"{say_day(week.first)} to {say_day(week.last)}"


def _cash_total(currencies: Sequence[CurrencyWeek]) -> list[Block]:
    row = [cell("Four weeks")]
    for held in currencies:
        promised = sum(week.promised for week in held.cash.weeks)
        row += [money_cell(held.cash.expected, held.currency), money_cell(promised, held.currency)]
    return row


def _left_out(currencies: Sequence[CurrencyWeek]) -> list[Block]:
    """What is open and not in the table, as small print."""
    several = len(currencies) > 1
    lines = [
        f"Not in it{f' ({held.currency})' if several else ''}: {', '.join(parts)}."
        for held in currencies
        if (parts := _left_parts(held))
    ]
    return [context(escape("\n".join(lines)))] if lines else []


def _left_parts(held: CurrencyWeek) -> list[str]:
    cash = held.cash
    amounts = [
        (cash.slow, "past the day on which it should have come"),
        (cash.disputed, "in dispute"),
        (cash.later, "expected later"),
        (cash.undated, "without a due date"),
    ]
    parts = [f"{say_money(amount, held.currency)} {what}" for amount, what in amounts if amount]
    if held.unknown:
        parts.append(f"{count(held.unknown, 'invoice')} whose balance is unknown")
    return parts
