"""How far one payment over several invoices came: told once the process that recorded it is done, or is gone."""

from bot.store import outbox
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.spread import SPREAD, Plan, outcome_of
from bot.views.spread import spread_message
from reminders.kinds import NOBODY, Drop, Kind, Later, Ready, Step, Stood, is_nobody
from reminders.where import Place, Where


class SpreadShared(Kind):
    """One message for all shares, where the person recorded them; it waits until none is being checked."""

    def __init__(self, context: Context, where: Where) -> None:
        self._context = context
        self._stood = Stood(context, where)

    def title(self, item: Item) -> str:
        """A message about a payment."""
        return "The message about a payment over several invoices"

    async def prepare(self, item: Item) -> Step:
        """Where the person stood, else to them directly with the reason."""
        plan = _plan(item)
        if is_nobody(plan.actor_id):
            return Drop(NOBODY)
        outcome = await outcome_of(self._context.lane, plan)
        if outcome.of_state("sent"):
            return Later(self._context.now() + self._context.waits.gap, "Part of it is still being checked.")
        drawn = spread_message(outcome)
        place, why = await self._stood.place(item)
        if place is None:
            return await self._stood.directly(plan.actor_id, drawn, why)
        return Ready(place, drawn, await self._earlier(plan, place))

    async def _earlier(self, plan: Plan, place: Place) -> str:
        """The ts of what the same form told there before: what no longer holds gives way to it."""
        begins = f"{SPREAD}:{plan.form}:"
        earlier = await self._context.lane.read(
            lambda tx: outbox.last_sent(tx, SPREAD, begins, place.channel)
        )
        return earlier.ts if earlier else ""

    async def instead(self, item: Item, why: str) -> Ready | None:
        """The person's own conversation, with why it isn't where they stood."""
        plan = _plan(item)
        drawn = spread_message(await outcome_of(self._context.lane, plan))
        return await self._stood.directly(plan.actor_id, drawn, why)

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Where the person stood, and their own conversation."""
        return await self._stood.standing(item, _plan(item).actor_id)


def _plan(item: Item) -> Plan:
    return Plan.from_json(item.payload["plan"])
