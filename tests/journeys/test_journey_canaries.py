"""Whatever goes wrong, no secret comes out: not in Slack, the log, the database, the audit record or the figures."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog
from aiohttp import web
from journey_requests import Stranger
from journey_world import World, one_shape

from bot.config.logs import configure_logging
from bot.domain.errors import DuebotError
from bot.use_cases.lookup import Lookup
from bot.use_cases.overdue import Overdue
from sandbox.slack.person import Refused

HOOK, AUDIT = "canary-webhook-secret-4711", "canary-audit-key-4711"
pytestmark = one_shape
styles = pytest.mark.parametrize("style", ["console", "json"])


@asynccontextmanager
async def echo(answer: Callable[[str], web.Response]) -> AsyncIterator[str]:
    """Something in Syncro's place that says back what it was sent."""

    async def handle(request: web.Request) -> web.Response:
        return answer(request.headers.get("Authorization", ""))

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1"
    finally:
        await runner.cleanup()


def page(status: int) -> Callable[[str], web.Response]:
    return lambda sent: web.Response(
        status=status, text=f"<html>You sent {sent}</html>", content_type="text/html"
    )


def words(status: int, key: str = "error") -> Callable[[str], web.Response]:
    return lambda sent: web.json_response(
        {key: f"Who is {sent}?", "message": sent.split(" ")[-1]}, status=status
    )


ECHOES: dict[str, Callable[[str], web.Response]] = {
    "401 page": page(401),
    "500 page": page(500),
    "401": words(401),
    "422": words(422, "errors"),
    "200 that says no": words(200),
    "200 with success false": lambda sent: web.json_response({"success": False, "message": sent}),
    "elsewhere": lambda sent: web.Response(
        status=302, headers={"Location": f"https://x.example/?{quote(sent)}"}
    ),
}


class Watch:
    """Everything that the bot let out."""

    def __init__(self, world: World, capfd: pytest.CaptureFixture[str]) -> None:
        self._world = world
        self._capfd = capfd

    def secrets(self) -> set[str]:
        app_token = self._world.stage.slack.app_token
        plain = {*self._world.app.rooms.settings.secrets, app_token, HOOK, AUDIT}
        ways: list[Callable[[str], str]] = [
            lambda one: one,
            lambda one: quote(one, safe=""),
            lambda one: base64.b64encode(one.encode()).decode(),
        ]
        return {way(one) for one in plain for way in ways}

    async def everything(self) -> dict[str, str]:
        slack = self._world.stage.slack
        told = self._capfd.readouterr()
        messages = [slack.messages.in_channel(one) for one in slack.workspace.channels]
        rows = await Stranger(self._world).ledgers()
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            figures = [
                (await http.get(f"{self._world.app.address}/{path}")).text for path in ("metrics", "readyz")
            ]
        return {
            "output": told.out + told.err,
            "messages": json.dumps(messages) + repr(slack.ephemeral()),
            "calls": json.dumps([one.args for one in slack.calls]),
            "rows": repr(rows),
            "figures": "".join(figures),
            "files": _files(self._world.folder).decode("latin-1"),
        }

    async def finds_none(self) -> str:
        """The log, in which there is no secret; nor is there anywhere else."""
        await self._world.idle()
        held = await self.everything()
        for where, text in held.items():
            for secret in self.secrets():
                assert secret not in text, f"{where}: …{text[max(0, text.find(secret) - 200) :][:400]}"
        return held["output"]


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("bot.db*"))


@pytest.fixture
async def armed(worlds: Any) -> AsyncIterator[World]:
    """A bot with every secret that there is."""
    more = {"DUEBOT_WEBHOOK_SECRET": HOOK, "DUEBOT_AUDIT_KEY": AUDIT, "SYNCRO_API_SHAPE": "openapi"}
    async with worlds(size=20, **more) as world:
        await world.app.rooms.sync.run()
        yield world


@contextmanager
def watched(world: World, capfd: pytest.CaptureFixture[str], style: str) -> Iterator[Watch]:
    """Everything is written down, and looked through; capfd's stderr lives no longer than the test's own steps."""
    configure_logging("debug", style, world.app.rooms.settings.secrets)
    try:
        yield Watch(world, capfd)
    finally:
        structlog.reset_defaults()
        configure_logging("critical", "console")
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


async def everything_is_tried(world: World) -> None:
    clerk = world.person()
    for command in (
        *("1042", "find unpaid", "pay 1042 10 check", "send 1042", "edit 1042", "void 1042", "why 1042"),
        *("pay acme 50", "new acme", "https://evil.example/1"),
    ):
        await clerk.command("C0BILLING", f"/invoice {command}")
        await world.idle()
        for view in reversed(clerk.views()):
            if view.get("submit"):
                with suppress(Refused, AssertionError):  # what is missing in a form doesn't matter here
                    await clerk.submit(view)
                await world.idle()
            await clerk.close(view)
    await clerk.command("C0BILLING", "/overdue")
    await clerk.command("C0BILLING", "/overdue acme")
    await world.stage.slack.visits.open_home(clerk.id)
    await world.idle()
    await world.app.schedule.tick_now()


@pytest.mark.parametrize("style", ["json"])
async def test_syncro_that_says_back_what_it_was_sent(armed: World, capfd: Any, style: str) -> None:
    with watched(armed, capfd, style) as watch:
        for answer in ECHOES.values():
            async with echo(answer) as base:
                await armed.app.stop()
                armed.extra["SYNCRO_BASE_URL"] = base
                await armed.start()
                settings = armed.app.rooms.settings
                configure_logging("debug", style, settings.secrets)
                clerk = armed.person()
                for command in (
                    "/invoice 1042",
                    "/invoice pay 1042 10 check",
                    "/invoice new acme",
                    "/overdue acme",
                ):
                    await clerk.command("C0BILLING", command)
                await armed.idle()
                for view in clerk.views():
                    await clerk.close(view)
                with suppress(DuebotError):
                    await armed.app.rooms.sync.run()
                await watch.finds_none()


@styles
async def test_slack_that_says_back_what_it_was_sent(armed: World, capfd: Any, style: str) -> None:
    with watched(armed, capfd, style) as watch:
        token = armed.stage.slack.bot_token
        for method in (
            "views.open",
            "views.update",
            "chat.postMessage",
            "conversations.open",
            "views.publish",
        ):
            armed.stage.slack.faults.add(method, f"error:no_{token}", times=1)
        await everything_is_tried(armed)
        armed.stage.slack.faults.add("users.info", f"error:no_{token}", times=2)
        for command in ("/invoice 1042", "/overdue"):
            await armed.person("U0TECH").command("C0BILLING", command)
        await watch.finds_none()


@styles
async def test_faults_of_our_own(
    armed: World, capfd: Any, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(armed, capfd, style) as watch:
        settings = armed.app.rooms.settings

        async def burst(*_args: Any, **_more: Any) -> None:
            raise RuntimeError(f"deep in a library: {settings.secrets} {dict.fromkeys(settings.secrets)}")

        for room, names in ((Lookup, ("card_of", "search", "find_id")), (Overdue, ("board",))):
            for name in names:
                monkeypatch.setattr(room, name, burst)
        await everything_is_tried(armed)
        logged = await watch.finds_none()
        assert "deep in a library" in logged, "the log has what happened"
        assert "[hidden]" in logged


@styles
async def test_requests_that_are_refused(armed: World, capfd: Any, style: str) -> None:
    with watched(armed, capfd, style) as watch:
        stranger = Stranger(armed)
        body = f"payload={HOOK}".encode()
        await stranger.post(body, stranger.sign(body, AUDIT))
        await stranger.post(body)
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            for path in (f"/syncro/webhook/{HOOK}x", f"/syncro/webhook/{HOOK}", f"/{HOOK}"):
                await http.post(f"{armed.app.address}{path}", content=b"\xff" * 70_000)
                await http.post(f"{armed.app.address}{path}", content=b"\xff")
        await watch.finds_none()
