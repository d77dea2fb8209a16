"""Aging totals and debtors as tables and charts, for the board, the digest and Home."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from bot.domain.facts import AgingTotals, Debtor
from bot.domain.money import say_money
from bot.views.blocks import Block, line, one_line, person, rich, words
from bot.views.standing import standing_words
from bot.views.tables import bar_chart, cell, chart_value, data_table, money_cell, number_cell
from bot.views.wording import count

#: Slack shows at most two charts in a message; currencies don't mix on one axis.
CHARTS = 2
#: A table has at most 20 columns: two for each currency, or three.
_CURRENCIES = 9
_CURRENCIES_WITH_CHANGE = 6


def overdue_words(totals: Sequence[AgingTotals], as_of: datetime | None) -> str:
    """What is overdue in all currencies, as literal text: "$1,200.00 overdue in 3 invoices".

    Nothing is said to be overdue or not while ``as_of`` is ``None``: Syncro was never read.
    """
    if as_of is None:
        return "Not known yet: Syncro has not been read completely"
    said = [
        f"{say_money(held.overdue_amount, held.currency)} overdue in {count(held.overdue_count, 'invoice')}"
        for held in totals
        if held.overdue_count
    ]
    unsure = any(held.unknown_count for held in totals)
    return ", ".join(said) or ("Nothing with a known balance is overdue" if unsure else "Nothing is overdue")


def aside_words(totals: Sequence[AgingTotals]) -> str:
    """What the buckets leave out, as literal text: unknown balances and credit. Empty when there is nothing."""
    said = []
    for held in totals:
        if held.unknown_count:
            said.append(f"{count(held.unknown_count, 'invoice')} in {held.currency}, balance unknown")
        if held.credit:
            said.append(f"{say_money(abs(held.credit), held.currency)} credit")
    return f"Beside these: {', '.join(said)}" if said else ""


def bucket_blocks(
    totals: Sequence[AgingTotals],
    as_of: datetime | None,
    changes: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> list[Block]:
    """A chart per currency and one table of all buckets; nothing while Syncro was never read completely.

    Buckets of a part would show 0 where the rest is only unknown. ``changes`` are those of the open amounts since the
    last digest, by currency; a currency without any has no such column.
    """
    if as_of is None:
        return []
    held = [
        one
        for one in totals
        if any(bucket.count for bucket in one.buckets) or any(changes.get(one.currency, ()))
    ]
    if not held:
        return []
    return [
        *(_chart(one) for one in held[:CHARTS] if one.open_amount > 0),
        _bucket_table(held[: _CURRENCIES_WITH_CHANGE if changes else _CURRENCIES], changes),
    ]


def _chart(totals: AgingTotals) -> Block:
    points = [(held.name, chart_value(held.amount, totals.currency)) for held in totals.buckets]
    return bar_chart(f"Open by days past due ({totals.currency})", totals.currency, points)


def _bucket_table(totals: Sequence[AgingTotals], changes: Mapping[str, Sequence[int]]) -> Block:
    head = [cell("Days past due")]
    for held in totals:
        which = f" ({held.currency})" if len(totals) > 1 else ""
        head += [cell(f"Invoices{which}"), cell(f"Open{which}")]
        head += [cell(f"Change{which}")] if held.currency in changes else []
    rows = [
        head,
        *[_bucket_row(at, totals, changes) for at in range(len(totals[0].buckets))],
        _total_row(totals, changes),
    ]
    return data_table("Open invoices by days past due", rows, len(rows) - 1)


def _bucket_row(at: int, totals: Sequence[AgingTotals], changes: Mapping[str, Sequence[int]]) -> list[Block]:
    row = [cell(totals[0].buckets[at].name)]
    for held in totals:
        bucket = held.buckets[at]
        row += [number_cell(bucket.count, f"{bucket.count:,}"), money_cell(bucket.amount, held.currency)]
        row += [_change_cell(changes[held.currency][at], held.currency)] if held.currency in changes else []
    return row


def _total_row(totals: Sequence[AgingTotals], changes: Mapping[str, Sequence[int]]) -> list[Block]:
    row = [cell("Total")]
    for held in totals:
        invoices = sum(bucket.count for bucket in held.buckets)
        row += [number_cell(invoices, f"{invoices:,}"), money_cell(held.open_amount, held.currency)]
        row += [_change_cell(sum(changes[held.currency]), held.currency)] if held.currency in changes else []
    return row


def _change_cell(minor: int, currency: str) -> Block:
    return number_cell(chart_value(minor, currency), change_words(minor, currency) if minor else "–")


def change_words(minor: int, currency: str) -> str:
    """By how much an amount rose or fell, as literal text: "▲ $120.00"."""
    return f"{'▲' if minor > 0 else '▼'} {say_money(abs(minor), currency)}"


def debtor_table(debtors: Sequence[Debtor], caption: str, today: date | None = None) -> list[Block]:
    """Debtors in the order given, which is by what most deserves a call; with what is next when ``today`` is given."""
    if not debtors:
        return []
    names = [
        "Customer",
        "Overdue",
        "Oldest (days)",
        *(["Next"] if today else []),
        "Open",
        "Invoices",
        "Owner",
    ]
    rows = [[cell(name) for name in names], *(_debtor_row(held, today) for held in debtors)]
    return [data_table(caption, rows, len(debtors))]


def _debtor_row(held: Debtor, today: date | None) -> list[Block]:
    return [
        cell(held.name),
        money_cell(held.overdue, held.currency),
        number_cell(held.oldest_days, f"{held.oldest_days:,}"),
        *([cell(_next(held, today))] if today else []),
        money_cell(held.open, held.currency),
        number_cell(held.invoices, f"{held.invoices:,}"),
        rich(line(person(held.owner_id))) if held.owner_id else cell("–"),
    ]


def _next(held: Debtor, today: date | None) -> str:
    return standing_words(held.standing, today) if held.standing and today else ""


def debtor_line(held: Debtor, today: date) -> Block:
    """A debtor on one line, with what is next where that is known."""
    overdue = say_money(held.overdue, held.currency)
    oldest = f"oldest {count(held.oldest_days, 'day')}"
    said = f"{one_line(held.name)}: {overdue} in {count(held.invoices, 'invoice')}, {oldest}"
    return line(words(" · ".join(filter(None, (said, _next(held, today))))))
