"""Failures on order: what the stand-in does wrong, for which call and how often."""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KINDS = (
    "status",
    "status_after_commit",
    "slow",
    "cut_before_commit",
    "cut_after_commit",
    "timeout_after_commit",
    "late_commit",
    "garbage",
    "garbage_after_commit",
)
_HTML_FROM = 500
_WORDS = {401: "Unauthorized", 404: "Not found", 422: "Validation failed", 429: "Rate limit exceeded"}
_POLL = 0.01
#: The status written down for a call that got no answer.
NO_ANSWER = 499


@dataclass(slots=True)
class Fault:
    """One order. ``times`` None means always; the first ``skip`` matching calls pass unharmed."""

    match: str
    kind: str
    times: int | None = 1
    skip: int = 0
    status: int = 500
    seconds: float | None = None
    retry_after: str | None = None
    message: str | None = None
    hits: int = 0

    def takes(self, call: str) -> bool:
        """Whether it strikes this call; counts the call as passed or struck."""
        if self.match not in ("*", call) or (self.times is not None and self.hits >= self.times):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True


class Faults:
    """The orders, oldest first: the first that matches a call strikes it."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []
        self.counts: Counter[str] = Counter()
        self._late: set[asyncio.Task[None]] = set()
        self._land = asyncio.Event()
        self._stopping = asyncio.Event()

    def add(
        self,
        match: str,
        kind: str,
        *,
        times: int | None = 1,
        skip: int = 0,
        status: int = 500,
        seconds: float | None = None,
        retry_after: str | None = None,
        message: str | None = None,
    ) -> Fault:
        """Order a failure of the calls that ``match``: "METHOD /route/{id}" without the base, or "*".

        - ``status``: answers ``status`` and changes nothing; HTML from 500 on; ``retry_after`` is the header.
        - ``status_after_commit``: the change is made, the answer is ``status``.
        - ``slow``: waits ``seconds``, then works, even if the client has left by then.
        - ``cut_before_commit``, ``cut_after_commit``: the connection is reset without or with the change.
        - ``timeout_after_commit``: the change is made and nothing is answered until the client gives up.
        - ``late_commit``: the connection is reset; the change lands ``seconds`` later, or at ``land_late()``.
        - ``garbage``, ``garbage_after_commit``: 200 with an HTML page, without or with the change.

        Raises ``ValueError`` on another kind.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind} is no kind of fault; use one of {', '.join(KINDS)}")
        fault = Fault(match, kind, times, skip, status, seconds, retry_after, message)
        self.orders.append(fault)
        return fault

    def clear(self) -> None:
        """Drop all orders; late commits already under way still land."""
        self.orders.clear()

    @property
    def pending_late(self) -> int:
        """Late commits that have not landed yet."""
        return len(self._late)

    async def land_late(self) -> None:
        """Let every pending late commit land now, and return when they have."""
        self._land.set()
        await asyncio.gather(*self._late)
        self._land.clear()

    async def stop(self) -> None:
        """Let waiting calls go and drop late commits, as a stopped server would."""
        self._stopping.set()
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def strike(self, call: str, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the call, spoiled by the first fault that takes it."""
        fault = next((order for order in self.orders if order.takes(call)), None)
        if fault is None:
            return await handler(request)
        self.counts[fault.kind] += 1
        return await self._spoil(fault, request, handler)

    async def _spoil(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        if fault.kind == "slow":
            await _first(self._stopping, fault.seconds or 0)
            return await handler(request)
        if fault.kind == "late_commit":
            self._start(self._commit_later(fault.seconds, request, handler))
            return _reset(request)
        if fault.kind.endswith("_after_commit"):
            await handler(request)
        if fault.kind.startswith("status"):
            return _failed(fault)
        if fault.kind.startswith("garbage"):
            return _html(200, "Please log in")
        if fault.kind == "timeout_after_commit":
            await self._gone(request)
        return _reset(request)

    async def _gone(self, request: web.Request) -> None:
        """Return when the client has given up, or the server stops."""
        while request.transport is not None and not self._stopping.is_set():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(_POLL)

    async def _commit_later(self, seconds: float | None, request: web.Request, handler: Handler) -> None:
        await _first(self._land, seconds)
        await handler(request)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)


async def _first(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for the event, at most ``seconds``; without seconds until it comes."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _failed(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.status >= _HTML_FROM:
        return _html(fault.status, fault.message or "Something went wrong", headers)
    body = {"error": fault.message or _WORDS.get(fault.status, "Bad request")}
    return web.json_response(body, status=fault.status, headers=headers)


def _html(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    page = f"<!doctype html><html><head><title>{status}</title></head><body><h1>{text}</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html", headers=headers or {})


def _reset(request: web.Request) -> web.Response:
    """Break the connection with a TCP reset; the returned answer goes nowhere."""
    transport = request.transport
    if transport is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=NO_ANSWER)
