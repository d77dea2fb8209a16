"""Holds as they were noted: an open one stops the chasing, an ended one stays with who ended it and why.

The database allows one open hold of a kind per invoice, and one open do-not-contact per customer.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.holds import Hold, HoldKind, Instalment
from bot.domain.roles import Person
from bot.store.lane import Conflict, Row, Tx
from bot.store.rows import at, at_or_none, day, day_text, from_json, iso, to_json

#: A customer's holds, and those that name one of their invoices: it may have been another customer's when it was noted.
_CONCERNS = """(hold.customer_id = :customer_id OR hold.id IN (SELECT named.hold_id FROM hold_invoice AS named
    JOIN invoice ON invoice.id = named.invoice_id WHERE invoice.customer_id = :customer_id))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A hold with how it was noted and how it ended. ``payments_seen`` are the ids that stood when it was noted.

    ``outcome`` of a promise that has ended is kept, broken or moved; empty for all others.
    """

    hold: Hold
    currency: str
    by_id: str
    created_at: datetime
    payments_seen: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""
    outcome: str = ""

    @property
    def actor(self) -> Person:
        """Who noted it, with the name as it was then."""
        return Person(self.by_id, self.hold.by_name)


def insert(tx: Tx, noted: Noted) -> None:
    """Write an open hold down. Raises ``Conflict`` when its id exists, or an open one like it does."""
    inserted = tx.run(
        """INSERT INTO hold (id, kind, customer_id, until, amount, currency, note, said_by, payments_seen, by_id,
               by_name, created_at, ended_by, end_reason, instalments)
           VALUES (:id, :kind, :customer_id, :until, :amount, :currency, :note, :said_by, :payments_seen, :by_id,
               :by_name, :created_at, '', '', :instalments)
           ON CONFLICT DO NOTHING""",
        _to_row(noted),
    )
    if not inserted:
        raise Conflict(f"a {noted.hold.kind} like this one is open already")
    tx.many(
        """INSERT INTO hold_invoice (hold_id, invoice_id, kind, open)
           VALUES (:hold_id, :invoice_id, :kind, 1)""",
        (
            {"hold_id": noted.hold.id, "invoice_id": one, "kind": noted.hold.kind.value}
            for one in noted.hold.invoice_ids
        ),
    )


def get(tx: Tx, id: str) -> Noted | None:
    """The hold with this id, open or ended."""
    return next(iter(_load(tx, "hold.id = :id", {"id": id})), None)


def open_of(tx: Tx, customer_id: str) -> list[Hold]:
    """The open holds on a customer and their invoices, oldest first. Whether one stands on a day is ``Hold.stands``."""
    where = f"{_CONCERNS} AND hold.ended_at IS NULL"
    return [noted.hold for noted in _load(tx, where, {"customer_id": customer_id})]


def all_open(tx: Tx) -> dict[str, list[Hold]]:
    """Every open hold by the customers whom it concerns, oldest first: as ``open_of`` finds it for one of them."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in tx.all(
        """SELECT hold_invoice.hold_id, invoice.customer_id FROM hold_invoice
           JOIN invoice ON invoice.id = hold_invoice.invoice_id WHERE hold_invoice.open = 1"""
    ):
        owners[row["hold_id"]].add(row["customer_id"])
    found: dict[str, list[Hold]] = defaultdict(list)
    for noted in all_open_noted(tx):
        for customer_id in {noted.hold.customer_id} | owners[noted.hold.id]:
            found[customer_id].append(noted.hold)
    return dict(found)


def last_ended(tx: Tx, customer_id: str, limit: int) -> list[Noted]:
    """A customer's holds that ended last, newest end first."""
    where = """hold.id IN (SELECT id FROM hold WHERE customer_id = :customer_id AND ended_at IS NOT NULL
        ORDER BY ended_at DESC, id DESC LIMIT :limit)"""
    found = _load(tx, where, {"customer_id": customer_id, "limit": limit})
    return sorted(found, key=lambda noted: (noted.ended_at or noted.created_at, noted.hold.id), reverse=True)


def all_open_noted(tx: Tx) -> list[Noted]:
    """Every open hold with how it was noted, oldest first."""
    return _load(tx, "hold.ended_at IS NULL", {})


def open_of_kind(tx: Tx, *kinds: HoldKind) -> list[Noted]:
    """Every open hold of these kinds with how it was noted, oldest first."""
    wanted = {kind.value for kind in kinds}
    return [noted for noted in _load(tx, "hold.ended_at IS NULL", {}) if noted.hold.kind.value in wanted]


def open_at(tx: Tx, moment: datetime) -> list[Noted]:
    """Holds that had been noted and had not ended at ``moment``, oldest first."""
    where = "hold.created_at < :at AND (hold.ended_at IS NULL OR hold.ended_at >= :at)"
    return _load(tx, where, {"at": iso(moment)})


def history_of(tx: Tx, customer_id: str) -> list[Noted]:
    """All holds on a customer and their invoices, open and ended, oldest first."""
    return _load(tx, _CONCERNS, {"customer_id": customer_id})


def count_of_outcome(tx: Tx, customer_id: str, outcome: str, since: datetime) -> int:
    """How many of a customer's promises ended like this, at ``since`` or later."""
    row = tx.one(
        """SELECT count(*) AS n FROM hold
           WHERE kind = 'promise' AND ended_at >= :since AND customer_id = :customer_id AND outcome = :outcome""",
        {"customer_id": customer_id, "outcome": outcome, "since": iso(since)},
    )
    return int(row["n"]) if row else 0


def ended_since(tx: Tx, since: datetime) -> list[Noted]:
    """Holds that ended at ``since`` or later, oldest first."""
    return _load(tx, "hold.ended_at >= :since", {"since": iso(since)})


def end(tx: Tx, id: str, *, by: str, reason: str, now: datetime, outcome: str = "") -> bool:
    """End an open hold. False when it does not exist, or was ended already."""
    ended = tx.run(
        """UPDATE hold SET ended_at = :now, ended_by = :by, end_reason = :reason, outcome = :outcome
           WHERE id = :id AND ended_at IS NULL""",
        {"id": id, "by": by, "reason": reason, "now": iso(now), "outcome": outcome},
    )
    tx.run("UPDATE hold_invoice SET open = 0 WHERE hold_id = :id", {"id": id})
    return ended == 1


def _load(tx: Tx, where: str, params: Mapping[str, object]) -> list[Noted]:
    """``where`` is a constant of this module; values are parameters."""
    invoices: dict[str, list[str]] = defaultdict(list)
    for row in tx.all(
        f"""SELECT hold_invoice.* FROM hold_invoice JOIN hold ON hold.id = hold_invoice.hold_id
            WHERE {where} ORDER BY hold_invoice.invoice_id""",  # noqa: S608 - see the docstring
        params,
    ):
        invoices[row["hold_id"]].append(row["invoice_id"])
    rows = tx.all(f"SELECT * FROM hold WHERE {where} ORDER BY created_at, id", params)  # noqa: S608 - as above
    return [_from_row(row, tuple(invoices[row["id"]])) for row in rows]


def _to_row(noted: Noted) -> dict[str, object]:
    hold = noted.hold
    return {
        "id": hold.id,
        "kind": hold.kind.value,
        "customer_id": hold.customer_id,
        "until": day_text(hold.until),
        "amount": hold.amount,
        "currency": noted.currency,
        "note": hold.note,
        "said_by": hold.said_by,
        "payments_seen": to_json(list(noted.payments_seen)),
        "by_id": noted.by_id,
        "by_name": hold.by_name,
        "created_at": iso(noted.created_at),
        "instalments": to_json([[day_text(part.due), part.amount] for part in hold.instalments]),
    }


def _from_row(row: Row, invoice_ids: tuple[str, ...]) -> Noted:
    hold = Hold(
        id=row["id"],
        kind=HoldKind(row["kind"]),
        customer_id=row["customer_id"],
        invoice_ids=invoice_ids,
        until=day(row["until"]),
        note=row["note"],
        by_name=row["by_name"],
        amount=row["amount"],
        said_by=row["said_by"],
        instalments=tuple(
            Instalment(date.fromisoformat(due), amount) for due, amount in from_json(row["instalments"])
        ),
    )
    return Noted(
        hold=hold,
        currency=row["currency"],
        by_id=row["by_id"],
        created_at=at(row["created_at"]),
        payments_seen=tuple(from_json(row["payments_seen"])),
        ended_at=at_or_none(row["ended_at"]),
        ended_by=row["ended_by"],
        end_reason=row["end_reason"],
        outcome=row["outcome"],
    )
