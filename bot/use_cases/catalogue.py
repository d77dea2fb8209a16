"""What an invoice or a payment can be made of: products and payment methods."""

import asyncio
import json

from bot.domain.errors import NotFound, SyncroError
from bot.domain.invoice import Product
from bot.store import mirror
from bot.use_cases.context import Context

_OPTIONS = 50
#: The payment methods and the business day on which they were read.
_METHODS = "payment_methods.dated"
#: A form that wants them must open within three seconds (Slack's documented limit): then older ones will do.
_METHODS_SECONDS = 0.5


class Catalogue:
    """Products, as Syncro finds them, and payment methods, read once a day."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._products: dict[str, Product] = {}

    async def products(self, typed: str) -> tuple[Product, ...]:
        """Products that Syncro finds, remembered so that a chosen one can be filled in."""
        found = await self._context.gateway.find_products(typed)
        self._products.update((one.id, one) for one in found)
        return found[:_OPTIONS]

    async def product(self, product_id: str, name: str) -> Product:
        """A product that was offered. Raises ``NotFound``."""
        if product_id not in self._products:
            await self.products(name)
        product = self._products.get(product_id)
        if product is None:
            raise NotFound(f"Syncro no longer lists the product “{name}”. Type the line instead.")
        return product

    async def payment_methods(self) -> tuple[str, ...]:
        """The account's payment methods, read from Syncro once a day.

        Those read last when Syncro can't be read soon; raises ``SyncroError`` when none ever were.
        """
        today = self._context.today().isoformat()
        text = await self._context.lane.read(lambda tx: mirror.get_state(tx, _METHODS))
        kept = json.loads(text) if text else None
        if kept and kept["on"] == today:
            return tuple(kept["methods"])
        try:
            async with asyncio.timeout(_METHODS_SECONDS if kept else None):
                methods = await self._context.gateway.payment_methods()
        except (SyncroError, TimeoutError):
            if kept is None:
                raise
            return tuple(kept["methods"])
        fresh = json.dumps({"on": today, "methods": methods})
        await self._context.lane.write(lambda tx: mirror.set_state(tx, _METHODS, fresh))
        return methods
