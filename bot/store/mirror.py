"""The local mirror of Syncro's customers, invoices (headers) and payments: for searches, aging and digests.

Amounts are minor units of each invoice's currency. A read that is older than what is kept never overwrites it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.invoice import Customer, Invoice, Payment, Status
from bot.domain.references import digits_of
from bot.store.lane import Tx
from bot.store.mirror_rows import (
    customer_from,
    customer_row,
    invoice_from,
    invoice_row,
    payment_from,
    payment_row,
)
from bot.store.rows import at, day_text, iso

_UNPAID = "status IN ('sent', 'viewed', 'partial', 'open')"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the mirror holds, without what is gone from Syncro."""

    customers: int
    invoices: int
    payments: int


def put_customers(tx: Tx, customers: Iterable[Customer], read_at: datetime) -> None:
    """Keep customers as read from Syncro at ``read_at``."""
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
        (customer_row(customer, iso(read_at)) for customer in customers),
    )


def put_invoices(tx: Tx, invoices: Iterable[Invoice], read_at: datetime) -> None:
    """Keep invoices as read from Syncro at ``read_at``; one that was gone is back.

    An invoice read in detail (its payments are known) also replaces the payments kept for it. Lists don't always
    name the customer: then the name is that of the kept customer.
    """
    found = list(invoices)
    tx.many(
        """INSERT INTO invoice (id, number, digits, customer_id, customer_name, date, due_date, status, subtotal,
               tax, total, balance, currency, notes, terms, created_at, gone, read_at)
           VALUES (:id, :number, :digits, :customer_id, COALESCE(NULLIF(:customer_name, ''),
               (SELECT name FROM customer WHERE id = :customer_id), ''), :date, :due_date, :status, :subtotal,
               :tax, :total, :balance, :currency, :notes, :terms, :created_at, 0, :read_at)
           ON CONFLICT (id) DO UPDATE
               SET number = excluded.number, digits = excluded.digits, customer_id = excluded.customer_id,
                   customer_name = excluded.customer_name, date = excluded.date, due_date = excluded.due_date,
                   status = excluded.status, subtotal = excluded.subtotal, tax = excluded.tax,
                   total = excluded.total, balance = excluded.balance, currency = excluded.currency,
                   notes = excluded.notes, terms = excluded.terms, created_at = excluded.created_at, gone = 0,
                   read_at = excluded.read_at
               WHERE invoice.read_at <= excluded.read_at""",
        (invoice_row(invoice, digits_of(invoice.number), iso(read_at)) for invoice in found),
    )
    for invoice in found:
        if invoice.payments is not None:
            _replace_payments(tx, invoice.id, invoice.payments, iso(read_at))


def _replace_payments(tx: Tx, invoice_id: str, payments: Sequence[Payment], read_at: str) -> None:
    kept = tx.one("SELECT read_at FROM invoice WHERE id = :id", {"id": invoice_id})
    if kept is None or kept["read_at"] != read_at:
        return
    tx.run("DELETE FROM payment WHERE invoice_id = :id", {"id": invoice_id})
    put_payments(tx, [replace(payment, invoice_id=invoice_id) for payment in payments])


def put_payments(tx: Tx, payments: Iterable[Payment]) -> None:
    """Keep payments as read from Syncro."""
    tx.many(
        """INSERT INTO payment (id, invoice_id, amount, method, reference, date, notes, created_at, successful)
           VALUES (:id, :invoice_id, :amount, :method, :reference, :date, :notes, :created_at, :successful)
           ON CONFLICT (id) DO UPDATE
               SET invoice_id = excluded.invoice_id, amount = excluded.amount, method = excluded.method,
                   reference = excluded.reference, date = excluded.date, notes = excluded.notes,
                   created_at = excluded.created_at, successful = excluded.successful""",
        (payment_row(payment) for payment in payments),
    )


def mark_gone(tx: Tx, ids: Iterable[str]) -> None:
    """Syncro no longer has these invoices: they are found nowhere until they are read again."""
    tx.many("UPDATE invoice SET gone = 1 WHERE id = :id", ({"id": invoice_id} for invoice_id in ids))


def invoice(tx: Tx, id: str) -> Invoice | None:
    """The header of one invoice."""
    row = tx.one("SELECT * FROM invoice WHERE id = :id AND gone = 0", {"id": id})
    return invoice_from(row) if row else None


def read_at(tx: Tx, id: str) -> datetime | None:
    """When the header of an invoice was read from Syncro."""
    row = tx.one("SELECT read_at FROM invoice WHERE id = :id", {"id": id})
    return at(row["read_at"]) if row else None


def invoices_by_number(tx: Tx, number: str) -> list[Invoice]:
    """Invoices with exactly this number."""
    return _invoices(tx, "number = :number", {"number": number})


def invoices_by_digits(tx: Tx, digits: str) -> list[Invoice]:
    """Invoices whose number ends in these digits, leading zeros aside: 1042 finds INV-2024-01042."""
    return _invoices(tx, "digits = :digits", {"digits": digits_of(digits)})


def unpaid(tx: Tx, customer_id: str = "") -> list[Invoice]:
    """Unpaid invoices (sent, viewed, partial, open), of one customer or of all, earliest due first.

    Unknown balances are among them.
    """
    conditions = [_UNPAID, *(["customer_id = :customer_id"] if customer_id else [])]
    return _invoices(tx, " AND ".join(conditions), {"customer_id": customer_id}, "due_date NULLS LAST, id")


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
    filters = {
        "customer_id = :customer_id": customer_id,
        f"status IN ({', '.join(f':{name}' for name in wanted)})": wanted,
        "date >= :date_from": date_from,
        "date <= :date_to": date_to,
        f"{_UNPAID} AND due_date < :overdue_on": overdue_on,
    }
    where = " AND ".join(["gone = 0", *(condition for condition, value in filters.items() if value)])
    params: dict[str, object] = {
        **wanted,
        "customer_id": customer_id,
        "date_from": day_text(date_from),
        "date_to": day_text(date_to),
        "overdue_on": day_text(overdue_on),
        "limit": limit,
        "offset": offset,
    }
    # Only constant conditions are joined here; every value is a parameter.
    count = tx.one(f"SELECT count(*) AS n FROM invoice WHERE {where}", params)  # noqa: S608 - constants, as said
    rows = tx.all(
        f"""SELECT * FROM invoice WHERE {where}
            ORDER BY date DESC NULLS LAST, id DESC LIMIT :limit OFFSET :offset""",  # noqa: S608 - constants, as said
        params,
    )
    return [invoice_from(row) for row in rows], int(count["n"]) if count else 0


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


def payments_of(tx: Tx, customer_id: str, since: date | None) -> list[tuple[Payment, str]]:
    """Payments on a customer's invoices dated ``since`` or later (``None``: all), newest first, with the number.

    Payments without a date are always among them. Unsuccessful ones too: see ``Payment.successful``.
    """
    rows = tx.all(
        """SELECT payment.*, invoice.number AS number
           FROM payment JOIN invoice ON invoice.id = payment.invoice_id
           WHERE invoice.customer_id = :customer_id AND (payment.date IS NULL OR payment.date >= :since)
           ORDER BY payment.date DESC NULLS LAST, payment.id DESC""",
        {"customer_id": customer_id, "since": day_text(since) or ""},
    )
    return [(payment_from(row), row["number"]) for row in rows]


def payments_on(tx: Tx, invoice_id: str) -> list[Payment]:
    """The payments kept for one invoice, oldest first."""
    rows = tx.all(
        "SELECT * FROM payment WHERE invoice_id = :id ORDER BY date NULLS LAST, id", {"id": invoice_id}
    )
    return [payment_from(row) for row in rows]


def recent_payments(tx: Tx, since: date) -> list[tuple[Payment, Invoice]]:
    """Successful payments dated, or recorded by Syncro's stamp, ``since`` or later: newest first, with the invoice."""
    rows = tx.all(
        """SELECT * FROM payment
           WHERE (date >= :since OR created_at >= :since) AND successful = 1 AND invoice_id IS NOT NULL
           ORDER BY date DESC NULLS LAST, id DESC""",
        {"since": day_text(since)},
    )
    payments = [payment_from(row) for row in rows]
    found = [(payment, invoice(tx, payment.invoice_id or "")) for payment in payments]
    return [(payment, its_invoice) for payment, its_invoice in found if its_invoice]


def last_payment(tx: Tx, customer_id: str) -> Payment | None:
    """The customer's latest successful payment that has a date."""
    row = tx.one(
        """SELECT payment.* FROM payment JOIN invoice ON invoice.id = payment.invoice_id
           WHERE invoice.customer_id = :customer_id AND payment.successful = 1 AND payment.date IS NOT NULL
           ORDER BY payment.date DESC, payment.id DESC LIMIT 1""",
        {"customer_id": customer_id},
    )
    return payment_from(row) if row else None


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
                  (SELECT count(*) FROM payment) AS payments"""
    )
    return Counts(**row or {})


def _invoices(tx: Tx, where: str, params: Mapping[str, object], order: str = "id") -> list[Invoice]:
    """``where`` and ``order`` are constants of this module; values are parameters."""
    rows = tx.all(f"SELECT * FROM invoice WHERE gone = 0 AND {where} ORDER BY {order}", params)  # noqa: S608 - constants, as said
    return [invoice_from(row) for row in rows]
