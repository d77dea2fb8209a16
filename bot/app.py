"""The composition root: store, edges, use cases, doors and clock are made here, started, drained and stopped."""

import asyncio
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.config import Settings, calendar_of
from bot.domain.errors import DuebotError, Misconfigured, SlackError, SlackRefused
from bot.domain.policy import Policy
from bot.domain.refusals import Refusals
from bot.front import Routes, runner_of, site
from bot.slack.client import Identity, Slack
from bot.slack.directory import Directory
from bot.slack.gate import Gate
from bot.slack.sockets import Sockets
from bot.slack.web import SlackRoute
from bot.store.audit import Audit
from bot.store.open import open_store, presence_at
from bot.syncro.client import Client
from bot.syncro.gateway import Gateway
from bot.syncro.pace import Pace
from bot.syncro.webhook import webhook_route
from bot.use_cases.approvals import Approvals
from bot.use_cases.approved import Approved
from bot.use_cases.asking import Asking
from bot.use_cases.assigning import Assigning
from bot.use_cases.authority import Authority
from bot.use_cases.by_hand import ByHand
from bot.use_cases.calls import Calls
from bot.use_cases.catalogue import Catalogue
from bot.use_cases.context import Context, Waits
from bot.use_cases.customer_holds import CustomerHolds
from bot.use_cases.customers import Customers
from bot.use_cases.explain import Explain
from bot.use_cases.hints import Hints
from bot.use_cases.holds import Holds
from bot.use_cases.invoice_log import InvoiceLogs
from bot.use_cases.invoices import Invoices
from bot.use_cases.journal import Journal
from bot.use_cases.kinds import Kind as Write
from bot.use_cases.kinds_contact import ContactKind
from bot.use_cases.kinds_fee import LateFeeKind
from bot.use_cases.kinds_invoice import EditKind, EmailKind, VoidKind
from bot.use_cases.kinds_lines import CreateKind, LineKind
from bot.use_cases.kinds_payment import PaymentKind
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.outcomes import Outcomes
from bot.use_cases.overdue import Overdue
from bot.use_cases.pay_several import PaySeveral
from bot.use_cases.places import Places
from bot.use_cases.promise_requests import PromiseRequests
from bot.use_cases.proposals import Proposals
from bot.use_cases.shapes import remember_shape, remembered_shape
from bot.use_cases.tasks import Tasks
from bot.use_cases.vitals import Vitals
from handlers.desk import Desk
from handlers.door import Door
from handlers.reception import Reception, make_door
from reminders.chasing import Chasing
from reminders.deliver import deliverable
from reminders.digest import Digests
from reminders.early import early_steps
from reminders.outbox import Outbox
from reminders.schedule import Rhythm, Schedule
from reminders.sweep import Sweep
from reminders.where import Where

log = structlog.get_logger()

Now = Callable[[], datetime]
#: Seconds for the pauses between tries of a request, and how much longer than a request its lease lasts.
_PAUSES = 45
_MARGIN = timedelta(seconds=60)


def real_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass
class Rooms:
    """Everything below the doors, made from settings and policy; what every verb of the CLI works with."""

    settings: Settings
    policy: Policy
    slack: Slack
    syncro: Client
    context: Context
    journal: Journal
    sync: MirrorSync
    lookup: Lookup
    authority: Authority
    places: Places
    overdue: Overdue
    outbox: Outbox
    digests: Digests
    sweep: Sweep
    chasing: Chasing
    owner: str

    async def close(self) -> None:
        """Closes the edges and the store."""
        await self.context.gateway.close()
        await self.slack.close()
        await self.context.lane.close()


async def open_rooms(settings: Settings, policy: Policy, now: Now = real_now, team_id: str = "") -> Rooms:
    """Opens the store and makes the use cases. Asks neither Slack nor Syncro anything. Raises ``Misconfigured``."""
    syncro = settings.require_syncro()
    client = Client(
        syncro.base_url,
        syncro.api_key.get_secret_value(),
        timeout=settings.syncro_timeout_seconds,
        pace=Pace(settings.syncro_per_minute),
        now=now,
    )
    lane = await open_store(settings.database_url)
    shape = await remembered_shape(lane, syncro.base_url) if syncro.shape == "auto" else syncro.shape
    token = settings.slack_bot_token
    slack = Slack.connect(token.get_secret_value() if token else "", settings.slack_api_url)
    key = settings.audit_key.get_secret_value() if settings.audit_key else ""
    woken = asyncio.Event()
    directory = Directory(slack, team_id)
    context = Context(
        lane=lane,
        gateway=Gateway(client, shape, policy.currency_of, partial(remember_shape, lane, syncro.base_url)),
        directory=directory,
        policy=policy,
        calendar=calendar_of(policy),
        audit=Audit(key.encode()),
        now=now,
        waits=_waits(settings),
        wake_outbox=woken.set,
    )
    authority = Authority(directory, policy)
    sync, places, overdue = (
        MirrorSync(context),
        Places(directory, policy.channels.allow_shared),
        Overdue(context),
    )
    lookup = Lookup(context, sync)
    where = Where(slack, directory, places)
    owner = secrets.token_hex(6)
    journal = Journal(context, kinds_of_write(context, authority))
    sweep = Sweep(context, sync, owner)
    return Rooms(
        settings=settings,
        policy=policy,
        slack=slack,
        syncro=client,
        context=context,
        journal=journal,
        sync=sync,
        lookup=lookup,
        authority=authority,
        places=places,
        overdue=overdue,
        outbox=Outbox(context, slack, deliverable(context, where, lookup, overdue), woken),
        digests=Digests(context, sync, overdue, owner),
        sweep=sweep,
        chasing=Chasing.made(context, authority, journal, sync, sweep, owner),
        owner=owner,
    )


def kinds_of_write(context: Context, authority: Authority) -> dict[str, Write]:
    """Every kind of write that the journal can carry out."""
    return {
        "payment": PaymentKind(context, authority),
        "void": VoidKind(context, authority),
        "create": CreateKind(context, authority),
        "edit": EditKind(context, authority),
        "line": LineKind(context, authority),
        "email": EmailKind(context, authority),
        "contact": ContactKind(context, authority),
        "late_fee": LateFeeKind(context, authority),
    }


def _waits(settings: Settings) -> Waits:
    send = timedelta(seconds=settings.syncro_timeout_seconds * 3 + _PAUSES)
    return Waits(
        first=timedelta(seconds=settings.readback_first_seconds),
        gap=timedelta(seconds=settings.readback_gap_seconds),
        send=send,
        lease=send + _MARGIN,
    )


class App:
    """A running bot."""

    def __init__(self, rooms: Rooms, identity: Identity) -> None:
        self.rooms = rooms
        settings = rooms.settings
        access = settings.require_slack()
        secret = access.signing_secret.get_secret_value() if access.signing_secret else secrets.token_hex(16)
        base = urlsplit(settings.require_syncro().base_url)
        self.refusals = Refusals()
        self._gate = Gate(secret, settings.slack_per_second)
        asking = Asking(rooms.context, rooms.authority, rooms.journal)
        self._several = PaySeveral(rooms.context, rooms.authority, rooms.journal, asking, rooms.lookup)
        holds = Holds(rooms.context, rooms.authority, rooms.lookup, asking)
        promises = PromiseRequests(rooms.context, rooms.authority, rooms.lookup, holds)
        approved = Approved(rooms.context, rooms.journal, promises)
        approvals = Approvals(rooms.context, rooms.authority, approved)
        desk = Desk(
            context=rooms.context,
            authority=rooms.authority,
            places=rooms.places,
            lookup=rooms.lookup,
            catalogue=Catalogue(rooms.context),
            invoices=Invoices(rooms.context, rooms.authority, rooms.journal, asking, rooms.lookup),
            approvals=approvals,
            several=self._several,
            holds=holds,
            customers=Customers(rooms.context, rooms.lookup),
            customer_holds=CustomerHolds(rooms.context, rooms.authority, holds),
            calls=Calls(rooms.context, rooms.authority),
            assigning=Assigning(rooms.context, rooms.authority),
            automatics=rooms.chasing.automatics,
            proposals=Proposals(rooms.context, rooms.authority),
            fees=rooms.chasing.fees,
            tasks=Tasks(rooms.context, rooms.authority, rooms.chasing.chase),
            by_hand=ByHand(rooms.context, rooms.authority, rooms.lookup, rooms.chasing.chase),
            journal=rooms.journal,
            overdue=rooms.overdue,
            explain=Explain(rooms.context, rooms.lookup),
            logs=InvoiceLogs(rooms.context, rooms.lookup),
            outcomes=Outcomes(rooms.context, rooms.lookup),
            slack=rooms.slack,
            syncro_host=base.netloc,
            refusals=self.refusals,
        )
        self.door: Door = make_door(desk, identity.team_id)
        self.reception = Reception(desk, self.door, identity, secret)
        self.schedule = Schedule(
            rooms.context,
            rooms.sync,
            rooms.journal,
            rooms.digests,
            rooms.sweep,
            rooms.chasing,
            rooms.outbox,
            Rhythm(tick=timedelta(seconds=settings.tick_seconds)),
            {
                "approvals": approvals.keep_time,
                "approved": approved.carry_all,
                **early_steps(rooms.context, rooms.owner),
            },
        )
        self._hints = Hints(rooms.context, self.schedule.sync_soon)
        self._posting: asyncio.Task[None] | None = None
        self._presence = presence_at(settings.database_url)
        self._vitals = Vitals(rooms.context, rooms.syncro, self.refusals)
        self._sockets: Sockets | None = None
        if access.app_token is not None:
            self._sockets = Sockets(self.reception.app, access.app_token.get_secret_value())
        self._runner: web.AppRunner | None = None
        self.address = ""

    @classmethod
    async def start(cls, settings: Settings, policy: Policy, now: Now = real_now) -> "App":
        """Opens everything and begins to answer. Raises ``Misconfigured`` with what to mend."""
        settings.require_both()
        slack = Slack.connect(settings.require_slack().bot_token.get_secret_value(), settings.slack_api_url)
        try:
            identity = await slack.identity()
        except SlackRefused as error:
            raise Misconfigured(f"Slack doesn't accept the bot: {error} Check SLACK_BOT_TOKEN.") from error
        except SlackError as error:
            raise Misconfigured(
                f"The bot can't start without Slack: {error} Check the network, or SLACK_API_URL if it is set."
            ) from error
        finally:
            await slack.close()
        rooms = await open_rooms(settings, policy, now, identity.team_id)
        app = cls(rooms, identity)
        try:
            await app._open_doors()
        except BaseException:
            await app.stop()
            raise
        return app

    async def _open_doors(self) -> None:
        await self._take_over()
        self._runner = runner_of(site(self._routes(), self.refusals))
        await self._runner.setup()
        settings = self.rooms.settings
        try:
            await web.TCPSite(self._runner, settings.host, settings.port).start()
        except OSError as error:
            raise Misconfigured(
                f"Can't listen on {settings.host}:{settings.port} ({os.strerror(error.errno or 0).lower()}). "
                "Set DUEBOT_PORT to a free port."
            ) from error
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        if self._sockets is not None:
            await self._sockets.start()
        self._posting = asyncio.create_task(self.rooms.outbox.run())
        self.schedule.start()
        log.info("ready", address=self.address, mode="socket" if self._sockets else "http")

    async def _take_over(self) -> None:
        """Goes on at once with what a killed bot left open, unless another bot is at work on this database."""
        if self._presence is None or await asyncio.to_thread(self._presence.enter):
            await self.rooms.journal.take_over()
            await self._several.take_over()
        if self._presence is not None:
            self._presence.share()

    def _routes(self) -> Routes:
        """Slack's requests (in HTTP mode), Syncro's webhook (with a secret), and routes for whoever runs the bot."""
        slack = SlackRoute(self.reception.app, self._gate, self.refusals)
        secret = self.rooms.settings.webhook_secret
        return Routes(
            healthz=self._healthz,
            readyz=self._readyz,
            metrics=self._metrics,
            slack=slack.handle if self._sockets is None else None,
            webhook=webhook_route(secret.get_secret_value(), self._hints.take, self.refusals)
            if secret
            else None,
        )

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        """Ready when the store answers and Slack's socket, if there is one, is connected."""
        problems = []
        if self._sockets is not None and not self._sockets.connected:
            problems.append("Slack's socket is not connected")
        try:
            await self._vitals.check()
        except DuebotError as error:
            # The sentence names the file, and anybody who reaches the port reads this.
            log.warning("not_ready", why=str(error))
            problems.append("The database doesn't answer; the log says why")
        return web.json_response(
            {"ready": not problems, "problems": problems}, status=503 if problems else 200
        )

    async def _metrics(self, _request: web.Request) -> web.Response:
        text = await self._vitals.exposition(self.door.running)
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def stop(self) -> None:
        """Takes no more requests, finishes what was acknowledged, and closes everything."""
        if self._sockets is not None:
            await self._sockets.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        self.rooms.sync.stop()
        await self.door.drain()
        await self._hints.stop()
        await self.schedule.stop()
        await self.rooms.outbox.stop()
        if self._posting is not None:
            await self._posting
        await self.rooms.close()
        if self._presence is not None:
            self._presence.leave()
        log.info("stopped")
