"""Socket Mode: web sockets over which a connected bot is handed envelopes."""

import asyncio
import contextlib
import json
import secrets

from aiohttp import WSMsgType, web

from sandbox.slack import limits
from sandbox.slack import workspace as ws
from sandbox.slack.errors import Json, SlackError, Undelivered
from sandbox.slack.feed import Feed


class Sockets:
    """The bot's connections; any one of them may receive an envelope."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0
        self.refuse_next = 0

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """A single-use key for one connection; SlackError `too_many_websockets`."""
        if self.count >= limits.SOCKETS:
            raise SlackError("too_many_websockets")
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def deliver(self, kind: str, payload: Json, headers: dict[str, str]) -> Json:
        """Send an envelope and wait for its ack's payload."""
        envelope: Json = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope["retry_attempt"] = int(headers.get("X-Slack-Retry-Num", "0"))
            envelope["retry_reason"] = headers.get("X-Slack-Retry-Reason", "")
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        self._turn += 1
        try:
            await self._open[self._turn % self.count].send_json(envelope)
            return await answer
        except ConnectionError as problem:
            raise Undelivered("dispatch_failed", "the socket was closed") from problem
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /link/?ticket=…: one connection, until either side ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.refuse_next > 0:
            self.refuse_next = max(0, self.refuse_next - 1)
            self._tickets.discard(ticket)
            return web.Response(status=404, text="link_not_found")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(socket)
        self._feed.touch()
        try:
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": self.count,
                    "connection_info": {"app_id": ws.APP_ID},
                    "debug_info": {"host": "sandbox", "approximate_connection_time": 3600},
                }
            )
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._open.remove(socket)
            self._feed.touch()
        return socket

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come again, as Slack does from time to time."""
        for socket in list(self._open):
            await socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
            )
            await socket.close()

    async def stop(self) -> None:
        for socket in list(self._open):
            await socket.close()

    def _acknowledged(self, text: str) -> None:
        with contextlib.suppress(json.JSONDecodeError):
            ack = json.loads(text)
            waiting = self._waiting.get(ack.get("envelope_id", ""))
            if waiting is not None and not waiting.done():
                waiting.set_result(ack.get("payload") or {})
