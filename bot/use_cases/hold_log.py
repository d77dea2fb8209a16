"""What every change of a hold leaves behind: its audit rows, and the message where it was done."""

from collections.abc import Mapping

from bot.domain.roles import Person
from bot.store import holds, outbox
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.audit_place import place_of
from bot.use_cases.context import Context

#: A hold that somebody noted or ended, told where they did it.
HOLD_SHARED = "hold.shared"


def log_placed(tx: Tx, context: Context, noted: Noted, visit_id: str) -> None:
    """Audits a hold that was noted, and has it told."""
    actor = Person(noted.by_id, noted.hold.by_name)
    _audit(tx, context, actor, "placed", noted, {}, _facts(noted), visit_id)
    _tell(tx, context, noted, "placed", actor, visit_id)


def end_hold(
    tx: Tx,
    context: Context,
    noted: Noted,
    actor: Person,
    reason: str,
    outcome: str = "",
    visit_id: str = "",
) -> bool:
    """Ends a hold and audits it; false when it has ended already.

    ``outcome`` is a promise's, ``visit_id`` where the person stands who ends it.
    """
    if not holds.end(tx, noted.hold.id, by=actor.id, reason=reason, now=context.now(), outcome=outcome):
        return False
    after = {"reason": reason, **({"outcome": outcome} if outcome else {})}
    _audit(tx, context, actor, "ended", noted, _facts(noted), after, visit_id)
    return True


def tell_ended(tx: Tx, context: Context, noted: Noted, actor: Person, visit_id: str) -> None:
    """Has it told that a person ended a hold."""
    _tell(tx, context, noted, "ended", actor, visit_id)


def _tell(tx: Tx, context: Context, noted: Noted, done: str, actor: Person, visit_id: str) -> None:
    payload = {"hold": noted.hold.id, "done": done, "actor": actor.id, "visit": visit_id}
    outbox.put(tx, f"hold:{noted.hold.id}:{done}", HOLD_SHARED, "", payload, context.now())


def _audit(
    tx: Tx,
    context: Context,
    actor: Person,
    done: str,
    noted: Noted,
    before: Mapping[str, object],
    after: Mapping[str, object],
    visit_id: str,
) -> None:
    """A row for each invoice that it names; one for the customer when it is about all of theirs."""
    hold = noted.hold
    subjects = [f"invoice:{one}" for one in hold.invoice_ids] or [f"customer:{hold.customer_id}"]
    for subject in subjects:
        context.audit.append(
            tx,
            at=context.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action=f"{hold.kind.value}.{done}",
            subject=subject,
            before=before,
            after=after,
            operation_key=hold.id,
            policy_version=context.policy.version,
            **place_of(tx, visit_id),
        )


def _facts(noted: Noted) -> dict[str, object]:
    """A hold as the audit keeps it."""
    hold = noted.hold
    plan = [[part.due.isoformat(), part.amount] for part in hold.instalments]
    return {
        "hold": hold.id,
        "until": hold.until.isoformat() if hold.until else None,
        "amount": hold.amount,
        "currency": noted.currency,
        "note": hold.note,
        "said_by": hold.said_by,
        **({"instalments": plan} if plan else {}),
    }
