"""What is unpaid, summed by the database: the figures of ``bot.domain.aging`` without reading every invoice.

Amounts are minor units. Days are ordinals (``date.toordinal``), so that days past due can be reckoned with in SQL.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from bot.domain.aging import BUCKETS, LAST_DAYS, OLDEST_THAT_COUNTS, ranked
from bot.domain.facts import AgingTotals, BucketTotal, Debtor
from bot.domain.invoice import Invoice
from bot.store.lane import Row, Tx
from bot.store.mirror import UNPAID_SQL
from bot.store.mirror_rows import invoice_from

_UNKNOWN, _CREDIT, _NOTHING = -1, -2, -3
_BUCKET = f"""CASE WHEN balance IS NULL THEN {_UNKNOWN} WHEN balance < 0 THEN {_CREDIT}
    WHEN balance = 0 THEN {_NOTHING} WHEN due_day IS NULL THEN 0
    {" ".join(f"WHEN due_day >= :bucket{index} THEN {index}" for index in range(len(LAST_DAYS)))}
    ELSE {len(LAST_DAYS)} END"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which unpaid invoices are summed; all, unless something is given.

    ``customers``: only theirs. ``without``: not theirs. ``over_days``: more than so many days past due.
    ``customers_over_days``: of customers who owe something that is more than so many days past due.
    """

    customers: Collection[str] | None = None
    without: Collection[str] = ()
    over_days: int = 0
    customers_over_days: int = 0


EVERYTHING = Selection()


def totals(tx: Tx, today: date, selection: Selection = EVERYTHING) -> tuple[AgingTotals, ...]:
    """As ``aging.totals``: buckets, credits and unknown balances per currency, in alphabetical order."""
    where, params = _where(selection, today)
    cut_offs = {f"bucket{index}": today.toordinal() - days for index, days in enumerate(LAST_DAYS)}
    rows = tx.all(
        f"""SELECT currency, {_BUCKET} AS bucket, CAST(sum(balance) AS BIGINT) AS amount, count(*) AS number
            FROM invoice WHERE {where} GROUP BY currency, bucket ORDER BY currency""",  # noqa: S608 - constants of this module
        {**params, **cut_offs},
    )
    found = {(row["currency"], row["bucket"]): row for row in rows}
    return tuple(_totals(currency, found) for currency in dict.fromkeys(row["currency"] for row in rows))


def _totals(currency: str, found: dict[tuple[str, int], Row]) -> AgingTotals:
    def number(bucket: int) -> int:
        return int(found[currency, bucket]["number"]) if (currency, bucket) in found else 0

    def amount(bucket: int) -> int:
        return int(found[currency, bucket]["amount"]) if (currency, bucket) in found else 0

    buckets = (BucketTotal(name, number(index), amount(index)) for index, name in enumerate(BUCKETS))
    return AgingTotals(currency, tuple(buckets), number(_UNKNOWN), -amount(_CREDIT))


def debtors(
    tx: Tx,
    today: date,
    owner_of: Callable[[str], str],
    over_days: int = 0,
    selection: Selection = EVERYTHING,
) -> list[Debtor]:
    """As ``aging.debtors``: customers with overdue money, those whose debts weigh most first."""
    return ranked(scored(tx, today, owner_of, over_days, selection))


def scored(
    tx: Tx,
    today: date,
    owner_of: Callable[[str], str],
    over_days: int = 0,
    selection: Selection = EVERYTHING,
) -> list[tuple[int, Debtor]]:
    """The same in no order, each with the ``aging.score`` of what they owe."""
    where, params = _where(selection, today)
    rows = tx.all(
        f"""SELECT debt.*,
                COALESCE((SELECT NULLIF(name, '') FROM customer WHERE id = debt.customer_id),
                    (SELECT max(customer_name) FROM invoice WHERE customer_id = debt.customer_id)) AS name
            FROM (SELECT customer_id, currency, CAST(sum(balance) AS BIGINT) AS open,
                      CAST(sum(CASE WHEN due_day < :today THEN balance ELSE 0 END) AS BIGINT) AS overdue,
                      CAST(sum(CASE WHEN due_day < :today THEN 1 ELSE 0 END) AS BIGINT) AS invoices,
                      :today - min(due_day) AS oldest_days,
                      CAST(sum(CASE WHEN due_day < :today THEN balance * (30 +
                          CASE WHEN :today - due_day > :counts THEN :counts ELSE :today - due_day END)
                          ELSE 0 END) AS BIGINT) AS score
                  FROM invoice WHERE {where} AND balance > 0
                  GROUP BY customer_id, currency HAVING min(due_day) < :today - :over) debt""",  # noqa: S608 - constants of this module
        {**params, "today": today.toordinal(), "over": over_days, "counts": OLDEST_THAT_COUNTS},
    )
    return [(row["score"], _debtor(row, owner_of)) for row in rows]


def _debtor(row: Row, owner_of: Callable[[str], str]) -> Debtor:
    return Debtor(
        customer_id=row["customer_id"],
        name=row["name"],
        currency=row["currency"],
        overdue=row["overdue"],
        open=row["open"],
        invoices=row["invoices"],
        oldest_days=row["oldest_days"],
        owner_id=owner_of(row["customer_id"]),
    )


def due_between(tx: Tx, first: date, last: date, selection: Selection = EVERYTHING) -> list[Invoice]:
    """Unpaid invoices that are due on these days, both included; ``selection`` judges on the day after ``last``."""
    where, params = _where(selection, date.fromordinal(last.toordinal() + 1))
    rows = tx.all(
        f"""SELECT * FROM invoice
            WHERE id IN (SELECT id FROM invoice WHERE {where} AND due_day >= :first AND due_day <= :last)""",  # noqa: S608 - constants of this module
        {**params, "first": first.toordinal(), "last": last.toordinal()},
    )
    return [invoice_from(row) for row in rows]


def _where(selection: Selection, today: date) -> tuple[str, dict[str, object]]:
    """The condition that selects, and its parameters."""
    conditions = ["gone = 0", UNPAID_SQL]
    params: dict[str, object] = {}
    if selection.customers is not None:
        params |= (listed := {f"only{place}": one for place, one in enumerate(selection.customers)})
        conditions.append(
            f"customer_id IN ({', '.join(f':{name}' for name in listed)})" if listed else "1 = 0"
        )
    if selection.without:
        params |= (listed := {f"without{place}": one for place, one in enumerate(selection.without)})
        conditions.append(f"customer_id NOT IN ({', '.join(f':{name}' for name in listed)})")
    if selection.over_days:
        params["late"] = today.toordinal() - selection.over_days
        conditions.append("due_day < :late")
    if selection.customers_over_days:
        params["oldest"] = today.toordinal() - selection.customers_over_days
        conditions.append(
            f"""customer_id IN (SELECT customer_id FROM invoice
                WHERE gone = 0 AND {UNPAID_SQL} AND balance > 0 AND due_day < :oldest)"""  # noqa: S608 - constants of this module
        )
    return " AND ".join(conditions), params
