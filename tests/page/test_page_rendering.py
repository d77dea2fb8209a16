"""The browser page draws every block, keeps foreign text as text, and is usable by keyboard."""

import asyncio
from typing import Any

import page_samples as samples
import pytest
from canned_slack import BILLING, BOSS, CLERK, NOW, CannedSlack, Json, message
from page_samples import HOSTILE, button, mrkdwn, option, plain
from playwright.async_api import Locator, Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

OVERHANGING = """[...document.querySelectorAll('#main, #topbar, #topbar *, .scroller, .dialog *')]
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1).map(node => node.outerHTML)"""
SCROLLS_SIDEWAYS = "(node => node.scrollWidth > node.clientWidth)(document.querySelector('.scroller'))"


async def show(page: Page, slack: CannedSlack, *blocks: Json, **fields: Any) -> Locator:
    """The blocks as a fresh message in the open channel."""
    slack.push("message", channel=BILLING, message=message(NOW, text="sample", blocks=list(blocks), **fields))
    shown = page.locator(f'[data-ts="{NOW:.6f}"]')
    await expect(shown).to_be_visible()
    return shown


def section(text: str) -> Json:
    return {"type": "section", "text": mrkdwn(text)}


def action(page: Page, action_id: str) -> Locator:
    return page.locator(f'[data-action-id="{action_id}"]')


def block(page: Page, block_id: str) -> Locator:
    return page.locator(f'[data-block-id="{block_id}"]')


def choices(page: Page) -> Locator:
    """The choices offered by an open search or completion list."""
    return page.locator("[role=option]:visible")


async def test_every_block_of_the_gallery_is_drawn(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(browser_page, slack, *samples.GALLERY)
    kinds = await shown.locator("[data-block-type]").evaluate_all("all => all.map(n => n.dataset.blockType)")
    assert kinds == [block["type"] for block in samples.GALLERY]
    await expect(shown.get_by_text("never_heard_of")).to_have_count(1)
    await expect(shown.locator(".unknown")).to_have_count(1)
    await expect(shown.locator("svg.chart")).to_have_count(4)
    await expect(shown.locator(".carousel .card")).to_have_count(3)


async def test_a_broken_block_leaves_its_neighbours_standing(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(browser_page, slack, {"type": "table"}, section("still here"))
    await expect(shown.get_by_text("not well formed")).to_be_visible()
    await expect(shown.get_by_text("still here")).to_be_visible()


MARKUP = [
    ("*bold* _it_ ~gone~ `code`", "<strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code>"),
    ("5*3*2 and snake_case_name", "5*3*2 and snake_case_name"),
    ("*a _b_*", "<strong>a <em>b</em></strong>"),
    ("a &lt;b&gt; &amp;amp; c", "a &lt;b&gt; &amp;amp; c"),
    ("`*no*` :warning: :nope_x:", "<code>*no*</code> ⚠️ :nope_x:"),
    ("<@U0BOSS> <#C0BILLING>", '<span class="mention">@Bo Boss</span> <span class="mention">#billing</span>'),
    ("<!channel>", '<span class="mention">@channel</span>'),
]


async def test_mrkdwn_becomes_markup(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(browser_page, slack, *(section(text) for text, _ in MARKUP))
    lines = shown.locator(".section-text .lines")
    assert await lines.evaluate_all("all => all.map(n => n.innerHTML)") == [html for _, html in MARKUP]


async def test_quotes_code_and_dates(browser_page: Page, slack: CannedSlack) -> None:
    text = f"&gt; said\nthen\n```a *b*\nc```\n<!date^{NOW}^{{date_short}} {{time}}|x>"
    shown = await show(browser_page, slack, section(text))
    await expect(shown.locator("blockquote")).to_have_text("said")
    await expect(shown.locator("pre")).to_have_text("a *b*\nc")
    await expect(shown.locator(".section-text time")).to_have_text("Nov 23, 2026 09:00")


async def test_links_are_safe(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(
        browser_page, slack, section("<https://example.com/a?b=1&amp;c=2|good> <javascript:alert(1)|bad>")
    )
    links = shown.locator(".section-text a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    await expect(shown).to_contain_text("bad")


async def test_foreign_text_stays_text_everywhere(browser_page: Page, slack: CannedSlack) -> None:
    hostile = plain(HOSTILE)
    chart = {"type": "pie", "segments": [{"label": HOSTILE, "value": 1}]}
    select = {
        "type": "static_select",
        "action_id": "s",
        "placeholder": hostile,
        "options": [option("1", HOSTILE)],
    }
    await show(
        browser_page,
        slack,
        {"type": "header", "text": hostile},
        section(HOSTILE),
        section(f"<https://example.com|{HOSTILE}>"),
        {"type": "markdown", "text": f"# {HOSTILE}\n[{HOSTILE}](https://example.com)"},
        {"type": "table", "rows": [[samples.raw(HOSTILE)], [samples.raw(HOSTILE)]]},
        {"type": "data_table", "caption": HOSTILE, "rows": [[samples.raw(HOSTILE)], [samples.raw(HOSTILE)]]},
        {"type": "data_visualization", "title": HOSTILE, "chart": chart},
        {"type": "actions", "elements": [button("x", HOSTILE), select]},
        username=HOSTILE,
    )
    slack.push("notice", text=HOSTILE)
    slack.modal(
        samples.modal(section(HOSTILE), samples.text_field("f", HOSTILE, initial=HOSTILE), title=hostile)
    )
    await expect(browser_page.get_by_role("dialog")).to_contain_text("<script>")
    await expect(browser_page.get_by_test_id("toast")).to_contain_text("<script>")
    assert await browser_page.evaluate("document.body.dataset.owned") is None
    assert await browser_page.locator("body script, [onerror]").count() == 0


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


async def test_a_data_table_pages_and_sorts_by_value(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(browser_page, slack, samples.DATA_TABLE)
    names = shown.locator("tbody th")
    await expect(names).to_have_text([f"Customer {n}" for n in range(1, 6)])
    await shown.get_by_role("button", name="Next").click()
    await expect(shown.locator(".page-count")).to_have_text("6–10 of 12")
    await shown.get_by_role("button", name="Balance").click()
    balances = await shown.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert balances == ["$28.50", "$109.50", "$190.50", "$271.50", "$352.50"]
    await expect(shown.locator("thead th").nth(1)).to_have_attribute("aria-sort", "ascending")


async def test_charts_are_described_in_words(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(browser_page, slack, samples.chart("bar"), samples.PIE)
    await expect(shown.locator("svg.bar rect")).to_have_count(12)
    await expect(shown.locator("svg.bar desc")).to_contain_text("Overdue: Aug 5,200, Sep 6,100")
    await expect(shown.locator("svg.pie path")).to_have_count(4)
    await expect(shown.locator(".legend").last).to_contain_text("over 90 days · 4%")


async def test_the_composer_completes_commands_by_keyboard(browser_page: Page, slack: CannedSlack) -> None:
    composer = browser_page.get_by_test_id("composer")
    await composer.press_sequentially("/inv")
    await expect(choices(browser_page).first).to_be_visible()
    await composer.press("Enter")
    await expect(composer).to_have_value("/invoice ")
    await expect(choices(browser_page)).to_have_count(5)
    await composer.press("ArrowDown")
    await composer.press("Enter")
    await expect(composer).to_have_value("/invoice new ")
    await composer.press_sequentially("acme")
    await composer.press("Enter")
    assert await slack.received("message") == {"user": CLERK, "channel": BILLING, "text": "/invoice new acme"}
    await expect(composer).to_have_value("")


async def test_enter_never_replaces_a_name_by_a_subcommand(browser_page: Page, slack: CannedSlack) -> None:
    composer = browser_page.get_by_test_id("composer")
    await composer.fill("/overdue pro")
    await composer.press("Enter")
    assert (await slack.received("message"))["text"] == "/overdue pro"


async def test_messages_change_go_and_thread(browser_page: Page, slack: CannedSlack) -> None:
    root = f"{NOW:.6f}"
    await show(browser_page, slack, {"type": "actions", "elements": [button("ok", "Approve")]})
    slack.push("message", channel=BILLING, message=message(NOW + 1, BOSS, text="a reply", thread_ts=root))
    await expect(browser_page.get_by_role("list", name="Replies")).to_contain_text("a reply")
    slack.push("message_changed", channel=BILLING, message=message(NOW, text="Approved by Bo", edited=True))
    await expect(browser_page.locator(f'[data-ts="{root}"]')).to_contain_text("Approved by Bo")
    await expect(action(browser_page, "ok")).to_have_count(0)
    await expect(browser_page.get_by_role("list", name="Replies")).to_contain_text("a reply")
    slack.push("ephemeral", channel=BILLING, message=message(NOW + 2, text="psst", ephemeral=True))
    await expect(browser_page.get_by_text("Only visible to you")).to_be_visible()
    await expect(browser_page.locator("#announcer")).to_have_text("Duebot: psst")
    slack.push("ephemeral_deleted", channel=BILLING, ts=f"{NOW + 2:.6f}")
    await expect(browser_page.get_by_text("psst", exact=True)).to_have_count(0)


async def test_unread_badges_count_and_clear(browser_page: Page, slack: CannedSlack) -> None:
    approvals = browser_page.locator('[data-channel="C0APPROVE"]')
    await expect(approvals.locator(".badge")).to_contain_text("2")
    slack.push("message", channel="C0APPROVE", message=message(NOW, text="please decide"))
    await expect(approvals.locator(".badge")).to_contain_text("3")
    await approvals.click()
    await expect(approvals.locator(".badge")).to_have_count(0)
    await expect(browser_page.locator('[data-channel="C0SHARED"]')).to_contain_text("External")


async def test_the_clock_winds_and_shows(browser_page: Page, slack: CannedSlack) -> None:
    slack.answers["clock"] = {"now": "2026-11-24T14:00:00+00:00", "label": "Tue 24 Nov 09:00"}
    await browser_page.get_by_test_id("next-morning").click()
    await expect(browser_page.get_by_test_id("clock")).to_have_text("Tue 24 Nov 09:00")
    assert (await slack.received("clock"))["to"] == "next_morning"
    await browser_page.get_by_test_id("plus-hour").click()
    assert await slack.received("clock", 2) == {"user": CLERK, "to": "plus_hours", "hours": 1}


async def test_another_person_is_played(browser_page: Page, slack: CannedSlack) -> None:
    await browser_page.get_by_test_id("person").select_option(BOSS)
    await expect(browser_page.get_by_test_id("person")).to_have_value(BOSS)
    await browser_page.get_by_test_id("composer").fill("hello")
    await browser_page.get_by_test_id("composer").press("Enter")
    assert (await slack.received("message"))["user"] == BOSS


async def test_app_home_is_shown_and_acts(browser_page: Page, slack: CannedSlack) -> None:
    slack.home = {
        "type": "home",
        "blocks": [{"type": "actions", "block_id": "h", "elements": [button("go", "Go")]}],
    }
    await browser_page.locator('[data-channel="home"]').click()
    await action(browser_page, "go").click()
    assert (await slack.received("action"))["container"] == {"type": "home"}


@pytest.mark.parametrize("width", [400, 1280])
async def test_nothing_hangs_over_the_edge(browser_page: Page, slack: CannedSlack, width: int) -> None:
    await browser_page.set_viewport_size({"width": width, "height": 800})
    await show(browser_page, slack, *samples.GALLERY)
    slack.modal(samples.PAYMENT)
    await expect(browser_page.get_by_test_id("modal-submit")).to_be_in_viewport()
    assert await browser_page.evaluate(OVERHANGING) == []
    assert await browser_page.evaluate(SCROLLS_SIDEWAYS) is False
