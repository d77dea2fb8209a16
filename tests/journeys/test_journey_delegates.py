"""Whoever stands in for an approver, and requests that need two: whose right counts, and what is said of it."""

import json
from datetime import timedelta

import pytest
from journey_approvals import (
    APPROVALS,
    ask_payment,
    assert_decided,
    audited,
    big_invoice,
    held,
    request_seen,
    write_policy,
)
from journey_matrix import click
from journey_world import one_shape

from bot.domain.approval import State
from bot.views import ids
from sandbox.slack.shown import shown_text

BOSS, CFO, DANA, CLERK, ADMIN = "U0BOSS", "U0CFO", "U0DANA", "U0CLERK", "U0ADMIN"
pytestmark = one_shape


def rules(number=1, delegates=""):
    """The line of the policy."""
    return f"{{payment: {{above: 5000}}, expires_hours: 24, number: {number}, delegates: {{{delegates}}}}}"


@pytest.fixture
def deputy(tmp_path):
    """Dana, a collector, stands in for Boss."""
    write_policy(tmp_path, approvals=rules(delegates="U0BOSS: U0DANA"))


@pytest.fixture
def chain(tmp_path):
    """Dana stands in for Boss, and somebody for Dana, who has nothing of her own to hand on."""
    write_policy(tmp_path, approvals=rules(delegates="U0BOSS: U0DANA, U0DANA: U0VIEW"))


@pytest.fixture
def two(tmp_path):
    """Two must approve; Dana stands in for Boss."""
    write_policy(tmp_path, approvals=rules(2, "U0BOSS: U0DANA"))


async def asked(world, who=CLERK, amount="6000"):
    return await ask_payment(world, big_invoice(world).number, amount, who)


async def state(world, request):
    return (await held(world, request.id)).state


async def refused(world, user, request, text, action_id=ids.APPROVAL_APPROVE):
    """They try, and read why not."""
    person = world.person(user)
    last = max((message["ts"] for message in person.messages()), default="0")
    await click(world, user, action_id, request.id)
    assert (await person.sees(text, after=last))["is_ephemeral"]


async def approves(world, user, request):
    await click(world, user, ids.APPROVAL_APPROVE, request.id)
    await world.idle()


async def entries(world, request):
    """Who did what in whose right, by the audit record."""
    rows = await world.app.rooms.context.lane.read(
        lambda tx: tx.all("SELECT * FROM audit WHERE operation_key = :id ORDER BY seq", {"id": request.id})
    )
    return [(row["actor_id"], row["action"], json.loads(row["after_json"]).get("for")) for row in rows]


# ---- standing in --------------------------------------------------------------------------------------------


async def test_a_deputy_decides_in_the_principals_right_and_it_says_so(deputy, world):
    clerk, dana = world.person(), world.person(DANA)
    request = await asked(world)
    home = await dana.home("Waiting for your approval")
    await dana.click(home, "Review")
    await dana.click(await dana.sees("Approval needed", dana.dm), "Approve")
    await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
    assert (DANA, "approval.approved", BOSS) in await entries(world, request)
    boss = world.person(BOSS)
    for person, place in ((boss, APPROVALS), (dana, dana.dm)):
        assert_decided(await person.sees("Approved and done", place), "Approved by Dana Okafor (standing in)")
    assert len(world.writes()) == 1


async def test_both_are_asked_the_deputy_too(deputy, world):
    request = await asked(world)
    assert set(request.told) == {BOSS, CFO, DANA, ADMIN}
    assert "<@U0DANA>" in str(await request_seen(world.person(BOSS)))


async def test_a_deputy_decides_neither_the_principals_request_nor_their_own(deputy, world):
    for requester, text in (
        (BOSS, "You stand in only for whoever asked"),
        (DANA, "You asked for this yourself"),
    ):
        request = await asked(world, requester, "6001" if requester == BOSS else "6002")
        assert not {requester, DANA} & set(request.told)
        await refused(world, DANA, request, text)
        assert await state(world, request) is State.WAITING
    assert world.writes() == []
    await approves(world, BOSS, request)
    assert await state(world, request) is State.DONE, "Dana's request is decided by whom she stands in for"


async def test_a_deputy_of_somebody_who_has_left_has_no_right(deputy, world):
    request = await asked(world)
    world.stage.slack.workspace.user(BOSS).deleted = True
    world.app.rooms.context.directory.forget()
    await refused(world, DANA, request, "you need the role approver")
    again = await asked(world, ADMIN, "6001")
    assert set(again.told) == {CFO}
    assert await state(world, request) is State.WAITING
    assert world.writes() == []


async def test_standing_in_is_not_handed_on(chain, world):
    request = await asked(world)
    assert set(request.told) == {BOSS, CFO, DANA, ADMIN}
    await refused(world, "U0VIEW", request, "you need the role approver")
    assert await state(world, request) is State.WAITING


# ---- two of them --------------------------------------------------------------------------------------------


async def test_the_first_yes_leaves_it_waiting_and_the_second_carries_it_out(two, world):
    clerk, boss, cfo = world.person(), world.person(BOSS), world.person(CFO)
    request = await asked(world)
    seen = await request_seen(boss)
    assert "May decide: 2 of" in shown_text(seen)
    await boss.click(seen, "Approve")
    assert "It needs 1 more" in shown_text(await boss.sees("Your approval is noted"))
    waiting = await boss.sees("1 of 2 have approved", APPROVALS)
    assert "<@U0BOSS>" in str(waiting)
    assert await state(world, request) is State.WAITING
    assert world.writes() == []
    assert "Waiting for your approval" not in shown_text(await boss.home())
    await cfo.click(waiting, "Approve with comment")
    await cfo.submit(await cfo.modal("Comment"), {"Comment": "Seen it"})
    await cfo.modal("$6,000.00 recorded")
    await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
    done = await boss.sees("2 of 2 have approved", APPROVALS)
    assert_decided(done, "Approved by Priya Castellan", "Seen it", "<@U0BOSS>")
    assert [(one.user_id, one.principal) for one in (await held(world, request.id)).votes] == [
        (BOSS, BOSS),
        (CFO, CFO),
    ]
    assert len(world.writes()) == 1
    assert await audited(world) == ["approval.requested", *["approval.approved"] * 2, "approval.done"]


async def test_nobody_counts_twice_nor_do_principal_and_deputy(two, world):
    first, second = await asked(world), await asked(world, amount="6001")
    await approves(world, BOSS, first)
    await refused(world, BOSS, first, "You have approved this already")
    await refused(world, DANA, first, "Morgan Reyes has approved this in the same right")
    await approves(world, DANA, second)
    await refused(world, BOSS, second, "Dana Okafor has approved this in the same right")
    for request in (first, second):
        assert await state(world, request) is State.WAITING
        assert len((await held(world, request.id)).votes) == 1
    assert world.writes() == []
    await approves(world, CFO, second)
    assert await state(world, second) is State.DONE


async def test_one_no_ends_it_also_after_a_yes(two, world):
    clerk, cfo = world.person(), world.person(CFO)
    request = await asked(world)
    await approves(world, BOSS, request)
    await click(world, CFO, ids.APPROVAL_REJECT, request.id)
    await cfo.submit(await cfo.modal("Why not?"), {"Why not?": "Wrong customer"})
    await clerk.sees("Rejected by Priya Castellan", clerk.dm)
    await refused(world, ADMIN, request, "was rejected by Priya Castellan already")
    assert await state(world, request) is State.REJECTED
    assert world.writes() == []


@pytest.mark.parametrize(
    ("number", "who", "said"), [(2, CLERK, "only 1 of 2 others may"), (1, BOSS, "nobody else may")]
)
async def test_where_too_few_others_may_the_form_says_so_and_nothing_is_asked(
    tmp_path, world, number, who, said
):
    write_policy(
        tmp_path,
        approvals=rules(number, "U0BOSS: U0DANA"),
        roles="{approvers: [U0BOSS], collectors: [U0CLERK, U0DANA]}",
    )
    await world.restart()
    clerk, big = world.person(who), big_invoice(world)
    await clerk.command("C0BILLING", f"/invoice pay {big.number} 6000 ach")
    await clerk.submit(await clerk.modal("Balance"))
    shown = shown_text(await clerk.modal("needs approval"))
    assert f"{said} give it. Nothing was written." in shown
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT id FROM approval"))
    assert rows == []
    await world.app.schedule.tick_now()
    assert "approval" not in shown_text(clerk.messages()[-1] if clerk.messages() else {})
    assert world.writes() == []


async def test_only_those_are_reminded_who_have_not_said_yes(two, world):
    await asked(world)
    boss = world.person(BOSS)
    await boss.click(await request_seen(boss), "Approve")
    await boss.sees("1 of 2 have approved", APPROVALS)
    world.clock.advance(timedelta(hours=23))
    await world.app.schedule.tick_now()
    reminder = str(await boss.sees("this waits for a decision", APPROVALS))
    assert "<@U0CFO>" in reminder
    assert "<@U0ADMIN>" in reminder
    assert "<@U0BOSS>" not in reminder


async def test_what_expires_with_one_yes_of_two_is_not_done(two, world):
    clerk = world.person()
    request = await asked(world)
    await approves(world, BOSS, request)
    world.clock.advance(timedelta(hours=25))
    await refused(world, CFO, request, "expired")
    await world.app.schedule.tick_now()
    await clerk.sees("Nobody decided it until", clerk.dm)
    assert await state(world, request) is State.EXPIRED
    assert world.writes() == []
