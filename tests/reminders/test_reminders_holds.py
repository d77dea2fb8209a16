"""What somebody noted as held is not reminded of: not by the sweep, nor by a message that was waiting to go out."""

from datetime import timedelta

import pytest
from reminders_world import Bot, World, words

from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice
from bot.store import contacts, holds, mirror
from bot.store.contacts import Contact
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.collections import decide_one

CLERK = "D0CLERK"
KINDS = (HoldKind.PROMISE, HoldKind.DISPUTE, HoldKind.SAYS_PAID, HoldKind.SNOOZE)


async def hold(bot: Bot, kind: HoldKind, invoice: Invoice) -> None:
    until = None if kind is HoldKind.DISPUTE else bot.context.today() + timedelta(days=3)
    noted = Hold(
        f"hold-{kind}", kind, invoice.customer_id, (invoice.id,), until, "as they said", "Dana Reyes"
    )
    await bot.context.lane.write(
        lambda tx: holds.insert(
            tx, Noted(hold=noted, currency="USD", by_id="U0DANA", created_at=bot.context.now())
        )
    )


async def made(bot: Bot) -> list[Contact]:
    def read(tx: Tx) -> list[Contact]:
        return [one for customer in mirror.customers(tx) for one in contacts.of_customer(tx, customer.id)]

    return await bot.context.lane.read(read)


async def of(bot: Bot, number: str) -> Invoice:
    (found,) = await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, number))
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_a_held_invoice_is_in_no_reminder_and_says_why(world: World, bot: Bot, kind: HoldKind) -> None:
    invoice = await of(bot, "INV-2024-1042")
    await hold(bot, kind, invoice)
    report = await bot.sweep.run()
    await bot.outbox.deliver_due()
    assert report.made
    assert not [one for one in await made(bot) if invoice.id in {item.invoice_id for item in one.invoices}]
    assert "INV-2024-1042" not in "".join(words(one) for one in world.posted(CLERK))
    rows = (await decide_one(bot.context, invoice, bot.context.today())).rows
    assert {row.reason for row in rows} == {kind.value}
    assert all("Dana Reyes" in row.sentence for row in rows)


async def test_a_hold_noted_after_the_sweep_still_stops_the_reminder(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    invoice = await of(bot, "INV-2024-1042")
    await hold(bot, HoldKind.PROMISE, invoice)
    await bot.outbox.deliver_due()
    listing = [one for one in await made(bot) if invoice.id in {item.invoice_id for item in one.invoices}]
    assert {one.stage for one in listing} == {"suppressed"}
    assert "It is promised for" in listing[0].reason
    assert "INV-2024-1042" not in "".join(words(one) for one in world.posted(CLERK))


async def test_a_snooze_that_is_over_holds_no_longer(world: World, bot: Bot) -> None:
    invoice = await of(bot, "INV-2024-1042")
    await hold(bot, HoldKind.SNOOZE, invoice)
    rows = (await decide_one(bot.context, invoice, bot.context.today() + timedelta(days=3))).rows
    assert "snooze" not in {row.reason for row in rows}
