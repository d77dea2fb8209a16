"""What the tests of promises and disputes share: noting and ending holds, paying, and a morning's tick."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from reminders_world import Bot, World

from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice
from bot.store import holds, mirror
from bot.store.holds import Noted
from reminders.promises import Promises

CLERK = "D0CLERK"
NUMBER = "INV-2024-1042"
#: 8:00 in New York, when the reminders of a business day are built.
TUESDAY = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
FRIDAY = date(2026, 3, 13)


async def of(bot: Bot, number: str = NUMBER) -> Invoice:
    (found,) = await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, number))
    return found


async def note(bot: Bot, invoice: Invoice, kind: HoldKind = HoldKind.PROMISE, **changes: Any) -> str:
    """A hold, a promise of $500.00 for Friday unless said otherwise; its id."""
    hold = Hold(
        f"{kind}-{invoice.id}",
        kind,
        invoice.customer_id,
        (invoice.id,),
        FRIDAY,
        "",
        "Dana Reyes",
        50000,
        "Pat",
    )
    noted = replace(hold, **changes)
    await bot.context.lane.write(
        lambda tx: holds.insert(
            tx, Noted(hold=noted, currency="USD", by_id="U0DANA", created_at=bot.context.now())
        )
    )
    return noted.id


async def hold_of(bot: Bot, id: str) -> Noted:
    found = await bot.context.lane.read(lambda tx: holds.get(tx, id))
    assert found is not None
    return found


async def end(bot: Bot, id: str) -> None:
    now = bot.context.now()
    assert await bot.context.lane.write(lambda tx: holds.end(tx, id, by="U1", reason="ok", now=now))


async def acts(bot: Bot) -> list[tuple[str, str, str]]:
    rows = await bot.context.lane.read(lambda tx: tx.all("SELECT * FROM audit ORDER BY seq"))
    return [(row["actor_id"], row["action"], row["subject"]) for row in rows if "." in row["action"]]


def reach(world: World, moment: datetime) -> None:
    world.clock.advance(moment - world.clock.now())


def pay(world: World, amount: int | str, number: str = NUMBER) -> Any:
    return world.syncro.company.pay(world.invoice(number).id, amount)


async def morning(bot: Bot) -> None:
    """What a tick does with holds, after a sync."""
    await bot.sync.run()
    await Promises(bot.context).run()
    await bot.outbox.deliver_due()
