"""Hands commands, interactions and events to the bot: signed HTTP, or Socket Mode while one is connected."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import aiohttp

from sandbox.slack import workspace as ws
from sandbox.slack.errors import Json, Undelivered
from sandbox.slack.feed import Feed
from sandbox.slack.messages import new_id
from sandbox.slack.sockets import Sockets

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass
class Delivery:
    """One request that the bot was sent, kept for tests."""

    kind: Kind
    payload: Json
    outcome: str = "ok"
    repeats: int = 0


class Courier:
    """Delivers, enforces the three-second ack, and repeats events that weren't acknowledged."""

    def __init__(
        self,
        secret: str,
        sockets: Sockets,
        feed: Feed,
        problems: list[str],
        ack_seconds: float,
        event_retry_seconds: tuple[float, ...],
    ) -> None:
        self.bot_url: str | None = None
        self.sent: list[Delivery] = []
        self._secret = secret
        self._sockets = sockets
        self._feed = feed
        self._problems = problems
        self.ack_seconds = ack_seconds
        self._event_retry_seconds = event_retry_seconds
        self._session: aiohttp.ClientSession | None = None
        self._retries: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether there is anywhere to deliver to."""
        return bool(self.bot_url) or self._sockets.count > 0

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        for task in self._retries:
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def deliver(self, kind: Kind, payload: Json) -> Json | str:
        """Send once and return the ack's body; Undelivered when there was no ack in time."""
        return await self._send(kind, payload, {})

    async def event(self, event: Json) -> None:
        """Send an event; repeats follow in the background until it is acknowledged."""
        payload: Json = {
            "token": "legacy-verification-token",
            "team_id": ws.TEAM_ID,
            "api_app_id": ws.APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "team_id": ws.TEAM_ID,
                    "user_id": ws.BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        try:
            await self._send("events_api", payload, {})
        except Undelivered as problem:
            self._problems.append(f"event {event['type']}: {problem}")
            task = asyncio.create_task(self._repeat(payload, problem))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)

    async def settled(self) -> None:
        """Wait until no event is left to be repeated."""
        await asyncio.gather(*self._retries)

    async def again(self, delivery: Delivery) -> Json | str:
        """Send the very same request once more, as Slack does when an ack got lost: signed anew, for later."""
        delivery.repeats += 1
        headers = {"X-Slack-Retry-Num": str(delivery.repeats)}
        return await self._send(delivery.kind, delivery.payload, headers, delivery.repeats)

    async def _repeat(self, payload: Json, problem: Undelivered) -> None:
        for number, wait in enumerate(self._event_retry_seconds, start=1):
            await asyncio.sleep(wait)
            reason = "http_timeout" if problem.code == "operation_timeout" else "http_error"
            headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            try:
                await self._send("events_api", payload, headers)
            except Undelivered as again:
                problem = again
            else:
                return

    async def _send(self, kind: Kind, payload: Json, headers: dict[str, str], later: int = 0) -> Json | str:
        record = Delivery(kind, payload)
        self.sent.append(record)
        try:
            async with asyncio.timeout(self.ack_seconds):
                if self._sockets.count:
                    return await self._sockets.deliver(kind, payload, headers)
                return await self._post(kind, payload, headers, later)
        except TimeoutError:
            record.outcome = "operation_timeout"
            raise Undelivered("operation_timeout") from None
        except Undelivered as problem:
            record.outcome = str(problem)
            raise
        finally:
            self._feed.touch()

    async def _post(self, kind: Kind, payload: Json, headers: dict[str, str], later: int) -> Json | str:
        if not self.bot_url or self._session is None:
            raise Undelivered("not_connected", "no bot is connected")
        body, content_type = _encoded(kind, payload)
        signed = {**headers, **signature(self._secret, body, later), "Content-Type": content_type}
        try:
            async with self._session.post(self.bot_url, data=body, headers=signed) as response:
                text = await response.text()
                status = response.status
        except aiohttp.ClientError as problem:
            raise Undelivered("dispatch_failed", f"{type(problem).__name__}: {problem}") from problem
        if status != 200:
            raise Undelivered("dispatch_failed", f"the bot answered {status}: {text[:200]}")
        return _parsed(text)


def signature(secret: str, body: bytes, later: int = 0) -> dict[str, str]:
    """Slack's signing headers for a body, at the real time or seconds ``later``: no two repeats are signed alike."""
    timestamp = str(int(time.time()) + later)
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=" + digest.hexdigest()}


def _encoded(kind: Kind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _parsed(text: str) -> Json | str:
    try:
        parsed = json.loads(text) if text else {}
    except json.JSONDecodeError:
        return text
    return parsed if isinstance(parsed, dict) else text


def slash_command(
    user: ws.User, channel: ws.Channel, command: str, text: str, trigger_id: str, url: str
) -> Json:
    """A slash command's fields."""
    return {
        "token": "legacy-verification-token",
        "team_id": ws.TEAM_ID,
        "team_domain": ws.TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": ws.APP_ID,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger_id,
    }


def interaction(kind: str, user: ws.User, **parts: object) -> Json:
    """What every interaction payload carries, with this one's own parts."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": ws.APP_ID,
        "token": "legacy-verification-token",
        "team": {"id": ws.TEAM_ID, "domain": ws.TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        **parts,
    }
