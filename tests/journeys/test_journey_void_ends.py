"""What a void ends of what was under way about that invoice, each with the reason, and what it leaves alone."""

import pytest
from journey_approvals import ask_payment, ask_void, big_invoice, held, request_seen, write_policy
from journey_matrix import click
from journey_world import START, guide_only

from bot.domain.approval import State
from bot.domain.holds import HoldKind
from bot.store import contacts, holds, late_fees
from bot.store.late_fees import LateFee
from bot.views import ids
from sandbox.slack.shown import shown_text

REASON = "The invoice was voided by Casey Lindqvist."
pytestmark = guide_only


@pytest.fixture
def small_limit(tmp_path):
    """Payments above 100 dollars, and voids, need approval."""
    write_policy(tmp_path, approvals="{void: true, payment: {above: 100}, expires_hours: 48}")


async def read(world, find):
    return await world.app.rooms.context.lane.read(find)


async def noted(world, number, label, values):
    """A hold on one invoice."""
    clerk = world.person()
    await clerk.command("C0BILLING", f"/invoice {number}")
    await clerk.click(await clerk.sees(f"{number} ·"), label)
    assert await clerk.submit(await clerk.modal("Note it"), values) == {}
    await clerk.close(await clerk.modal("noted"))
    every = await read(world, holds.all_open_noted)
    return max(every, key=lambda one: one.created_at).hold.id


async def voided(world, number="1042"):
    """Asked for, and approved by somebody else."""
    asked = await ask_void(world, number)
    await click(world, "U0CFO", ids.APPROVAL_APPROVE, asked.id)
    await world.person("U0CFO").sees("is void. Reason: Billed twice")
    assert (await held(world, asked.id)).state is State.DONE


async def reason_of(world, hold_id):
    found = await read(world, lambda tx: holds.get(tx, hold_id))
    return found.end_reason if found.ended_at else None


async def test_holds_of_this_invoice_alone_end_and_others_stay(world):
    """Only this shape can void."""
    promise = await noted(world, "INV-2024-1042", "Promise", {"Promised for": "friday"})
    dispute = await noted(world, "INV-2024-1042", "Dispute", {"Reason": "Hours"})
    other = await noted(world, "INV-2024-1030", "Dispute", {"Reason": "Hours"})
    await voided(world)
    assert await reason_of(world, promise) == REASON
    assert await reason_of(world, dispute) == REASON
    assert await reason_of(world, other) is None
    rows = await read(world, lambda tx: tx.all("SELECT action, actor_id FROM audit ORDER BY seq"))
    ended = [(row["action"], row["actor_id"]) for row in rows if row["action"].endswith(".ended")]
    assert sorted(ended) == [("dispute.ended", "U0CLERK"), ("promise.ended", "U0CLERK")]


async def test_a_hold_on_several_or_on_all_of_a_customer_stays(world):
    clerk, customer = world.person(), str(world.showpiece.customer_id)
    await clerk.command("C0BILLING", "/overdue acme widgets")
    await clerk.click(await clerk.sees("Dispute all"), "Dispute all")
    assert await clerk.submit(await clerk.modal("Note it"), {"Reason": "All of it"}) == {}
    await clerk.close(await clerk.modal("noted"))
    (hold,) = await read(world, lambda tx: holds.open_of(tx, customer))
    assert hold.kind is HoldKind.DISPUTE
    await voided(world)
    assert await reason_of(world, hold.id) is None


async def test_proposals_that_list_it_are_withdrawn_and_their_message_says_so(world):
    boss = world.person("U0BOSS")
    await boss.command("C0APPROVE", "/overdue automatic on")
    await boss.sees("Automatic sending to customers is on")
    await world.idle()
    world.clock.advance(START.replace(hour=15) - world.clock.now())
    await world.app.schedule.tick_now()
    customer = str(world.showpiece.customer_id)
    every = await read(world, lambda tx: contacts.of_customer(tx, customer))
    (mine,) = [one for one in every if one.stage == "planned" and one.awaits]
    assert str(world.showpiece.id) in {one.invoice_id for one in mine.invoices}
    shown = await boss.sees("INV-2024-1042 $806.25", "C0APPROVE")
    assert f"{ids.PROPOSAL_APPROVE}:{mine.id}" in str(shown["blocks"])
    await voided(world)
    ended = await read(world, lambda tx: contacts.get(tx, mine.id))
    assert (ended.stage, ended.reason) == ("suppressed", REASON)
    await world.idle()
    await world.app.schedule.tick_now()
    shown = boss.again(shown)
    assert f"{ids.PROPOSAL_APPROVE}:{mine.id}" not in str(shown["blocks"])
    assert f"No longer proposed: {REASON}".rstrip(".") in shown_text(shown)
    assert [one for one in world.writes() if one.path.endswith("/email")] == []


async def test_a_late_fee_that_waits_is_withdrawn(world):
    now = world.clock.now()
    fee = LateFee(
        id="fee-1",
        invoice_id=str(world.showpiece.id),
        level="firm",
        customer_id=str(world.showpiece.customer_id),
        number="INV-2024-1042",
        currency="USD",
        contacted_on=world.company.today(),
        base=80625,
        amount=1209,
        balance=80625,
        percent="1.5",
        state="planned",
        policy_version="v1",
        created_at=now,
    )
    await world.app.rooms.context.lane.write(lambda tx: late_fees.insert(tx, fee))
    await voided(world)
    ended = await read(world, lambda tx: late_fees.get(tx, "fee-1"))
    assert (ended.state, ended.reason) == ("withdrawn", REASON)


async def test_other_requests_about_it_end_and_those_about_others_wait_on(small_limit, world):
    dana = world.person("U0DANA")
    about_it = await ask_payment(world, "1042", "500", "U0DANA")
    other = await ask_payment(world, big_invoice(world).number, "400", "U0DANA")
    again = await ask_void(world, "1042", "U0DANA")
    await voided(world)
    for request in (about_it, again):
        ended = await held(world, request.id)
        assert (ended.state, ended.sentence) == (State.STALE, REASON)
    assert (await held(world, other.id)).state is State.WAITING
    await dana.sees(REASON, dana.dm)
    cfo = world.person("U0CFO")
    assert REASON in shown_text(await cfo.sees("Void: nothing was done", "C0APPROVE"))
    assert len(world.writes()) == 1


async def test_a_payment_over_several_that_has_it_among_them_ends_as_a_whole(small_limit, world):
    clerk = world.person("U0DANA")
    await clerk.command("C0BILLING", '/invoice pay "Acme Widgets" 5000 check #77')
    await clerk.submit(await clerk.modal("open invoices"))
    await clerk.close(await clerk.modal("Asked for approval"))
    rows = await read(world, lambda tx: tx.all("SELECT id FROM approval"))
    asked = await held(world, rows[0]["id"])
    assert str(world.showpiece.id) in asked.invoice_ids
    await voided(world)
    assert (await held(world, asked.id)).state is State.STALE
    assert len(world.writes()) == 1


async def test_a_void_that_syncro_refuses_ends_nothing(world):
    dispute = await noted(world, "INV-2024-1042", "Dispute", {"Reason": "Hours"})
    asked = await ask_void(world)
    cfo = world.person("U0CFO")
    world.stage.syncro.faults.add("PUT /invoices/{id}", "status", status=422, message="Locked")
    await cfo.click(await request_seen(cfo, "Voiding"), "Approve")
    await cfo.sees("Locked")
    ended = await held(world, asked.id)
    assert (ended.state, "Locked" in ended.sentence) == (State.FAILED, True)
    await cfo.sees("Approved by Priya Castellan", "C0APPROVE")
    assert await reason_of(world, dispute) is None
