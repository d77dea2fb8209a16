"""Where a request is put before people: the approvals channel, or each directly; and every copy is kept true."""

import re

import pytest
from journey_approvals import (
    APPROVALS,
    ask_payment,
    assert_decided,
    big_invoice,
    held,
    write_policy,
)
from journey_world import one_shape

from bot.domain.approval import State
from sandbox.slack.shown import buttons, shown_text

pytestmark = one_shape
DECIDERS = ("U0ADMIN", "U0BOSS", "U0CFO")


async def direct_copies(world):
    """The request in the direct messages of each who may decide it."""
    return {one: await world.person(one).sees("Approval needed", world.person(one).dm) for one in DECIDERS}


async def settled(world):
    await world.idle()
    await world.app.schedule.tick_now()


def archived(place):
    place.is_archived = True


def shared_with_guests(place):
    place.members.append("U0GUEST")


def shared_with_others(place):
    place.is_ext_shared = True


def without_the_bot(place):
    place.members.remove("U0DUEBOT")


@pytest.mark.parametrize("spoil", [archived, shared_with_guests, shared_with_others, without_the_bot])
async def test_where_the_channel_can_not_have_it_each_is_asked_directly(world, spoil):
    clerk = world.person()
    spoil(world.stage.slack.workspace.channels[APPROVALS])
    asked = await ask_payment(world, big_invoice(world).number)
    await settled(world)
    copies = await direct_copies(world)
    assert not [one for one in world.stage.slack.messages.in_channel(APPROVALS) if "Acme" in shown_text(one)]
    await world.person("U0CFO").click(copies["U0CFO"], "Approve")
    await clerk.sees("$6,000.00 recorded as ACH", clerk.dm)
    await settled(world)
    for one in copies:
        person = world.person(one)
        assert_decided(person.again(copies[one]), "Approved by Priya Castellan")
    assert (await held(world, asked.id)).state is State.DONE
    assert len(world.writes()) == 1


@pytest.mark.parametrize("label", ["Approve", "Reject"])
async def test_without_a_channel_each_has_a_copy_and_all_are_kept_true(tmp_path, world, label):
    line = "{escalation: C0BILLING, failures: C0BILLING, allow_shared: []}"
    write_policy(tmp_path, channels=line)
    await world.restart()
    clerk, boss = world.person(), world.person("U0BOSS")
    await ask_payment(world, big_invoice(world).number)
    copies = await direct_copies(world)
    own = await clerk.sees("You asked for approval", clerk.dm)
    assert "Withdraw" in buttons(own)
    await boss.click(copies["U0BOSS"], label)
    if label == "Reject":
        await boss.submit(await boss.modal("Why not?"), {"Why not?": "Not ours"})
    said = f"{'Approved' if label == 'Approve' else 'Rejected'} by Morgan Reyes"
    await clerk.sees(said, clerk.dm)
    await settled(world)
    for one in copies:
        assert_decided(world.person(one).again(copies[one]), said)
    assert "Withdraw" not in buttons(clerk.again(own))
    assert said in shown_text(clerk.again(own))
    assert len(world.writes()) == int(label == "Approve")


async def test_who_asked_has_no_copy_to_decide_and_is_not_named(tmp_path, world):
    write_policy(tmp_path, channels="{escalation: C0BILLING, failures: C0BILLING, allow_shared: []}")
    await world.restart()
    boss, cfo = world.person("U0BOSS"), world.person("U0CFO")
    await ask_payment(world, big_invoice(world).number, who="U0BOSS")
    copy = await cfo.sees("Approval needed", cfo.dm)
    (line,) = [one for one in shown_text(copy).splitlines() if "May decide" in one]
    assert sorted(re.findall(r"<@(\w+)>", line)) == ["U0ADMIN", "U0CFO"]
    await boss.sees("You asked for approval", boss.dm)
    assert not [one for one in boss.messages(boss.dm) if "Approve" in buttons(one)]
    assert "Waiting for your approval" not in shown_text(await boss.home())


async def test_a_decision_in_a_copy_reaches_the_channel_and_every_other_copy(world):
    """Copies that people brought into their direct messages from App Home, twice too."""
    boss, cfo = world.person("U0BOSS"), world.person("U0CFO")
    await ask_payment(world, big_invoice(world).number)
    for person in (boss, cfo, cfo):
        await person.click(await person.home("Waiting for your approval"), "Review")
        await person.sees("Approval needed", person.dm)
    await settled(world)
    mine = [one for one in cfo.messages(cfo.dm) if "Approval needed" in shown_text(one)]
    assert len(mine) == 2
    await boss.click(await boss.sees("Approval needed", boss.dm), "Approve")
    await boss.sees("$6,000.00 recorded")
    await settled(world)
    for copy in (*mine, await cfo.sees("Approved and done", APPROVALS)):
        assert_decided(cfo.again(copy), "Approved by Morgan Reyes")
