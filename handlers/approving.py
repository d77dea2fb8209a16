"""Deciding requests: the buttons on every copy of one, and the forms that ask for a comment."""

from abc import abstractmethod
from typing import Any

from bot.domain.approval_card import ApprovalCard
from bot.domain.errors import DuebotError, NotAllowed
from bot.domain.roles import Action
from bot.store.visits import Visit
from bot.use_cases.audit_place import Place, place_at
from bot.views.approvals import comment_form, decided_answer, decided_view, reject_form
from bot.views.blocks import View
from bot.views.forms import read_void
from bot.views.modals_common import message_view
from handlers.desk import Arrival, Desk
from handlers.forms import Form, Sent, Shown, detail_lines, open_form


class Approving:
    """The buttons that act at once; their value is the request's id."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def approve(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """Yes."""
        person = await self._desk.authority.person(arrival.user_id)
        async with self._desk.patience(arrival):
            card = await self._desk.approvals.approve(
                person, str(action.get("value", "")), place=_place(arrival)
            )
        await self._desk.answer(arrival, decided_answer(card))

    async def withdraw(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """Who asked takes it back."""
        person = await self._desk.authority.person(arrival.user_id)
        card = await self._desk.approvals.withdraw(person, str(action.get("value", "")), _place(arrival))
        await self._desk.answer(arrival, decided_answer(card))

    async def show(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """App Home's button: the request comes into the person's direct messages, or how it was decided meanwhile."""
        again = arrival.trigger_id or self._desk.new_visit(arrival, "home").id
        card = await self._desk.approvals.show(arrival.user_id, str(action.get("value", "")), again)
        if not card.waits:
            await self._desk.answer(arrival, decided_answer(card))


def _place(arrival: Arrival) -> Place:
    return place_at(arrival.channel_id, arrival.message_ts)


def _of(visit: Visit) -> Place:
    return place_at(visit.channel_id, visit.message_ts)


class OnRequest(Form):
    """A form about one request, opened from its button."""

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The button's value is the request's id."""
        await self.desk.authority.require(arrival.user_id, Action.LOOK_UP)
        await open_form(self.desk, arrival, self.title, {"approval": str(action.get("value", ""))}, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form, from the ledger. Raises ``NotAllowed`` when it is decided."""
        card = await self._card(visit)
        if not card.waits:
            raise NotAllowed("This request is decided already. Its message says how.")
        return self.draw(card, visit.id)

    @abstractmethod
    def draw(self, card: ApprovalCard, visit_id: str, typed: str = "", notice: str = "") -> View:
        """The form with what was typed and what is wrong."""

    @abstractmethod
    async def decide(self, sent: Sent, id: str, comment: str) -> ApprovalCard:
        """What the form is for."""

    async def submit(self, sent: Sent) -> Shown:
        card = await self.decide(sent, str(sent.visit.data["approval"]), read_void(sent.view))
        return decided_view(card, sent.visit.id)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        card = await self._card(sent.visit)
        if isinstance(error, NotAllowed) or not card.waits:
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        return self.draw(card, sent.visit.id, read_void(sent.view), error.sentence)

    async def _card(self, visit: Visit) -> ApprovalCard:
        return await self.desk.approvals.card(str(visit.data["approval"]))


class ApproveWithComment(OnRequest):
    """Yes, with a comment."""

    title = "Approve"
    working = "Carrying out what you approved…"

    def draw(self, card: ApprovalCard, visit_id: str, typed: str = "", notice: str = "") -> View:
        return comment_form(card, visit_id, typed, notice)

    async def decide(self, sent: Sent, id: str, comment: str) -> ApprovalCard:
        return await self.desk.approvals.approve(sent.person, id, comment, _of(sent.visit))


class RejectRequest(OnRequest):
    """No, with why."""

    title = "Reject"
    working = "Noting your decision…"

    def draw(self, card: ApprovalCard, visit_id: str, typed: str = "", notice: str = "") -> View:
        return reject_form(card, visit_id, typed, notice)

    async def decide(self, sent: Sent, id: str, comment: str) -> ApprovalCard:
        return await self.desk.approvals.reject(sent.person, id, comment, _of(sent.visit))
