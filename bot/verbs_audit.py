"""What the verbs about the audit record do: export it, and check that nobody has changed it."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.app import Rooms
from bot.config import Settings
from bot.domain.errors import BadInput, Misconfigured
from bot.domain.parse_dates import parse_date
from bot.domain.policy import Policy
from bot.domain.spreadsheet import safe_cell
from bot.store.audit import BEFORE_ALL, Audit, Stretch, count_in, last_number, page_in
from bot.store.audit_check import Verdict, verify
from bot.store.inspection import inspect
from bot.store.lane import Lane, Row, Tx
from bot.store.open import open_store
from bot.verbs import Shown, operator, require_key

Format = Literal["jsonl", "csv"]
NO_KEY = "DUEBOT_AUDIT_KEY is not set: whoever can write the database can rewrite the audit record."
_SPOILS = (
    "DUEBOT_AUDIT_KEY is not the key that sealed the audit record so far: what is entered from here on will not verify "
    "with it. Stop, put the old key back, and start again."
)
UNJUDGED_END = (
    "The end can't be judged without a head that was kept elsewhere: give one with --head (Duebot posts it every "
    "week)."
)
_COLUMNS = (
    "seq",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "subject",
    "before",
    "after",
    "operation_key",
    "policy_version",
    "channel",
    "link",
    "seal",
)
_JSON = {"before": "before_json", "after": "after_json"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: ``since`` and ``until`` are days as typed or empty; without ``output`` it is printed."""

    format: Format
    since: str = ""
    until: str = ""
    output: Path | None = None


def audit_of(settings: Settings) -> Audit:
    """The record with the key that seals it."""
    return Audit(settings.audit_key.get_secret_value().encode() if settings.audit_key else b"")


async def warnings(rooms: Rooms) -> list[str]:
    """What whoever starts the bot must know of its record: it works on all the same."""
    context = rooms.context
    fits = await context.lane.read(context.audit.fits)
    return [*([] if context.audit.keyed else [NO_KEY]), *([] if fits else [_SPOILS])]


# ---- checking -----------------------------------------------------------------------------------------------


async def check(settings: Settings, head: str | None) -> Shown:
    """Whether every entry is as it was written. Needs the database and the key, and changes nothing."""
    audit, lane = audit_of(settings), await _opened(settings)
    try:
        verdict = await lane.read(partial(verify, audit, head=head))
    finally:
        await lane.close()
    said = [*([] if audit.keyed else [NO_KEY]), *_verdict(verdict)]
    return Shown("\n".join(said), verdict.fine)


def _verdict(found: Verdict) -> Iterator[str]:
    if found.fine and found.entries == 0:
        yield "The audit record is empty."
    elif found.fine:
        yield f"{_entries(found.entries)}, each as it was written and in its place."
        yield f"Head: {found.head}"
    else:
        yield from map(str, found.problems)
        more = [f"And {found.more:,} more like these."] if found.more else []
        yield from [*more, f"The audit record does not verify. It has {_entries(found.entries)}."]
    if found.fine and found.early:
        yield f"Before the key was set, the first {_entries(found.early)} could have been changed; since then not."
    if not found.end_judged:
        yield UNJUDGED_END
    elif found.fine:
        yield "Nothing that was there when that head was noted is missing."


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"


# ---- exporting ----------------------------------------------------------------------------------------------


async def export(settings: Settings, policy: Policy, now: datetime, wanted: Wanted) -> str:
    """Writes the entries of those days, the oldest first, and says how many. The export is an entry by itself.

    Raises ``BadInput`` for days and files that can't be, and ``Misconfigured`` with another key than the bot's.
    """
    zone = ZoneInfo(policy.business.timezone)
    since, until = _days(wanted, now.astimezone(zone).date())
    audit, lane = audit_of(settings), await _opened(settings)
    try:
        await require_key(lane, audit)
        with _written_to(wanted.output) as write:
            stretch, count = await lane.write(
                lambda tx: _enter(tx, audit, policy, now, wanted, _bounds(zone, since, until))
            )
            await _stream(lane, stretch, _TEXTS[wanted.format], write)
    finally:
        await lane.close()
    where = f" written to {wanted.output}" if wanted.output else " exported"
    return "\n".join([f"{_entries(count)}{where}.", *([] if audit.keyed else [NO_KEY])])


def _days(wanted: Wanted, today: date) -> tuple[date | None, date | None]:
    since, until = (parse_date(one, today, "past") if one else None for one in (wanted.since, wanted.until))
    if since and until and since > until:
        raise BadInput(f"--from {since} lies after --to {until}. Turn them round.", "from")
    return since, until


def _bounds(zone: ZoneInfo, since: date | None, until: date | None) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, in the business's time zone."""
    first = datetime.combine(since, time(), zone) if since else datetime.min.replace(tzinfo=UTC)
    last = (
        datetime.combine(until + timedelta(days=1), time(), zone)
        if until
        else datetime.max.replace(tzinfo=UTC)
    )
    return first, last


def _enter(
    tx: Tx, audit: Audit, policy: Policy, now: datetime, wanted: Wanted, bounds: tuple[datetime, datetime]
) -> tuple[Stretch, int]:
    """Enters the export before anything leaves: also one that is broken off has shown something."""
    stretch = Stretch(*bounds, last_number(tx))
    count = count_in(tx, stretch)
    actor = operator()
    audit.append(
        tx,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        action="audit.exported",
        subject="audit",
        before={},
        after={"format": wanted.format, "from": wanted.since, "to": wanted.until, "entries": count},
        policy_version=policy.version,
    )
    return stretch, count


async def _stream(
    lane: Lane, stretch: Stretch, text: Callable[[Sequence[Row], bool], str], write: Callable[[str], object]
) -> None:
    """Page by page; an export is never held in memory as a whole."""
    page = await lane.read(partial(page_in, stretch=stretch, after=BEFORE_ALL))
    write(text(page, True))
    while page:
        page = await lane.read(partial(page_in, stretch=stretch, after=page[-1]["seq"]))
        write(text(page, False))


@contextmanager
def _written_to(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Standard output, or a new file that only its owner can read; what is begun and fails is taken away again."""
    if path is None:
        yield sys.stdout.write
        return
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(f"{path} is there already, and is not written over. Name another file.") from None
    except OSError as error:
        raise BadInput(f"{path} can't be written: {(error.strerror or '').lower()}.") from error
    try:
        with open(number, "w", encoding="utf-8", newline="") as file:
            yield file.write
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise BadInput(f"{path} can't be written: {(error.strerror or '').lower()}.") from error
        raise


def _jsonl(rows: Sequence[Row], _first: bool) -> str:
    return "".join(f"{json.dumps(_values(row), ensure_ascii=False)}\n" for row in rows)


def _csv(rows: Sequence[Row], first: bool) -> str:
    """RFC 4180, with a first line of names; nothing in it begins like a formula."""
    text = io.StringIO()
    out = csv.writer(text)
    if first:
        out.writerow(_COLUMNS)
    for row in rows:
        cells = (row[_JSON.get(name, name)] for name in _COLUMNS)
        out.writerow([safe_cell(one) if isinstance(one, str) else one for one in cells])
    return text.getvalue()


_TEXTS: dict[Format, Callable[[Sequence[Row], bool], str]] = {"jsonl": _jsonl, "csv": _csv}


def _values(row: Row) -> dict[str, Any]:
    return {name: _read(row[_JSON[name]]) if name in _JSON else row[name] for name in _COLUMNS}


def _read(text: str) -> Any:
    """The value; of what somebody has made unreadable, its text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _opened(settings: Settings) -> Lane:
    """The database, if there is one: looking at a record must not make an empty one. Raises ``Misconfigured``."""
    found = inspect(settings.database_url)
    if found is not None and not found.exists:
        raise Misconfigured(f"There is no database at {found.path}. Set DATABASE_URL to the bot's.")
    return await open_store(settings.database_url)
