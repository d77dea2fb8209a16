"""What customers and our own people were told: one row per contact, never sent twice.

Stages: planned → approved → claimed → sent | failed | unknown | suppressed. Claimed, sent and unknown ones
count as made, and the database allows one of them per customer, currency, track, carrying invoice, level and
repeat.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from bot.store.lane import Conflict, Row, Tx
from bot.store.rows import at, at_or_none, iso

#: The state of a delivery that a person has to make, because Syncro can't send our text.
TASK = "task"


@dataclass(frozen=True, slots=True)
class ContactInvoice:
    """An invoice as the contact listed it. ``balance`` in minor units; ``level_days`` of the level due for it."""

    invoice_id: str
    number: str
    days_past_due: int
    balance: int
    level_due: str
    level_days: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way the contact goes out: to whom (``audience``), where (``target``), and what became of it."""

    id: str
    audience: str
    target: str
    state: str
    outbox_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact to one customer in one currency. ``total`` in minor units; ``as_of`` is an ISO date.

    ``needs`` says why a person must let it out: "level", "old_book", or empty when nobody needs to. ``subject`` and
    ``message`` are what the customer reads; ``edited_by`` are the ids of all who changed them. ``decision`` is
    "approved" or "skipped".
    """

    id: str
    customer_id: str
    currency: str
    track: str
    carrying_invoice_id: str
    level: str
    repeat: int = 0
    stage: str
    policy_version: str
    total: int
    as_of: str
    created_at: datetime
    reason: str = ""
    actor_id: str = ""
    subject: str = ""
    message: str = ""
    needs: str = ""
    edited_by: str = ""
    decision: str = ""
    decided_by: str = ""
    decided_name: str = ""
    decided_at: datetime | None = None
    invoices: tuple[ContactInvoice, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it among the customer's contacts: currency, track, carrying invoice, level."""
        return (self.currency, self.track, self.carrying_invoice_id, self.level)

    @property
    def editors(self) -> frozenset[str]:
        """Everybody who has changed its text."""
        return frozenset(self.edited_by.split())

    @property
    def awaits(self) -> bool:
        """Whether a person must still approve or skip it."""
        return self.stage == "planned" and self.needs != ""

    @property
    def is_task(self) -> bool:
        """Whether it is a task that its owner has not done yet: nobody has told the customer anything."""
        return self.stage == "claimed" and any(one.state == TASK for one in self.deliveries)


def insert(tx: Tx, contact: Contact) -> None:
    """Write ``contact`` down with what it lists and its deliveries.

    Raises ``Conflict`` when its id exists, or when one that counts exists for the same carrying invoice and level.
    """
    inserted = tx.run(
        """INSERT INTO contact (id, customer_id, currency, track, carrying_invoice_id, level, repeat, stage,
               policy_version, total, as_of, created_at, reason, actor_id, subject, message, needs, edited_by, decision,
               decided_by, decided_name, decided_at)
           VALUES (:id, :customer_id, :currency, :track, :carrying_invoice_id, :level, :repeat, :stage,
               :policy_version, :total, :as_of, :created_at, :reason, :actor_id, :subject, :message, :needs, :edited_by,
               :decision, :decided_by, :decided_name, :decided_at)
           ON CONFLICT DO NOTHING""",
        _to_row(contact),
    )
    if not inserted:
        raise Conflict(f"level {contact.level} was carried by invoice {contact.carrying_invoice_id} already")
    insert_invoices(tx, contact.id, contact.invoices)
    _insert_deliveries(tx, contact.id, contact.deliveries)


def insert_invoices(tx: Tx, contact_id: str, invoices: Iterable[ContactInvoice]) -> None:
    """What a contact lists, in this order."""
    tx.many(
        """INSERT INTO contact_invoice (contact_id, place, invoice_id, number, days_past_due, balance, level_due,
               level_days)
           VALUES (:contact_id, :place, :invoice_id, :number, :days_past_due, :balance, :level_due,
               :level_days)""",
        ({"contact_id": contact_id, "place": place, **asdict(item)} for place, item in enumerate(invoices)),
    )


def _insert_deliveries(tx: Tx, contact_id: str, deliveries: Iterable[Delivery]) -> None:
    tx.many(
        """INSERT INTO delivery (id, contact_id, place, audience, target, state, outbox_id, reason)
           VALUES (:id, :contact_id, :place, :audience, :target, :state, :outbox_id, :reason)""",
        (
            {"contact_id": contact_id, "place": place, **asdict(delivery)}
            for place, delivery in enumerate(deliveries)
        ),
    )


def replace_deliveries(tx: Tx, contact_id: str, deliveries: Iterable[Delivery]) -> None:
    """How a contact that isn't made yet is going to go out."""
    tx.run("DELETE FROM delivery WHERE contact_id = :id", {"id": contact_id})
    _insert_deliveries(tx, contact_id, deliveries)


def get(tx: Tx, id: str) -> Contact | None:
    """The contact with this id."""
    return next(iter(load(tx, "contact.id = :id", {"id": id})), None)


def of_customer(tx: Tx, customer_id: str) -> list[Contact]:
    """A customer's contacts in every stage, oldest first."""
    return load(tx, "contact.customer_id = :customer_id", {"customer_id": customer_id})


def listing(tx: Tx, invoice_id: str) -> frozenset[str]:
    """The ids of all contacts that list an invoice."""
    rows = tx.all("SELECT contact_id FROM contact_invoice WHERE invoice_id = :id", {"id": invoice_id})
    return frozenset(row["contact_id"] for row in rows)


def left_out_on(tx: Tx, day: date) -> list[tuple[str, str]]:
    """The customers of contacts that were decided for this day and then did not go out, each with the reason."""
    rows = tx.all(
        """SELECT customer.name, contact.reason FROM contact
           LEFT JOIN customer ON customer.id = contact.customer_id
           WHERE contact.as_of = :day AND contact.stage IN ('suppressed', 'failed') ORDER BY contact.id""",
        {"day": day.isoformat()},
    )
    return [(row["name"] or "a customer", row["reason"]) for row in rows]


def sends_amiss_since(tx: Tx, day: date) -> list[tuple[str, str, str, str]]:
    """Contacts to customers of this day or later that failed, or of which nobody knows whether they went out.

    Each with the customer's name, the level, the stage and the reason.
    """
    rows = tx.all(
        """SELECT customer.name, contact.level, contact.stage, contact.reason FROM contact
           LEFT JOIN customer ON customer.id = contact.customer_id
           WHERE contact.as_of >= :day AND contact.track = 'customer' AND contact.stage IN ('failed', 'unknown')
           ORDER BY contact.created_at, contact.id""",
        {"day": day.isoformat()},
    )
    return [(row["name"] or "a customer", row["level"], row["stage"], row["reason"]) for row in rows]


def waiting_on(tx: Tx, day: date) -> int:
    """How many contacts that were decided for this day are not out yet; mails that a person sends aren't counted."""
    row = tx.one(
        """SELECT count(*) AS waiting FROM contact WHERE as_of = :day AND stage = 'claimed'
               AND id NOT IN (SELECT contact_id FROM delivery WHERE state = 'task')""",
        {"day": day.isoformat()},
    )
    return int(row["waiting"]) if row else 0


def to_hand_out(tx: Tx, state: str) -> list[Contact]:
    """Contacts that were made and have a delivery in this state of which nobody has been told, oldest first."""
    where = """contact.stage IN ('claimed', 'sent') AND (contact.stage = 'sent' OR :state = 'task')
        AND contact.id IN (SELECT contact_id FROM delivery WHERE state = :state AND outbox_id = '')"""
    return load(tx, where, {"state": state})


def set_stage(tx: Tx, id: str, stage: str, reason: str = "") -> bool:
    """Move a contact to ``stage``. False when it was sent (a sent contact is never edited) or does not exist.

    Raises ``Conflict`` when it would count and another one does already; that ends the transaction.
    """
    changed = tx.run(
        "UPDATE contact SET stage = :stage, reason = :reason WHERE id = :id AND stage <> 'sent'",
        {"id": id, "stage": stage, "reason": reason},
    )
    return changed == 1


def set_delivery(tx: Tx, id: str, state: str, reason: str = "", outbox_id: str = "") -> bool:
    """What became of one delivery; an empty ``outbox_id`` keeps the one known. False when it does not exist."""
    changed = tx.run(
        """UPDATE delivery SET state = :state, reason = :reason,
               outbox_id = CASE WHEN :outbox_id = '' THEN outbox_id ELSE :outbox_id END
           WHERE id = :id""",
        {"id": id, "state": state, "reason": reason, "outbox_id": outbox_id},
    )
    return changed == 1


def load(tx: Tx, where: str, params: Mapping[str, object]) -> list[Contact]:
    """Contacts of a condition, oldest first. ``where`` is a constant of the store; values are parameters."""
    invoices: dict[str, list[ContactInvoice]] = defaultdict(list)
    for row in tx.all(
        f"""SELECT contact_invoice.* FROM contact_invoice JOIN contact ON contact.id = contact_invoice.contact_id
            WHERE {where} ORDER BY contact_invoice.place""",  # noqa: S608 - see the docstring
        params,
    ):
        invoices[row["contact_id"]].append(
            ContactInvoice(**{item.name: row[item.name] for item in fields(ContactInvoice)})
        )
    deliveries: dict[str, list[Delivery]] = defaultdict(list)
    for row in tx.all(
        f"""SELECT delivery.* FROM delivery JOIN contact ON contact.id = delivery.contact_id
            WHERE {where} ORDER BY delivery.place""",  # noqa: S608 - see the docstring
        params,
    ):
        deliveries[row["contact_id"]].append(
            Delivery(**{item.name: row[item.name] for item in fields(Delivery)})
        )
    rows = tx.all(f"SELECT * FROM contact WHERE {where} ORDER BY created_at, id", params)  # noqa: S608 - as above
    return [_from_row(row, tuple(invoices[row["id"]]), tuple(deliveries[row["id"]])) for row in rows]


def _to_row(contact: Contact) -> dict[str, object]:
    nested = {"invoices", "deliveries"}
    values = {item.name: getattr(contact, item.name) for item in fields(Contact) if item.name not in nested}
    decided = iso(contact.decided_at) if contact.decided_at else None
    return values | {"created_at": iso(contact.created_at), "decided_at": decided}


def _from_row(row: Row, invoices: tuple[ContactInvoice, ...], deliveries: tuple[Delivery, ...]) -> Contact:
    stamps = {"created_at": at(row["created_at"]), "decided_at": at_or_none(row["decided_at"])}
    return Contact(**dict(row) | stamps | {"invoices": invoices, "deliveries": deliveries})
