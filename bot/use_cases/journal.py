"""The write journal: every write to Syncro is written down first, sent once, and its answer accounted for.

States: prepared → sent → confirmed | refused | unknown. ``sent`` is committed before the first byte leaves, so a
``prepared`` operation was surely never sent. A lost answer is read back; an absent write counts as absent only
after two complete reads, apart by ``Waits.gap``, the first at least ``Waits.first`` after the request ended.
Nothing else in this program repeats a write.
"""

import asyncio
import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.errors import (
    BadInput,
    Busy,
    Changed,
    DuebotError,
    SyncroError,
    SyncroLimited,
    SyncroLost,
    SyncroNotSent,
    SyncroRefused,
)
from bot.domain.invoice import Invoice
from bot.domain.roles import Person
from bot.domain.version import Version, differences
from bot.store import mirror, operations
from bot.store.lane import Conflict, Tx
from bot.store.operations import Operation
from bot.use_cases.context import Context
from bot.use_cases.kinds import Absent, Found, Kind, Unclear
from bot.use_cases.settlement import Settlement

# Letters and digits that nobody misreads on the phone.
_MARK_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CHECKING = (
    "Syncro's answer was lost, so I'm reading back whether it went through. Please don't enter it again: "
    "I'll tell you in a direct message."
)
_NAMES = {
    "payment": "recording a payment on",
    "void": "voiding",
    "email": "sending",
    "edit": "editing",
    "line": "adding a line to",
    "create": "creating an invoice",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that somebody wants. ``base_key`` comes from the modal's root view; the store adds the attempt."""

    base_key: str
    kind: str
    invoice_id: str | None
    customer_id: str
    actor: Person
    request: dict[str, Any]
    seen: Version | None = None
    visit_id: str = ""


def request_hash(request: dict[str, Any]) -> str:
    """The same request gives the same text, however its keys are ordered."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


class Journal:
    """Carries operations out, once each, and settles those whose answer was lost."""

    def __init__(self, context: Context, kinds: dict[str, Kind]) -> None:
        self._context = context
        self._kinds = kinds
        self._settlement = Settlement(context)

    async def perform(self, intent: Intent) -> Operation:
        """Does what is intended, once; a repeat of the same key gets the first result.

        Returns the operation: confirmed, or still ``sent`` while a lost answer is being read back, or unknown.
        Raises the error that refused it (``BadInput``, ``Changed``, ``Busy``, ``SyncroRefused`` …); then nothing
        was written to Syncro.
        """
        operation, fresh = await self._context.lane.write(lambda tx: self._claim(tx, intent))
        if not fresh:
            return operation
        return await self._carry_out(operation)

    def _claim(self, tx: Tx, intent: Intent) -> tuple[Operation, bool]:
        now = self._context.now()
        wanted = request_hash(intent.request)
        earlier = operations.attempts(tx, intent.base_key)
        if earlier and earlier[-1].state != "refused":
            if earlier[-1].request_hash != wanted:
                raise BadInput(
                    "This form was already sent with other values. Open it afresh to make another entry."
                )
            return earlier[-1], False
        operation = Operation(
            key=f"{intent.base_key}#{len(earlier) + 1}",
            base_key=intent.base_key,
            attempt=len(earlier) + 1,
            kind=intent.kind,
            invoice_id=intent.invoice_id,
            customer_id=intent.customer_id,
            actor_id=intent.actor.id,
            actor_name=intent.actor.name,
            request=intent.request,
            request_hash=wanted,
            version_seen=intent.seen.to_json() if intent.seen else "",
            mark="".join(secrets.choice(_MARK_LETTERS) for _ in range(6)),
            visit_id=intent.visit_id,
            state="prepared",
            created_at=now,
            lease_until=now + self._context.waits.lease,
        )
        holder = operations.open_on(tx, intent.invoice_id) if intent.invoice_id else None
        if holder is not None:
            raise Busy(_busy_sentence(holder))
        try:
            operations.insert(tx, operation)
        except Conflict as error:
            raise Busy(
                "Somebody else has just started a change on this invoice. Look at its card again."
            ) from error
        return operation, True

    async def _carry_out(self, operation: Operation) -> Operation:
        kind = self._kinds[operation.kind]
        try:
            await self._check(kind, operation)
        except Exception as error:
            # Whatever stopped us before sending, nothing was written; the claim must not stay open.
            sentence = str(error) if isinstance(error, DuebotError) else "Something unexpected stopped it."
            await self._settlement.settle(operation, "refused", sentence)
            raise
        operation = await self._mark_sent(operation)
        try:
            result = await self._send(kind, operation)
        except SyncroLost:
            return await self._lost(operation)
        except SyncroError as error:
            await self._settlement.settle(operation, "refused", str(error))
            raise
        return await self._confirm(kind, operation, result)

    async def _check(self, kind: Kind, operation: Operation) -> None:
        """The claim's checks: live read, what changed since it was seen, then the kind's own rules and roles."""
        live = await self._live(operation)
        if live is not None and operation.version_seen:
            seen = Version.from_json(operation.version_seen)
            changed = differences(seen, live, kind.matters(operation))
            if changed:
                raise Changed(
                    f"Invoice {live.number} has changed since you opened this. Nothing was written.", changed
                )
        await kind.check(operation, live)

    async def _live(self, operation: Operation) -> Invoice | None:
        if operation.invoice_id is None:
            return None
        live = await self._context.gateway.invoice(operation.invoice_id)
        now = self._context.now()
        await self._context.lane.write(lambda tx: mirror.put_invoices(tx, [live], now))
        return live

    async def _mark_sent(self, operation: Operation) -> Operation:
        """Commits that the request is about to leave. Raises ``Busy`` if somebody else settled it: send nothing."""
        now = self._context.now()
        lease = now + self._context.waits.lease

        def write(tx: Tx) -> Operation:
            operations.mark_sent(tx, operation.key, now)
            operations.lease(tx, operation.key, lease)
            return replace(
                operation, state="sent", sent_at=now, ended_at=None, absent_at=None, lease_until=lease
            )

        try:
            return await self._context.lane.write(write)
        except Conflict as error:
            raise Busy("This was settled by somebody else meanwhile. Look at the card again.") from error

    async def _send(self, kind: Kind, operation: Operation) -> dict[str, Any]:
        """Sends once. Only what surely never took effect (no connection, 429) is tried again, within bounds."""
        for pause in self._context.waits.retries:
            try:
                return await kind.send(operation)
            except SyncroLimited as error:
                await asyncio.sleep(min(max(error.retry_after, 0.0), self._context.waits.longest_retry))
            except SyncroNotSent:
                await asyncio.sleep(pause)
        return await kind.send(operation)

    async def _lost(self, operation: Operation) -> Operation:
        now = self._context.now()

        def write(tx: Tx) -> Operation:
            operations.mark_ended(tx, operation.key, now)
            operations.lease(tx, operation.key, now)
            return replace(operation, ended_at=now, lease_until=now, sentence=_CHECKING)

        operation = await self._context.lane.write(write)
        kind = self._kinds[operation.kind]
        if not kind.can_read_back:
            return await self._settlement.settle(
                operation, "unknown", kind.unknown_sentence(operation), late=True
            )
        return operation

    async def _confirm(
        self, kind: Kind, operation: Operation, result: dict[str, Any], late: bool = False
    ) -> Operation:
        """Reads the invoice again and checks that the write did what it should."""
        invoice_id = operation.invoice_id or str(result.get("invoice_id", ""))
        try:
            after = await self._context.gateway.invoice(invoice_id)
        except SyncroError:
            sentence = (
                f"{kind.done_sentence(operation, None, result)} (I couldn't read the invoice again just now.)"
            )
        else:
            now = self._context.now()
            await self._context.lane.write(lambda tx: mirror.put_invoices(tx, [after], now))
            sentence = kind.done_sentence(operation, after, result)
        return await self._settlement.settle(operation, "confirmed", sentence, result, late)

    # ---- reading back -------------------------------------------------------------------------------------

    async def take_over(self) -> None:
        """At the start of the only running bot on a database: whoever held a lease before is gone."""
        now = self._context.now()
        await self._context.lane.write(lambda tx: operations.end_leases(tx, now))

    async def check_open(self) -> int:
        """One pass over operations that nobody holds: never-sent ones go on, lost ones are read back."""
        now = self._context.now()
        waiting = await self._context.lane.read(lambda tx: operations.to_check(tx, now, 50))
        for operation in waiting:
            await self._check_one(operation.key)
        return len(waiting)

    def _take(self, tx: Tx, key: str) -> Operation | None:
        """Takes an operation that nobody works on, as it is now."""
        now = self._context.now()
        if not operations.take_lease(tx, key, now, now + self._context.waits.lease):
            return None
        return operations.get(tx, key)

    async def _check_one(self, key: str) -> None:
        taken = await self._context.lane.write(lambda tx: self._take(tx, key))
        if taken is None:
            return
        operation = replace(taken, recovered=1)
        try:
            if operation.state == "prepared":
                await self._carry_out(operation)
            else:
                await self._read_back(operation)
        except DuebotError:
            pass  # It is settled as refused, and the person is told by the outbox.
        finally:
            now = self._context.now()
            await self._context.lane.write(lambda tx: operations.lease(tx, operation.key, now))

    async def _read_back(self, operation: Operation) -> Operation:
        """One read of what became of a sent operation; ends it when that is certain."""
        kind = self._kinds[operation.kind]
        now = self._context.now()
        ended = operation.ended_at
        if ended is None:
            # The process that sent it was killed; its request ended no later than now.
            ended = now
            await self._context.lane.write(lambda tx: operations.mark_recovered(tx, operation.key, now))
        if not kind.can_read_back:
            return await self._settlement.settle(
                operation, "unknown", kind.unknown_sentence(operation), late=True
            )
        try:
            finding = await kind.find(operation)
        except SyncroError as error:
            if now - ended < self._context.waits.give_up:
                return operation
            sentence = f"{kind.unknown_sentence(operation)} Syncro could not be read either: {error}"
            return await self._settlement.settle(operation, "unknown", sentence, late=True)
        match finding:
            case Found(result):
                return await self._confirm(kind, operation, result, late=True)
            case Unclear(sentence):
                return await self._settlement.settle(operation, "unknown", sentence, late=True)
            case Absent():
                return await self._absent(kind, operation, ended, now)

    async def _absent(self, kind: Kind, operation: Operation, ended: datetime, now: datetime) -> Operation:
        waits = self._context.waits
        if now - ended < waits.first:
            return operation
        if operation.absent_at is None:
            await self._context.lane.write(lambda tx: operations.mark_absent(tx, operation.key, now))
            return operation
        if now - operation.absent_at < waits.gap:
            return operation
        if operation.resent:
            return await self._settlement.settle(
                operation, "unknown", kind.unknown_sentence(operation), late=True
            )
        if not await self._context.lane.write(lambda tx: operations.mark_resent(tx, operation.key)):
            return operation
        return await self._carry_out(replace(operation, resent=1))

    # ---- a person decides -----------------------------------------------------------------------------------

    async def check_again(self, key: str, actor: Person) -> Operation:
        """Reads an unknown operation back once more. Raises ``SyncroError`` if Syncro can't be read."""
        operation = await self._get(key)
        if operation.state != "unknown":
            return operation
        kind = self._kinds[operation.kind]
        if not kind.can_read_back:
            raise SyncroRefused(kind.unknown_sentence(operation))
        finding = await kind.find(operation)
        if isinstance(finding, Found):
            return await self._settlement.decide(
                operation, "confirmed", f"Found in Syncro ({actor.name} checked again).", actor
            )
        return operation

    async def decide(self, key: str, happened: bool, actor: Person) -> Operation:
        """A person who has looked in Syncro says whether an unknown operation went through. It is audited."""
        operation = await self._get(key)
        if operation.state != "unknown":
            return operation
        said = "it went through" if happened else "it did not go through"
        return await self._settlement.decide(
            operation, "confirmed" if happened else "refused", f"{actor.name} says {said}.", actor
        )

    async def _get(self, key: str) -> Operation:
        operation = await self._context.lane.read(lambda tx: operations.get(tx, key))
        if operation is None:
            raise BadInput("I have no record of that operation any more.")
        return operation


def _busy_sentence(holder: Operation) -> str:
    doing = _NAMES.get(holder.kind, "changing")
    if holder.state == "unknown":
        return (
            f"It isn't known yet whether {holder.actor_name}'s change ({holder.kind}) went through. Somebody must "
            "decide that first: open the card and choose “It went through” or “It did not”."
        )
    return f"{holder.actor_name} is {doing} this invoice right now. Wait until it is done, then look at the card again."
