"""Forms and buttons on the page: state, errors, confirmations and the keyboard."""

import asyncio

import page_samples as samples
import pytest
from canned_slack import BILLING, CLERK, NOW, CannedSlack, Json
from page_samples import button, option, plain
from page_steps import action, block, choices, section, show
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_typed_values_survive_an_update_while_the_ids_stay(
    browser_page: Page, slack: CannedSlack
) -> None:
    kept, renamed = samples.text_field("kept", "Notes"), samples.text_field("line.1", "Line", initial="one")
    slack.modal(samples.modal(kept, renamed))
    await block(browser_page, "kept").get_by_role("textbox").fill("cheque came today")
    await block(browser_page, "line.1").get_by_role("textbox").fill("typed over")
    await block(browser_page, "kept").get_by_role("textbox").focus()
    slack.modal(
        samples.modal(
            section("filled"),
            kept | {"label": plain("Note")},
            samples.text_field("line.2", "Line", initial="two"),
        )
    )
    await expect(browser_page.get_by_role("dialog")).to_contain_text("filled")
    await expect(block(browser_page, "kept").get_by_role("textbox")).to_have_value("cheque came today")
    await expect(block(browser_page, "kept").get_by_role("textbox")).to_be_focused()
    await expect(block(browser_page, "line.2").get_by_role("textbox")).to_have_value("two")
    await browser_page.get_by_test_id("modal-submit").click()
    values = (await slack.received("submit"))["state"]["values"]
    assert values == {
        "kept": {"value": {"type": "plain_text_input", "value": "cheque came today"}},
        "line.2": {"value": {"type": "plain_text_input", "value": "two"}},
    }


async def test_the_state_has_slacks_shape(browser_page: Page, slack: CannedSlack) -> None:
    async def customers(body: Json) -> Json:
        return {"options": [option("7", "Acme Dental"), option("8", "Acme Freight")]}

    slack.answers["options"] = customers
    slack.modal(samples.PAYMENT)
    pick = action(browser_page, "pick")
    await pick.press_sequentially("ac")
    await expect(choices(browser_page)).to_have_count(2)
    await pick.press("ArrowDown")
    await pick.press("Enter")
    await expect(pick).to_have_value("Acme Freight")
    await browser_page.get_by_label("Mail a receipt").check()
    await browser_page.get_by_test_id("modal-submit").click()
    body = await slack.received("submit")
    assert body["user"] == CLERK
    assert body["view_id"] == "V1"
    assert body["state"]["values"] == {
        "customer": {"pick": {"type": "external_select", "selected_option": option("8", "Acme Freight")}},
        "amount": {"value": {"type": "number_input", "value": "1234.50"}},
        "method": {"value": {"type": "radio_buttons", "selected_option": option("check", "Check")}},
        "date": {"value": {"type": "datepicker", "selected_date": "2026-11-23"}},
        "spread": {"value": {"type": "multi_static_select", "selected_options": [option("1042")]}},
        "tell": {"value": {"type": "checkboxes", "selected_options": [option("mail", "Mail a receipt")]}},
        "notes": {"value": {"type": "plain_text_input", "value": None}},
    }


async def test_an_external_select_asks_once_enough_is_typed(browser_page: Page, slack: CannedSlack) -> None:
    slack.answers["options"] = {"options": [option("7", "Acme Dental")]}
    slack.modal(samples.modal(samples.CUSTOMER))
    pick = action(browser_page, "pick")
    await pick.press_sequentially("a")
    await expect(browser_page.get_by_text("Type at least 2 letters")).to_be_visible()
    assert slack.bodies("options") == []
    await pick.press_sequentially("cme")
    await expect(choices(browser_page).filter(has_text="Acme Dental")).to_be_visible()
    asked = await slack.received("options")
    assert (asked["block_id"], asked["action_id"], asked["value"]) == ("customer", "pick", "acme")
    await pick.press("Escape")
    await expect(choices(browser_page)).to_have_count(0)
    await expect(browser_page.get_by_role("dialog")).to_be_visible()
    assert slack.bodies("close") == []


async def test_a_failed_search_is_told(browser_page: Page, slack: CannedSlack) -> None:
    slack.answers["options"] = {"ok": False, "error": "operation_timeout"}
    slack.modal(samples.modal(samples.CUSTOMER))
    await action(browser_page, "pick").press_sequentially("acme")
    await expect(browser_page.get_by_text("could not be loaded")).to_be_visible()


async def test_confirm_gates_a_click(browser_page: Page, slack: CannedSlack) -> None:
    confirm = {
        "title": plain("Void it?"),
        "text": plain("This can't be undone."),
        "confirm": plain("Void"),
        "deny": plain("Keep"),
    }
    await show(
        browser_page,
        slack,
        {"type": "actions", "block_id": "b", "elements": [button("void", "Void…", confirm=confirm)]},
    )
    await action(browser_page, "void").click()
    asked = browser_page.get_by_role("alertdialog")
    await expect(asked).to_contain_text("can't be undone")
    await expect(asked.get_by_role("button", name="Keep")).to_be_focused()
    await browser_page.keyboard.press("Enter")
    await expect(asked).to_have_count(0)
    assert slack.bodies("action") == []
    await action(browser_page, "void").click()
    await browser_page.get_by_test_id("confirm").click()
    sent = await slack.received("action")
    assert sent["container"] == {"type": "message", "channel": BILLING, "ts": f"{NOW:.6f}"}
    assert sent["action"] | {"text": None} == {
        "block_id": "b",
        "action_id": "void",
        "type": "button",
        "value": "void",
        "text": None,
    }


async def test_a_declined_choice_is_put_back(browser_page: Page, slack: CannedSlack) -> None:
    confirm = {
        "title": plain("Sure?"),
        "text": plain("Assign?"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    select = {
        "type": "static_select",
        "action_id": "assign",
        "confirm": confirm,
        "options": [option("cleo"), option("bo")],
        "initial_option": option("cleo"),
    }
    await show(browser_page, slack, {"type": "actions", "elements": [select]})
    await action(browser_page, "assign").fill("bo")
    await action(browser_page, "assign").press("Enter")
    await browser_page.get_by_test_id("deny").click()
    await expect(action(browser_page, "assign")).to_have_value("cleo")
    assert slack.bodies("action") == []


async def test_a_button_in_flight_can_not_be_clicked_again(browser_page: Page, slack: CannedSlack) -> None:
    answer = asyncio.Event()

    async def slow(body: Json) -> Json:
        await answer.wait()
        return {"ok": False, "error": "message_not_found"}

    slack.answers["action"] = slow
    await show(
        browser_page, slack, {"type": "actions", "elements": [button("send", "Send"), button("pay", "Pay")]}
    )
    await action(browser_page, "send").dblclick()
    await slack.received("action")
    await expect(action(browser_page, "send")).to_have_attribute("aria-disabled", "true")
    await action(browser_page, "pay").dispatch_event("click")
    answer.set()
    await expect(browser_page.get_by_test_id("toast")).to_contain_text("not there any more")
    await expect(action(browser_page, "send")).to_be_enabled()
    assert [body["action"]["action_id"] for body in slack.bodies("action")] == ["send"]


async def test_errors_stand_at_the_field_and_go_when_it_changes(
    browser_page: Page, slack: CannedSlack
) -> None:
    slack.answers["submit"] = {"ok": True, "errors": {"amount": "More than the balance of $1,234.50."}}
    slack.modal(
        samples.modal(
            samples.text_field("who", "Who"), samples.text_field("amount", "Amount", initial="9999")
        )
    )
    await browser_page.get_by_test_id("modal-submit").click()
    await expect(block(browser_page, "who")).to_contain_text("Please complete this required field.")
    assert slack.bodies("submit") == []
    await block(browser_page, "who").get_by_role("textbox").fill("Acme")
    await browser_page.keyboard.press("Enter")
    wrong = block(browser_page, "amount").get_by_role("textbox")
    await expect(block(browser_page, "amount")).to_contain_text("More than the balance")
    await expect(wrong).to_be_focused()
    await expect(block(browser_page, "who").locator(".field-error")).to_be_empty()
    await wrong.fill("10")
    await expect(block(browser_page, "amount").locator(".field-error")).to_be_empty()


async def test_dispatching_inputs_tell_the_bot(browser_page: Page, slack: CannedSlack) -> None:
    typed = {
        "type": "plain_text_input",
        "action_id": "t",
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
    }
    entered = {"type": "plain_text_input", "action_id": "e"}
    slack.modal(
        samples.modal(
            samples.field("typed", typed, "Typed", dispatch_action=True),
            samples.field("entered", entered, "Entered", dispatch_action=True),
            samples.text_field("quiet", "Quiet"),
        )
    )
    await action(browser_page, "t").press_sequentially("42")
    first = await slack.received("action")
    assert first["container"] == {"type": "view", "view_id": "V1"}
    assert (first["action"]["block_id"], first["action"]["value"]) == ("typed", "42")
    await action(browser_page, "e").fill("x")
    await action(browser_page, "e").press("Enter")
    second = await slack.received("action", 2)
    assert (second["action"]["block_id"], second["action"]["value"]) == ("entered", "x")
    assert second["state"]["values"]["typed"]["t"]["value"] == "42"
    assert slack.bodies("submit") == []


async def test_focus_stays_in_the_modal_and_esc_closes_it(browser_page: Page, slack: CannedSlack) -> None:
    await browser_page.get_by_test_id("composer").focus()
    slack.modal(samples.modal(samples.text_field("a", "A"), samples.text_field("b", "B")))
    await expect(block(browser_page, "a").get_by_role("textbox")).to_be_focused()
    inside = "document.querySelector('[role=dialog]').contains(document.activeElement)"
    for key in ["Tab"] * 7 + ["Shift+Tab"] * 9:
        await browser_page.keyboard.press(key)
        assert await browser_page.evaluate(inside)
    await browser_page.keyboard.press("Escape")
    assert await slack.received("close") == {"user": CLERK, "view_id": "V1", "clear": False}
    slack.modal()
    await expect(browser_page.get_by_role("dialog")).to_have_count(0)
    await expect(browser_page.get_by_test_id("composer")).to_be_focused()


async def test_modals_stack_and_the_lower_one_keeps_its_input(browser_page: Page, slack: CannedSlack) -> None:
    lower, upper = (
        samples.modal(samples.text_field("a", "A")),
        samples.modal(samples.text_field("z", "Z"), view_id="V2"),
    )
    slack.modal(lower)
    await block(browser_page, "a").get_by_role("textbox").fill("kept")
    slack.modal(lower, upper)
    await expect(block(browser_page, "z")).to_be_visible()
    await expect(block(browser_page, "a")).to_be_hidden()
    await browser_page.get_by_role("button", name="Back").click()
    assert (await slack.received("close"))["view_id"] == "V2"
    slack.modal(lower)
    await expect(block(browser_page, "a").get_by_role("textbox")).to_have_value("kept")


async def test_focus_goes_to_the_first_field_once_a_loading_view_is_filled(
    browser_page: Page, slack: CannedSlack
) -> None:
    slack.modal(samples.modal(section("Loading…")))
    await expect(browser_page.get_by_role("dialog")).to_be_focused()
    slack.modal(samples.modal(samples.text_field("amount", "Amount")))
    await expect(block(browser_page, "amount").get_by_role("textbox")).to_be_focused()
