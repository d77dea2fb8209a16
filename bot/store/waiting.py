"""Contacts that are not made yet: planned by a build, waiting for a person, approved, or skipped.

A planned row is replaced by the next build; one that waits for a person, or was approved, stays while it is unchanged.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.store.contacts import Contact, ContactInvoice, insert_invoices, load
from bot.store.lane import Conflict, Tx
from bot.store.rows import iso

#: Not made yet: planned by a build or waiting for a person, or let out by one.
WAITING = ("planned", "approved")


def waiting(tx: Tx) -> list[Contact]:
    """Every planned and approved contact, oldest first."""
    return load(tx, "contact.stage IN ('planned', 'approved')", {})


def waiting_of(tx: Tx, customer_id: str) -> list[Contact]:
    """The same of one customer."""
    where = "contact.stage IN ('planned', 'approved') AND contact.customer_id = :customer_id"
    return load(tx, where, {"customer_id": customer_id})


def tasks(tx: Tx) -> list[Contact]:
    """Customer contacts that a person has to mail and has not yet, oldest first."""
    where = """contact.stage = 'claimed' AND contact.track = 'customer'
        AND contact.id IN (SELECT contact_id FROM delivery WHERE state = 'task')"""
    return load(tx, where, {})


def skipped_since(tx: Tx, since: datetime) -> list[Contact]:
    """Contacts that a person skipped at ``since`` or later, oldest first."""
    return load(tx, "contact.decision = 'skipped' AND contact.decided_at >= :since", {"since": iso(since)})


def approved_invoices(tx: Tx) -> set[str]:
    """The ids of invoices that a contact with a customer listed which a person has approved, whatever became of it."""
    rows = tx.all(
        """SELECT DISTINCT invoice_id FROM contact_invoice
           JOIN contact ON contact.id = contact_invoice.contact_id
           WHERE contact.decision = 'approved' AND contact.track = 'customer'"""
    )
    return {row["invoice_id"] for row in rows}


def made_on(tx: Tx, day: str) -> int:
    """How many customer contacts were made on this ISO date."""
    row = tx.one(
        """SELECT count(*) AS made FROM contact
           WHERE track = 'customer' AND as_of = :day AND stage IN ('claimed', 'sent', 'unknown')""",
        {"day": day},
    )
    return int(row["made"]) if row else 0


def any_ended(tx: Tx) -> bool:
    """Whether the ledger holds a contact of which it is said how it ended: such a row is never taken away again."""
    where = "stage NOT IN ('planned', 'approved', 'claimed')"
    return tx.one(f"SELECT id FROM contact WHERE {where} LIMIT 1") is not None  # noqa: S608 - a constant


def remove(tx: Tx, ids: Iterable[str]) -> None:
    """Take planned contacts away that the next build replaces. What a person decided on stays in the ledger."""
    rows = [{"id": one} for one in ids]
    mine = "(SELECT id FROM contact WHERE id = :id AND stage = 'planned' AND decision = '')"
    tx.many(f"DELETE FROM contact_invoice WHERE contact_id IN {mine}", rows)  # noqa: S608 - a constant
    tx.many(f"DELETE FROM delivery WHERE contact_id IN {mine}", rows)  # noqa: S608 - a constant
    tx.many("DELETE FROM contact WHERE id = :id AND stage = 'planned' AND decision = ''", rows)


def hold_back(tx: Tx, id: str, reason: str) -> None:
    """Say why a planned or approved contact is not sent yet."""
    tx.run(
        "UPDATE contact SET reason = :reason WHERE id = :id AND stage IN ('planned', 'approved')",
        {"id": id, "reason": reason},
    )


def approve(tx: Tx, id: str, *, by: str, name: str, now: datetime) -> bool:
    """A person lets it out. False when it doesn't wait for one any more."""
    changed = tx.run(
        """UPDATE contact SET stage = 'approved', decision = 'approved', decided_by = :by, decided_name = :name,
               decided_at = :now, reason = ''
           WHERE id = :id AND stage = 'planned' AND needs <> ''""",
        {"id": id, "by": by, "name": name, "now": iso(now)},
    )
    return changed == 1


def skip(tx: Tx, id: str, *, by: str, name: str, reason: str, now: datetime) -> bool:
    """A person leaves it out. False when it can't be left out any more."""
    changed = tx.run(
        """UPDATE contact SET stage = 'suppressed', decision = 'skipped', decided_by = :by, decided_name = :name,
               decided_at = :now, reason = :reason
           WHERE id = :id AND stage IN ('planned', 'approved')""",
        {"id": id, "by": by, "name": name, "reason": reason, "now": iso(now)},
    )
    return changed == 1


def edit(tx: Tx, id: str, *, subject: str, message: str, by: str) -> bool:
    """Another text, by a person who therefore may not approve it, as nobody may who changed it before.

    False when nobody has to approve it any more.
    """
    changed = tx.run(
        """UPDATE contact SET subject = :subject, message = :message,
               edited_by = CASE WHEN edited_by = '' THEN CAST(:by AS TEXT) ELSE edited_by || ' ' || :by END
           WHERE id = :id AND stage = 'planned' AND needs <> ''""",
        {"id": id, "subject": subject, "message": message, "by": by},
    )
    return changed == 1


def claim(tx: Tx, id: str, as_of: str) -> None:
    """It is about to be made on ``as_of``. Raises ``Conflict`` when it isn't waiting, or another one counts."""
    changed = tx.run(
        """UPDATE contact SET stage = 'claimed', as_of = :as_of, reason = ''
           WHERE id = :id AND stage IN ('planned', 'approved')""",
        {"id": id, "as_of": as_of},
    )
    if not changed:
        raise Conflict("the contact is not waiting any more")


def revive(tx: Tx, id: str, reason: str) -> None:
    """Nothing of a claimed contact left this machine: it waits as before, with why it was not sent."""
    tx.run(
        """UPDATE contact SET stage = CASE WHEN decision = 'approved' THEN 'approved' ELSE 'planned' END,
               reason = :reason
           WHERE id = :id AND stage = 'claimed'""",
        {"id": id, "reason": reason},
    )


def set_day(tx: Tx, contact: Contact) -> None:
    """The day of a contact that isn't made yet, with what it lists as of that day."""
    tx.run(
        "UPDATE contact SET as_of = :as_of WHERE id = :id AND stage IN ('planned', 'approved')",
        {"id": contact.id, "as_of": contact.as_of},
    )
    _set_ages(tx, contact)


def set_task_day(tx: Tx, contact: Contact) -> None:
    """The same of a task, on the day on which its owner has done it."""
    tx.run(
        "UPDATE contact SET as_of = :as_of WHERE id = :id AND stage = 'claimed'",
        {"id": contact.id, "as_of": contact.as_of},
    )
    _set_ages(tx, contact)


def relist(
    tx: Tx, id: str, invoices: Iterable[ContactInvoice], total: int, subject: str, message: str, as_of: str
) -> None:
    """What a task asks for has changed: other invoices or amounts, and its text with them."""
    tx.run(
        """UPDATE contact SET total = :total, subject = :subject, message = :message, as_of = :as_of
           WHERE id = :id AND stage = 'claimed'""",
        {"id": id, "total": total, "subject": subject, "message": message, "as_of": as_of},
    )
    tx.run("DELETE FROM contact_invoice WHERE contact_id = :id", {"id": id})
    insert_invoices(tx, id, invoices)


def _set_ages(tx: Tx, contact: Contact) -> None:
    tx.many(
        """UPDATE contact_invoice SET days_past_due = :days_past_due, level_due = :level_due,
               level_days = :level_days
           WHERE contact_id = :contact_id AND invoice_id = :invoice_id""",
        (
            {
                "contact_id": contact.id,
                "invoice_id": one.invoice_id,
                "days_past_due": one.days_past_due,
                "level_due": one.level_due,
                "level_days": one.level_days,
            }
            for one in contact.invoices
        ),
    )
