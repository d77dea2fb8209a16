"""Late fees in the daily build, right after the contacts, and the message that asks for their approval."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from bot.domain.late_fees import Fee, FeeKey
from bot.store import late_fees, outbox
from bot.store.lane import Tx
from bot.store.late_fees import LateFee
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.fee_facts import NO_LONGER, review_of
from bot.use_cases.late_fees import MOST_SHOWN
from bot.use_cases.redraw import FEES, ask_redraw
from bot.views.blocks import Message
from bot.views.late_fees import fee_review
from reminders.contact_posts import ContactPost


def propose(tx: Tx, context: Context, decided: Mapping[FeeKey, Fee | str], slot: str) -> int:
    """Withdraws fees that no longer stand, writes down new ones, and asks for approval; how many wait."""
    standing = _reconcile(tx, context, decided)
    for fee in decided.values():
        if isinstance(fee, Fee) and fee.key not in standing:
            late_fees.insert(tx, _planned(context, fee))
    waits = late_fees.waiting(tx)
    _ask(tx, context, waits, slot)
    return len(waits)


def _reconcile(tx: Tx, context: Context, decided: Mapping[FeeKey, Fee | str]) -> set[FeeKey]:
    """Withdraws what is decided otherwise by now; the keys of what stays as it is."""
    standing: set[FeeKey] = set()
    for held in late_fees.waiting(tx):
        now = decided.get((held.invoice_id, held.level), NO_LONGER)
        if isinstance(now, Fee) and (now.amount, now.invoice.balance) == (held.amount, held.balance):
            standing.add(now.key)
            continue
        why = now if isinstance(now, str) else "It has changed and is proposed anew."
        late_fees.withdraw(tx, held.id, why)
        ask_redraw(tx, [held.id], context.now())
    return standing


def _planned(context: Context, fee: Fee) -> LateFee:
    level, invoice = fee.level, fee.invoice
    return LateFee(
        id=f"fee-{context.today():%Y%m%d}-{uuid.uuid4().hex[:12]}",
        invoice_id=invoice.id,
        level=level.name,
        customer_id=invoice.customer_id,
        number=invoice.number,
        currency=invoice.currency,
        contacted_on=fee.contacted_on,
        base=fee.base,
        amount=fee.amount,
        balance=invoice.balance or 0,
        percent="" if level.late_fee_percent is None else f"{level.late_fee_percent.normalize():f}",
        state="planned",
        policy_version=context.policy.version,
        created_at=context.now(),
    )


def _ask(tx: Tx, context: Context, waits: Sequence[LateFee], slot: str) -> None:
    """Puts the day's message into the outbox. What was asked today already isn't asked again by another build."""
    now, day, channels = context.now(), context.today().isoformat(), context.policy.channels
    lately = outbox.put_since(tx, FEES, now - timedelta(days=1))
    asked = {one for item in lately if item.payload["day"] == day for one in item.payload["fees"]}
    target = channels.approvals or channels.escalation or context.policy.people.manager
    if not target:
        return
    for part, some in enumerate(_parts([one for one in waits if one.id not in asked]), 1):
        payload = {"fees": [one.id for one in some], "day": day}
        outbox.put(tx, f"{FEES}:{slot}:{part}", FEES, target, payload, now)


def _parts(asked: Sequence[LateFee]) -> Iterable[Sequence[LateFee]]:
    return (asked[first : first + MOST_SHOWN] for first in range(0, len(asked), MOST_SHOWN))


class FeesPost(ContactPost):
    """Late fees that wait for an approver."""

    def title(self, item: Item) -> str:
        """A message about late fees."""
        return "The message that asks for approval of late fees"

    async def drawn(self, item: Item) -> Message | None:
        ids, day = item.payload["fees"], date.fromisoformat(item.payload["day"])
        held = await self.context.lane.read(lambda tx: review_of(tx, self.context, item.id, ids, day))
        fresh = item.state != "sent"
        return None if fresh and not held.waiting else fee_review(held, None)
