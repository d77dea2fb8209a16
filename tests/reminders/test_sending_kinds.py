"""Which contact goes to whom: courtesies, final notices, hand-offs, texts, recipients, and reminders by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reminders_world import LEVELS, POLICY, ZONE, Bot, World, words
from sending_world import (
    BOSS,
    CLERK,
    approve,
    contacts_of,
    customer_of,
    days_pass,
    emailed,
    emails,
    guide_only,
    only,
    openapi_only,
    owing,
    sent,
    stages,
    started,
)

from bot.config import load_policy
from bot.domain.errors import NotAllowed
from bot.domain.policy import CustomerPolicy, Level
from bot.use_cases.collections import decide_rows
from bot.use_cases.proposals import Proposals
from bot.use_cases.tasks import Tasks

COURTESY = Level("courtesy", -3, ("customer",), "courtesy")
FINAL = Level("final notice", 45, ("customer",), "final", approval=True)


def ladder(*levels: Level, **changes: Any) -> dict[str, Any]:
    return {"ladder": replace(POLICY.ladder, levels=levels, **changes)}


# ---- before the due date -----------------------------------------------------------------------------------


@guide_only
async def test_a_courtesy_lists_what_is_due_soon_once_and_lapses_on_the_due_date(
    world: World, bot: Bot
) -> None:
    bot = await world.bot(**ladder(COURTESY, *LEVELS))
    first, lapsed = owing(world, -3), owing(world, 0)
    second, later = owing(world, -7, of=first), owing(world, -30, of=first)
    only(world, first, second, later, lapsed)
    await started(bot)
    await sent(bot)
    (made,) = await contacts_of(bot, first)
    assert (made.level, made.stage) == ("courtesy", "sent")
    assert [one.invoice_id for one in made.invoices] == [str(first.id), str(second.id)]
    assert await contacts_of(bot, lapsed) == []
    _, rows = await decide_rows(bot.context, bot.context.today())
    reasons = {row.invoice.id: row.reason for row in rows if row.track == "customer"}
    assert reasons[str(lapsed.id)] == "lapsed"
    await days_pass(world, bot, 3)
    await sent(bot)
    assert emailed(world, first) == 1
    await days_pass(world, bot, 3)
    await sent(bot)
    assert [one.level for one in await contacts_of(bot, first)] == ["courtesy", "friendly"]


@guide_only
async def test_a_courtesy_that_waits_for_approval_lapses_with_its_due_date(world: World, bot: Bot) -> None:
    bot = await world.bot(**ladder(replace(COURTESY, approval=True), *LEVELS))
    invoice = owing(world, -2)
    only(world, invoice)
    await started(bot)
    await sent(bot)
    assert await stages(bot, invoice) == ["planned"]
    await days_pass(world, bot, 2)
    (left_out,) = await contacts_of(bot, invoice)
    assert left_out.stage == "suppressed"
    assert "no longer sent" in left_out.reason
    with pytest.raises(NotAllowed):
        await Proposals(bot.context, bot.authority).approve(BOSS, left_out.id)


# ---- levels ------------------------------------------------------------------------------------------------


@guide_only
async def test_however_late_it_begins_it_climbs_and_the_final_notice_is_never_first(
    world: World, bot: Bot
) -> None:
    bot = await world.bot(**ladder(*LEVELS[:2], FINAL))
    invoice = owing(world, 90)
    only(world, invoice)
    await started(bot)
    for _ in range(14):
        await days_pass(world, bot, 1)
        await bot.chasing.execution.run()
    found = await contacts_of(bot, invoice)
    assert [(one.level, one.stage) for one in found] == [
        ("friendly", "sent"),
        ("firm", "sent"),
        ("final notice", "planned"),
    ]
    first, second, _ = found
    assert (second.created_at - first.created_at).days >= 5
    await approve(bot, invoice)
    await days_pass(world, bot, 6)
    await sent(bot)
    assert emailed(world, invoice) == 3


@guide_only
async def test_customers_are_written_to_in_their_own_currency(world: World, bot: Bot) -> None:
    here, abroad = owing(world, 5), owing(world, 5)
    only(world, here, abroad)
    currencies = {str(abroad.customer_id): CustomerPolicy(currency="CAD")}
    bot = await world.bot(customers=currencies)
    await bot.sync.run()
    await started(bot)
    await sent(bot)
    texts = {one.invoice_id: f"{one.subject} {one.message}" for one in world.syncro.company.emails}
    assert "$500.00" in texts[here.id]
    assert "CA$500.00" in texts[abroad.id] or "CAD" in texts[abroad.id]


@guide_only
async def test_a_level_that_the_policy_no_longer_has_is_withdrawn_or_stopped(world: World, bot: Bot) -> None:
    approved, proposed = owing(world, 5), owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, approved)
    without = await world.bot(**ladder(*LEVELS[1:]))
    await without.chasing.execution.run()
    assert emails(world) == []
    (left_out,) = await contacts_of(without, approved)
    assert left_out.stage == "suppressed"
    await without.chasing.build.run(again=True)
    (gone,) = await contacts_of(without, proposed)
    assert gone.stage == "suppressed"
    await without.outbox.deliver_due()
    assert any(gone.reason.rstrip(".") in words(one) for one in world.posted("C0APPROVE", "Proposals"))


# ---- texts and recipients ----------------------------------------------------------------------------------


@guide_only
async def test_a_file_of_the_templates_folder_is_what_the_customer_reads(
    world: World, bot: Bot, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "friendly.txt").write_text(
        "Subject: {number} is open\n\nDear {customer}: {total}"
    )
    (tmp_path / "policy.yml").write_text(
        f"""
business: {{name: Northwind IT, timezone: {ZONE}, currency: USD}}
people: {{manager: U0BOSS, owners: {{default: U0CLERK}}}}
roles: {{approvers: [U0BOSS], collectors: [U0CLERK]}}
channels: {{approvals: C0APPROVE}}
templates: templates/
ladder:
  levels:
    - {{name: friendly, days: 1, to: customer, template: friendly}}
"""
    )
    policy = load_policy(tmp_path / "policy.yml")
    bot = await world.bot(ladder=policy.ladder, letters=policy.letters)
    invoice = owing(world, 5)
    only(world, invoice)
    customer_of(world, invoice).business_name = "{total} & Sons"
    await days_pass(world, bot, 1)
    await started(bot)
    await sent(bot)
    (email,) = world.syncro.company.emails
    assert email.subject == f"{invoice.number} is open"
    assert email.message == "Dear {total} & Sons: $500.00"


@guide_only
async def test_syncro_takes_five_recipients_and_the_others_are_named(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    customer = customer_of(world, invoice)
    customer.notification_email = "bills@plain.example"
    customer.cc_emails = tuple(f"copy{n}@plain.example" for n in range(1, 7))
    await days_pass(world, bot, 1)
    await started(bot)
    await sent(bot)
    (email,) = world.syncro.company.emails
    assert email.to == ("bills@plain.example",)
    assert email.cc == tuple(f"copy{n}@plain.example" for n in range(1, 5))
    (made,) = await contacts_of(bot, invoice)
    (delivery,) = made.deliveries
    assert "copy5@plain.example, copy6@plain.example" in delivery.reason


@openapi_only
async def test_a_manager_beside_the_customer_gets_a_copy_of_what_the_owner_has_mailed(
    world: World, bot: Bot
) -> None:
    bot = await world.bot(**ladder(Level("friendly", 1, ("customer", "owner", "manager"), "friendly")))
    invoice = owing(world, 5)
    only(world, invoice)
    await sent(bot)
    (task,) = await contacts_of(bot, invoice)
    assert {(d.audience, d.target, d.state) for d in task.deliveries} == {
        ("owner", "U0CLERK", "task"),
        ("manager", "U0BOSS", "copy"),
    }
    assert world.posted("D0BOSS", "emailed") == []
    await Tasks(bot.context, bot.authority, bot.chasing.chase).done(CLERK, task.id)
    await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    assert len(world.posted("D0BOSS", "emailed")) == 1
