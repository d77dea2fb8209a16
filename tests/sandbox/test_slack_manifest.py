"""The stand-in holds an app to its manifest, notes what people would suffer from, and begins the demo early."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.demo import opening
from sandbox.slack.blockkit.validate import message_problems
from sandbox.slack.catalog import Catalog
from sandbox.slack.server import SlackSandbox
from sandbox.welcome import welcome

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = SlackSandbox(Clock())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def client(sandbox: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)


def manifest(socket_mode: bool = True, **interactivity: Any) -> dict[str, Any]:
    settings = {"socket_mode_enabled": socket_mode, "interactivity": {"is_enabled": True, **interactivity}}
    return {"features": {}, "settings": settings}


def test_more_commands_or_domains_than_slack_takes_are_refused() -> None:
    commands = [{"command": f"/do{number}"} for number in range(51)]
    with pytest.raises(ValueError, match="50 slash commands"):
        Catalog().use({"features": {"slash_commands": commands}})
    with pytest.raises(ValueError, match="5 unfurl domains"):
        Catalog().use({"features": {"unfurl_domains": ["a", "b", "c", "d", "e", "f"]}})


@pytest.mark.parametrize(
    ("given", "offers"),
    [
        (manifest(), True),
        (manifest(socket_mode=False), False),
        (manifest(socket_mode=False, message_menu_options_url="https://bot.example/slack/events"), True),
        (manifest(is_enabled=False), False),
    ],
)
def test_options_over_http_need_an_address_of_their_own(given: dict[str, Any], offers: bool) -> None:
    catalog = Catalog()
    catalog.use(given)
    assert catalog.offers_options is offers


@pytest.mark.parametrize(
    ("escape", "sent"), [(False, "see https://a.example/1"), (True, "see <https://a.example/1>")]
)
def test_links_arrive_as_typed_unless_the_manifest_has_them_wrapped(escape: bool, sent: str) -> None:
    catalog = Catalog()
    catalog.use({"features": {"slash_commands": [{"command": "/invoice", "should_escape": escape}]}})
    assert catalog.as_sent("/invoice", "see https://a.example/1") == sent


def test_completions_come_from_the_usage_lines() -> None:
    catalog = Catalog()
    catalog.complete(
        ["/invoice NUMBER", "/invoice find CUSTOMER [STATUS]", "/overdue", "/overdue 30+ or 60+"]
    )
    offered = {one["command"]: one["subcommands"] for one in catalog.commands}
    assert offered == {"/invoice": ["find CUSTOMER [STATUS]"], "/overdue": ["30+ or 60+"]}


async def test_a_form_for_files_needs_the_scope_for_files(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    field = {
        "type": "input",
        "label": {"type": "plain_text", "text": "File"},
        "element": {"type": "file_input"},
    }
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Match"}, "blocks": [field]}
    view["submit"] = {"type": "plain_text", "text": "Match"}
    sandbox.catalog.scopes.remove("files:read")
    trigger = sandbox.visits._slack.triggers.issue("U0CLERK")
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.views_open(trigger_id=trigger, view=view)


async def test_what_people_would_suffer_from_is_noted(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0BILLING", text="hello", blocks=BLOCKS)
    assert sandbox.problems == []
    await client.chat_postMessage(channel="C0BILLING", text="", blocks=BLOCKS)
    await client.chat_postMessage(channel="C0BILLING", text="@here", link_names=True)
    await client.chat_postMessage(channel="C0BILLING", text="@here", parse="full")
    assert [problem.split()[0] for problem in sandbox.problems] == ["a", "link_names", "link_names"]


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "Thu 19 Nov 07:45"),  # a Sunday
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), "Thu 19 Nov 07:45"),  # a Friday
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), "Mon 23 Nov 07:45"),  # Monday night in New York
        (datetime(2026, 7, 1, 17, 0, tzinfo=UTC), "Wed 01 Jul 07:45"),  # summer time
    ],
)
def test_the_demo_begins_early_on_a_day_with_a_working_day_after_it(now: datetime, begins: str) -> None:
    assert Clock(opening(now)).label("America/New_York") == begins


async def test_the_welcome_is_a_message_that_slack_would_take(sandbox: SlackSandbox) -> None:
    welcome(sandbox)
    (message,) = sandbox.in_channel("C0BILLING")
    assert message_problems([{**block} for block in message["blocks"]]) == []
    assert "/invoice 1042" in str(message["blocks"])
