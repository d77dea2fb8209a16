"""The policy as plain values. ``bot.config`` reads the file and makes these.

Amounts are minor units. Weekdays are 0 (Monday) to 6. Times are local to the business or the digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from bot.domain.letters import BUILT_IN, PLAIN, Letter

Audience = Literal["customer", "owner", "manager", "channel"]
Track = Literal["customer", "internal"]
TRACKS: tuple[Track, ...] = ("customer", "internal")


@dataclass(frozen=True, slots=True)
class Business:
    """Whose invoices these are. ``holidays`` is a country code or "none"."""

    name: str
    timezone: str
    currency: str
    holidays: str = "none"
    weekend: frozenset[int] = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """One channel's daily digest."""

    channel: str
    at: time
    days: frozenset[int]
    timezone: str
    weekly: int | None = None
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """Where things are posted; empty text means none is set."""

    approvals: str = ""
    escalation: str = ""
    failures: str = ""
    allow_shared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class People:
    """Who looks after whom: ``owners`` maps customer ids, and "default", to Slack users."""

    manager: str = ""
    owners: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def owner_of(self, customer_id: str) -> str:
        """The Slack user who owns this customer, else the default owner, else empty."""
        return self.owners.get(customer_id) or self.owners.get("default", "")


@dataclass(frozen=True, slots=True)
class RoleLists:
    """Slack users and user groups per role. ``everyone_views`` is ``viewers: all``."""

    admins: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    collectors: frozenset[str] = frozenset()
    technicians: frozenset[str] = frozenset()
    viewers: frozenset[str] = frozenset()
    everyone_views: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """Above these amounts (minor units by currency) approval is needed; an unlisted currency needs it always."""

    above: Mapping[str, int]

    def exceeded(self, minor: int, currency: str) -> bool:
        """Whether ``minor`` units of ``currency`` need approval."""
        limit = self.above.get(currency)
        return limit is None or minor > limit


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """Which action needs approval (docs/policy.md). A ``None`` threshold never asks."""

    void: bool = True
    payment: Threshold | None = None
    send: Threshold | None = None
    backdated_days: int | None = None
    expires_hours: int = 24
    number: int = 1
    delegates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Level:
    """One dunning level: ``days`` relative to the due date, whom it goes to, and with what."""

    name: str
    days: int
    to: tuple[Audience, ...]
    template: str = ""
    approval: bool = False
    stock_email: bool = False
    late_fee_amount: int | None = None
    late_fee_percent: Decimal | None = None

    @property
    def track(self) -> Track:
        """A level whose audience includes the customer is on the customer track (docs/policy.md)."""
        return "customer" if "customer" in self.to else "internal"


@dataclass(frozen=True)
class LadderPolicy:
    """The ladder (docs/policy.md). ``min_amount`` in minor units of the business currency."""

    levels: tuple[Level, ...] = ()
    min_days_between_contacts: int = 5
    min_amount: int = 0
    max_contacts: int = 8
    daily_cap: int = 50
    build_at: time = time(8)
    send_at: time = time(10)

    def level(self, name: str) -> Level | None:
        """The level of this name; ``None`` when the policy no longer has it."""
        return next((level for level in self.levels if level.name == name), None)

    @cached_property
    def tracks(self) -> Mapping[Track, tuple[Level, ...]]:
        """The levels of each track, by days."""
        by_days = sorted(self.levels, key=lambda level: level.days)
        return {track: tuple(level for level in by_days if level.track == track) for track in TRACKS}


@dataclass(frozen=True, slots=True)
class CustomerPolicy:
    """What policy says of one customer."""

    ladder: bool = True
    reason: str = ""
    auto_pay: bool = False
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy. ``version`` is a short hash of the file that it came from."""

    business: Business
    version: str
    digests: tuple[DigestPlan, ...] = ()
    channels: Channels = Channels()
    people: People = field(default_factory=People)
    roles: RoleLists = RoleLists()
    approvals: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    ladder: LadderPolicy = LadderPolicy()
    customers: Mapping[str, CustomerPolicy] = field(default_factory=lambda: MappingProxyType({}))
    templates: str = "templates/"
    letters: Mapping[str, Letter] = field(default_factory=lambda: BUILT_IN)
    syncro_own_reminders: bool | None = None
    syncro_late_fees: bool | None = None

    def letter_of(self, level: Level) -> Letter:
        """The text of a level that goes to the customer."""
        return self.letters.get(level.template, PLAIN)

    @property
    def asks_in(self) -> str:
        """Where approvals are asked: the channel for it, else for escalations, else the manager; empty: nowhere."""
        return self.channels.approvals or self.channels.escalation or self.people.manager

    def currency_of(self, customer_id: str) -> str:
        """The customer's currency: ``customers.ID.currency``, else the business's (docs/policy.md)."""
        customer = self.customers.get(customer_id)
        return (customer.currency if customer else "") or self.business.currency
