"""The command line as a terminal user sees it, against both stand-ins in this process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage, demo_policy


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """The verbs bind the log to the runner's short-lived stderr; other tests get theirs back."""
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


Run = Callable[..., Awaitable[Result]]


@pytest.fixture(params=["guide", "openapi"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=60), shape=request.param) as opened:
        yield opened


@pytest.fixture
def duebot(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``duebot`` with these words. The verbs have a loop of their own, so they run in a thread."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yml").write_text(demo_policy().replace("weekend: [sat, sun]", "weekend: []"))
    given = {
        **stage.settings(),
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "DUEBOT_POLICY": "policy.yml",
        "DUEBOT_LOG_LEVEL": "error",
        "DUEBOT_PORT": "0",  # tests run side by side
        "DUEBOT_SYNCRO_PER_MINUTE": "100000",
        "COLUMNS": "200",
    }

    async def run(*words: str, **changes: str | None) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, list(words), env={**given, **changes})

    return run
