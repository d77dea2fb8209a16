"""What is overdue, from the mirror: the board, App Home, and the figures of a digest.

Amounts are minor units; "today" is the business's date. Each answer is one consistent read of the store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Literal

from bot.domain import aging
from bot.domain.facts import AgingTotals, Board, BucketTotal, Debtor, Digest, Home, OpenOperation
from bot.domain.invoice import Invoice, Payment
from bot.domain.policy import People, Policy
from bot.domain.roles import Role
from bot.domain.worklist import Only
from bot.store import mirror_aging, mirror_payments, operations, outbox
from bot.store.lane import Tx
from bot.store.mirror_aging import Selection
from bot.use_cases.card_facts import open_operation
from bot.use_cases.context import Context
from bot.use_cases.mirror import synced_at
from bot.use_cases.owners import people_now
from bot.use_cases.worklist import worklist

Scope = Literal["all", "mine", "over"]

PAGE_SIZE = 15
_TITLES = {"all": "Overdue invoices", "mine": "Your overdue customers"}
#: Failures stay on Home for this long; by then somebody has seen them.
_RECENT_FAILURES = timedelta(days=3)
_THINGS = {"email": "email of an invoice", "create": "new invoice", "line": "new line"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a digest told, for the next one to compare with: overdue amounts by currency, payments listed."""

    on: date
    overdue: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    payments: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A value for the store."""
        return {"on": self.on.isoformat(), "overdue": dict(self.overdue), "payments": list(self.payments)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Figures":
        """The figures that ``to_json`` wrote."""
        return cls(date.fromisoformat(kept["on"]), kept["overdue"], tuple(kept["payments"]))

    @classmethod
    def of(cls, told: Digest, before: "Figures | None" = None) -> "Figures":
        """The figures of a digest; what another one listed ``before`` on the same day counts as listed."""
        overdue = {totals.currency: totals.overdue_amount for totals in told.totals}
        earlier = before.payments if before and before.on == told.today else ()
        return cls(told.today, overdue, (*earlier, *(payment.id for payment, _ in told.payments)))


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What is unpaid in sums, and what is not settled."""

    totals: tuple[AgingTotals, ...]
    unsettled: tuple[operations.Operation, ...]
    failed: tuple[outbox.Item, ...]


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

        def read(tx: Tx) -> tuple[_Snapshot, list[Debtor]]:
            people = people_now(tx, self._context.policy)
            mine = worklist(tx, self._context, people, among=_owned_by(user_id, people))
            return _snapshot(tx, today, since), mine

        seen, mine = await self._context.lane.read(read)
        return Home(
            today=today,
            role=role.label,
            totals=self._totals(seen.totals),
            mine=tuple(mine),
            unsettled=tuple(self._open(one) for one in seen.unsettled),
            failures=_failed_posts(seen.failed),
            settings=_settings(self._context.policy),
            as_of=as_of,
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

        def read(
            tx: Tx,
        ) -> tuple[_Snapshot, list[Debtor], list[Invoice], list[tuple[Payment, Invoice]], People]:
            people = people_now(tx, self._context.policy)
            return (
                _snapshot(tx, today, midnight, among),
                mirror_aging.debtors(tx, today, people.owner_of, selection=among),
                mirror_aging.due_between(tx, since, yesterday, among),
                mirror_payments.recent_payments(tx, paid_since),
                people,
            )

        seen, debtors, fallen_due, payments, people = await self._context.lane.read(read)
        totals = self._totals(seen.totals)
        fresh = aging.newly_overdue(fallen_due, today, since)
        listed = set(before.payments) if before else set()
        paid = [
            (payment, invoice)
            for payment, invoice in payments
            if payment.id not in listed and self._recorded_on(payment) >= since
        ]
        return Digest(
            business=self._context.policy.business.name,
            today=today,
            totals=totals,
            newly_overdue=tuple(fresh),
            debtors=tuple(debtors),
            payments=tuple(
                (payment, f"{invoice.number}, {invoice.customer_name}") for payment, invoice in paid
            ),
            changes=_changes(totals, before.overdue) if before else None,
            as_of=as_of,
            stale=stale,
            failures=(*_undecided(seen.unsettled), *_failed_posts(seen.failed)),
            mentions=_owners(fresh, people),
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


def _owners(invoices: Iterable[Invoice], people: People) -> tuple[str, ...]:
    """The owners of these invoices' customers, each once."""
    owners = dict.fromkeys(people.owner_of(one.customer_id) for one in invoices)
    return tuple(owner for owner in owners if owner)


def _snapshot(
    tx: Tx, today: date, failed_since: datetime, among: Selection = mirror_aging.EVERYTHING
) -> _Snapshot:
    return _Snapshot(
        totals=mirror_aging.totals(tx, today, among),
        unsettled=tuple(operations.unsettled(tx)),
        failed=tuple(outbox.failures(tx, failed_since)),
    )


def _changes(totals: Iterable[AgingTotals], before: Mapping[str, int]) -> dict[str, int]:
    """How the overdue amounts changed; a currency that is no longer owed went down to nothing."""
    now = {held.currency: held.overdue_amount for held in totals}
    return {code: now.get(code, 0) - before.get(code, 0) for code in sorted({*now, *before})}


def _undecided(unsettled: Iterable[operations.Operation]) -> tuple[str, ...]:
    """A sentence for each write of which nobody knows how it ended."""
    return tuple(
        f"{one.actor_name}'s {_THINGS.get(one.kind, one.kind)} is not settled: "
        f"{one.sentence or 'nobody knows yet how it ended.'}"
        for one in unsettled
        if one.state == "unknown"
    )


def _failed_posts(failed: Iterable[outbox.Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.reason for item in failed))


def _settings(policy: Policy) -> dict[str, str]:
    """The settings that people ask about, in words."""
    digests = [f"{plan.channel} at {plan.at:%H:%M}" for plan in policy.digests]
    levels = [f"{level.name} ({level.days})" for level in policy.ladder.levels]
    return {
        "Business": f"{policy.business.name}, {policy.business.timezone}",
        "Digests": ", ".join(digests) or "none",
        "Reminder levels (days past due)": ", ".join(levels) or "none",
        "Reminders go out at": f"{policy.ladder.send_at:%H:%M} on business days",
    }
