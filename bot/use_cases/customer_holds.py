"""Holds of a whole customer: on all that they owe, those to come too, or on what they say they pay or have paid."""

from bot.domain.errors import NotAllowed
from bot.domain.facts import HoldDraft
from bot.domain.holds import Hold, HoldKind, named_by
from bot.domain.roles import Action
from bot.store import mirror
from bot.store.approvals import Approval
from bot.store.holds import Noted
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.holds import Holds, note_of
from bot.use_cases.invoices import Problems, Submission
from bot.use_cases.journal import write_key

#: These name no invoice, so that they cover all of the customer's.
KINDS = (HoldKind.DISPUTE, HoldKind.SNOOZE, HoldKind.DO_NOT_CONTACT)
#: Each named invoice is read from Syncro while a person waits, so that one promise names no more than these.
MOST_NAMED = 20


class CustomerHolds:
    """Places holds on what a customer owes."""

    def __init__(self, context: Context, authority: Authority, holds: Holds) -> None:
        self._context = context
        self._authority = authority
        self._holds = holds

    async def place(
        self, submission: Submission, kind: HoldKind, customer_id: str, draft: HoldDraft
    ) -> Hold | Approval:
        """Notes a hold on a customer; the same form sent twice notes it once. Raises ``DuebotError``.

        A promise, and a claim to have paid, name what is past due (else what is open) at this moment.
        """
        await self._authority.require(submission.actor.id, Action.HOLD)
        key = write_key(submission.root_view, kind.value, f"customer-{customer_id}")
        if kind not in KINDS:
            named = await self._named(customer_id)
            hold, _ = await self._holds.place_on(submission, kind, named, draft, key)
            return hold
        problems = Problems()
        until = problems.take("until", lambda: self._holds.until(kind, draft.until), None)
        note = problems.take("reason", lambda: note_of(draft.note, kind), "")
        problems.settle()
        hold = Hold(
            id=key,
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

    async def _named(self, customer_id: str) -> list[str]:
        """The invoices that such a hold names, by the mirror."""
        unpaid = await self._context.lane.read(lambda tx: mirror.unpaid(tx, customer_id))
        currency = self._context.policy.currency_of(customer_id)
        named = named_by((one for one in unpaid if one.currency == currency), self._context.today())
        if not named:
            raise NotAllowed("Nothing with a known balance is open, so there is nothing to promise.")
        if len(named) > MOST_NAMED:
            raise NotAllowed(
                f"That would be about {len(named)} invoices; one promise names at most {MOST_NAMED}. "
                "Note it on the invoices that they mean."
            )
        return [one.id for one in named]
