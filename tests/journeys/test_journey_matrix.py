"""Everybody × everything that can be done to a request × every state × whose request it is, over signed HTTP.

What must come of each cell is worked out from the policy's lists and the workspace, by other code than the bot's.
"""

import asyncio
from collections import Counter

import pytest
from journey_approvals import write_policy
from journey_matrix import ACTIONS, FIELDS, RELATIONS, ROLES, Booth, Cell
from journey_world import one_shape

from bot.config import load_policy
from bot.domain.approval import State

pytestmark = one_shape
#: What nobody reads who may not look invoices up.
SECRETS = ("Acme", "INV-", "$", "6,000")


@pytest.fixture
def policy(tmp_path):
    """Dana, a collector, stands in for Boss; and outsiders are listed, which gives them nothing."""
    write_policy(
        tmp_path,
        approvals="{void: true, payment: {above: 5000}, expires_hours: 24, delegates: {U0BOSS: U0DANA}}",
        roles="{admins: [U0ADMIN], approvers: [U0BOSS, S0FINANCE, U0GUEST, U0GONE, U0OTHER, U0ROBOT], "
        "collectors: [U0CLERK, U0DANA], technicians: [S0TECHS], viewers: [U0VIEW]}",
    )
    return load_policy(tmp_path / "policy.yml")


@pytest.fixture
def booth(policy, world):
    return Booth(world, policy)


def cells(booth, state, action):
    """One for each person and each relation to whoever asked."""
    pairs = [(user, booth.requester_for(user, relation)) for user in booth.people() for relation in RELATIONS]
    return [Cell(user, action, state, requester) for user, requester in pairs if requester]


async def do(booth, many):
    """These people do it all at once; what each of them, and nobody else, is shown of that."""
    before = {cell.user: Counter(booth.shown_to(cell.user)) for cell, _ in many}
    await asyncio.gather(*(booth.click(cell.user, cell.action, id) for cell, id in many))
    await booth.world.idle()
    forms = [booth.sent_form(cell.user, cell.action) for cell, _ in many if cell.action in FIELDS]
    await asyncio.gather(*forms)
    await booth.world.idle()
    if any(cell.action == "show" for cell, _ in many):
        await booth.world.app.schedule.tick_now()
    shown = {user: list(Counter(booth.shown_to(user)) - earlier) for user, earlier in before.items()}
    for cell, _ in many:
        booth.slack.modals.clear(cell.user)
    return shown


@pytest.mark.parametrize("state", State)
async def test_what_must_change_nothing_changes_nothing_and_is_answered_in_private(booth, state):
    requests = {}
    count = 0
    for action in ACTIONS:
        refused = [cell for cell in cells(booth, state, action) if booth.oracle.after(cell) is state]
        for requester in sorted({cell.requester for cell in refused}):
            if requester not in requests:
                requests[requester] = (await booth.request(requester, state)).id
        public = booth.shown_in_channels()
        while refused:
            at_once = list({cell.user: cell for cell in refused}.values())
            refused = [cell for cell in refused if cell not in at_once]
            shown = await do(booth, [(cell, requests[cell.requester]) for cell in at_once])
            for cell in at_once:
                count += 1
                assert await booth.state_of(requests[cell.requester]) is state, cell
                assert shown[cell.user] or not booth.can_be_told(cell.user), cell
                said = "\n".join(shown[cell.user])
                if cell.action == "approve" and shown[cell.user]:
                    assert ("you need the role approver" in said) is booth.oracle.lacks_role(cell.user), cell
                if not booth.oracle.role(cell.user):
                    assert not [one for one in shown[cell.user] for secret in SECRETS if secret in one], cell
        assert booth.shown_in_channels() == public, action
    assert count > 100, "the matrix has not shrunk"
    assert booth.world.writes() == []


async def test_what_policy_allows_happens_once_and_only_then(booth):
    allowed = [
        cell
        for action in ACTIONS
        for cell in cells(booth, State.WAITING, action)
        if booth.oracle.after(cell) is not State.WAITING
    ]
    by = {action: sorted({cell.user for cell in allowed if cell.action == action}) for action in ACTIONS}
    deciders = ["U0ADMIN", "U0BOSS", "U0CFO", "U0DANA"]
    assert by["approve"] == by["comment"] == by["reject"] == deciders
    assert by["withdraw"] == sorted(user for user in booth.people() if booth.oracle.role(user))
    assert by["show"] == []
    paid = 0
    for cell in allowed:
        asked = await booth.request(cell.requester, State.WAITING)
        shown = await do(booth, [(cell, asked.id)])
        after = booth.oracle.after(cell)
        assert await booth.state_of(asked.id) is after, cell
        assert shown[cell.user], cell
        paid += after is State.DONE
        assert len(booth.world.writes()) == paid, cell
        await do(booth, [(cell, asked.id)])
        assert await booth.state_of(asked.id) is after, cell
    assert len(booth.world.writes()) == paid == 8


@pytest.mark.parametrize("state", [one for one in State if one is not State.WAITING])
async def test_a_form_opened_while_it_waited_decides_nothing_afterwards(booth, state):
    for user, action in (("U0BOSS", "comment"), ("U0CFO", "reject"), ("U0DANA", "comment")):
        asked = await booth.request("U0CLERK", State.WAITING)
        await booth.click(user, action, asked.id)
        await booth.world.idle()
        await booth.bring(asked, state)
        await booth.sent_form(user, action)
        await booth.world.idle()
        assert await booth.state_of(asked.id) is state
        assert "Nothing was done now." in booth.shown_to(user)[-1]
    assert booth.world.writes() == []


async def test_everybody_of_the_policy_and_of_the_workspace_is_in_the_matrix(booth, policy):
    lists = policy.roles
    listed = lists.admins | lists.approvers | lists.collectors | lists.technicians | lists.viewers
    groups = booth.slack.workspace.groups
    named = {one for one in listed if one not in groups}
    named |= {user for one in listed & set(groups) for user in groups[one].users}
    assert named < set(booth.people())
    roles = {ROLES[booth.oracle.role(user)] for user in booth.people()}
    assert roles == set(ROLES)
    assert not {
        booth.oracle.role(user) for user in ("U0GUEST", "U0GONE", "U0OTHER", "U0ROBOT", "U0NOROLE")
    } - {0}
