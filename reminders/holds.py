"""Messages about holds: what a person noted or ended, and what whoever looks after a customer must see to."""

from collections.abc import Awaitable, Callable, Sequence

from bot.domain.hold_facts import HeldReport
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.hold_facts import change_of
from bot.views.blocks import Message
from bot.views.held import hold_changed
from reminders.kinds import NOBODY, Drop, Kind, Ready, Step, Stood, is_nobody
from reminders.where import Place, Where

_FORGOTTEN = "There is no record of that hold any more."
_SETTLED = "Everything in it has been settled since."


class HoldShared(Kind):
    """What somebody noted or ended, where they did it; in their own conversation when it can't be shared there."""

    def __init__(self, context: Context, where: Where) -> None:
        self._context = context
        self._stood = Stood(context, where)

    def title(self, item: Item) -> str:
        """A message about a hold."""
        return "The message about a hold that was noted or ended"

    async def prepare(self, item: Item) -> Step:
        """Where the person stood, else to them directly with the reason."""
        actor = str(item.payload["actor"])
        if is_nobody(actor):
            return Drop(NOBODY)
        drawn = await self._drawn(item)
        if drawn is None:
            return Drop(_FORGOTTEN)
        place, why = await self._stood.place(item)
        return Ready(place, drawn) if place is not None else await self._stood.directly(actor, drawn, why)

    async def instead(self, item: Item, why: str) -> Ready | None:
        """The person's own conversation, with why it isn't where they stood."""
        drawn = await self._drawn(item)
        return await self._stood.directly(str(item.payload["actor"]), drawn, why) if drawn else None

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Where the person stood, and their own conversation."""
        return await self._stood.standing(item, str(item.payload["actor"]))

    async def _drawn(self, item: Item) -> Message | None:
        told = item.payload
        change = await change_of(self._context, told["hold"], told["done"], told["actor"])
        return hold_changed(change) if change else None


class HoldsGathered(Kind):
    """Holds that one person should see to, in one message; what is settled when it is posted is left out."""

    def __init__(
        self,
        context: Context,
        where: Where,
        name: str,
        gather: Callable[[Context, Sequence[str]], Awaitable[HeldReport]],
        draw: Callable[[HeldReport], Message],
    ) -> None:
        self._context = context
        self._where = where
        self._name = name
        self._gather = gather
        self._draw = draw

    def title(self, item: Item) -> str:
        """What it is about."""
        return f"The message about {self._name}"

    async def prepare(self, item: Item) -> Step:
        """Only what is still so."""
        report = await self._gather(self._context, item.payload["holds"])
        if not report.items:
            return Drop(_SETTLED)
        return Ready(await self._where.of(item.target), self._draw(report))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its recipient."""
        return (await self._where.of(item.target),)
