"""Two requests that are about the same thing, and what approvers must be shown of it."""

from datetime import timedelta

from journey_approvals import APPROVALS, ask_payment, assert_decided, big_invoice, held, newest
from journey_matrix import click
from journey_world import one_shape

from bot.domain.approval import State
from bot.views import ids
from sandbox.slack.shown import shown_text


async def ask_email(world, number, who="U0CLERK", text="Asked for approval"):
    person = world.person(who)
    await person.command("C0BILLING", f"/invoice send {number}")
    await person.submit(await person.modal("· balance"))
    view = await person.modal(text)
    await person.close(view)
    return view


def emails(world):
    return [one for one in world.writes() if one.path.rstrip("/").endswith(("/email", "/email.json"))]


async def test_sending_is_asked_for_once_at_a_time(world):
    dana, boss = world.person("U0DANA"), world.person("U0BOSS")
    big = big_invoice(world, 12_000)
    await ask_email(world, big.number)
    first = await newest(world)
    refused = await ask_email(world, big.number, "U0DANA", "has asked to send")
    assert "Casey Lindqvist has asked to send" in shown_text(refused)
    assert (await newest(world)).id == first.id
    await boss.click(await boss.sees("Approval needed", APPROVALS), "Approve")
    await boss.sees("Approved and done", APPROVALS)
    await ask_email(world, big.number, "U0DANA")
    await dana.sees("You asked for approval", dana.dm)
    assert len(emails(world)) == 1


async def test_an_approved_email_does_not_follow_one_that_was_sent_meanwhile(world):
    """Both were asked for at the same moment: nothing about the invoice tells that it was sent."""
    big = big_invoice(world, 12_000)
    await ask_email(world, big.number)
    one = await newest(world)
    lane = world.app.rooms.context.lane
    await lane.write(lambda tx: tx.run("UPDATE approval SET kind = 'hidden' WHERE id = :id", {"id": one.id}))
    await ask_email(world, big.number, "U0DANA")
    other = await newest(world)
    await lane.write(lambda tx: tx.run("UPDATE approval SET kind = 'email' WHERE id = :id", {"id": one.id}))
    for each in (one, other):
        await click(world, "U0BOSS", ids.APPROVAL_APPROVE, each.id)
        await world.idle()
    states = {(await held(world, each.id)).state for each in (one, other)}
    assert states == {State.DONE, State.STALE}
    assert len(emails(world)) == 1


@one_shape
async def test_a_payment_over_several_that_looks_like_another_shows_it_to_whoever_decides(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1052 50 check #77")
    await clerk.submit(await clerk.modal("Balance"))
    await clerk.close(await clerk.modal("recorded"))
    await clerk.command("C0BILLING", '/invoice pay "Acme Widgets" 9000 check #77')
    await clerk.submit(await clerk.modal("open invoices"))
    twice = await clerk.modal("already recorded")
    await clerk.submit(twice, {ids.IN_ANYWAY: ["yes"]})
    await clerk.close(await clerk.modal("Asked for approval"))
    evidence = dict((await newest(world)).asked.evidence)
    assert "$50.00 on INV-2024-1052" in evidence["Looks like"]


async def test_a_long_text_behind_a_command_is_answered(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find " + "acme " * 1500)
    await world.idle()
    assert clerk.messages("C0BILLING")[-1].get("is_ephemeral")


@one_shape
async def test_a_decided_request_loses_its_buttons_where_others_read_along_by_now(world):
    boss, cfo = world.person("U0BOSS"), world.person("U0CFO")
    asked = await ask_payment(world, big_invoice(world).number)
    request = await boss.sees("Approval needed", APPROVALS)
    world.stage.slack.workspace.channels[APPROVALS].members.append("U0GUEST")
    world.clock.advance(timedelta(hours=20))
    await world.app.schedule.tick_now()
    await boss.sees("this waits for a decision", boss.dm), "the reminder goes to each of them"
    await cfo.sees("this waits for a decision", cfo.dm)
    await boss.click(request, "Reject")
    await boss.submit(await boss.modal("Why not?"), {"Why not?": "No"})
    await boss.modal("Rejected")
    await world.idle()
    assert (await held(world, asked.id)).state is State.REJECTED
    left = await boss.sees("This request is decided", APPROVALS)
    assert_decided(left)
    assert "Acme" not in shown_text(left)
