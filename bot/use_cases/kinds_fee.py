"""The write that adds a late fee: a line on its invoice, and its end in the ledger of fees in the same transaction."""

from bot.domain.approval import rules_of
from bot.domain.errors import NotAllowed
from bot.domain.invoice import Invoice
from bot.domain.roles import Action
from bot.store import late_fees
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.ending import is_begun
from bot.use_cases.fee_facts import differs
from bot.use_cases.kinds_invoice import require_editable
from bot.use_cases.kinds_lines import LineKind
from bot.use_cases.redraw import ask_redraw

_NOT_NOW = "This late fee is not to be added any more."


class LateFeeKind(LineKind):
    """Adding one late fee that an approver has let out; whoever approved it is who acts."""

    def action(self) -> Action:
        return Action.APPROVE

    def claimed(self, tx: Tx, operation: Operation) -> None:
        late_fees.claim(tx, _fee_id(operation))

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a late fee always names an invoice
        await self.authority.require_decider(operation.actor_id, rules_of(self.context.policy))
        if is_begun(operation):
            return  # Its line is there, and so is another balance; only that line is still to be corrected.
        require_editable(self.context, live)
        fee = await self.context.lane.read(lambda tx: late_fees.get(tx, _fee_id(operation)))
        if fee is None or fee.state != "claimed":
            raise NotAllowed(_NOT_NOW)
        changed = await differs(self.context, fee, live, operation.key)
        if changed:
            raise NotAllowed(changed)

    def settled(self, tx: Tx, operation: Operation, before: str, because: Exception | None) -> None:
        """The ledger's end of it. ``before`` is the state in which the operation was: prepared means never sent."""
        match operation.state:
            case "confirmed":
                state, reason = "added", ""
            case "unknown":
                state, reason = "unknown", operation.sentence
            case _:
                state, reason = ("withdrawn" if before == "prepared" else "failed"), operation.sentence
        late_fees.end(tx, _fee_id(operation), state, reason)
        ask_redraw(tx, [_fee_id(operation)], self.context.now())


def _fee_id(operation: Operation) -> str:
    return str(operation.request["fee"])
