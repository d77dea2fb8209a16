"""What needs somebody else's word: sums over a week, whole submissions, other currencies, and the same thing twice."""

from datetime import timedelta

import pytest
from journey_approvals import (
    ask_payment,
    assert_decided,
    big_invoice,
    held,
    newest,
    request_seen,
    write_policy,
)
from journey_world import guide_only, one_shape

from bot.domain.approval import State
from bot.views import ids
from sandbox.company import names
from sandbox.slack.shown import shown_text

ASKED = "Asked for approval"


async def pays(world, number, amount, who="U0CLERK", method="ach"):
    """Somebody enters a payment; the modal that says what came of it."""
    person = world.person(who)
    await person.command("C0BILLING", f"/invoice pay {number} {amount} {method}")
    await person.submit(await person.modal("Balance"))
    await world.idle()
    shown = shown_text(await person.modal())
    await person.close(person.views()[-1])
    return shown


async def requests(world):
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT id FROM approval"))
    return [row["id"] for row in rows]


@one_shape
async def test_small_payments_of_one_person_add_up_over_a_week(world):
    first, second, third = (big_invoice(world) for _ in range(3))
    theirs = world.company.create_invoice(
        world.company.customer_by_name(names.ACME_DENTAL).id, world.company.today(), lines=first.lines
    )
    assert "$3,000.00 recorded" in await pays(world, first.number, 3000)
    assert "$2,501.00 recorded" in await pays(world, second.number, 2501, who="U0DANA")
    assert "$4,999.00 recorded" in await pays(world, theirs.number, 4999)
    assert "$2,000.00 recorded" in await pays(world, third.number, 2000), "just the limit"
    assert await requests(world) == []
    world.clock.advance(timedelta(days=6, hours=23))
    assert ASKED in await pays(world, third.number, 1)
    assert "$5,001.00 of this customer's payments" in (await newest(world)).asked.why[0]
    world.clock.advance(timedelta(days=2))
    await world.app.schedule.tick_now()
    assert "$2,002.00 recorded" in await pays(world, second.number, 2002), "the week is over"
    assert len(world.writes()) == 5


@one_shape
async def test_what_waits_for_approval_counts_too(world):
    await ask_payment(world, big_invoice(world).number)
    assert ASKED in await pays(world, big_invoice(world).number, 7)
    assert "$6,007.00 of this customer's payments" in (await newest(world)).asked.why[0]
    boss = world.person("U0BOSS")
    await boss.click(await request_seen(boss, "$6,000.00"), "Reject")
    await boss.submit(await boss.modal("Why not?"), {"Why not?": "No"})
    await boss.modal("Rejected")
    assert ASKED not in await pays(world, big_invoice(world).number, 8), "what is rejected doesn't count"
    assert len(world.writes()) == 1


async def test_a_cheque_over_several_invoices_is_asked_for_as_a_whole(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    await clerk.command("C0BILLING", '/invoice pay "Acme Widgets" 5200 check #77')
    await clerk.submit(await clerk.modal("open invoices"))
    await clerk.close(await clerk.modal(ASKED))
    asked = await newest(world)
    assert (asked.amount, len(asked.steps), world.writes()) == (520000, 4, [])
    assert len(asked.asked.why) == 1
    request = await request_seen(boss)
    assert "A payment of $5,200.00 over 4 invoices" in shown_text(request)
    await boss.click(request, "Approve")
    await clerk.sees("$5,200.00 recorded on 4 invoices", clerk.dm)
    assert len(world.writes()) == 4
    assert [one.amount for one in world.payments()] == [80625]
    assert_decided(await boss.sees("Approved and done", "C0APPROVE"), "$5,200.00 recorded on 4 invoices")


@one_shape
async def test_a_currency_without_a_limit_always_needs_approval(world):
    customer = world.showpiece.customer_id
    write_policy(world.folder, customers=f'{{"{customer}": {{currency: CAD}}}}')
    await world.restart()
    assert ASKED in await pays(world, "1042", 1)
    asked = await newest(world)
    assert asked.asked.why == ("policy sets no limit for payments in CAD, so each needs approval",)
    assert asked.currency == "CAD"
    boss = world.person("U0BOSS")
    await boss.click(await request_seen(boss), "Approve")
    await boss.sees("recorded as ACH")
    assert [one.amount for one in world.payments()] == [100]


@guide_only
async def test_a_date_far_back_needs_approval(world):
    """Only this shape dates payments."""
    clerk = world.person()
    for days, text in ((30, "$1.00 recorded"), (31, ASKED)):
        await clerk.command("C0BILLING", f"/invoice pay 1042 {1 + days % 2} ach")
        on = world.company.today() - timedelta(days=days)
        await clerk.submit(await clerk.modal("Balance"), {"Payment date": on})
        await clerk.close(await clerk.modal(text))
    assert (await newest(world)).asked.why == (
        "it is dated 31 days back, more than the 30 that policy allows",
    )


# ---- the same thing twice -----------------------------------------------------------------------------------


@one_shape
async def test_the_same_payment_asked_for_by_another_is_shown(world):
    big, dana = big_invoice(world), world.person("U0DANA")
    await ask_payment(world, big.number)
    await dana.command("C0BILLING", f"/invoice pay {big.number} 6000 check")
    form = await dana.modal("Balance")
    await dana.submit(form)
    twice = await dana.modal("already recorded")
    said = f"$6,000.00 on {big.number}, asked for by Casey Lindqvist, not approved yet"
    assert said in shown_text(twice)
    await dana.submit(twice)
    assert len(await requests(world)) == 1
    await dana.submit(await dana.modal("already recorded"), {ids.IN_ANYWAY: ["yes"]})
    await dana.close(await dana.modal(ASKED))
    assert ("Looks like", said) in (await newest(world)).asked.evidence, "whoever decides sees it as well"
    assert world.writes() == []
    boss = world.person("U0BOSS")
    await boss.sees("Looks like", "C0APPROVE")
    first = next(one for one in boss.messages("C0APPROVE") if "Looks like" not in shown_text(one))
    await boss.click(first, "Approve")
    await boss.sees("$6,000.00 recorded")
    assert len(world.payments(big.id)) == 1, "what another only asks for holds nothing up"


async def test_what_was_recorded_meanwhile_is_not_recorded_again(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    big, other = big_invoice(world), big_invoice(world)
    asked = await ask_payment(world, big.number)
    world.company.pay(other.id, "6000")
    await world.app.rooms.sync.run()
    await boss.click(await request_seen(boss), "Approve")
    refused = shown_text(await boss.sees("This request is void"))
    assert "looks like a payment that is already recorded" in refused
    assert f"$6,000.00 on {other.number}" in refused
    ended = await held(world, asked.id)
    assert ended.state is State.STALE
    assert f"$6,000.00 on {other.number}" in ended.sentence
    await clerk.sees(f"$6,000.00 on {other.number}", clerk.dm)
    assert world.writes() == []


# ---- where nothing is asked ---------------------------------------------------------------------------------


@guide_only
async def test_where_voids_need_nobody_none_is_asked_for(world):
    """Only this shape can void."""
    write_policy(world.folder, approvals="{void: false}")
    await world.restart()
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice void 1042")
    await clerk.submit(await clerk.modal("Reason"), {"Reason": "Billed twice"})
    await clerk.modal("is void. Reason: Billed twice")
    assert await requests(world) == []
    assert world.showpiece.void


@one_shape
@pytest.mark.parametrize("amount", [5000, 5000.01])
async def test_the_limit_itself_needs_nobody(world, amount):
    shown = await pays(world, big_invoice(world).number, amount)
    assert (ASKED in shown) is (amount > 5000)
    assert len(world.writes()) == int(amount <= 5000)
