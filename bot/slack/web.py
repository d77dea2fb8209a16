"""Slack's requests over HTTP: let in by the gate, then handed to Bolt."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.domain.bucket import Bucket
from bot.domain.refusals import Refusal, Refusals
from bot.slack.gate import Gate

log = structlog.get_logger()

PATH = "/slack/events"
#: Slack allows a view 250 KB; that comes back with what was typed, and form encoding triples brackets and quotes.
LARGEST_BODY = 1024 * 1024
#: Slack gives up on a request after three seconds.
BODY_SECONDS = 5.0
_STATUS = {Refusal.REPLAYED: 409, Refusal.TOO_LARGE: 413, Refusal.UNREADABLE: 400, Refusal.TOO_FAST: 429}
_UNAUTHORIZED = 401
#: What is refused is logged at this pace; all of it is counted.
_TOLD_PER_SECOND = 5
_TOLD_AT_ONCE = 50

Handler = Callable[[web.Request], Awaitable[web.Response]]


class SlackRoute:
    """``POST /slack/events``. What the gate refuses, and what Bolt stumbles over, gets a plain 4xx and is counted."""

    def __init__(
        self,
        app: AsyncApp,
        gate: Gate,
        refusals: Refusals,
        timer: Callable[[], float] = time.monotonic,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._gate = gate
        self._refusals = refusals
        self._timer = timer
        self._body_seconds = body_seconds
        self._told = Bucket(_TOLD_PER_SECOND, _TOLD_AT_ONCE)

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one request."""
        if reason := await self._refuses(request):
            return self._refuse(reason)
        try:
            asked = await to_bolt_request(request)
        except Exception:  # noqa: BLE001 - Bolt reads the body, which may be anything that somebody signed
            return self._refuse(Refusal.UNREADABLE)
        answer = await self._app.async_dispatch(asked)
        if answer.status >= 500:
            # Our own listeners never fail, so Bolt could not read it; asking Slack to repeat it would not help.
            return self._refuse(Refusal.UNREADABLE)
        return await to_aiohttp_response(answer)

    async def _refuses(self, request: web.Request) -> Refusal | None:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if reason := self._gate.refuses_unread(stamp, signature):
            return reason
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return Refusal.TOO_LARGE
        except Exception:  # noqa: BLE001 - the body may break off anywhere, or never come
            return Refusal.UNREADABLE
        retried = "X-Slack-Retry-Num" in request.headers
        return self._gate.refuses(stamp, signature, body, retried)

    def _refuse(self, reason: Refusal) -> web.Response:
        self._refusals.count(reason)
        if not self._told.take(self._timer()):
            log.warning("refused", reason=reason.value)
        again = {"Retry-After": "1"} if reason is Refusal.TOO_FAST else {}
        return web.Response(status=_STATUS.get(reason, _UNAUTHORIZED), headers=again)
