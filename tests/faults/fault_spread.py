"""One payment over several invoices on the shared database, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fault_world import CLERK, POLICY, FaultWorld, Process

from bot.domain.allocation import OpenInvoice
from bot.domain.facts import SpreadOutcome
from bot.domain.version import version_of
from bot.store import outbox
from bot.store.outbox import Item
from bot.use_cases.asking import Asking
from bot.use_cases.authority import Authority
from bot.use_cases.invoices import Submission
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.pay_several import PaySeveral, TypedSpread
from bot.use_cases.places import Places
from bot.use_cases.spread import SPREAD, Plan
from reminders.kinds import Step
from reminders.spread import SpreadShared
from reminders.where import Where

PAY: Mapping[str, str] = {"guide": "POST /invoices/{id}/payments", "openapi": "POST /payments"}


def several_of(process: Process) -> PaySeveral:
    """The use case, in this process."""
    context = process.context
    authority = Authority(context.directory, POLICY)
    asking = Asking(context, authority, process.journal)
    return PaySeveral(context, authority, process.journal, asking, Lookup(context, MirrorSync(context)))


@dataclass
class Cheque:
    """A form that is filled in: its invoices in the books, and what it is going to send."""

    world: FaultWorld
    invoices: list[Any]
    offered: tuple[OpenInvoice, ...]
    plan: Plan
    submission: Submission

    async def send(self, process: Process) -> SpreadOutcome:
        """Submits it, or submits it again."""
        return await several_of(process).record(self.submission, self.plan, self.offered)

    async def outcome(self, process: Process) -> SpreadOutcome:
        return await several_of(process).outcome(self.plan)

    def booked(self) -> list[int]:
        """How many payments there are on each invoice."""
        return [len(self.world.payments(one)) for one in self.invoices]


async def cheque(
    world: FaultWorld, process: Process, root: str, count: int = 3, anyway: bool = True
) -> Cheque:
    """One payment of all that is open on so many fresh invoices, 100 dollars on each."""
    invoices = [world.invoice(100) for _ in range(count)]
    seen = [await process.context.gateway.invoice(str(one.id)) for one in invoices]
    offered = tuple(OpenInvoice(one.id, one.number, version_of(one)) for one in seen)
    submission = Submission(actor=CLERK, root_view=root, visit_id="", anyway=anyway)
    customer = await process.context.gateway.customer(seen[0].customer_id)
    typed = TypedSpread(
        amount=str(100 * count),
        method="Check",
        reference=f"chq {root}",
        on=world.syncro.company.today().isoformat(),
        notes="",
        shares={one.id: "100" for one in offered},
    )
    plan = several_of(process).plan(submission, customer, offered, typed)
    return Cheque(world, invoices, offered, plan, submission)


async def messages(process: Process) -> list[Item]:
    """What is in the outbox about payments over several invoices."""

    def read(tx: Any) -> list[Item]:
        rows = tx.all("SELECT id FROM outbox WHERE kind = :kind ORDER BY seq", {"kind": SPREAD})
        return [item for row in rows if (item := outbox.get(tx, row["id"]))]

    return list(await process.lane.read(read))


async def prepared(process: Process, item: Item) -> Step:
    """What the outbox would do with a message now."""
    context = process.context
    where = Where(process.slack, context.directory, Places(context.directory, frozenset()))
    return await SpreadShared(context, where).prepare(item)
