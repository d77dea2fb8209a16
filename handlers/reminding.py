"""Reminding by hand from an invoice's card, and the mails that a person sends themselves."""

from typing import Any

from bot.domain.errors import Changed, DuebotError, NeedsConfirmation, NoRole
from bot.domain.roles import Action
from bot.store.visits import Visit
from bot.views import ids
from bot.views.blocks import Message, View, escape, section
from bot.views.modal_remind import remind_done, remind_form
from bot.views.modals_common import message_view
from bot.views.tasks import mail_view
from bot.views.values import read_values
from handlers.desk import Arrival, Desk
from handlers.forms import Form, Sent, Shown, detail_lines, open_form


class Remind(Form):
    """Sending the next reminder now."""

    title = "Remind"
    working = "Reading everything again and sending it…"

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A card's button; its value is the invoice's id."""
        await self.desk.authority.require(arrival.user_id, Action.REMIND)
        await open_form(self.desk, arrival, self.title, {"invoice": str(action.get("value", ""))}, self.fill)

    async def fill(self, visit: Visit) -> View:
        """What would be sent, from a live read; what it shows is kept as the version seen."""
        return await self._drawn(visit)

    async def _drawn(self, visit: Visit, notice: str = "", fresh: str = "") -> View:
        offer = await self.desk.by_hand.offer(visit.user_id, str(visit.data["invoice"]))
        await self.desk.remember(visit, {**visit.data, "version": offer.card.version})
        return remind_form(
            offer.card,
            visit.id,
            repeats=offer.repeats,
            approval=offer.approval,
            without=offer.without,
            against=[one.sentence for one in offer.asks],
            notice=notice,
            fresh=fresh,
        )

    async def submit(self, sent: Sent) -> Shown:
        anyway = read_values(sent.view).ticked(ids.IN_ANYWAY)
        data = sent.visit.data
        told = await self.desk.by_hand.send(
            sent.submission(anyway=anyway), str(data["invoice"]), str(data["version"])
        )
        return remind_done(told.card, told.sentence, sent.visit.id)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, Changed | NeedsConfirmation):
            return await self._drawn(sent.visit, error.sentence, "again")
        lines = detail_lines(error) if not isinstance(error, NoRole) else ()
        return message_view(self.title, error.sentence, sent.visit.id, lines)


class Mailing:
    """Mails that their owner sends: shown after a look at Syncro, and said to be sent."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """“Show the mail”; its value is the contact's id."""
        await self._desk.authority.require(arrival.user_id, Action.REMIND)
        await open_form(
            self._desk, arrival, "The mail", {"contact": str(action.get("value", ""))}, self._fill
        )

    async def _fill(self, visit: Visit) -> View:
        person = await self._desk.authority.person(visit.user_id)
        return mail_view(await self._desk.tasks.mail(person, str(visit.data["contact"])), visit.id)

    async def done(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """“I sent it”; its value is the contact's id."""
        person = await self._desk.authority.person(arrival.user_id)
        card = await self._desk.tasks.done(person, str(action.get("value", "")))
        said = f"Noted: “{card.level}” was mailed to {card.customer_name} today."
        await self._desk.say(arrival, Message(said, [section(escape(said))]))
