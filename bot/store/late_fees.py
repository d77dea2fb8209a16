"""Late fees: one row for each that was proposed, what a person decided, and what became of it.

States: planned → approved → claimed → added | failed | unknown, or skipped, or withdrawn. The database allows one
fee for each invoice and level, whatever became of it, but for those that surely wrote nothing (failed, withdrawn).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from bot.store.lane import Conflict, Row, Tx
from bot.store.rows import at, at_or_none, iso

#: Nothing about these can change any more.
_SETTLED = frozenset({"added", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFee:
    """One late fee. ``amount`` is of ``base``; ``balance`` is the invoice's as it was seen (minor units).

    ``line`` is the name of its line in Syncro, from the approval on; ``gone``: that line is there no longer.
    """

    id: str
    invoice_id: str
    level: str
    customer_id: str
    number: str
    currency: str
    contacted_on: date
    base: int
    amount: int
    balance: int
    percent: str
    state: str
    policy_version: str
    created_at: datetime
    reason: str = ""
    line: str = ""
    gone: bool = False
    decided_by: str = ""
    decided_name: str = ""
    decided_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether it is decided and done."""
        return self.state in _SETTLED

    @property
    def standing(self) -> int:
        """How much of it is, or may be, on the invoice."""
        return self.amount if self.state in ("claimed", "added", "unknown") and not self.gone else 0


_NAMES = tuple(item.name for item in fields(LateFee))


def insert(tx: Tx, fee: LateFee) -> bool:
    """Write ``fee`` down. False when there was one of its invoice and level before."""
    inserted = tx.run(
        f"""INSERT INTO late_fee ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
            ON CONFLICT DO NOTHING""",  # noqa: S608 - the names of our own fields
        _to_row(fee),
    )
    return inserted == 1


def get(tx: Tx, id: str) -> LateFee | None:
    """The fee with this id."""
    return next(iter(_load(tx, "id = :id", {"id": id})), None)


def of_invoice(tx: Tx, invoice_id: str) -> list[LateFee]:
    """An invoice's fees in every state, oldest first."""
    return _load(tx, "invoice_id = :invoice_id", {"invoice_id": invoice_id})


def waiting(tx: Tx) -> list[LateFee]:
    """Every fee that a person must decide on, oldest first."""
    return _load(tx, "state = 'planned'", {})


def approved(tx: Tx) -> list[LateFee]:
    """Fees that a person has approved and nobody has added yet, oldest first."""
    return _load(tx, "state = 'approved'", {})


def decided(tx: Tx, customer_id: str = "") -> list[LateFee]:
    """Fees that count for ever and wait for nobody: approved, being added, added, unknown, skipped; of one customer."""
    where = "state NOT IN ('planned', 'failed', 'withdrawn')"
    if customer_id:
        return _load(tx, f"{where} AND customer_id = :customer_id", {"customer_id": customer_id})
    return _load(tx, where, {})


def decide(tx: Tx, id: str, state: str, *, by: str, name: str, now: datetime, reason: str, line: str) -> bool:
    """A person approves or skips it (``state``). False when it doesn't wait for one any more."""
    changed = tx.run(
        """UPDATE late_fee SET state = :state, decided_by = :by, decided_name = :name, decided_at = :now,
               reason = :reason, line = :line
           WHERE id = :id AND state = 'planned'""",
        {"id": id, "state": state, "by": by, "name": name, "now": iso(now), "reason": reason, "line": line},
    )
    return changed == 1


def claim(tx: Tx, id: str) -> None:
    """Its line is about to be added. Raises ``Conflict`` unless it is approved."""
    changed = tx.run(
        "UPDATE late_fee SET state = 'claimed', reason = '' WHERE id = :id AND state = 'approved'", {"id": id}
    )
    if not changed:
        raise Conflict("the late fee is not to be added any more")


def end(tx: Tx, id: str, state: str, reason: str = "") -> bool:
    """What became of one that was being added, or of which nobody knew. False in any other state."""
    return _move(tx, id, state, reason, "('claimed', 'unknown')")


def withdraw(tx: Tx, id: str, reason: str) -> bool:
    """It no longer stands as it was proposed. False unless it waits, or was approved and not begun."""
    return _move(tx, id, "withdrawn", reason, "('planned', 'approved')")


def hold_back(tx: Tx, id: str, reason: str) -> bool:
    """Say why an approved one is not added yet. False when that is said already, or it is not approved."""
    return _move(tx, id, "approved", reason, "('approved')", "AND reason <> :reason")


def revive(tx: Tx, id: str, reason: str) -> bool:
    """Nothing left this machine: it is still to be added, with why it was not. False when it was begun.

    Raises ``Conflict`` when it has been proposed anew meanwhile.
    """
    return _move(tx, id, "approved", reason, "('approved', 'failed', 'withdrawn')")


def _move(tx: Tx, id: str, state: str, reason: str, before: str, only: str = "") -> bool:
    changed = tx.run(
        f"""UPDATE late_fee SET state = :state, reason = :reason
            WHERE id = :id AND state IN {before} {only}""",  # noqa: S608 - constants of this module
        {"id": id, "state": state, "reason": reason},
    )
    return changed == 1


def mark_gone(tx: Tx, ids: Iterable[str]) -> None:
    """Somebody has taken these fees' lines off their invoices."""
    tx.many("UPDATE late_fee SET gone = 1 WHERE id = :id AND state = 'added'", [{"id": id} for id in ids])


def _load(tx: Tx, where: str, params: Mapping[str, object]) -> list[LateFee]:
    rows = tx.all(f"SELECT * FROM late_fee WHERE {where} ORDER BY created_at, id", params)  # noqa: S608 - constants
    return [_from_row(row) for row in rows]


def _to_row(fee: LateFee) -> dict[str, object]:
    stamps = {
        "contacted_on": fee.contacted_on.isoformat(),
        "created_at": iso(fee.created_at),
        "decided_at": iso(fee.decided_at) if fee.decided_at else None,
    }
    return {name: getattr(fee, name) for name in _NAMES} | stamps | {"gone": int(fee.gone)}


def _from_row(row: Row) -> LateFee:
    typed = {
        "contacted_on": date.fromisoformat(row["contacted_on"]),
        "created_at": at(row["created_at"]),
        "decided_at": at_or_none(row["decided_at"]),
        "gone": bool(row["gone"]),
    }
    return LateFee(**dict(row) | typed)
