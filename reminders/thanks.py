"""The note to an owner that customers have paid what they were chased for."""

from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.mirror import synced_at
from bot.use_cases.thanks import thanks_told
from bot.views.thanks import thank_you
from reminders.kinds import Drop, Kind, Ready, Step
from reminders.where import Place, Where

_OPEN_AGAIN = "None of these invoices is paid any more."


class ThanksPost(Kind):
    """To the owner, who was reminded of these invoices."""

    def __init__(self, context: Context, where: Where) -> None:
        self._context = context
        self._where = where

    def title(self, item: Item) -> str:
        """A message about what was paid."""
        return "The note that customers have paid what they were reminded of"

    async def prepare(self, item: Item) -> Step:
        """With what is still paid."""
        stamp = await synced_at(self._context)
        facts = await thanks_told(self._context, item.key, self._context.local(stamp) if stamp else None)
        if not facts.invoices:
            return Drop(_OPEN_AGAIN)
        return Ready(await self._where.of(item.target), thank_you(facts))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its recipient."""
        return (await self._where.of(item.target),)
