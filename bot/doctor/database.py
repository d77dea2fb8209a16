"""The database: the file, its tables, and the room left on its disk."""

from collections.abc import Sequence

from bot.doctor.finding import Finding, fail, ok, warn
from bot.domain.errors import DuebotError
from bot.store.audit import Audit
from bot.store.inspection import Inspection, inspect

_CHECK = "database"
#: Bytes: less than this is a few weeks for a busy bot and a copy of its database.
_LITTLE = 500 * 1024 * 1024


def look_at_database(database_url: str, audit: Audit) -> Sequence[Finding]:
    """Opens the file for reading only, and makes none that isn't there."""
    try:
        seen = inspect(database_url)
    except DuebotError as error:
        says, _, cure = error.sentence.partition(". ")
        return [fail(_CHECK, says[:1].lower() + says[1:], cure or "Check DATABASE_URL.")]
    if seen is None:
        return [
            warn(
                _CHECK,
                "in memory: everything is forgotten when Duebot stops, also who was reminded of what",
                "Set DATABASE_URL to sqlite:///duebot.db.",
            )
        ]
    return [_file(seen), _disk(seen), *_record(seen, audit)]


def _file(seen: Inspection) -> Finding:
    if not seen.exists:
        return ok(_CHECK, f"{seen.path} will be made at the first start")
    if seen.others_read:
        return warn(
            _CHECK,
            f"other users of this machine can read {seen.path}, which holds customers' data",
            f"Run chmod 600 {seen.path}.",
        )
    if seen.pending:
        changes = f"{seen.pending} change{'s' * (seen.pending != 1)}"
        return ok(
            _CHECK, f"{seen.path}; {changes} of its tables will be made at the next start: copy it first"
        )
    return ok(_CHECK, f"{seen.path}, with the tables of this version")


def _record(seen: Inspection, audit: Audit) -> list[Finding]:
    """The audit record ends with what the key seals; nothing is said of one that isn't begun."""
    if seen.audit_end is None:
        return []
    if audit.fits_end(seen.audit_end):
        return [ok("audit record", f"goes on with this key after {seen.audit_end.seq:,} entries")]
    return [
        fail(
            "audit record",
            "was sealed with another key, so what is entered from now on won't verify with it",
            "Put the old DUEBOT_AUDIT_KEY back. If it is the right one, run duebot audit verify.",
        )
    ]


def _disk(seen: Inspection) -> Finding:
    free = f"{_size(seen.free)} are free where the database stands"
    if seen.free < _LITTLE:
        return warn(
            "disk",
            free,
            f"Free some space around {seen.path.parent}: on a full disk nothing can be recorded.",
        )
    return ok("disk", free)


def _size(number: int) -> str:
    megabytes = number // 1024**2
    return f"{megabytes} MB" if megabytes < 10_000 else f"{megabytes // 1024} GB"
