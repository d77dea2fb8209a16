"""Holds on all that a customer owes: a dispute, a snooze, and that they are not to be contacted."""

from bot.domain.facts import HoldDraft
from bot.domain.holds import Hold, HoldKind
from bot.domain.roles import Action
from bot.store.holds import Noted
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.holds import Holds, note_of
from bot.use_cases.invoices import Problems, Submission, write_key

#: What can be said of a whole customer; a promise, and a claim to have paid, is about invoices.
KINDS = (HoldKind.DISPUTE, HoldKind.SNOOZE, HoldKind.DO_NOT_CONTACT)


class CustomerHolds:
    """Places holds that name no invoice, so that they cover all of the customer's, those to come too."""

    def __init__(self, context: Context, authority: Authority, holds: Holds) -> None:
        self._context = context
        self._authority = authority
        self._holds = holds

    async def place(self, submission: Submission, kind: HoldKind, customer_id: str, draft: HoldDraft) -> Hold:
        """Notes a hold on a customer; the same form sent twice notes it once. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.HOLD)
        problems = Problems()
        until = problems.take("until", lambda: self._holds.until(kind, draft.until), None)
        note = problems.take("reason", lambda: note_of(draft.note, kind), "")
        problems.settle()
        hold = Hold(
            id=write_key(submission.root_view, kind.value, f"customer-{customer_id}"),
            kind=kind,
            customer_id=customer_id,
            until=until,
            note=note,
            by_name=submission.actor.name,
        )
        return await self._holds.note(
            Noted(
                hold=hold,
                currency=self._context.policy.currency_of(customer_id),
                by_id=submission.actor.id,
                created_at=self._context.now(),
            ),
            submission.visit_id,
        )
