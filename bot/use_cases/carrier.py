"""Carrying one claimed operation out: its checks, its one request, and reading the invoice again.

Whoever works on an operation holds its lease. The lease is looked at again in the very transaction that lets a
request leave, and it outlasts the longest time that a request may take, so two processes never send the same one.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.domain.errors import (
    Changed,
    DuebotError,
    NeedsApproval,
    SyncroError,
    SyncroLimited,
    SyncroLost,
    SyncroNotSent,
    SyncroRefused,
    SyncroTaken,
)
from bot.domain.invoice import Invoice
from bot.domain.version import Version, differences
from bot.store import mirror, operations
from bot.store.lane import StoreError, Tx
from bot.store.operations import Operation
from bot.use_cases.context import Context
from bot.use_cases.ending import Ending, done_so_far, is_begun
from bot.use_cases.kinds import APPROVAL, Absent, Found, Kind, Unclear
from bot.use_cases.settlement import Settlement

#: How many numbers are tried for a new invoice before somebody should look at the account.
_NUMBERS_TRIED = 10
_CHECKING = (
    "Syncro's answer was lost, so I'm reading back whether it went through. Please don't enter it again: "
    "I'll tell you in a direct message."
)

_NOT_ASKED = (
    "Duebot was interrupted before it could ask for the approval that this needs. "
    "Nothing was written: enter it again."
)


class LeaseLost(Exception):
    """Somebody else has taken the operation over; from here on nothing of it may be sent or refused by us."""


class Carrier:
    """Checks, sends and confirms operations that its caller has claimed."""

    def __init__(self, context: Context, kinds: Mapping[str, Kind], settlement: Settlement) -> None:
        self._context = context
        self._kinds = kinds
        self._settlement = settlement
        self._ending = Ending(context, kinds, settlement)
        self._working: set[str] = set()

    def kind(self, operation: Operation) -> Kind:
        """The rules of this kind of write."""
        return self._kinds[operation.kind]

    def works_on(self, key: str) -> bool:
        """Whether this process is at work on it, whatever its clock says of the lease."""
        return key in self._working

    @contextmanager
    def working(self, key: str) -> Iterator[None]:
        """While this process works on an operation, it does not take it over from itself."""
        self._working.add(key)
        try:
            yield
        finally:
            self._working.discard(key)

    async def carry_out(self, operation: Operation) -> Operation:
        """Checks and sends an operation that surely was never sent. Raises the error that refused it."""
        try:
            await self.check(operation)
        except NeedsApproval:
            if operation.recovered or not await self._withdraw(operation):
                return await self._settlement.settle(operation, "refused", _NOT_ASKED)
            raise
        except Exception as error:
            # Whatever stopped us before sending, nothing was written; the claim must not stay open.
            sentence = str(error) if isinstance(error, DuebotError) else "Something unexpected stopped it."
            settled = await self._settlement.settle(operation, "refused", sentence, because=error)
            if settled.state != "refused":
                return settled  # Somebody else has taken it over; what they did is what happened.
            raise
        return await self.dispatch(operation)

    async def _withdraw(self, operation: Operation) -> bool:
        """Takes our claim back: whoever wanted it is asking somebody else first."""

        def write(tx: Tx) -> bool:
            held = operations.holds(tx, operation.key, operation.lease_until)
            return held and operations.withdraw(tx, operation.key)

        return await self._context.lane.write(write)

    async def check(self, operation: Operation) -> None:
        """The claim's checks: live read, what changed since it was seen, then the kind's own rules and roles."""
        await self._context.gateway.ready()
        kind = self.kind(operation)
        live = await self._live(operation)
        if live is not None and operation.version_seen and not is_begun(operation):
            seen = Version.from_json(operation.version_seen)
            changed = differences(seen, live, kind.matters(operation))
            if changed:
                since = "this was asked for" if operation.request.get(APPROVAL) else "you opened this"
                raise Changed(
                    f"Invoice {live.number} has changed since {since}. Nothing was written.", changed
                )
        await kind.check(operation, live)

    async def _live(self, operation: Operation) -> Invoice | None:
        if operation.invoice_id is None:
            return None
        asked = self._context.now()
        live = await self._context.gateway.invoice(operation.invoice_id)
        await self._context.lane.write(lambda tx: mirror.put_invoices(tx, [live], asked))
        return live

    async def dispatch(self, operation: Operation) -> Operation:
        """Sends a checked operation; for a request that was certainly absent, a second and last time.

        Raises the error that refused it. If somebody else has taken it over, sends nothing and returns it as it is.
        """
        again = operation.state == "sent"
        try:
            marked = await self._mark_sent(operation, again)
        except LeaseLost:
            return await self._settlement.current(operation)
        return await self._send_marked(marked)

    async def _send_marked(self, operation: Operation, before: Operation | None = None) -> Operation:
        """Sends the request that was just marked as leaving, and goes on from its answer.

        ``before`` is how a write of several requests stood when this one was not yet marked.
        """
        try:
            result = await self._send(operation)
        except LeaseLost:
            return await self._settlement.current(operation)
        except SyncroLost:
            return await self._lost(operation)
        except StoreError:
            raise  # Whether it left can't be written down now; reading back will tell.
        except SyncroTaken as error:
            return await self._number_taken(operation, error)
        except DuebotError as error:
            return await self._not_taken(operation, error, before)
        return await self.go_on(operation, result)

    async def _not_taken(
        self, operation: Operation, error: DuebotError, before: Operation | None
    ) -> Operation:
        """A request surely had no effect. Alone it is refused; in a write of several, what is done stays done."""
        if operation.resent:
            return await self.refuse_resend(operation, error)
        if not is_begun(operation):
            return await self._refuse(operation, error)
        young = self._context.now() - operation.created_at < self._context.waits.give_up
        if before is not None and young and isinstance(error, SyncroNotSent | SyncroLimited):
            return await self._step_back(operation, before)
        return await self._leave_incomplete(operation, error)

    async def _step_back(self, operation: Operation, before: Operation) -> Operation:
        """The request surely never left: the write stands as before it, and a later pass goes on from there."""
        now = self._context.now()

        def write(tx: Tx) -> None:
            sentence, invoice_id = operation.sentence, operation.invoice_id
            if operations.holds(tx, operation.key, operation.lease_until):
                operations.mark_next(
                    tx, operation.key, operation.progress, before.progress, invoice_id, sentence, now
                )

        await self._context.lane.write(write)
        return await self._lost(replace(operation, progress=before.progress))

    async def _leave_incomplete(self, operation: Operation, error: DuebotError) -> Operation:
        """Ends a write of several requests of which some took effect: that is confirmed, and what lacks is said."""
        words = error.words if isinstance(error, SyncroRefused) else ""
        problem = f"Syncro says: {words}." if words else str(error)
        return await self._ending.confirm(operation, {**done_so_far(operation), "problem": problem})

    async def _number_taken(self, operation: Operation, error: SyncroTaken) -> Operation:
        """The number is another invoice's, and the next one is tried.

        Only after a resend can it be our own: the first sending may have landed after all. What was never sent before
        is never looked for: our lines must not get onto what somebody else has just begun.
        """
        kind = self.kind(operation)
        if operation.resent:
            try:
                finding = await kind.find(operation)
            except SyncroError:
                return await self._lost(operation)
            if not isinstance(finding, Absent):
                return await self.conclude(operation, finding)
        tries = int(operation.progress.get("tries", 0)) + 1
        if tries >= _NUMBERS_TRIED:
            return await self._refuse(operation, error)

        def progress(tx: Tx) -> dict[str, Any]:
            return {**kind.allocate(tx, operation), "tries": tries}

        return await self._send_next(operation, progress, operation.invoice_id, "")

    async def go_on(self, operation: Operation, result: dict[str, Any], late: bool = False) -> Operation:
        """A request took effect: sends the next one of a write of several, or confirms it."""
        kind = self.kind(operation)
        if kind.one_request(operation):
            return await self._ending.confirm(operation, result, late)
        done = {**done_so_far(operation), **result}
        try:
            live = await self._ending.read_again(operation, done)
        except SyncroError:
            return await self._lost(operation)
        step = kind.next_step(operation, live, done)
        if step is None:
            return await self._ending.confirm_seen(operation, done, live, late)
        progress = {**step, "result": done}
        return await self._send_next(
            operation, lambda _tx: progress, live.id, kind.step_sentence(operation, live)
        )

    async def _send_next(
        self,
        operation: Operation,
        progress: Callable[[Tx], dict[str, Any]],
        invoice_id: str | None,
        sentence: str,
    ) -> Operation:
        """Commits that another request of a sent operation is about to leave, and sends it."""
        now = self._context.now()
        lease = now + self._context.waits.lease

        def write(tx: Tx) -> Operation | None:
            holder = operations.open_on(tx, invoice_id) if invoice_id else None
            claimed = operation.invoice_id if holder and holder.key != operation.key else invoice_id
            moved = operations.holds(tx, operation.key, operation.lease_until) and operations.mark_next(
                tx, operation.key, operation.progress, after := progress(tx), claimed, sentence, now
            )
            if not moved:
                return None
            operations.lease(tx, operation.key, lease)
            return replace(
                operation,
                progress=after,
                invoice_id=claimed,
                sentence=sentence,
                sent_at=now,
                ended_at=None,
                absent_at=None,
                lease_until=lease,
                resent=0,
            )

        marked = await self._context.lane.write(write)
        if marked is None:
            return await self._settlement.current(operation)
        return await self._send_marked(marked, operation)

    async def _mark_sent(self, operation: Operation, again: bool) -> Operation:
        """Commits that the request is about to leave, before its first byte does. Raises ``LeaseLost``."""
        now = self._context.now()
        lease = now + self._context.waits.lease

        def write(tx: Tx) -> Operation:
            held = operations.holds(tx, operation.key, operation.lease_until)
            if not held or (again and not operations.mark_resent(tx, operation.key)):
                raise LeaseLost
            progress = operation.progress if again else self.kind(operation).allocate(tx, operation)
            operations.mark_sent(tx, operation.key, now, progress)
            operations.lease(tx, operation.key, lease)
            return replace(
                operation,
                progress=progress,
                state="sent",
                sent_at=now,
                ended_at=None,
                absent_at=None,
                lease_until=lease,
                resent=int(again),
            )

        return await self._context.lane.write(write)

    async def _send(self, operation: Operation) -> dict[str, Any]:
        """Sends once. Only what surely never took effect (no connection, 429) is tried again, checked afresh.

        All tries together end within ``Waits.send``, which the lease outlasts.
        """
        waits = self._context.waits
        until = asyncio.get_running_loop().time() + waits.send.total_seconds()
        for pause in waits.retries:
            try:
                return await self._attempt(operation, until)
            except SyncroLimited as error:
                if error.retry_after > waits.longest_retry:
                    raise
                await asyncio.sleep(max(error.retry_after, 0.0))
            except SyncroNotSent:
                await asyncio.sleep(pause)
            await self._check_again(operation)
        return await self._attempt(operation, until)

    async def _attempt(self, operation: Operation, until: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout_at(until):
                return await self.kind(operation).send(operation)
        except TimeoutError:
            raise SyncroLost("Syncro did not answer in time.") from None

    async def _check_again(self, operation: Operation) -> None:
        """The claim's checks after a pause, and that it is still ours. Raises ``LeaseLost`` too."""
        try:
            await self.check(operation)
        except SyncroLost as error:
            # Only the reading was lost; the write has surely not happened.
            raise SyncroNotSent(error.sentence) from error
        held = await self._context.lane.read(
            lambda tx: operations.holds(tx, operation.key, operation.lease_until)
        )
        if not held:
            raise LeaseLost

    async def _lost(self, operation: Operation) -> Operation:
        """The answer was lost. What can be read back is left to the next pass; the rest is told as unknown."""
        kind = self.kind(operation)
        now = self._context.now()

        def write(tx: Tx) -> None:
            if operations.holds(tx, operation.key, operation.lease_until):
                operations.mark_ended(tx, operation.key, now)

        await self._context.lane.write(write)
        if not kind.can_read_back:
            return await self._settlement.settle(
                operation, "unknown", kind.unknown_sentence(operation), late=True
            )
        await self.release(operation)
        return replace(operation, ended_at=now, sentence=_CHECKING)

    async def release(self, operation: Operation) -> None:
        """Ends our lease, if it still is ours, so that the next pass may take the operation."""
        now = self._context.now()

        def write(tx: Tx) -> None:
            if operations.holds(tx, operation.key, operation.lease_until):
                operations.lease(tx, operation.key, now)

        await self._context.lane.write(write)

    # ---- how it ended --------------------------------------------------------------------------------------

    async def _refuse(self, operation: Operation, error: DuebotError) -> Operation:
        settled = await self._settlement.settle(operation, "refused", str(error), because=error)
        if settled.state != "refused":
            return settled
        raise error

    async def refuse_resend(self, operation: Operation, error: DuebotError) -> Operation:
        """A second sending was stopped. Perhaps because the first has landed after all: so look before refusing.

        Raises ``error`` when it is still absent.
        """
        try:
            finding = await self.kind(operation).find(operation)
        except SyncroError as unread:
            sentence = f"{self.kind(operation).unknown_sentence(operation)} {unread}"
            return await self._settlement.settle(operation, "unknown", sentence, late=True)
        if isinstance(finding, Found | Unclear):
            return await self.conclude(operation, finding)
        return await (self._leave_incomplete if is_begun(operation) else self._refuse)(operation, error)

    async def conclude(self, operation: Operation, finding: Found | Unclear) -> Operation:
        """Goes on with, or ends, an operation whose answer was lost by what was read back."""
        if isinstance(finding, Found):
            return await self.go_on(operation, finding.result, late=True)
        return await self._settlement.settle(operation, "unknown", finding.sentence, late=True)
