"""How an operation ends: its state, its audit entry and its messages, in one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.roles import Person
from bot.store import operations, outbox
from bot.store.lane import Tx
from bot.store.operations import SYSTEM, Operation
from bot.use_cases.audit_place import place_of
from bot.use_cases.context import Context
from bot.use_cases.kinds import Kind
from bot.use_cases.owners import who_looks_after


class Settlement:
    """Ends operations. What is settled once is never changed."""

    def __init__(self, context: Context, kinds: Mapping[str, Kind]) -> None:
        self._context = context
        self._kinds = kinds

    async def settle(
        self,
        operation: Operation,
        state: str,
        sentence: str,
        result: dict[str, Any] | None = None,
        late: bool = False,
        because: Exception | None = None,
    ) -> Operation:
        """Ends the operation, audits it and puts its message into the outbox: one decision, one transaction.

        ``late``: the person no longer waits at a form and is told by a direct message. ``because``: what refused it.
        Returns how it stands now: only proof (``confirmed``) ends what somebody else has taken over meanwhile.
        """
        now = self._context.now()
        invoice_id = operation.invoice_id or str((result or {}).get("invoice_id", "")) or None
        told = late or bool(operation.recovered)

        def write(tx: Tx) -> Operation:
            ours = state == "confirmed" or operations.holds(tx, operation.key, operation.lease_until)
            made = invoice_id if state == "confirmed" else None
            if not ours or not operations.settle(tx, operation.key, state, sentence, result, now, made):
                return operations.get(tx, operation.key) or operation
            self._context.audit.append(
                tx,
                at=now,
                actor_id=operation.actor_id,
                actor_name=operation.actor_name,
                action=f"{operation.kind}.{state}",
                subject=_subject(operation, invoice_id),
                before={"seen": operation.version_seen},
                after={"request": operation.request, "result": result or {}, "sentence": sentence},
                operation_key=operation.key,
                policy_version=self._context.policy.version,
                **place_of(tx, operation.visit_id),
            )
            payload = {"operation": operation.key, "visit": operation.visit_id}
            # A share of a payment over several invoices is told together with the others.
            if state == "confirmed" and self._is_shared(operation):
                outbox.put(tx, f"operation:{operation.key}:shared", "operation.shared", "", payload, now)
            if state == "unknown" or (told and operation.actor_id != SYSTEM):
                key = f"operation:{operation.key}:{state}:told:{operation.attempt}"
                outbox.put(tx, key, "operation.told", self._concerned(tx, operation), payload, now)
            ended = replace(operation, state=state, sentence=sentence, result=result, settled_at=now)
            self._kinds[operation.kind].settled(tx, ended, operation.state, because)
            return ended

        settled = await self._context.lane.write(write)
        self._context.wake_outbox()
        return settled

    def _is_shared(self, operation: Operation) -> bool:
        """Whether it is posted where somebody did it."""
        return operation.actor_id != SYSTEM and not operation.request.get("shares")

    def _concerned(self, tx: Tx, operation: Operation) -> str:
        """Who must know how it ended: whoever entered it; of what the clock does, whoever looks after the customer."""
        if operation.actor_id != SYSTEM:
            return operation.actor_id
        policy = self._context.policy
        return who_looks_after(tx, policy, operation.customer_id) or policy.channels.failures

    async def current(self, operation: Operation) -> Operation:
        """The operation as it stands in the journal."""
        return await self._context.lane.read(lambda tx: operations.get(tx, operation.key)) or operation

    async def decide(
        self, operation: Operation, state: str, sentence: str, actor: Person, result: dict[str, Any] | None
    ) -> Operation:
        """Ends an unknown operation by a person's word or a later look, audited under that person's name.

        Whoever entered it is told, unless they decided it themselves.
        """
        now = self._context.now()

        def write(tx: Tx) -> Operation:
            current = operations.get(tx, operation.key)
            if current is None or current.state != "unknown":
                return current or operation
            operations.settle(tx, operation.key, state, sentence, result, now)
            self._context.audit.append(
                tx,
                at=now,
                actor_id=actor.id,
                actor_name=actor.name,
                action=f"{operation.kind}.decided",
                subject=_subject(operation, operation.invoice_id),
                before={"state": "unknown"},
                after={"state": state, "result": result or {}, "sentence": sentence},
                operation_key=operation.key,
                policy_version=self._context.policy.version,
            )
            concerned = self._concerned(tx, operation)
            if actor.id != concerned:
                payload = {"operation": operation.key, "visit": operation.visit_id}
                key = f"operation:{operation.key}:decided:told"
                outbox.put(tx, key, "operation.told", concerned, payload, now)
            ended = replace(operation, state=state, sentence=sentence, result=result, settled_at=now)
            self._kinds[operation.kind].settled(tx, ended, operation.state, None)
            return ended

        decided = await self._context.lane.write(write)
        self._context.wake_outbox()
        return decided


def _subject(operation: Operation, invoice_id: str | None) -> str:
    return f"invoice:{invoice_id}" if invoice_id else f"customer:{operation.customer_id}"
