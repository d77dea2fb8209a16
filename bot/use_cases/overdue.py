"""What is overdue, from the mirror: the board, App Home, and the figures of a digest.

Amounts are minor units; "today" is the business's date. Each answer is one consistent read of the store.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from bot.domain import aging
from bot.domain.digest import (
    Digest,
    Figures,
    HoldNews,
    PaymentLine,
    PromiseLine,
    bucket_changes,
    changes,
    jumped,
)
from bot.domain.facts import AgingTotals, Board, BucketTotal, Debtor, OpenOperation
from bot.domain.home import Home
from bot.domain.invoice import Invoice, Payment
from bot.domain.policy import People, Policy
from bot.domain.roles import Role
from bot.domain.worklist import Only
from bot.store import mirror_aging, mirror_payments, operations, outbox, waiting
from bot.store.lane import Tx
from bot.store.mirror_aging import Selection
from bot.use_cases.card_facts import open_operation
from bot.use_cases.context import Context
from bot.use_cases.digest_holds import hold_news
from bot.use_cases.failures import failed_posts, failed_sends, undecided
from bot.use_cases.mirror import synced_at
from bot.use_cases.owners import people_now
from bot.use_cases.worklist import worklist

Scope = Literal["all", "mine", "over"]

PAGE_SIZE = 15
_TITLES = {"all": "Overdue invoices", "mine": "Your overdue customers"}
#: Failures stay on Home for this long; by then somebody has seen them.
_RECENT_FAILURES = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What is unpaid in sums, and what is not settled."""

    totals: tuple[AgingTotals, ...]
    unsettled: tuple[operations.Operation, ...]
    failed: tuple[outbox.Item, ...]


@dataclass(frozen=True, slots=True)
class _Morning:
    """What a digest is made of, as one consistent read finds it. ``book`` leaves nothing out."""

    now: _Snapshot
    debtors: list[Debtor]
    fallen_due: list[Invoice]
    payments: list[tuple[Payment, Invoice]]
    failed_sends: tuple[str, ...]
    holds: HoldNews
    book: tuple[AgingTotals, ...]
    people: People


@dataclass(frozen=True, slots=True)
class _Waits:
    """What waits for somebody today."""

    proposals: int
    mails: int
    promises: tuple[PromiseLine, ...]


class Overdue:
    """The board, Home and the digest's facts. Roles are asked by the caller."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def board(
        self,
        *,
        scope: Scope,
        user_id: str,
        over_days: int = 0,
        page: int = 1,
        search_id: str,
        only: Only = Only.EVERYBODY,
    ) -> Board:
        """One page of debtors, those who most deserve a call first.

        ``mine`` keeps the customers that ``user_id`` owns; ``over`` those with an invoice more than ``over_days``
        past due, with all that these owe. A page beyond the last one is the last one.
        """
        as_of = await self._as_of()
        today = self._context.today()
        older_than = over_days if scope == "over" else 0

        def read(tx: Tx) -> tuple[tuple[AgingTotals, ...], list[Debtor]]:
            people = people_now(tx, self._context.policy)
            among = _owned_by(user_id, people) if scope == "mine" else mirror_aging.EVERYTHING
            counted = replace(among, customers_over_days=older_than)
            found = worklist(tx, self._context, people, older_than, among, only)
            return mirror_aging.totals(tx, today, counted), found

        totals, debtors = await self._context.lane.read(read)
        pages = max(1, -(-len(debtors) // PAGE_SIZE))
        page = min(max(page, 1), pages)
        return Board(
            title=_TITLES.get(scope, f"Customers more than {over_days} days past due"),
            today=today,
            totals=self._totals(totals),
            debtors=tuple(debtors[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
            page=page,
            pages=pages,
            total=len(debtors),
            search_id=search_id,
            as_of=as_of,
            only=only,
        )

    async def home(self, user_id: str, role: Role) -> Home:
        """App Home of one person. Somebody without a role gets no customer's data."""
        today = self._context.today()
        if role is Role.NONE:
            return Home(today, role.label, (), (), (), ())
        as_of = await self._as_of()
        since = self._context.now() - _RECENT_FAILURES

        def read(tx: Tx) -> tuple[_Snapshot, list[Debtor], _Waits]:
            people = people_now(tx, self._context.policy)
            mine = worklist(tx, self._context, people, among=_owned_by(user_id, people))
            return _snapshot(tx, today, since), mine, _waits(tx, self._context, today, user_id)

        seen, mine, waits = await self._context.lane.read(read)
        return Home(
            today=today,
            role=role.label,
            totals=self._totals(seen.totals),
            mine=tuple(mine),
            unsettled=tuple(self._open(one) for one in seen.unsettled),
            failures=failed_posts(seen.failed),
            settings=_settings(self._context.policy),
            digests=tuple((plan.channel, f"{plan.at:%H:%M}") for plan in self._context.policy.digests),
            as_of=as_of,
            proposals=waits.proposals,
            mails=waits.mails,
            promises=waits.promises,
        )

    async def digest_facts(
        self, today: date, before: Figures | None = None, stale: str = "", over_days: int = 0
    ) -> Digest:
        """The facts of a digest on ``today``, compared with what the last one told (``before``).

        ``stale`` is a sentence when the mirror may be old. ``over_days`` keeps only what is more than so many
        days past due. Listed are payments recorded in Syncro since the last digest, whatever their own date; those that
        it listed are not listed again.
        """
        as_of = await self._as_of()
        yesterday = today - timedelta(days=1)
        since = before.on if before else yesterday
        midnight = datetime.combine(since, time(), self._context.zone)
        # Syncro's stamps name other days than ours, at most the neighbouring one: the exact day is judged below.
        paid_since = since - timedelta(days=1)
        among = Selection(over_days=over_days)

        def read(tx: Tx) -> _Morning:
            people = people_now(tx, self._context.policy)
            return _Morning(
                people=people,
                now=_snapshot(tx, today, midnight, among),
                debtors=mirror_aging.debtors(tx, today, people.owner_of, selection=among),
                fallen_due=mirror_aging.due_between(tx, since, yesterday, among),
                payments=mirror_payments.recent_payments(tx, paid_since),
                failed_sends=failed_sends(tx, since, midnight),
                holds=hold_news(tx, self._context, today, before, midnight, over_days),
                book=mirror_aging.totals(tx, today),
            )

        seen = await self._context.lane.read(read)
        totals = self._totals(seen.now.totals)
        fresh = aging.newly_overdue(seen.fallen_due, today, since)
        listed = set(before.payments) if before else set()
        return Digest(
            business=self._context.policy.business.name,
            today=today,
            totals=totals,
            newly_overdue=tuple(fresh),
            debtors=tuple(seen.debtors),
            payments=tuple(
                PaymentLine(payment, invoice.number, invoice.customer_name, invoice.currency)
                for payment, invoice in seen.payments
                if payment.id not in listed and self._recorded_on(payment) >= since
            ),
            changes=changes(totals, before.overdue) if before else None,
            as_of=as_of,
            stale=stale,
            failures=(
                *undecided(seen.now.unsettled),
                *failed_posts(seen.now.failed),
                *seen.failed_sends,
            ),
            mentions=_owners([*(one.customer_id for one in fresh), *seen.holds.customers], seen.people),
            bucket_changes=bucket_changes(totals, before.buckets) if before else {},
            jumped=jumped(seen.debtors, before) if before else (),
            holds=seen.holds,
            book={one.currency: one.overdue_amount for one in self._totals(seen.book)},
        )

    async def _as_of(self) -> datetime | None:
        """When the mirror was synced, read before the figures, so that they are never older than it says."""
        stamp = await synced_at(self._context)
        return self._context.local(stamp) if stamp else None

    def _totals(self, found: tuple[AgingTotals, ...]) -> tuple[AgingTotals, ...]:
        """Totals per currency, and nothing open in the business's own when there is nothing at all."""
        nothing = tuple(BucketTotal(name, 0, 0) for name in aging.BUCKETS)
        return found or (AgingTotals(self._context.policy.business.currency, nothing),)

    def _recorded_on(self, payment: Payment) -> date:
        """The business day on which a payment was entered in Syncro; its own date when Syncro doesn't say."""
        try:
            stamp = datetime.fromisoformat(payment.created_at)
        except ValueError:
            return payment.date or date.min
        return self._context.local(stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).date()

    def _open(self, operation: operations.Operation) -> OpenOperation:
        shown = open_operation(operation)
        return replace(shown, at=self._context.local(shown.at))


def _owned_by(user_id: str, people: People) -> Selection:
    """The customers that this person owns: those that are named theirs, or all that nobody else is named for."""
    owners = {one: owner for one, owner in people.owners.items() if owner}
    if user_id != owners.pop("default", ""):
        return Selection(customers=[one for one, owner in owners.items() if owner == user_id])
    return Selection(without=[one for one, owner in owners.items() if owner != user_id])


def _owners(customer_ids: Iterable[str], people: People) -> tuple[str, ...]:
    """The owners of these customers, each once."""
    owners = dict.fromkeys(map(people.owner_of, customer_ids))
    return tuple(owner for owner in owners if owner)


def _waits(tx: Tx, context: Context, today: date, user_id: str) -> _Waits:
    mails = (one for one in waiting.tasks(tx) if any(held.target == user_id for held in one.deliveries))
    return _Waits(
        proposals=sum(one.awaits for one in waiting.waiting(tx)),
        mails=sum(1 for _ in mails),
        promises=hold_news(tx, context, today, None, context.now(), 0).due,
    )


def _snapshot(
    tx: Tx, today: date, failed_since: datetime, among: Selection = mirror_aging.EVERYTHING
) -> _Snapshot:
    return _Snapshot(
        totals=mirror_aging.totals(tx, today, among),
        unsettled=tuple(operations.unsettled(tx)),
        failed=tuple(outbox.failures(tx, failed_since)),
    )


def _settings(policy: Policy) -> dict[str, str]:
    """The settings that people ask about, in words."""
    levels = [f"{level.name} ({level.days})" for level in policy.ladder.levels]
    return {
        "Business": f"{policy.business.name}, {policy.business.timezone}",
        "Reminder levels (days past due)": ", ".join(levels) or "none",
        "Reminders go out at": f"{policy.ladder.send_at:%H:%M} on business days",
    }
