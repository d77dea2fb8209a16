"""Signed ``/invoice 1042`` commands, a bounded number of them, to one address on loopback.

Each command has a response_url of its own and gets one answer there.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from benchmarks.programs import LOOPBACK, PATIENCE_SECONDS, Program
from sandbox.slack.delivery import signature, slash_command
from sandbox.slack.workspace import sample


@dataclass
class Result:
    """One run: latencies in seconds, how long it took in all, and how many commands were turned away as too many."""

    at_a_time: int
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    turned_away: int = 0

    @property
    def per_second(self) -> float:
        """Commands that were taken, per second."""
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        """Half were faster, in seconds."""
        return quantiles(self.latencies, n=100, method="inclusive")[49]

    @property
    def p99(self) -> float:
        """All but one in a hundred were faster, in seconds."""
        return quantiles(self.latencies, n=100, method="inclusive")[98]


class Caller:
    """Plays Slack's side: sends commands and takes the answers at their response_urls."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._answered: dict[str, asyncio.Event] = {}
        self._workspace = sample()
        self._sent = 0
        self.address = ""

    async def take(self, request: web.Request) -> web.Response:
        """An answer to one command."""
        await request.read()
        if waiting := self._answered.get(request.match_info["key"]):
            waiting.set()
        return web.Response(text="ok")

    async def run(self, program: Program, count: int, at_a_time: int, answered: bool) -> Result:
        """Sends ``count`` commands, ``at_a_time``; the clock of each stops at its ack, or when it is ``answered``."""
        result = Result(at_a_time)
        waiting = iter(range(count))  # shared by all workers
        began = time.perf_counter()
        await asyncio.gather(
            *(self._worker(program, waiting, answered, result) for _ in range(min(at_a_time, count)))
        )
        result.seconds = time.perf_counter() - began
        if not answered:
            await self._drain()
        return result

    async def _worker(self, program: Program, waiting: Iterator[int], answered: bool, result: Result) -> None:
        for _ in waiting:
            key, body = self._command()
            began = time.perf_counter()
            taken = await self._send(program, body)
            if not taken:
                result.turned_away += 1
                self._answered.pop(key)
                continue
            if answered:
                await asyncio.wait_for(self._answered[key].wait(), PATIENCE_SECONDS)
                self._answered.pop(key)
            result.latencies.append(time.perf_counter() - began)

    def _command(self) -> tuple[str, bytes]:
        self._sent += 1
        key = str(self._sent)
        self._answered[key] = asyncio.Event()
        user, channel = self._workspace.users["U0CLERK"], self._workspace.channels["C0BILLING"]
        url = f"{self.address}/response/{key}"
        fields = slash_command(user, channel, "/invoice", "1042", f"trigger.{key}", url)
        return key, urlencode(fields).encode()

    async def _send(self, program: Program, body: bytes) -> bool:
        headers = {
            **signature(program.secret, body),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with self._session.post(f"{program.address}/slack/events", data=body, headers=headers) as ack:
            ack.raise_for_status()
            return not await ack.read()  # an ack with words in it says that there is too much to do

    async def _drain(self) -> None:
        """Waits for the answers that nobody waited for; the bare app gives none."""
        since = time.perf_counter()
        while any(not one.is_set() for one in self._answered.values()):
            before = sum(one.is_set() for one in self._answered.values())
            await asyncio.sleep(0.25)
            if before != sum(one.is_set() for one in self._answered.values()):
                since = time.perf_counter()
            if time.perf_counter() - since > 1.0:
                break
        self._answered.clear()


@asynccontextmanager
async def caller() -> AsyncIterator[Caller]:
    """A caller that listens for answers."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        made = Caller(session)
        app = web.Application()
        app.router.add_post("/response/{key}", made.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, 0).start()
        made.address = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        try:
            yield made
        finally:
            await runner.cleanup()
