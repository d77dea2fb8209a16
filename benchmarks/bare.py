"""The yardstick: the least that a Bolt app on aiohttp can do. It checks the signature and acknowledges.

``python -m benchmarks.bare PORT SECRET``
"""

import sys

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient


async def authorize() -> AuthorizeResult:
    """One fixed answer, as Duebot gives it too."""
    return AuthorizeResult(enterprise_id=None, team_id="T0BARE", bot_token="xoxb-bare", bot_user_id="U0BARE")


async def acknowledge(ack: AsyncAck) -> None:
    """All that it does."""
    await ack()


async def healthy(_request: web.Request) -> web.Response:
    """Says that it answers."""
    return web.Response(text="ok")


def site(secret: str) -> web.Application:
    """The app's routes. ``process_before_response`` is the fast way: without it Bolt polls for the ack."""
    app = AsyncApp(
        client=AsyncWebClient(), authorize=authorize, signing_secret=secret, process_before_response=True
    )
    app.command("/invoice")(acknowledge)
    served: web.Application = app.web_app()
    served.router.add_get("/readyz", healthy)
    return served


if __name__ == "__main__":
    web.run_app(site(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
