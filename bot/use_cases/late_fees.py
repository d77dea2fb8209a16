"""Late fees that wait for a person: looking at them, approving, skipping; and adding what was approved, once.

Who may is asked at the moment of acting. The requester of a fee is the system. What is approved is added at once;
when Syncro can't be asked just then, the next tick tries again. Every decision is audited in its own transaction.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bot.domain.approval import Vote, principal_of, rules_of
from bot.domain.errors import (
    BadInput,
    Busy,
    DuebotError,
    NotAllowed,
    SlackError,
    SyncroLimited,
    SyncroLost,
    SyncroNotSent,
    Tampered,
)
from bot.domain.fee_facts import FeeCard, FeeReview
from bot.domain.invoice import LineItem
from bot.domain.money import from_minor
from bot.domain.roles import Person
from bot.store import late_fees, outbox, visits, votes
from bot.store.lane import Conflict, Tx
from bot.store.late_fees import LateFee
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.fee_facts import card_of, line_name, review_of
from bot.use_cases.journal import Intent, Journal
from bot.use_cases.lines import count_like, line_to_json
from bot.use_cases.redraw import FEES, ask_redraw

MOST_REASON = 300
#: Slack takes 50 blocks in a message.
MOST_SHOWN = 12
_GONE = "This late fee has been decided, or has changed and is proposed anew. Look at `/overdue proposals`."
#: Nothing was written, and nothing about the fee itself is wrong: it is tried again.
_NOT_NOW = (Busy, SyncroNotSent, SyncroLimited, SyncroLost, SlackError)


class LateFees:
    """Late fees, for approvers and for the clock."""

    def __init__(self, context: Context, authority: Authority, journal: Journal) -> None:
        self._context = context
        self._authority = authority
        self._journal = journal

    async def waiting(self, review_id: str) -> tuple[FeeReview, tuple[FeeCard, ...]]:
        """The first that wait for a person, as a list under ``review_id``, and all of them."""

        def read(tx: Tx) -> tuple[FeeReview, tuple[FeeCard, ...]]:
            found = late_fees.waiting(tx)
            shown = [one.id for one in found[:MOST_SHOWN]]
            review = review_of(tx, self._context, review_id, shown, self._context.today())
            return review, tuple(card_of(tx, self._context, one) for one in found)

        return await self._context.lane.read(read)

    async def listed(self, review_id: str) -> tuple[str, ...]:
        """The fees of a list: a message in a channel, or a private answer. Raises ``Tampered``."""

        def read(tx: Tx) -> Sequence[str] | None:
            item = outbox.get(tx, review_id)
            if item is not None and item.kind == FEES:
                return list(item.payload["fees"])
            visit = visits.get(tx, review_id)
            return list(visit.data["fees"]) if visit and visit.surface == "late_fees" else None

        found = await self._context.lane.read(read)
        if found is None:
            raise Tampered("That list is no longer known. Look at `/overdue proposals`.")
        return tuple(found)

    # ---- deciding ------------------------------------------------------------------------------------------

    async def approve(self, actor: Person, fee_id: str) -> FeeCard:
        """Lets one out and adds it; the card says what became of it. Raises ``NotAllowed``."""
        rights = await self._rights(actor)
        fee = await self._context.lane.write(lambda tx: self._approve(tx, fee_id, actor, rights))
        if fee.state == "approved":
            await self._try_to_add(fee)
        self._context.wake_outbox()
        return await self._card(fee_id)

    async def approve_all(self, actor: Person, ids: Sequence[str]) -> tuple[FeeCard, ...]:
        """Lets out what of these still waits, and adds one after the other.

        Raises ``NotAllowed`` only where there is nothing else than what they can't say yes to (again).
        """
        rights = await self._rights(actor)

        def write(tx: Tx) -> list[LateFee]:
            held = (late_fees.get(tx, one) for one in ids)
            waiting = [one for one in held if one is not None and one.state == "planned"]
            done: list[LateFee] = []
            refused: NotAllowed | None = None
            for one in waiting:
                try:
                    done.append(self._approve(tx, one.id, actor, rights))
                except NotAllowed as error:
                    refused = error
            if refused is not None and not done:
                raise refused
            return done

        decided = await self._context.lane.write(write)
        for fee in decided:
            if fee.state == "approved":
                await self._try_to_add(fee)
        self._context.wake_outbox()
        return tuple([await self._card(one.id) for one in decided])

    async def skip(self, actor: Person, fee_id: str, reason: str = "") -> FeeCard:
        """Leaves one out for ever. Raises ``BadInput`` and ``NotAllowed``."""
        await self._rights(actor)
        said = reason.strip()
        if len(said) > MOST_REASON:
            raise BadInput(f"That is {len(said)} characters; at most {MOST_REASON} fit here.", "reason")
        await self._context.lane.write(
            lambda tx: self._decide(tx, fee_id, "skipped", actor, {"reason": said})
        )
        self._context.wake_outbox()
        return await self._card(fee_id)

    async def _rights(self, actor: Person) -> frozenset[str]:
        """In whose right they decide. Raises ``NoRole``."""
        return await self._authority.require_decider(actor.id, rules_of(self._context.policy))

    def _approve(self, tx: Tx, fee_id: str, actor: Person, rights: frozenset[str]) -> LateFee:
        """One person's yes; with enough of them it is approved. Nobody asked for it but Duebot."""
        fee, needed = _waiting(tx, fee_id), self._context.policy.approvals.number
        given = votes.of(tx, fee_id)
        principal = principal_of(actor.id, rights, (), given)
        votes.add(tx, fee_id, Vote(actor.id, actor.name, principal, "", self._context.now()))
        after = {"votes": len(given) + 1, "of": needed, "for": principal}
        if len(given) + 1 >= needed:
            return self._decide(tx, fee_id, "approved", actor, after)
        self._log(tx, fee, "approved", actor, after)
        return fee

    def _decide(self, tx: Tx, fee_id: str, state: str, actor: Person, after: Mapping[str, object]) -> LateFee:
        fee = _waiting(tx, fee_id)
        late_fees.decide(
            tx,
            fee_id,
            state,
            by=actor.id,
            name=actor.name,
            now=self._context.now(),
            reason=str(after.get("reason", "")),
            line=line_name(fee, self._context.today()) if state == "approved" else "",
        )
        self._log(tx, fee, state, actor, after)
        return late_fees.get(tx, fee_id) or fee

    def _log(self, tx: Tx, fee: LateFee, done: str, actor: Person, after: Mapping[str, object]) -> None:
        now = self._context.now()
        self._context.audit.append(
            tx,
            at=now,
            actor_id=actor.id,
            actor_name=actor.name,
            action=f"late_fee.{done}",
            subject=f"invoice:{fee.invoice_id}",
            before={"balance": fee.balance},
            after={
                "fee": fee.id,
                "level": fee.level,
                "amount": fee.amount,
                "base": fee.base,
                **after,
            },
            policy_version=fee.policy_version,
        )
        ask_redraw(tx, [fee.id], now)

    async def _card(self, fee_id: str) -> FeeCard:
        def read(tx: Tx) -> FeeCard:
            fee = late_fees.get(tx, fee_id)
            if fee is None:
                raise NotAllowed(_GONE)
            return card_of(tx, self._context, fee)

        return await self._context.lane.read(read)

    # ---- adding --------------------------------------------------------------------------------------------

    async def carry_out(self) -> int:
        """Adds what is approved and not added yet, as after an outage or a restart; how many were tried.

        When Syncro can't be asked at all, the rest waits.
        """
        approved = await self._context.lane.read(late_fees.approved)
        for number, fee in enumerate(approved, 1):
            stopped = await self._try_to_add(fee)
            if isinstance(stopped, SyncroNotSent | SyncroLimited):
                return number
        return len(approved)

    async def _try_to_add(self, fee: LateFee) -> DuebotError | None:
        """Adds an approved fee. What stops it stands in the ledger as the reason, and is returned."""
        claimed = False
        try:
            intent = await self._intent(fee)
            claimed = True
            await self._journal.perform(intent)
        except _NOT_NOW as error:
            # Who is busy had it before us: then nothing of ours was begun that could be taken up again.
            again = late_fees.revive if claimed and not isinstance(error, Busy) else late_fees.hold_back
            await self._note(fee, again, str(error))
            return error
        except DuebotError as error:
            # The journal's own end of it stands already when there was one.
            await self._note(fee, late_fees.withdraw, str(error))
            return error
        return None

    async def _intent(self, fee: LateFee) -> Intent:
        """The write that adds it, with what the invoice has before. Raises ``SyncroError``."""
        live = await self._context.gateway.invoice(fee.invoice_id)
        line = LineItem(fee.line, Decimal(1), from_minor(fee.amount, fee.currency), taxable=False)
        return Intent(
            base_key=f"{fee.id}:late_fee:{fee.invoice_id}:1",
            kind="late_fee",
            invoice_id=fee.invoice_id,
            customer_id=fee.customer_id,
            actor=Person(fee.decided_by, fee.decided_name),
            request={
                "fee": fee.id,
                "level": fee.level,
                "line": line_to_json(line),
                "alike_before": count_like(live, line),
                "ids_before": [one.id for one in live.lines or ()],
            },
        )

    async def _note(self, fee: LateFee, change: Callable[[Tx, str, str], bool], reason: str) -> None:
        def write(tx: Tx) -> None:
            if change(tx, fee.id, reason):
                ask_redraw(tx, [fee.id], self._context.now())

        # A build may have proposed it anew in the meantime: then the new one stands, and this one stays ended.
        with contextlib.suppress(Conflict):
            await self._context.lane.write(write)


def _waiting(tx: Tx, fee_id: str) -> LateFee:
    """A fee that waits for a person. Raises ``NotAllowed``."""
    fee = late_fees.get(tx, fee_id)
    if fee is None or fee.state != "planned":
        raise NotAllowed(_GONE)
    return fee
