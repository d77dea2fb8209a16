"""The local mirror of Syncro's customers and invoices (headers): for searches, aging and digests.

Amounts are minor units of each invoice's currency. A read that is older than what is kept never overwrites it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.invoice import UNPAID, Customer, Invoice, Status
from bot.domain.references import digits_of
from bot.store.lane import Tx
from bot.store.mirror_payments import replace_payments
from bot.store.mirror_rows import customer_from, customer_row, invoice_from, invoice_row
from bot.store.rows import at, day_text, iso

#: As the partial indexes say it: only then are they used.
UNPAID_SQL = "status IN ('sent', 'viewed', 'partial', 'open')"

_COLUMNS = (
    "number",
    "digits",
    "customer_id",
    "customer_name",
    "date",
    "due_date",
    "due_day",
    "subtotal",
    "tax",
    "total",
    "currency",
    "notes",
    "terms",
    "created_at",
    "updated_at",
)
_KEPT, _READ = (
    ", ".join(f"{of}.{name}" for name in (*_COLUMNS, "status", "balance")) for of in ("invoice", "excluded")
)
#: A header without balance that is paid or unpaid as before says nothing new about state and balance.
_STANDS = """(:told = 'less' AND invoice.gone = 0
              AND (invoice.status = 'paid') = (excluded.status = 'paid'))"""
_PUT = f"""INSERT INTO invoice (id, {", ".join(_COLUMNS)}, status, balance, needs_detail, gone, read_at)
    VALUES (:id, :number, :digits, :customer_id,
        COALESCE(NULLIF(:customer_name, ''), (SELECT name FROM customer WHERE id = :customer_id), ''),
        :{", :".join(_COLUMNS[4:])}, :status, :balance,
        CASE WHEN :told = 'less' AND :status <> 'paid' THEN 1 ELSE 0 END, 0, :read_at)
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)},
        status = CASE WHEN {_STANDS} THEN invoice.status ELSE excluded.status END,
        balance = CASE WHEN {_STANDS} THEN invoice.balance ELSE excluded.balance END,
        needs_detail = CASE
            WHEN :told = 'all' OR (:told = 'less' AND excluded.status = 'paid') THEN 0
            WHEN :told = 'header' THEN invoice.needs_detail
            WHEN {_STANDS} AND excluded.updated_at <> '' AND invoice.updated_at = excluded.updated_at
                THEN invoice.needs_detail
            ELSE 1 END,
        gone = 0, read_at = excluded.read_at
    WHERE invoice.read_at <= excluded.read_at AND (:told = 'less' OR invoice.needs_detail = 1 OR invoice.gone = 1
        OR ({_KEPT}) IS DISTINCT FROM ({_READ}))"""  # noqa: S608 - constants of this module
#: What is the same as before is only dated anew: its place in the indexes need not be found again.
_CONFIRM = "UPDATE invoice SET read_at = :read_at WHERE id = :id AND read_at < :read_at"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the mirror holds, without what is gone from Syncro."""

    customers: int
    invoices: int
    payments: int


def put_customers(tx: Tx, customers: Iterable[Customer], read_at: datetime) -> None:
    """Keep customers as read from Syncro at ``read_at``. Their invoices bear the name that they have now."""
    rows = [customer_row(customer, iso(read_at)) for customer in customers]
    tx.many(
        """INSERT INTO customer (id, name, email, cc, other_emails, phone, address, contacts, no_email, opt_out,
               disabled, read_at)
           VALUES (:id, :name, :email, :cc, :other_emails, :phone, :address, :contacts, :no_email, :opt_out,
               :disabled, :read_at)
           ON CONFLICT (id) DO UPDATE
               SET name = excluded.name, email = excluded.email, cc = excluded.cc,
                   other_emails = excluded.other_emails, phone = excluded.phone, address = excluded.address,
                   contacts = excluded.contacts, no_email = excluded.no_email, opt_out = excluded.opt_out,
                   disabled = excluded.disabled, read_at = excluded.read_at
               WHERE customer.read_at <= excluded.read_at""",
        rows,
    )
    tx.many(
        """UPDATE invoice SET customer_name = :name
           WHERE customer_id = :id AND customer_name <> :name AND :name <> ''""",
        rows,
    )


def put_invoices(tx: Tx, invoices: Iterable[Invoice], read_at: datetime) -> None:
    """Keep invoices as read from Syncro at ``read_at``; one that was gone is back.

    An invoice read in detail (its payments are known) also replaces the payments kept for it. A header without its
    balance leaves the balance that is known, until the detail is read: ``needs_detail`` says that it must be,
    unless it is paid or Syncro has not changed it since. Lists don't always name the customer: then the name is
    that of the kept customer.
    """
    found = list(invoices)
    stamp = iso(read_at)
    changed = tx.many(_PUT, (invoice_row(invoice, _told(invoice), stamp) for invoice in found))
    if changed < len(found):
        tx.many(_CONFIRM, ({"id": invoice.id, "read_at": stamp} for invoice in found))
    for invoice in found:
        if invoice.payments is not None and _read_then(tx, invoice.id, stamp):
            replace_payments(tx, invoice.id, invoice.payments)


def _told(invoice: Invoice) -> str:
    """How much a read has told: all of the invoice, its header, or a header with less than the balance."""
    if invoice.payments is not None:
        return "all"
    return "header" if invoice.balance is not None else "less"


def _read_then(tx: Tx, invoice_id: str, stamp: str) -> bool:
    """Whether what is kept of an invoice is what was read then, and not something newer."""
    kept = tx.one("SELECT read_at FROM invoice WHERE id = :id", {"id": invoice_id})
    return kept is not None and kept["read_at"] == stamp


def mark_gone(tx: Tx, ids: Iterable[str]) -> None:
    """Syncro no longer has these invoices: they are found nowhere until they are read again."""
    gone = [{"id": invoice_id} for invoice_id in ids]
    tx.many("UPDATE invoice SET gone = 1, needs_detail = 0 WHERE id = :id", gone)
    tx.many("DELETE FROM reversal WHERE invoice_id = :id", gone)


def invoice(tx: Tx, id: str) -> Invoice | None:
    """The header of one invoice."""
    row = tx.one("SELECT * FROM invoice WHERE id = :id AND gone = 0", {"id": id})
    return invoice_from(row) if row else None


def read_at(tx: Tx, id: str) -> datetime | None:
    """When an invoice was read from Syncro; ``None`` while a change is known that isn't read yet."""
    row = tx.one("SELECT read_at FROM invoice WHERE id = :id AND needs_detail = 0", {"id": id})
    return at(row["read_at"]) if row else None


def invoices_by_number(tx: Tx, number: str) -> list[Invoice]:
    """Invoices with exactly this number."""
    return _invoices(
        tx, "digits = :digits AND number = :number", {"digits": digits_of(number), "number": number}
    )


def invoices_by_digits(tx: Tx, digits: str) -> list[Invoice]:
    """Invoices whose number ends in these digits, leading zeros aside: 1042 finds INV-2024-01042."""
    return _invoices(tx, "digits = :digits", {"digits": digits_of(digits)})


def unpaid(tx: Tx, customer_id: str = "") -> list[Invoice]:
    """Unpaid invoices (sent, viewed, partial, open), of one customer or of all, earliest due first.

    Unknown balances are among them.
    """
    conditions = [UNPAID_SQL, *(["customer_id = :customer_id"] if customer_id else [])]
    return _invoices(tx, " AND ".join(conditions), {"customer_id": customer_id}, "due_date NULLS LAST, id")


def owing(tx: Tx) -> list[str]:
    """The ids of customers who have something unpaid, those with the earliest due date first."""
    rows = tx.all(
        f"""SELECT customer_id FROM invoice WHERE gone = 0 AND {UNPAID_SQL}
            GROUP BY customer_id ORDER BY min(due_day) NULLS LAST, customer_id"""  # noqa: S608 - a constant of this module
    )
    return [row["customer_id"] for row in rows]


def find_invoices(
    tx: Tx,
    *,
    customer_id: str = "",
    statuses: Iterable[Status] = (),
    date_from: date | None = None,
    date_to: date | None = None,
    overdue_on: date | None = None,
    limit: int,
    offset: int,
) -> tuple[list[Invoice], int]:
    """One page of matching invoices, newest first, and how many match in all.

    Dates are invoice dates, both ends included. ``overdue_on``: unpaid and due before that day.
    """
    wanted = {f"status{place}": status.value for place, status in enumerate(statuses)}
    any_of = f"status IN ({', '.join(f':{name}' for name in wanted)})"
    filters = {
        "customer_id = :customer_id": customer_id,
        UNPAID_SQL if set(wanted.values()) == UNPAID else any_of: wanted,
        "date >= :date_from": date_from,
        "date <= :date_to": date_to,
        f"{UNPAID_SQL} AND due_day < :overdue_on": overdue_on,
    }
    where = " AND ".join(["gone = 0", *(condition for condition, value in filters.items() if value)])
    params: dict[str, object] = {
        **wanted,
        "customer_id": customer_id,
        "date_from": day_text(date_from),
        "date_to": day_text(date_to),
        "overdue_on": None if overdue_on is None else overdue_on.toordinal(),
    }
    # Only constant conditions are joined here; every value is a parameter.
    count = tx.one(f"SELECT count(*) AS n FROM invoice WHERE {where}", params)  # noqa: S608 - constants, as said
    total = int(count["n"]) if count else 0
    return _page(tx, where, params, total, limit, offset), total


_NEWEST = "date DESC NULLS LAST, id DESC"
_OLDEST = "date NULLS FIRST, id"


def _page(
    tx: Tx, where: str, params: Mapping[str, object], total: int, limit: int, offset: int
) -> list[Invoice]:
    """One page, newest first. The index alone is walked up to it, from whichever end is nearer."""
    shown = max(0, min(limit, total - offset))
    behind = total - offset - shown
    order, skipped = (_NEWEST, offset) if offset <= behind else (_OLDEST, behind)
    rows = tx.all(
        f"""SELECT * FROM invoice
            WHERE id IN (SELECT id FROM invoice WHERE {where} ORDER BY {order} LIMIT :shown OFFSET :skipped)
            ORDER BY {_NEWEST}""",  # noqa: S608 - constants of this module
        {**params, "shown": shown, "skipped": max(0, skipped)},
    )
    return [invoice_from(row) for row in rows]


def customer(tx: Tx, id: str) -> Customer | None:
    """One customer."""
    row = tx.one("SELECT * FROM customer WHERE id = :id", {"id": id})
    return customer_from(row) if row else None


def customers(tx: Tx) -> list[Customer]:
    """Every customer, by name."""
    return [customer_from(row) for row in tx.all("SELECT * FROM customer ORDER BY name, id")]


def customer_names(tx: Tx) -> list[tuple[str, str]]:
    """Every customer's id and name, by name: what names are matched against."""
    return [(row["id"], row["name"]) for row in tx.all("SELECT id, name FROM customer ORDER BY name, id")]


def set_state(tx: Tx, key: str, value: str) -> None:
    """Remember one small fact, such as when the last sync ended."""
    tx.run(
        """INSERT INTO state (key, value) VALUES (:key, :value)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value""",
        {"key": key, "value": value},
    )


def get_state(tx: Tx, key: str) -> str | None:
    """What ``set_state`` remembered, or ``None``."""
    row = tx.one("SELECT value FROM state WHERE key = :key", {"key": key})
    return str(row["value"]) if row else None


def counts(tx: Tx) -> Counts:
    """How many customers, invoices and payments the mirror holds."""
    row = tx.one(
        """SELECT (SELECT count(*) FROM customer) AS customers,
                  (SELECT count(*) FROM invoice WHERE gone = 0) AS invoices,
                  (SELECT count(DISTINCT id) FROM payment) AS payments"""
    )
    return Counts(**row or {})


def _invoices(tx: Tx, where: str, params: Mapping[str, object], order: str = "id") -> list[Invoice]:
    """``where`` and ``order`` are constants of this module; values are parameters."""
    rows = tx.all(f"SELECT * FROM invoice WHERE gone = 0 AND {where} ORDER BY {order}", params)  # noqa: S608 - constants, as said
    return [invoice_from(row) for row in rows]
