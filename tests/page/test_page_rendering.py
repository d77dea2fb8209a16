"""The browser page draws every block, keeps foreign text as text, and shows what happens in its channels."""

import page_samples as samples
import pytest
from canned_slack import BILLING, BOSS, CLERK, NOW, CannedSlack, message
from page_samples import HOSTILE, button, option, plain
from page_steps import action, choices, section, show
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

OVERHANGING = """[...document.querySelectorAll('#main, #topbar, #topbar *, .scroller, .dialog *')]
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1).map(node => node.outerHTML)"""
SCROLLS_SIDEWAYS = "(node => node.scrollWidth > node.clientWidth)(document.querySelector('.scroller'))"


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


async def test_a_tall_message_is_shown_from_its_top_and_then_followed(
    browser_page: Page, slack: CannedSlack
) -> None:
    shown = await show(browser_page, slack, *samples.GALLERY)
    await expect(shown.locator(".message-head")).to_be_in_viewport()
    slack.push("message", channel=BILLING, message=message(NOW + 1, BOSS, text="and one more"))
    await expect(browser_page.get_by_text("and one more", exact=True)).to_be_in_viewport()


async def test_a_command_in_a_text_can_be_tried_by_a_click(browser_page: Page, slack: CannedSlack) -> None:
    shown = await show(
        browser_page, slack, section("try `/invoice 1042`, as in `/invoice find CUSTOMER`, not `/else 1`")
    )
    await expect(shown.locator("code button")).to_have_text(["/invoice 1042"])
    await shown.locator("code button").click()
    await expect(browser_page.get_by_test_id("composer")).to_have_value("/invoice 1042")
    await expect(browser_page.get_by_test_id("composer")).to_be_focused()
    assert slack.sent == []


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
    await browser_page.get_by_test_id("person").focus()
    await browser_page.get_by_test_id("person").select_option(BOSS)
    await expect(browser_page.get_by_test_id("person")).to_have_value(BOSS)
    await expect(browser_page.get_by_test_id("person")).to_be_focused()
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
