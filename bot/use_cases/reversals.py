"""Payments that invoices no longer have: deleted in Syncro, moved elsewhere, or returned. People are told once."""

from datetime import UTC, date, datetime
from typing import Any

from bot.domain.facts import ReversedPayment
from bot.domain.invoice import Invoice, Payment, Status
from bot.store import mirror, mirror_payments, operations, outbox
from bot.store.lane import Tx
from bot.store.rows import iso
from bot.use_cases.authority import DUEBOT, OPERATOR
from bot.use_cases.context import Context
from bot.use_cases.owners import owner_of

REVERSED = "payment.reversed"
_SETTLED = (Status.PAID, Status.VOID)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def tell_reversals(context: Context) -> int:
    """Tells the owner, and whoever recorded it here, of each payment that an open invoice has lost; how many.

    Whom nobody is named for is told in the failures channel. An invoice that is paid all the same, or void, is not
    open again: then there is nothing to tell.
    """
    told = await context.lane.write(lambda tx: _tell(tx, context))
    if told:
        context.wake_outbox()
    return told


def _tell(tx: Tx, context: Context) -> int:
    told = 0
    for payment, invoice in mirror_payments.reversals(tx):
        mirror_payments.end_reversal(tx, payment.id, invoice.id)
        if invoice.status in _SETTLED:
            continue
        told += 1
        now = context.now()
        targets = _targets(tx, context, payment, invoice)
        for target in targets:
            key = f"{REVERSED}:{payment.id}:{invoice.id}:{iso(now)}:{target}"
            outbox.put(tx, key, REVERSED, target, _payload(payment, invoice), now)
        context.audit.append(
            tx,
            at=now,
            actor_id=DUEBOT.id,
            actor_name=DUEBOT.name,
            action="payment.reversed",
            subject=f"invoice:{invoice.id}",
            before={"payment": payment.id, "amount": payment.amount, "reference": payment.reference},
            after={"status": invoice.status.value, "balance": invoice.balance, "told": targets},
            policy_version=context.policy.version,
        )
    return told


def _targets(tx: Tx, context: Context, payment: Payment, invoice: Invoice) -> list[str]:
    """Who is told, each once."""
    recorded = [
        one.actor_id
        for one in operations.payments_since(tx, invoice.customer_id, _EVER)
        if str((one.result or {}).get("payment_id", "")) == payment.id
    ]
    people = [owner_of(tx, context.policy, invoice.customer_id), *recorded]
    named = list(dict.fromkeys(one for one in people if one and not one.startswith(OPERATOR)))
    failures = context.policy.channels.failures
    return named or ([failures] if failures else [])


def _payload(payment: Payment, invoice: Invoice) -> dict[str, Any]:
    return {
        "payment": payment.id,
        "invoice": invoice.id,
        "amount": payment.amount,
        "method": payment.method,
        "reference": payment.reference,
        "date": payment.date.isoformat() if payment.date else None,
    }


async def reversed_payment(context: Context, payload: dict[str, Any]) -> ReversedPayment | None:
    """The facts of a reversal as they are now; ``None`` when the invoice is no longer open."""
    invoice = await context.lane.read(lambda tx: mirror.invoice(tx, payload["invoice"]))
    if invoice is None or invoice.status in _SETTLED:
        return None
    kept = await context.lane.read(lambda tx: mirror_payments.payments_on(tx, invoice.id))
    if any(one.id == payload["payment"] and one.successful for one in kept):
        return None
    payment = Payment(
        id=payload["payment"],
        invoice_id=invoice.id,
        amount=payload["amount"],
        method=payload["method"],
        reference=payload["reference"],
        date=date.fromisoformat(payload["date"]) if payload["date"] else None,
    )
    return ReversedPayment(payment, invoice, context.today(), context.gateway.invoice_url(invoice.id))
