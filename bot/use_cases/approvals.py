"""Deciding what others ask: approving, rejecting, withdrawing, and what time ends by itself.

Who may is asked at the moment of acting, by the rules that the request began with. The invoice is read live before a
yes counts: what has changed in what matters ends the request, with what changed. Every decision is one transaction
with its audit entry and messages.
"""

import structlog

from bot.domain.approval import State, Vote, principal_of
from bot.domain.approval_card import ApprovalCard
from bot.domain.dates import say_date
from bot.domain.errors import BadInput, Changed, DuebotError, NotAllowed, Tampered
from bot.domain.roles import Action, Person
from bot.store import approvals
from bot.store.approvals import Approval
from bot.store.lane import Tx
from bot.use_cases.approval_log import (
    card_of,
    has_voted,
    log_request,
    nudge,
    put_copy,
    tell_requester,
    why_not,
)
from bot.use_cases.approved import NOT_READ, Approved
from bot.use_cases.audit_place import NOWHERE, Place
from bot.use_cases.authority import DUEBOT, Authority
from bot.use_cases.context import Context

MOST_COMMENT = 500
_GONE = "I have no record of that request any more."
_WORDS = {
    State.APPROVED: "was approved{by} already",
    State.DONE: "was approved{by} already, and is done",
    State.FAILED: "was approved{by} already, but could not be carried out",
    State.REJECTED: "was rejected{by} already",
    State.WITHDRAWN: "was withdrawn{by}",
    State.EXPIRED: "has expired; whoever asked for it can ask again",
    State.STALE: "is void, since what it was about has changed",
}

logger = structlog.get_logger()


class Approvals:
    """Requests, for those who decide them and those who made them."""

    def __init__(self, context: Context, authority: Authority, approved: Approved) -> None:
        self._context = context
        self._authority = authority
        self._approved = approved

    async def card(self, id: str) -> ApprovalCard:
        """A request as it is now. Raises ``Tampered`` when there is none."""
        return card_of(self._context, await self._get(id))

    async def of_form(self, key: str) -> ApprovalCard | None:
        """The request that a form has made, if it has made one."""
        held = await self._context.lane.read(lambda tx: approvals.by_key(tx, key))
        return card_of(self._context, held) if held else None

    async def waiting_for(self, user_id: str) -> tuple[ApprovalCard, ...]:
        """The requests that this person could decide, oldest first. Nobody is asked afresh for that."""
        found = await self._context.lane.read(lambda tx: approvals.of_state(tx, State.WAITING))
        mine = [one for one in found if user_id in one.told and not has_voted(one, user_id)]
        return tuple(card_of(self._context, one) for one in mine)

    async def show(self, user_id: str, id: str, again: str) -> ApprovalCard:
        """Puts one more copy of a waiting request into their direct messages; ``again`` tells it from others."""
        await self._authority.require(user_id, Action.LOOK_UP)
        held = await self._get(id)
        if held.state is State.WAITING:
            await self._context.lane.write(lambda tx: put_copy(tx, self._context, held, user_id, again))
            self._context.wake_outbox()
        return card_of(self._context, held)

    # ---- deciding ------------------------------------------------------------------------------------------

    async def approve(
        self, actor: Person, id: str, comment: str = "", place: Place = NOWHERE
    ) -> ApprovalCard:
        """One person's yes; with enough of them what was asked is done, and the card says how that ended.

        ``place`` is where the person stands. Raises ``NotAllowed`` when they may not or it is decided, ``Changed``
        when the request has just become void.
        """
        said = _comment(comment)
        held = await self._get(id)
        principals = await self._authority.require_decider(actor.id, held.rules)
        _require_waiting(held)
        principal_of(actor.id, principals, {held.requester_id}, held.votes)
        await self._require_unchanged(held)

        def write(tx: Tx) -> Approval:
            now, current = self._context.now(), _known(tx, id)
            _require_waiting(current)
            if now >= current.expires_at:
                raise NotAllowed("It has expired. Whoever asked for it can ask again.")
            principal = principal_of(actor.id, principals, {current.requester_id}, current.votes)
            approvals.vote(tx, id, Vote(actor.id, actor.name, principal, said, now))
            votes = len(current.votes) + 1
            if votes >= current.rules.number:
                approvals.decide(
                    tx, id, State.APPROVED, by=actor.id, name=actor.name, now=now, comment=said, sentence=""
                )
            after = {"votes": votes, "of": current.rules.number, "for": principal, "comment": said}
            log_request(tx, self._context, current, actor, "approved", after, place)
            return _known(tx, id)

        voted = await self._context.lane.write(write)
        self._context.wake_outbox()
        if voted.state is State.APPROVED:
            await self._approved.carry_out(id)
        return await self.card(id)

    async def reject(self, actor: Person, id: str, comment: str, place: Place = NOWHERE) -> ApprovalCard:
        """One person's no, with why, ends it. Raises ``BadInput`` and ``NotAllowed``."""
        said = _comment(comment)
        if not said:
            raise BadInput("Say why; whoever asked for it is told.", "reason")
        held = await self._get(id)
        principals = await self._authority.require_decider(actor.id, held.rules)
        principal_of(actor.id, principals, {held.requester_id})
        return await self._end(held, State.REJECTED, actor, said, place)

    async def withdraw(self, actor: Person, id: str, place: Place = NOWHERE) -> ApprovalCard:
        """Who asked for it takes it back. Raises ``NotAllowed``."""
        await self._authority.require(actor.id, Action.LOOK_UP)
        held = await self._get(id)
        if held.requester_id != actor.id:
            raise NotAllowed(f"Only {held.requester_name}, who asked for this, can withdraw it.")
        return await self._end(held, State.WITHDRAWN, actor, "", place)

    async def _end(
        self,
        held: Approval,
        state: State,
        actor: Person,
        comment: str,
        place: Place = NOWHERE,
        sentence: str = "",
    ) -> ApprovalCard:
        """Ends a waiting request. Raises ``NotAllowed`` when it has ended already."""

        def write(tx: Tx) -> Approval:
            now, current = self._context.now(), _known(tx, held.id)
            _require_waiting(current)
            approvals.decide(
                tx, held.id, state, by=actor.id, name=actor.name, now=now, comment=comment, sentence=sentence
            )
            after = {name: text for name, text in (("comment", comment), ("sentence", sentence)) if text}
            log_request(tx, self._context, current, actor, state.value, after, place)
            tell_requester(tx, self._context, current, state.value)
            return _known(tx, held.id)

        ended = await self._context.lane.write(write)
        self._context.wake_outbox()
        return card_of(self._context, ended)

    async def _require_unchanged(self, held: Approval) -> None:
        """Every check but the approval itself. What fails for good ends the request, and is raised."""
        try:
            await self._approved.judge(held)
        except NOT_READ as error:
            # It is checked again before anything is done; until then the word is kept.
            logger.info("approval_not_checked", error=type(error).__name__)
        except DuebotError as error:
            sentence = why_not(held, error)
            await self._end(held, State.STALE, DUEBOT, "", sentence=sentence)
            raise Changed(f"This request is void: {sentence} {held.requester_name} is told.") from error

    # ---- what time does ------------------------------------------------------------------------------------

    async def keep_time(self) -> int:
        """Ends what has expired, and reminds of what soon will; how many."""
        now = self._context.now()
        waiting = await self._context.lane.read(lambda tx: approvals.of_state(tx, State.WAITING))
        expired = [one for one in waiting if one.expires_at <= now]
        for held in expired:
            await self._expire(held)
        due = [one for one in waiting if one not in expired and one.remind_at and one.remind_at <= now]
        for held in due:
            await self._context.lane.write(lambda tx, held=held: self._nudge(tx, held))  # type: ignore[misc]  # bound now
        if due:
            self._context.wake_outbox()
        return len(expired) + len(due)

    async def _expire(self, held: Approval) -> None:
        until = self._context.local(held.expires_at)
        sentence = f"Nobody decided it until {until:%H:%M} on {say_date(until.date())}."
        try:
            await self._end(held, State.EXPIRED, DUEBOT, "", sentence=sentence)
        except NotAllowed:
            logger.info("approval_decided_meanwhile")

    def _nudge(self, tx: Tx, held: Approval) -> None:
        if approvals.reminded(tx, held.id):
            nudge(tx, self._context, held)

    async def _get(self, id: str) -> Approval:
        return await self._context.lane.read(lambda tx: _known(tx, id))


def _known(tx: Tx, id: str) -> Approval:
    found = approvals.get(tx, id)
    if found is None:
        raise Tampered(_GONE)
    return found


def _require_waiting(held: Approval) -> None:
    """Raises ``NotAllowed``, with what became of it, when it can't be decided any more."""
    if held.state is not State.WAITING:
        by = f" by {held.decided_name}" if held.decided_name and held.decided_by != DUEBOT.id else ""
        raise NotAllowed(f"This request {_WORDS[held.state].format(by=by)}. Nothing was done now.")


def _comment(typed: str) -> str:
    said = typed.strip()
    if len(said) > MOST_COMMENT:
        raise BadInput(f"That is {len(said):,} characters; at most {MOST_COMMENT} fit here.", "reason")
    return said
