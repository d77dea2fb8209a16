"""Chased invoices that have been paid, and of which of them the owner is told. An invoice is noted once, ever."""

from datetime import date, datetime

from bot.domain.invoice import Invoice
from bot.store.lane import Tx
from bot.store.mirror_rows import invoice_from
from bot.store.rows import day_text, iso


def to_note(tx: Tx, since: date) -> list[Invoice]:
    """Paid invoices that a contact has listed, with a successful payment dated or entered ``since``, and not noted yet.

    Sent contacts count and those of which nobody knows. What is gone, or still to be read again, isn't known to be
    paid.
    """
    rows = tx.all(
        """SELECT invoice.* FROM invoice
           WHERE invoice.status = 'paid' AND invoice.gone = 0 AND invoice.needs_detail = 0
               AND invoice.id IN (SELECT invoice_id FROM payment
                   WHERE successful = 1 AND (date >= :since OR created_at >= :since))
               AND invoice.id IN (SELECT contact_invoice.invoice_id FROM contact_invoice
                   JOIN contact ON contact.id = contact_invoice.contact_id
                   WHERE contact.stage IN ('sent', 'unknown'))
               AND invoice.id NOT IN (SELECT invoice_id FROM thanked)
           ORDER BY invoice.customer_name, invoice.id""",
        {"since": day_text(since)},
    )
    return [invoice_from(row) for row in rows]


def note(tx: Tx, invoice_id: str, outbox_key: str, now: datetime) -> bool:
    """The owner is told of this invoice with that message. False when it was noted before."""
    noted = tx.run(
        """INSERT INTO thanked (invoice_id, outbox_key, noted_at) VALUES (:id, :key, :now)
           ON CONFLICT (invoice_id) DO NOTHING""",
        {"id": invoice_id, "key": outbox_key, "now": iso(now)},
    )
    return noted == 1


def told_with(tx: Tx, outbox_key: str) -> list[Invoice]:
    """The invoices of one message, as they are kept now, by customer; only those that are still paid."""
    rows = tx.all(
        """SELECT invoice.* FROM thanked JOIN invoice ON invoice.id = thanked.invoice_id
           WHERE thanked.outbox_key = :key AND invoice.status = 'paid' AND invoice.gone = 0
           ORDER BY invoice.customer_name, invoice.id""",
        {"key": outbox_key},
    )
    return [invoice_from(row) for row in rows]
