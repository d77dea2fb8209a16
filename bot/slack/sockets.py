"""Socket Mode: Slack reaches the bot over a websocket that the bot opens."""

import asyncio
import contextlib

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.domain.errors import Misconfigured

log = structlog.get_logger()

_CONNECT_SECONDS = 15.0
_WATCH_SECONDS = 5.0
#: A dead connection is noticed within about this time.
_PING_SECONDS = 5.0


class Sockets:
    """One Socket Mode connection, watched: the library can retry one spent address for ever (measured)."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app = app
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None
        self._watch: asyncio.Task[None] | None = None
        self.connected = False

    async def start(self) -> None:
        """Connects. Raises ``Misconfigured``: with a bad app token the library itself would try for ever."""
        try:
            await self._app.client.apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            raise Misconfigured(_why_not(error).replace(self._app_token, "(token)")) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Misconfigured("Slack can't be reached for Socket Mode. Check the network.") from error
        self._handler = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=_PING_SECONDS)
        try:
            await asyncio.wait_for(self._handler.connect_async(), _CONNECT_SECONDS)  # type: ignore[no-untyped-call]  # Bolt's signature is untyped
        except TimeoutError as error:
            raise Misconfigured(
                "Slack's Socket Mode did not connect within 15 seconds. Check the network."
            ) from error
        self.connected = True
        self._watch = asyncio.create_task(self._keep_alive())

    async def _keep_alive(self) -> None:
        """Every few seconds: a lost connection must not go back to an address that was refused once."""
        while self._handler is not None:
            await asyncio.sleep(_WATCH_SECONDS)
            self.connected = await self._handler.client.is_connected()
            if not self.connected:
                log.warning("socket_lost")
                self._handler.client.wss_uri = None

    async def stop(self) -> None:
        """Takes no more requests."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's signature is untyped
        self.connected = False


def _why_not(error: SlackApiError) -> str:
    """Why Slack gave no socket, and what to do. The status first: an answer that is no JSON has no code."""
    answer = error.response
    if answer.status_code >= 400 or not isinstance(answer.data, dict):
        return f"Slack gave no Socket Mode connection (HTTP {answer.status_code}). Try again in a minute."
    return (
        f"Slack doesn't accept the app token ({answer.data.get('error', 'unknown_error')}). Set SLACK_APP_TOKEN to an "
        "app-level token with the scope connections:write."
    )
