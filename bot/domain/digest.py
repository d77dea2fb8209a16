"""A channel's daily digest: what it tells, and what is kept of it for the next one to compare with (docs/digest.md).

Amounts are minor units of the named currency, never summed over currencies; dates are the channel's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bot.domain.facts import AgingTotals, Debtor
from bot.domain.invoice import Invoice, Payment
from bot.domain.weekly import Weekly

#: A balance has jumped when it rose by at least one part in so many of what it was …
_OF_ITS_OWN = 4
#: … and by at least one part in so many of all that was overdue in its currency.
_OF_ALL = 100


@dataclass(frozen=True, slots=True)
class Jump:
    """A customer whose overdue sum in one currency rose much since the last digest, from ``before`` to ``now``."""

    customer_id: str
    name: str
    currency: str
    before: int
    now: int

    @property
    def rise(self) -> int:
        """By how much, minor units."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise in a digest: whose, for which invoices (numbers), how much, and for when.

    Of a payment plan it is the instalment that is due, ``part`` of ``parts``.
    """

    hold_id: str
    customer_id: str
    customer_name: str
    numbers: tuple[str, ...]
    amount: int | None
    currency: str
    until: date | None
    part: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment in a digest, with the invoice that it went to (the first of several), in that invoice's currency."""

    payment: Payment
    number: str
    customer_name: str
    currency: str


@dataclass(frozen=True, slots=True)
class Disputes:
    """Open disputes: how many, the oldest one's customer and when it was noted, and what is open on the invoices.

    ``amounts`` are by currency, ``unknown`` counts invoices whose balance isn't known.
    """

    count: int
    oldest_name: str
    oldest_on: date
    amounts: Mapping[str, int]
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class HoldNews:
    """What a digest tells of holds: promises that are due, promises broken since the last digest, open disputes."""

    due: tuple[PromiseLine, ...] = ()
    broken: tuple[PromiseLine, ...] = ()
    disputes: Disputes | None = None

    @property
    def customers(self) -> tuple[str, ...]:
        """The ids of customers whose promise is due or broken."""
        return tuple(one.customer_id for one in (*self.due, *self.broken))


@dataclass(frozen=True, slots=True)
class Digest:
    """A channel's daily digest. ``stale`` is a sentence when Syncro could not be read just now.

    ``changes`` are overdue amounts by currency compared with the last digest (``None``: there was none), and
    ``bucket_changes`` the open amounts of each bucket in the same way, where the last digest kept them. ``book`` is
    all that is overdue by currency, whatever the digest's filter leaves out. ``weekly`` is there on its day only.
    """

    business: str
    today: date
    totals: tuple[AgingTotals, ...]
    newly_overdue: tuple[Invoice, ...]
    debtors: tuple[Debtor, ...]
    payments: tuple[PaymentLine, ...]
    changes: Mapping[str, int] | None
    as_of: datetime | None
    stale: str = ""
    failures: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    bucket_changes: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    jumped: tuple[Jump, ...] = ()
    holds: HoldNews = HoldNews()
    book: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    weekly: Weekly | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a digest told, for the next one to compare with.

    ``overdue`` are amounts by currency and ``buckets`` the open amounts of each bucket; ``debtors`` is what each
    customer owes overdue, by currency and customer id. ``book`` is as in ``Digest``: empty in figures that were kept
    before there was one. ``payments`` and ``broken`` are what was listed, by id.
    """

    on: date
    overdue: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    payments: tuple[str, ...] = ()
    buckets: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    debtors: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    book: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    broken: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A value for the store."""
        return {
            "on": self.on.isoformat(),
            "overdue": dict(self.overdue),
            "payments": list(self.payments),
            "buckets": {currency: list(amounts) for currency, amounts in self.buckets.items()},
            "debtors": {currency: dict(owed) for currency, owed in self.debtors.items()},
            "book": dict(self.book),
            "broken": list(self.broken),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Figures":
        """The figures that ``to_json`` wrote, here or in an earlier version, which kept less."""
        return cls(
            date.fromisoformat(kept["on"]),
            kept["overdue"],
            tuple(kept["payments"]),
            {currency: tuple(amounts) for currency, amounts in kept.get("buckets", {}).items()},
            kept.get("debtors", {}),
            kept.get("book", {}),
            tuple(kept.get("broken", ())),
        )

    @classmethod
    def of(cls, told: Digest, before: "Figures | None" = None) -> "Figures":
        """The figures of a digest; what another one listed ``before`` on the same day counts as listed."""
        earlier = before if before and before.on == told.today else cls(told.today)
        owed: dict[str, dict[str, int]] = {totals.currency: {} for totals in told.totals}
        for debtor in told.debtors:
            owed[debtor.currency][debtor.customer_id] = debtor.overdue
        return cls(
            on=told.today,
            overdue={totals.currency: totals.overdue_amount for totals in told.totals},
            payments=(*earlier.payments, *(one.payment.id for one in told.payments)),
            buckets={totals.currency: _amounts(totals) for totals in told.totals},
            debtors=owed,
            book=told.book,
            broken=(*earlier.broken, *(promise.hold_id for promise in told.holds.broken)),
        )


def changes(totals: Iterable[AgingTotals], before: Mapping[str, int]) -> dict[str, int]:
    """How the overdue amounts changed; a currency that is no longer owed went down to nothing."""
    now = {held.currency: held.overdue_amount for held in totals}
    return {code: now.get(code, 0) - before.get(code, 0) for code in sorted({*now, *before})}


def bucket_changes(
    totals: Iterable[AgingTotals], before: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """How the open amounts of each bucket changed, in currencies of which the last digest told too."""
    return {
        held.currency: tuple(
            now - then for now, then in zip(_amounts(held), before[held.currency], strict=True)
        )
        for held in totals
        if held.currency in before
    }


def jumped(debtors: Iterable[Debtor], before: Figures) -> tuple[Jump, ...]:
    """Customers whose overdue sum rose much since the last digest, by currency, the largest rise first.

    Much is at least a quarter of what it was, and at least one percent of all that was overdue in that currency.
    Equal rises stand by name. Nothing can be said of a currency in which the last digest kept no debtors.
    """
    found = []
    for debtor in debtors:
        owed = before.debtors.get(debtor.currency)
        if owed is None:
            continue
        jump = Jump(
            debtor.customer_id,
            debtor.name,
            debtor.currency,
            owed.get(debtor.customer_id, 0),
            debtor.overdue,
        )
        if (
            jump.rise > 0
            and jump.rise * _OF_ITS_OWN >= jump.before
            and jump.rise * _OF_ALL >= sum(owed.values())
        ):
            found.append(jump)
    return tuple(
        sorted(found, key=lambda one: (one.currency, -one.rise, one.name.casefold(), one.customer_id))
    )


def _amounts(totals: AgingTotals) -> tuple[int, ...]:
    return tuple(bucket.amount for bucket in totals.buckets)
