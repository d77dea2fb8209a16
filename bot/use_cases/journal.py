"""The write journal: every write to Syncro is written down first, sent once, and its answer accounted for.

States: prepared → sent → confirmed | refused | unknown. ``sent`` is committed before the first byte leaves, so a
``prepared`` operation was surely never sent. A lost answer is read back; an absent write counts as absent only
after two complete reads, apart by ``Waits.gap``, the first at least ``Waits.first`` after the request ended.
Nothing else in this program repeats a write.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import BadInput, Busy, SyncroRefused
from bot.domain.marks import MARK_LENGTH, MARK_LETTERS
from bot.domain.roles import Person
from bot.domain.version import Version
from bot.store import operations
from bot.store.lane import Conflict, Tx
from bot.store.operations import Operation
from bot.use_cases.carrier import Carrier
from bot.use_cases.context import Context
from bot.use_cases.ending import Ending, is_begun
from bot.use_cases.kinds import Found, Kind, Unclear
from bot.use_cases.recovery import Recovery
from bot.use_cases.settlement import Settlement

#: Parts of a request that we read rather than a person typed: a repeat of the same form may find them changed.
_READ_BY_US = frozenset({"alike_before", "ids_before"})
_NAMES = {
    "payment": "recording a payment on",
    "void": "voiding",
    "email": "sending",
    "edit": "editing",
    "line": "adding a line to",
    "create": "creating an invoice",
    "contact": "reminding the customer of",
    "late_fee": "adding a late fee to",
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


def write_key(root_view: str, kind: str, invoice_id: str, step: int = 1) -> str:
    """The key of a write: the form's root view, what it does to which invoice, and the step within the form."""
    return f"{root_view}:{kind}:{invoice_id}:{step}"


def request_hash(request: dict[str, Any]) -> str:
    """The same typed request gives the same text, however its keys are ordered."""
    typed = {name: value for name, value in request.items() if name not in _READ_BY_US}
    return hashlib.sha256(json.dumps(typed, sort_keys=True).encode()).hexdigest()


class Journal:
    """Carries operations out, once each, and settles those whose answer was lost."""

    def __init__(self, context: Context, kinds: Mapping[str, Kind]) -> None:
        self._context = context
        self._kinds = kinds
        self._settlement = Settlement(context, kinds)
        self._ending = Ending(context, kinds, self._settlement)
        self._carrier = Carrier(context, kinds, self._settlement)
        self._recovery = Recovery(context, self._carrier, self._settlement)

    async def perform(self, intent: Intent) -> Operation:
        """Does what is intended, once; a repeat of the same key gets the first result.

        Returns the operation: confirmed, or still ``sent`` while a lost answer is being read back, or unknown.
        Raises the error that refused it (``BadInput``, ``Changed``, ``Busy``, ``SyncroRefused`` …); then nothing
        was written to Syncro.
        """
        operation, fresh = await self._context.lane.write(lambda tx: self._claim(tx, intent))
        if not fresh:
            return operation
        with self._carrier.working(operation.key):
            return await self._carrier.carry_out(operation)

    async def judge(self, intent: Intent) -> None:
        """Every check of the claim without claiming: raises what would refuse it now. Nothing is written down."""
        holder = await self._context.lane.read(lambda tx: _holder(tx, intent))
        if holder is not None:
            raise Busy(_busy_sentence(holder))
        await self._carrier.check(self._prepared(intent, 1))

    def _claim(self, tx: Tx, intent: Intent) -> tuple[Operation, bool]:
        wanted = request_hash(intent.request)
        earlier = operations.attempts(tx, intent.base_key)
        if earlier and earlier[-1].state != "refused":
            if earlier[-1].request_hash != wanted:
                raise BadInput(
                    "This form was already sent with other values. Open it afresh to make another entry."
                )
            return earlier[-1], False
        operation = self._prepared(intent, len(earlier) + 1)
        holder = _holder(tx, intent)
        if holder is not None:
            raise Busy(_busy_sentence(holder))
        try:
            operations.insert(tx, operation)
            self._kinds[operation.kind].claimed(tx, operation)
        except Conflict as error:
            raise Busy(
                "Somebody else has just started a change on this invoice. Look at its card again."
            ) from error
        return operation, True

    def _prepared(self, intent: Intent, attempt: int) -> Operation:
        now = self._context.now()
        return Operation(
            key=f"{intent.base_key}#{attempt}",
            base_key=intent.base_key,
            attempt=attempt,
            kind=intent.kind,
            invoice_id=intent.invoice_id,
            customer_id=intent.customer_id,
            actor_id=intent.actor.id,
            actor_name=intent.actor.name,
            request=intent.request,
            request_hash=request_hash(intent.request),
            version_seen=intent.seen.to_json() if intent.seen else "",
            mark="".join(secrets.choice(MARK_LETTERS) for _ in range(MARK_LENGTH)),
            visit_id=intent.visit_id,
            state="prepared",
            created_at=now,
            lease_until=now + self._context.waits.lease,
        )

    async def operation(self, key: str) -> Operation | None:
        """An operation as it stands now."""
        return await self._context.lane.read(lambda tx: operations.get(tx, key))

    # ---- what was left open -------------------------------------------------------------------------------

    async def take_over(self) -> None:
        """At the start of the only running bot on a database: whoever held a lease before is gone."""
        now = self._context.now()
        await self._context.lane.write(lambda tx: operations.end_leases(tx, now))

    async def check_open(self) -> int:
        """One pass over operations that nobody holds: never-sent ones go on, lost ones are read back."""
        return await self._recovery.check_open()

    # ---- a person decides -----------------------------------------------------------------------------------

    async def check_again(self, key: str, actor: Person) -> Operation:
        """Reads an unknown operation back once more.

        Raises ``NotAllowed`` unless ``actor`` may do such a write, ``SyncroError`` if Syncro can't be read.
        """
        operation = await self._get(key, actor)
        if operation.state != "unknown":
            return operation
        kind = self._carrier.kind(operation)
        if not kind.can_read_back:
            raise SyncroRefused(kind.unknown_sentence(operation))
        finding = await kind.find(operation)
        if not isinstance(finding, Found):
            now = self._context.local(self._context.now())
            seen = finding.sentence if isinstance(finding, Unclear) else "It isn't there."
            return replace(operation, sentence=f"Looked again at {now:%H:%M}: {seen} {operation.sentence}")
        done, result = await self._ending.read_result(operation, finding.result)
        sentence = f"{done} Found in Syncro when {actor.name} checked again."
        return await self._settlement.decide(operation, "confirmed", sentence, actor, result)

    async def decide(self, key: str, happened: bool, actor: Person) -> Operation:
        """A person who has looked in Syncro says whether an unknown operation went through. It is audited.

        Raises ``NotAllowed`` unless ``actor`` may do such a write.
        """
        operation = await self._get(key, actor)
        if operation.state != "unknown":
            return operation
        said = f"{actor.name} says {'it went through' if happened else 'it did not go through'}."
        if is_begun(operation):
            return await self._decide_last(operation, happened, said, actor)
        state = "confirmed" if happened else "refused"
        return await self._settlement.decide(operation, state, said, actor, operation.result)

    async def _decide_last(self, operation: Operation, happened: bool, said: str, actor: Person) -> Operation:
        """Of a write of several requests the word is about the last one: what is done before it stays done."""
        problem = {} if happened else {"problem": "The rest was not written."}
        done, result = await self._ending.read_result(operation, problem)
        return await self._settlement.decide(operation, "confirmed", f"{said} {done}", actor, result)

    async def _get(self, key: str, actor: Person) -> Operation:
        operation = await self._context.lane.read(lambda tx: operations.get(tx, key))
        if operation is None:
            raise BadInput("I have no record of that operation any more.")
        kind = self._carrier.kind(operation)
        await kind.authority.require(actor.id, kind.action())
        return operation


def _holder(tx: Tx, intent: Intent) -> Operation | None:
    """The open operation that keeps everybody else off the invoice."""
    return operations.open_on(tx, intent.invoice_id) if intent.invoice_id else None


def _busy_sentence(holder: Operation) -> str:
    doing = _NAMES.get(holder.kind, "changing")
    if holder.state == "unknown":
        return (
            f"It isn't known yet whether {holder.actor_name}'s change ({holder.kind}) went through. Somebody must "
            "decide that first: open the card and choose “It went through” or “It did not”."
        )
    return f"{holder.actor_name} is {doing} this invoice right now. Wait until it is done, then look at the card again."
