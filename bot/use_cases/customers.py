"""A customer's card: what they owe, how they pay, whom to call, and how we stand with them."""

from dataclasses import replace
from datetime import date

from bot.domain.customer_facts import CustomerCard, PastHold
from bot.domain.habit import habit_since, usual_days_late
from bot.domain.invoice import Customer
from bot.store import assignments, calls, contacts, holds, mirror, mirror_habits, mirror_payments
from bot.store import worklist as ledgers
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.card_facts import contact_words
from bot.use_cases.context import Context
from bot.use_cases.ladder_facts import account_credits
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import synced_at
from bot.use_cases.owners import owner_of
from bot.use_cases.worklist import broken_since

_CALLS = 3
_PAST_HOLDS = 5
#: A reminder that was sent counts; what is on its way or in doubt is told on the invoice's card.
_TOLD = "sent"


class Customers:
    """Reads of one customer for people. Roles are asked by the caller."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        self._context = context
        self._lookup = lookup

    async def card_of(self, customer_id: str) -> CustomerCard:
        """The card of a customer of the mirror. Raises ``NotFound``."""
        return await self.card(await self._lookup.customer_by_id(customer_id))

    async def card(self, customer: Customer) -> CustomerCard:
        """The facts of a customer's card, from the mirror and our ledgers."""
        stamp = await synced_at(self._context)
        card = await self._context.lane.read(lambda tx: self._ours(tx, self._owed(tx, customer)))
        as_of = self._context.local(stamp) if stamp else None
        return replace(card, as_of=as_of)

    def _owed(self, tx: Tx, customer: Customer) -> CustomerCard:
        """What they owe, and who looks after them."""
        today = self._context.today()
        unpaid = mirror.unpaid(tx, customer.id)
        late = mirror_habits.days_late(tx, habit_since(today), customer.id)
        known = [(one, one.balance) for one in unpaid if one.balance is not None]
        return CustomerCard(
            customer=customer,
            currency=self._context.policy.currency_of(customer.id),
            today=today,
            open_amount=sum(balance for _, balance in known if balance > 0),
            overdue_amount=sum(balance for one, balance in known if balance > 0 and one.overdue(today)),
            credit=account_credits(tx, self._context, today).get(customer.id, 0)
            - sum(balance for _, balance in known if balance < 0),
            unknown_count=sum(one.balance is None for one in unpaid),
            invoices=tuple(sorted(unpaid, key=lambda one: (one.due_date or date.max, one.id))),
            last_payment=mirror_payments.last_payment(tx, customer.id),
            usual_days_late=usual_days_late(late.get(customer.id, ())),
            owner_id=owner_of(tx, self._context.policy, customer.id),
            as_of=None,
            syncro_url=self._context.gateway.customer_url(customer.id),
            assigned=customer.id in assignments.owners(tx),
        )

    def _ours(self, tx: Tx, card: CustomerCard) -> CustomerCard:
        """The same with what our own ledgers say."""
        customer_id = card.customer.id
        held = tuple(holds.open_of(tx, customer_id))
        promises = ledgers.ended_promises(tx, customer_id)
        told = [one for one in contacts.of_customer(tx, customer_id) if one.stage == _TOLD]
        return replace(
            card,
            holds=held,
            lapsed=frozenset(one.id for one in held if not one.stands(card.today, self._context.calendar)),
            promises_kept=promises.get("kept", 0),
            promises_broken=promises.get("broken", 0),
            last_contact=contact_words(told),
            calls=tuple(calls.last_of(tx, customer_id, _CALLS)),
            past_holds=tuple(self._past(one) for one in holds.last_ended(tx, customer_id, _PAST_HOLDS)),
            standing=ledgers.standing_of(tx, customer_id, broken_since(self._context)),
        )

    def _past(self, noted: Noted) -> PastHold:
        ended = self._context.local(noted.ended_at or noted.created_at).date()
        return PastHold(noted.hold, ended, noted.outcome, noted.end_reason)
