"""Late fees: proposed after the level's contact, approved or skipped in Slack, added once in Syncro."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from journey_world import START, one_shape

from bot.store import contacts, late_fees, votes
from bot.views import ids
from sandbox.demo import demo_policy
from sandbox.slack.shown import shown_text

BOSS = "U0BOSS"
SEND_AT = START.replace(hour=15)
ADD = "POST /invoices/{id}/line_items"
PLAIN = "{name: friendly, days: 1, to: customer, template: friendly}"
WITH_FEE = PLAIN.replace("}", ", late_fee: {percent: 1.5}}")


@pytest.fixture
async def fees(world):
    """The same world, whose first level to customers adds a fee of 1.5 %."""
    assert PLAIN in demo_policy()
    (world.folder / "policy.yml").write_text(demo_policy().replace(PLAIN, WITH_FEE))
    await world.restart()
    return world


async def kept(world):
    invoice_id = str(world.showpiece.id)
    return await world.app.rooms.context.lane.read(lambda tx: late_fees.of_invoice(tx, invoice_id))


async def tick(world):
    await world.idle()
    await world.app.schedule.tick_now()


async def chased(world, customer):
    """The contacts with this customer about the showpiece."""
    found = await world.app.rooms.context.lane.read(lambda tx: contacts.of_customer(tx, customer))
    mine = [one for one in found if one.track == "customer"]
    return [one for one in mine if str(world.showpiece.id) in {listed.invoice_id for listed in one.invoices}]


async def contacted(world):
    """The level's contact with the showpiece's customer is sent: by Syncro, or by the owner where Syncro can't."""
    boss, clerk = world.person(BOSS), world.person()
    customer = str(world.showpiece.customer_id)
    if world.shape == "guide":
        await boss.command("C0APPROVE", "/overdue automatic on")
        await boss.sees("Automatic sending to customers is on")
    await world.idle()
    world.clock.advance(SEND_AT - world.clock.now())
    await world.app.schedule.tick_now()
    (mine,) = await chased(world, customer)
    button = f"{ids.TASK_DONE if world.shape == 'openapi' else ids.PROPOSAL_APPROVE}:{mine.id}"
    person, where = (clerk, None) if world.shape == "openapi" else (boss, "C0APPROVE")
    message = next(m for m in person.messages(where) if button in str(m.get("blocks")))
    await person.click(message, action_id=button)
    await tick(world)
    (sent,) = await chased(world, customer)
    assert (sent.level, sent.stage) == ("friendly", "sent")


async def next_morning(world):
    world.clock.advance(timedelta(days=1))
    await tick(world)


async def proposed(world):
    """The message that asks for approval, and the showpiece's fee."""
    shown = await world.person(BOSS).sees("Late fees to approve", "C0APPROVE")
    (fee,) = [one for one in await kept(world) if one.state == "planned"]
    return shown, fee


def fee_lines(world):
    return [line for line in world.showpiece.lines if line.name.startswith("Late fee")]


async def test_a_fee_follows_the_contact_and_is_added_once(fees):
    await tick(fees)
    assert await kept(fees) == []
    await contacted(fees)
    assert await kept(fees) == [], "the contact alone proposes nothing before the next build"
    await next_morning(fees)
    boss, clerk = fees.person(BOSS), fees.person()
    shown, fee = await proposed(fees)
    assert (fee.amount, fee.base, fee.balance) == (1209, 80625, 80625)
    assert "*$12.09* (1.5% of $806.25) · level *friendly*" in shown_text(shown)
    assert fee_lines(fees) == []
    await clerk.click(shown, action_id=f"{ids.FEE_APPROVE}:{fee.id}")
    assert "To decide this you need" in shown_text(await clerk.sees("you need the role approver"))
    assert fee_lines(fees) == []
    approve = f"{ids.FEE_APPROVE}:{fee.id}"
    await boss.click(shown, action_id=approve)
    await boss.click(shown, action_id=approve)
    await boss.sees("and added in Syncro", "C0APPROVE")
    await boss.sees("has been decided", "C0APPROVE")
    (line,) = fee_lines(fees)
    assert line.name == "Late fee, friendly, Mar 11, 2026"
    assert (line.quantity, line.price, line.taxable) == (Decimal(1), Decimal("12.09"), False)
    assert len(fees.stage.syncro.calls(ADD)) == 1
    await tick(fees)
    now = shown_text(boss.again(shown))
    assert "Approved by" in now
    assert "and added in Syncro" in now
    assert approve not in str(boss.again(shown)["blocks"])
    assert fees.company.balance(fees.showpiece) == 80625 + 1209
    await next_morning(fees)
    assert [one.state for one in await kept(fees)] == ["added"]
    assert len(fee_lines(fees)) == 1


@one_shape
async def test_a_skipped_fee_never_comes_again(fees):
    await contacted(fees)
    await next_morning(fees)
    boss = fees.person(BOSS)
    await boss.command("C0BILLING", "/overdue proposals")
    shown = await boss.sees("Late fees to approve", "C0BILLING")
    (fee,) = await kept(fees)
    await boss.click(shown, action_id=f"{ids.FEE_SKIP}:{fee.id}")
    await boss.sees("Skipped by", "C0BILLING")
    await next_morning(fees)
    await next_morning(fees)
    assert [one.state for one in await kept(fees)] == ["skipped"]
    assert fee_lines(fees) == []


async def test_a_dispute_in_between_withdraws_it(fees):
    await contacted(fees)
    await next_morning(fees)
    shown, fee = await proposed(fees)
    clerk, boss = fees.person(), fees.person(BOSS)
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.click(await clerk.sees("INV-2024-1042 ·", "C0BILLING"), "Dispute")
    await clerk.submit(await clerk.modal("Note it"), {"Reason": "Switch never came"})
    await clerk.modal("The dispute is noted")
    await boss.click(shown, action_id=f"{ids.FEE_APPROVE}:{fee.id}")
    await boss.sees("No longer proposed: The customer disputes it", "C0APPROVE")
    assert fee_lines(fees) == []
    await next_morning(fees)
    assert [one.state for one in await kept(fees)] == ["withdrawn"]


@one_shape
async def test_a_payment_in_between_withdraws_it_and_the_rest_is_proposed_anew(fees):
    await contacted(fees)
    await next_morning(fees)
    shown, fee = await proposed(fees)
    invoice = fees.showpiece
    fees.company.take_payment(invoice.customer_id, 30625, {invoice.id: 30625})
    boss = fees.person(BOSS)
    await boss.click(shown, action_id=f"{ids.FEE_APPROVE}:{fee.id}")
    said = shown_text(await boss.sees("The balance of INV-2024-1042", "C0APPROVE"))
    assert "was $806.25 and is $500.00 now" in said
    assert fee_lines(fees) == []
    await next_morning(fees)
    states = [(one.state, one.amount) for one in await kept(fees)]
    assert states == [("withdrawn", 1209), ("planned", 750)]


async def test_a_lost_answer_is_read_back_and_never_added_twice(fees):
    await contacted(fees)
    await next_morning(fees)
    shown, fee = await proposed(fees)
    boss = fees.person(BOSS)
    fees.stage.syncro.faults.add(ADD, "cut_after_commit")
    await boss.click(shown, action_id=f"{ids.FEE_APPROVE}:{fee.id}")
    await boss.sees("It is being added", "C0APPROVE")
    for _ in range(3):
        fees.clock.advance(timedelta(seconds=5))
        await tick(fees)
    assert [one.state for one in await kept(fees)] == ["added"]
    assert len(fee_lines(fees)) == 1
    assert len(fees.stage.syncro.calls(ADD)) == 1
    await boss.sees("added a late fee")


async def test_a_deputy_lets_a_fee_out_in_the_approvers_right(fees):
    """Dana is no approver herself."""
    policy = fees.folder / "policy.yml"
    policy.write_text(policy.read_text().replace("expires_hours: 24", "delegates: {U0BOSS: U0DANA}"))
    await fees.restart()
    await contacted(fees)
    await next_morning(fees)
    _, fee = await proposed(fees)
    dana = fees.person("U0DANA")
    await dana.command("C0BILLING", "/overdue proposals")
    shown = await dana.sees("Late fees to approve", "C0BILLING")
    await dana.click(shown, action_id=f"{ids.FEE_APPROVE}:{fee.id}")
    await dana.sees("and added in Syncro", "C0BILLING")
    assert len(fee_lines(fees)) == 1
    assert [one.state for one in await kept(fees)] == ["added"]


@one_shape
async def test_where_two_must_approve_a_list_goes_on_behind_what_one_has_approved_already(fees):
    policy = fees.folder / "policy.yml"
    policy.write_text(policy.read_text().replace("expires_hours: 24", "expires_hours: 24, number: 2"))
    await fees.restart()
    await contacted(fees)
    await next_morning(fees)
    shown, fee = await proposed(fees)
    lane, other = fees.app.rooms.context.lane, replace(fee, id="fee-other", level="firm")
    assert await lane.write(lambda tx: late_fees.insert(tx, other))
    boss = fees.person(BOSS)
    await boss.command("C0BILLING", "/overdue proposals")
    shown = await boss.sees("Late fees to approve", "C0BILLING")
    await boss.click(shown, action_id=f"{ids.FEE_APPROVE}:{fee.id}")
    await fees.idle()
    await boss.command("C0BILLING", "/overdue proposals")
    shown = await boss.sees("Late fees to approve", "C0BILLING")
    await boss.click(shown, action_id=ids.FEE_APPROVE_ALL)
    await fees.idle()
    given = {one.id: await lane.read(lambda tx, id=one.id: votes.of(tx, id)) for one in await kept(fees)}
    assert {id: [vote.user_id for vote in said] for id, said in given.items()} == {
        fee.id: [BOSS],
        "fee-other": [BOSS],
    }
    assert fee_lines(fees) == []
