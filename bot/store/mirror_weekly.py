"""What was billed and paid, summed from the mirror for the weekly summary. Amounts are minor units, by currency."""

from collections import defaultdict
from datetime import date

from bot.store.lane import Tx
from bot.store.mirror_rows import payment_from
from bot.store.rows import day_text

_BILLED = "gone = 0 AND status NOT IN ('draft', 'void')"


def billed_by_month(tx: Tx, until: date) -> dict[str, dict[date, int]]:
    """Totals of invoices dated ``until`` or earlier, by the first day of their month. Drafts and void ones don't count.

    Where a shape can't tell drafts apart, they are among them.
    """
    rows = tx.all(
        f"""SELECT currency, substr(date, 1, 7) AS month, CAST(sum(total) AS BIGINT) AS amount
            FROM invoice WHERE {_BILLED} AND date <= :until GROUP BY currency, substr(date, 1, 7)""",  # noqa: S608 - a constant
        {"until": day_text(until)},
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        found[row["currency"]][date.fromisoformat(f"{row['month']}-01")] = row["amount"]
    return dict(found)


def billed_between(tx: Tx, first: date, last: date) -> dict[str, int]:
    """Totals of invoices dated on these days, both included, as in ``billed_by_month``."""
    rows = tx.all(
        f"""SELECT currency, CAST(sum(total) AS BIGINT) AS amount
            FROM invoice WHERE {_BILLED} AND date >= :first AND date <= :last GROUP BY currency""",  # noqa: S608 - a constant
        {"first": day_text(first), "last": day_text(last)},
    )
    return {row["currency"]: row["amount"] for row in rows}


def paid_between(tx: Tx, first: date, last: date) -> dict[str, int]:
    """Successful payments on invoices, dated on these days, both included; without a date, by Syncro's stamp.

    One that is spread over several invoices counts once, in the currency of the first. Account credit isn't among
    them: it settles no invoice.
    """
    rows = tx.all(
        """SELECT payment.*, invoice.currency AS currency
           FROM payment JOIN invoice ON invoice.id = payment.invoice_id AND invoice.gone = 0
           WHERE payment.successful = 1
               AND COALESCE(payment.date, substr(payment.created_at, 1, 10)) >= :first
               AND COALESCE(payment.date, substr(payment.created_at, 1, 10)) <= :last
           ORDER BY payment.id, payment.invoice_id""",
        {"first": day_text(first), "last": day_text(last)},
    )
    once: dict[tuple[str, str], tuple[str, int]] = {}
    for row in rows:
        payment = payment_from(row)
        once.setdefault((payment.id, payment.invoice_id or ""), (row["currency"], payment.amount))
    found: dict[str, int] = defaultdict(int)
    for currency, amount in once.values():
        found[currency] += amount
    return dict(found)
