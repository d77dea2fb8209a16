"""Contacts that wait for a person: looking at them, approving, skipping, and changing their text.

Who may is asked at the moment of acting. The requester of a proposal is the system, or who reminds by hand; whoever
has changed a text may not approve it. Every decision is audited in its own transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.domain.approval import Vote, principal_of, rules_of
from bot.domain.contact_facts import ContactCard, Review
from bot.domain.errors import BadInput, DuebotError, NotAllowed, Tampered
from bot.domain.letters import MOST_MESSAGE, MOST_SUBJECT
from bot.domain.roles import Action, Person
from bot.store import contacts, outbox, visits, votes, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.authority import Authority
from bot.use_cases.contact_cards import card_of, review_of
from bot.use_cases.contact_log import log
from bot.use_cases.context import Context
from bot.use_cases.redraw import REVIEW, ask_redraw

MOST_REASON = 300
#: Slack takes 50 blocks in a message.
MOST_SHOWN = 12
_GONE = "This proposal has been decided, or has changed and is proposed anew. Look at `/overdue proposals`."
_OTHER_TEXT = "Its text or list has changed since you saw it. Open it again before you approve it."
_OWN_TEXT = "You changed its text, so another approver must approve it."
_OWN_REQUEST = "You asked for this reminder yourself, so another approver must approve it."
_NOTED = "Your approval is noted; it needs {number} more."
_ONE_BY_ONE = "Its text was changed by a person, so it is approved by itself."


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of approving several: the approved, and a sentence for each of the others."""

    approved: tuple[ContactCard, ...]
    refused: tuple[str, ...]


class Proposals:
    """Proposals of the ladder, for approvers."""

    def __init__(self, context: Context, authority: Authority) -> None:
        self._context = context
        self._authority = authority

    async def waiting(self, review_id: str) -> tuple[Review, tuple[ContactCard, ...]]:
        """The first that wait for a person, as a list under ``review_id``, and all of them."""

        def read(tx: Tx) -> tuple[Review, tuple[ContactCard, ...]]:
            found = [one for one in waiting.waiting(tx) if one.awaits]
            shown = [one.id for one in found[:MOST_SHOWN]]
            review = review_of(tx, self._context, review_id, shown, self._context.today())
            return review, tuple(card_of(tx, self._context, one) for one in found)

        return await self._context.lane.read(read)

    async def review(self, review_id: str, ids: Sequence[str]) -> Review:
        """A list that was shown before, as it is now."""
        today = self._context.today()
        return await self._context.lane.read(lambda tx: review_of(tx, self._context, review_id, ids, today))

    async def listed(self, review_id: str) -> tuple[str, ...]:
        """The contacts of a list: a message in a channel, or a private answer. Raises ``Tampered``."""

        def read(tx: Tx) -> Sequence[str] | None:
            item = outbox.get(tx, review_id)
            if item is not None and item.kind == REVIEW:
                return list(item.payload["contacts"])
            visit = visits.get(tx, review_id)
            return list(visit.data["contacts"]) if visit and visit.surface == "proposals" else None

        found = await self._context.lane.read(read)
        if found is None:
            raise Tampered("That list is no longer known. Look at `/overdue proposals`.")
        return tuple(found)

    async def card(self, contact_id: str) -> ContactCard:
        """One contact. Raises ``NotAllowed`` when there is none."""

        def read(tx: Tx) -> ContactCard:
            return card_of(tx, self._context, _known(tx, contact_id))

        return await self._context.lane.read(read)

    async def approve(self, actor: Person, contact_id: str, version: str = "") -> ContactCard:
        """Lets one out. ``version`` is what the person saw. Raises ``NotAllowed``."""
        rights = await self._rights(actor)
        approved = await self._context.lane.write(partial(self._approve, contact_id, version, actor, rights))
        self._context.wake_outbox()
        return approved

    async def approve_all(self, actor: Person, ids: Sequence[str]) -> Decided:
        """Lets out what of these still waits; texts that a person has changed are left for one by one."""
        rights = await self._rights(actor)

        def write(tx: Tx) -> Decided:
            approved: list[ContactCard] = []
            refused: list[str] = []
            for contact_id in ids:
                contact = contacts.get(tx, contact_id)
                if contact is None or not contact.awaits:
                    continue
                card = card_of(tx, self._context, contact)
                try:
                    if contact.edited_by:
                        raise NotAllowed(_ONE_BY_ONE)
                    done = self._approve(contact_id, "", actor, rights, tx)
                    if done.awaits:
                        raise NotAllowed(_NOTED.format(number=done.needed - len(done.voted)))
                    approved.append(done)
                except DuebotError as error:
                    refused.append(f"{card.customer_name}, “{card.level}”: {error}")
            return Decided(tuple(approved), tuple(refused))

        decided = await self._context.lane.write(write)
        self._context.wake_outbox()
        return decided

    async def _rights(self, actor: Person) -> frozenset[str]:
        """In whose right they decide. Raises ``NoRole``."""
        return await self._authority.require_decider(actor.id, rules_of(self._context.policy))

    def _approve(
        self, contact_id: str, version: str, actor: Person, rights: frozenset[str], tx: Tx
    ) -> ContactCard:
        contact = _awaiting(tx, contact_id)
        if actor.id in contact.editors:
            raise NotAllowed(_OWN_TEXT)
        if contact.actor_id == actor.id:
            raise NotAllowed(_OWN_REQUEST)
        card, now = card_of(tx, self._context, contact), self._context.now()
        if version and card.version != version:
            raise NotAllowed(_OTHER_TEXT)
        given = votes.of(tx, contact_id, card.version)
        principal = principal_of(actor.id, rights, contact.editors | {contact.actor_id}, given)
        votes.add(tx, contact_id, Vote(actor.id, actor.name, principal, "", now), card.version)
        enough = len(given) + 1 >= card.needed
        if enough and not waiting.approve(tx, contact_id, by=actor.id, name=actor.name, now=now):
            raise NotAllowed(_GONE)
        after = {
            "subject": contact.subject,
            "total": contact.total,
            "votes": len(given) + 1,
            "of": card.needed,
        }
        self._audit(tx, contact, actor, "approved", {**after, "for": principal})
        ask_redraw(tx, [contact_id], now)
        return card_of(tx, self._context, _known(tx, contact_id))

    async def skip(self, actor: Person, contact_id: str, reason: str) -> ContactCard:
        """Leaves one out for this time, with a reason. Raises ``BadInput`` and ``NotAllowed``."""
        await self._rights(actor)
        said = reason.strip()
        if not said:
            raise BadInput("Say why it is left out.", "reason")
        if len(said) > MOST_REASON:
            raise BadInput(f"That is {len(said)} characters; at most {MOST_REASON} fit here.", "reason")

        def write(tx: Tx) -> ContactCard:
            contact, now = _known(tx, contact_id), self._context.now()
            if contact.decision == "skipped" and (contact.decided_by, contact.reason) == (actor.id, said):
                return card_of(tx, self._context, contact)
            if not waiting.skip(tx, contact_id, by=actor.id, name=actor.name, reason=said, now=now):
                raise NotAllowed(_GONE)
            self._audit(tx, contact, actor, "skipped", {"reason": said})
            ask_redraw(tx, [contact_id], now)
            return card_of(tx, self._context, _known(tx, contact_id))

        skipped = await self._context.lane.write(write)
        self._context.wake_outbox()
        return skipped

    async def edit(self, actor: Person, contact_id: str, subject: str, message: str) -> ContactCard:
        """Another text for one that waits; who changes it may not approve it. Raises ``BadInput``, ``NotAllowed``."""
        await self._authority.require(actor.id, Action.REMIND)
        said, text = " ".join(subject.split()), message.strip()
        wrong = _wrong(said, text)
        if wrong:
            raise BadInput(next(iter(wrong.values())), fields=wrong)

        def write(tx: Tx) -> ContactCard:
            contact = _awaiting(tx, contact_id)
            if (contact.subject, contact.message) != (said, text):
                waiting.edit(tx, contact_id, subject=said, message=text, by=actor.id)
                after = {"subject": said, "message": text}
                self._audit(tx, contact, actor, "edited", after)
                ask_redraw(tx, [contact_id], self._context.now())
            return card_of(tx, self._context, _known(tx, contact_id))

        edited = await self._context.lane.write(write)
        self._context.wake_outbox()
        return edited

    def _audit(self, tx: Tx, contact: Contact, actor: Person, done: str, after: Mapping[str, object]) -> None:
        before = {"subject": contact.subject, "message": contact.message}
        log(tx, self._context, contact, actor, done, after, before)


def _wrong(subject: str, message: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not subject:
        found["subject"] = "Enter a subject."
    if len(subject) > MOST_SUBJECT:
        found["subject"] = f"At most {MOST_SUBJECT} characters."
    if not message:
        found["message"] = "Enter a text."
    if len(message) > MOST_MESSAGE:
        found["message"] = f"At most {MOST_MESSAGE:,} characters."
    return found


def _known(tx: Tx, contact_id: str) -> Contact:
    found = contacts.get(tx, contact_id)
    if found is None:
        raise NotAllowed(_GONE)
    return found


def _awaiting(tx: Tx, contact_id: str) -> Contact:
    found = contacts.get(tx, contact_id)
    if found is None or not found.awaits:
        raise NotAllowed(_GONE)
    return found
