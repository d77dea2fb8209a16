"""Emails to customers: built in the morning, sent once at their time, read again before, and never by a click alone."""

from dataclasses import replace

import pytest
from reminders_world import LEVELS, POLICY, Bot, World, words
from sending_world import (
    BOSS,
    CLERK,
    customer_contacts,
    emails,
    guide_only,
    openapi_only,
    sent,
    started,
)

from bot.domain.errors import NotAllowed
from bot.domain.policy import Channels, People
from bot.store import waiting
from bot.use_cases.proposals import Proposals


@guide_only
async def test_nothing_goes_out_before_somebody_starts_it(world: World, bot: Bot) -> None:
    await sent(bot)
    assert emails(world) == []
    assert await customer_contacts(bot) == []
    with pytest.raises(NotAllowed):
        await bot.chasing.automatics.start(CLERK)
    own = await world.bot(syncro_own_reminders=True)
    with pytest.raises(NotAllowed, match="own reminders"):
        await own.chasing.automatics.start(BOSS)


@guide_only
async def test_each_customer_gets_one_email_with_all_they_owe(world: World, bot: Bot) -> None:
    await started(bot)
    report = await sent(bot)
    made = [one for one in await customer_contacts(bot) if one.stage == "sent"]
    assert len(emails(world)) == len(made) == report.count("sent") > 3
    assert len({one.customer_id for one in made}) == len(made)
    by_invoice = {one.path.split("/")[-2]: one.body for one in emails(world)}
    for one in made:
        text = str(by_invoice[one.carrying_invoice_id])
        assert one.level == "friendly"
        assert all(listed.number in text for listed in one.invoices)
    again = await sent(bot)
    assert len(emails(world)) == len(made)
    assert again.count("sent") == 0


@guide_only
async def test_a_copy_goes_to_the_owner(world: World, bot: Bot) -> None:
    levels = (replace(LEVELS[0], to=("customer", "owner")), *LEVELS[1:])
    copying = await world.bot(ladder=replace(POLICY.ladder, levels=levels))
    await started(copying)
    report = await sent(copying)
    (told,) = world.posted("D0CLERK", "emailed")
    assert f"{report.count('sent')} customers emailed" in words(told)
    states = {(d.audience, d.state) for one in await customer_contacts(copying) for d in one.deliveries}
    assert states == {("customer", "sent"), ("owner", "sent")}


@guide_only
async def test_who_has_paid_since_the_build_gets_nothing(world: World, bot: Bot) -> None:
    await started(bot)
    await bot.chasing.build.run(again=True)
    planned = [one for one in await customer_contacts(bot) if one.stage == "planned"]
    world.pay(planned[0].carrying_invoice_id)
    await bot.chasing.execution.run()
    after = {one.id: one for one in await customer_contacts(bot)}
    assert after[planned[0].id].stage == "suppressed"
    assert "has been paid" in after[planned[0].id].reason
    assert planned[0].carrying_invoice_id not in [one.path.split("/")[-2] for one in emails(world)]
    assert len(emails(world)) == len(planned) - 1


@guide_only
async def test_the_old_book_is_proposed_and_goes_out_once_approved(world: World, bot: Bot) -> None:
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    assert emails(world) == []
    waits = [one for one in await customer_contacts(bot) if one.awaits]
    assert len(waits) > 3
    assert {one.needs for one in waits} == {"old_book"}
    asked = world.posted("C0APPROVE", "Proposals")[0]
    assert waits[0].invoices[0].number in words(asked)
    proposals = Proposals(bot.context, bot.authority)
    with pytest.raises(NotAllowed):
        await proposals.approve(CLERK, waits[0].id)
    await proposals.approve(BOSS, waits[0].id)
    await bot.chasing.execution.run()
    assert [one.path.split("/")[-2] for one in emails(world)] == [waits[0].carrying_invoice_id]
    await bot.outbox.deliver_due()
    assert "Approved by Bo Boss" in words(world.posted("C0APPROVE", "Proposals")[0])


@openapi_only
async def test_where_syncro_cant_send_our_text_the_owner_mails(world: World, bot: Bot) -> None:
    await sent(bot)
    assert emails(world) == []
    tasks = await bot.context.lane.read(waiting.tasks)
    assert len(tasks) > 3
    told = world.posted("D0CLERK", "Mails to send")
    assert tasks[0].invoices[0].number in "".join(words(one) for one in told)
    await sent(bot)
    assert len(await bot.context.lane.read(waiting.tasks)) == len(tasks)


@openapi_only
async def test_without_an_owner_or_manager_nobody_is_given_a_mail_and_it_says_why(
    world: World, bot: Bot
) -> None:
    nobody = await world.bot(people=People(), channels=Channels())
    report = await sent(nobody)
    assert {one.stage for one in report.made} == {"suppressed"}
    assert all("names nobody" in one.reason for one in report.made)
    assert await nobody.context.lane.read(waiting.tasks) == []
