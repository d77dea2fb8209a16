"""Requests for approval on the shared database: asked for, approved and followed by whichever process."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from fault_kill import Steps
from fault_world import POLICY, FaultWorld, Process, intent

from bot.domain.approval import OPEN, State
from bot.domain.asked import Asked
from bot.domain.policy import ApprovalPolicy, Threshold
from bot.store import approvals
from bot.store.approvals import Approval
from bot.use_cases.approvals import Approvals
from bot.use_cases.approved import Approved
from bot.use_cases.asking import Asking
from bot.use_cases.authority import Authority
from bot.use_cases.holds import Holds
from bot.use_cases.journal import Intent
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.promise_requests import PromiseRequests

#: Whatever is paid or voided needs somebody else's word.
STRICT = replace(POLICY, approvals=ApprovalPolicy(void=True, payment=Threshold({"USD": 100})))
#: The same, and two must say so.
BY_TWO = replace(
    STRICT,
    approvals=replace(STRICT.approvals, number=2),
    roles=replace(STRICT.roles, approvers=frozenset({"U0BOSS", "U0CFO"})),
)


@dataclass
class Desk:
    """One process, with what approves and carries out."""

    process: Process
    asking: Asking
    approvals: Approvals
    approved: Approved

    async def held(self, id: str) -> Approval:
        """A request as it is now."""
        found = await self.process.lane.read(lambda tx: approvals.get(tx, id))
        assert found is not None
        return found

    async def tick(self) -> None:
        """What the clock does, in the bot's own order."""
        await self.process.journal.check_open()
        await self.approvals.keep_time()
        await self.approved.carry_all()

    async def told(self, id: str) -> list[str]:
        """The messages about how a request stands, for whoever asked."""
        rows = await self.process.lane.read(
            lambda tx: tx.all("SELECT key, target FROM outbox WHERE kind = 'approval.told' ORDER BY seq")
        )
        return [f"{row['target']} {row['key'].split(':')[2]}" for row in rows if f":{id}:" in row["key"]]


async def desk(
    world: FaultWorld, policy: Any = STRICT, steps: Steps | None = None, ahead: timedelta = timedelta()
) -> Desk:
    """A process under this policy, whose clock is so far ahead.

    With ``steps`` it can be killed at each of its commits and requests.
    """
    process = await world.process(policy=policy, now=lambda: world.clock.now() + ahead)
    if steps is not None:
        process.lane.write = steps.around("commit", process.lane.write)  # type: ignore[method-assign]  # the knife
        client: Any = process.context.gateway._client
        for name in ("post", "put"):
            setattr(client, name, steps.around(name, getattr(client, name)))
    context, authority = process.context, Authority(process.context.directory, policy)
    asking = Asking(context, authority, process.journal)
    lookup = Lookup(context, MirrorSync(context))
    promises = PromiseRequests(context, authority, lookup, Holds(context, authority, lookup, asking))
    approved = Approved(context, process.journal, promises)
    return Desk(process, asking, Approvals(context, authority, approved), approved)


async def ask(world: FaultWorld, at: Desk, kind: str, invoices: list[Any]) -> tuple[Approval, list[Intent]]:
    """A clerk's form about these invoices becomes a request."""
    wanted = [await intent(world, at.process, kind, one) for one in invoices]
    if len(wanted) == 1:
        made = await at.asking.perform(wanted[0])
        assert isinstance(made, Approval)
        return made, wanted
    about = Asked(title="A payment over several invoices", customer="Acme", why=("above the limit",))
    return await at.asking.ask(wanted[0].base_key, wanted, about), wanted


async def followed(world: FaultWorld, at: Desk, id: str, passes: int = 15) -> Approval:
    """Time passes and the bot looks after it, until nothing more can come of it."""
    for _ in range(passes):
        await at.tick()
        found = await at.held(id)
        if found.state not in OPEN:
            return found
        assert found.state is State.APPROVED
        world.move(31)
    raise AssertionError(f"still open: {found}")
