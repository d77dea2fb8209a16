"""What every use case is given: the edges, the policy, and time as an argument."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.domain.calendar import BusinessCalendar
from bot.domain.policy import Policy
from bot.slack.directory import Directory
from bot.store.audit import Audit
from bot.store.lane import Lane
from bot.syncro.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the journal waits. The defaults are the rule: a write that lands late must be seen to.

    ``first``: the first read that may prove absence, after the request ended. ``gap``: between the two reads.
    ``give_up``: after this long without a readable answer it is unknown. ``retries``: pauses, in seconds, before
    trying again what surely never left; a 429 that asks for more than ``longest_retry`` seconds ends it.
    ``send``: all tries of one request end within it. ``lease``: how long one process holds an operation; it must
    outlast ``send``, or another process could read back a request that is still under way.
    """

    first: timedelta = timedelta(seconds=60)
    gap: timedelta = timedelta(seconds=30)
    give_up: timedelta = timedelta(minutes=15)
    send: timedelta = timedelta(seconds=120)
    lease: timedelta = timedelta(seconds=180)
    retries: tuple[float, ...] = (1.0, 4.0)
    longest_retry: float = 20.0

    def __post_init__(self) -> None:
        if self.lease <= self.send:
            raise ValueError("The lease of an operation must outlast its request.")


@dataclass(frozen=True)
class Context:
    """The edges and settings that use cases share. ``now`` gives an aware UTC time."""

    lane: Lane
    gateway: Gateway
    directory: Directory
    policy: Policy
    calendar: BusinessCalendar
    audit: Audit
    now: Callable[[], datetime]
    waits: Waits = field(default_factory=Waits)
    wake_outbox: Callable[[], None] = lambda: None

    @cached_property
    def bulk(self) -> Gateway:
        """The gateway for what nobody waits for: its requests go behind people's."""
        return self.gateway.in_background()

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        return ZoneInfo(self.policy.business.timezone)

    def today(self) -> date:
        """The business's date now."""
        return self.now().astimezone(self.zone).date()

    def local(self, at: datetime) -> datetime:
        """``at`` in the business's time zone, as it is shown."""
        return at.astimezone(self.zone)
