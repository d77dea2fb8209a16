"""Deciding an operation whose end is unknown: check again, it went through, it did not."""

from typing import Any

from bot.store.operations import Operation
from bot.views.outcome import outcome_message
from handlers.desk import Arrival, Desk


class Unsettled:
    """The three answers to an unknown operation. Whoever may do such a write may decide; it is audited."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def check_again(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """Reads Syncro once more."""
        person = await self._desk.authority.person(arrival.user_id)
        await self._show(arrival, await self._desk.journal.check_again(str(action.get("value", "")), person))

    async def happened(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A person has seen it in Syncro."""
        await self._decide(arrival, str(action.get("value", "")), True)

    async def did_not(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A person has looked, and it is not there."""
        await self._decide(arrival, str(action.get("value", "")), False)

    async def _decide(self, arrival: Arrival, key: str, happened: bool) -> None:
        person = await self._desk.authority.person(arrival.user_id)
        await self._show(arrival, await self._desk.journal.decide(key, happened, person))

    async def _show(self, arrival: Arrival, operation: Operation) -> None:
        message = outcome_message(await self._desk.outcomes.of(operation))
        await self._desk.answer(arrival, message, replace=True)
