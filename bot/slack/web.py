"""Slack's requests over HTTP, handed to Bolt."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

log = structlog.get_logger()

PATH = "/slack/events"
_STAMP = "X-Slack-Request-Timestamp"


def slack_route(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler for ``POST /slack/events``. Bolt verifies signatures; what it stumbles over gets a plain 4xx."""

    async def handle(request: web.Request) -> web.Response:
        # Bolt fails on a time stamp that is no number before it looks at the signature.
        if not request.headers.get(_STAMP, "").isdecimal():
            return web.Response(status=401)
        try:
            asked = await to_bolt_request(request)
        except Exception as error:  # noqa: BLE001 - Bolt reads the body, which may be anything, before the signature
            log.warning("unreadable_request", error=type(error).__name__)
            return web.Response(status=400)
        answer = await app.async_dispatch(asked)
        if answer.status >= 500:
            # Our own listeners never fail, so Bolt could not read it; asking Slack to repeat it would not help.
            log.warning("unreadable_request", status=answer.status)
            return web.Response(status=400)
        return await to_aiohttp_response(answer)

    return handle
