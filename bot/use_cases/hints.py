"""Hints that something has changed in Syncro. They are followed, never believed: what counts is what is read then."""

import asyncio
from collections.abc import Callable

import structlog

from bot.domain.errors import DuebotError
from bot.use_cases.context import Context
from bot.use_cases.mirror_reading import refresh

log = structlog.get_logger()

#: More than that at once is no longer a hint at single invoices: a sync costs Syncro less.
_MOST = 100
#: Seconds that a stop waits for the reading under way; the next sync finds what it cuts off.
_DRAIN = 5.0


class Hints:
    """Reads hinted invoices again, one after the other, behind people's requests.

    ``sync_soon`` is called for what can't be read singly: it makes the next sync due.
    """

    def __init__(self, context: Context, sync_soon: Callable[[], None]) -> None:
        self._context = context
        self._sync_soon = sync_soon
        self._waiting: dict[str, None] = {}
        self._work: asyncio.Task[None] | None = None
        self._stopped = False

    def take(self, invoice_id: str) -> None:
        """This invoice may have changed; empty text: something has. Returns at once.

        The same one twice before it is read is one reading.
        """
        if self._stopped:
            return
        if not invoice_id or (len(self._waiting) >= _MOST and invoice_id not in self._waiting):
            self._sync_soon()
            return
        self._waiting[invoice_id] = None
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Takes no more hints, forgets those that wait, and ends the reading under way."""
        self._stopped = True
        self._waiting.clear()
        if self._work is not None:
            await asyncio.wait({self._work}, timeout=_DRAIN)
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _follow(self) -> None:
        while self._waiting:
            invoice_id = next(iter(self._waiting))
            # What changes from here on may be missed by this reading: a further hint is a further reading.
            del self._waiting[invoice_id]
            try:
                await refresh(self._context, invoice_id)
            except DuebotError as error:
                log.info("hint_not_followed", error=type(error).__name__)
                self._sync_soon()
            except Exception:  # the boundary of one hint: the others must get their turn
                log.exception("hint_broken")
                self._sync_soon()
