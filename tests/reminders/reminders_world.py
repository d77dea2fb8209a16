"""Both stand-ins over loopback HTTP, a database in a folder, and as many bots on it as a test wants."""

import asyncio
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.app import kinds_of_write
from bot.domain.calendar import BusinessCalendar
from bot.domain.policy import (
    Business,
    Channels,
    DigestPlan,
    LadderPolicy,
    Level,
    People,
    Policy,
    RoleLists,
)
from bot.slack.client import Slack
from bot.slack.directory import Directory
from bot.store.audit import Audit
from bot.store.open import open_store
from bot.syncro.circuit import Circuit
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.pace import Pace as RequestPace
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context, Waits
from bot.use_cases.journal import Journal
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.overdue import Overdue
from bot.use_cases.places import Places
from reminders.chasing import Chasing
from reminders.deliver import deliverable
from reminders.digest import Digests
from reminders.early import early_steps
from reminders.outbox import Outbox, Pace
from reminders.schedule import Schedule
from reminders.sweep import Sweep
from reminders.where import Where
from sandbox.clock import Clock
from sandbox.slack.server import SlackSandbox
from sandbox.slack.shown import shown_text
from sandbox.syncro import SyncroSandbox

#: A Tuesday, 10:30 in New York: the digest (9:00) and the sweep (10:00) are due.
START = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
KEY = "fictional-key-0123456789"
ZONE = "America/New_York"
PLAN = DigestPlan("C0BILLING", time(9), frozenset(range(5)), ZONE)
LEVELS = (
    Level("friendly", 1, ("customer",), "friendly"),
    Level("firm", 7, ("customer", "owner"), "firm"),
    Level("call", 15, ("owner",)),
    Level("manager", 30, ("manager",)),
    Level("hand-off", 60, ("manager", "channel"), approval=True),
)
POLICY = Policy(
    business=Business("Northwind IT", ZONE, "USD"),
    version="test",
    digests=(PLAN,),
    channels=Channels(approvals="C0APPROVE", escalation="C0BILLING", failures="C0APPROVE"),
    people=People("U0BOSS", {"default": "U0CLERK"}),
    roles=RoleLists(approvers=frozenset({"U0BOSS"}), collectors=frozenset({"U0CLERK"})),
    ladder=LadderPolicy(levels=LEVELS, min_amount=2500),
)
#: Nothing sleeps in tests: the clock is moved instead.
PACE = Pace(channel_seconds=0, idle=0.05)


@dataclass
class Bot:
    """The time side of one bot process."""

    context: Context
    slack: Slack
    sync: MirrorSync
    overdue: Overdue
    outbox: Outbox
    digests: Digests
    sweep: Sweep
    schedule: Schedule
    chasing: Chasing
    journal: Journal
    authority: Authority

    async def close(self) -> None:
        await self.outbox.stop()
        await self.schedule.stop()
        await self.context.gateway.close()
        await self.slack.close()
        await self.context.lane.close()


@dataclass
class World:
    """The stand-ins, the clock, and the bots on one database."""

    slack: SlackSandbox
    syncro: SyncroSandbox
    base: str
    clock: Clock
    folder: Path
    policy: Policy = POLICY
    bots: list[Bot] = field(default_factory=list)

    async def bot(self, **changes: Any) -> Bot:
        """Another process of the bot; ``changes`` to the policy."""
        policy = replace(self.policy, **changes)
        lane = await open_store(f"sqlite:///{self.folder}/bot.db")
        slack = Slack.connect(self.slack.bot_token, self.slack.api_url)
        directory = Directory(slack, "T0NORTH")
        woken = asyncio.Event()
        client = Client(
            self.base,
            KEY,
            timeout=5,
            patience=Patience(first_wait=0),
            pace=RequestPace(100_000, self.seconds),
            circuit=Circuit(self.seconds),
        )
        context = Context(
            lane=lane,
            gateway=Gateway(client, self.syncro.shape, policy.currency_of),
            directory=directory,
            policy=policy,
            calendar=BusinessCalendar(),
            audit=Audit(b"key"),
            now=self.clock.now,
            waits=Waits(),
            wake_outbox=woken.set,
        )
        sync, overdue = MirrorSync(context), Overdue(context)
        where = Where(slack, directory, Places(directory, policy.channels.allow_shared))
        kinds = deliverable(context, where, Lookup(context, sync), overdue)
        outbox = Outbox(context, slack, kinds, woken, PACE)
        owner = secrets.token_hex(4)
        digests, sweep = Digests(context, sync, overdue, owner), Sweep(context, sync, owner)
        authority = Authority(directory, policy)
        journal = Journal(context, kinds_of_write(context, authority))
        chasing = Chasing.made(context, authority, journal, sync, sweep, owner)
        early = early_steps(context, owner)
        schedule = Schedule(context, sync, journal, digests, sweep, chasing, outbox, early=early)
        made = Bot(
            context, slack, sync, overdue, outbox, digests, sweep, schedule, chasing, journal, authority
        )
        self.bots.append(made)
        return made

    def seconds(self) -> float:
        """The clock for what counts seconds."""
        return self.clock.now().timestamp()

    def move(self, **by: float) -> None:
        """Time passes."""
        self.clock.advance(timedelta(**by))

    def posted(self, channel: str, text: str = "") -> list[dict[str, Any]]:
        """The kept messages of a conversation that say ``text``."""
        return [one for one in self.slack.in_channel(channel) if text in words(one)]

    def invoice(self, number: str) -> Any:
        return self.syncro.company.invoice_by_number(number)

    def pay(self, invoice_id: str) -> None:
        """Somebody records a full payment in Syncro's own screens."""
        company = self.syncro.company
        invoice = company.invoice(int(invoice_id))
        balance = company.balance(invoice)
        company.take_payment(invoice.customer_id, balance, {invoice.id: balance})

    def break_syncro(self) -> None:
        self.syncro.faults.add("*", "status", times=None, status=503)


def words(message: dict[str, Any]) -> str:
    return f"{message.get('text', '')}\n{shown_text(message)}"
