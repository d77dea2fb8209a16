"""Messages about requests for approval, and what time does to them: expiry, reminders, and what was put off."""

from datetime import datetime

from bot.domain.approval import State
from bot.store import approvals, outbox
from bot.store.approvals import Approval
from bot.store.lane import Tx
from bot.store.outbox import Item
from bot.use_cases.approval_log import ASK, NUDGE, card_of, put_copy
from bot.use_cases.context import Context
from bot.use_cases.redraw import redraw
from bot.views.approvals import (
    approval_elsewhere,
    approval_message,
    approval_nudge,
    approval_told,
    own_request,
)
from bot.views.blocks import Message
from reminders.contact_posts import ContactPost
from reminders.kinds import NOBODY, Drop, Kind, Ready, Step, is_nobody
from reminders.where import Place, Where, is_person

_GONE = "There is no record of that request any more."


class ApprovalPost(ContactPost):
    """One copy of a request before those who decide it; drawn as it is at the moment of posting."""

    def title(self, item: Item) -> str:
        """A request."""
        return "The message that asks for an approval"

    async def drawn(self, item: Item) -> Message | None:
        held = await self.context.lane.read(lambda tx: _of(tx, item))
        if held is None or (item.state != "sent" and held.state is not State.WAITING):
            return None
        drawn = own_request if item.target == held.requester_id else approval_message
        return drawn(card_of(self.context, held))

    async def bare(self, item: Item) -> Message | None:
        """Once it is decided its buttons go, wherever it stands; what it was about isn't said where others read."""
        held = await self.context.lane.read(lambda tx: _of(tx, item))
        return None if held is None or held.state is State.WAITING else approval_elsewhere()

    def sent(self, tx: Tx, item: Item, at: datetime) -> None:
        """It may have been decided between drawing and posting: then this copy is drawn again."""
        held, posted = _of(tx, item), outbox.get(tx, item.id)
        if held is not None and posted is not None and (held.votes or held.state is not State.WAITING):
            redraw(tx, posted, at)

    def ended(self, tx: Tx, item: Item, state: str, reason: str, at: datetime) -> None:
        """Where the channel can't have it, each of those who may decide gets it directly."""
        held = _of(tx, item)
        if state == "failed" and held is not None and not is_person(item.target):
            for target in held.told:
                put_copy(tx, self.context, held, target, "asked")


class _AboutRequest(Kind):
    """A message about a request that is posted once."""

    def __init__(self, context: Context, where: Where) -> None:
        self.context = context
        self.where = where

    async def held(self, item: Item) -> Approval | None:
        """The request."""
        return await self.context.lane.read(lambda tx: _of(tx, item))


class ApprovalTold(_AboutRequest):
    """How a request stands now, for whoever made it."""

    def title(self, item: Item) -> str:
        """The end of a request."""
        return "The message about how a request for approval ended"

    async def prepare(self, item: Item) -> Step:
        """To them directly. An older state is not told any more when a newer one is."""
        held = await self.held(item)
        if held is None:
            return Drop(_GONE)
        if is_nobody(item.target):
            return Drop(NOBODY)
        told = item.key.split(":")[2]
        if told == "delayed" and held.state is not State.APPROVED:
            return Drop("It has ended by now, which is told by itself.")
        return Ready(await self.where.of(item.target), approval_told(card_of(self.context, held)))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Their conversation with the bot."""
        return (await self.where.of(item.target),)


class ApprovalNudge(_AboutRequest):
    """A reminder before a request expires: in the thread of the request."""

    def title(self, item: Item) -> str:
        """A reminder of a request."""
        return "The reminder of a request for approval"

    async def prepare(self, item: Item) -> Step:
        """Nothing when it was decided meanwhile."""
        held = await self.held(item)
        if held is None or held.state is not State.WAITING:
            return Drop("It is decided.")
        drawn = approval_nudge(card_of(self.context, held), item.payload["people"])
        return Ready(await self._place(item), drawn)

    def ended(self, tx: Tx, item: Item, state: str, reason: str, at: datetime) -> None:
        """Where the channel can't have it, each of them is reminded directly."""
        if state == "failed" and not is_person(item.target):
            for one in item.payload["people"]:
                outbox.put(tx, f"{item.key}:{one}", NUDGE, one, {**item.payload, "people": [one]}, at)

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """The thread."""
        return (await self._place(item),)

    async def _place(self, item: Item) -> Place:
        place = await self.where.of(item.target)
        key = f"{ASK}:{item.payload['approval']}:asked:{item.target}"
        first = await self.context.lane.read(lambda tx: outbox.by_key(tx, key))
        if first is None or first.state != "sent":
            return place
        return Place(place.channel, first.ts)


def _of(tx: Tx, item: Item) -> Approval | None:
    return approvals.get(tx, str(item.payload["approval"]))
