"""The Syncro account: whether it answers, in which shape, and what the key may do there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from bot.config import Settings, SyncroAccess
from bot.doctor.asking import DEADLINE, trouble
from bot.doctor.finding import Finding, State, fail, ok, skipped
from bot.doctor.network import why_unreachable
from bot.domain.errors import (
    Misconfigured,
    SyncroError,
    SyncroLost,
    SyncroMissing,
    SyncroNotSent,
    SyncroRefused,
    SyncroUnauthorized,
)
from bot.domain.facts import Abilities
from bot.syncro.probe import INVOICES, FirstPage, Heard, Probe, Reading, Resource

_ACCOUNT = "Syncro"
_SHAPE = "Syncro shape"
_LIMITS = "Syncro limits"
_KEY_CURE = "Make a token in Syncro under Admin, API Tokens, and copy it into SYNCRO_API_KEY."
_ADDRESS_CURE = "Check SYNCRO_BASE_URL: it is https://SUBDOMAIN.syncromsp.com/api/v1 with your own subdomain."
#: What Duebot does without, and what is missing then. Everything else must be readable.
_OPTIONAL = {
    "products": "prices aren't filled in from the catalogue",
    "tickets": "no invoice can be made from a ticket",
    "users": "technicians have no names",
}
#: What the key must be able to write, by the beginning of its name in ``/me``, with the permissions behind it.
_WRITES = {
    "invoices": ("Invoices – Create", "Invoices – Edit"),
    "payments": ("Payments – Create",),
}
_UNABLE = {
    "void": "void an invoice",
    "email_text": "choose an email's recipients and text",
    "states": "tell draft, sent and viewed apart",
    "payment_date": "date a payment back",
    "payment_notes": "keep notes with a payment",
    "terms": "set an invoice's terms",
}


@dataclass(frozen=True, slots=True)
class SyncroSeen:
    """What was found, and Syncro's clock minus ours (``None`` when it didn't tell)."""

    findings: Sequence[Finding]
    skew: timedelta | None = None


async def look_at_syncro(settings: Settings) -> SyncroSeen:
    """Asks for each thing once. Changes nothing in Syncro."""
    try:
        access = settings.require_syncro()
    except Misconfigured:
        return SyncroSeen(_blocked("SYNCRO_BASE_URL or SYNCRO_API_KEY can't be used"))
    try:
        probe = Probe(access.base_url, access.api_key.get_secret_value(), timeout=DEADLINE)
    except Misconfigured as error:
        says, _, cure = error.sentence.partition(". ")
        return SyncroSeen([fail(_ACCOUNT, says, cure), *_blocked("Syncro can't be asked")])
    async with probe:
        return SyncroSeen(await _look(probe, access), probe.skew)


def _blocked(because: str) -> list[Finding]:
    return [skipped(check, because) for check in (_SHAPE, "reading from Syncro", "writing to Syncro")]


async def _look(probe: Probe, access: SyncroAccess) -> list[Finding]:
    listed = Reading(INVOICES)
    first = FirstPage(empty=True)
    try:
        first = await probe.first_page()
    except SyncroError as error:
        if not _is_permission(error):
            account = await _no_account(error, probe.heard, access)
            return [account, *_blocked("Syncro can't be asked")]
        listed = Reading(INVOICES, error)
    shape = first.shape or ("" if access.shape == "auto" else access.shape)
    readings, writing = await asyncio.gather(probe.readings(first, shape), _writing(probe))
    return [
        ok(_ACCOUNT, f"{_host(access)} answers and knows the key"),
        skipped(_SHAPE, "the invoices can't be listed") if listed.error else _shape(access, first),
        *([_limits(probe.abilities(shape))] if shape else []),
        *(_reading(one) for one in [listed, *readings]),
        *writing,
    ]


def _host(access: SyncroAccess) -> str:
    return urlsplit(access.base_url).netloc


def _is_permission(error: SyncroError | None) -> bool:
    """Whether the key is fine and only lacks a right."""
    if isinstance(error, SyncroUnauthorized):
        return bool(error.permission)
    return isinstance(error, SyncroRefused) and error.status == 403


async def _no_account(error: SyncroError, heard: Heard, access: SyncroAccess) -> Finding:
    host = _host(access)
    match error:
        case SyncroUnauthorized():
            return fail(_ACCOUNT, f"{host} answers, but doesn't know the key", _KEY_CURE)
        case SyncroMissing():
            return fail(_ACCOUNT, f"{host} answers, but there is no API (404)", _ADDRESS_CURE)
        case SyncroNotSent():
            why, cure = await why_unreachable(access.base_url, "SYNCRO_BASE_URL")
            return fail(_ACCOUNT, f"can't be reached: {why}", cure)
        case SyncroLost() if heard.status == 0:
            return fail(
                _ACCOUNT,
                f"{host} doesn't answer within {DEADLINE:.0f} seconds",
                "Run duebot doctor again in a minute. If it stays, check this machine's network and SYNCRO_BASE_URL.",
            )
        case SyncroLost() if heard.status >= 500:
            return fail(
                _ACCOUNT,
                f"{host} has a problem of its own ({heard.status})",
                "Run duebot doctor again in a few minutes. If it stays, look at Syncro's status page.",
            )
        case SyncroLost() if 300 <= heard.status < 400:
            return fail(_ACCOUNT, f"{host} points to another address ({heard.status})", _ADDRESS_CURE)
        case SyncroLost() if heard.web_page:
            return fail(_ACCOUNT, f"a web page answers at {host}, and no API", _ADDRESS_CURE)
        case SyncroLost():
            return fail(_ACCOUNT, f"what {host} answers is no list of invoices", _ADDRESS_CURE)
        case _:
            return trouble("Syncro", _ACCOUNT, error)


def _shape(access: SyncroAccess, first: FirstPage) -> Finding:
    told = access.shape
    if first.empty and told == "auto":
        return fail(
            _SHAPE,
            "there is no invoice yet to tell it by",
            "Set SYNCRO_API_SHAPE to openapi, the one of Syncro's published API, or to guide, the one of the invoice "
            "management guide.",
        )
    if first.empty:
        return ok(_SHAPE, f"{told}, as SYNCRO_API_SHAPE says; there is no invoice yet to compare")
    if not first.shape:
        return fail(_SHAPE, "the invoices look like neither shape that Duebot knows", _ADDRESS_CURE)
    if told not in ("auto", first.shape):
        return fail(
            _SHAPE,
            f"SYNCRO_API_SHAPE says {told}, but the account answers in the shape {first.shape}",
            f"Set SYNCRO_API_SHAPE to {first.shape}, or to auto.",
        )
    return ok(_SHAPE, f"{first.shape}, as the newest invoice shows")


def _limits(abilities: Abilities) -> Finding:
    unable = [words for name, words in _UNABLE.items() if not getattr(abilities, name)]
    if not unable:
        return ok(_LIMITS, "none: all that Duebot does can be done")
    return ok(_LIMITS, f"no way to {', '.join(unable)}; Duebot links to Syncro's own screens instead")


def _reading(reading: Reading) -> Finding:
    resource = reading.resource
    check = f"read {resource.name}"
    if reading.error is None:
        return ok(check, f"permitted ({resource.needs})")
    found = _unread(check, resource, reading.error)
    lost = _OPTIONAL.get(resource.name)
    if lost and found.state is State.FAIL:
        return replace(found, state=State.WARN, says=f"{found.says}, so {lost}")
    return found


def _unread(check: str, resource: Resource, error: SyncroError) -> Finding:
    if _is_permission(error):
        return fail(check, f"the key lacks the permission “{resource.needs}”", _permit(resource.needs))
    return trouble("Syncro", check, error)


def _permit(permission: str) -> str:
    return f"Let a Syncro admin give the key “{permission}” under Admin, API Tokens."


async def _writing(probe: Probe) -> list[Finding]:
    """By what Syncro says of the key: writing is never tried."""
    try:
        rights = await probe.rights()
    except SyncroError:
        rights = {}
    return [_right(name, _verbs(rights, name), needed) for name, needed in _WRITES.items()]


def _verbs(rights: Mapping[str, frozenset[str]], name: str) -> frozenset[str] | None:
    """What the key may do with a resource, in whichever number its name stands; ``None`` when it isn't said."""
    return next((verbs for told, verbs in rights.items() if told.rstrip("s") == name.rstrip("s")), None)


def _right(name: str, verbs: frozenset[str] | None, needed: Sequence[str]) -> Finding:
    check, both = f"write {name}", " and ".join(needed)
    if verbs is None:
        return skipped(check, "Syncro doesn't say what the key may write")
    if "write" in verbs:
        return ok(check, f"permitted ({both})")
    lacks = "the permission" if len(needed) == 1 else "one of the permissions"
    return fail(check, f"the key lacks {lacks} “{both}”", _permit(both))
