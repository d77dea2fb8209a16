"""Socket Mode comes back by itself: after a refresh, a cut connection, and an address that is refused once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.app import App
from bot.config import Settings, load_policy
from bot.config.logs import configure_logging
from bot.slack import sockets
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage, demo_policy
from sandbox.slack.person import Person


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(sockets, "_WATCH_SECONDS", 0.1)
    monkeypatch.setattr(sockets, "_PING_SECONDS", 0.4)
    configure_logging("critical", "console")
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=30)) as opened:
        yield opened


@pytest.fixture
async def app(stage: Stage, tmp_path: Path) -> AsyncIterator[App]:
    policy = tmp_path / "policy.yml"
    policy.write_text(demo_policy())
    settings = Settings.model_validate(
        {
            **stage.settings(),
            "SLACK_APP_TOKEN": stage.slack.app_token,
            "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
            "DUEBOT_POLICY": str(policy),
            "DUEBOT_PORT": 0,
            "DUEBOT_SYNCRO_PER_MINUTE": 100_000,
            "SYNCRO_API_SHAPE": "guide",
        }
    )
    opened = await App.start(settings, load_policy(policy))
    yield opened
    await opened.stop()


async def answers(stage: Stage, after: str = "0") -> str:
    clerk = Person(stage.slack, "U0CLERK", timeout=10)
    await clerk.command("C0BILLING", "/invoice 1042")
    return str((await clerk.sees("$806.25", "C0BILLING", after))["ts"])


@pytest.mark.parametrize(("how", "refused"), [("refresh", 0), ("refresh", 1), ("close", 1), ("close", 3)])
async def test_it_comes_back(stage: Stage, app: App, how: str, refused: int) -> None:
    """The library alone would ask the refused address again for ever."""
    before = await answers(stage)
    stage.slack.sockets.refuse_next = refused
    await (stage.slack.sockets.disconnect if how == "refresh" else stage.slack.sockets.stop)()
    await stage.slack.wait_for(lambda: stage.slack.sockets.count == 1, 10)
    await answers(stage, before)
    assert stage.slack.sockets.refuse_next == 0


async def test_it_is_not_ready_while_it_is_cut_off(stage: Stage, app: App) -> None:
    stage.slack.sockets.refuse_next = 1000
    await stage.slack.sockets.disconnect()
    async with httpx.AsyncClient() as http, asyncio.timeout(10):
        while (ready := await http.get(f"{app.address}/readyz")).status_code == 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert ready.json()["problems"] == ["Slack's socket is not connected"]
        assert (await http.get(f"{app.address}/healthz")).status_code == 200
        stage.slack.sockets.refuse_next = 0
        while (await http.get(f"{app.address}/readyz")).status_code == 503:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await answers(stage)
