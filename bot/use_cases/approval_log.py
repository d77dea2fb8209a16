"""What every step of a request for approval leaves behind: its audit entry, and the messages that tell of it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.approval_card import ApprovalCard
from bot.domain.errors import DuebotError, NoRole
from bot.domain.roles import Person
from bot.store import outbox
from bot.store.approvals import Approval
from bot.store.lane import Tx
from bot.use_cases.audit_place import NOWHERE, Place
from bot.use_cases.context import Context
from bot.use_cases.redraw import redraw
from bot.use_cases.spread import SPREAD

#: A request before those who may decide it; its key has the request's id, so that every copy is found.
ASK = "approval.ask"
#: How a request ended, or stands after a decision, for whoever made it; and a reminder before it expires.
TOLD = "approval.told"
NUDGE = "approval.nudge"


def card_of(context: Context, held: Approval) -> ApprovalCard:
    """A request as it is shown."""
    only = held.invoice_ids[0] if len(held.steps) == 1 else ""
    gateway = context.gateway
    return ApprovalCard(
        id=held.id,
        kind=held.kind,
        asked=held.asked,
        state=held.state,
        requester=held.requester_id,
        told=held.told,
        number=held.rules.number,
        votes=tuple(replace(vote, at=context.local(vote.at)) for vote in held.votes),
        today=context.today(),
        created_at=context.local(held.created_at),
        expires_at=context.local(held.expires_at),
        decided_by=held.decided_by,
        decided_name=held.decided_name,
        decided_at=context.local(held.decided_at) if held.decided_at else None,
        comment=held.comment,
        sentence=held.sentence,
        invoice_id=only,
        syncro_url=gateway.invoice_url(only) if only else gateway.customer_url(held.customer_id),
    )


def log_request(
    tx: Tx,
    context: Context,
    held: Approval,
    actor: Person,
    done: str,
    after: Mapping[str, object],
    place: Place = NOWHERE,
) -> None:
    """Audits what was ``done`` with a request, such as "approved", and has every message about it drawn again.

    There is an entry for each invoice that it is about.
    """
    for invoice_id in held.invoice_ids:
        context.audit.append(
            tx,
            at=context.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action=f"approval.{done}",
            subject=f"invoice:{invoice_id}",
            before={"state": held.state.value},
            after={"approval": held.id, "title": held.asked.title, "requester": held.requester_id, **after},
            operation_key=held.id,
            policy_version=held.policy_version,
            **place,
        )
    for item in outbox.sent_under(tx, f"{ASK}:{held.id}"):
        redraw(tx, item, context.now())


def ask_people(tx: Tx, context: Context, held: Approval) -> None:
    """Puts the request before those who may decide it: into the approvals channel, else to each of them.

    Whoever asked has a copy of their own, from which it can be withdrawn.
    """
    channel = context.policy.channels.approvals
    for target in [channel] if channel else held.told:
        put_copy(tx, context, held, target, "asked")
    put_copy(tx, context, held, held.requester_id, "own")


def put_copy(tx: Tx, context: Context, held: Approval, target: str, why: str) -> None:
    """One more copy of the request, which is kept up to date like all others. ``why`` tells copies apart."""
    outbox.put(tx, f"{ASK}:{held.id}:{why}:{target}", ASK, target, {"approval": held.id}, context.now())


def nudge(tx: Tx, context: Context, held: Approval) -> None:
    """Has those reminded who were asked and have not said yes: where the request stands."""
    channel = context.policy.channels.approvals
    asked = outbox.by_key(tx, f"{ASK}:{held.id}:asked:{channel}")
    if asked is None or asked.state == "failed":
        channel = ""
    waits = [one for one in held.told if not has_voted(held, one)]
    for target in [channel] if channel else waits:
        payload = {"approval": held.id, "people": waits}
        outbox.put(tx, f"{NUDGE}:{held.id}:{target}", NUDGE, target, payload, context.now())


def why_not(held: Approval, error: DuebotError) -> str:
    """What speaks against a request, for everybody who reads it: whoever asked isn't "you" there."""
    if isinstance(error, NoRole):
        return f"{held.requester_name} may not do this any more."
    details = getattr(error, "differences", ()) or getattr(error, "evidence", ())
    return " ".join((error.sentence, *details))


def has_voted(held: Approval, user_id: str) -> bool:
    """Whether this person has said yes, or somebody in their right."""
    return any(user_id in (vote.user_id, vote.principal) for vote in held.votes)


def tell_requester(tx: Tx, context: Context, held: Approval, state: str) -> None:
    """Whoever asked hears how it stands now, in their direct messages."""
    payload = {"approval": held.id, "visit": held.visit_id}
    outbox.put(tx, f"{TOLD}:{held.id}:{state}", TOLD, held.requester_id, payload, context.now())


def is_told(tx: Tx, held: Approval, state: str) -> bool:
    """Whether whoever asked was told this already."""
    return outbox.by_key(tx, f"{TOLD}:{held.id}:{state}") is not None


def tell_spread(tx: Tx, context: Context, held: Approval) -> None:
    """How far an approved payment over several invoices came, where it was asked for."""
    if held.plan:
        payload = {"plan": {**held.plan, "form": held.id}, "visit": held.visit_id}
        outbox.put(tx, f"{SPREAD}:{held.id}", SPREAD, held.requester_id, payload, context.now())
