"""Looking things up: cards, searches, the aging board, customers; and the buttons under them."""

from datetime import timedelta
from typing import Any

from bot.domain.commands import Board, Customer, Find, Log, Show, Why
from bot.domain.errors import Busy, NotAllowed, NotFound, SlackLimited, SlackNotSent, SlackRefused, Tampered
from bot.domain.roles import Action, Role
from bot.domain.worklist import Only
from bot.store import claims, visits
from bot.views.blocks import Message
from bot.views.board import board
from bot.views.cards import invoice_card, search_results
from bot.views.customer_card import customer_card
from bot.views.errors import did_you_mean
from bot.views.log import invoice_log
from bot.views.values import read_only, read_page, read_pick
from bot.views.why import why
from handlers.desk import Arrival, Desk

_SHARE = "share"
_SHARED_FOR = timedelta(minutes=10)


class Looking:
    """Answers that only the person who asked sees, with exactly their buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def _role(self, arrival: Arrival) -> Role:
        return await self._desk.authority.require(arrival.user_id, Action.LOOK_UP)

    # ---- invoices ------------------------------------------------------------------------------------------

    async def show(self, arrival: Arrival, command: Show) -> None:
        """``/invoice 1042``."""
        role = await self._role(arrival)
        async with self._desk.patience(arrival):
            card = await self._desk.lookup.card_of(await self._desk.lookup.find_id(command.ref))
        await self._desk.answer_card(arrival, card, role)

    async def why(self, arrival: Arrival, command: Why) -> None:
        """``/invoice why 1042``."""
        await self._role(arrival)
        async with self._desk.patience(arrival):
            told = await self._desk.explain.invoice(await self._desk.lookup.find_id(command.ref))
        await self._desk.answer(arrival, why(told))

    async def log(self, arrival: Arrival, command: Log) -> None:
        """``/invoice log 1042``."""
        await self._role(arrival)
        async with self._desk.patience(arrival):
            held = await self._desk.logs.of(await self._desk.lookup.find_id(command.ref))
        await self._desk.answer(arrival, invoice_log(held))

    async def card(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A button that opens an invoice's card; its value is the invoice's id."""
        await self._open(arrival, str(action.get("value", "")))

    async def pick(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A menu of invoices."""
        _kind, invoice_id = read_pick(_chosen(action))
        await self._open(arrival, invoice_id)

    async def _open(self, arrival: Arrival, invoice_id: str) -> None:
        role = await self._role(arrival)
        async with self._desk.patience(arrival):
            card = await self._desk.lookup.card_of(invoice_id)
        await self._desk.answer_card(arrival, card, role)

    async def share(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """“Share here”: the card as everybody may see it, where customers' debts may be shown."""
        await self._role(arrival)
        if not arrival.channel_id:
            raise NotAllowed("I can't tell which conversation this is. Ask for the card there again.")
        channel = await self._desk.places.require_shareable(arrival.channel_id)
        if not channel.direct and not channel.member and not arrival.response_url:
            raise NotAllowed("Invite me into this channel first: /invite @Duebot.")
        invoice = await self._desk.lookup.invoice(str(action.get("value", "")))
        shown = invoice_card(await self._desk.lookup.card(invoice), None)
        slot = f"{arrival.channel_id}:{arrival.message_ts}:{invoice.id}"
        if not await self._claim_share(slot, arrival.user_id):
            raise Busy("That card is already shared here.")
        try:
            await self._desk.slack.respond(arrival.response_url, shown.text, shown.blocks, in_channel=True)
        except (SlackRefused, SlackLimited, SlackNotSent):
            await self._desk.context.lane.write(lambda tx: claims.release(tx, _SHARE, slot))
            raise

    async def _claim_share(self, slot: str, user_id: str) -> bool:
        """Whether this click is the first on this card's button: a second one must not post it again."""
        now = self._desk.context.now()
        return await self._desk.context.lane.write(
            lambda tx: claims.take(tx, _SHARE, slot, user_id, now, _SHARED_FOR)
        )

    # ---- searches ------------------------------------------------------------------------------------------

    async def find(self, arrival: Arrival, command: Find) -> None:
        """``/invoice find acme overdue``; the search is kept so that its pages can be turned."""
        role = await self._role(arrival)
        search = {
            "words": command.words,
            "status": command.status,
            "from": command.date_from_text,
            "to": command.date_to_text,
            "customer": command.customer_id,
        }
        visit = self._desk.new_visit(arrival, "search", search)
        found = await self._desk.lookup.search(command, 1, visit.id)
        await self._desk.keep(visit)
        await self._desk.answer(arrival, search_results(found, role))

    async def find_page(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """Another page of the same search, in place of the one shown."""
        role = await self._role(arrival)
        search_id, page = read_page(str(action.get("value", "")))
        kept = await self._kept(arrival, search_id, "search")
        command = Find(
            str(kept["words"]),
            kept["status"],
            str(kept["from"]),
            str(kept["to"]),
            str(kept.get("customer", "")),
        )
        found = await self._desk.lookup.search(command, page, search_id)
        await self._desk.answer(arrival, search_results(found, role), replace=True)

    async def _kept(self, arrival: Arrival, search_id: str, surface: str) -> dict[str, Any]:
        """What this very person looked for: an id alone doesn't open what somebody else, or a form, left."""
        visit = await self._desk.context.lane.read(lambda tx: visits.get(tx, search_id))
        if visit is None or (visit.user_id, visit.surface) != (arrival.user_id, surface):
            raise Tampered("That search is no longer known. Search again.")
        return visit.data

    # ---- overdue -------------------------------------------------------------------------------------------

    async def board(self, arrival: Arrival, command: Board) -> None:
        """``/overdue``, ``/overdue mine``, ``/overdue 60+``."""
        role = await self._role(arrival)
        visit = self._desk.new_visit(arrival, "board", {"scope": command.scope, "over": command.over_days})
        await self._desk.keep(visit)
        await self._desk.answer(arrival, await self._board(arrival, visit.data, 1, visit.id, role))

    async def board_button(self, arrival: Arrival, _action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A button that opens the whole board."""
        await self.board(arrival, Board())

    async def board_page(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """Another page of the board, in place of the one shown."""
        role = await self._role(arrival)
        search_id, page = read_page(str(action.get("value", "")))
        kept = await self._kept(arrival, search_id, "board")
        shown = await self._board(arrival, kept, page, search_id, role)
        await self._desk.answer(arrival, shown, replace=True)

    async def board_only(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The menu that says which customers are shown; kept with the search, so that paging keeps it."""
        role = await self._role(arrival)
        search_id, only = read_only(_chosen(action))
        kept = {**await self._kept(arrival, search_id, "board"), "only": only.value}
        await self._desk.context.lane.write(lambda tx: visits.update_data(tx, search_id, kept))
        shown = await self._board(arrival, kept, 1, search_id, role)
        await self._desk.answer(arrival, shown, replace=True)

    async def _board(
        self, arrival: Arrival, kept: dict[str, Any], page: int, search_id: str, role: Role
    ) -> Message:
        held = await self._desk.overdue.board(
            scope=kept["scope"],
            user_id=arrival.user_id,
            over_days=int(kept["over"]),
            page=page,
            search_id=search_id,
            only=Only(kept.get("only", Only.EVERYBODY)),
        )
        return board(held, role)

    async def customer(self, arrival: Arrival, command: Customer) -> None:
        """``/overdue acme``; a word that no customer has may be a subcommand with a slip."""
        role = await self._role(arrival)
        try:
            customer = await self._desk.lookup.customer(command.words)
        except NotFound:
            if not command.suggestion:
                raise
            meant = did_you_mean(f"/overdue {command.words}", f"/overdue {command.suggestion}")
            await self._desk.say(arrival, meant)
            return
        await self._desk.answer(arrival, customer_card(await self._desk.customers.card(customer), role))

    async def customer_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A button or menu that opens a customer's card."""
        role = await self._role(arrival)
        _kind, customer_id = read_pick(_chosen(action))
        card = await self._desk.customers.card_of(customer_id)
        await self._desk.answer(arrival, customer_card(card, role))


def _chosen(action: dict[str, Any]) -> str:
    """The value of a button, or of the option chosen in a menu."""
    option: dict[str, Any] = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value", ""))
