"""What tests of sending to customers share: who decides, what Syncro was asked to email, and how the ledger stands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from reminders_world import Bot, World

from bot.domain.roles import Person
from bot.store import automatic, contacts, mirror
from bot.store.contacts import Contact
from bot.use_cases.proposals import Proposals
from reminders.execution import ExecutionReport
from sandbox.company import LineInput

BOSS, CLERK, ADMIN = (
    Person("U0BOSS", "Bo Boss"),
    Person("U0CLERK", "Clara Clerk"),
    Person("U0ADMIN", "Ada Admin"),
)
guide_only = pytest.mark.parametrize("shape", ["guide"])
openapi_only = pytest.mark.parametrize("shape", ["openapi"])
#: The sample company's first customers have something odd about them; those from here on are plain.
_PLAIN_FROM = 309


def emails(world: World) -> list[Any]:
    return [one for one in world.syncro.requests if one.method == "POST" and one.path.endswith("/email")]


def emailed(world: World, invoice: Any) -> int:
    """How often a customer got an email that this invoice led."""
    return sum(one.invoice_id == invoice.id for one in world.syncro.company.emails)


def owing(world: World, days: int, dollars: int = 500, of: Any = None) -> Any:
    """An invoice so many days past due, of a customer of whom nothing else is known, or the one ``of`` another."""
    company = world.syncro.company
    used = {one.customer_id for one in company.invoices.values()}
    customer_id = (
        of.customer_id if of else next(id for id in company.customers if id >= _PLAIN_FROM and id not in used)
    )
    due = company.today() - timedelta(days=days)
    made = company.create_invoice(
        customer_id,
        due - timedelta(days=15),
        due_date=due,
        lines=[LineInput("Work", Decimal(1), Decimal(dollars), False)],
    )
    made.sent = True
    return made


def only(world: World, *invoices: Any) -> None:
    """Nobody else owes anything: every other invoice is paid."""
    company, kept = world.syncro.company, {one.id for one in invoices}
    for invoice in company.invoices.values():
        if invoice.id not in kept and (owed := company.balance(invoice)) > 0:
            company.take_payment(invoice.customer_id, owed, {invoice.id: owed})


def customer_of(world: World, invoice: Any) -> Any:
    return world.syncro.company.customer(invoice.customer_id)


async def contacts_of(bot: Bot, invoice: Any, track: str = "customer") -> list[Contact]:
    """The contacts with this invoice's customer on a track, oldest first."""
    found = await bot.context.lane.read(lambda tx: contacts.of_customer(tx, str(invoice.customer_id)))
    return [one for one in found if one.track == track]


async def stages(bot: Bot, invoice: Any, track: str = "customer") -> list[str]:
    return [one.stage for one in await contacts_of(bot, invoice, track)]


async def customer_contacts(bot: Bot) -> list[Contact]:
    def read(tx: Any) -> list[Contact]:
        return [one for held in mirror.customers(tx) for one in contacts.of_customer(tx, held.id)]

    return [one for one in await bot.context.lane.read(read) if one.track == "customer"]


async def started(bot: Bot) -> None:
    """Sending is on, and no debt counts as an old one."""
    await bot.chasing.automatics.start(BOSS)
    await bot.context.lane.write(automatic.forget_old_book)


async def sent(bot: Bot) -> ExecutionReport:
    await bot.chasing.build.run(again=True)
    report = await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    return report


async def approve(bot: Bot, invoice: Any, track: str = "customer") -> Contact:
    """The approver lets out what waits for this invoice's customer."""
    (waits,) = [one for one in await contacts_of(bot, invoice, track) if one.awaits]
    await Proposals(bot.context, bot.authority).approve(BOSS, waits.id)
    return waits


def go_to(world: World, day: date, hour: int, minute: int = 30) -> None:
    """The clock moves on to an hour in UTC; in March New York is four or five hours behind."""
    world.clock.advance(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - world.clock.now())


async def days_pass(world: World, bot: Bot, days: int) -> None:
    """The same time, days later; on each of them the bot has built, and on the last nothing is sent yet."""
    for _ in range(days):
        world.move(days=1)
        await bot.chasing.build.run(again=True)
