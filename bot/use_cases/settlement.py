"""How an operation ends: its state, its audit entry and its messages, in one transaction."""

from dataclasses import replace
from typing import Any

from bot.domain.roles import Person
from bot.store import operations, outbox
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.context import Context


class Settlement:
    """Ends operations. What is settled once is never changed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def settle(
        self,
        operation: Operation,
        state: str,
        sentence: str,
        result: dict[str, Any] | None = None,
        late: bool = False,
    ) -> Operation:
        """Ends the operation, audits it and puts its message into the outbox: one decision, one transaction."""
        now = self._context.now()
        invoice_id = operation.invoice_id or str((result or {}).get("invoice_id", "")) or None
        told = late or bool(operation.recovered)

        def write(tx: Tx) -> Operation:
            if not operations.settle(tx, operation.key, state, sentence, result, now):
                return operations.get(tx, operation.key) or operation
            self._context.audit.append(
                tx,
                at=now,
                actor_id=operation.actor_id,
                actor_name=operation.actor_name,
                action=f"{operation.kind}.{state}",
                subject=f"invoice:{invoice_id}" if invoice_id else f"customer:{operation.customer_id}",
                before={"seen": operation.version_seen},
                after={"request": operation.request, "result": result or {}, "sentence": sentence},
                operation_key=operation.key,
                policy_version=self._context.policy.version,
            )
            payload = {"operation": operation.key, "visit": operation.visit_id}
            if state == "confirmed":
                outbox.put(tx, f"operation:{operation.key}:shared", "operation.shared", "", payload, now)
            if state == "unknown" or told:
                key = f"operation:{operation.key}:{state}:told:{operation.attempt}"
                outbox.put(tx, key, "operation.told", operation.actor_id, payload, now)
            return replace(operation, state=state, sentence=sentence, result=result, settled_at=now)

        settled = await self._context.lane.write(write)
        self._context.wake_outbox()
        return settled

    async def decide(self, operation: Operation, state: str, sentence: str, actor: Person) -> Operation:
        now = self._context.now()

        def write(tx: Tx) -> Operation:
            current = operations.get(tx, operation.key)
            if current is None or current.state != "unknown":
                return current or operation
            operations.settle(tx, operation.key, state, sentence, operation.result, now)
            self._context.audit.append(
                tx,
                at=now,
                actor_id=actor.id,
                actor_name=actor.name,
                action=f"{operation.kind}.decided",
                subject=f"invoice:{operation.invoice_id or ''}",
                before={"state": "unknown"},
                after={"state": state, "sentence": sentence},
                operation_key=operation.key,
                policy_version=self._context.policy.version,
            )
            return replace(operation, state=state, sentence=sentence, settled_at=now)

        return await self._context.lane.write(write)
