"""Whom to call first: what is owed, weighed with how we stand with each customer (``bot.domain.worklist``)."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import aging
from bot.domain import worklist as order
from bot.domain.facts import Debtor
from bot.domain.policy import People
from bot.domain.worklist import NOTHING_KNOWN, Only
from bot.store import mirror_aging
from bot.store import worklist as ledgers
from bot.store.lane import Tx
from bot.store.mirror_aging import EVERYTHING, Selection
from bot.use_cases.context import Context


def worklist(
    tx: Tx,
    context: Context,
    people: People,
    over_days: int = 0,
    among: Selection = EVERYTHING,
    only: Only = Only.EVERYBODY,
) -> list[Debtor]:
    """Customers with overdue money, those who most deserve a call first, each with how we stand with them.

    ``over_days``: only those who owe something that is more than so many days past due.
    """
    today = context.today()
    known = ledgers.standings(tx, broken_since(context))
    found = (
        (weight, replace(debtor, standing=known.get(debtor.customer_id, NOTHING_KNOWN)))
        for weight, debtor in mirror_aging.scored(tx, today, people.owner_of, over_days, among)
    )
    return aging.ranked(
        (order.score(weight, debtor.standing, today), debtor)
        for weight, debtor in found
        if debtor.standing is not None and order.fits(debtor.standing, only)
    )


def broken_since(context: Context) -> datetime:
    """Promises broken before then no longer count."""
    return context.now() - timedelta(days=order.BROKEN_DAYS)
