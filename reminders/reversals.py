"""A message about a payment that an invoice no longer has, to those who look after the invoice."""

from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.use_cases.reversals import reversed_payment
from bot.views.reversal import reversed_payment as drawn
from reminders.kinds import Drop, Kind, Ready, Step
from reminders.where import Place, Where

_SETTLED = "The invoice has been settled since, or has the payment again."


class PaymentReversed(Kind):
    """To the owner, and to whoever recorded the payment."""

    def __init__(self, context: Context, where: Where) -> None:
        self._context = context
        self._where = where

    def title(self, item: Item) -> str:
        """A message about a payment."""
        return "The message about a payment that an invoice no longer has"

    async def prepare(self, item: Item) -> Step:
        """Only while it is still so."""
        facts = await reversed_payment(self._context, item.payload)
        if facts is None:
            return Drop(_SETTLED)
        return Ready(await self._where.of(item.target), drawn(facts))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its recipient."""
        return (await self._where.of(item.target),)
