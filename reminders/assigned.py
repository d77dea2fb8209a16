"""A message about a customer that was assigned, to the new owner."""

from bot.domain.errors import NotFound
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.customers import Customers
from bot.views.assigned import assigned
from reminders.kinds import Drop, Kind, Ready, Step
from reminders.where import Place, Where

_OVER = "Somebody else looks after the customer by now."


class CustomerAssigned(Kind):
    """To the owner, while they still are."""

    def __init__(self, context: Context, where: Where, customers: Customers) -> None:
        self._context = context
        self._where = where
        self._customers = customers

    def title(self, item: Item) -> str:
        """A message about a customer."""
        return "The message about a customer that was assigned"

    async def prepare(self, item: Item) -> Step:
        """Only while it is still so, with what is owed now."""
        try:
            card = await self._customers.card_of(item.payload["customer"])
        except NotFound as error:
            return Drop(error.sentence)
        if card.owner_id != item.target:
            return Drop(_OVER)
        return Ready(await self._where.of(item.target), assigned(card, item.payload["by"]))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its recipient."""
        return (await self._where.of(item.target),)
