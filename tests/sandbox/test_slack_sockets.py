"""Socket Mode over the stand-in, with Slack's own client library."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack.person import Person, Refused
from sandbox.slack.server import SlackSandbox


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id="T0NORTH",
        bot_user_id="U0DUEBOT",
        bot_id="B0DUEBOT",
        bot_token="xoxb-sandbox",
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = SlackSandbox(Clock())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def handler(sandbox: SlackSandbox) -> AsyncIterator[AsyncSocketModeHandler]:
    app = AsyncApp(
        client=AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url),
        authorize=authorize,
        signing_secret=sandbox.signing_secret,
    )

    async def command(ack, body) -> None:
        await ack(f"you said {body['text']}")

    async def home(event, client) -> None:
        text = {"type": "section", "text": {"type": "plain_text", "text": "at home"}}
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [text]})

    app.command("/invoice")(command)
    app.event("app_home_opened")(home)
    handler = AsyncSocketModeHandler(app, sandbox.app_token, ping_interval=2)
    await asyncio.wait_for(handler.connect_async(), 10)
    yield handler
    await handler.close_async()


async def test_commands_and_events_come_over_the_socket(
    sandbox: SlackSandbox, handler: AsyncSocketModeHandler
) -> None:
    casey = Person(sandbox, "U0CLERK")
    await casey.command("C0BILLING", "/invoice 1042")
    await casey.sees("you said 1042")
    await casey.home("at home")
    assert sandbox.problems == []


async def test_a_disconnect_message_brings_the_bot_back_on_a_fresh_connection(
    sandbox: SlackSandbox, handler: AsyncSocketModeHandler
) -> None:
    before = len(sandbox.called("apps.connections.open"))
    await sandbox.sockets.disconnect()
    await sandbox.wait_for(lambda: len(sandbox.called("apps.connections.open")) > before, 10)
    await sandbox.wait_for(lambda: sandbox.sockets.count, 10)
    await Person(sandbox, "U0CLERK").command("C0BILLING", "/invoice again")


async def test_a_ticket_opens_one_connection(sandbox: SlackSandbox) -> None:
    client = AsyncWebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_the_bots_token_opens_no_connection(sandbox: SlackSandbox) -> None:
    client = AsyncWebClient(base_url=sandbox.api_url)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=sandbox.bot_token)


async def test_with_no_bot_anywhere_a_command_says_so(sandbox: SlackSandbox) -> None:
    with pytest.raises(Refused, match="not_connected"):
        await Person(sandbox, "U0CLERK").command("C0BILLING", "/invoice 1042")


async def test_a_silent_bot_times_out(sandbox: SlackSandbox) -> None:
    sandbox.courier.ack_seconds = 0.05
    client = AsyncWebClient(base_url=sandbox.api_url)
    url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        with pytest.raises(Refused, match="operation_timeout"):
            await Person(sandbox, "U0CLERK").command("C0BILLING", "/invoice 1042")
