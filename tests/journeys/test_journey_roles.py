"""Who may do what, asked at the moment of acting; a click carries no authority."""

import pytest
from journey_world import guide_only

from bot.views import ids
from sandbox.slack.shown import buttons, shown_text

#: Every person of the workspace, with what they may do.
LOOKS = {"U0VIEW", "U0TECH", "U0CLERK", "U0DANA", "U0BOSS", "U0CFO", "U0ADMIN"}
DRAFTS = LOOKS - {"U0VIEW"}
COLLECTS = DRAFTS - {"U0TECH"}
APPROVES = {"U0BOSS", "U0CFO", "U0ADMIN"}
ROLE = {
    "U0VIEW": "viewer",
    "U0TECH": "technician",
    "U0CLERK": "collector",
    "U0DANA": "collector",
    "U0BOSS": "approver",
    "U0CFO": "approver",
    "U0ADMIN": "admin",
    "U0NOROLE": "no role",
}
COMMANDS = {
    "/invoice 1042": (LOOKS, "", "viewer"),
    "/invoice find unpaid": (LOOKS, "", "viewer"),
    "/overdue": (LOOKS, "", "viewer"),
    "/overdue 30+": (LOOKS, "", "viewer"),
    "/invoice new": (DRAFTS, "Review", "technician"),
    "/invoice pay 1042": (COLLECTS, "Balance", "collector"),
    "/invoice edit 1042": (COLLECTS, "Save", "collector"),
    "/invoice add 1042": (COLLECTS, "Add line", "collector"),
    "/invoice send 1042": (COLLECTS, "· balance", "collector"),
}
#: Where it can't be done, whoever may look is told so.
VOIDS = {
    "guide": (COLLECTS, "Reason", "collector"),
    "openapi": (LOOKS, "can't be voided through its API", "viewer"),
}


def commands_of(world):
    return {**COMMANDS, "/invoice void 1042": VOIDS[world.shape]}


@pytest.mark.parametrize("user", sorted(ROLE))
async def test_each_command_is_for_whom_the_policy_lists(world, user):
    person = world.person(user)
    place = "C0BILLING" if user in LOOKS else "C0GENERAL"
    for command, (allowed, modal, needed) in commands_of(world).items():
        last = max((m["ts"] for m in person.messages()), default="0")
        await person.command(place, command)
        if user not in allowed:
            refused = shown_text(await person.sees("you need the role", after=last))
            assert f"you need the role {needed} or higher; you have {ROLE[user]}. Ask " in refused, command
            assert not person.views(), command
        elif modal:
            await person.close(await person.modal(modal))
        else:
            await world.idle()
            assert "you need the role" not in shown_text(person.messages()[-1]), command
    assert world.writes() == []
    assert world.stage.slack.problems == []


@pytest.mark.parametrize(("user", "place"), [("U0GUEST", "C0GUESTS"), ("U0OTHER", "C0SHARED")])
async def test_outsiders_are_shown_nothing(world, user, place):
    person = world.person(user)
    for command in (
        *commands_of(world),
        "/invoice find acme",
        "/invoice 999999",
        "/overdue acme",
        "/invoice",
    ):
        await person.command(place, command)
        await world.idle()
    await person.shortcut(ids.SHORTCUT_NEW)
    await person.shortcut(ids.SHORTCUT_PAY)
    await world.idle()
    seen = "\n".join(shown_text(message) for message in person.messages())
    for secret in ("Acme", "INV-", "$", "morgan", "casey"):
        assert secret not in seen
    assert "Duebot only" in seen
    assert not person.views()


async def test_robots_and_people_who_left_have_no_role(world):
    authority = world.app.rooms.authority
    for user in ("U0GONE", "U0ROBOT", "U0NOBODY", "U0GUEST", "U0OTHER", "U0NOROLE"):
        assert (await authority.role_of(user)).label == "no role"


#: What can be noted about an invoice and its customer.
HOLDS = ("Remind", "Promise", "Dispute", "Says paid", "Snooze", "Log call", "Assign")


async def test_each_sees_exactly_their_buttons(world):
    looks = {"Open in Syncro", "Share here"}
    only = {"Send again", "Void"} if world.shape == "guide" else {"Send"}
    collects = looks | {"Record payment", *only, "Edit", "Add line", *HOLDS}
    for user, offered in (
        ("U0VIEW", looks),
        ("U0TECH", looks),
        ("U0CLERK", collects),
        ("U0BOSS", collects),
        ("U0ADMIN", collects),
    ):
        person = world.person(user)
        await person.command("C0BILLING", "/invoice 1042")
        assert set(buttons(await person.sees("INV-2024-1042"))) == offered, user


async def test_help_lists_what_a_role_can_do(world):
    void, no_void = (
        ("/invoice void", "from-ticket") if world.shape == "guide" else ("/invoice pay", "/invoice void")
    )
    for user, has, lacks in (
        ("U0VIEW", "/invoice find", "/invoice new"),
        ("U0TECH", "/invoice new", "/invoice pay"),
        ("U0CLERK", void, "/overdue automatic"),
        ("U0BOSS", "/overdue automatic", no_void),
    ):
        person = world.person(user)
        await person.command("C0BILLING", "/invoice help")
        text = shown_text(await person.sees("What Duebot can do for you"))
        assert has in text, user
        assert lacks not in text, user


async def test_a_shared_card_shows_what_its_state_allows_and_refuses_at_the_click(world):
    clerk, viewer = world.person(), world.person("U0VIEW")
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.click(await clerk.sees("Share here"), "Share here")
    await viewer.sees("INV-2024-1042", "C0BILLING")
    shared = viewer.messages("C0BILLING")[-1]
    some = ("Record payment", "Edit", "Add line", *HOLDS)
    offered = (*some, "Send again", "Void") if world.shape == "guide" else (*some, "Send")
    assert set(buttons(shared)) == {*offered, "Open in Syncro"}
    for label in offered:
        last = viewer.messages()[-1]["ts"]
        await viewer.click(shared, label)
        refused = await viewer.sees("you have viewer", after=last)
        assert refused["is_ephemeral"]
    assert not viewer.views()


@pytest.mark.parametrize(
    ("user", "command", "modal", "values"),
    [
        ("U0CLERK", "/invoice pay 1042 10 check", "Balance", {}),
        ("U0CLERK", "/invoice edit 1042", "Save", {"Notes": "Call first"}),
        ("U0CLERK", "/invoice add 1042", "Add line", {"Item": "Work", "Price each": "5"}),
        ("U0CLERK", "/invoice send 1042", "· balance", {}),
    ],
)
async def test_a_role_taken_away_while_the_form_was_open_stops_it(world, user, command, modal, values):
    await stopped(world, user, command, modal, values)


@guide_only
async def test_a_role_taken_away_while_a_void_was_open_stops_it(world):
    await stopped(world, "U0BOSS", "/invoice void 1042", "Reason", {"Reason": "Twice"})


async def stopped(world, user, command, modal, values):
    person = world.person(user)
    await person.command("C0BILLING", command)
    form = await person.modal(modal)
    world.stage.slack.workspace.user(user).deleted = True
    await person.submit(form, values)
    await person.modal("Duebot only works for full members")
    assert world.writes() == []


async def test_an_invoice_is_not_created_for_somebody_who_lost_the_role(world):
    tech = world.person("U0TECH")
    await tech.command("C0BILLING", '/invoice new "acme widgets"')
    form = await tech.modal("Review")
    await tech.submit(form, {"Item": "Work", "Price each": "5"})
    review = await tech.modal("Create invoice")
    world.stage.slack.workspace.groups["S0TECHS"].users.remove("U0TECH")
    world.app.rooms.context.directory.forget()
    await tech.submit(review)
    refused = shown_text(await tech.modal("you need the role technician"))
    assert "you have no role" in refused
    assert world.writes() == []


async def test_an_open_form_asks_syncro_nothing_for_somebody_who_lost_the_role(world):
    tech = world.person("U0TECH")
    await tech.command("C0BILLING", '/invoice new "acme widgets"')
    form = await tech.modal("Review")
    chosen = {"text": {"type": "plain_text", "text": "Managed Firewall"}, "value": "1"}
    given = {ids.IN_LINE_PRODUCT: {"selected_option": chosen}, ids.IN_LINE_PRICE: {"value": "5"}}
    world.stage.slack.workspace.groups["S0TECHS"].users.remove("U0TECH")
    world.app.rooms.context.directory.forget()
    for name in (ids.IN_LINE_PRODUCT, ids.IN_LINE_PRICE, ids.LINE_ADD):
        block, element = inner(form, name)
        action = {"block_id": block["block_id"], "action_id": element["action_id"], "type": element["type"]}
        last = max((m["ts"] for m in tech.messages()), default="0")
        container = {"type": "view", "view_id": form["id"]}
        await world.stage.slack.visits.act(tech.id, container, action | given.get(name, {}))
        await tech.sees("you need the role technician", after=last)
    assert not [seen for seen in world.stage.syncro.requests if "/products" in seen.path]
    assert shown_text(tech.views()[-1]) == shown_text(form)


def inner(view, name):
    """The block and the element whose action id begins with ``name``."""
    return next(
        (block, element)
        for block in view["blocks"]
        for element in (*block.get("elements", ()), block.get("element", {}))
        if element.get("action_id", "").startswith(name)
    )


async def test_a_form_belongs_to_whoever_opened_it(world):
    clerk, dana = world.person(), world.person("U0DANA")
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    form = await clerk.modal("Balance")
    await dana.command("C0BILLING", "/invoice pay 1042 10 check")
    own = await dana.modal("Balance")
    world.stage.slack.modals.opened(own["id"]).view["private_metadata"] = form["private_metadata"]
    await dana.submit(own)
    await dana.modal("I no longer know what this belongs to")
    assert world.writes() == []
