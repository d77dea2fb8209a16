"""Which contact goes to whom: courtesies, final notices, hand-offs, texts, recipients, and reminders by hand."""

import asyncio
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
from bot.store import waiting
from bot.use_cases.by_hand import ByHand
from bot.use_cases.collections import decide_all
from bot.use_cases.invoices import Submission
from bot.use_cases.lookup import Lookup
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
    day = await decide_all(bot.context, bot.context.today())
    reasons = {row.invoice.id: row.reason for row in day.rows if row.track == "customer"}
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


# ---- by hand -----------------------------------------------------------------------------------------------


def by_hand(bot: Bot) -> ByHand:
    return ByHand(bot.context, bot.authority, Lookup(bot.context, bot.sync), bot.chasing.chase)


async def form(bot: Bot, invoice: Any, root: str = "V1", anyway: bool = True) -> tuple[Submission, str, str]:
    """A form that a clerk has open: its submission, the invoice, and the version that it shows."""
    offer = await by_hand(bot).offer(CLERK.id, str(invoice.id))
    return Submission(CLERK, root, root, anyway=anyway), str(invoice.id), offer.card.version


@guide_only
async def test_a_form_whose_bot_was_stopped_before_sending_sends_when_it_is_sent_again(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.sync.run()
    asked = await form(bot, invoice)
    send = bot.chasing.chase.send

    async def stopped(*_words: Any) -> None:
        raise KeyboardInterrupt

    bot.chasing.chase.send = stopped  # type: ignore[method-assign, assignment]  # the test's knife
    with pytest.raises(KeyboardInterrupt):
        await by_hand(bot).send(*asked)
    bot.chasing.chase.send = send  # type: ignore[method-assign]  # it runs again
    assert await stages(bot, invoice) == ["planned"]
    told = await by_hand(bot).send(*asked)
    assert "was sent to" in told.sentence
    await by_hand(bot).send(*asked)
    assert emailed(world, invoice) == 1
    assert await stages(bot, invoice) == ["sent"]


@guide_only
async def test_a_form_sent_twice_at_once_sends_once(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.sync.run()
    asked = await form(bot, invoice)
    other = await world.bot()
    await asyncio.gather(by_hand(bot).send(*asked), by_hand(other).send(*asked))
    assert emailed(world, invoice) == 1
    assert await stages(bot, invoice) == ["sent"]


@guide_only
async def test_by_hand_in_an_outage_nothing_goes_out_later_behind_the_persons_back(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.chasing.build.run(again=True)
    asked = await form(bot, invoice)
    world.syncro.faults.add("GET /customers/{id}", "status", times=None, status=503)
    with pytest.raises(NotAllowed, match="It was not sent"):
        await by_hand(bot).send(*asked)
    world.syncro.faults.clear()
    world.move(minutes=10)
    await bot.chasing.execution.run()
    assert emails(world) == []
    assert await stages(bot, invoice) == ["suppressed"]
    await by_hand(bot).send(*asked)
    assert emailed(world, invoice) == 1


@guide_only
async def test_by_hand_killed_before_sending_and_unreadable_after_it_waits_for_nobody(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.chasing.build.run(again=True)
    asked = await form(bot, invoice)

    async def stopped(*_words: Any) -> Any:
        raise KeyboardInterrupt

    bot.context.bulk.customer = stopped  # type: ignore[method-assign]  # the test's knife
    with pytest.raises(KeyboardInterrupt):
        await by_hand(bot).send(*asked)
    world.break_syncro()
    fresh = await world.bot()
    await fresh.journal.take_over()
    await fresh.journal.check_open()
    await fresh.outbox.deliver_due()
    assert await stages(fresh, invoice) == ["suppressed"]
    assert world.posted("D0CLERK", "Syncro"), "and the person is told"


@guide_only
async def test_what_waits_for_an_approver_is_not_asked_for_twice(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    with pytest.raises(NotAllowed, match="waits for approval already"):
        await form(bot, invoice)


@openapi_only
async def test_what_the_owner_has_to_mail_is_not_asked_for_twice(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    await sent(bot)
    with pytest.raises(NotAllowed, match="with the customer's owner already"):
        await form(bot, invoice)


@guide_only
async def test_a_reminder_by_hand_waits_for_its_approver_over_night(world: World, bot: Bot) -> None:
    """The engine would wait for the days between two contacts; the clerk has been asked about that."""
    bot = await world.bot(**ladder(replace(FINAL, days=1)))
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await sent(bot)
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    told = await by_hand(bot).send(*await form(bot, invoice))
    assert "needs approval" in told.sentence
    await days_pass(world, bot, 1)
    assert await stages(bot, invoice) == ["sent", "planned"]
    await approve(bot, invoice)
    await bot.chasing.execution.run()
    assert await stages(bot, invoice) == ["sent", "sent"]
    assert emailed(world, invoice) == 2


@openapi_only
async def test_a_mail_asked_for_by_hand_stays_until_a_stop_arises(world: World, bot: Bot) -> None:
    invoice = owing(world, 9)
    only(world, invoice)
    await sent(bot)
    tasks = Tasks(bot.context, bot.authority, bot.chasing.chase)
    (first,) = await contacts_of(bot, invoice)
    await tasks.done(CLERK, first.id)
    told = await by_hand(bot).send(*await form(bot, invoice))
    assert "with the customer's owner" in told.sentence
    (asked,) = await bot.context.lane.read(waiting.tasks)
    await days_pass(world, bot, 1)
    assert [one.id for one in await bot.context.lane.read(waiting.tasks)] == [asked.id]
    assert invoice.number in (await tasks.mail(CLERK, asked.id)).card.message
    customer_of(world, invoice).opt_out = True
    with pytest.raises(NotAllowed, match="Don't send it"):
        await tasks.mail(CLERK, asked.id)
    assert await bot.context.lane.read(waiting.tasks) == []
