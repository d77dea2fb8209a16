"""Syncro's webhook over HTTP. What it says is unsigned: no more than which invoice to read again is taken from it."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from bot.domain.refusals import Refusal, Refusals
from bot.syncro.exact import read_json

log = structlog.get_logger()

PATH = "/syncro/webhook/{secret}"
_LARGEST_BODY = 64 * 1024
#: How long a body may take to arrive.
BODY_SECONDS = 5.0
_ID = re.compile(r"[1-9][0-9]{0,17}")
_INVOICE_LINK = re.compile(r"/invoices/([1-9][0-9]{0,17})(?!\w)")

Take = Callable[[str], None]


def webhook_route(
    secret: str, take: Take, refusals: Refusals, body_seconds: float = BODY_SECONDS
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler for ``POST /syncro/webhook/{secret}``.

    ``take`` is given the id of the invoice that may have changed, or empty text where the hint names none; it must
    return at once. Who doesn't know the secret finds nothing here, and their body is not read.
    """

    async def handle(request: web.Request) -> web.Response:
        given = request.match_info["secret"]
        if not hmac.compare_digest(given.encode(errors="replace"), secret.encode()):
            refusals.count(Refusal.FORGED)
            raise web.HTTPNotFound
        try:
            async with asyncio.timeout(body_seconds):
                body = await _bounded_body(request)
            invoice_id = hinted_invoice(body)
        except web.HTTPRequestEntityTooLarge:
            refusals.count(Refusal.TOO_LARGE)
            raise
        except Exception as error:  # noqa: BLE001 - the body may be anything, and break off anywhere
            refusals.count(Refusal.UNREADABLE)
            log.warning("unreadable_webhook", error=type(error).__name__)
            return web.Response(status=400)
        take(invoice_id)
        return web.json_response({"ok": True}, status=202)

    return handle


def hinted_invoice(body: bytes) -> str:
    """The id of the invoice that a hint names, or empty text. Raises ``ValueError`` when it is no JSON object.

    Syncro sends ``{text, html, link, attributes}``. A link's host says nothing and is never asked.
    """
    hint = read_json(body)
    if not isinstance(hint, Mapping):
        raise ValueError("no object")
    attributes, link = hint.get("attributes"), hint.get("link")
    named = attributes if isinstance(attributes, Mapping) else {}
    address = link if isinstance(link, str) else ""
    several = named.get("invoice_ids")
    only = several[0] if isinstance(several, list) and len(several) == 1 else None
    if told := _id(named.get("invoice_id")) or _id(only):
        return told
    if in_link := _INVOICE_LINK.search(address):
        return in_link[1]
    return _id(named.get("id")) if "/invoices" in address else ""


def _id(value: object) -> str:
    """``value`` as an id of digits, else empty text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else ""


async def _bounded_body(request: web.Request) -> bytes:
    """The body; ``413`` as soon as it is known to be too large."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(_LARGEST_BODY):
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(_LARGEST_BODY, len(body))
    return bytes(body)
