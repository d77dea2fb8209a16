"""Syncro's answers to errors: every status and body shape becomes one of our errors, a sentence for a person."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.domain.errors import (
    SyncroError,
    SyncroLimited,
    SyncroLost,
    SyncroMissing,
    SyncroNotSent,
    SyncroRefused,
    SyncroTaken,
    SyncroUnauthorized,
)
from bot.syncro.exact import read_json

#: Seconds to wait when a 429 does not say (Syncro's documented limit is 180 requests a minute).
UNTOLD_WAIT = 10.0
_MOST_WORDS = 300
_CURES = {
    "payment exceeds balance": "Enter at most the open balance; if somebody has just recorded a payment, look first.",
    "cannot modify paid invoice": "A paid invoice can't be edited: void it and make a new one.",
    "customer_id is required": "Choose a customer and try again.",
    "date is required": "Enter the date and try again.",
}
#: Syncro answers 401 to both; only its words tell a key without a right from a key that it doesn't know.
_NO_RIGHT = re.compile(r"not authori[sz]ed|permission|admin", re.IGNORECASE)
_BAD_KEY = re.compile(
    r"\b(invalid|unknown|expired|revoked|wrong)\b.*\b(key|token)\b|\b(key|token)\b.*\b(invalid|unknown|expired|revoked|wrong)\b",
    re.IGNORECASE,
)
_NUMBER_TAKEN = re.compile(r"\bnumber\b.*\b(taken|exists|in use|unique)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Task:
    """What a request is for: ``doing`` follows "tried to", ``permission`` is what Syncro calls its right.

    ``numbers``: it gives an invoice its number, which another one may have.
    """

    doing: str
    permission: str
    writes: bool = False
    numbers: bool = False


def not_sent(task: Task, reason: str) -> SyncroNotSent:
    """Nothing left this machine. ``reason`` is a clause without a full stop."""
    return SyncroNotSent(f"Duebot could not {task.doing}: {reason}. Nothing was sent; try again in a minute.")


def lost(task: Task, reason: str) -> SyncroLost:
    """No readable answer. ``reason`` is a clause without a full stop."""
    if task.writes:
        return SyncroLost(
            f"Duebot tried to {task.doing}, but {reason}. It may have happened: check in Syncro before repeating it."
        )
    return SyncroLost(f"Duebot could not {task.doing}: {reason}. Try again in a minute.")


def paused(task: Task, seconds: float) -> SyncroLimited:
    """Syncro refuses requests for so long."""
    when = f"in {say_span(seconds)}" if seconds >= 1 else "now"
    return SyncroLimited(
        f"Syncro asks for a pause, so Duebot could not {task.doing}. Nothing was written; try again {when}.",
        seconds,
    )


def say_span(seconds: float) -> str:
    """A span of time in words, in its largest sensible unit: ``40 seconds``, ``3 minutes``, ``2 hours``."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= 1.5 * length:
            return f"{round(seconds / length)} {unit}s"
    whole = max(1, round(seconds))
    return f"{whole} second{'s' if whole > 1 else ''}"


def error_of(status: int, headers: Mapping[str, str], body: bytes, task: Task) -> SyncroError:
    """Our error for an answer that is not a success.

    400, 404, 422 and the other 4xx are a clear no; 429 is pace; 408, 5xx and redirects leave a write unknown.
    """
    words = words_of(body)
    match status:
        case 401:
            return _unauthorized(words, task)
        case 403:
            return SyncroRefused(_permission(words, task), 403)
        case 404:
            return SyncroMissing(_missing(body, task), certain=not _is_page(body))
        case 429:
            return paused(task, retry_after(headers))
        case 408:
            return lost(task, "Syncro took too long (408)")
        case _ if 400 <= status < 500 and task.numbers and _NUMBER_TAKEN.search(words):
            return SyncroTaken(_refused(status, words, task), status, words)
        case _ if 400 <= status < 500:
            return SyncroRefused(_refused(status, words, task), status, words)
        case _ if 300 <= status < 400:
            return lost(
                task, f"Syncro pointed elsewhere ({status}); an operator should check SYNCRO_BASE_URL"
            )
        case _:
            return lost(task, f"Syncro had a problem of its own ({status})")


def failure_in(answer: object) -> str:
    """Syncro's words when an answer with a good status says that it failed, else empty text."""
    if not isinstance(answer, Mapping):
        return ""
    if answer.get("success") is False or answer.get("error") or answer.get("errors"):
        return _said(answer) or "no reason given"
    return ""


def words_of(body: bytes) -> str:
    """What an error body says, on one line: text or lists under error, message or errors; empty for HTML."""
    try:
        return _said(read_json(body))
    except ValueError:
        return ""


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that a 429 asks for: a number or an HTTP date (RFC 9110), else ``UNTOLD_WAIT``."""
    told = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", told):
        return float(told)
    until = moment_of(told)
    if until is None:
        return UNTOLD_WAIT
    # By Syncro's own clock, if it tells it: ours may be wrong.
    since = moment_of(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - since).total_seconds())


def moment_of(text: str) -> datetime | None:
    """An HTTP date (RFC 9110) as an aware time, or ``None`` for what is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _said(answer: object) -> str:
    if isinstance(answer, Mapping):
        answer = [answer.get(key) for key in ("error", "message", "errors")]
    line = re.sub(r"[\s\x00-\x1f\x7f]+", " ", "; ".join(dict.fromkeys(_texts(answer)))).strip(" .;")
    readable = line.encode(errors="replace").decode()
    return readable if len(readable) <= _MOST_WORDS else readable[: _MOST_WORDS - 1] + "…"


def _texts(value: object, field: str = "") -> Iterator[str]:
    if isinstance(value, str):
        yield f"{field} {value}".strip(" .;")
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, field)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, "" if name in ("base", "message") else str(name))


def _unauthorized(words: str, task: Task) -> SyncroUnauthorized:
    if _NO_RIGHT.search(words) and not _BAD_KEY.search(words):
        return SyncroUnauthorized(_permission(words, task), task.permission)
    return SyncroUnauthorized(
        f"Syncro does not accept the API key, so Duebot could not {task.doing}. "
        "An operator should check SYNCRO_API_KEY, and make a new token in Syncro if it was revoked."
    )


def _permission(words: str, task: Task) -> str:
    said = f" Syncro says: {words}." if words else ""
    return (
        f"The Syncro API key may not {task.doing}.{said} "
        f"A Syncro admin should give the key the permission “{task.permission}”."
    )


def _is_page(body: bytes) -> bool:
    return body.lstrip().startswith(b"<")


def _missing(body: bytes, task: Task) -> str:
    if _is_page(body):
        return (
            f"Syncro has no such page, so Duebot could not {task.doing}. "
            "It may be deleted; if everything fails, an operator should check SYNCRO_BASE_URL."
        )
    return f"Syncro does not have it (any more), so Duebot could not {task.doing}. Search for it again."


def _refused(status: int, words: str, task: Task) -> str:
    if not words:
        return f"Syncro refused to {task.doing} and gave no reason ({status}). Check what was entered and try again."
    cure = next(
        (cure for known, cure in _CURES.items() if re.search(rf"(?<!\w){known}", words, re.IGNORECASE)),
        "Correct what was entered and try again.",
    )
    return f"Syncro refused to {task.doing}: {words}. {cure}"
