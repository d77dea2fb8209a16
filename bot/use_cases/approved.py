"""Carrying out what was approved: each write once, through the journal, one after the other.

Nothing here remembers how far it came: the journal does, under keys made of the request's id. So it is run right after
the decision, at every tick, after a restart, and by a second process, and does nothing twice.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary

import structlog

from bot.domain.approval import State
from bot.domain.errors import (
    Busy,
    DuebotError,
    Misconfigured,
    NeedsApproval,
    SlackError,
    SyncroLimited,
    SyncroLost,
    SyncroNotSent,
    SyncroUnauthorized,
)
from bot.domain.money import say_money
from bot.store import approvals, operations
from bot.store.approvals import Approval
from bot.store.lane import StoreError, Tx
from bot.store.operations import Operation
from bot.use_cases.approval_log import is_told, log_request, tell_requester, tell_spread, why_not
from bot.use_cases.asking import intents_of
from bot.use_cases.authority import DUEBOT
from bot.use_cases.context import Context
from bot.use_cases.ending import is_amiss
from bot.use_cases.journal import Intent, Journal
from bot.use_cases.promise_asking import PROMISE
from bot.use_cases.promise_requests import PromiseRequests

#: Nothing was written, and nothing about the request itself is wrong: it is tried again.
NOT_NOW = (Busy, SyncroNotSent, SyncroLimited, SyncroLost, SlackError, StoreError)
#: The same while only reading: the key or the address is wrong, which says nothing of what is asked for.
NOT_READ = (*NOT_NOW, Misconfigured, SyncroUnauthorized)
_AGAIN = timedelta(minutes=1)
_GIVE_UP = timedelta(days=1)
_CHECKING = "Syncro's answer was lost; it is being read back whether it went through."

log = structlog.get_logger()


class Approved:
    """What was approved and is not done yet."""

    def __init__(self, context: Context, journal: Journal, promises: PromiseRequests) -> None:
        self._context = context
        self._journal = journal
        self._promises = promises
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def judge(self, held: Approval) -> None:
        """Every check that is made when it is carried out, but the approval itself. Raises what speaks against it."""
        if held.kind == PROMISE:
            await self._promises.judge(held)
            return
        for intent in intents_of(held):
            with contextlib.suppress(NeedsApproval):
                await self._journal.judge(intent)

    async def carry_all(self) -> int:
        """Goes on with everything that is approved and whose time has come; how many."""
        now = self._context.now()
        found = await self._context.lane.read(lambda tx: approvals.of_state(tx, State.APPROVED))
        due = [one for one in found if one.next_try_at is None or one.next_try_at <= now]
        for held in due:
            try:
                await self.carry_out(held.id)
            except Exception:  # the boundary of one request: the others must get their turn
                log.exception("approved_broken", kind=held.kind, approval=held.id)
        return len(due)

    async def carry_out(self, id: str) -> None:
        """Does the next writes of an approved request, until one doesn't succeed; then, or at the end, says so.

        Who comes while this process is at it, a click or a tick, waits, and so can tell how it ended.
        """
        turn = self._turns.setdefault(id, asyncio.Lock())
        async with turn:
            await self._carry_out(id)

    async def _carry_out(self, id: str) -> None:
        held = await self._context.lane.read(lambda tx: approvals.get(tx, id))
        if held is None or held.state is not State.APPROVED:
            return
        if held.kind == PROMISE:
            await self._note_promise(held)
            return
        for intent in intents_of(held):
            last = await self._context.lane.read(partial(_last, key=intent.base_key))
            operation = last if last and not _to_repeat(held, last) else await self._perform(held, intent)
            if operation is None:
                return
            if operation.state != "confirmed" or is_amiss(operation):
                await self._stop(held, operation)
                return
        await self._finish(held, State.DONE, await self._told(held))

    async def _note_promise(self, held: Approval) -> None:
        try:
            done = await self._promises.do(held)
        except NOT_READ as error:
            await self._try_later(held, error)
        except DuebotError as error:
            await self._finish(held, State.STALE, why_not(held, error))
        else:
            await self._finish(held, State.DONE, done)

    async def _perform(self, held: Approval, intent: Intent) -> Operation | None:
        """The write, begun now; ``None`` when it was put off or refused, which is told.

        What Syncro refuses has failed, whoever comes to it first; what isn't as it was approved is void.
        """
        judged = False
        try:
            await self._journal.judge(intent)
            judged = True
            return await self._journal.perform(intent)
        except NOT_NOW as error:
            last = await self._context.lane.read(partial(_last, key=intent.base_key))
            # Begun by now, as by another process a moment earlier: then that one, or a later tick, follows it.
            if last is None or last.state == "refused":
                await self._try_later(held, error)
        except DuebotError as error:
            if not judged and isinstance(error, NOT_READ):
                await self._try_later(held, error)
                return None
            said, begun = why_not(held, error), await self._begun(held)
            state = State.FAILED if begun or judged else State.STALE
            await self._finish(held, state, f"{begun} {said}".strip())
        return None

    async def _stop(self, held: Approval, operation: Operation) -> None:
        """One write isn't confirmed, or not as it should be: that ends the request, as does what was refused.

        Anything else is followed by later ticks.
        """
        if self._is_under_way(operation):
            return
        begun = await self._begun(held)
        if operation.state in ("refused", "confirmed"):
            await self._finish(held, State.FAILED, f"{begun} {operation.sentence}".strip())
            return
        said = operation.sentence if operation.state == "unknown" else _CHECKING
        await self._put_off(held, f"{begun} {said}".strip(), None, f"{operation.state}:{operation.key}")

    def _is_under_way(self, operation: Operation) -> bool:
        """Whether somebody is at it this moment, and nothing is known to be wrong with it."""
        lease = operation.lease_until
        at_it = lease is not None and lease > self._context.now()
        return operation.state in ("prepared", "sent") and operation.ended_at is None and at_it

    async def _try_later(self, held: Approval, why: Exception) -> None:
        """Nothing was written, for a reason that passes: it is tried again, but not for ever."""
        now = self._context.now()
        if held.decided_at is not None and now - held.decided_at > _GIVE_UP:
            begun = await self._begun(held)
            await self._finish(held, State.FAILED, f"{begun} It was tried for a day: {why}".strip())
        else:
            await self._put_off(held, str(why), now + _AGAIN, type(why).__name__)

    async def _put_off(
        self, held: Approval, sentence: str, next_try_at: datetime | None, reason: str
    ) -> None:
        """Says why it isn't done yet, once for each ``reason``: the sentence is another one at every try."""
        told = f"delayed:{reason}"

        def write(tx: Tx) -> None:
            current = approvals.get(tx, held.id)
            if current is None or not approvals.hold_back(tx, held.id, sentence, next_try_at):
                return
            if not is_told(tx, current, told):
                log_request(tx, self._context, current, DUEBOT, "delayed", {"sentence": sentence})
                tell_requester(tx, self._context, current, told)

        await self._context.lane.write(write)
        self._context.wake_outbox()

    async def _finish(self, held: Approval, state: State, sentence: str) -> None:
        now = self._context.now()

        def write(tx: Tx) -> None:
            if approvals.end(tx, held.id, state, sentence, now):
                log_request(tx, self._context, held, DUEBOT, state.value, {"sentence": sentence})
                tell_requester(tx, self._context, held, state.value)
                if any(_last(tx, one.base_key) for one in intents_of(held)):
                    tell_spread(tx, self._context, held)

        await self._context.lane.write(write)
        self._context.wake_outbox()

    async def _told(self, held: Approval) -> str:
        """What came of it, in a sentence: the write's own, or how much of a payment over several invoices."""
        if len(held.steps) > 1:
            return f"{say_money(held.amount, held.currency)} recorded on {len(held.steps)} invoices."
        intent = intents_of(held)[0]
        last = await self._context.lane.read(partial(_last, key=intent.base_key))
        return last.sentence if last else ""

    async def _begun(self, held: Approval) -> str:
        """How much of several writes is done: "1 of 3 recorded.", or empty."""
        keys = [one.base_key for one in intents_of(held)]
        last = await self._context.lane.read(lambda tx: [_last(tx, key) for key in keys])
        done = sum(one is not None and one.state == "confirmed" and not is_amiss(one) for one in last)
        return f"{done} of {len(keys)} recorded." if done else ""


def _last(tx: Tx, key: str) -> Operation | None:
    """The last attempt at a write."""
    return next(reversed(operations.attempts(tx, key)), None)


def _to_repeat(held: Approval, last: Operation) -> bool:
    """Whether an attempt that surely wrote nothing was put off, rather than refused for good."""
    return last.state == "refused" and held.next_try_at is not None
