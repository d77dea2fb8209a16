"""Calls as they were logged. None is ever changed; the last one of a customer closes their owner's call task."""

from datetime import date, datetime

from bot.domain.calls import Call, CallOutcome
from bot.store.lane import Row, Tx
from bot.store.rows import day, day_text, iso


def insert(tx: Tx, call: Call, by_id: str, now: datetime) -> bool:
    """Write a call down. False when its id exists: the same form was sent twice."""
    written = tx.run(
        """INSERT INTO call_log (id, customer_id, outcome, note, made_on, next_on, by_id, by_name, at)
           VALUES (:id, :customer_id, :outcome, :note, :made_on, :next_on, :by_id, :by_name, :at)
           ON CONFLICT DO NOTHING""",
        {
            "id": call.id,
            "customer_id": call.customer_id,
            "outcome": call.outcome.value,
            "note": call.note,
            "made_on": day_text(call.on),
            "next_on": day_text(call.next_on),
            "by_id": by_id,
            "by_name": call.by_name,
            "at": iso(now),
        },
    )
    return written == 1


def get(tx: Tx, id: str) -> Call | None:
    """The call with this id."""
    row = tx.one("SELECT * FROM call_log WHERE id = :id", {"id": id})
    return _from_row(row) if row else None


def last_of(tx: Tx, customer_id: str, limit: int) -> list[Call]:
    """A customer's last calls, newest first."""
    rows = tx.all(
        "SELECT * FROM call_log WHERE customer_id = :customer_id ORDER BY at DESC, id DESC LIMIT :limit",
        {"customer_id": customer_id, "limit": limit},
    )
    return [_from_row(row) for row in rows]


def _from_row(row: Row) -> Call:
    return Call(
        id=row["id"],
        customer_id=row["customer_id"],
        outcome=CallOutcome(row["outcome"]),
        on=date.fromisoformat(row["made_on"]),
        note=row["note"],
        next_on=day(row["next_on"]),
        by_name=row["by_name"],
    )
