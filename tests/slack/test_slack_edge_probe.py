"""What Slack's answers mean: no answer, a refusal, a clock, scopes, groups, and who somebody is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import SlackError, SlackLost, SlackRefused
from bot.slack.client import Slack
from bot.slack.directory import Directory
from bot.slack.probe import app_of_bot, ask_for_socket, user_groups
from bot.slack.scopes import BOT_SCOPES
from sandbox.clock import Clock
from sandbox.slack.server import SlackSandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    opened = SlackSandbox(Clock())
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def slack(sandbox: SlackSandbox) -> AsyncIterator[Slack]:
    opened = Slack.connect(sandbox.bot_token, sandbox.api_url)
    yield opened
    await opened.close()


@asynccontextmanager
async def answering(body: str, kind: str, status: int = 200) -> AsyncIterator[Slack]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type=kind, status=status)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack = Slack.connect("xoxb-made-up", f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    try:
        yield slack
    finally:
        await slack.close()
        await runner.cleanup()


@pytest.mark.parametrize("status", [200, 404, 503])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html>Please log in</html>", "text/html"),
        ("[1]", "application/json"),
        ("null", "application/json"),
        ('{"ok": tru', "application/json"),
        ('{"detail": "no"}', "application/json"),
    ],
)
async def test_what_is_no_answer_of_slacks_is_lost(body: str, kind: str, status: int) -> None:
    async with answering(body, kind, status) as slack:
        for ask in (slack.call, slack.query):
            with pytest.raises(SlackLost):
                await ask("chat.postMessage")


async def test_a_refusal_keeps_its_code() -> None:
    async with answering('{"ok": false, "error": "is_archived"}', "application/json") as slack:
        with pytest.raises(SlackRefused) as refused:
            await slack.call("chat.postMessage")
    assert refused.value.code == "is_archived"


async def test_slacks_clock_is_read_beside_who_we_are(sandbox: SlackSandbox, slack: Slack) -> None:
    sandbox.date_skew = timedelta(hours=3)
    identity = await slack.identity()
    assert identity.team_id == "T0NORTH"
    assert identity.answered_at is not None
    assert abs(identity.answered_at - datetime.now(UTC) - timedelta(hours=3)) < timedelta(minutes=1)
    assert set(BOT_SCOPES) <= identity.scopes


async def test_which_app_and_whether_a_socket(sandbox: SlackSandbox, slack: Slack) -> None:
    assert await app_of_bot(slack, (await slack.identity()).bot_id) == "A0DUEBOT"
    with pytest.raises(SlackError):
        await ask_for_socket(slack)
    as_app = Slack.connect(sandbox.app_token, sandbox.api_url)
    await ask_for_socket(as_app)
    await as_app.close()
    assert sandbox.sockets.count == 0


async def test_groups_are_told_also_when_they_are_off_or_empty(sandbox: SlackSandbox, slack: Slack) -> None:
    sandbox.workspace.groups["S0TECHS"].disabled = True
    sandbox.workspace.groups["S0FINANCE"].users.clear()
    groups = await user_groups(slack)
    assert (groups["S0TECHS"].off, groups["S0TECHS"].users) == (True, {"U0TECH"})
    assert (groups["S0FINANCE"].off, groups["S0FINANCE"].users) == (False, frozenset())


@pytest.mark.parametrize(
    ("user", "barred"),
    [
        ("U0CLERK", ""),
        ("U0GUEST", "guest"),
        ("U0GONE", "deactivated"),
        ("U0ROBOT", "bot"),
        ("U0OTHER", "elsewhere"),
        ("U0NOBODY", "unknown"),
    ],
)
async def test_why_somebody_is_no_full_member(slack: Slack, user: str, barred: str) -> None:
    member = await Directory(slack, "T0NORTH").member(user)
    assert member.barred == barred
    assert member.full is (barred == "")
    assert member.outsider is (barred in ("guest", "elsewhere", "unknown"))
