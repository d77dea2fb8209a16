"""A whole bot against both stand-ins over loopback HTTP, with a clock that a test can move."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import Settings, load_policy
from bot.config.logs import configure_logging
from sandbox.clock import Clock
from sandbox.company import SHOWPIECE
from sandbox.demo import Stage, demo_policy
from sandbox.slack.person import Person
from sandbox.slack.shown import find

#: A Tuesday in New York, 7 in the morning: before any digest or reminder.
START = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
#: Journeys run in both wire shapes. For one about what a single shape has; its name or docstring says what that is.
guide_only = pytest.mark.parametrize("shape", ["guide"])
openapi_only = pytest.mark.parametrize("shape", ["openapi"])
#: For a journey that takes long and never comes near what the shapes differ in.
one_shape = openapi_only


@dataclass
class World:
    """The stage, the running bot, and the people."""

    stage: Stage
    app: App
    clock: Clock
    folder: Path
    extra: dict[str, Any]

    @property
    def shape(self) -> str:
        """How Syncro's stand-in speaks: what it can't do, the bot must not pretend to."""
        return self.stage.syncro.shape

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

    def in_syncro(self, invoice: Any) -> str:
        """The address of an invoice in Syncro's own screens."""
        api = self.stage.settings()["SYNCRO_BASE_URL"]
        return f"{api.removesuffix('/api/v1')}/invoices/{invoice.id}"

    @property
    def paying(self) -> str:
        """The call by which a payment is recorded, as the stand-in's faults name it."""
        return "POST /payments" if self.shape == "openapi" else "POST /invoices/{id}/payments"

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


def syncro_link(thing: Any) -> str:
    """Where the button into Syncro leads."""
    return str(find(thing, "Open in Syncro")[1]["url"])


async def start_bot(stage: Stage, clock: Clock, folder: Path, extra: dict[str, Any]) -> App:
    """A bot with these ``extra`` settings; one that is ``None`` is not set."""
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
        **extra,
    }
    configure_logging("error", "console")
    settings = Settings.model_validate({name: value for name, value in given.items() if value is not None})
    app = await App.start(settings, load_policy(policy_file), clock.now)
    # Slack's pace of one message a second in a channel has tests of its own; here nobody waits for it.
    app.rooms.outbox._pace = replace(app.rooms.outbox._pace, channel_seconds=0)
    stage.slack.courier.bot_url = f"{app.address}/slack/events" if "SLACK_APP_TOKEN" not in extra else None
    stage.slack.on_clock[:] = [app.schedule.tick_now]
    return app
