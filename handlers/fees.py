"""Late fees that wait for an approver: the private list, and its buttons there and in the approvals channel."""

from collections.abc import Sequence
from typing import Any

from bot.domain.fee_facts import FeeCard
from bot.domain.roles import Role
from bot.store import outbox
from bot.views.blocks import Message, section
from bot.views.late_fees import fee_line, fee_review, fee_stands
from handlers.desk import Arrival, Desk


class Fees:
    """The list of late fees and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, arrival: Arrival, role: Role) -> None:
        """What waits, behind the other proposals; nothing when nothing does."""
        found = await self._waiting(arrival, role)
        if found is not None:
            await self._desk.answer(arrival, found)

    async def _waiting(self, arrival: Arrival, role: Role) -> Message | None:
        visit = self._desk.new_visit(arrival, "late_fees", {"fees": []})
        held, _ = await self._desk.fees.waiting(visit.id)
        if not held.cards:
            return None
        await self._desk.keep(visit)
        await self._desk.remember(visit, {"fees": [card.id for card in held.cards]})
        return fee_review(held, role)

    async def approve(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A fee's button; its value is the fee's id."""
        person = await self._desk.authority.person(arrival.user_id)
        async with self._desk.patience(arrival):
            card = await self._desk.fees.approve(person, str(action.get("value", "")))
        await self._tell(arrival, [card])

    async def skip(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The same for leaving it out."""
        person = await self._desk.authority.person(arrival.user_id)
        await self._tell(arrival, [await self._desk.fees.skip(person, str(action.get("value", "")))])

    async def approve_all(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """All that still waits in a list; its value is the list's id."""
        listed = await self._desk.fees.listed(str(action.get("value", "")))
        person = await self._desk.authority.person(arrival.user_id)
        async with self._desk.patience(arrival):
            cards = await self._desk.fees.approve_all(person, listed)
        await self._tell(arrival, cards)

    async def _tell(self, arrival: Arrival, cards: Sequence[FeeCard]) -> None:
        """Says what was done. A list that only this person sees is shown afresh; a posted one is drawn again anyway."""
        said = [section(f"{fee_line(card)}\n{fee_stands(card)}") for card in cards]
        told = Message(
            "What became of the late fees.", said or [section("All of them had been decided before.")]
        )
        posted = await self._desk.context.lane.read(
            lambda tx: outbox.standing_at(tx, arrival.channel_id, arrival.message_ts)
        )
        if posted:
            await self._desk.answer(arrival, told)
            return
        role = await self._desk.authority.shown_role(arrival.user_id)
        left = await self._waiting(arrival, role)
        blocks = [*told.blocks, *(left.blocks if left else [])]
        await self._desk.answer(arrival, Message(told.text, blocks), replace=True)
