"""A reminder at the moment of posting: every invoice that it lists is read from Syncro once more."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.domain.dates import say_date
from bot.domain.errors import SyncroError, SyncroLimited, SyncroNotSent
from bot.domain.facts import Reminder, ReminderItem
from bot.domain.holds import hold_stop, no_contact_stop
from bot.domain.invoice import Invoice
from bot.domain.policy import People
from bot.store import contacts, holds, operations
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.store.outbox import Item
from bot.use_cases.contact_check import difference
from bot.use_cases.context import Context
from bot.use_cases.mirror_reading import refresh
from bot.use_cases.owners import people_now
from bot.views.reminders import reminder
from reminders.kinds import Drop, Kind, Later, Ready, Step
from reminders.where import Place, Where

#: How long a reminder waits before it tries to read Syncro again.
_RETRY = timedelta(minutes=5)
_DAY_OVER = "Its day was over before Syncro could be read, and nobody is reminded on old figures."


class ReminderPost(Kind):
    """A reminder in the outbox. What changed since the sweep is suppressed, with the reason in the ledger."""

    def __init__(self, context: Context, where: Where) -> None:
        self._context = context
        self._where = where

    def title(self, item: Item) -> str:
        """The reminder of its day."""
        return f"The reminder of {say_date(date.fromisoformat(item.payload['day']))}"

    async def prepare(self, item: Item) -> Step:
        """Only on its own day, only what is still exactly as the sweep saw it.

        What alone can't be read is left out with the reason and holds up nobody else; while Syncro can't be read at
        all, the whole message waits.
        """
        if self._context.today().isoformat() != item.payload["day"]:
            return Drop(_DAY_OVER)
        place = await self._where.of(item.target)
        people = await self._context.lane.read(lambda tx: people_now(tx, self._context.policy))
        items: list[ReminderItem] = []
        reasons: list[str] = []
        unread: list[tuple[Contact, str]] = []
        for contact in await self._waiting(item):
            try:
                live = [await refresh(self._context, listed.invoice_id) for listed in contact.invoices]
            except (SyncroNotSent, SyncroLimited) as error:
                return Later(self._context.now() + _RETRY, f"Syncro can't be read: {error}")
            except SyncroError as error:
                unread.append((contact, f"It couldn't be read from Syncro: {error}"))
                continue
            why = await self._what_changed(contact, live, item.payload["audience"])
            if why:
                await self._suppress(contact, item, why)
                reasons.append(why)
            else:
                items.append(self._item(contact, [one for one in live if one is not None], people))
        if unread and not items:
            return Later(self._context.now() + _RETRY, unread[0][1])
        for contact, why in unread:
            await self._suppress(contact, item, why)
        if not items:
            return Drop(" ".join(dict.fromkeys(reasons)) or "Nothing is left to be reminded of.")
        as_of = self._context.local(self._context.now())
        told = Reminder(item.payload["audience"], self._context.today(), tuple(items), as_of)
        return Ready(place, reminder(told))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its recipient."""
        return (await self._where.of(item.target),)

    def sent(self, tx: Tx, item: Item, at: datetime) -> None:
        """Its contacts are made."""
        for contact in _waiting_in(tx, item):
            _settle(tx, contact, item, "sent", "")

    def ended(self, tx: Tx, item: Item, state: str, reason: str, at: datetime) -> None:
        """Its contacts are free to be made again."""
        for contact in _waiting_in(tx, item):
            _settle(tx, contact, item, "suppressed" if state == "dropped" else "failed", reason)

    async def _waiting(self, item: Item) -> list[Contact]:
        return await self._context.lane.read(lambda tx: _waiting_in(tx, item))

    async def _what_changed(self, contact: Contact, live: Sequence[Invoice | None], audience: str) -> str:
        """Why this contact must not go out now, or empty."""
        found = (difference(contact, listed, one) for listed, one in zip(contact.invoices, live, strict=True))
        changed = next((why for why in found if why), "")
        return changed or await self._context.lane.read(lambda tx: self._ours(tx, contact, audience))

    def _ours(self, tx: Tx, contact: Contact, audience: str) -> str:
        """What our own ledgers say against it by now: a change under way, or a hold noted since the sweep."""
        return _being_written(tx, contact) or self._held(tx, contact, audience)

    def _held(self, tx: Tx, contact: Contact, audience: str) -> str:
        """A hold by now; an owner isn't asked to call whom nobody may contact: the next sweep tells the manager."""
        open_ones, today = holds.open_of(tx, contact.customer_id), self._context.today()
        nobody = no_contact_stop(open_ones, today, self._context.calendar) if audience == "owner" else None
        if nobody is not None:
            return nobody.sentence
        for listed in contact.invoices:
            stop = hold_stop(open_ones, listed.invoice_id, today, self._context.calendar)
            if stop is not None:
                return f"{listed.number}: {stop.sentence}"
        return ""

    async def _suppress(self, contact: Contact, item: Item, why: str) -> None:
        await self._context.lane.write(lambda tx: _settle(tx, contact, item, "suppressed", why))

    def _item(self, contact: Contact, live: Sequence[Invoice], people: People) -> ReminderItem:
        today = self._context.today()
        return ReminderItem(
            contact_id=contact.id,
            customer_id=contact.customer_id,
            customer_name=live[0].customer_name,
            currency=contact.currency,
            level=contact.level,
            total=contact.total,
            invoices=tuple((one, one.days_past_due(today) or 0) for one in live),
            owner_id=people.owner_of(contact.customer_id),
        )


def _waiting_in(tx: Tx, item: Item) -> list[Contact]:
    """The contacts whose delivery by this message has not ended."""
    found = [contacts.get(tx, contact_id) for contact_id in item.payload["contacts"]]
    return [
        contact
        for contact in found
        if contact is not None
        and any(one.outbox_id == item.id and one.state == "waiting" for one in contact.deliveries)
    ]


def _settle(tx: Tx, contact: Contact, item: Item, state: str, reason: str) -> None:
    """Ends the deliveries by this message. The contact is made with the first that is sent.

    With none sent and none waiting it has ended like the last one, which frees its level.
    """
    others = [one.state for one in contact.deliveries if one.outbox_id != item.id]
    for delivery in contact.deliveries:
        if delivery.outbox_id == item.id:
            contacts.set_delivery(tx, delivery.id, state, reason)
    if state == "sent" or not {"sent", "waiting"} & set(others):
        contacts.set_stage(tx, contact.id, state, reason)


def _being_written(tx: Tx, contact: Contact) -> str:
    """Why an unsettled change to one of the invoices holds it, or empty."""
    for listed in contact.invoices:
        operation = operations.open_on(tx, listed.invoice_id)
        if operation is not None:
            return f"A change to {listed.number} by {operation.actor_name} is not settled."
    return ""
