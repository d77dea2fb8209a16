"""Proposals of the ladder, and automatic sending: looking, approving, skipping, changing a text, on and off."""

from typing import Any

from bot.domain.commands import Automatic, Proposals
from bot.domain.contact_facts import ContactCard
from bot.domain.errors import DuebotError, NoRole
from bot.domain.roles import Action, Role
from bot.store import outbox
from bot.store.visits import Visit
from bot.views.automatic import automatic_message
from bot.views.blocks import Message, View, escape, section
from bot.views.forms import read_letter, read_void
from bot.views.modals_common import message_view
from bot.views.proposals import letter_form, proposal_done, review, skip_form
from handlers.desk import Arrival, Desk
from handlers.fees import Fees
from handlers.forms import Form, Sent, Shown, detail_lines, open_form


class Proposing:
    """``/overdue proposals`` and its buttons, in the private list and on the message in the approvals channel."""

    def __init__(self, desk: Desk, fees: Fees) -> None:
        self._desk = desk
        self._fees = fees

    async def show(self, arrival: Arrival, _command: Proposals) -> None:
        """What waits for a decision."""
        await self._desk.authority.require(arrival.user_id, Action.LOOK_UP)
        role = await self._desk.authority.shown_role(arrival.user_id)
        await self._desk.answer(arrival, await self._waiting(arrival, role))
        await self._fees.show(arrival, role)

    async def from_home(self, arrival: Arrival, _action: dict[str, Any], _body: dict[str, Any]) -> None:
        """App Home's button."""
        await self.show(arrival, Proposals())

    async def _waiting(self, arrival: Arrival, role: Role) -> Message:
        visit = self._desk.new_visit(arrival, "proposals", {"contacts": []})
        held, _ = await self._desk.proposals.waiting(visit.id)
        await self._desk.keep(visit)
        await self._desk.remember(visit, {"contacts": [card.id for card in held.cards]})
        return review(held, role)

    async def approve(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A proposal's button; its value is the contact's id and the version that was seen."""
        contact_id, _, version = str(action.get("value", "")).rpartition(":")
        person = await self._desk.authority.person(arrival.user_id)
        card = await self._desk.proposals.approve(person, contact_id, version)
        left = card.needed - len(card.voted)
        said = f"Your approval is noted; it needs {left} more" if card.awaits else "Approved"
        await self._tell(arrival, f"{said}: {card.customer_name}, “{card.level}”.")

    async def approve_all(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """All that still waits in a list; its value is the list's id."""
        listed = await self._desk.proposals.listed(str(action.get("value", "")))
        person = await self._desk.authority.person(arrival.user_id)
        decided = await self._desk.proposals.approve_all(person, listed)
        said = [f"Approved: {len(decided.approved)}.", *decided.refused]
        await self._tell(arrival, "\n".join(said))

    async def _tell(self, arrival: Arrival, sentence: str) -> None:
        """Says what was done. A list that only this person sees is shown afresh; a posted one is drawn again anyway."""
        posted = await self._desk.context.lane.read(
            lambda tx: outbox.standing_at(tx, arrival.channel_id, arrival.message_ts)
        )
        if posted:
            await self._desk.say(arrival, Message(sentence, [section(escape(sentence))]))
            return
        fresh = await self._waiting(arrival, await self._desk.authority.shown_role(arrival.user_id))
        said = [section(f":white_check_mark: {escape(sentence)}"), *fresh.blocks]
        await self._desk.answer(arrival, Message(sentence, said), replace=True)

    async def automatic(self, arrival: Arrival, command: Automatic) -> None:
        """``/overdue automatic``, ``on`` and ``off``."""
        desk = self._desk
        person = await desk.authority.person(arrival.user_id)
        if command.wanted == "on":
            await desk.authority.require(arrival.user_id, Action.AUTOMATIC)
            async with desk.patience(arrival):
                state = await desk.automatics.start(person)
        elif command.wanted == "off":
            state = await desk.automatics.stop(person)
        else:
            await desk.authority.require(arrival.user_id, Action.LOOK_UP)
            state = await desk.automatics.state()
        at = desk.context.local(state.at) if state.at else None
        own = desk.context.policy.syncro_own_reminders is True
        await desk.answer(arrival, automatic_message(state.on, state.by_name, at, state.reason, own))


class OnProposal(Form):
    """A form about one proposal, opened from its button."""

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The button's value is the contact's id."""
        await self.desk.authority.require(arrival.user_id, Action.LOOK_UP)
        await open_form(self.desk, arrival, self.title, {"contact": str(action.get("value", ""))}, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form, from the ledger."""
        return self.draw(await self._card(visit), visit)

    def draw(self, card: ContactCard, visit: Visit) -> View:
        """The empty form."""
        raise NotImplementedError

    async def _card(self, visit: Visit) -> ContactCard:
        return await self.desk.proposals.card(str(visit.data["contact"]))


class ProposalText(OnProposal):
    """Reading a proposal's text, and changing it."""

    title = "Proposal"
    working = "Saving the text…"

    def draw(self, card: ContactCard, visit: Visit) -> View:
        return letter_form(card, visit.id, card.subject, card.message)

    async def submit(self, sent: Sent) -> Shown:
        subject, message = read_letter(sent.view)
        card = await self.desk.proposals.edit(sent.person, str(sent.visit.data["contact"]), subject, message)
        return proposal_done(card, "The text is saved. Another person must approve it.", sent.visit.id)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        subject, message = read_letter(sent.view)
        return letter_form(await self._card(sent.visit), sent.visit.id, subject, message, error.sentence)


class SkipProposal(OnProposal):
    """Leaving a proposal out for this time."""

    title = "Skip"
    working = "Noting it…"

    def draw(self, card: ContactCard, visit: Visit) -> View:
        return skip_form(card, visit.id, again_after=self._days)

    async def submit(self, sent: Sent) -> Shown:
        contact_id = str(sent.visit.data["contact"])
        card = await self.desk.proposals.skip(sent.person, contact_id, read_void(sent.view))
        return proposal_done(card, "It is skipped.", sent.visit.id)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        card = await self._card(sent.visit)
        return skip_form(card, sent.visit.id, read_void(sent.view), self._days, error.sentence)

    @property
    def _days(self) -> int:
        return self.desk.context.policy.ladder.min_days_between_contacts
