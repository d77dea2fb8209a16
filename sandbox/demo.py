"""The stage of the demo: both stand-ins on loopback, sharing one clock, and the policy of the fictional business."""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from sandbox.clock import Clock
from sandbox.company import Company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro.server import Shape, SyncroSandbox
from sandbox.welcome import welcome

_HERE = Path(__file__).parent
_LOOPBACK = "127.0.0.1"
_ZONE = ZoneInfo("America/New_York")
_EARLY = time(7, 45)
_THURSDAY = 3


def demo_policy() -> str:
    """The policy of the fictional business: its people are the sample workspace's, its digests come every day."""
    return (_HERE / "policy.demo.yml").read_text()


def opening(now: datetime) -> datetime:
    """When the demo begins: early on the latest Monday to Thursday, before anything is posted.

    So the next morning is a working day, with a digest and with reminders.
    """
    day = now.astimezone(_ZONE).date()
    day -= timedelta(days=max(0, day.weekday() - _THURSDAY))
    return datetime.combine(day, _EARLY, _ZONE).astimezone(UTC)


class Stage:
    """Both stand-ins, started and stopped together: ``async with Stage(clock, company, port) as stage``.

    ``port`` is that of Slack's stand-in and its page; 0 is a free one. ``shape`` is how Syncro's speaks.
    """

    def __init__(
        self,
        clock: Clock,
        company: Company,
        port: int = 0,
        *,
        syncro_port: int = 0,
        host: str = _LOOPBACK,
        shape: Shape = "guide",
    ) -> None:
        self._host = host
        self._port = port
        self._syncro_port = syncro_port
        self._syncro_key = secrets.token_hex(8)
        self.slack = SlackSandbox(clock, signing_secret=secrets.token_hex(16))
        self.syncro = SyncroSandbox(company, clock, api_key=self._syncro_key, shape=shape)
        self.page = ""
        self._syncro_address = ""

    async def __aenter__(self) -> "Stage":
        self.page = await self.slack.start(self._host, self._port) + "/"
        try:
            self._syncro_address = await self.syncro.start(self._host, self._syncro_port)
        except OSError:
            await self.slack.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.slack.stop()
        await self.syncro.stop()

    def settings(self) -> dict[str, str]:
        """The environment of a bot that works against the two."""
        return {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SYNCRO_BASE_URL": self._syncro_address,
            "SYNCRO_API_KEY": self._syncro_key,
            "SYNCRO_API_SHAPE": self.syncro.shape,
        }

    def use_manifest(self, manifest: dict[str, Any]) -> None:
        """Holds the app to its manifest's commands, scopes and events."""
        self.slack.catalog.use(manifest)

    def complete(self, usages: Iterable[str]) -> None:
        """What the page offers while a command is typed, from lines such as ``/invoice find CUSTOMER``."""
        self.slack.catalog.complete(usages)

    def keep_pace(self) -> None:
        """Refuses a second post in a channel within a second, as Slack does; tests mostly go without."""
        self.slack.faults.strict_pace = True

    def welcome(self) -> None:
        """Posts what a newcomer may try."""
        welcome(self.slack, can_void=self.syncro.shape == "guide")

    def connect(self, bot_url: str, on_clock: Callable[[], Awaitable[None]]) -> None:
        """Tells Slack's stand-in where the bot is, and whom to wake when the page has moved the clock."""
        self.slack.courier.bot_url = bot_url
        self.slack.on_clock.append(on_clock)


def manifest_of(path: Path) -> dict[str, Any]:
    """An app manifest as data."""
    read: dict[str, Any] = yaml.safe_load(path.read_text())
    return read
