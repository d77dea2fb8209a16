"""Who does a timed job for a slot (a local date, or a date and hour): one claim row, with a lease."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.store.lane import Tx
from bot.store.rows import from_json, iso, to_json


def take(tx: Tx, job: str, slot: str, owner: str, now: datetime, lease: timedelta) -> bool:
    """Take the slot for ``owner``: true when it is not done and nobody holds a live lease on it."""
    taken = tx.run(
        """INSERT INTO claim (job, slot, owner, lease_until, done, result, taken_at)
           VALUES (:job, :slot, :owner, :until, 0, '{}', :now)
           ON CONFLICT (job, slot) DO UPDATE
               SET owner = excluded.owner, lease_until = excluded.lease_until, taken_at = excluded.taken_at
               WHERE claim.done = 0 AND claim.lease_until <= excluded.taken_at""",
        {"job": job, "slot": slot, "owner": owner, "now": iso(now), "until": iso(now + lease)},
    )
    return taken == 1


def finish(tx: Tx, job: str, slot: str, result: Mapping[str, Any], now: datetime) -> None:
    """The slot is done for good; ``result`` is what the next run may want to compare with."""
    tx.run(
        """UPDATE claim SET done = 1, result = :result, finished_at = :now
           WHERE job = :job AND slot = :slot AND done = 0""",
        {"job": job, "slot": slot, "result": to_json(result), "now": iso(now)},
    )


def release(tx: Tx, job: str, slot: str) -> None:
    """Give an unfinished slot back, so that it can be taken at once."""
    tx.run("DELETE FROM claim WHERE job = :job AND slot = :slot AND done = 0", {"job": job, "slot": slot})


def done(tx: Tx, job: str, slot: str) -> bool:
    """Whether the slot is finished."""
    sql = "SELECT done FROM claim WHERE job = :job AND slot = :slot AND done = 1"
    return tx.one(sql, {"job": job, "slot": slot}) is not None


def last(tx: Tx, job: str) -> tuple[str, dict[str, Any]] | None:
    """The latest finished slot of a job with its result."""
    row = tx.one(
        "SELECT slot, result FROM claim WHERE job = :job AND done = 1 ORDER BY slot DESC LIMIT 1",
        {"job": job},
    )
    return (row["slot"], from_json(row["result"])) if row else None


def first(tx: Tx, job: str) -> str | None:
    """The earliest finished slot of a job."""
    row = tx.one("SELECT min(slot) AS slot FROM claim WHERE job = :job AND done = 1", {"job": job})
    return row["slot"] if row else None


def finished_from(tx: Tx, job: str, slot: str) -> list[dict[str, Any]]:
    """The results of a job's finished slots from this one on, in the order in which they were finished."""
    rows = tx.all(
        """SELECT result FROM claim WHERE job = :job AND done = 1 AND slot >= :slot
           ORDER BY finished_at, slot""",
        {"job": job, "slot": slot},
    )
    return [from_json(row["result"]) for row in rows]
