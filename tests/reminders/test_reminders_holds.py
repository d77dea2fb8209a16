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
from bot.use_cases.collections import decide_one, decide_rows
from bot.use_cases.weekly import weekly_facts

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


async def test_no_owner_is_asked_to_call_whom_nobody_may_contact_by_now(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    invoice = await of(bot, "INV-2024-1042")
    noted = Hold(
        "dnc", HoldKind.DO_NOT_CONTACT, invoice.customer_id, note="as they said", by_name="Dana Reyes"
    )
    await bot.context.lane.write(
        lambda tx: holds.insert(
            tx, Noted(hold=noted, currency="USD", by_id="U0DANA", created_at=bot.context.now())
        )
    )
    await bot.outbox.deliver_due()
    mine = [one for one in await made(bot) if one.customer_id == invoice.customer_id]
    told = {held.audience: (held.state, held.reason) for one in mine for held in one.deliveries}
    assert told["owner"][0] == "suppressed"
    assert "must not be contacted" in told["owner"][1]
    assert told["manager"] == ("sent", ""), "the manager hears of it all the same"
    assert "INV-2024-1042" not in "".join(words(one) for one in world.posted(CLERK))


async def test_a_snooze_that_is_over_holds_no_longer(world: World, bot: Bot) -> None:
    invoice = await of(bot, "INV-2024-1042")
    await hold(bot, HoldKind.SNOOZE, invoice)
    rows = (await decide_one(bot.context, invoice, bot.context.today() + timedelta(days=3))).rows
    assert "snooze" not in {row.reason for row in rows}


async def test_a_dispute_stays_on_an_invoice_that_goes_to_another_customer(world: World, bot: Bot) -> None:
    """Two customers were merged in Syncro, or somebody corrected whose invoice it is."""
    before = await of(bot, "INV-2024-1042")
    await hold(bot, HoldKind.DISPUTE, before)
    company = world.syncro.company
    new = next(id for id in company.customers if str(id) != before.customer_id)
    company.invoices[int(before.id)].customer_id = new
    await bot.sync.run(full=True)
    moved = await of(bot, "INV-2024-1042")
    assert moved.customer_id == str(new)
    rows = (await decide_one(bot.context, moved, bot.context.today())).rows
    assert {row.reason for row in rows} == {"dispute"}
    _, rows = await decide_rows(bot.context, bot.context.today())
    assert {row.reason for row in rows if row.invoice.id == moved.id} == {"dispute"}
    assert [one.kind for one in await bot.context.lane.read(lambda tx: holds.open_of(tx, str(new)))] == [
        HoldKind.DISPUTE
    ]
    told = await bot.overdue.digest_facts(bot.context.today())
    assert told.holds.disputes is not None
    assert told.holds.disputes.amounts == {"USD": moved.balance}
    week = await weekly_facts(bot.context, bot.context.today(), [])
    assert [one.cash.disputed for one in week.currencies if one.currency == "USD"] == [moved.balance]
