"""A request in flight: over a restart, an edit of the policy, and with a second bot on the same database."""

import asyncio
from datetime import timedelta

import pytest
from journey_approvals import (
    APPROVALS,
    ask_payment,
    ask_void,
    assert_decided,
    audited,
    big_invoice,
    held,
    request_seen,
    write_policy,
)
from journey_matrix import click
from journey_world import guide_only, one_shape, start_bot

from bot.domain.approval import State
from bot.views import ids
from sandbox.slack.shown import shown_text

RULES = "{{void: true, payment: {payment}, expires_hours: 24, number: {number}}}"
PEOPLE = "{{admins: [U0ADMIN], approvers: [{approvers}], collectors: [{collectors}], viewers: [U0VIEW]}}"


def policy(payment="{above: 5000}", number=1, approvers="U0BOSS, U0CFO", collectors="U0CLERK, U0DANA"):
    return {
        "approvals": RULES.format(payment=payment, number=number),
        "roles": PEOPLE.format(approvers=approvers, collectors=collectors),
    }


async def edited(world, **changes):
    """Somebody edits the policy, and the bot is started again."""
    write_policy(world.folder, **policy(**changes))
    await world.restart()


async def test_a_restart_forgets_nothing(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    asked = await ask_payment(world, big_invoice(world).number)
    request = await request_seen(boss)
    await world.restart()
    await boss.click(request, "Approve")
    await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
    await world.restart()
    await world.app.schedule.tick_now()
    assert (await held(world, asked.id)).state is State.DONE
    assert len(world.writes()) == 1
    assert_decided(await boss.sees("Approved and done", APPROVALS))


@one_shape
@pytest.mark.parametrize(
    "changes",
    [
        {"payment": "{above: 100000}"},
        {"payment": "{above: 1}"},
        {"number": 2},
        {"approvers": "U0VIEW"},
    ],
    ids=["limit raised", "limit lowered", "two wanted now", "others approve now"],
)
async def test_an_edit_of_the_policy_does_not_touch_who_and_how_many(world, changes):
    await edited(world)
    asked = await ask_payment(world, big_invoice(world).number)
    boss = world.person("U0BOSS")
    request = await request_seen(boss)
    await edited(world, **changes)
    await click(world, "U0VIEW", ids.APPROVAL_APPROVE, asked.id)
    await world.person("U0VIEW").sees("you need the role")
    assert world.writes() == []
    await boss.click(request, "Approve")
    await boss.sees("$6,000.00 recorded")
    assert (await held(world, asked.id)).state is State.DONE
    assert len(world.writes()) == 1


@one_shape
async def test_with_the_limit_gone_it_is_still_decided_by_a_person(world):
    asked = await ask_payment(world, big_invoice(world).number)
    write_policy(world.folder, approvals="{void: true}")
    await world.restart()
    await world.app.schedule.tick_now()
    assert (await held(world, asked.id)).state is State.WAITING
    assert world.writes() == []
    boss = world.person("U0BOSS")
    await boss.click(await request_seen(boss), "Approve")
    await boss.sees("$6,000.00 recorded")


@one_shape
async def test_two_wanted_then_are_wanted_also_when_one_is_enough_now(world):
    await edited(world, number=2)
    asked = await ask_payment(world, big_invoice(world).number)
    await edited(world, number=1)
    boss, cfo = world.person("U0BOSS"), world.person("U0CFO")
    await boss.click(await request_seen(boss), "Approve")
    await boss.sees("It needs 1 more")
    assert world.writes() == []
    await cfo.click(await request_seen(cfo), "Approve")
    await cfo.sees("$6,000.00 recorded")
    assert (await held(world, asked.id)).state is State.DONE


@one_shape
async def test_whoever_may_not_pay_any_more_has_nothing_carried_out(world):
    """Who decides is frozen with the request; what whoever asked may do is not."""
    asked = await ask_payment(world, big_invoice(world).number)
    await edited(world, collectors="U0DANA")
    boss = world.person("U0BOSS")
    await boss.click(await request_seen(boss), "Approve")
    assert "Casey Lindqvist may not do this any more" in shown_text(await boss.sees("This request is void"))
    assert (await held(world, asked.id)).state is State.STALE
    assert world.writes() == []


@one_shape
async def test_whoever_has_left_has_nothing_carried_out(world):
    asked = await ask_payment(world, big_invoice(world).number)
    boss = world.person("U0BOSS")
    request = await request_seen(boss)
    world.stage.slack.workspace.user("U0CLERK").deleted = True
    await boss.click(request, "Approve")
    assert "Casey Lindqvist may not do this any more" in shown_text(await boss.sees("This request is void"))
    assert_decided(
        await request_seen(boss, "Void: nothing was done"), "Casey Lindqvist may not do this any more"
    )
    assert (await held(world, asked.id)).state is State.STALE
    assert world.writes() == []


@guide_only
async def test_voids_that_need_nobody_now_still_need_who_was_asked(world):
    """Only this shape can void."""
    asked = await ask_void(world)
    write_policy(world.folder, approvals="{void: false}")
    await world.restart()
    await world.app.schedule.tick_now()
    assert (await held(world, asked.id)).state is State.WAITING
    cfo = world.person("U0CFO")
    await cfo.click(await request_seen(cfo, "Voiding"), "Approve")
    await cfo.sees("is void. Reason: Billed twice")


# ---- two bots -----------------------------------------------------------------------------------------------


@one_shape
async def test_a_second_bot_on_the_same_database_does_nothing_twice(world):
    boss, cfo, clerk = world.person("U0BOSS"), world.person("U0CFO"), world.person()
    big = big_invoice(world)
    asked = await ask_payment(world, big.number)
    await request_seen(boss)
    first, courier = world.app, world.stage.slack.courier
    ours = courier.bot_url
    second = await start_bot(world.stage, world.clock, world.folder, world.extra)
    theirs = courier.bot_url
    try:
        for at in range(20):
            courier.bot_url = (ours, theirs)[at % 2]
            who = ("U0BOSS", "U0CFO")[at // 2 % 2]
            await click(world, who, ids.APPROVAL_APPROVE, asked.id, APPROVALS)
        await asyncio.gather(*(app.schedule.tick_now() for app in (first, second) for _ in range(2)))
        await asyncio.gather(first.door.drain(), second.door.drain())
        await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
        world.clock.advance(timedelta(minutes=5))
        await asyncio.gather(first.schedule.tick_now(), second.schedule.tick_now())
    finally:
        await second.stop()
    assert [one.amount for one in world.payments(big.id)] == [600000]
    assert len(world.writes()) == 1
    done = await held(world, asked.id)
    assert (done.state, len(done.votes)) == (State.DONE, 1)
    steps = [one for one in await audited(world) if one != "approval.delayed"]
    assert steps == ["approval.requested", "approval.approved", "approval.done"]
    told = [one for one in clerk.messages(clerk.dm) if "Your request" in shown_text(one)]
    assert len([one for one in told if "recorded" in shown_text(one)]) == 1
    copies = [one for one in cfo.messages(APPROVALS) if "6,000.00" in shown_text(one)]
    assert len(copies) == 1
