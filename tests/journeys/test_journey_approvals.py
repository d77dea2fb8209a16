"""Requests for somebody else's word, from the form to the last copy of the message, over signed HTTP."""

import asyncio
from datetime import timedelta

import pytest
from journey_approvals import (
    APPROVALS,
    DECIDES,
    ask_payment,
    ask_void,
    assert_decided,
    audited,
    big_invoice,
    held,
    request_seen,
)
from journey_matrix import click
from journey_world import guide_only

from bot.domain.approval import State
from bot.views import ids
from sandbox.slack.shown import buttons, shown_text


async def test_a_payment_is_asked_for_approved_by_another_and_recorded_once(world):
    clerk, boss, cfo = world.person(), world.person("U0BOSS"), world.person("U0CFO")
    big = big_invoice(world)
    asked = await ask_payment(world, big.number)
    assert world.writes() == []
    request = await request_seen(boss)
    text = shown_text(request)
    for part in (
        f"A payment of $6,000.00 on {big.number}",
        "Acme Widgets",
        "above the policy's limit of $5,000.00",
        f"{big.number}, balance: $9,000.00 →",
        "$3,000.00",
        "ACH",
        "valid until",
    ):
        assert part in text, part
    assert buttons(request)[:3] == DECIDES
    assert "You asked for approval" in shown_text(await clerk.sees("You asked for approval", clerk.dm))
    await boss.click(request, "Approve")
    await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
    told = await clerk.sees("recorded a payment", "C0BILLING")
    assert "<@U0CLERK> recorded a payment, approved by <@U0BOSS>." in str(told)
    assert [one.amount for one in world.payments(big.id)] == [600000]
    await world.idle()
    for person, place in ((boss, APPROVALS), (cfo, APPROVALS), (clerk, clerk.dm)):
        copies = [one for one in person.messages(place) if "6,000.00" in shown_text(one)]
        assert copies
        for copy in copies:
            assert_decided(copy, "Approved by Morgan Reyes")
    answered = await boss.sees("$6,000.00 recorded")
    assert answered
    assert (await held(world, asked.id)).state is State.DONE
    assert await audited(world) == ["approval.requested", "approval.approved", "approval.done"]
    assert world.stage.slack.problems == []


async def test_rejected_with_why_and_the_requester_hears(world):
    clerk, cfo = world.person(), world.person("U0CFO")
    asked = await ask_payment(world, big_invoice(world).number)
    await cfo.click(await request_seen(cfo), "Reject")
    form = await cfo.modal("Why not?")
    assert "required" in str(await cfo.submit(form))
    await cfo.submit(form, {"Why not?": "That cheque bounced <!channel>"})
    await cfo.modal("Rejected by Priya Castellan")
    told = shown_text(await clerk.sees("Rejected by Priya Castellan", clerk.dm))
    assert "That cheque bounced <!channel>" in told
    assert_decided(await request_seen(cfo, "Rejected"), "That cheque bounced")
    assert (await held(world, asked.id)).state is State.REJECTED
    assert world.writes() == []
    assert await audited(world) == ["approval.requested", "approval.rejected"]


async def test_approved_with_a_comment_that_everybody_reads(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    await ask_payment(world, big_invoice(world).number)
    await boss.click(await request_seen(boss), "Approve with comment")
    await boss.submit(await boss.modal("Comment"), {"Comment": "Seen on the bank statement"})
    await boss.modal("$6,000.00 recorded")
    assert_decided(await request_seen(boss, "Approved and done"), "Seen on the bank statement")
    await clerk.sees("Seen on the bank statement", clerk.dm)
    assert len(world.writes()) == 1


@pytest.mark.parametrize("who", ["U0BOSS", "U0ADMIN"])
async def test_nobody_decides_what_they_asked_for(world, who):
    person = world.person(who)
    asked = await ask_payment(world, big_invoice(world).number, who=who)
    request = await request_seen(person)
    for label in ("Approve", "Approve with comment", "Reject"):
        last = max(m["ts"] for m in person.messages())
        await person.click(request, label)
        if label != "Approve":
            form = await person.modal("Asked by")
            field = "Comment" if label.startswith("Approve") else "Why not?"
            await person.submit(form, {field: "Fine"})
            await person.close(await person.modal("somebody else must decide it"))
            continue
        refused = await person.sees("somebody else must decide it", after=last)
        assert refused["is_ephemeral"]
    assert (await held(world, asked.id)).state is State.WAITING
    assert world.writes() == []


async def test_withdrawn_only_by_whoever_asked(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    asked = await ask_payment(world, big_invoice(world).number)
    own = await clerk.sees("You asked for approval", clerk.dm)
    await clerk.click(own, "Withdraw")
    await clerk.sees("Withdrawn by Casey Lindqvist", clerk.dm)
    request = await request_seen(boss, "Withdrawn")
    assert_decided(request)
    assert (await held(world, asked.id)).state is State.WITHDRAWN
    assert world.writes() == []


async def test_an_old_copy_clicked_after_the_decision_is_answered_and_does_nothing(world):
    boss, cfo = world.person("U0BOSS"), world.person("U0CFO")
    await ask_payment(world, big_invoice(world).number)
    stale = await request_seen(boss)
    await cfo.click(await request_seen(cfo), "Approve")
    await cfo.sees("$6,000.00 recorded")
    last = max(m["ts"] for m in boss.messages())
    await boss.click(stale, "Approve")
    told = await boss.sees("was approved by Priya Castellan already", after=last)
    assert told["is_ephemeral"]
    await boss.click(stale, "Reject")
    await boss.modal("decided already")
    assert len(world.writes()) == 1


async def test_fifty_clicks_at_once_are_one_payment(world):
    boss, cfo = world.person("U0BOSS"), world.person("U0CFO")
    big = big_invoice(world)
    asked = await ask_payment(world, big.number)
    seen = [await request_seen(boss), await request_seen(cfo)]
    clicks = [(boss, cfo)[at % 2].click(seen[at % 2], "Approve") for at in range(50)]
    await asyncio.gather(*clicks)
    await world.idle()
    assert len(world.writes()) == 1
    assert [one.amount for one in world.payments(big.id)] == [600000]
    done = await held(world, asked.id)
    assert (done.state, len(done.votes)) == (State.DONE, 1)
    assert await audited(world) == ["approval.requested", "approval.approved", "approval.done"]
    answers = [shown_text(one) for who in (boss, cfo) for one in who.messages() if one.get("is_ephemeral")]
    told = [one for one in answers if "already" in one or "approved this" in one]
    assert len(told) == 49, answers


async def test_what_has_changed_since_voids_the_request_and_says_what(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    big = big_invoice(world)
    asked = await ask_payment(world, big.number)
    world.company.pay(big.id, "500")
    await boss.click(await request_seen(boss), "Approve")
    refused = shown_text(await boss.sees("This request is void"))
    assert "The balance was $9,000.00; now it is $8,500.00." in refused
    told = shown_text(await clerk.sees("has changed since", clerk.dm))
    assert "The balance was $9,000.00; now it is $8,500.00." in told
    assert_decided(await request_seen(boss, "Void: nothing was done"), "now it is $8,500.00")
    assert (await held(world, asked.id)).state is State.STALE
    assert world.writes() == []


@guide_only
async def test_a_void_is_void_when_the_invoice_is_another_customers_by_now(world):
    """Elsewhere there is no void."""
    asked = await ask_void(world)
    other = next(one for one in world.company.customers if one != world.showpiece.customer_id)
    world.showpiece.customer_id = other
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await world.idle()
    ended = await held(world, asked.id)
    assert (ended.state, "belongs to another customer now" in ended.sentence) == (State.STALE, True), ended
    assert world.writes() == []


@guide_only
async def test_what_does_not_matter_may_change(world):
    """A draft's notes; elsewhere the stand-in's own screens have none to change."""
    boss = world.person("U0BOSS")
    big = big_invoice(world)
    await ask_payment(world, big.number)
    big.notes = "Somebody wrote this in Syncro"
    await boss.click(await request_seen(boss), "Approve")
    await boss.sees("$6,000.00 recorded")


@guide_only
async def test_a_void_ends_other_requests_about_it(world):
    """Only this shape can void."""
    clerk, dana, cfo = world.person(), world.person("U0DANA"), world.person("U0CFO")
    big = big_invoice(world)
    payment = await ask_payment(world, big.number, who="U0DANA")
    void = await ask_void(world, big.number)
    await cfo.click(await request_seen(cfo, "Voiding"), "Approve")
    await clerk.sees("is void. Reason: Billed twice", clerk.dm)
    assert (await held(world, void.id)).state is State.DONE
    ended = await held(world, payment.id)
    assert ended.state is State.STALE
    assert "voided by Casey Lindqvist" in ended.sentence
    await dana.sees("voided by Casey Lindqvist", dana.dm)


async def test_it_is_reminded_of_once_and_then_expires(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    asked = await ask_payment(world, big_invoice(world).number)
    await request_seen(boss)
    world.clock.advance(timedelta(hours=23))
    await world.app.schedule.tick_now()
    await world.app.schedule.tick_now()
    reminded = [one for one in boss.messages(APPROVALS) if "this waits for a decision" in shown_text(one)]
    assert len(reminded) == 1
    assert reminded[0]["thread_ts"]
    assert "<@U0BOSS>" in str(reminded[0])
    stale = await request_seen(boss)
    world.clock.advance(timedelta(hours=2))
    await boss.click(stale, "Approve")
    await boss.sees("expired")
    await world.app.schedule.tick_now()
    await clerk.sees("Nobody decided it until", clerk.dm)
    assert_decided(await request_seen(boss, "Expired"))
    assert (await held(world, asked.id)).state is State.EXPIRED
    assert world.writes() == []


async def test_a_weekend_does_not_count(world):
    world.clock.advance(timedelta(days=3, hours=8))  # Friday afternoon
    boss = world.person("U0BOSS")
    asked = await ask_payment(world, big_invoice(world).number)
    await request_seen(boss)
    local = world.app.rooms.context.local
    assert (local(asked.created_at).weekday(), local(asked.expires_at).weekday()) == (4, 0)
    world.clock.advance(timedelta(days=2, hours=20))
    await world.app.schedule.tick_now()
    await boss.click(await request_seen(boss), "Approve")
    await boss.sees("$6,000.00 recorded")


async def test_home_lists_what_waits_for_me_and_brings_it(world):
    boss, clerk = world.person("U0BOSS"), world.person()
    big = big_invoice(world)
    await ask_payment(world, big.number)
    home = await boss.home("Waiting for your approval")
    assert big.number in shown_text(home)
    await boss.click(home, "Review")
    copy = await boss.sees("Approval needed", boss.dm)
    await boss.click(copy, "Approve")
    await boss.sees("Approved and done", boss.dm)
    for place in (boss.dm, APPROVALS):
        assert_decided(await boss.sees("Approved and done", place))
    assert "Waiting for your approval" not in shown_text(await clerk.home())
    assert len(world.writes()) == 1


async def test_a_repeated_submission_asks_once(world):
    clerk = world.person()
    asked = await ask_payment(world, big_invoice(world).number)
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    await clerk.sees("You asked for approval", clerk.dm)
    await world.stage.slack.courier.again(sent[-1])
    await world.idle()
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT id FROM approval"))
    assert [row["id"] for row in rows] == [asked.id]
    assert len([m for m in clerk.messages(clerk.dm) if "You asked for approval" in shown_text(m)]) == 1
    assert world.writes() == []


async def test_while_syncro_is_away_the_word_is_kept_and_it_is_done_later(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    big = big_invoice(world)
    asked = await ask_payment(world, big.number)
    request = await request_seen(boss)
    world.stage.syncro.faults.add("*", "cut_before_commit", times=200)
    await boss.click(request, "Approve")
    await clerk.sees("It is not done yet", clerk.dm)
    assert (await held(world, asked.id)).state is State.APPROVED
    assert_decided(await request_seen(boss, "Approved"), "Approved by Morgan Reyes")
    world.stage.syncro.faults.clear()
    world.clock.advance(timedelta(minutes=10))
    await world.app.schedule.tick_now()
    await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
    assert [one.amount for one in world.payments(big.id)] == [600000]
    assert (await held(world, asked.id)).state is State.DONE


async def test_unknown_ids_and_strangers_values_do_nothing(world):
    boss = world.person("U0BOSS")
    asked = await ask_payment(world, big_invoice(world).number)
    request = await request_seen(boss)
    for block in request["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == ids.APPROVAL_APPROVE:
                element["value"] = f"{asked.id}x"
    await boss.click(request, "Approve")
    await boss.sees("no record of that request")
    assert (await held(world, asked.id)).state is State.WAITING
