"""The mirror's payments. One row says what a payment is to one invoice.

A payment can be in several rows: with its share of each invoice (guide), or spread over several without anybody
knowing how (``Payment.spread_over``). What is no longer there, or no longer successful, is a reversal until people
have been told.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.invoice import Invoice, Payment
from bot.store.lane import Row, Tx
from bot.store.mirror_rows import invoice_from, payment_from, payment_row
from bot.store.rows import day_text

#: What a payment of account credit went to, in words.
CREDIT = "account credit"
_PUT = """INSERT INTO payment (id, invoice_id, customer_id, spread_over, amount, method, reference, mark, date,
              notes, created_at, successful)
          VALUES (:id, :invoice_id, :customer_id, :spread_over, :amount, :method, :reference, :mark, :date,
              :notes, :created_at, :successful)
          ON CONFLICT (id, invoice_id) DO UPDATE
              SET customer_id = excluded.customer_id, spread_over = excluded.spread_over,
                  amount = excluded.amount, method = excluded.method, reference = excluded.reference,
                  mark = excluded.mark, date = excluded.date, notes = excluded.notes,
                  created_at = excluded.created_at, successful = excluded.successful"""


def put_payments(tx: Tx, payments: Iterable[Payment]) -> None:
    """Keep whole payments as Syncro lists them: each replaces all that was kept of it."""
    for payment in payments:
        kept = tx.all("SELECT * FROM payment WHERE id = :id", {"id": payment.id})
        invoices = payment.spread_over or (payment.invoice_id or "",)
        still = invoices if payment.successful else ()
        _lose(tx, [row for row in kept if row["successful"] == 1 and row["invoice_id"] not in still])
        tx.run("DELETE FROM payment WHERE id = :id", {"id": payment.id})
        tx.many(_PUT, [payment_row(payment, invoice_id) for invoice_id in invoices])
        _unreverse(tx, [payment.id], still)


def replace_payments(tx: Tx, invoice_id: str, payments: Sequence[Payment]) -> None:
    """Keep the payments of one invoice as it was read in detail, in place of those kept for it."""
    kept = tx.all("SELECT * FROM payment WHERE invoice_id = :id", {"id": invoice_id})
    still = {payment.id for payment in payments if payment.successful}
    _reverse(tx, [row for row in kept if row["successful"] == 1 and row["id"] not in still])
    tx.run("DELETE FROM payment WHERE invoice_id = :id", {"id": invoice_id})
    tx.many(_PUT, [payment_row(payment, invoice_id) for payment in payments])
    _unreverse(tx, still, [invoice_id])


def forget_payments(tx: Tx, ids: Iterable[str]) -> None:
    """Syncro no longer lists these payments."""
    for payment_id in ids:
        _lose(tx, tx.all("SELECT * FROM payment WHERE id = :id AND successful = 1", {"id": payment_id}))
        tx.run("DELETE FROM payment WHERE id = :id", {"id": payment_id})


def _lose(tx: Tx, rows: Sequence[Row]) -> None:
    """Notice reversals of which a list of payments tells. Their invoices are to be read again."""
    _reverse(tx, rows)
    tx.many("UPDATE invoice SET needs_detail = 1 WHERE id = :invoice_id AND gone = 0", rows)


def _reverse(tx: Tx, rows: Sequence[Row]) -> None:
    """Notice what payments no longer are to their invoices."""
    tx.many(
        """INSERT INTO reversal (payment_id, invoice_id, amount, method, reference, date)
           VALUES (:id, :invoice_id, :amount, :method, :reference, :date) ON CONFLICT DO NOTHING""",
        [row for row in rows if row["invoice_id"]],
    )


def _unreverse(tx: Tx, payment_ids: Iterable[str], invoice_ids: Iterable[str]) -> None:
    """What is there again before anybody was told was never lost."""
    tx.many(
        "DELETE FROM reversal WHERE payment_id = :payment_id AND invoice_id = :invoice_id",
        [{"payment_id": one, "invoice_id": other} for one in payment_ids for other in invoice_ids],
    )


def reversals(tx: Tx) -> list[tuple[Payment, Invoice]]:
    """Payments that were lost to an invoice and of which nobody has been told, with the invoice as it is kept now.

    An invoice that is still to be read again is left out: what it is now isn't known.
    """
    rows = tx.all(
        """SELECT payment_id AS lost_id, amount AS lost_amount, method, reference, reversal.date AS lost_on, invoice.*
           FROM reversal JOIN invoice ON invoice.id = reversal.invoice_id
           WHERE invoice.needs_detail = 0 AND invoice.gone = 0 ORDER BY payment_id, invoice.id"""
    )
    return [
        (
            Payment(
                id=row["lost_id"],
                invoice_id=row["id"],
                amount=row["lost_amount"],
                method=row["method"],
                reference=row["reference"],
                date=None if row["lost_on"] is None else date.fromisoformat(row["lost_on"]),
                successful=False,
            ),
            invoice_from(row),
        )
        for row in rows
    ]


def end_reversal(tx: Tx, payment_id: str, invoice_id: str) -> None:
    """People have been told, or there is nothing to tell."""
    _unreverse(tx, [payment_id], [invoice_id])


def kept_payments(tx: Tx, ids: Iterable[str]) -> dict[str, Payment]:
    """What is kept of these payments, by id; of one with shares of several invoices any share.

    One that is spread over invoices of which some have not been read since is not among them: it is still new to these.
    """
    kept: dict[str, Payment] = {}
    for payment_id in ids:
        rows = tx.all("SELECT * FROM payment WHERE id = :id", {"id": payment_id})
        on = {row["invoice_id"] for row in rows}
        kept |= {one.id: one for row in rows[:1] if on.issuperset((one := payment_from(row)).spread_over)}
    return kept


def payments_since(tx: Tx, created_at: str) -> set[str]:
    """The ids of payments whose stamp by Syncro is this or later."""
    rows = tx.all(
        "SELECT DISTINCT id FROM payment WHERE created_at >= :created_at", {"created_at": created_at}
    )
    return {row["id"] for row in rows}


def payments_of(tx: Tx, customer_id: str, since: date | None) -> list[tuple[Payment, str]]:
    """A customer's payments dated ``since`` or later (``None``: all), newest first, with the numbers they went to.

    Payments without a date are always among them. Unsuccessful ones too: see ``Payment.successful``. Account credit
    is named so in place of a number.
    """
    rows = tx.all(
        """SELECT payment.*, invoice.number AS number
           FROM payment LEFT JOIN invoice ON invoice.id = payment.invoice_id
           WHERE (payment.invoice_id IN (SELECT id FROM invoice WHERE customer_id = :customer_id)
                  OR (payment.invoice_id = '' AND payment.customer_id = :customer_id))
               AND (payment.date IS NULL OR payment.date >= :since)
           ORDER BY payment.date DESC NULLS LAST, payment.id DESC, payment.invoice_id""",
        {"customer_id": customer_id, "since": day_text(since) or ""},
    )
    found: dict[tuple[str, str], tuple[Payment, str]] = {}
    for row in rows:
        payment, number = payment_from(row), row["number"] or CREDIT
        before = found.get(_once(payment))
        found[_once(payment)] = (payment, f"{before[1]}, {number}" if before else number)
    return list(found.values())


def payments_on(tx: Tx, invoice_id: str) -> list[Payment]:
    """The payments kept for one invoice, oldest first."""
    rows = tx.all(
        "SELECT * FROM payment WHERE invoice_id = :id ORDER BY date NULLS LAST, id", {"id": invoice_id}
    )
    return [payment_from(row) for row in rows]


def recent_payments(tx: Tx, since: date) -> list[tuple[Payment, Invoice]]:
    """Successful payments dated, or recorded by Syncro's stamp, ``since`` or later: newest first, with the invoice.

    A payment that is spread over several invoices comes once, with the first of them.
    """
    rows = tx.all(
        """SELECT * FROM payment
           WHERE (date >= :since OR created_at >= :since) AND successful = 1 AND invoice_id <> ''
           ORDER BY date DESC NULLS LAST, id DESC, invoice_id""",
        {"since": day_text(since)},
    )
    found: dict[tuple[str, str], tuple[Payment, Invoice]] = {}
    for row in rows:
        invoice = tx.one("SELECT * FROM invoice WHERE id = :id AND gone = 0", {"id": row["invoice_id"]})
        if invoice is not None:
            payment = payment_from(row)
            found.setdefault(_once(payment), (payment, invoice_from(invoice)))
    return list(found.values())


def last_payment(tx: Tx, customer_id: str) -> Payment | None:
    """The customer's latest successful payment that has a date, account credit included."""
    row = tx.one(
        """SELECT * FROM payment
           WHERE (invoice_id IN (SELECT id FROM invoice WHERE customer_id = :customer_id)
                  OR (invoice_id = '' AND customer_id = :customer_id))
               AND successful = 1 AND date IS NOT NULL
           ORDER BY date DESC, id DESC LIMIT 1""",
        {"customer_id": customer_id},
    )
    return payment_from(row) if row else None


def booked_between(tx: Tx, first: date, last: date) -> dict[str, date]:
    """For each customer with a successful payment dated or recorded on these days, the newest such day."""
    rows = tx.all(
        """SELECT customer, max(day) AS day FROM (
               SELECT COALESCE(invoice.customer_id, payment.customer_id) AS customer,
                   CASE WHEN COALESCE(payment.date, '') > substr(payment.created_at, 1, 10)
                       THEN payment.date ELSE substr(payment.created_at, 1, 10) END AS day
               FROM payment LEFT JOIN invoice ON invoice.id = payment.invoice_id
               WHERE payment.successful = 1 AND (payment.date >= :first OR payment.created_at >= :first)) booked
           WHERE day >= :first AND day <= :last GROUP BY customer""",
        {"first": day_text(first), "last": day_text(last)},
    )
    return {row["customer"]: date.fromisoformat(row["day"]) for row in rows if row["customer"]}


def payers_after(tx: Tx, day: date) -> list[str]:
    """The ids of customers with a successful payment on an invoice that is dated after ``day``."""
    rows = tx.all(
        """SELECT DISTINCT invoice.customer_id AS customer_id FROM payment
           JOIN invoice ON invoice.id = payment.invoice_id
           WHERE payment.successful = 1 AND payment.date > :day AND invoice.gone = 0 ORDER BY customer_id""",
        {"day": day_text(day)},
    )
    return [row["customer_id"] for row in rows]


def paid_after(tx: Tx, customer_id: str, day: date) -> list[Invoice]:
    """A customer's paid invoices to which something came after ``day``."""
    rows = tx.all(
        """SELECT * FROM invoice WHERE customer_id = :customer_id AND status = 'paid' AND gone = 0 AND id IN
               (SELECT invoice_id FROM payment WHERE successful = 1 AND date > :day) ORDER BY due_day, id""",
        {"customer_id": customer_id, "day": day_text(day)},
    )
    return [invoice_from(row) for row in rows]


def account_credits(tx: Tx, on: date) -> dict[str, int]:
    """What customers had paid without an invoice by this day, by customer, in minor units of their own currency."""
    rows = tx.all(
        """SELECT customer_id, CAST(sum(amount) AS BIGINT) AS amount FROM payment
           WHERE invoice_id = '' AND successful = 1 AND customer_id <> '' AND (date IS NULL OR date <= :on)
           GROUP BY customer_id""",
        {"on": day_text(on)},
    )
    return {row["customer_id"]: row["amount"] for row in rows}


def _once(payment: Payment) -> tuple[str, str]:
    """What makes two rows one payment: a spread one is the same in each row, a share is a payment of its own."""
    return payment.id, payment.invoice_id or ""
