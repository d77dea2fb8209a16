"""How a write that took effect is told: the invoice is read again and compared with what was wanted."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import SyncroError
from bot.domain.invoice import Invoice
from bot.store import mirror
from bot.store.operations import Operation
from bot.use_cases.context import Context
from bot.use_cases.kinds import Kind, Told
from bot.use_cases.settlement import Settlement


def is_begun(operation: Operation) -> bool:
    """Whether an earlier request of a write of several has taken effect."""
    return "step" in operation.progress


def is_amiss(operation: Operation) -> bool:
    """Whether what was written isn't as it should be: then a person must look at it in Syncro."""
    return bool((operation.result or {}).get("amiss"))


def done_so_far(operation: Operation) -> dict[str, Any]:
    """What the earlier requests of an operation have told."""
    return dict(operation.progress.get("result", {}))


class Ending:
    """Reads, compares, says, settles."""

    def __init__(self, context: Context, kinds: Mapping[str, Kind], settlement: Settlement) -> None:
        self._context = context
        self._kinds = kinds
        self._settlement = settlement

    async def confirm(self, operation: Operation, result: dict[str, Any], late: bool = False) -> Operation:
        """Reads the invoice again, checks that the write did what it should, and says so."""
        try:
            after = await self.read_again(operation, result)
        except SyncroError:
            told = self._unseen(operation, result)
            return await self._settle(operation, told, result, late)
        return await self.confirm_seen(operation, result, after, late)

    async def confirm_seen(
        self, operation: Operation, result: dict[str, Any], after: Invoice, late: bool
    ) -> Operation:
        """Says what was done, from the invoice as it was just read."""
        kind = self._kinds[operation.kind]
        final = kind.final(operation, after, result)
        return await self._settle(operation, kind.done(operation, after, result), final, late)

    async def _settle(
        self, operation: Operation, told: Told, result: dict[str, Any], late: bool
    ) -> Operation:
        kept = _with_amiss(result, told)
        return await self._settlement.settle(operation, "confirmed", told.sentence, kept, late)

    async def read_result(self, operation: Operation, result: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """What was done, and what is kept of it, from a live read of the invoice."""
        kind, result = self._kinds[operation.kind], {**done_so_far(operation), **result}
        try:
            after = await self.read_again(operation, result)
        except SyncroError:
            told = self._unseen(operation, result)
            return told.sentence, _with_amiss(result, told)
        told = kind.done(operation, after, result)
        return told.sentence, _with_amiss(kind.final(operation, after, result), told)

    def _unseen(self, operation: Operation, result: dict[str, Any]) -> Told:
        told = self._kinds[operation.kind].done(operation, None, result)
        problem = result.get("problem")
        lacks = (
            f"But not all of its lines are there as entered: look at it in Syncro. {problem}"
            if problem
            else ""
        )
        unread = "(I couldn't read the invoice again just now.)"
        return Told(" ".join(filter(None, (told.sentence, lacks, unread))), told.amiss or bool(problem))

    async def read_again(self, operation: Operation, result: dict[str, Any]) -> Invoice:
        """The invoice after a request, live; the local copy is brought up to date by the way."""
        invoice_id = operation.invoice_id or str(result.get("invoice_id", ""))
        asked = self._context.now()
        live = await self._context.gateway.invoice(invoice_id)
        await self._context.lane.write(lambda tx: mirror.put_invoices(tx, [live], asked))
        return live


def _with_amiss(result: dict[str, Any], told: Told) -> dict[str, Any]:
    """What is kept of an outcome; of one that isn't as it should be, that too."""
    return {**result, "amiss": 1} if told.amiss else result
