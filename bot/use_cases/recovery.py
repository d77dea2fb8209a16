"""What becomes of operations that nobody works on: never-sent ones go on, lost ones are read back.

An absent write counts as absent only after two complete reads, apart by ``Waits.gap``, the first at least
``Waits.first`` after the request ended. Then every check of the claim is made again and it is sent a second and
last time. What can't be told for certain ends as unknown, and a person is told.
"""

import contextlib
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.errors import (
    DuebotError,
    Misconfigured,
    SlackError,
    SyncroLimited,
    SyncroLost,
    SyncroNotSent,
    SyncroRefused,
)
from bot.store import operations
from bot.store.lane import StoreError, Tx
from bot.store.operations import Operation
from bot.use_cases.carrier import Carrier
from bot.use_cases.context import Context
from bot.use_cases.kinds import Absent, Finding
from bot.use_cases.settlement import Settlement

log = structlog.get_logger()

_AT_ONCE = 50
#: Nothing can be told from these: the next pass looks again.
_UNREADABLE = (Misconfigured, SyncroLost, SyncroNotSent, SyncroLimited, SlackError, StoreError)


class Recovery:
    """Reads lost operations back, takes up those that were never sent, and tells whoever entered them."""

    def __init__(self, context: Context, carrier: Carrier, settlement: Settlement) -> None:
        self._context = context
        self._carrier = carrier
        self._settlement = settlement

    async def check_open(self) -> int:
        """One pass over operations that nobody holds; how many there were."""
        now = self._context.now()
        waiting = await self._context.lane.read(lambda tx: operations.to_check(tx, now, _AT_ONCE))
        for operation in waiting:
            if not self._carrier.works_on(operation.key):
                with self._carrier.working(operation.key):
                    await self._check_one(operation.key)
        return len(waiting)

    async def _check_one(self, key: str) -> None:
        taken = await self._context.lane.write(lambda tx: self._take(tx, key))
        if taken is None:
            return
        try:
            await self._go_on(replace(taken, recovered=1))
        except DuebotError as error:
            # It is settled as refused, and the person is told by the outbox; the sentence can name customers.
            log.info("operation_refused", kind=taken.kind, error=type(error).__name__)
        except Exception:  # the boundary of one operation: the others must get their turn
            log.exception("operation_broken", kind=taken.kind, key=key)
            await self._give_up(taken, taken.ended_at or taken.created_at, "Something unexpected stopped it.")
        finally:
            await self._carrier.release(taken)

    def _take(self, tx: Tx, key: str) -> Operation | None:
        """Takes an operation that nobody works on, as it is now."""
        now = self._context.now()
        if not operations.take_lease(tx, key, now, now + self._context.waits.lease):
            return None
        return operations.get(tx, key)

    async def _go_on(self, operation: Operation) -> None:
        if operation.state == "prepared":
            await self._carrier.carry_out(operation)
            return
        kind = self._carrier.kind(operation)
        if not kind.can_read_back:
            await self._settlement.settle(operation, "unknown", kind.unknown_sentence(operation), late=True)
            return
        now = self._context.now()
        ended = operation.ended_at
        if ended is None:
            # The process that sent it was killed; its request ended no later than now.
            ended = now
            await self._context.lane.write(lambda tx: operations.mark_recovered(tx, operation.key, now))
        try:
            await self._context.gateway.ready()
            resend = await self._read_back(operation, ended, now)
        except _UNREADABLE as error:
            await self._give_up(operation, ended, str(error))
            return
        if resend:
            await self._carrier.dispatch(operation)

    async def _read_back(self, operation: Operation, ended: datetime, now: datetime) -> bool:
        """One look at what became of a sent operation; true when it is certainly absent and passed every check."""
        finding = await self._find(operation)
        if not isinstance(finding, Absent):
            await self._carrier.conclude(operation, finding)
            return False
        waits = self._context.waits
        if now - ended < waits.first:
            return False
        if operation.absent_at is None:
            await self._context.lane.write(lambda tx: operations.mark_absent(tx, operation.key, now))
            return False
        if now - operation.absent_at < waits.gap:
            return False
        return await self._may_resend(operation)

    async def _find(self, operation: Operation) -> Finding:
        """A look in Syncro. That it may not be read (401, 404) says nothing of what was written before."""
        try:
            return await self._carrier.kind(operation).find(operation)
        except SyncroRefused as error:
            raise SyncroNotSent(error.sentence) from error

    async def _may_resend(self, operation: Operation) -> bool:
        """Every check of the claim again, and one last look: it may have landed while we checked."""
        if operation.resent:
            kind = self._carrier.kind(operation)
            await self._settlement.settle(operation, "unknown", kind.unknown_sentence(operation), late=True)
            return False
        try:
            await self._carrier.check(operation)
        except _UNREADABLE:
            raise
        except DuebotError as error:
            with contextlib.suppress(DuebotError):
                await self._carrier.refuse_resend(operation, error)
            return False
        finding = await self._find(operation)
        if not isinstance(finding, Absent):
            await self._carrier.conclude(operation, finding)
            return False
        return True

    async def _give_up(self, operation: Operation, ended: datetime, why: str) -> None:
        """After long enough without a readable answer a person is told that it isn't known; before that, nothing."""
        if self._context.now() - ended < self._context.waits.give_up:
            return
        sentence = f"{self._carrier.kind(operation).unknown_sentence(operation)} {why}"
        await self._settlement.settle(operation, "unknown", sentence, late=True)
