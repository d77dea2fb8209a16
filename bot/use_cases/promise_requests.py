"""Another promise of a customer who has broken too many: asked of an approver, and noted when they agree.

It is no write to Syncro, so the journal has no part in it: a hold is written down once, by its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain.dates import say_date
from bot.domain.errors import Changed
from bot.domain.holds import Hold, HoldKind, Instalment
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.domain.roles import Action
from bot.store import holds
from bot.store.approvals import Approval
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.holds import Holds, require_holdable
from bot.use_cases.lookup import Lookup
from bot.use_cases.promise_asking import PROMISE


class PromiseRequests:
    """Judges and notes promises that were asked for."""

    def __init__(self, context: Context, authority: Authority, lookup: Lookup, holds: Holds) -> None:
        self._context = context
        self._authority = authority
        self._lookup = lookup
        self._holds = holds

    async def judge(self, held: Approval) -> Noted:
        """The promise as it would be noted now. Raises what speaks against it."""
        await self._authority.require(held.requester_id, Action.HOLD)
        invoices = [await self._lookup.invoice(one) for one in held.invoice_ids]
        noted = _noted(held, invoices)
        for invoice in invoices:
            require_holdable(invoice)
            if invoice.customer_id != held.customer_id:
                raise Changed(f"Invoice {invoice.number} belongs to another customer now. Nothing was noted.")
        newer = await self._context.lane.read(lambda tx: _newer(tx, held))
        if newer is not None:
            raise Changed(f"{newer.hold.by_name} has noted another promise since this was asked for.")
        until, amount = noted.hold.until, noted.hold.amount
        if until is not None and until < self._context.today():
            raise Changed(f"The day of the promise, {say_date(until)}, is past.")
        left = [one.balance for one in invoices if one.balance is not None]
        if amount is not None and len(left) == len(invoices) and amount > sum(left):
            raise Changed(f"Only {say_money(sum(left), held.currency)} of it is still open.")
        return replace(noted, created_at=self._context.now())

    async def do(self, held: Approval) -> str:
        """Notes it, once; what was done, in a sentence. Raises what speaks against it."""
        before = await self._context.lane.read(lambda tx: holds.get(tx, _id_of(held)))
        noted = before or await self.judge(held)
        await self._holds.note_approved(noted, held.visit_id)
        return (
            f"The promise for {say_date(noted.hold.until)} is noted." if noted.hold.until else "It is noted."
        )


def _id_of(held: Approval) -> str:
    """The hold's id: it is written down once."""
    return f"{held.id}:{PROMISE}"


def _newer(tx: Tx, held: Approval) -> Noted | None:
    """A promise of one of these invoices that was noted after this one was asked for."""
    for hold in holds.open_of(tx, held.customer_id):
        noted = holds.get(tx, hold.id)
        about = set(held.invoice_ids) & set(hold.invoice_ids)
        if hold.kind is HoldKind.PROMISE and about and noted and noted.created_at > held.created_at:
            return noted
    return None


def _noted(held: Approval, invoices: Sequence[Invoice]) -> Noted:
    facts: Mapping[str, Any] = held.steps[0].request
    parts = tuple(Instalment(date.fromisoformat(due), amount) for due, amount in facts["instalments"])
    hold = Hold(
        id=_id_of(held),
        kind=HoldKind.PROMISE,
        customer_id=held.customer_id,
        invoice_ids=held.invoice_ids,
        until=date.fromisoformat(facts["until"]) if facts["until"] else None,
        note=facts["note"],
        by_name=held.requester_name,
        amount=facts["sum"],
        said_by=facts["said_by"],
        instalments=parts,
    )
    return Noted(
        hold=hold,
        currency=facts["currency"],
        by_id=held.requester_id,
        created_at=held.created_at,
        payments_seen=tuple(payment.id for one in invoices for payment in one.payments or ()),
    )
