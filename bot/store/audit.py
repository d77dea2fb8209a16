"""Who did what: append-only, each row sealed over the one before with a key kept outside the database.

A row's seal is an HMAC (SHA-256) of its content and of the proof of the row before; the proof is an HMAC of
that row's seal and stands in the head row alone. So a change, a removal or a new order breaks the chain, also
at its end, and winding the head back shows in the next row. Without a key the chain still shows accidents,
but whoever can write to the database could seal it anew. ``audit_check`` looks the chain through.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
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
#: Rows that are read at a time, so that a long record neither fills the memory nor keeps other readers waiting.
PAGE = 1000
#: Before every number that a row can have, also one that somebody else has put in.
BEFORE_ALL = -(2**63)
_PUBLIC_DIGITS = 32


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


#: What ends a record, and what is noted beside it of that.
LAST_ENTRY = "SELECT seq, seal FROM audit ORDER BY seq DESC LIMIT 1"
NOTED_END = "SELECT seq, proof FROM audit_head WHERE id = 1"


@dataclass(frozen=True, slots=True)
class End:
    """A record's last entry, with its number and seal, and what the row beside it says of both."""

    seq: int
    seal: str
    head_seq: int
    proof: str


class Audit:
    """The audit ledger, with the key that seals it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def keyed(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._key)

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
        head = head_row(tx)
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

    # ---- what a check of the chain asks ---------------------------------------------------------------------

    def head(self, tx: Tx) -> str:
        """How long the record is and what it ends with, such as "1234:3f9c…"; empty when it is.

        It may be shown to anybody: it is another HMAC than those in the database, so nothing can be sealed with it.
        """
        row = tx.one(LAST_ENTRY)
        return self.public_head(row["seq"], row["seal"]) if row else ""

    def public_head(self, seq: int, seal: str) -> str:
        """The head of a record that ends with this row."""
        return f"{seq}:{self._hmac(['public', seal])[:_PUBLIC_DIGITS]}"

    def seals(self, row: Row, proof: str) -> bool:
        """Whether a row is as it was written, after the row with this proof (empty: none)."""
        return _same(row["seal"], self._seal(row, proof))

    def proof_of(self, row: Row) -> str:
        """What the next row is sealed over."""
        return self._proof(row["seal"])

    def fits(self, tx: Tx) -> bool:
        """Whether the record can be gone on with: it ends with what this key seals, or no key was set until now."""
        row, head = tx.one(LAST_ENTRY), head_row(tx)
        return row is None or self.fits_end(End(row["seq"], row["seal"], head["seq"], head["proof"]))

    def fits_end(self, end: "End") -> bool:
        """The same of a record's end that was read otherwise."""
        proofs = (one.proof_of({"seal": end.seal}) for one in (self, Audit(b"")))
        return end.head_seq == end.seq and any(_same(end.proof, one) for one in proofs)

    def _seal(self, row: Mapping[str, Any], proof: str) -> str:
        return self._hmac([proof, *(row[name] for name in _SEALED)])

    def _proof(self, seal: str) -> str:
        return self._hmac(["head", seal])

    def _hmac(self, parts: list[Any]) -> str:
        return hmac.new(self._key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def head_row(tx: Tx) -> Row:
    """The number and the proof of the last row, as they were noted beside the record."""
    return tx.one(NOTED_END) or {"seq": 0, "proof": ""}


def page_after(tx: Tx, seq: int) -> list[Row]:
    """The next rows as they stand, in order."""
    return tx.all("SELECT * FROM audit WHERE seq > :seq ORDER BY seq LIMIT :page", {"seq": seq, "page": PAGE})


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the record from ``since`` up to, not including, ``until``; up to the row number ``last``."""

    since: datetime
    until: datetime
    last: int

    def params(self) -> dict[str, object]:
        """As a query's parameters."""
        return {"since": iso(self.since), "until": iso(self.until), "last": self.last}


def last_number(tx: Tx) -> int:
    """The highest number of a row; 0 when there is none."""
    row = tx.one("SELECT max(seq) AS seq FROM audit")
    return int(row["seq"] or 0) if row else 0


def count_in(tx: Tx, stretch: Stretch) -> int:
    """How many rows a stretch has."""
    row = tx.one(
        "SELECT count(*) AS rows FROM audit WHERE seq <= :last AND at >= :since AND at < :until",
        stretch.params(),
    )
    return int(row["rows"]) if row else 0


def page_in(tx: Tx, stretch: Stretch, after: int) -> list[Row]:
    """The next rows of a stretch as they stand, in order."""
    return tx.all(
        """SELECT * FROM audit WHERE seq > :after AND seq <= :last AND at >= :since AND at < :until
           ORDER BY seq LIMIT :page""",
        {**stretch.params(), "after": after, "page": PAGE},
    )


def _same(one: str, other: str) -> bool:
    """In the same time wherever they differ; text that somebody has put in may hold anything."""
    return hmac.compare_digest(one.encode(), other.encode())


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
