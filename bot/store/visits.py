"""Where a person stood when they clicked or typed: a button carries the visit's id and nothing else."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.store.lane import Row, Tx
from bot.store.rows import at, from_json, iso, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who, where, and what they were doing. ``data`` is a JSON value that the surface understands."""

    id: str
    user_id: str
    user_name: str = ""
    team_id: str = ""
    channel_id: str = ""
    response_url: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    surface: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    created_at: datetime


def save(tx: Tx, visit: Visit) -> None:
    """Keep ``visit`` under its id, in place of an earlier one."""
    tx.run(
        """INSERT INTO visit (id, user_id, user_name, team_id, channel_id, response_url, message_ts, thread_ts,
               surface, data, created_at)
           VALUES (:id, :user_id, :user_name, :team_id, :channel_id, :response_url, :message_ts, :thread_ts,
               :surface, :data, :created_at)
           ON CONFLICT (id) DO UPDATE
               SET user_id = excluded.user_id, user_name = excluded.user_name, team_id = excluded.team_id,
                   channel_id = excluded.channel_id, response_url = excluded.response_url,
                   message_ts = excluded.message_ts, thread_ts = excluded.thread_ts,
                   surface = excluded.surface, data = excluded.data, created_at = excluded.created_at""",
        asdict(visit) | {"data": to_json(visit.data), "created_at": iso(visit.created_at)},
    )


def get(tx: Tx, id: str) -> Visit | None:
    """The visit with this id; ``None`` when it never was or has been pruned."""
    row = tx.one("SELECT * FROM visit WHERE id = :id", {"id": id})
    return _from_row(row) if row else None


def update_data(tx: Tx, id: str, data: Mapping[str, Any]) -> bool:
    """Replace the visit's data. False when there is no such visit."""
    return tx.run("UPDATE visit SET data = :data WHERE id = :id", {"id": id, "data": to_json(data)}) == 1


def prune(tx: Tx, before: datetime) -> int:
    """Forget visits made before then; how many."""
    return tx.run("DELETE FROM visit WHERE created_at < :before", {"before": iso(before)})


def _from_row(row: Row) -> Visit:
    return Visit(**dict(row) | {"data": from_json(row["data"]), "created_at": at(row["created_at"])})
