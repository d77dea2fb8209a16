"""Whom a customer was assigned to goes before the policy's owner, wherever an owner is asked for."""

from dataclasses import replace

import pytest
from reminders_world import LEVELS, POLICY, Bot, World, words

from bot.domain.holds import Hold, HoldKind
from bot.domain.roles import Person
from bot.store import assignments, automatic, holds, mirror, outbox
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.assigning import ASSIGNED
from bot.use_cases.overdue import Figures
from reminders.disputes import Disputes

NUMBER = "INV-2024-1042"


async def assign(bot: Bot, number: str = NUMBER) -> str:
    """The customer of this invoice goes to Dana; the customer's id."""
    (invoice,) = await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, number))
    casey = Person("U0CLERK", "Casey Lindqvist")
    await bot.context.lane.write(
        lambda tx: assignments.assign(tx, "a", invoice.customer_id, "U0DANA", casey, bot.context.now())
    )
    return invoice.customer_id


async def test_the_sweep_writes_to_the_assigned_owner(world: World, bot: Bot) -> None:
    before = await bot.sweep.dry_run()
    await assign(bot)
    assert (await bot.sweep.dry_run()).messages == before.messages + 1
    report = await bot.sweep.run()
    await bot.outbox.deliver_due()
    assert report.messages == before.messages + 1
    assert [NUMBER in words(one) for one in world.posted("D0DANA")] == [True]
    assert NUMBER not in "".join(words(one) for one in world.posted("D0CLERK"))


async def test_the_manager_reads_whose_the_customer_is(world: World, bot: Bot) -> None:
    told = await bot.sweep.dry_run()
    row = next(
        one for one in told.rows if one.reason == "listed" and (one.invoice.days_past_due(told.day) or 0) > 30
    )
    await assign(bot, row.invoice.number)
    await bot.sweep.run()
    await bot.outbox.deliver_due()
    assert "U0DANA" in str(world.posted("D0BOSS"))


async def test_the_digest_mentions_the_assigned_owner(bot: Bot) -> None:
    today = bot.context.today()
    before = Figures(today.replace(year=today.year - 1))
    fresh = (await bot.overdue.digest_facts(today, before)).newly_overdue
    await assign(bot, fresh[0].number)
    told = await bot.overdue.digest_facts(today, before)
    assert told.mentions[0] == "U0DANA"
    assert "U0DANA" in {one.owner_id for one in told.debtors}


async def test_a_payment_that_is_gone_is_told_to_the_assigned_owner(world: World, bot: Bot) -> None:
    await assign(bot)
    company = world.syncro.company
    payment = company.pay(world.invoice(NUMBER).id, 200, reference="4711")
    await bot.sync.run()
    company.remove_payment(payment.id)
    world.move(days=1)
    await bot.sync.run()
    await bot.outbox.deliver_due()
    assert world.posted("D0DANA", f"A payment on {NUMBER} is gone")
    assert not world.posted("D0CLERK", f"A payment on {NUMBER} is gone")


async def test_who_is_the_owner_no_more_is_not_told_that_they_are(world: World, bot: Bot) -> None:
    customer_id = await assign(bot)

    def write(tx: Tx) -> None:
        for target in ("U0CLERK", "U0DANA"):
            payload = {"customer": customer_id, "by": "Morgan Reyes", "assignment": "a"}
            outbox.put(tx, target, ASSIGNED, target, payload, bot.context.now())

    await bot.context.lane.write(write)
    await bot.outbox.deliver_due()
    assert world.posted("D0DANA", "Morgan Reyes assigned")
    assert not world.posted("D0CLERK", "assigned")


@pytest.mark.parametrize("shape", ["openapi"])
async def test_a_mail_to_send_is_the_assigned_owners_task(world: World, bot: Bot) -> None:
    await assign(bot)
    await bot.chasing.build.run(again=True)
    await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    assert NUMBER in "".join(words(one) for one in world.posted("D0DANA", "Mails to send"))
    assert NUMBER not in "".join(words(one) for one in world.posted("D0CLERK", "Mails to send"))


@pytest.mark.parametrize("shape", ["guide"])
async def test_a_copy_goes_to_the_assigned_owner(world: World, bot: Bot) -> None:
    await assign(bot)
    levels = (replace(LEVELS[0], to=("customer", "owner")), *LEVELS[1:])
    copying = await world.bot(ladder=replace(POLICY.ladder, levels=levels))
    await copying.chasing.automatics.start(Person("U0BOSS", "Bo Boss"))
    await copying.context.lane.write(automatic.forget_old_book)
    await copying.chasing.build.run(again=True)
    await copying.chasing.execution.run()
    await copying.outbox.deliver_due()
    assert world.posted("D0DANA", "1 customer emailed")


async def test_a_thank_you_goes_to_the_assigned_owner(world: World, bot: Bot) -> None:
    await assign(bot)
    await bot.sweep.run()
    await bot.outbox.deliver_due()
    world.pay(str(world.invoice(NUMBER).id))
    await bot.sync.run()
    world.move(days=1)
    await bot.outbox.deliver_due()
    assert NUMBER in "".join(words(one) for one in world.posted("D0DANA", "Thank you, paid"))
    assert not world.posted("D0CLERK", "Thank you, paid")


async def test_a_dispute_that_stays_open_is_the_assigned_owners(world: World, bot: Bot) -> None:
    customer_id = await assign(bot)
    hold = Hold("d", HoldKind.DISPUTE, customer_id, (), None, "Wrong contract", "Casey Lindqvist")
    noted = Noted(hold=hold, currency="USD", by_id="U0CLERK", created_at=bot.context.now())
    await bot.context.lane.write(lambda tx: holds.insert(tx, noted))
    world.move(days=7)
    await Disputes(bot.context, "me").run()
    await bot.outbox.deliver_due()
    assert NUMBER in "".join(words(one) for one in world.posted("D0DANA", "still open"))
    assert not world.posted("D0CLERK", "still open")
