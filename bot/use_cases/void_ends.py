"""A void ends what else was under way about that invoice, each with the reason: holds, proposals, fees, requests."""

from bot.domain.approval import State
from bot.domain.roles import Person
from bot.store import approvals, contacts, holds, late_fees, waiting
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.approval_log import log_request, tell_requester
from bot.use_cases.contact_log import log
from bot.use_cases.context import Context
from bot.use_cases.hold_log import end_hold
from bot.use_cases.kinds import APPROVAL
from bot.use_cases.redraw import ask_redraw


def end_all_about(tx: Tx, context: Context, operation: Operation) -> None:
    """In the transaction that confirms the void of ``operation.invoice_id``."""
    invoice_id = operation.invoice_id or ""
    actor = Person(operation.actor_id, operation.actor_name)
    reason = f"The invoice was voided by {actor.name}."
    _end_requests(tx, context, operation, actor, reason)
    for hold in holds.open_of(tx, operation.customer_id):
        noted = holds.get(tx, hold.id)
        if noted is not None and hold.invoice_ids == (invoice_id,):
            end_hold(tx, context, noted, actor, reason)
    for contact in waiting.waiting_of(tx, operation.customer_id):
        if any(one.invoice_id == invoice_id for one in contact.invoices):
            contacts.set_stage(tx, contact.id, "suppressed", reason)
            log(tx, context, contact, actor, "withdrawn", {"reason": reason})
            ask_redraw(tx, [contact.id], context.now())
    for fee in late_fees.of_invoice(tx, invoice_id):
        if late_fees.withdraw(tx, fee.id, reason):
            ask_redraw(tx, [fee.id], context.now())


def _end_requests(tx: Tx, context: Context, operation: Operation, actor: Person, reason: str) -> None:
    """Other requests about it that wait; what is approved already fails at its own check."""
    now = context.now()
    for held in approvals.open_on(tx, operation.invoice_id or ""):
        mine = held.id == operation.request.get(APPROVAL)
        if mine or not approvals.decide(
            tx, held.id, State.STALE, by=actor.id, name=actor.name, now=now, sentence=reason
        ):
            continue
        log_request(tx, context, held, actor, State.STALE.value, {"sentence": reason})
        tell_requester(tx, context, held, State.STALE.value)
