"""Tells open pages and waiting tests that something has changed."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

from sandbox.slack.errors import Json

T = TypeVar("T")


class Feed:
    """Fans out page events and wakes those who wait for a condition."""

    def __init__(self) -> None:
        self._listeners: list[tuple[str, asyncio.Queue[Json | None]]] = []
        self._changed = asyncio.Event()

    def listen(self, user: str) -> asyncio.Queue[Json | None]:
        """A queue of the page events that concern `user`; None ends it."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners.append((user, queue))
        return queue

    def leave(self, queue: asyncio.Queue[Json | None]) -> None:
        self._listeners = [pair for pair in self._listeners if pair[1] is not queue]

    def publish(self, event: Json, users: Iterable[str] | None = None) -> None:
        """Send an event to these users' pages (None: everyone's)."""
        audience = None if users is None else set(users)
        for user, queue in self._listeners:
            if audience is None or user in audience:
                queue.put_nowait(event)
        self.touch()

    def touch(self) -> None:
        """Wake those who wait, without telling any page."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def close(self) -> None:
        for _, queue in self._listeners:
            queue.put_nowait(None)

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """The predicate's first truthy value; it is asked again after each change. TimeoutError."""
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._changed.wait()
        return value
