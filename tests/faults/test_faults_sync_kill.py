"""``duebot sync`` is killed with -9 in the middle of a first sync and started again: it goes on where it was."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from bot_process import ended, environment, start

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage, demo_policy

DETAIL = "GET /invoices/{id}"


class HeldAfter:
    """Syncro answers so many details; the next one hangs until it is let go."""

    def __init__(self, stage: Stage, details: int) -> None:
        self.reached = asyncio.Event()
        self._let_go = asyncio.Event()
        self._left = details
        self._strike = stage.syncro.faults.strike
        stage.syncro.faults.strike = self._hold
        self._stage = stage

    async def _hold(self, call: str, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        if call == DETAIL:
            self._left -= 1
            if self._left < 0:
                self.reached.set()
                await self._let_go.wait()
        return await self._strike(call, request, handler)

    def end(self) -> None:
        self._stage.syncro.faults.strike = self._strike
        self._let_go.set()


@pytest.mark.parametrize("shape", ["guide", "openapi"])
async def test_a_killed_first_sync_reads_nothing_twice(tmp_path: Path, shape: Any) -> None:
    (tmp_path / "policy.yml").write_text(demo_policy())
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=60), shape=shape) as stage:
        env = environment(tmp_path, stage.settings())
        hold = HeldAfter(stage, 4)
        process = await start("bot", "sync", folder=tmp_path, env=env)
        async with asyncio.timeout(20):
            await hold.reached.wait()
        process.kill()
        await process.communicate()
        hold.end()
        status, said, complaints = await ended(tmp_path, "bot", "sync", env=env)
        assert status == 0, complaints
        assert "What changed was read" in said, "the lists were complete"
        paths = [seen.path for seen in stage.syncro.calls(DETAIL)]
        assert len(paths) == len(set(paths)) + 1, "but for the one that was being read"
        status, said, _ = await ended(tmp_path, "bot", "sync", env=env)
        assert "(0 of them in detail)" in said
