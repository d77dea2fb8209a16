"""The page's endpoints over HTTP, as the page speaks to them, and the clock they move."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack.server import SlackSandbox

START = datetime(2026, 11, 23, 13, 55, tzinfo=UTC)  # Monday, 08:55 in New York

UPLOAD = {
    "type": "modal",
    "callback_id": "match.v1",
    "title": {"type": "plain_text", "text": "Match deposits"},
    "submit": {"type": "plain_text", "text": "Match"},
    "blocks": [
        {
            "type": "input",
            "block_id": "file",
            "label": {"type": "plain_text", "text": "Bank file"},
            "element": {"type": "file_input", "action_id": "file"},
        }
    ],
}


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = SlackSandbox(Clock(START))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def page(sandbox: SlackSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.address) as session:
        yield session


@pytest.fixture
def client(sandbox: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)


async def get(page: aiohttp.ClientSession, path: str, **query: str) -> dict:
    async with page.get(f"/page/{path}", params=query) as response:
        return await response.json()


async def send(page: aiohttp.ClientSession, path: str, **body: object) -> dict:
    async with page.post(f"/page/{path}", json=body) as response:
        return await response.json()


async def test_the_state_names_who_can_be_played_and_what_they_can_reach(page: aiohttp.ClientSession) -> None:
    state = await get(page, "state", user="U0CLERK")
    assert state["me"] == "U0CLERK"
    assert {user["id"] for user in state["users"]} >= {"U0BOSS", "U0GUEST", "U0OTHER"}
    assert not {"U0GONE", "U0DUEBOT", "U0ROBOT"} & {user["id"] for user in state["users"]}
    reached = {channel["id"]: channel for channel in state["channels"]}
    assert {"C0BILLING", "D0CLERK"} <= set(reached)
    assert not {"C0PRIVATE", "C0OLD"} & set(reached)
    assert reached["D0CLERK"]["name"] == "Duebot"
    assert state["clock"]["label"] == "Mon 23 Nov 08:55"
    assert state["bot"] == {"id": "B0DUEBOT", "name": "duebot", "connected": False}
    assert [command["command"] for command in state["commands"]] == ["/invoice", "/overdue"]


async def test_messages_are_shown_with_threads_and_only_to_those_who_may(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    parent = await client.chat_postMessage(channel="C0APPROVE", text="Void 1042?")
    await client.chat_postMessage(channel="C0APPROVE", text="because", thread_ts=parent["ts"])
    await client.chat_postEphemeral(channel="C0APPROVE", user="U0BOSS", text="for you")
    shown = (await get(page, "messages", user="U0BOSS", channel="C0APPROVE"))["messages"]
    assert [message["text"] for message in shown] == ["Void 1042?", "for you"]
    assert [reply["text"] for reply in shown[0]["replies"]] == ["because"]
    assert (shown[0]["reply_count"], shown[0]["is_bot"], shown[1]["ephemeral"]) == (1, True, True)
    others = (await get(page, "messages", user="U0CFO", channel="C0APPROVE"))["messages"]
    assert [message["text"] for message in others] == ["Void 1042?"]
    assert (await get(page, "messages", user="U0TECH", channel="C0APPROVE"))["error"] == "channel_not_found"


async def test_unread_messages_count_until_the_channel_is_looked_at(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    async def unread() -> int:
        channels = (await get(page, "state", user="U0BOSS"))["channels"]
        return next(channel["unread"] for channel in channels if channel["id"] == "C0BILLING")

    await client.chat_postMessage(channel="C0BILLING", text="one")
    assert await unread() == 1
    await get(page, "messages", user="U0BOSS", channel="C0BILLING")
    assert await unread() == 0


async def test_events_stream_to_those_concerned(page: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    async with page.get("/page/events", params={"user": "U0BOSS"}) as stream:
        await stream.content.readuntil(b"\n\n")

        async def event() -> dict:
            return json.loads((await stream.content.readuntil(b"\n\n"))[6:])

        await client.chat_postEphemeral(channel="C0BILLING", user="U0CLERK", text="not for the boss")
        ts = (await client.chat_postMessage(channel="C0BILLING", text="for all"))["ts"]
        posted = await event()
        assert (posted["type"], posted["message"]["text"]) == ("message", "for all")
        await client.chat_update(channel="C0BILLING", ts=ts, text="changed")
        changed = await event()
        assert (changed["type"], changed["message"]["edited"]) == ("message_changed", True)
        await client.chat_delete(channel="C0BILLING", ts=ts)
        assert await event() == {"type": "message_deleted", "channel": "C0BILLING", "ts": ts}
        await client.views_publish(user_id="U0BOSS", view={"type": "home", "blocks": [{"type": "divider"}]})
        assert (await event())["view"]["blocks"][0]["type"] == "divider"
        await send(page, "message", user="U0BOSS", channel="C0BILLING", text="/foo")
        assert await event() == {"type": "notice", "text": "/foo is not a valid command."}


async def test_moving_the_clock_awaits_the_hooks_and_tells_the_time(
    sandbox: SlackSandbox, page: aiohttp.ClientSession
) -> None:
    caught_up: list[str] = []

    async def hook() -> None:
        caught_up.append(sandbox.clock.label("America/New_York"))

    sandbox.on_clock.append(hook)
    assert (await send(page, "clock", to="next_morning"))["label"] == "Tue 24 Nov 10:05"
    assert (await send(page, "clock", to="plus_hours", hours=24))["label"] == "Wed 25 Nov 10:05"
    assert caught_up == ["Tue 24 Nov 10:05", "Wed 25 Nov 10:05"]
    assert (await send(page, "clock", to="plus_hours", hours=-1))["ok"] is False
    assert (await send(page, "clock", to="yesterday"))["ok"] is False


async def test_a_file_from_the_page_is_kept_and_named_for_the_bot(
    sandbox: SlackSandbox, page: aiohttp.ClientSession
) -> None:
    view = sandbox.modals.open("U0CLERK", UPLOAD)
    content = base64.b64encode(b"date,amount").decode()
    held = {"type": "file_input", "files": [{"name": "bank.csv", "content_base64": content}]}
    state = {"values": {"file": {"file": held}}}
    await send(page, "submit", user="U0CLERK", view_id=view["id"], state=state)
    submitted = sandbox.courier.sent[-1].payload["view"]["state"]["values"]["file"]["file"]["files"][0]
    assert submitted["name"] == "bank.csv"
    token = {"Authorization": f"Bearer {sandbox.bot_token}"}
    async with page.get(submitted["url_private_download"], headers=token) as response:
        assert await response.read() == b"date,amount"


@pytest.mark.parametrize("path", ["message", "action", "submit", "close", "shortcut", "options"])
async def test_a_request_of_another_form_is_refused_in_a_sentence(
    page: aiohttp.ClientSession, path: str
) -> None:
    assert "agreed form" in (await send(page, path, user="U0CLERK"))["error"]


async def test_nobody_acts_in_anothers_modal(sandbox: SlackSandbox, page: aiohttp.ClientSession) -> None:
    view = sandbox.modals.open("U0CLERK", UPLOAD)
    assert await send(page, "submit", user="U0BOSS", view_id=view["id"]) == {
        "ok": False,
        "error": "not_found",
    }
    assert await send(page, "close", user="U0BOSS", view_id=view["id"]) == {"ok": False, "error": "not_found"}
    assert sandbox.modals.stack("U0CLERK")


async def test_only_files_of_the_page_are_served(page: aiohttp.ClientSession) -> None:
    async with page.get("/page/static/index.html") as response:
        assert response.content_type == "text/html"
    for path in ("/page/static/..%2f__main__.py", "/page/static/absent.js"):
        async with page.get(path) as response:
            assert response.status == 404


async def test_what_the_manifest_does_not_ask_for_is_refused(
    sandbox: SlackSandbox, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    sandbox.catalog.use(
        {
            "features": {"slash_commands": [{"command": "/invoice", "description": "Invoices"}]},
            "oauth_config": {"scopes": {"bot": ["chat:write", "channels:read"]}},
            "settings": {"event_subscriptions": {"bot_events": []}},
        }
    )
    await client.chat_postMessage(channel="C0BILLING", text="fine")
    await client.conversations_info(channel="C0BILLING")
    for refused in (client.users_info(user="U0BOSS"), client.conversations_info(channel="C0APPROVE")):
        with pytest.raises(SlackApiError, match="missing_scope"):
            await refused
    await get(page, "home", user="U0CLERK")
    assert sandbox.courier.sent == []
    assert (await send(page, "message", user="U0CLERK", channel="C0BILLING", text="/overdue"))["ok"] is False


def test_the_clock_only_goes_forward() -> None:
    clock = Clock(START)
    with pytest.raises(ValueError, match="can't go back"):
        clock.advance(timedelta(seconds=-1))
    clock.next_morning("America/New_York", time(9, 0))
    assert clock.label("America/New_York") == "Tue 24 Nov 09:00"
    assert clock.label("Europe/Berlin") == "Tue 24 Nov 15:00"


def test_the_next_morning_is_right_across_a_change_of_clocks() -> None:
    clock = Clock(datetime(2026, 10, 31, 20, 0, tzinfo=UTC))  # the night before winter time
    clock.next_morning("America/New_York")
    assert clock.label("America/New_York") == "Sun 01 Nov 10:05"


async def test_both_stand_ins_start_on_their_own_and_print_the_settings() -> None:
    command = [sys.executable, "-m", "sandbox", "--slack-port", "0", "--syncro-port", "0", "--socket-mode"]
    command += ["--shape", "openapi"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    printed = [(await process.stdout.readline()).decode().strip() for _ in range(8)]
    names = [line.removeprefix("export ").partition("=")[0] for line in printed[1:]]
    assert names == [
        "SLACK_API_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SYNCRO_BASE_URL",
        "SYNCRO_API_KEY",
        "SYNCRO_API_SHAPE",
        "SLACK_APP_TOKEN",
    ]
    assert "export SYNCRO_API_SHAPE=openapi" in printed
    async with aiohttp.ClientSession() as session, session.get(printed[0].rpartition(" ")[2]) as response:
        assert response.status == 200
    os.kill(process.pid, signal.SIGTERM)
    assert await process.wait() == 0
