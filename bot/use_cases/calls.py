"""Logging calls: what a customer said, or that nobody answered. It closes the call task of their owner."""

from datetime import date

from bot.domain.calls import Call, CallDraft, CallOutcome
from bot.domain.dates import add_months, say_date
from bot.domain.errors import BadInput
from bot.domain.parse_dates import parse_date
from bot.domain.roles import Action
from bot.store import calls
from bot.store.lane import Tx
from bot.use_cases.audit_place import place_of
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.holds import MOST_NOTE
from bot.use_cases.invoices import Problems, Submission
from bot.use_cases.journal import write_key

_MONTHS_AHEAD = 12


class Calls:
    """The log of calls."""

    def __init__(self, context: Context, authority: Authority) -> None:
        self._context = context
        self._authority = authority

    async def log(self, submission: Submission, customer_id: str, draft: CallDraft) -> Call:
        """Logs a call of today; the same form sent twice logs it once. Raises ``BadInput`` and ``NoRole``."""
        await self._authority.require(submission.actor.id, Action.HOLD)
        problems = Problems()
        outcome = problems.take("outcome", lambda: _outcome(draft.outcome), CallOutcome.NO_ANSWER)
        note = problems.take("notes", lambda: _note(draft.note), "")
        next_on = problems.take("next_on", lambda: self._next_on(draft.next_on), None)
        problems.settle()
        call = Call(
            id=write_key(submission.root_view, "call", customer_id),
            customer_id=customer_id,
            outcome=outcome,
            on=self._context.today(),
            note=note,
            next_on=next_on,
            by_name=submission.actor.name,
        )
        return await self._context.lane.write(lambda tx: self._log(tx, call, submission))

    def _log(self, tx: Tx, call: Call, submission: Submission) -> Call:
        actor, now = submission.actor, self._context.now()
        if not calls.insert(tx, call, actor.id, now):
            return calls.get(tx, call.id) or call
        self._context.audit.append(
            tx,
            at=now,
            actor_id=actor.id,
            actor_name=actor.name,
            action="call.logged",
            subject=f"customer:{call.customer_id}",
            before={},
            after={
                "outcome": call.outcome.value,
                "note": call.note,
                "next_on": call.next_on.isoformat() if call.next_on else None,
            },
            operation_key=call.id,
            policy_version=self._context.policy.version,
            **place_of(tx, submission.visit_id),
        )
        return call

    def _next_on(self, typed: str) -> date | None:
        if not typed.strip():
            return None
        today = self._context.today()
        day = parse_date(typed, today, "future")
        if day < today:
            raise BadInput(f"{say_date(day)} is past. Write today or a later date.")
        if day > add_months(today, _MONTHS_AHEAD):
            raise BadInput(f"{say_date(day)} is more than a year ahead. Check the year.")
        return day


def _outcome(typed: str) -> CallOutcome:
    found = next((one for one in CallOutcome if one.words == typed.strip().casefold()), None)
    if found is None:
        raise BadInput("Choose what came of the call.")
    return found


def _note(typed: str) -> str:
    said = typed.strip()
    if len(said) > MOST_NOTE:
        raise BadInput(f"That is {len(said):,} characters; at most {MOST_NOTE:,} fit here.")
    return said
