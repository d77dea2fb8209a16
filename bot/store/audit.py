"""Who did what: append-only, each row sealed over the one before with a key kept outside the database.

A row's seal is an HMAC (SHA-256) of its content and of the proof of the row before; the proof is an HMAC of
that row's seal and stands in the head row alone. So a change, a removal or a new order breaks the chain, also
at its end, and winding the head back shows in the next row. Without a key the chain still shows accidents,
but whoever can write to the database could seal it anew.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.lane import Row, Tx, storable_row
from bot.store.rows import at as time_of
from bot.store.rows import from_json, iso, to_json

_SEALED = (
    "seq",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "subject",
    "before_json",
    "after_json",
    "operation_key",
    "policy_version",
    "channel",
    "link",
)
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One audited act. ``before`` and ``after`` are JSON values, money in minor units."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    operation_key: str
    policy_version: str
    channel: str
    link: str


class Audit:
    """The audit ledger, with the key that seals it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def append(
        self,
        tx: Tx,
        *,
        at: datetime,
        actor_id: str,
        actor_name: str,
        action: str,
        subject: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        operation_key: str = "",
        policy_version: str = "",
        channel: str = "",
        link: str = "",
    ) -> int:
        """Add one act, in the transaction of the act itself; its place in the chain, from 1."""
        head = _head(tx)
        row = storable_row(
            {
                "seq": head["seq"] + 1,
                "at": iso(at),
                "actor_id": actor_id,
                "actor_name": actor_name,
                "action": action,
                "subject": subject,
                "before_json": to_json(before),
                "after_json": to_json(after),
                "operation_key": operation_key,
                "policy_version": policy_version,
                "channel": channel,
                "link": link,
            }
        )
        seal = self._seal(row, head["proof"])
        tx.run(
            """INSERT INTO audit (seq, at, actor_id, actor_name, action, subject, before_json, after_json,
                   operation_key, policy_version, channel, link, seal)
               VALUES (:seq, :at, :actor_id, :actor_name, :action, :subject, :before_json, :after_json,
                   :operation_key, :policy_version, :channel, :link, :seal)""",
            {**row, "seal": seal},
        )
        tx.run(
            """INSERT INTO audit_head (id, seq, proof) VALUES (1, :seq, :proof)
               ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, proof = excluded.proof""",
            {"seq": row["seq"], "proof": self._proof(seal)},
        )
        return int(head["seq"]) + 1

    def verify(self, tx: Tx) -> list[str]:
        """What is wrong with the chain, in sentences; empty when every row is as it was written."""
        return list(self._problems(tx))

    def rows(self, tx: Tx, since: datetime, until: datetime) -> list[Entry]:
        """Acts from ``since`` up to, not including, ``until``, in order."""
        found = tx.all(
            "SELECT * FROM audit WHERE at >= :since AND at < :until ORDER BY seq",
            {"since": iso(since), "until": iso(until)},
        )
        return [_from_row(row) for row in found]

    def of_subject(self, tx: Tx, subject: str) -> list[Entry]:
        """Every act on one subject, in order."""
        found = tx.all("SELECT * FROM audit WHERE subject = :subject ORDER BY seq", {"subject": subject})
        return [_from_row(row) for row in found]

    def _problems(self, tx: Tx) -> Iterator[str]:
        expected, proof = 1, ""
        while page := _page(tx, expected):
            for row in page:
                if row["seq"] > expected:
                    yield f"{_span(expected, row['seq'] - 1)} missing."
                elif not hmac.compare_digest(row["seal"], self._seal(row, proof)):
                    yield f"Entry {row['seq']} is not as it was written, or not in its place."
                expected, proof = row["seq"] + 1, self._proof(row["seal"])
        head = _head(tx)
        if head["seq"] >= expected:
            yield f"{_span(expected, head['seq'])} missing at the end."
        elif head["seq"] < expected - 1 or not hmac.compare_digest(head["proof"], proof):
            yield f"The end of the chain is not sealed: entries may be missing after {expected - 1}."

    def _seal(self, row: Mapping[str, Any], proof: str) -> str:
        return self._hmac([proof, *(row[name] for name in _SEALED)])

    def _proof(self, seal: str) -> str:
        return self._hmac(["head", seal])

    def _hmac(self, parts: list[Any]) -> str:
        return hmac.new(self._key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def _head(tx: Tx) -> Row:
    return tx.one("SELECT seq, proof FROM audit_head WHERE id = 1") or {"seq": 0, "proof": ""}


def _page(tx: Tx, first: int) -> list[Row]:
    return tx.all(
        "SELECT * FROM audit WHERE seq >= :first ORDER BY seq LIMIT :page", {"first": first, "page": _PAGE}
    )


def _span(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def _from_row(row: Row) -> Entry:
    return Entry(
        seq=row["seq"],
        at=time_of(row["at"]),
        actor_id=row["actor_id"],
        actor_name=row["actor_name"],
        action=row["action"],
        subject=row["subject"],
        before=from_json(row["before_json"]),
        after=from_json(row["after_json"]),
        operation_key=row["operation_key"],
        policy_version=row["policy_version"],
        channel=row["channel"],
        link=row["link"],
    )
