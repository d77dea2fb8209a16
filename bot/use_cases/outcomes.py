"""How a write ended, as it is told: in the modal, in the channel, in a direct message."""

from bot.domain.facts import OperationOutcome
from bot.store.approvals import approvers
from bot.store.operations import SYSTEM, Operation
from bot.use_cases.context import Context
from bot.use_cases.ending import is_amiss
from bot.use_cases.kinds import APPROVAL
from bot.use_cases.lookup import Lookup

_UNDER_WAY = "This is being done right now."


class Outcomes:
    """Facts of how a write ended, with the invoice as it was last read."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        self._context = context
        self._lookup = lookup

    async def of(self, operation: Operation) -> OperationOutcome:
        """The outcome as it is known now; reads nothing but the mirror."""
        approved_by = await self._context.lane.read(lambda tx: approvers(tx, operation.request.get(APPROVAL)))
        invoice_id = operation.invoice_id or str((operation.result or {}).get("invoice_id", ""))
        return OperationOutcome(
            key=operation.key,
            kind=operation.kind,
            state="sent" if operation.state == "prepared" else operation.state,
            sentence=operation.sentence or _UNDER_WAY,
            invoice_id=invoice_id,
            actor_id=operation.actor_name if operation.actor_id == SYSTEM else operation.actor_id,
            amiss=is_amiss(operation),
            syncro_url=self._where(operation, invoice_id),
            card=await self._lookup.kept_card(invoice_id) if invoice_id else None,
            approved_by=approved_by,
        )

    def _where(self, operation: Operation, invoice_id: str) -> str:
        """Where to look in Syncro: at the invoice, or while it isn't known at its customer."""
        gateway = self._context.gateway
        return gateway.invoice_url(invoice_id) if invoice_id else gateway.customer_url(operation.customer_id)
