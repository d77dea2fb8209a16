"""The journal over real HTTP: both stand-ins, a clock that tests move, and as many bot processes as they want."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.app import kinds_of_write
from bot.domain.calendar import BusinessCalendar
from bot.domain.errors import DuebotError
from bot.domain.invoice import Invoice, LineItem, Status
from bot.domain.policy import (
    ApprovalPolicy,
    Business,
    LadderPolicy,
    Level,
    People,
    Policy,
    RoleLists,
)
from bot.domain.roles import Person
from bot.domain.version import version_of
from bot.slack.client import Slack
from bot.slack.directory import Directory
from bot.store import mirror, operations
from bot.store.audit import Audit
from bot.store.lane import Lane, Tx
from bot.store.open import open_store
from bot.store.operations import Operation
from bot.store.rows import iso
from bot.syncro.circuit import Circuit
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.pace import Pace
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context, Waits
from bot.use_cases.journal import Intent, Journal
from bot.use_cases.lines import count_like, line_to_json
from sandbox.clock import Clock
from sandbox.company import LineInput
from sandbox.slack.server import SlackSandbox
from sandbox.syncro import SyncroSandbox

START = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
KEY = "fictional-key-0123456789"
POLICY = Policy(
    business=Business("Northwind IT", "America/New_York", "USD"),
    version="test",
    roles=RoleLists(collectors=frozenset({"U0CLERK", "U0DANA"}), approvers=frozenset({"U0BOSS"})),
    approvals=ApprovalPolicy(void=False, payment=None, send=None),
    people=People("U0BOSS", {"default": "U0CLERK"}),
    ladder=LadderPolicy(levels=(Level("friendly", 1, ("customer",), "friendly", stock_email=True),)),
)
#: The rule's own waits, on a clock that is moved; only what a socket waits for is really short.
WAITS = Waits(retries=(0.0, 0.0), longest_retry=0.1)
CLERK = Person("U0CLERK", "Clara Clerk")
DANA = Person("U0DANA", "Dana Deputy")
BOSS = Person("U0BOSS", "Bo Boss")
#: In real seconds. Longer than a busy machine may stand still, or a clear answer would count as lost.
TIMEOUT = 2.0

PAY = "POST /invoices/{id}/payments"
PUT = "PUT /invoices/{id}"
READ = "GET /invoices/{id}"
_keys = itertools.count(1)


@dataclass
class Process:
    """One bot process's journal on the shared database."""

    context: Context
    journal: Journal
    slack: Slack

    @property
    def lane(self) -> Lane:
        return self.context.lane

    async def close(self) -> None:
        await self.context.gateway.close()
        await self.slack.close()
        await self.lane.close()


@dataclass
class FaultWorld:
    """What a test sees of the world outside the bot."""

    slack: SlackSandbox
    syncro: SyncroSandbox
    base: str
    clock: Clock
    folder: Path
    processes: list[Process] = field(default_factory=list)

    async def process(
        self, waits: Waits = WAITS, now: Callable[[], datetime] | None = None, policy: Policy = POLICY
    ) -> Process:
        """Another process; ``now`` is its own clock."""
        slack = Slack.connect(self.slack.bot_token, self.slack.api_url)
        directory = Directory(slack, "T0NORTH", monotonic=self.seconds)
        client = Client(
            self.base,
            KEY,
            timeout=TIMEOUT,
            patience=Patience(first_wait=0, longest_wait=0),
            pace=Pace(100_000, self.seconds),
            circuit=Circuit(self.seconds),
            now=now or self.clock.now,
        )
        context = Context(
            lane=await open_store(f"sqlite:///{self.folder}/bot.db"),
            gateway=Gateway(client, self.syncro.shape, POLICY.currency_of),
            directory=directory,
            policy=policy,
            calendar=BusinessCalendar(),
            audit=Audit(b"key"),
            now=now or self.clock.now,
            waits=waits,
        )
        await remember(context, self.syncro.company.invoices.values())
        journal = Journal(context, kinds_of_write(context, Authority(directory, POLICY)))
        made = Process(context, journal, slack)
        self.processes.append(made)
        return made

    def invoice(self, dollars: int = 500) -> Any:
        """A fresh invoice that was sent to a customer of whom nothing else is known."""
        company = self.syncro.company
        customer = next(one for one in company.customers.values() if one.email)
        made = company.create_invoice(
            customer.id, company.today(), lines=[LineInput("Work", Decimal(1), Decimal(dollars), False)]
        )
        made.sent = True
        return made

    def order(self, match: str, kind: str, **how: Any) -> None:
        self.syncro.faults.add(match, kind, **how)

    def sent(self, call: str, invoice: Any) -> int:
        """How many such requests for this invoice reached Syncro."""
        return sum(f"/{invoice.id}" in one.path for one in self.syncro.calls(call))

    def payments(self, invoice: Any) -> list[Any]:
        return [one for one in self.syncro.company.payments_of(invoice.id) if one.success]

    def seconds(self) -> float:
        """The clock for what counts seconds."""
        return self.clock.now().timestamp()

    def move(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


async def remember(context: Context, invoices: Iterable[Any]) -> None:
    """What a first sync would have left of the numbers that are taken, with the time at which it was made."""
    headers = [
        Invoice(
            id=str(one.id),
            number=one.number,
            customer_id=str(one.customer_id),
            customer_name="",
            date=one.date,
            due_date=None,
            status=Status.PAID,
            subtotal=None,
            tax=None,
            total=one.total,
            balance=None,
            currency="USD",
        )
        for one in invoices
    ]
    now = context.now()

    def write(tx: Tx) -> None:
        mirror.put_invoices(tx, headers, now)
        mirror.set_state(tx, "synced_at", iso(now))

    await context.lane.write(write)


async def intent(world: FaultWorld, process: Process, kind: str, invoice: Any, **changes: Any) -> Intent:
    """What a clerk wants, having seen the invoice live."""
    seen = await process.context.gateway.invoice(str(invoice.id))
    now = process.context.now()
    await process.lane.write(lambda tx: mirror.put_invoices(tx, [seen], now))
    made = Intent(
        base_key=f"view{next(_keys)}:{kind}",
        kind=kind,
        invoice_id=str(invoice.id),
        customer_id=str(invoice.customer_id),
        actor=CLERK,
        request=REQUESTS[kind](world, seen),
        seen=version_of(seen),
    )
    if kind == "create":
        made = replace(made, invoice_id=None, seen=None)
    return replace(made, **changes)


def _payment(world: FaultWorld, seen: Any) -> dict[str, Any]:
    noted = world.syncro.shape == "guide"
    return {
        "amount": seen.balance,
        "currency": "USD",
        "method": "Check",
        "reference": f"chq {seen.id}",
        "date": world.syncro.company.today().isoformat(),
        "notes": "by post" if noted else "",
        "number": seen.number,
        "anyway": True,
        "reason": "",
        "balance": seen.balance,
    }


def _void(world: FaultWorld, seen: Any) -> dict[str, Any]:
    return {"reason": "made twice"}


def _email(world: FaultWorld, seen: Any) -> dict[str, Any]:
    customer = world.syncro.company.customer(int(seen.customer_id))
    to, cc, text = [customer.email], [], "Here it is."
    if world.syncro.shape == "openapi":
        to, cc, text = [customer.notification_email or customer.email], [*customer.cc_emails], ""
    return {"to": to, "cc": cc, "subject": text, "message": text, "reason": ""}


def _create(world: FaultWorld, seen: Any) -> dict[str, Any]:
    line = LineItem(f"Like invoice {seen.id}", Decimal(2), Decimal("12.50"), taxable=False)
    today = world.syncro.company.today().isoformat()
    return {
        "customer_id": seen.customer_id,
        "currency": "USD",
        "date": today,
        "due_date": None,
        "notes": "",
        "terms": "",
        "lines": [line_to_json(line)],
        "anyway": True,
    }


def _edit(world: FaultWorld, seen: Any) -> dict[str, Any]:
    return {"notes": "Call first"}


def _line(world: FaultWorld, seen: Any) -> dict[str, Any]:
    line = LineItem("Cable", Decimal(3), Decimal("4.00"), taxable=False)
    ids = [one.id for one in seen.lines]
    return {"line": line_to_json(line), "alike_before": count_like(seen, line), "ids_before": ids}


REQUESTS: Mapping[str, Callable[[FaultWorld, Any], dict[str, Any]]] = {
    "payment": _payment,
    "void": _void,
    "email": _email,
    "create": _create,
    "edit": _edit,
    "line": _line,
}
CALLS = {
    "payment": PAY,
    "void": PUT,
    "edit": PUT,
    "email": "POST /invoices/{id}/email",
    "create": "POST /invoices",
    "line": "POST /invoices/{id}/line_items",
}


def effects(world: FaultWorld, kind: str, invoice: Any) -> int:
    """How often the write took effect in the books."""
    company = world.syncro.company
    match kind:
        case "payment":
            return len(world.payments(invoice))
        case "void":
            return int(invoice.void)
        case "email":
            return sum(one.invoice_id == invoice.id for one in company.emails)
        case "create":
            name = f"Like invoice {invoice.id}"
            return sum(any(line.name == name for line in one.lines) for one in company.invoices.values())
        case "edit":
            return int(invoice.notes == "Call first")
        case _:
            return sum(line.name == "Cable" for line in invoice.lines)


async def attempt(process: Process, wanted: Intent) -> Operation | DuebotError:
    """What the person at the form gets: the operation, or the error that refused it."""
    try:
        return await process.journal.perform(wanted)
    except DuebotError as error:
        return error


async def the_operation(process: Process, wanted: Intent) -> Operation:
    """The last attempt at what was wanted, as it stands in the journal."""
    return (await process.lane.read(lambda tx: operations.attempts(tx, wanted.base_key)))[-1]


async def settle_all(world: FaultWorld, process: Process, passes: int = 12, step: float = 31) -> None:
    """Time passes and the bot looks after what is open, until nothing is prepared or sent any more."""
    for _ in range(passes):
        await process.journal.check_open()
        left = await process.lane.read(operations.unsettled)
        if all(one.state == "unknown" for one in left):
            return
        world.move(step)
    raise AssertionError(f"still open: {left}")


async def told(process: Process, operation: Operation) -> list[str]:
    """To whom direct messages about this operation are in the outbox."""
    rows = await process.lane.read(
        lambda tx: tx.all(
            "SELECT target, payload FROM outbox WHERE kind = 'operation.told' ORDER BY created_at"
        )
    )
    return [str(row["target"]) for row in rows if f'"{operation.key}"' in row["payload"]]


async def audited(process: Process, operation: Operation) -> list[tuple[str, str]]:
    """Who did what to this operation, by the audit record."""
    rows = await process.lane.read(
        lambda tx: tx.all(
            "SELECT actor_id, action FROM audit WHERE operation_key = :key ORDER BY seq",
            {"key": operation.key},
        )
    )
    return [(row["actor_id"], row["action"]) for row in rows]
