"""Explaining one invoice: what the ladder decides about it today and why, and every contact and hold of it."""

from datetime import date

from bot.domain.explanation import Explanation, Told, TrackReason
from bot.domain.hold_facts import HoldPast
from bot.domain.invoice import Invoice
from bot.store import contacts, holds
from bot.store.contacts import Contact
from bot.store.holds import Noted
from bot.use_cases.collections import decide_one
from bot.use_cases.context import Context
from bot.use_cases.fee_facts import cards_on
from bot.use_cases.lookup import Lookup

_NOW = "Days are counted on that day; balances are as of now."
_THEN = "Balances are those of that day, by the payments that are known."


class Explain:
    """Answers "why was it, or wasn't it, chased?". Changes nothing."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        self._context = context
        self._lookup = lookup

    async def invoice(self, invoice_id: str, as_of: date | None = None) -> Explanation:
        """The invoice, read live, as the ladder sees it today, or on ``as_of``. Raises ``SyncroError``."""
        live = await self._lookup.invoice(invoice_id)
        today = self._context.today()
        on = as_of or today
        decided = await decide_one(self._context, live, on)
        made = await self._context.lane.read(lambda tx: contacts.of_customer(tx, live.customer_id))
        fees = await self._context.lane.read(lambda tx: cards_on(tx, self._context, live.id))
        history = await self._context.lane.read(lambda tx: holds.history_of(tx, live.customer_id))
        return Explanation(
            invoice=live,
            on=on,
            tracks=tuple(TrackReason(row.track, row.reason, row.sentence) for row in decided.rows),
            told=tuple(filter(None, (_told(contact, live) for contact in reversed(made)))),
            as_of=self._context.local(self._context.now()),
            note="" if on == today else _NOW if on > today or decided.as_now else _THEN,
            fees=tuple(reversed(fees)),
            held=tuple(self._past(noted) for noted in reversed(history) if noted.hold.covers(live.id)),
        )

    def _past(self, noted: Noted) -> HoldPast:
        """A hold as the history tells it, on the business's days."""
        local = self._context.local
        return HoldPast(
            hold=noted.hold,
            currency=noted.currency,
            noted_on=local(noted.created_at).date(),
            ended_on=local(noted.ended_at).date() if noted.ended_at else None,
            ended_by=noted.ended_by,
            reason=noted.end_reason,
            outcome=noted.outcome,
        )


def _told(contact: Contact, invoice: Invoice) -> Told | None:
    """How the ledger holds a contact, if it listed the invoice."""
    listed = next((one for one in contact.invoices if one.invoice_id == invoice.id), None)
    if listed is None:
        return None
    reasons = [contact.reason, *(delivery.reason for delivery in contact.deliveries)]
    return Told(
        on=date.fromisoformat(contact.as_of),
        level=contact.level,
        track=contact.track,
        stage="task" if contact.is_task else "awaiting" if contact.awaits else contact.stage,
        to=tuple(dict.fromkeys(delivery.target for delivery in contact.deliveries)),
        balance=listed.balance,
        days_past_due=listed.days_past_due,
        policy_version=contact.policy_version,
        reason=next(filter(None, reasons), ""),
        by=contact.actor_id,
        decided=f"{contact.decision} by {contact.decided_name}" if contact.decision else "",
    )
