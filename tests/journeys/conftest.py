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

    def invoice_of(self, customer: str, status: str) -> Any:
        """An invoice of this customer in this state."""
        customer_id = self.company.customer_by_name(customer).id
        held = (one for one in self.company.invoices.values() if one.customer_id == customer_id)
        return next(one for one in held if self.company.status(one) == status)

    def any_invoice(self, status: str) -> Any:
        """An invoice in this state, whoever's."""
        return next(one for one in self.company.invoices.values() if self.company.status(one) == status)

    def writes(self) -> list[Any]:
        """The requests by which the bot changed something in Syncro."""
        return [seen for seen in self.stage.syncro.requests if seen.method != "GET"]

    async def idle(self) -> None:
        """Waits until the bot works on nothing that a person asked."""
        await self.app.door.drain()

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
        "DUEBOT_SYNCRO_PER_MINUTE": 100_000,
        "SYNCRO_API_SHAPE": "guide",
        **extra,
    }
    configure_logging("error", "console")
    app = await App.start(Settings.model_validate(given), load_policy(policy_file), clock.now)
    stage.slack.courier.bot_url = f"{app.address}/slack/events" if "SLACK_APP_TOKEN" not in extra else None
    stage.slack.on_clock[:] = [app.schedule.tick_now]
    return app


Worlds = Callable[..., Any]
_SMALL = 60


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    """Opens worlds: ``async with worlds(size=…, extra settings) as world``."""

    @asynccontextmanager
    async def open_world(size: int = 600, **extra: Any) -> AsyncIterator[World]:
        clock = Clock(START)
        async with Stage(clock, sample_company(clock, size=size)) as stage:
            app = await start_bot(stage, clock, tmp_path, extra)
            world = World(stage, app, clock, tmp_path, extra)
            try:
                yield world
            finally:
                await world.app.stop()

    return open_world


@pytest.fixture
async def world(worlds: Worlds) -> AsyncIterator[World]:
    """A bot in HTTP mode that has read a small company once."""
    async with worlds(size=_SMALL) as opened:
        await opened.app.rooms.sync.run()
        yield opened
