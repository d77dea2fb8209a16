"""The stand-ins over loopback HTTP with a clock that is moved, and bots on one database that do as they are told."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import kinds_of_write
from bot.config.policy_file import calendar_of
from bot.domain.policy import Policy
from bot.slack.client import Slack
from bot.slack.directory import Directory
from bot.store.audit import Audit
from bot.store.open import open_store
from bot.syncro.circuit import Circuit
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.pace import Pace as RequestPace
from bot.use_cases.asking import Asking
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.customer_holds import CustomerHolds
from bot.use_cases.holds import Holds
from bot.use_cases.journal import Journal
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.overdue import Overdue
from bot.use_cases.places import Places
from bot.use_cases.proposals import Proposals
from bot.use_cases.tasks import Tasks
from reminders.chasing import Chasing
from reminders.deliver import deliverable
from reminders.digest import Digests
from reminders.early import early_steps
from reminders.outbox import Outbox, Pace
from reminders.schedule import Schedule
from reminders.sweep import Sweep
from reminders.where import Where
from sandbox.clock import Clock
from sandbox.company import Company
from sandbox.slack.server import SlackSandbox
from sandbox.syncro import SyncroSandbox
from sandbox.syncro.server import Shape

ZONE = ZoneInfo("America/New_York")
_KEY = "only-for-the-soak"
_TEAM = "T0NORTH"


@dataclass(frozen=True)
class Bot:
    """One bot process without its doors. ``schedule.tick_now`` does whatever is due, and posts it."""

    context: Context
    slack: Slack
    sync: MirrorSync
    overdue: Overdue
    holds: Holds
    customer_holds: CustomerHolds
    proposals: Proposals
    tasks: Tasks
    sweep: Sweep
    chasing: Chasing
    outbox: Outbox
    schedule: Schedule

    async def close(self) -> None:
        """Stops it as an operator would."""
        await self.schedule.stop()
        await self.outbox.stop()
        await self.context.gateway.close()
        await self.slack.close()
        await self.context.lane.close()


@dataclass
class House:
    """Everything outside the bot: the company behind Syncro's stand-in, Slack's stand-in, the clock, the database."""

    company: Company
    clock: Clock
    slack: SlackSandbox
    syncro: SyncroSandbox
    base: str
    folder: Path
    bots: list[Bot] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The business's date."""
        return self.clock.now().astimezone(ZONE).date()

    def move_to(self, day: date, at: time) -> None:
        """Time passes until then; a moment that is past already stays as it is."""
        left = datetime.combine(day, at, ZONE) - self.clock.now()
        self.clock.advance(max(left, left * 0))

    async def bot(self, policy: Policy) -> Bot:
        """Another process of the bot on the same database."""
        slack = Slack.connect(self.slack.bot_token, self.slack.api_url)
        directory = Directory(slack, _TEAM)
        client = Client(
            self.base,
            _KEY,
            timeout=10,
            patience=Patience(first_wait=0),
            pace=RequestPace(10_000_000, self._seconds),
            circuit=Circuit(self._seconds),
        )
        context = Context(
            lane=await open_store(f"sqlite:///{self.folder}/soak.db"),
            gateway=Gateway(client, self.syncro.shape, policy.currency_of),
            directory=directory,
            policy=policy,
            calendar=calendar_of(policy),
            audit=Audit(b"soak"),
            now=self.clock.now,
        )
        sync, overdue = MirrorSync(context), Overdue(context)
        lookup, authority = Lookup(context, sync), Authority(directory, policy)
        where = Where(slack, directory, Places(directory, policy.channels.allow_shared))
        kinds = deliverable(context, where, lookup, overdue)
        outbox = Outbox(context, slack, kinds, asyncio.Event(), Pace(channel_seconds=0))
        owner = secrets.token_hex(4)
        digests, sweep = Digests(context, sync, overdue, owner), Sweep(context, sync, owner)
        journal = Journal(context, kinds_of_write(context, authority))
        chasing = Chasing.made(context, authority, journal, sync, sweep, owner)
        holds = Holds(context, authority, lookup, Asking(context, authority, journal))
        made = Bot(
            context=context,
            slack=slack,
            sync=sync,
            overdue=overdue,
            holds=holds,
            customer_holds=CustomerHolds(context, authority, holds),
            proposals=Proposals(context, authority),
            tasks=Tasks(context, authority, chasing.chase),
            sweep=sweep,
            chasing=chasing,
            outbox=outbox,
            schedule=Schedule(
                context, sync, journal, digests, sweep, chasing, outbox, early=early_steps(context, owner)
            ),
        )
        self.bots.append(made)
        return made

    async def close_bots(self) -> None:
        """Every process stops; the database stays."""
        while self.bots:
            await self.bots.pop().close()

    def break_slack(self) -> None:
        """Slack answers everything with an error page until ``mend``."""
        self.slack.faults.add("*", "500_html", times=1_000_000)

    def break_syncro(self) -> None:
        """So does Syncro."""
        self.syncro.faults.add("*", "status", times=None, status=503)

    def mend(self) -> None:
        """Both answer again."""
        self.slack.faults.clear()
        self.syncro.faults.clear()

    def _seconds(self) -> float:
        return self.clock.now().timestamp()


@asynccontextmanager
async def house(company: Company, clock: Clock, shape: Shape, folder: Path) -> AsyncIterator[House]:
    """Opens the stand-ins, and closes them with every bot."""
    slack = SlackSandbox(clock, event_retry_seconds=())
    syncro = SyncroSandbox(company, clock, api_key=_KEY, shape=shape)
    await slack.start()
    opened = House(company, clock, slack, syncro, await syncro.start(), folder)
    try:
        yield opened
    finally:
        await opened.close_bots()
        await syncro.stop()
        await slack.stop()
