"""The programs under measurement, each a process of its own on loopback."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[1]
LOOPBACK = "127.0.0.1"
#: Longer than any start on a slow machine.
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """A running program. ``ready_seconds`` from the start of its process to its first ``/readyz``."""

    address: str
    secret: str
    pid: int
    ready_seconds: float

    @property
    def memory(self) -> float:
        """Resident memory in MiB."""
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True
        )
        return int(told.stdout) / 1024


@asynccontextmanager
async def stand_ins() -> AsyncIterator[Mapping[str, str]]:
    """Slack's and Syncro's stand-ins in one process; the environment that a bot needs to use them."""
    command = [sys.executable, "-m", "sandbox", "--slack-port", "0", "--syncro-port", "0"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        told: dict[str, str] = {}
        while "SYNCRO_API_KEY" not in told:
            line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)).decode()
            if found := re.fullmatch(r"export (\w+)=(\S+)\n", line):
                told[found[1]] = found[2]
        yield told
    finally:
        await _end(process)


@asynccontextmanager
async def duebot(stage: Mapping[str, str], folder: Path) -> AsyncIterator[Program]:
    """``duebot run`` on a fresh port, with its database in ``folder``."""
    port = _free_port()
    environment = {
        **stage,
        "DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "DUEBOT_POLICY": str(ROOT / "sandbox" / "policy.demo.yml"),
        "DUEBOT_HOST": LOOPBACK,
        "DUEBOT_PORT": str(port),
        "DUEBOT_AUDIT_KEY": "only-for-measuring",
        "DUEBOT_LOG_LEVEL": "error",
        "DUEBOT_TICK_SECONDS": "3600",
        "DUEBOT_SYNCRO_PER_MINUTE": "100000",
        "DUEBOT_SLACK_PER_SECOND": "100000",
        "SYNCRO_API_SHAPE": "guide",
    }
    command = [sys.executable, "-m", "bot", "run"]
    async with _running(command, environment, port, stage["SLACK_SIGNING_SECRET"]) as program:
        yield program


@asynccontextmanager
async def bare() -> AsyncIterator[Program]:
    """The bare Bolt app."""
    port, secret = _free_port(), "only-for-measuring"
    async with _running(
        [sys.executable, "-m", "benchmarks.bare", str(port), secret], {}, port, secret
    ) as one:
        yield one


@asynccontextmanager
async def _running(
    command: list[str], environment: Mapping[str, str], port: int, secret: str
) -> AsyncIterator[Program]:
    address = f"http://{LOOPBACK}:{port}"
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **environment}, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _ready(address)
        yield Program(address, secret, process.pid, time.perf_counter() - began)
    finally:
        await _end(process)


async def _ready(address: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                async with session.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.005)


async def synced(program: Program) -> None:
    """Returns when the bot has read its local copy for the first time."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with session.get(f"{program.address}/metrics") as answer:
                if re.search(r"^duebot_mirror_age_seconds [0-9]", await answer.text(), re.MULTILINE):
                    return
            await asyncio.sleep(0.1)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def import_seconds(module: str) -> float:
    """How long a fresh interpreter takes to start and import ``module``."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)
    return time.perf_counter() - began
