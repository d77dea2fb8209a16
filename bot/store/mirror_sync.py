"""What a sync asks of the mirror: what is kept, what must be read in detail, and what it should have seen."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from bot.domain.invoice import Invoice, Status
from bot.store.lane import Tx
from bot.store.mirror import UNPAID_SQL
from bot.store.mirror_rows import invoice_from
from bot.store.rows import day_text


def kept_invoices(tx: Tx, ids: Iterable[str]) -> Mapping[str, Invoice]:
    """What is kept of these invoices, by id; what is gone is left out."""
    rows = (tx.one("SELECT * FROM invoice WHERE id = :id AND gone = 0", {"id": one}) for one in ids)
    return {row["id"]: invoice_from(row) for row in rows if row}


def want_detail(tx: Tx, ids: Iterable[str]) -> None:
    """These invoices must be read in detail, now or by a later sync."""
    tx.many("UPDATE invoice SET needs_detail = 1 WHERE id = :id AND gone = 0", ({"id": one} for one in ids))


def want_detail_if_unpaid(tx: Tx, ids: Iterable[str]) -> None:
    """Those of these invoices that are unpaid must be read in detail."""
    tx.many(
        f"UPDATE invoice SET needs_detail = 1 WHERE id = :id AND gone = 0 AND {UNPAID_SQL}",  # noqa: S608 - a constant
        ({"id": one} for one in ids),
    )


def want_detail_of_unpaid(tx: Tx) -> None:
    """All unpaid invoices must be read in detail."""
    tx.run(f"UPDATE invoice SET needs_detail = 1 WHERE gone = 0 AND {UNPAID_SQL}")  # noqa: S608 - a constant


def wanted_details(tx: Tx) -> list[str]:
    """The ids of invoices to be read in detail, those that were due first before others."""
    rows = tx.all("SELECT id FROM invoice WHERE needs_detail = 1 ORDER BY due_day NULLS LAST, id")
    return [row["id"] for row in rows]


def forget_balance(tx: Tx, invoice_id: str) -> None:
    """It has changed and can't be read: what is owed on it isn't known any more."""
    tx.run("UPDATE invoice SET balance = NULL WHERE id = :id", {"id": invoice_id})


def ids_of(tx: Tx, statuses: Collection[Status], since: date | None = None) -> list[str]:
    """The ids of invoices in these states, dated ``since`` or later if it is given."""
    wanted = {f"status{place}": status.value for place, status in enumerate(statuses)}
    dated = "" if since is None else "AND date >= :since"
    rows = tx.all(
        f"SELECT id FROM invoice WHERE gone = 0 AND status IN ({', '.join(f':{name}' for name in wanted)}) {dated}",  # noqa: S608 - constants; every value is a parameter
        {**wanted, "since": day_text(since)},
    )
    return [row["id"] for row in rows]


def strangers(tx: Tx) -> list[str]:
    """The ids of customers that invoices name and the mirror doesn't have."""
    rows = tx.all(
        """SELECT DISTINCT customer_id FROM invoice
           WHERE gone = 0 AND customer_id <> '' AND customer_id NOT IN (SELECT id FROM customer)
           ORDER BY customer_id"""
    )
    return [row["customer_id"] for row in rows]


def analyze(tx: Tx) -> None:
    """Lets the database look at what it holds, so that it chooses the right index."""
    tx.run("ANALYZE invoice")
