"""Messages about contacts with customers: proposals to review, mails to send, copies, and each of them drawn again."""

from collections.abc import Mapping
from datetime import date, datetime

from bot.domain.errors import NotAllowed
from bot.store import contacts, outbox
from bot.store.lane import Tx
from bot.store.outbox import Item
from bot.use_cases.contact_cards import cards_of, review_of
from bot.use_cases.context import Context
from bot.views.blocks import Message
from bot.views.proposals import review
from bot.views.tasks import copies, tasks
from reminders.kinds import Drop, FailureNotice, Kind, Ready, Step
from reminders.where import Place, Where


class Notice(FailureNotice):
    """One sentence about how Duebot works, such as that sending was started."""

    def title(self, item: Item) -> str:
        """A notice."""
        return "A notice"


class ContactPost(Kind):
    """A message about contacts; drawn from the ledger at the moment of posting."""

    def __init__(self, context: Context, where: Where) -> None:
        self.context = context
        self._where = where

    async def drawn(self, item: Item) -> Message | None:
        """The message as it is now; ``None`` when there is nothing left to tell."""
        raise NotImplementedError

    async def bare(self, item: Item) -> Message | None:
        """What may take its place where others read along by now; ``None`` leaves it as it is."""
        return None

    async def prepare(self, item: Item) -> Step:
        """Drawn now, in its place."""
        message = await self.drawn(item)
        if message is None:
            return Drop("Nothing is left of it.")
        return Ready(await self._where.of(item.target), message)

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its target."""
        return (await self._where.of(item.target),)


class ReviewPost(ContactPost):
    """Proposals that wait for an approver."""

    def title(self, item: Item) -> str:
        """A message about proposals."""
        return "The message that asks for approval of proposals"

    async def drawn(self, item: Item) -> Message | None:
        ids, day = item.payload["contacts"], date.fromisoformat(item.payload["day"])
        held = await self.context.lane.read(lambda tx: review_of(tx, self.context, item.id, ids, day))
        fresh = item.state != "sent"
        return None if fresh and not held.waiting else review(held, None)


class TasksPost(ContactPost):
    """Mails that their owner sends."""

    def title(self, item: Item) -> str:
        """A message about mails to send."""
        return "The message about mails to send"

    async def drawn(self, item: Item) -> Message | None:
        cards = await self.context.lane.read(lambda tx: cards_of(tx, self.context, item.payload["contacts"]))
        return tasks(cards, date.fromisoformat(item.payload["day"])) if cards else None


class CopiesPost(ContactPost):
    """Copies of what customers were sent."""

    def title(self, item: Item) -> str:
        """A message about copies."""
        return "The copies of reminders"

    async def drawn(self, item: Item) -> Message | None:
        cards = await self.context.lane.read(lambda tx: cards_of(tx, self.context, item.payload["contacts"]))
        return copies(cards, date.fromisoformat(item.payload["day"])) if cards else None

    def sent(self, tx: Tx, item: Item, at: datetime) -> None:
        """Those copies are delivered."""
        _set(tx, item, "sent", "")

    def ended(self, tx: Tx, item: Item, state: str, reason: str, at: datetime) -> None:
        """They were not; the customers have their email all the same."""
        _set(tx, item, "failed", reason)


def _set(tx: Tx, item: Item, state: str, reason: str) -> None:
    for contact_id in item.payload["contacts"]:
        contact = contacts.get(tx, contact_id)
        for delivery in contact.deliveries if contact else ():
            if delivery.outbox_id == item.id:
                contacts.set_delivery(tx, delivery.id, state, reason)


class Redrawn(Kind):
    """A posted message about contacts or late fees in its new state, in its place."""

    def __init__(self, context: Context, where: Where, posts: Mapping[str, ContactPost]) -> None:
        """``posts`` draw each kind of message that is drawn again."""
        self._context = context
        self._where = where
        self._posts = posts

    def title(self, item: Item) -> str:
        """A message drawn again."""
        return "The new state of a message about proposals or mails"

    async def prepare(self, item: Item) -> Step:
        """Replaces the message; doing that twice changes nothing."""
        first = await self._context.lane.read(lambda tx: outbox.get(tx, item.payload["of"]))
        if first is None or first.state != "sent":
            return Drop("The message it is about doesn't stand in Slack.")
        message = await self._posts[first.kind].drawn(first)
        if message is None:
            return Drop("Nothing is left of it.")
        try:
            await self._where.of(first.target)  # who reads along there may have changed
        except NotAllowed:
            bare = await self._posts[first.kind].bare(first)
            if bare is None:
                raise
            message = bare
        return Ready(Place(first.channel), message, first.ts)

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Nowhere: nothing new is posted."""
        return ()
