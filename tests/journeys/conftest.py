"""A whole bot against both stand-ins over loopback HTTP, with a clock that a test can move."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import Settings, load_policy
from bot.config.logs import configure_logging
from sandbox.clock import Clock
from sandbox.company import SHOWPIECE, sample_company
from sandbox.demo import Stage, demo_policy
from sandbox.slack.person import Person

#: A Tuesday in New York, 7 in the morning: before any digest or reminder.
START = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@dataclass
class World:
    """The stage, the running bot, and the people."""

    stage: Stage
    app: App
    clock: Clock
    folder: Path
    extra: dict[str, Any]

    @property
    def company(self) -> Any:
        return self.stage.syncro.company

    def person(self, user_id: str = "U0CLERK") -> Person:
        return Person(self.stage.slack, user_id, timeout=10)

    @property
    def showpiece(self) -> Any:
        return self.company.invoice_by_number(SHOWPIECE)

    def payments(self, invoice_id: int | None = None) -> list[Any]:
        return list(self.company.payments_of(invoice_id or self.showpiece.id))

    async def restart(self) -> None:
        """Stops the bot and starts it again on the same database."""
        await self.app.stop()
        await self.start()

    async def start(self) -> None:
        self.app = await start_bot(self.stage, self.clock, self.folder, self.extra)


async def start_bot(stage: Stage, clock: Clock, folder: Path, extra: dict[str, Any]) -> App:
    policy_file = folder / "policy.yml"
    if not policy_file.exists():
        policy_file.write_text(demo_policy())
    given = {
        **stage.settings(),
        "DATABASE_URL": f"sqlite:///{folder}/bot.db",
        "DUEBOT_POLICY": str(policy_file),
        "DUEBOT_PORT": 0,
        "DUEBOT_READBACK_FIRST_SECONDS": 0.6,
        "DUEBOT_READBACK_GAP_SECONDS": 0.3,
        "DUEBOT_TICK_SECONDS": 0.2,
        "DUEBOT_SYNCRO_TIMEOUT_SECONDS": 2,
        "SYNCRO_API_SHAPE": "guide",
        **extra,
    }
    configure_logging("error", "console")
    app = await App.start(Settings.model_validate(given), load_policy(policy_file), clock.now)
    stage.slack.courier.bot_url = f"{app.address}/slack/events" if "SLACK_APP_TOKEN" not in extra else None
    stage.slack.on_clock[:] = [app.schedule.tick_now]
    return app


Worlds = Callable[..., Any]


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    """Opens worlds: ``async with worlds(extra settings) as world``."""

    @asynccontextmanager
    async def open_world(**extra: Any) -> AsyncIterator[World]:
        clock = Clock(START)
        async with Stage(clock, sample_company(clock)) as stage:
            app = await start_bot(stage, clock, tmp_path, extra)
            world = World(stage, app, clock, tmp_path, extra)
            try:
                yield world
            finally:
                await world.app.stop()

    return open_world


@pytest.fixture
async def world(worlds: Worlds) -> AsyncIterator[World]:
    """A bot in HTTP mode that has read the company once."""
    async with worlds() as opened:
        await opened.app.rooms.sync.run()
        yield opened
