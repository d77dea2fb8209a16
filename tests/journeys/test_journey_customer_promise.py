"""A promise, and a claim to have paid, of all that a customer owes: noted once, naming what is past due, and judged."""

import asyncio
from datetime import timedelta

from journey_customer import customer_id, form_of, open_holds

from bot.domain.holds import HoldKind
from bot.domain.money import say_money
from bot.store import holds, mirror
from bot.views import ids
from sandbox.slack.shown import shown_text


async def overdue_of(world):
    """The customer's invoices that are past due, as the local copy has them."""
    customer = customer_id(world)
    today = world.app.rooms.context.today()
    unpaid = await world.app.rooms.context.lane.read(lambda tx: mirror.unpaid(tx, customer))
    return [one for one in unpaid if one.overdue(today) and (one.balance or 0) > 0]


async def test_all_that_is_past_due_is_promised_once_and_kept_when_it_is_paid(world):
    clerk = world.person()
    owed = await overdue_of(world)
    assert len(owed) > 1
    total = sum(one.balance for one in owed)
    form = await form_of(clerk, "Promise all", "Note it")
    told = shown_text(form)
    assert f"About {len(owed)} invoices, {say_money(total, 'USD')} in all" in told
    errors = await clerk.submit(form, {"Promised for": "friday", "Amount (USD)": "9999999"})
    assert "Promise that or less" in errors[ids.IN_AMOUNT]
    assert await clerk.submit(form, {"Promised for": "friday", "Amount (USD)": ""}) == {}
    await clerk.modal("The promise is noted")
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    await asyncio.gather(*(world.stage.slack.courier.again(sent[-1]) for _ in range(2)))
    await world.idle()
    (promise,) = await open_holds(world)
    assert promise.kind is HoldKind.PROMISE
    assert (set(promise.invoice_ids), promise.amount) == ({one.id for one in owed}, total)
    for one in owed:
        invoice = world.company.invoice(int(one.id))
        balance = world.company.balance(invoice)
        world.company.take_payment(invoice.customer_id, balance, {invoice.id: balance})
    world.clock.advance(timedelta(days=1))
    await world.app.schedule.tick_now()
    assert await open_holds(world) == []
    kept = await world.app.rooms.context.lane.read(lambda tx: holds.get(tx, promise.id))
    assert kept.outcome == "kept"


async def test_who_says_that_all_is_paid_is_left_alone_for_five_business_days(world):
    clerk = world.person()
    owed = await overdue_of(world)
    form = await form_of(clerk, "Says all paid", "Note it")
    assert await clerk.submit(form, {"Reference": "Check #4711"}) == {}
    await clerk.modal("they say it is paid")
    (claim,) = await open_holds(world)
    assert (claim.kind, set(claim.invoice_ids)) == (HoldKind.SAYS_PAID, {one.id for one in owed})
    await clerk.command("C0BILLING", f"/invoice why {owed[0].number}")
    assert "says paid" in shown_text(await clerk.sees(f"Why {owed[0].number}?"))


async def test_a_plan_can_be_about_all_of_them(world):
    clerk = world.person()
    form = await form_of(clerk, "Promise all", "Note it")
    assert await clerk.submit(form, {"Instalments": "2026-03-20 500\n2026-04-20 500"}) == {}
    await clerk.modal("The promise is noted")
    (plan,) = await open_holds(world)
    assert [part.amount for part in plan.instalments] == [50000, 50000]
    assert plan.amount == 100000
