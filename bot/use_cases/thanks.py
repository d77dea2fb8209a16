"""Telling owners that customers have paid what they were chased for: one message per owner and morning."""

from datetime import date, datetime, timedelta

from bot.domain.facts import Thanks
from bot.domain.invoice import Invoice
from bot.domain.thanks import paid_by_customer
from bot.store import mirror_payments, outbox, thanks
from bot.store.lane import Tx
from bot.use_cases.authority import DUEBOT
from bot.use_cases.context import Context
from bot.use_cases.owners import owner_of

THANKS = "thanks"
#: A payment is news for so many days. After a longer outage nobody is told of what was paid meanwhile.
_NEWS = timedelta(days=7)


async def note_thanks(context: Context) -> int:
    """Notes each chased invoice that a customer has paid, for its owner's next message; how many.

    It waits for the time at which reminders are sent, on a business day. Whom nobody owns, nobody is told of.
    """
    return await context.lane.write(lambda tx: _note(tx, context))


def _note(tx: Tx, context: Context) -> int:
    noted = 0
    for invoice in thanks.to_note(tx, context.today() - _NEWS):
        owner = owner_of(tx, context.policy, invoice.customer_id)
        if not owner or not paid_by_customer(invoice, mirror_payments.payments_on(tx, invoice.id)):
            continue
        key = _put(tx, context, owner)
        thanks.note(tx, invoice.id, key, context.now())
        noted += 1
        context.audit.append(
            tx,
            at=context.now(),
            actor_id=DUEBOT.id,
            actor_name=DUEBOT.name,
            action="invoice.settled_after_contact",
            subject=f"invoice:{invoice.id}",
            before={},
            after={"total": invoice.total, "told": owner},
            policy_version=context.policy.version,
        )
    return noted


def _put(tx: Tx, context: Context, owner: str) -> str:
    """The key of the owner's next message, which is put into the outbox if it isn't there yet."""
    day = context.today()
    while True:
        day = context.calendar.on_or_after(day)
        goes = datetime.combine(day, context.policy.ladder.send_at, context.zone)
        key = f"{THANKS}:{owner}:{day.isoformat()}"
        if goes > context.now() and _may_join(tx, key):
            outbox.put(tx, key, THANKS, owner, {"day": day.isoformat()}, context.now(), not_before=goes)
            return key
        day += timedelta(days=1)


def _may_join(tx: Tx, key: str) -> bool:
    """Whether what is noted for this message is still told with it: it was never claimed to be posted."""
    item = outbox.by_key(tx, key)
    return item is None or (item.state == "pending" and item.attempts == 0)


async def thanks_told(context: Context, key: str, as_of: datetime | None) -> Thanks:
    """The facts of one message as they are now; without invoices when none of them is paid any more."""

    def read(tx: Tx) -> tuple[tuple[Invoice, date | None], ...]:
        return tuple((one, _paid_on(tx, one)) for one in thanks.told_with(tx, key))

    return Thanks(context.today(), await context.lane.read(read), as_of)


def _paid_on(tx: Tx, invoice: Invoice) -> date | None:
    paid = mirror_payments.payments_on(tx, invoice.id)
    return max((one.date for one in paid if one.successful and one.date), default=None)
