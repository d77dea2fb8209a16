"""What the handlers work with: the use cases, and the ways to answer a person."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.domain.errors import DuebotError, NoRole, SlackError, SlackLost, SlackRefused, Tampered
from bot.domain.facts import InvoiceCard
from bot.domain.refusals import Refusal, Refusals
from bot.domain.roles import Person, Role
from bot.slack.client import Slack
from bot.store import visits
from bot.store.visits import Visit
from bot.use_cases.approvals import Approvals
from bot.use_cases.assigning import Assigning
from bot.use_cases.authority import Authority
from bot.use_cases.automatics import Automatics
from bot.use_cases.by_hand import ByHand
from bot.use_cases.calls import Calls
from bot.use_cases.catalogue import Catalogue
from bot.use_cases.context import Context
from bot.use_cases.customer_holds import CustomerHolds
from bot.use_cases.customers import Customers
from bot.use_cases.explain import Explain
from bot.use_cases.holds import Holds
from bot.use_cases.invoice_log import InvoiceLogs
from bot.use_cases.invoices import Invoices
from bot.use_cases.journal import Journal
from bot.use_cases.late_fees import LateFees
from bot.use_cases.lookup import Lookup
from bot.use_cases.outcomes import Outcomes
from bot.use_cases.overdue import Overdue
from bot.use_cases.pay_several import PaySeveral
from bot.use_cases.places import Places
from bot.use_cases.proposals import Proposals
from bot.use_cases.tasks import Tasks
from bot.views.blocks import Message
from bot.views.cards import invoice_card
from bot.views.errors import error_message
from bot.views.tables import without_new_blocks

log = structlog.get_logger()

_ELSEWHERE = "Your answer is in your direct messages with me: "
#: People are answered within a second; what takes longer says so.
_PATIENCE_SECONDS = 1.0
_PATIENCE = (
    ":hourglass_flowing_sand: This takes a moment. I'm still reading from Syncro; the answer comes here."
)
_REFUSED_BLOCKS = {"invalid_blocks", "invalid_arguments"}


class _Kept(dict[str, Any]):
    """What is kept with a visit. A form that looks for what isn't there was sent with another one's id."""

    def __missing__(self, key: str) -> Any:
        raise Tampered("I no longer know what this belongs to. Close it and start again.")


@dataclass(frozen=True)
class Desk:
    """The use cases and the Slack edge, as every handler needs them. ``syncro_host`` is whose links are ours."""

    context: Context
    authority: Authority
    places: Places
    lookup: Lookup
    catalogue: Catalogue
    invoices: Invoices
    several: PaySeveral
    holds: Holds
    automatics: Automatics
    proposals: Proposals
    fees: LateFees
    approvals: Approvals
    tasks: Tasks
    by_hand: ByHand
    customers: Customers
    customer_holds: CustomerHolds
    calls: Calls
    assigning: Assigning
    journal: Journal
    overdue: Overdue
    explain: Explain
    logs: InvoiceLogs
    outcomes: Outcomes
    slack: Slack
    syncro_host: str
    refusals: Refusals

    # ---- where a person stands -----------------------------------------------------------------------------

    async def keep(self, visit: Visit) -> Visit:
        """Stores a visit, so that a button or a view need only carry its id."""
        await self.context.lane.write(lambda tx: visits.save(tx, visit))
        return visit

    def new_visit(self, arrival: "Arrival", surface: str, data: dict[str, Any] | None = None) -> Visit:
        """A visit under a fresh random id."""
        return Visit(
            id=secrets.token_urlsafe(12),
            user_id=arrival.user_id,
            user_name=arrival.user_name,
            team_id=arrival.team_id,
            channel_id=arrival.channel_id,
            response_url=arrival.response_url,
            message_ts=arrival.message_ts,
            thread_ts=arrival.thread_ts,
            surface=surface,
            data=data or {},
            created_at=self.context.now(),
        )

    async def visit(self, visit_id: str, user_id: str, surface: str = "view") -> Visit:
        """A kept visit of this very person to a form, or another ``surface``.

        Raises ``Tampered`` for another's, one of another surface, or one that isn't kept.
        """
        found = await self.context.lane.read(lambda tx: visits.get(tx, visit_id))
        if found is None or (found.user_id, found.surface) != (user_id, surface):
            raise Tampered("I no longer know what this belongs to. Close it and start again.")
        return replace(found, data=_Kept(found.data))

    async def remember(self, visit: Visit, data: dict[str, Any]) -> Visit:
        """Replaces what is kept with a visit."""
        await self.context.lane.write(lambda tx: visits.update_data(tx, visit.id, data))
        found = await self.context.lane.read(lambda tx: visits.get(tx, visit.id))
        return found or visit

    @asynccontextmanager
    async def patience(self, arrival: "Arrival") -> AsyncIterator[None]:
        """Says that it takes longer, if what is done inside takes longer than a second."""
        note = asyncio.create_task(self._say_later(arrival))
        try:
            yield
        finally:
            note.cancel()

    async def _say_later(self, arrival: "Arrival") -> None:
        await asyncio.sleep(_PATIENCE_SECONDS)
        try:
            await self.say(arrival, Message(_PATIENCE, []))
        except SlackError as error:
            log.info("not_said", **loggable(error))

    def count(self, error: DuebotError) -> None:
        """Counts an error that turned a request away for who sent it, or for what no view of ours sends."""
        if isinstance(error, NoRole):
            self.refusals.count(Refusal.NO_ROLE)
        elif isinstance(error, Tampered):
            self.refusals.count(Refusal.TAMPERED)

    # ---- answering -----------------------------------------------------------------------------------------

    async def answer(self, arrival: "Arrival", message: Message, replace: bool = False) -> None:
        """A private answer where the person stands; in their direct messages where others could read along."""
        barred = await self.places.barred(arrival.channel_id)
        if barred:
            await self.tell_directly(arrival.user_id, message)
            await self._respond(arrival, Message(_ELSEWHERE + barred, []), False)
            return
        if not await self._respond(arrival, message, replace):
            await self.tell_directly(arrival.user_id, message)

    async def answer_card(self, arrival: "Arrival", card: InvoiceCard, role: Role) -> None:
        """An invoice's card as a private answer; it offers sharing only where that can be done."""
        shown = replace(card, shareable=arrival.shareable)
        await self.answer(arrival, invoice_card(shown, role))

    async def say(self, arrival: "Arrival", message: Message) -> None:
        """A private sentence without customer data: it may stand anywhere."""
        if not await self._respond(arrival, message, False):
            await self.tell_directly(arrival.user_id, message)

    async def _respond(self, arrival: "Arrival", message: Message, replace: bool) -> bool:
        """Whether the answer stands, or may stand, where the person is: then it is not given a second time."""
        if not arrival.response_url:
            return False
        try:
            await self._respond_once(arrival, message, replace)
        except SlackLost:
            log.warning("answer_unsure")
        except SlackError:
            return False
        return True

    async def _respond_once(self, arrival: "Arrival", message: Message, replace: bool) -> None:
        url = arrival.response_url
        try:
            await self.slack.respond(url, message.text, message.blocks, replace_original=replace)
        except SlackRefused as error:
            if error.code not in _REFUSED_BLOCKS or not message.blocks:
                raise
            plain = without_new_blocks(message.blocks)
            await self.slack.respond(url, message.text, plain, replace_original=replace)

    async def tell_directly(self, user_id: str, message: Message) -> None:
        """A message in the person's conversation with the bot."""
        channel = await self.slack.direct_channel(user_id)
        try:
            await self.slack.post(channel, message.text, message.blocks, secrets.token_hex(8))
        except SlackRefused as error:
            if error.code not in _REFUSED_BLOCKS:
                raise
            await self.slack.post(
                channel, message.text, without_new_blocks(message.blocks), secrets.token_hex(8)
            )

    async def answer_error(self, arrival: "Arrival", error: DuebotError) -> None:
        """An expected error, as a sentence where the person stands. Never raises."""
        try:
            if isinstance(error, NoRole):
                await self.say(arrival, error_message(error))
            else:
                await self.answer(arrival, error_message(error))
        except SlackError as problem:
            log.warning("answer_lost", **loggable(problem))


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came, where from, and how to answer: the common part of every Slack request."""

    user_id: str
    user_name: str
    team_id: str
    channel_id: str = ""
    response_url: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    trigger_id: str = ""

    @property
    def shareable(self) -> bool:
        """Whether a card can be shared there: not in App Home nor a direct message (Slack's ids with D).

        Nobody else reads those with the bot, and into those between people the bot can't look.
        """
        return self.channel_id[:1] not in ("", "D")

    @property
    def person(self) -> Person:
        """Who acts, with the name that Slack sent."""
        return Person(self.user_id, self.user_name or self.user_id)


def loggable(error: Exception) -> dict[str, str]:
    """What a log line may hold of an error: its kind, and Slack's name for it. Sentences can name customers."""
    code = error.code if isinstance(error, SlackRefused) else ""
    return {"error": type(error).__name__, "code": code}


def arrival_of(body: dict[str, Any]) -> Arrival:
    """The arrival of a command, interaction or shortcut payload. Foreign input: every field may be absent."""
    if "command" in body:
        return Arrival(
            user_id=str(body.get("user_id", "")),
            user_name=str(body.get("user_name", "")),
            team_id=str(body.get("team_id", "")),
            channel_id=str(body.get("channel_id", "")),
            response_url=str(body.get("response_url", "")),
            trigger_id=str(body.get("trigger_id", "")),
        )
    user, channel = body.get("user") or {}, body.get("channel") or {}
    container, message = body.get("container") or {}, body.get("message") or {}
    return Arrival(
        user_id=str(user.get("id", "")),
        user_name=str(user.get("name") or user.get("username") or ""),
        team_id=str((body.get("team") or {}).get("id") or user.get("team_id") or ""),
        channel_id=str(channel.get("id") or container.get("channel_id") or ""),
        response_url=str(body.get("response_url") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        thread_ts=str(message.get("thread_ts") or ""),
        trigger_id=str(body.get("trigger_id", "")),
    )


def arrival_of_visit(visit: Visit) -> Arrival:
    """Where a kept visit came from."""
    return Arrival(
        user_id=visit.user_id,
        user_name=visit.user_name,
        team_id=visit.team_id,
        channel_id=visit.channel_id,
        response_url=visit.response_url,
        message_ts=visit.message_ts,
        thread_ts=visit.thread_ts,
    )
