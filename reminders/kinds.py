"""What an outbox item can be: how each kind is checked again, drawn and accounted for at the moment of posting."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import NotAllowed
from bot.store import operations, outbox, visits
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.store.outbox import Item
from bot.store.visits import Visit
from bot.use_cases.authority import OPERATOR
from bot.use_cases.context import Context
from bot.use_cases.lookup import Lookup
from bot.use_cases.outcomes import Outcomes
from bot.views.blocks import Message, context, escape, message, section
from bot.views.outcome import outcome_message
from reminders.where import Place, Where

FAILURE = "failure"
NOBODY = "Whoever did it works at a terminal and has seen the result there."
_FORGOTTEN = "There is no record of that operation any more."


@dataclass(frozen=True, slots=True)
class Ready:
    """It is still true and may be posted there, or take the place of the message ``replaces`` (its ts)."""

    place: Place
    message: Message
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """It is no longer true or wanted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It can't be decided now."""

    at: datetime
    reason: str


Step = Ready | Drop | Later


class Kind(ABC):
    """One kind of message."""

    @abstractmethod
    def title(self, item: Item) -> str:
        """What it is, as the beginning of a sentence: "The digest of Fri, Feb 20, 2026"."""

    @abstractmethod
    async def prepare(self, item: Item) -> Step:
        """Checks again and draws. Raises ``NotAllowed`` when it may not stand there, and ``SlackError``."""

    @abstractmethod
    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Every place where an earlier try may have posted it. Raises ``SlackError``."""

    async def instead(self, item: Item, why: str) -> Ready | None:
        """Another place for it when Slack refuses the first, or ``None``."""
        return None

    def sent(self, tx: Tx, item: Item, at: datetime) -> None:  # noqa: B027 - most kinds keep nothing
        """It stands in Slack: what the ledgers keep of that, in the same transaction."""

    def ended(  # noqa: B027 - most kinds keep nothing
        self, tx: Tx, item: Item, state: str, reason: str, at: datetime
    ) -> None:
        """It was dropped or failed (``state``): what the ledgers keep of that, in the same transaction."""


class OutcomeItems:
    """What an outbox item about a write tells: its operation as it is now, drawn."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        self._context = context
        self._outcomes = Outcomes(context, lookup)

    async def operation(self, item: Item) -> Operation | None:
        """The operation that the item tells of."""
        return await self._context.lane.read(lambda tx: operations.get(tx, item.payload["operation"]))

    async def message(self, operation: Operation) -> Message:
        """How it ended, drawn."""
        return outcome_message(await self._outcomes.of(operation))


class OperationTold(Kind):
    """A message to the person whose write ended late, or of which nobody knows how it ended.

    What the clock did for a customer without an owner is told in a channel.
    """

    def __init__(self, where: Where, outcomes: OutcomeItems) -> None:
        self._where = where
        self._outcomes = outcomes

    def title(self, item: Item) -> str:
        """A message about a write."""
        return "The message that tells a person how their change ended"

    async def prepare(self, item: Item) -> Step:
        """To whom it concerns, with the state of the operation as it is now."""
        if is_nobody(item.target):
            return Drop(NOBODY)
        operation = await self._outcomes.operation(item)
        if operation is None:
            return Drop(_FORGOTTEN)
        place = await self._where.of(item.target)
        return Ready(place, await self._outcomes.message(operation))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """The person's conversation with the bot, or the channel."""
        return (await self._where.of(item.target),)


class Stood:
    """Where a person stood when they did what an item tells of, and their own conversation."""

    def __init__(self, context: Context, where: Where) -> None:
        self._context = context
        self._where = where

    async def place(self, item: Item) -> tuple[Place | None, str]:
        """Where they stood; or ``None``, and why it may not stand there, if they stood in a channel."""
        visit = await self._visit(item)
        if visit is None or not visit.channel_id:
            return None, ""
        try:
            return await self._where.channel(visit.channel_id, visit.thread_ts), ""
        except NotAllowed as error:
            return None, str(error)

    async def directly(self, person: str, drawn: Message, why: str) -> Ready:
        """For themselves, with why it isn't where they stood."""
        place = await self._where.direct(person)
        if not why:
            return Ready(place, drawn)
        note = context(f"This is not posted where you were: {escape(why)}")
        return Ready(place, Message(drawn.text, [*drawn.blocks, note]))

    async def standing(self, item: Item, person: str) -> tuple[Place, ...]:
        """Every place where an earlier try may have posted it. Nobody at a terminal is told anything in Slack."""
        visit = await self._visit(item)
        places = [Place(visit.channel_id, visit.thread_ts)] if visit is not None and visit.channel_id else []
        if not is_nobody(person):
            places.append(await self._where.direct(person))
        return tuple(places)

    async def _visit(self, item: Item) -> Visit | None:
        return await self._context.lane.read(lambda tx: visits.get(tx, item.payload.get("visit", "")))


def is_nobody(actor_id: str) -> bool:
    """Whether it was done at a terminal: there is nobody in Slack to be told."""
    return not actor_id or actor_id.startswith(OPERATOR)


class OperationShared(Kind):
    """What somebody did, where they did it; in their own conversation when it can't be shown there."""

    def __init__(self, context: Context, where: Where, outcomes: OutcomeItems) -> None:
        self._context = context
        self._stood = Stood(context, where)
        self._outcomes = outcomes

    def title(self, item: Item) -> str:
        """A message about a write."""
        return "The message about a change to an invoice"

    async def prepare(self, item: Item) -> Step:
        """Where the person stood, else to them directly with the reason."""
        operation = await self._outcomes.operation(item)
        if operation is None:
            return Drop(_FORGOTTEN)
        if is_nobody(operation.actor_id):
            return Drop(NOBODY)
        place, why = await self._stood.place(item)
        if place is not None:
            return Ready(place, await self._outcomes.message(operation))
        return await self._directly(operation, why)

    async def instead(self, item: Item, why: str) -> Ready | None:
        """The person's own conversation, with why it isn't where they stood."""
        operation = await self._outcomes.operation(item)
        found = await self._directly(operation, why) if operation else None
        return found if isinstance(found, Ready) else None

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Where the person stood, and their own conversation."""
        operation = await self._outcomes.operation(item)
        return await self._stood.standing(item, operation.actor_id if operation else "")

    async def _directly(self, operation: Operation, why: str) -> Ready | Drop:
        if await self._told_anyway(operation):
            return Drop("The same is told to the person in their direct messages.")
        return await self._stood.directly(operation.actor_id, await self._outcomes.message(operation), why)

    async def _told_anyway(self, operation: Operation) -> bool:
        """Whether a direct message about this very end is in the outbox as well."""
        key = f"operation:{operation.key}:{operation.state}:told:{operation.attempt}"
        return await self._context.lane.read(lambda tx: outbox.by_key(tx, key)) is not None


class FailureNotice(Kind):
    """One sentence in the failures channel about a message that could not be posted. It names no customer."""

    def title(self, item: Item) -> str:
        """A message about a failure."""
        return "The notice about a message that could not be posted"

    async def prepare(self, item: Item) -> Step:
        """The sentence as it was written down."""
        said = f"{item.payload.get('mark', ':warning:')} {escape(item.payload['sentence'])}"
        return Ready(Place(item.target), message(said, [section(said)]))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """The failures channel."""
        return (Place(item.target),)
