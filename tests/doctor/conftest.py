"""``duebot doctor`` as an operator types it, against both stand-ins, with whatever is planted before."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage, demo_policy, manifest_of

ROOT = Path(__file__).parents[2]
#: What no line may show, wherever it comes from.
CANARIES = ("sandbox-user-token-never-log-this", "robin@msp.example", "canary")
READS = {"GET", "POST"}


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """The verb binds the log to the runner's short-lived stderr; other tests get theirs back."""
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


@dataclass
class Bench:
    """A stage, the folder that Duebot is started in, and the environment: all of it as it should be, to begin with."""

    stage: Stage
    folder: Path
    env: dict[str, str | None]

    def policy(self, old: str, new: str) -> None:
        """Puts ``new`` in place of ``old`` in policy.yml."""
        path = self.folder / "policy.yml"
        text = path.read_text()
        assert old in text, f"the policy has no {old}"
        path.write_text(text.replace(old, new, 1))

    def env_file(self, text: str, mode: int = 0o600) -> None:
        (self.folder / ".env").write_text(text)
        (self.folder / ".env").chmod(mode)

    async def run(self, *words: str) -> Result:
        """The verb in a thread, since it has a loop of its own. Whatever it says, it tells no secret and no name."""
        result = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", *words], env=self.env)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        for secret in self.secrets():
            assert secret not in result.output
        return result

    def secrets(self) -> Iterator[str]:
        yield from CANARIES
        for name, value in self.env.items():
            if value and name.endswith(("TOKEN", "KEY", "SECRET")):
                yield value
        for customer in self.stage.syncro.company.customers.values():
            yield from filter(None, (customer.business_name, customer.portal_key))

    async def findings(self) -> tuple[int, list[dict[str, str]]]:
        """The exit status, and what ``--json`` lists: nothing else stands on standard output."""
        result = await self.run("--json")
        found: list[dict[str, str]] = json.loads(result.stdout)
        assert result.stderr == ""
        return result.exit_code, found


Benches = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def benches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Benches:
    """Opens benches: ``async with benches("openapi") as bench``."""
    for name in os.environ:
        if name.startswith(("SLACK_", "SYNCRO_", "DUEBOT_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    @asynccontextmanager
    async def open_bench(shape: Any = "guide", size: int = 60) -> AsyncIterator[Bench]:
        clock = Clock()
        async with Stage(clock, sample_company(clock, size=size), shape=shape) as stage:
            stage.use_manifest(manifest_of(ROOT / "manifest.http.yml"))
            (tmp_path / "policy.yml").write_text(demo_policy())
            given: dict[str, str | None] = {
                **stage.settings(),
                "DUEBOT_PORT": "0",
                "DUEBOT_AUDIT_KEY": "audit-canary-0123456789",
                "DUEBOT_WEBHOOK_SECRET": "webhook-canary-0123456789",
            }
            yield Bench(stage, tmp_path, given)

    return open_bench
