"""Every id that a view carries is answered; what is stale, unknown or already done gets a visible answer."""

import inspect
from typing import Any, cast

import pytest

import handlers.door
from bot.domain.errors import NotFound, SlackLimited, SlackLost, SlackNotSent, SlackRefused
from bot.slack.client import Slack
from bot.views import ids
from bot.views.gallery import gallery
from bot.views.values import action_of
from handlers.desk import Desk, loggable
from handlers.reception import make_door
from sandbox.slack.shown import buttons, shown_text

DOOR = make_door(cast("Desk", object()), "T0MSP")
BUTTONS = {
    value
    for name, value in vars(ids).items()
    if name.isupper() and not name.startswith(("VIEW_", "IN_", "SHORTCUT_"))
}


def test_a_log_line_holds_no_sentence():
    assert loggable(NotFound("No customer is called Acme.")) == {"error": "NotFound", "code": ""}
    refused = SlackRefused("Slack refused views.open (expired_trigger_id).", "expired_trigger_id")
    assert loggable(refused) == {"error": "SlackRefused", "code": "expired_trigger_id"}


def walk(value: Any):
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from walk(held)
    elif isinstance(value, list):
        for held in value:
            yield from walk(held)


def blocks():
    for name, entry in gallery().items():
        for block in entry["blocks"] if entry["kind"] == "message" else entry["view"]["blocks"]:
            yield name, block


def test_everything_that_can_be_clicked_is_answered():
    for name, block in blocks():
        if block["type"] == "input" and not block.get("dispatch_action"):
            continue
        for element in walk(block):
            if "action_id" in element:
                assert action_of(element["action_id"])[0] in DOOR._actions, (name, element["action_id"])


def test_every_typeahead_is_answered():
    for name, block in blocks():
        for element in walk(block):
            if element.get("type") == "external_select":
                assert action_of(element["action_id"])[0] in DOOR._options, name


def test_every_form_that_can_be_sent_is_answered():
    for name, entry in gallery().items():
        view = entry.get("view") or {}
        if view.get("submit"):
            assert view["callback_id"] in DOOR._forms, name


def test_every_promised_id_is_kept():
    assert set(DOOR._actions) >= BUTTONS
    shortcuts = {value for name, value in vars(ids).items() if name.startswith("SHORTCUT_")}
    assert set(DOOR._shortcuts) == shortcuts


def test_ids_are_all_different():
    source = inspect.getsource(ids)
    values = [value for name, value in vars(ids).items() if name.isupper()]
    assert len(values) == len(set(values)) == source.count(" = ")


async def test_a_form_of_another_version_says_that_nothing_was_written(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042")
    form = await clerk.modal("Balance")
    world.stage.slack.modals.opened(form["id"]).view["callback_id"] = "pay.form.v0"
    await clerk.submit(form, {"Method": "Check"})
    await clerk.modal("Nothing was written")
    assert world.writes() == []


async def test_an_unknown_button_gets_an_answer(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Share here")
    action = {"block_id": "old", "action_id": "invoice.writeoff.v0", "type": "button", "value": "1"}
    container = {"type": "message", "channel": card["channel"], "ts": card["ts"]}
    await world.stage.slack.visits.act(clerk.id, container, action)
    await clerk.sees("I don't know that button any more")
    assert world.stage.slack.problems == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SlackNotSent("Slack can't be reached."), True),
        (SlackRefused("Slack refused.", "expired_url"), True),
        (SlackLimited("Slack asks us to wait.", 1), True),
        (SlackLost("Slack's answer was lost."), False),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_an_answer_that_may_stand_is_not_given_twice(world, monkeypatch, error, told):
    async def respond(*_args, **_more):
        raise error

    monkeypatch.setattr(Slack, "respond", respond)
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    await world.idle()
    assert [("INV-2024-1042" in shown_text(one)) for one in clerk.messages(clerk.dm)] == [True] * told


async def test_a_bot_with_too_much_to_do_says_so_in_every_form(world, monkeypatch):
    clerk = world.person()
    await clerk.command("C0BILLING", '/invoice new "acme widgets"')
    form = await clerk.modal("Review")
    await clerk.submit(form, {"Item": "Work", "Price each": "5"})
    review = await clerk.modal("Create invoice")
    monkeypatch.setattr(handlers.door, "_MOST_TASKS", 0)
    assert await clerk.submit(review) == {}
    await clerk.modal("Nothing was sent; please try again")
    assert world.writes() == []
    assert world.stage.slack.problems == []


async def test_a_bot_with_too_much_to_do_leaves_the_form_as_it_is(world, monkeypatch):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    form = await clerk.modal("Balance")
    monkeypatch.setattr(handlers.door, "_MOST_TASKS", 0)
    (said,) = (await clerk.submit(form)).values()
    assert "Nothing was sent; please try again" in said
    assert world.writes() == []


async def test_old_copies_are_decided_by_how_things_are_now(world):
    boss = world.person("U0BOSS")
    await boss.command("C0BILLING", "/invoice 1042")
    card = await boss.sees("Share here")
    if world.shape == "guide":
        world.company.void(world.showpiece.id)
        settled = {
            "Record payment": "is void",
            "Edit": "is void and can't be changed",
            "Add line": "is void and can't be changed",
            "Send again": "is void and isn't sent",
            "Void": "is already void",
        }
    else:
        world.company.pay(world.showpiece.id, "806.25")
        locked = "is paid and can't be changed here. Correct it in Syncro."
        settled = {"Record payment": "is already paid", "Edit": locked, "Add line": locked}
    for label, said in settled.items():
        await boss.click(card, label)
        view = await boss.modal(said)
        assert view["submit"] is None
        await boss.close(view)
    assert world.writes() == []


async def test_an_invoice_that_syncro_lost_is_said_to_be_gone(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Share here")
    del world.company.invoices[world.showpiece.id]
    await clerk.click(card, "Record payment")
    await clerk.modal("Syncro does not have it (any more)")


async def test_a_search_that_is_forgotten_is_said_to_be(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find unpaid")
    found = await clerk.sees("all customers · unpaid")
    await world.app.rooms.context.lane.write(lambda tx: tx.run("DELETE FROM visit"))
    await clerk.click(found, "Next →")
    await clerk.sees("That search is no longer known")


async def test_a_page_is_turned_only_by_whoever_searched_and_only_of_a_search(world):
    clerk = world.person()
    for command, said, button in (
        ("/invoice find unpaid", "all customers · unpaid", ids.FIND_PAGE),
        ("/overdue", "the most urgent first", ids.OVERDUE_PAGE),
    ):
        await clerk.command("C0BILLING", command)
        found = await clerk.sees(said)
        lane = world.app.rooms.context.lane
        for change in ("user_id = 'U0DANA'", "user_id = 'U0CLERK', surface = 'view'"):
            await lane.write(lambda tx, change=change: tx.run(f"UPDATE visit SET {change}"))
            last = clerk.messages()[-1]["ts"]
            await clerk.click(found, None, action_id=button)
            await clerk.sees("That search is no longer known", after=last)


async def test_a_form_that_is_forgotten_writes_nothing(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    form = await clerk.modal("Balance")
    await world.app.rooms.context.lane.write(lambda tx: tx.run("DELETE FROM visit"))
    await clerk.submit(form)
    await clerk.modal("I no longer know what this belongs to")
    assert world.writes() == []


async def test_home_offers_what_a_role_may(world):
    looks = ["Overdue invoices", "Help"]
    drafts = ["Overdue invoices", "New invoice", "Help"]
    roles = {"U0VIEW": looks, "U0TECH": drafts, "U0CLERK": drafts, "U0BOSS": drafts, "U0ADMIN": drafts}
    for user, offered in roles.items():
        page = await world.person(user).home("overdue in")
        assert [label for label in buttons(page) if label != "Check again"] == offered, user
        text = shown_text(page)
        assert "Open by days past due (USD)" in text
        assert "(from the policy file; change them there)" in text
    assert world.stage.slack.problems == []


async def test_home_shows_nothing_to_somebody_without_a_role(world):
    for user in ("U0NOROLE", "U0GUEST", "U0OTHER"):
        text = shown_text(await world.person(user).home("no role"))
        assert "$" not in text
        assert "Acme" not in text


async def test_home_leads_to_a_customer(world):
    clerk = world.person()
    page = await clerk.home("My customers")
    await clerk.choose(page, "Open a customer…", "Acme Dental")
    await clerk.sees("Invoices go to", clerk.dm)
    assert world.stage.slack.problems == []


async def test_a_form_that_slack_opened_too_late_is_told_in_words(world):
    world.stage.slack.faults.add("views.open", "error:expired_trigger_id")
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042")
    told = await clerk.sees("Slack took too long to open the form")
    assert "expired_trigger_id" not in shown_text(told)
    assert world.writes() == []
