"""Messages to post to Slack, kept with the decision that caused them and posted once.

An item holds what is meant (``payload``), not blocks. Pending → claimed → sent | dropped | failed, or back to
pending. A claim whose lease is over was perhaps posted: ``attempts`` above 1 means look it up first.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store.lane import Row, Tx
from bot.store.rows import at as time_of
from bot.store.rows import at_or_none, from_json, iso, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One message. ``claimed_at`` is the first claim, from which a lost post is looked up."""

    id: str
    key: str
    kind: str
    target: str
    thread_ts: str
    payload: dict[str, Any]
    state: str
    not_before: datetime
    claimed_at: datetime | None
    lease_until: datetime | None
    attempts: int
    lookups: int
    looked_up_at: datetime | None
    channel: str
    ts: str
    reason: str
    created_at: datetime
    ended_at: datetime | None


def put(
    tx: Tx,
    key: str,
    kind: str,
    target: str,
    payload: Mapping[str, Any],
    now: datetime,
    not_before: datetime | None = None,
    thread_ts: str = "",
) -> str:
    """Add a message for ``target`` (a channel or user id); its id. The same key again gives the existing id."""
    tx.run(
        """INSERT INTO outbox (id, seq, key, kind, target, thread_ts, payload, state, not_before, attempts,
               lookups, channel, ts, reason, created_at)
           VALUES (:id, (SELECT coalesce(max(seq), 0) + 1 FROM outbox), :key, :kind, :target, :thread_ts,
               :payload, 'pending', :not_before, 0, 0, '', '', '', :now)
           ON CONFLICT (key) DO NOTHING""",
        {
            "id": uuid.uuid4().hex,
            "key": key,
            "kind": kind,
            "target": target,
            "thread_ts": thread_ts,
            "payload": to_json(payload),
            "not_before": iso(not_before or now),
            "now": iso(now),
        },
    )
    row = tx.one("SELECT id FROM outbox WHERE key = :key", {"key": key})
    assert row is not None  # noqa: S101 - inserted or already there, in this very transaction
    return str(row["id"])


def claim(tx: Tx, now: datetime, lease: timedelta, limit: int) -> list[Item]:
    """Take up to ``limit`` items: pending and due, or claimed with the lease over; oldest first."""
    rows = tx.all(
        """SELECT id FROM outbox
           WHERE (state = 'pending' AND not_before <= :now) OR (state = 'claimed' AND lease_until <= :now)
           ORDER BY seq LIMIT :limit""",
        {"now": iso(now), "limit": limit},
    )
    ids = [str(row["id"]) for row in rows]
    tx.many(
        """UPDATE outbox SET state = 'claimed', claimed_at = coalesce(claimed_at, :now), lease_until = :until,
               attempts = attempts + 1
           WHERE id = :id""",
        [{"id": item_id, "now": iso(now), "until": iso(now + lease)} for item_id in ids],
    )
    return [item for item_id in ids if (item := get(tx, item_id))]


def posting(tx: Tx, id: str, at: datetime) -> bool:
    """A post is about to leave: earlier look-ups no longer count for it. False unless it is claimed."""
    return _change(
        tx,
        """UPDATE outbox SET lookups = 0, looked_up_at = NULL, claimed_at = coalesce(claimed_at, :at)
           WHERE id = :id AND state = 'claimed'""",
        {"id": id, "at": iso(at)},
    )


def sent(tx: Tx, id: str, channel: str, ts: str, at: datetime) -> bool:
    """It stands in ``channel`` as message ``ts``. False when it had ended already."""
    return _change(
        tx,
        """UPDATE outbox SET state = 'sent', channel = :channel, ts = :ts, ended_at = :at, lease_until = NULL
           WHERE id = :id AND state IN ('pending', 'claimed')""",
        {"id": id, "channel": channel, "ts": ts, "at": iso(at)},
    )


def requeue(tx: Tx, id: str, not_before: datetime, reason: str) -> bool:
    """Try it again, not before then. False unless it is claimed."""
    return _change(
        tx,
        """UPDATE outbox SET state = 'pending', not_before = :not_before, reason = :reason, lease_until = NULL
           WHERE id = :id AND state = 'claimed'""",
        {"id": id, "not_before": iso(not_before), "reason": reason},
    )


def reschedule(tx: Tx, key: str, not_before: datetime) -> bool:
    """Let what waits under this key go then. False unless it is pending."""
    return _change(
        tx,
        "UPDATE outbox SET not_before = :not_before WHERE key = :key AND state = 'pending'",
        {"key": key, "not_before": iso(not_before)},
    )


def hurry(tx: Tx, kind: str, now: datetime) -> int:
    """Let everything of this kind that waits go now; how many."""
    return tx.run(
        "UPDATE outbox SET not_before = :now WHERE kind = :kind AND state = 'pending' AND not_before > :now",
        {"kind": kind, "now": iso(now)},
    )


def drop(tx: Tx, id: str, reason: str, at: datetime) -> bool:
    """It is no longer true or wanted: never posted. False when it had ended already."""
    return _end(tx, id, "dropped", reason, at)


def fail(tx: Tx, id: str, reason: str, at: datetime) -> bool:
    """It can't be posted; ``reason`` is a sentence for a person. False when it had ended already."""
    return _end(tx, id, "failed", reason, at)


def looked_up(tx: Tx, id: str, at: datetime) -> bool:
    """A complete look-up in Slack did not find it. False unless it is claimed."""
    return _change(
        tx,
        """UPDATE outbox SET lookups = lookups + 1, looked_up_at = :at WHERE id = :id AND state = 'claimed'""",
        {"id": id, "at": iso(at)},
    )


def get(tx: Tx, id: str) -> Item | None:
    """The item with this id."""
    row = tx.one("SELECT * FROM outbox WHERE id = :id", {"id": id})
    return _from_row(row) if row else None


def by_key(tx: Tx, key: str) -> Item | None:
    """The item put under this key."""
    row = tx.one("SELECT * FROM outbox WHERE key = :key", {"key": key})
    return _from_row(row) if row else None


def last_sent(tx: Tx, kind: str, key_begins: str, channel: str) -> Item | None:
    """The newest message of this kind in this channel whose key begins like this."""
    row = tx.one(
        """SELECT * FROM outbox
           WHERE kind = :kind AND channel = :channel AND state = 'sent' AND substr(key, 1, :length) = :begins
           ORDER BY seq DESC LIMIT 1""",
        {"kind": kind, "channel": channel, "begins": key_begins, "length": len(key_begins)},
    )
    return _from_row(row) if row else None


def sent_under(tx: Tx, key_begins: str) -> list[Item]:
    """Every posted message whose key begins like this and goes on behind a colon, oldest first."""
    rows = tx.all(
        "SELECT * FROM outbox WHERE key >= :first AND key < :last AND state = 'sent' ORDER BY seq",
        {"first": f"{key_begins}:", "last": f"{key_begins};"},
    )
    return [_from_row(row) for row in rows]


def sent_since(tx: Tx, kind: str, since: datetime) -> list[Item]:
    """Messages of this kind that were posted since then, oldest first."""
    rows = tx.all(
        "SELECT * FROM outbox WHERE kind = :kind AND state = 'sent' AND ended_at >= :since ORDER BY seq",
        {"kind": kind, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def put_since(tx: Tx, kind: str, since: datetime) -> list[Item]:
    """Messages of this kind that were put in since then and stand or still wait, oldest first."""
    rows = tx.all(
        """SELECT * FROM outbox
           WHERE kind = :kind AND state IN ('pending', 'claimed', 'sent') AND created_at >= :since ORDER BY seq""",
        {"kind": kind, "since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def standing_at(tx: Tx, channel: str, ts: str) -> bool:
    """Whether the message ``ts`` in ``channel`` was posted from here."""
    sql = "SELECT id FROM outbox WHERE channel = :channel AND ts = :ts AND state = 'sent' LIMIT 1"
    return tx.one(sql, {"channel": channel, "ts": ts}) is not None


def is_pending(tx: Tx, key_begins: str) -> bool:
    """Whether something whose key begins like this waits and nobody has taken it up."""
    sql = "SELECT id FROM outbox WHERE state = 'pending' AND substr(key, 1, :length) = :begins LIMIT 1"
    return tx.one(sql, {"begins": key_begins, "length": len(key_begins)}) is not None


def failures(tx: Tx, since: datetime) -> list[Item]:
    """What failed since then, newest first."""
    rows = tx.all(
        "SELECT * FROM outbox WHERE state = 'failed' AND ended_at >= :since ORDER BY ended_at DESC, seq DESC",
        {"since": iso(since)},
    )
    return [_from_row(row) for row in rows]


def _end(tx: Tx, id: str, state: str, reason: str, at: datetime) -> bool:
    return _change(
        tx,
        """UPDATE outbox SET state = :state, reason = :reason, ended_at = :at, lease_until = NULL
           WHERE id = :id AND state IN ('pending', 'claimed')""",
        {"id": id, "state": state, "reason": reason, "at": iso(at)},
    )


def count_by_state(tx: Tx) -> dict[str, int]:
    """How many there are in each state."""
    rows = tx.all("SELECT state, count(*) AS n FROM outbox GROUP BY state")
    return {str(row["state"]): int(row["n"]) for row in rows}


def _change(tx: Tx, sql: str, params: Mapping[str, object]) -> bool:
    return tx.run(sql, params) == 1


def _from_row(row: Row) -> Item:
    values = {name: value for name, value in row.items() if name != "seq"}
    return Item(
        **values
        | {
            "payload": from_json(row["payload"]),
            "not_before": time_of(row["not_before"]),
            "claimed_at": at_or_none(row["claimed_at"]),
            "lease_until": at_or_none(row["lease_until"]),
            "looked_up_at": at_or_none(row["looked_up_at"]),
            "created_at": time_of(row["created_at"]),
            "ended_at": at_or_none(row["ended_at"]),
        }
    )
