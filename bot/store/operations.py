"""The journal's ledger: every write to Syncro, written down before anything is sent.

States: prepared → sent → confirmed | refused | unknown. At most one operation per invoice is open (prepared,
sent or unknown); the database itself sees to that.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.store.lane import Conflict, Row, Tx
from bot.store.rows import at, at_or_none, from_json, iso, iso_or_none, to_json

#: Nobody knows yet, or nobody can tell, whether these were written.
OPEN = ("prepared", "sent", "unknown")
_IS_OPEN = "state IN ('prepared', 'sent', 'unknown')"

#: The actor of what the clock does by itself: nobody in Slack.
SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One attempt at one write.

    ``request`` and ``result`` are JSON values (money in minor units); ``invoice_id`` is ``None`` while an
    invoice is being created. ``progress`` is how far a write of several requests is, and what was allocated for it
    before the request under way left. ``ended_at``: when the request ended without a clear answer; ``absent_at``: the
    first complete read that did not find it; ``recovered`` is 1 when a later process took it over; ``resent``
    is 1 when it was sent a second time after it was certainly absent.
    """

    key: str
    base_key: str
    attempt: int = 1
    kind: str
    invoice_id: str | None
    customer_id: str
    actor_id: str
    actor_name: str
    request: dict[str, Any]
    request_hash: str
    version_seen: str = ""
    mark: str = ""
    visit_id: str = ""
    state: str = "prepared"
    sentence: str = ""
    result: dict[str, Any] | None = None
    created_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    absent_at: datetime | None = None
    settled_at: datetime | None = None
    lease_until: datetime | None = None
    recovered: int = 0
    resent: int = 0
    progress: dict[str, Any] = field(default_factory=dict)


def insert(tx: Tx, op: Operation) -> None:
    """Write ``op`` down. Raises ``Conflict`` if its key exists or its invoice has an open operation."""
    inserted = tx.run(
        """INSERT INTO operation (key, base_key, attempt, kind, invoice_id, customer_id, actor_id, actor_name,
               request, request_hash, version_seen, mark, visit_id, state, sentence, result, created_at, sent_at,
               ended_at, absent_at, settled_at, lease_until, recovered, resent, progress)
           VALUES (:key, :base_key, :attempt, :kind, :invoice_id, :customer_id, :actor_id, :actor_name,
               :request, :request_hash, :version_seen, :mark, :visit_id, :state, :sentence, :result, :created_at,
               :sent_at, :ended_at, :absent_at, :settled_at, :lease_until, :recovered, :resent, :progress)
           ON CONFLICT DO NOTHING""",
        _to_row(op),
    )
    if not inserted:
        raise Conflict(f"operation {op.key} exists, or another one is open on invoice {op.invoice_id}")


def withdraw(tx: Tx, key: str) -> bool:
    """Take back the claim of what was never sent and must first be approved: nothing of it has happened."""
    return tx.run("DELETE FROM operation WHERE key = :key AND state = 'prepared'", {"key": key}) == 1


def get(tx: Tx, key: str) -> Operation | None:
    """The operation with this key."""
    row = tx.one("SELECT * FROM operation WHERE key = :key", {"key": key})
    return _from_row(row) if row else None


def attempts(tx: Tx, base_key: str) -> list[Operation]:
    """Every attempt at the same step, first attempt first."""
    sql = "SELECT * FROM operation WHERE base_key = :base_key ORDER BY attempt"
    return [_from_row(row) for row in tx.all(sql, {"base_key": base_key})]


def open_on(tx: Tx, invoice_id: str) -> Operation | None:
    """The open operation on an invoice, if there is one."""
    row = tx.one(
        f"SELECT * FROM operation WHERE invoice_id = :invoice_id AND {_IS_OPEN}",  # noqa: S608 - a constant
        {"invoice_id": invoice_id},
    )
    return _from_row(row) if row else None


def mark_sent(tx: Tx, key: str, at: datetime, progress: dict[str, Any] | None = None) -> None:
    """The request is about to leave, with what was allocated for it; commit this before the first byte does.

    Raises ``Conflict`` unless it is prepared, or was found absent and marked as resent: then somebody else has
    sent it, or it is settled, and nothing may be sent.
    """
    marked = tx.run(
        """UPDATE operation SET state = 'sent', sent_at = :at, ended_at = NULL, absent_at = NULL,
               progress = COALESCE(:progress, progress)
           WHERE key = :key
               AND (state = 'prepared' OR (state = 'sent' AND resent = 1 AND absent_at IS NOT NULL))""",
        {"key": key, "at": iso(at), "progress": None if progress is None else to_json(progress)},
    )
    if not marked:
        raise Conflict(f"operation {key} was sent or settled by somebody else; nothing was sent")


def mark_next(
    tx: Tx,
    key: str,
    before: dict[str, Any],
    progress: dict[str, Any],
    invoice_id: str | None,
    sentence: str,
    at: datetime,
) -> bool:
    """The next request of a sent operation is about to leave, with what was done before it; commit this first.

    It counts as sent for the first time. False when somebody else has moved it on or settled it.
    """
    changed = tx.run(
        """UPDATE operation SET progress = :progress, invoice_id = :invoice_id, sentence = :sentence, sent_at = :at,
               ended_at = NULL, absent_at = NULL, resent = 0
           WHERE key = :key AND state = 'sent' AND progress = :before""",
        {
            "key": key,
            "before": to_json(before),
            "progress": to_json(progress),
            "invoice_id": invoice_id,
            "sentence": sentence,
            "at": iso(at),
        },
    )
    return changed == 1


def mark_ended(tx: Tx, key: str, at: datetime) -> bool:
    """The request ended without a clear answer; read-back counts from here. False unless it is sent."""
    return _change(tx, "UPDATE operation SET ended_at = :at WHERE key = :key AND state = 'sent'", key, at)


def mark_absent(tx: Tx, key: str, at: datetime) -> bool:
    """A complete read did not find it; the first such time is kept. False unless it is sent and not yet marked."""
    return _change(
        tx,
        "UPDATE operation SET absent_at = :at WHERE key = :key AND state = 'sent' AND absent_at IS NULL",
        key,
        at,
    )


def mark_recovered(tx: Tx, key: str, at: datetime) -> bool:
    """Another process took over after a kill; for a request that was out, its end counts from now.

    False when it is no longer prepared or sent.
    """
    return _change(
        tx,
        """UPDATE operation SET recovered = 1, absent_at = NULL,
               ended_at = CASE WHEN state = 'sent' THEN CAST(:at AS TEXT) ELSE ended_at END
           WHERE key = :key AND state IN ('prepared', 'sent')""",
        key,
        at,
    )


def settle(
    tx: Tx,
    key: str,
    state: str,
    sentence: str,
    result: dict[str, Any] | None,
    at: datetime,
    invoice_id: str | None = None,
) -> bool:
    """How it ended: confirmed, refused or unknown, with the sentence for a person, and the invoice that was made.

    False when it was confirmed or refused before: what is settled is never changed.
    """
    changed = tx.run(
        f"""UPDATE operation SET state = :state, sentence = :sentence, result = :result, settled_at = :at,
                lease_until = NULL, invoice_id = COALESCE(invoice_id, :invoice_id)
            WHERE key = :key AND {_IS_OPEN}""",  # noqa: S608 - a constant
        {
            "key": key,
            "state": state,
            "sentence": sentence,
            "result": None if result is None else to_json(result),
            "at": iso(at),
            "invoice_id": invoice_id,
        },
    )
    return changed == 1


def to_check(tx: Tx, now: datetime, limit: int) -> list[Operation]:
    """Prepared or sent operations that nobody is working on (no lease, or it is over), oldest first."""
    rows = tx.all(
        """SELECT * FROM operation
           WHERE state IN ('prepared', 'sent') AND (lease_until IS NULL OR lease_until <= :now)
           ORDER BY created_at, key LIMIT :limit""",
        {"now": iso(now), "limit": limit},
    )
    return [_from_row(row) for row in rows]


def lease(tx: Tx, key: str, until: datetime) -> bool:
    """Keep an operation to oneself until then. False when it is settled.

    For whoever holds it already; ``take_lease`` is for one that nobody holds.
    """
    return _change(
        tx,
        "UPDATE operation SET lease_until = :at WHERE key = :key AND state IN ('prepared', 'sent')",
        key,
        until,
    )


def take_lease(tx: Tx, key: str, now: datetime, until: datetime) -> bool:
    """Take an operation that nobody is working on. False when somebody is, or it is settled."""
    changed = tx.run(
        """UPDATE operation SET lease_until = :until
           WHERE key = :key AND state IN ('prepared', 'sent') AND (lease_until IS NULL OR lease_until <= :now)""",
        {"key": key, "now": iso(now), "until": iso(until)},
    )
    return changed == 1


def holds(tx: Tx, key: str, lease_until: datetime | None) -> bool:
    """Whether the lease that ends at ``lease_until`` is still the operation's: nobody has taken it over since."""
    row = tx.one(
        "SELECT lease_until FROM operation WHERE key = :key AND state IN ('prepared', 'sent')", {"key": key}
    )
    return row is not None and lease_until is not None and row["lease_until"] == iso(lease_until)


def end_leases(tx: Tx, now: datetime) -> int:
    """Nobody else works on this database: whoever held an open operation is gone. How many were freed."""
    return tx.run(
        "UPDATE operation SET lease_until = :now WHERE state IN ('prepared', 'sent') AND lease_until > :now",
        {"now": iso(now)},
    )


def mark_resent(tx: Tx, key: str) -> bool:
    """It was certainly absent and goes out a second time; there is no third. False if it was resent before."""
    changed = tx.run(
        """UPDATE operation SET resent = 1
           WHERE key = :key AND resent = 0 AND state = 'sent' AND absent_at IS NOT NULL""",
        {"key": key},
    )
    return changed == 1


def unsettled(tx: Tx) -> list[Operation]:
    """Every open operation: unknown ones first, then the oldest."""
    rows = tx.all(
        f"""SELECT * FROM operation WHERE {_IS_OPEN}
            ORDER BY CASE WHEN state = 'unknown' THEN 0 ELSE 1 END, created_at, key"""  # noqa: S608 - a constant
    )
    return [_from_row(row) for row in rows]


def refused_since(tx: Tx, kind: str, since: datetime) -> list[Operation]:
    """Operations of this kind that ended as refused since then, oldest first."""
    rows = tx.all(
        """SELECT * FROM operation WHERE state = 'refused' AND kind = :kind AND settled_at >= :since
           ORDER BY settled_at, key""",
        {"kind": kind, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def confirmed_on(tx: Tx, invoice_id: str, kind: str, since: datetime) -> list[Operation]:
    """Operations of this kind on an invoice that were confirmed since then, oldest first."""
    rows = tx.all(
        """SELECT * FROM operation WHERE invoice_id = :invoice_id AND kind = :kind AND state = 'confirmed'
               AND settled_at >= :since ORDER BY settled_at, key""",
        {"invoice_id": invoice_id, "kind": kind, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def payments_since(tx: Tx, customer_id: str, since: datetime) -> list[Operation]:
    """A customer's payments that were, or may have been, recorded since then (all but refused), oldest first."""
    rows = tx.all(
        """SELECT * FROM operation WHERE customer_id = :customer_id AND kind = 'payment'
               AND state <> 'refused' AND created_at >= :since ORDER BY created_at, key""",
        {"customer_id": customer_id, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def of_actor_customer_since(tx: Tx, actor_id: str, customer_id: str, since: datetime) -> list[Operation]:
    """What one person did for one customer since then, whatever became of it, oldest first."""
    rows = tx.all(
        """SELECT * FROM operation WHERE actor_id = :actor_id AND customer_id = :customer_id
               AND created_at >= :since ORDER BY created_at, key""",
        {"actor_id": actor_id, "customer_id": customer_id, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def creations_since(tx: Tx, customer_id: str, since: datetime) -> list[Operation]:
    """A customer's invoices that were, or may have been, created since then (all but refused), oldest first."""
    rows = tx.all(
        """SELECT * FROM operation WHERE customer_id = :customer_id AND kind = 'create'
               AND state <> 'refused' AND created_at >= :since ORDER BY created_at, key""",
        {"customer_id": customer_id, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def creation_of(tx: Tx, invoice_id: str) -> Operation | None:
    """The operation that made an invoice, if it was made here."""
    row = tx.one(
        "SELECT * FROM operation WHERE invoice_id = :invoice_id AND kind = 'create' AND state = 'confirmed'",
        {"invoice_id": invoice_id},
    )
    return _from_row(row) if row else None


def count_by_state(tx: Tx) -> dict[str, int]:
    """How many there are in each state."""
    rows = tx.all("SELECT state, count(*) AS n FROM operation GROUP BY state")
    return {str(row["state"]): int(row["n"]) for row in rows}


def _change(tx: Tx, sql: str, key: str, at: datetime) -> bool:
    return tx.run(sql, {"key": key, "at": iso(at)}) == 1


def _to_row(op: Operation) -> dict[str, object]:
    times = ("created_at", "sent_at", "ended_at", "absent_at", "settled_at", "lease_until")
    return asdict(op) | {
        "request": to_json(op.request),
        "progress": to_json(op.progress),
        "result": None if op.result is None else to_json(op.result),
        **{name: iso_or_none(getattr(op, name)) for name in times},
    }


def _from_row(row: Row) -> Operation:
    values = dict(row)
    return Operation(
        **values
        | {
            "request": from_json(row["request"]),
            "progress": from_json(row["progress"]),
            "result": None if row["result"] is None else from_json(row["result"]),
            "created_at": at(row["created_at"]),
            "sent_at": at_or_none(row["sent_at"]),
            "ended_at": at_or_none(row["ended_at"]),
            "absent_at": at_or_none(row["absent_at"]),
            "settled_at": at_or_none(row["settled_at"]),
            "lease_until": at_or_none(row["lease_until"]),
        }
    )
