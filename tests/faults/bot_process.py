"""`duebot run` as a process of its own, configured by its environment alone."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

#: The rule's waits, scaled so that a test need not wait.
HASTE = {
    "DUEBOT_READBACK_FIRST_SECONDS": "0.4",
    "DUEBOT_READBACK_GAP_SECONDS": "0.2",
    "DUEBOT_TICK_SECONDS": "0.2",
    "DUEBOT_SYNCRO_TIMEOUT_SECONDS": "10",
    "DUEBOT_SYNCRO_PER_MINUTE": "100000",
    "SYNCRO_API_SHAPE": "guide",
    "DUEBOT_PORT": "0",
    "DUEBOT_LOG_LEVEL": "warning",
}
_READY = re.compile(r"Health: (http://[^/\s]+)/healthz")


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of this machine's own settings, and the given ones."""
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    here = {"DATABASE_URL": f"sqlite:///{folder}/bot.db", "DUEBOT_POLICY": str(folder / "policy.yml")}
    return {**inherited, **HASTE, **here, **settings}


async def start(*words: str, folder: Path, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    """A Python module as a process, in an empty folder so that no `.env` is found."""
    root = str(Path(__file__).parents[2])
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *words,
        cwd=folder,
        env={**env, "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


class Bot:
    """A running bot."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.process = process
        self.address = address

    async def kill(self) -> None:
        """What a power cut does: nothing of it runs any more."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def terminate(self) -> tuple[int, str]:
        """What a service manager does; the exit status and what was said on stderr."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, said = await self.process.communicate()
        return self.process.returncode or 0, said.decode()


@asynccontextmanager
async def running(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Bot]:
    """A bot that has said that it is ready; it is killed in the end if it still runs."""
    process = await start("bot", "run", folder=folder, env=environment(folder, settings))
    try:
        yield Bot(process, await _ready(process))
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _ready(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    assert process.stderr
    said = ""
    async with asyncio.timeout(20):
        while line := await process.stdout.readline():
            said += line.decode()
            if found := _READY.search(said):
                return found[1]
    raise AssertionError(f"the bot did not start: {said} {(await process.stderr.read()).decode()}")


async def ended(folder: Path, *words: str, env: Mapping[str, str]) -> tuple[int, str, str]:
    """A command that ends by itself: exit status, stdout, stderr."""
    process = await start(*words, folder=folder, env=env)
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
