"""Every button and command by every role, through signed requests. Each must be listed here, with what it needs."""

from collections import Counter
from pathlib import Path

import pytest
from journey_matrix import ROLES, Booth, click
from journey_world import guide_only, one_shape

from bot.config import load_policy
from bot.domain.commands import OVERDUE_SUBCOMMANDS, SUBCOMMANDS
from bot.domain.roles import Action
from bot.store import visits
from bot.store.visits import Visit
from bot.views import ids

ROOT = Path(__file__).parents[2]
#: One full colleague of each role, lowest first.
PEOPLE = ("U0NOROLE", "U0VIEW", "U0TECH", "U0CLERK", "U0BOSS", "U0ADMIN")
#: The roles as they were promised; those above may do the same.
NEEDS = {
    Action.LOOK_UP: "viewer",
    Action.DRAFT: "technician",
    Action.CREATE: "collector",
    Action.EDIT: "collector",
    Action.SEND: "collector",
    Action.PAY: "collector",
    Action.REMIND: "collector",
    Action.HOLD: "collector",
    Action.REQUEST_VOID: "collector",
    Action.APPROVE: "approver",
    Action.AUTOMATIC: "approver",
    Action.ADMINISTER: "admin",
}
#: For every button outside a form: what it needs, and what its value is ("" is any id; a record needn't exist).
BUTTONS = {
    ids.CARD: (Action.LOOK_UP, "invoice"),
    ids.CARD_PICK: (Action.LOOK_UP, "invoice"),
    ids.SHARE: (Action.LOOK_UP, "invoice"),
    ids.FIND_PAGE: (Action.LOOK_UP, ""),
    ids.FIND_BACK: (Action.LOOK_UP, ""),
    ids.CUSTOMER_CARD: (Action.LOOK_UP, "customer"),
    ids.CUSTOMER_PICK: (Action.LOOK_UP, "customer"),
    ids.OVERDUE_BOARD: (Action.LOOK_UP, ""),
    ids.OVERDUE_PAGE: (Action.LOOK_UP, ""),
    ids.OVERDUE_BACK: (Action.LOOK_UP, ""),
    ids.OVERDUE_ONLY: (Action.LOOK_UP, ""),
    ids.DID_YOU_MEAN: (Action.PAY, "/invoice pay 1042"),
    ids.NEW: (Action.DRAFT, "customer"),
    ids.SEND: (Action.SEND, "invoice"),
    ids.PAY: (Action.PAY, "invoice"),
    ids.EDIT: (Action.EDIT, "invoice"),
    ids.ADD: (Action.EDIT, "invoice"),
    ids.VOID: (Action.REQUEST_VOID, "invoice"),
    ids.PROMISE: (Action.HOLD, "invoice"),
    ids.DISPUTE: (Action.HOLD, "invoice"),
    ids.SAYS_PAID: (Action.HOLD, "invoice"),
    ids.SNOOZE: (Action.HOLD, "invoice"),
    ids.HOLD_END: (Action.HOLD, ""),
    ids.CALL_LOG: (Action.HOLD, "customer"),
    ids.ASSIGN: (Action.HOLD, "customer"),
    ids.CUSTOMER_DISPUTE: (Action.HOLD, "customer"),
    ids.CUSTOMER_SNOOZE: (Action.HOLD, "customer"),
    ids.CUSTOMER_PROMISE: (Action.HOLD, "customer"),
    ids.CUSTOMER_SAYS_PAID: (Action.HOLD, "customer"),
    ids.DO_NOT_CONTACT: (Action.HOLD, "customer"),
    ids.REMIND: (Action.REMIND, "invoice"),
    ids.TASK_SHOW: (Action.REMIND, ""),
    ids.TASK_DONE: (Action.REMIND, ""),
    ids.HOME_PROPOSALS: (Action.LOOK_UP, ""),
    ids.PROPOSAL_APPROVE: (Action.APPROVE, "contact:version"),
    ids.PROPOSAL_APPROVE_ALL: (Action.APPROVE, "list"),
    ids.PROPOSAL_OPEN: (Action.LOOK_UP, ""),
    ids.PROPOSAL_SKIP: (Action.LOOK_UP, ""),
    ids.FEE_APPROVE: (Action.APPROVE, ""),
    ids.FEE_SKIP: (Action.APPROVE, ""),
    ids.FEE_APPROVE_ALL: (Action.APPROVE, "fees"),
    ids.CHECK_AGAIN: (Action.SEND, "unknown"),
    ids.IT_HAPPENED: (Action.SEND, "unknown"),
    ids.IT_DID_NOT: (Action.SEND, "unknown"),
}
#: test_journey_matrix has those of requests; inputs and buttons in forms go with the form; the rest asks nothing.
ELSEWHERE = {
    ids.APPROVAL_APPROVE,
    ids.APPROVAL_COMMENT,
    ids.APPROVAL_REJECT,
    ids.APPROVAL_WITHDRAW,
    ids.APPROVAL_SHOW,
    ids.ANSWER,
    ids.HELP,
    ids.OPEN_SYNCRO,
    ids.OPEN_MAIL,
    ids.PAY_SPREAD,
    ids.IN_AMOUNT,
    ids.IN_SHARE,
    ids.LINE_ADD,
    ids.LINE_REMOVE,
    ids.IN_LINE_PRODUCT,
    ids.IN_LINE_QUANTITY,
    ids.IN_LINE_PRICE,
    ids.IN_LINE_TAXABLE,
}
#: Roles have them, but nothing in this build asks for them yet.
NOT_YET = {Action.CREATE, Action.ADMINISTER}


@pytest.fixture
def booth(world):
    return Booth(world, load_policy(world.folder / "policy.yml"))


@pytest.fixture
async def values(booth):
    """What stands in the buttons' values."""
    world, clerk = booth.world, booth.world.person()
    world.stage.syncro.faults.add("POST /invoices/{id}/email", "cut_before_commit")
    await clerk.command("C0BILLING", "/invoice send 1042")
    await clerk.submit(await clerk.modal("· balance"))
    await world.idle()
    rows = await world.app.rooms.context.lane.read(
        lambda tx: tx.all("SELECT key FROM operation WHERE state = 'unknown'")
    )
    booth.slack.modals.clear("U0CLERK")
    now = world.clock.now()
    for surface, data in (("proposals", "contacts"), ("late_fees", "fees")):
        empty = Visit(id=surface, user_id="U0BOSS", surface=surface, data={data: []}, created_at=now)
        await world.app.rooms.context.lane.write(lambda tx, one=empty: visits.save(tx, one))
    return {
        "list": "proposals",
        "fees": "late_fees",
        "invoice": str(world.showpiece.id),
        "customer": str(world.showpiece.customer_id),
        "unknown": str(rows[0]["key"]),
        "": "x1",
    }


async def shown_after(booth, user, do):
    """What this person, and nobody else, is shown of it."""
    public, before = booth.shown_in_channels(), Counter(booth.shown_to(user))
    await do
    await booth.world.idle()
    new = Counter(booth.shown_to(user)) - before
    booth.slack.modals.clear(user)
    return "\n".join(new), booth.shown_in_channels() - public


@guide_only
async def test_each_button_is_for_whoever_has_the_role(booth, values):
    """Only this shape can void."""
    writes = len(booth.world.writes())
    for user in PEOPLE:
        role = booth.oracle.role(user)
        for action_id, (action, value) in BUTTONS.items():
            clicked = click(booth.world, user, action_id, values.get(value, value))
            said, public = await shown_after(booth, user, clicked)
            needs = NEEDS[action]
            refused = f"you need the role {needs} or higher; you have {ROLES[role]}." in said
            assert refused is (role < ROLES.index(needs)), (user, action_id, said)
            assert public == 0 or not refused, (user, action_id)
    assert len(booth.world.writes()) == writes


@one_shape
async def test_each_command_is_for_whoever_has_the_role(booth):
    commands = {one.example: one.action for one in (*SUBCOMMANDS, *OVERDUE_SUBCOMMANDS)}
    assert len(commands) > 12
    for user in PEOPLE:
        role, person = booth.oracle.role(user), booth.world.person(user)
        place = "C0GENERAL" if user == "U0NOROLE" else "C0BILLING"
        for command, action in commands.items():
            can = action is not Action.REQUEST_VOID  # not in this shape, which is said to whoever may look
            needs = NEEDS[action if can else Action.LOOK_UP]
            said, _ = await shown_after(booth, user, person.command(place, command))
            refused = f"you need the role {needs} or higher; you have {ROLES[role]}." in said
            assert refused is (role < ROLES.index(needs)), (user, command, said)
    assert booth.world.writes() == []


#: Each form that writes or notes something, by its button: what is filled in.
FORMS = {
    ids.PAY: {"Method": "Check"},
    ids.EDIT: {"Notes": "Call first"},
    ids.ADD: {"Item": "Work", "Price each": "5"},
    ids.SEND: {},
    ids.VOID: {"Reason": "Twice"},
    ids.PROMISE: {"Promised for": "today"},
    ids.DISPUTE: {"Reason": "Hours"},
    ids.SAYS_PAID: {},
    ids.SNOOZE: {"Until": "friday", "Reason": "Away"},
    ids.CALL_LOG: {"What came of it": "No answer"},
    ids.ASSIGN: {},
    ids.DO_NOT_CONTACT: {"Reason": "Lawyer"},
}


@guide_only
async def test_a_form_sent_by_somebody_deactivated_meanwhile_does_nothing(booth):
    """Only this shape can void."""
    world, admin = booth.world, booth.world.person("U0ADMIN")
    for action_id, typed in FORMS.items():
        value = BUTTONS[action_id][1]
        given = {"invoice": world.showpiece.id, "customer": world.showpiece.customer_id}[value]
        await click(world, admin.id, action_id, str(given))
        await world.idle()
        form = admin.views()[-1]
        booth.slack.workspace.user(admin.id).deleted = True
        assert await admin.submit(form, typed) == {}, action_id
        await admin.modal("Duebot only works for full members")
        booth.slack.workspace.user(admin.id).deleted = False
        booth.slack.modals.clear(admin.id)
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT action FROM audit"))
    assert [row["action"] for row in rows if not row["action"].startswith("sync")] == []
    assert world.writes() == []


def test_every_action_has_a_row_and_every_button_is_listed_once(booth):
    buttons = set(booth.world.app.door._actions)
    assert set(BUTTONS) | ELSEWHERE == buttons
    assert not set(BUTTONS) & ELSEWHERE
    rows = [action for action, _ in BUTTONS.values()]
    rows += [one.action for one in (*SUBCOMMANDS, *OVERDUE_SUBCOMMANDS)]
    assert set(Action) - set(rows) == NOT_YET
    assert set(NEEDS) == set(Action)


def test_what_nothing_asks_for_yet_is_asked_for_nowhere():
    code = [path for part in ("bot", "handlers", "reminders") for path in (ROOT / part).rglob("*.py")]
    for action in NOT_YET:
        name = f"Action.{action.name}"
        used = [str(path) for path in code if path.name != "roles.py" and name in path.read_text()]
        assert not used, f"{name} is asked for in {used}: give it a row above"
