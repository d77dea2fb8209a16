"""Whether customers are sent anything without a person, since when, and who started or stopped it.

``old_book`` are the invoices that were past due when sending was started: the first contact about one needs a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.store import mirror
from bot.store.lane import Tx
from bot.store.rows import at_or_none, from_json, iso, iso_or_none, to_json

_KEY = "automatic"


@dataclass(frozen=True, slots=True)
class Automatic:
    """``on`` since ``at``, or off since then for ``reason``. ``started``: it was on before.

    ``lost``: the ledger of contacts was found empty since, so the next start treats every debt as an old one.
    """

    on: bool = False
    by_id: str = ""
    by_name: str = ""
    at: datetime | None = None
    reason: str = ""
    started: bool = False
    lost: bool = False


def load(tx: Tx) -> Automatic:
    """The state; off when it was never started."""
    kept = mirror.get_state(tx, _KEY)
    if kept is None:
        return Automatic()
    values = from_json(kept)
    return Automatic(**values | {"at": at_or_none(values["at"])})


def save(tx: Tx, state: Automatic) -> None:
    """Replace the state."""
    values = {name: getattr(state, name) for name in Automatic.__dataclass_fields__}
    mirror.set_state(tx, _KEY, to_json(values | {"at": iso_or_none(state.at)}))


def note_old_book(tx: Tx, invoice_ids: Iterable[str], now: datetime) -> None:
    """These invoices were past due when sending was started."""
    tx.many(
        "INSERT INTO old_book (invoice_id, noted_at) VALUES (:id, :now) ON CONFLICT DO NOTHING",
        ({"id": one, "now": iso(now)} for one in invoice_ids),
    )


def forget_old_book(tx: Tx) -> None:
    """A start after a lost ledger notes the whole book afresh."""
    tx.run("DELETE FROM old_book")


def old_book(tx: Tx) -> set[str]:
    """The ids noted at the start."""
    return {row["invoice_id"] for row in tx.all("SELECT invoice_id FROM old_book")}
