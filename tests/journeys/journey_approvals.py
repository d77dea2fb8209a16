"""Steps of journeys about requests for approval."""

import re
from decimal import Decimal
from pathlib import Path

from journey_world import World

from bot.store import approvals
from bot.store.approvals import Approval
from sandbox.company.book import LineInput
from sandbox.demo import demo_policy
from sandbox.slack.person import Person
from sandbox.slack.shown import buttons, shown_text

APPROVALS = "C0APPROVE"
DECIDES = ["Approve", "Approve with comment", "Reject"]


def write_policy(folder: Path, **lines: str) -> None:
    """The demo's policy with other ``lines``; an empty one is left out. The bot reads it when it starts."""
    text = demo_policy()
    for name, value in lines.items():
        found = re.search(rf"^{name}: .*\n", text, re.M)
        line = f"{name}: {value}\n" if value else ""
        text = text.replace(found[0], line) if found else text + line
    (folder / "policy.yml").write_text(text)


def big_invoice(world: World, amount: int = 9000):
    """An invoice of the showpiece's customer that is worth asking about."""
    lines = [LineInput("Servers", Decimal(1), Decimal(amount), False)]
    return world.company.create_invoice(world.showpiece.customer_id, world.company.today(), lines=lines)


async def ask_payment(world: World, number: str, amount: str = "6000", who: str = "U0CLERK") -> Approval:
    """Somebody enters a payment above the policy's sum."""
    person = world.person(who)
    await person.command("C0BILLING", f"/invoice pay {number} {amount} ach")
    await person.submit(await person.modal("Balance"))
    await person.close(await person.modal("Asked for approval"))
    return await newest(world)


async def ask_void(world: World, number: str = "1042", who: str = "U0CLERK") -> Approval:
    """Somebody asks for a void."""
    person = world.person(who)
    await person.command("C0BILLING", f"/invoice void {number}")
    await person.submit(await person.modal("Reason"), {"Reason": "Billed twice"})
    await person.close(await person.modal("Asked for approval"))
    return await newest(world)


async def newest(world: World) -> Approval:
    """The request that was made last."""
    lane = world.app.rooms.context.lane
    (row,) = await lane.read(
        lambda tx: tx.all("SELECT id FROM approval ORDER BY created_at DESC, id LIMIT 1")
    )
    return await held(world, row["id"])


async def held(world: World, id: str) -> Approval:
    """A request as it is now."""
    found = await world.app.rooms.context.lane.read(lambda tx: approvals.get(tx, id))
    assert found is not None
    return found


async def request_seen(person: Person, text: str = "Approval needed"):
    """The newest message in the approvals channel that asks for something."""
    return await person.sees(text, APPROVALS)


async def audited(world: World, begins: str = "approval.") -> list[str]:
    """The actions of the audit record, in order."""
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT action FROM audit ORDER BY seq"))
    return [row["action"] for row in rows if row["action"].startswith(begins)]


def assert_decided(message, *texts: str) -> None:
    """No button decides anything any more, and it says what became of it."""
    assert not set(DECIDES) & set(buttons(message)), buttons(message)
    shown = re.sub(r"\s+", " ", shown_text(message))
    for text in texts:
        assert text in shown, shown
