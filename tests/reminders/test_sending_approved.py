"""What is approved, and then changes: it is read again, and goes out only as it was let out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from reminders_world import POLICY, Bot, World, words
from sending_world import (
    ADMIN,
    BOSS,
    CLERK,
    approve,
    contacts_of,
    customer_of,
    emails,
    guide_only,
    only,
    owing,
    sent,
)

from bot.domain.errors import NotAllowed
from bot.domain.holds import Hold, HoldKind
from bot.domain.roles import Person
from bot.store import holds
from bot.store.holds import Noted
from bot.use_cases.proposals import Proposals

FRIDAY, SATURDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 16)


# ---- approved, and then … ----------------------------------------------------------------------------------


@guide_only
@pytest.mark.parametrize(
    "case", ["paid", "opted out", "disputed", "another address", "void", "lowered", "deleted"]
)
async def test_what_changes_after_the_approval_keeps_it_from_going(world: World, bot: Bot, case: str) -> None:
    invoice, company = owing(world, 5), world.syncro.company
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    await approve(bot, invoice)
    if case == "paid":
        world.pay(str(invoice.id))
    elif case == "opted out":
        customer_of(world, invoice).opt_out = True
    elif case == "another address":
        customer_of(world, invoice).notification_email = "new@customer.example"
    elif case == "void":
        company.void(invoice.id)
    elif case == "lowered":
        company.pay(invoice.id, 100)
    elif case == "deleted":
        company.delete_invoice(invoice.id)
    else:
        await dispute(bot, invoice)
    await bot.chasing.execution.run()
    await bot.outbox.deliver_due()
    assert emails(world) == []
    (left_out,) = await contacts_of(bot, invoice)
    said = {
        "paid": "has been paid",
        "opted out": "opted out",
        "disputed": "dispute",
        "another address": "email addresses have changed",
        "void": "is void now",
        "lowered": "The balance of",
        "deleted": "Syncro does not have it",
    }
    assert left_out.stage == "suppressed"
    assert said[case] in left_out.reason
    shown = next(
        one for one in world.posted("C0APPROVE", "Proposals") if left_out.invoices[0].number in words(one)
    )
    assert said[case] in words(shown)


async def dispute(bot: Bot, invoice: Any) -> None:
    hold = Hold("h1", HoldKind.DISPUTE, str(invoice.customer_id), (str(invoice.id),))
    noted = Noted(hold=hold, currency="USD", by_id=CLERK.id, created_at=bot.context.now())
    await bot.context.lane.write(lambda tx: holds.insert(tx, noted))


@guide_only
async def test_a_changed_text_is_what_goes_out_but_not_by_who_changed_it(world: World, bot: Bot) -> None:
    two = replace(POLICY.roles, approvers=frozenset({"U0BOSS", "U0ADMIN"}))
    bot = await world.bot(roles=two)
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    (waits,) = await contacts_of(bot, invoice)
    proposals = Proposals(bot.context, bot.authority)
    seen = (await proposals.card(waits.id)).version
    await proposals.edit(BOSS, waits.id, "About your invoice", "Please call us.")
    with pytest.raises(NotAllowed, match="changed since you saw it"):
        await proposals.approve(ADMIN, waits.id, seen)
    with pytest.raises(NotAllowed, match="another approver"):
        await proposals.approve(BOSS, waits.id)
    assert (await proposals.approve_all(ADMIN, [waits.id])).approved == ()
    await bot.chasing.build.run(again=True)
    await proposals.approve(ADMIN, waits.id)
    with pytest.raises(NotAllowed):
        await proposals.edit(CLERK, waits.id, "Other", "Other")
    await bot.chasing.execution.run()
    (email,) = world.syncro.company.emails
    assert (email.subject, email.message) == ("About your invoice", "Please call us.")


@guide_only
async def test_nobody_who_ever_changed_the_text_approves_it(world: World, bot: Bot) -> None:
    bot = await world.bot(roles=replace(POLICY.roles, approvers=frozenset({"U0BOSS", "U0ADMIN", "U0CFO"})))
    invoice = owing(world, 5)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    (waits,) = await contacts_of(bot, invoice)
    proposals = Proposals(bot.context, bot.authority)
    await proposals.edit(ADMIN, waits.id, "About your invoice", "Please call us.")
    await proposals.edit(BOSS, waits.id, "About your invoice", "Please call us today.")
    for editor in (ADMIN, BOSS):
        with pytest.raises(NotAllowed, match="another approver"):
            await proposals.approve(editor, waits.id)
    await proposals.approve(Person("U0CFO", "Priya"), waits.id)


@guide_only
async def test_another_balance_withdraws_the_proposal_and_proposes_it_anew(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.chasing.automatics.start(BOSS)
    await sent(bot)
    (old,) = await contacts_of(bot, invoice)
    world.move(days=1)
    world.syncro.company.change_line(invoice.id, invoice.lines[0].id, price=Decimal(400))
    await sent(bot)
    before, after = await contacts_of(bot, invoice)
    assert (before.id, before.stage, before.reason) == (
        old.id,
        "suppressed",
        "It has changed and is proposed anew.",
    )
    assert after.awaits
    assert after.total < old.total
    shown = [one for one in world.posted("C0APPROVE", "Proposals") if invoice.number in words(one)]
    assert len(shown) == 2
    assert sum("proposed anew" in words(one) for one in shown) == 1
    with pytest.raises(NotAllowed):
        await Proposals(bot.context, bot.authority).approve(BOSS, old.id)
