"""The stage of the demo: both stand-ins on loopback, sharing one clock, and the policy of the fictional business."""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from sandbox.clock import Clock
from sandbox.company import Company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro.server import SyncroSandbox

_HERE = Path(__file__).parent
_LOOPBACK = "127.0.0.1"


def demo_policy() -> str:
    """The policy of the fictional business: its people are the sample workspace's, its digests come every day."""
    return (_HERE / "policy.demo.yml").read_text()


class Stage:
    """Both stand-ins, started and stopped together: ``async with Stage(clock, company, port) as stage``."""

    def __init__(self, clock: Clock, company: Company, port: int = 0) -> None:
        self._port = port
        self._syncro_key = secrets.token_hex(8)
        self.slack = SlackSandbox(clock, signing_secret=secrets.token_hex(16))
        self.syncro = SyncroSandbox(company, clock, api_key=self._syncro_key)
        self.page = ""
        self._syncro_address = ""

    async def __aenter__(self) -> "Stage":
        self.page = await self.slack.start(_LOOPBACK, self._port) + "/"
        self._syncro_address = await self.syncro.start(_LOOPBACK, 0)
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
        }

    def use_manifest(self, manifest: dict[str, Any]) -> None:
        """Holds the app to its manifest's commands, scopes and events."""
        self.slack.catalog.use(manifest)

    def connect(self, bot_url: str, on_clock: Callable[[], Awaitable[None]]) -> None:
        """Tells Slack's stand-in where the bot is, and whom to wake when the page has moved the clock."""
        self.slack.courier.bot_url = bot_url
        self.slack.on_clock.append(on_clock)


def manifest_of(path: Path) -> dict[str, Any]:
    """An app manifest as data."""
    read: dict[str, Any] = yaml.safe_load(path.read_text())
    return read
