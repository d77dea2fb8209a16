"""A person walks through the demo in a browser, in both of Syncro's shapes: page, stand-ins and the real bot."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from page_steps import choices
from playwright.async_api import Locator, Page, expect

from bot.__main__ import staged_demo
from bot.config.logs import configure_logging
from sandbox.company import SHOWPIECE

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW = 20_000  # milliseconds: what goes by Slack's pace, and a morning's digest on a busy machine


class Visit:
    """What somebody does on the page, and what they look at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_test_id("composer")
        self.dialog = page.get_by_role("dialog")

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def go(self, channel: str) -> None:
        await self.page.locator(f'[data-channel="{channel}"]').click()
        await expect(self.page.locator(f'[data-channel="{channel}"]')).to_have_attribute(
            "aria-current", "page"
        )

    async def be(self, user: str) -> None:
        await self.page.get_by_test_id("person").select_option(user)
        await expect(self.page).to_have_url(re.compile(f"#{user}/"))

    def said(self, *texts: str) -> Locator:
        """The newest message with all these texts."""
        found = self.page.locator("article.message")
        for text in texts:
            found = found.filter(has_text=text)
        return found.last

    async def close_done(self) -> None:
        """Reads that it is done, and closes."""
        await expect(self.dialog.get_by_role("heading", name="Done")).to_be_visible()
        await self.dialog.get_by_role("button", name="Close").click()
        await expect(self.dialog).to_have_count(0)


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["guide", "openapi"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    configure_logging("error", "console")
    async with staged_demo(shape=request.param) as opened:
        yield opened
        assert opened.slack.problems == []


@pytest_asyncio.fixture(loop_scope="session")
async def visit(window: Page, stage: Any) -> AsyncIterator[Visit]:
    problems: list[str] = []

    def complain(error: object) -> None:
        problems.append(str(error))

    window.on("pageerror", complain)
    await window.set_viewport_size({"width": 1280, "height": 800})
    await window.goto("about:blank")
    await window.goto(stage.page)
    visit = Visit(window)
    await expect(visit.said("Welcome.")).to_be_visible()
    yield visit
    window.remove_listener("pageerror", complain)
    await window.goto("about:blank")
    assert problems == []


async def test_a_clerk_pays_bills_and_sees_the_next_morning(visit: Visit, stage: Any) -> None:
    company = stage.syncro.company
    await visit.said("Welcome.").get_by_role("button", name="/invoice 1042", exact=True).click()
    await expect(visit.box).to_have_value("/invoice 1042")
    await visit.say("/invoice find acme widgets overdue")
    await expect(visit.said("Acme Widgets · overdue", SHOWPIECE)).to_be_visible()
    await visit.say("/invoice 1042")
    card = visit.said(f"{SHOWPIECE} · Acme Widgets", "20 days past due")
    await card.get_by_role("button", name="Record payment").click()
    await visit.dialog.get_by_label("Amount").fill("$500")
    await _sees_when_it_is_dated(visit, stage)
    await visit.dialog.get_by_label("Method").fill("check")
    await visit.dialog.get_by_label("Method").press("Enter")
    await visit.dialog.get_by_role("button", name="Record payment").click()
    await visit.close_done()
    await expect(visit.said("recorded a payment", "balance $306.25")).to_be_visible(timeout=SLOW)
    assert company.balance(company.invoice_by_number(SHOWPIECE)) == 306_25

    number = await _makes_an_invoice(visit)
    made = company.invoice_by_number(number)
    assert (made.total, company.status(made)) == (806_25, "draft")
    await visit.said(f"{number} · Acme Widgets").get_by_role("button", name="Send").click()
    await _sees_to_whom_it_goes(visit, stage, made)
    await visit.dialog.get_by_role("button", name="Send").click()
    await visit.close_done()
    await expect(visit.said("sent an invoice", number)).to_be_visible(timeout=SLOW)
    assert company.status(made) == "sent"

    await visit.go("C0BILLING")
    await visit.say(f"/invoice void {number}")
    if stage.syncro.shape == "guide":
        await _voids(visit, number)
        assert company.status(made) == "void"
    else:
        await _is_led_to_where_it_can_be_voided(visit, stage, made)
        assert company.status(made) == "sent"

    await visit.be("U0CLERK")
    await visit.page.get_by_test_id("next-morning").click()
    digest = visit.said("overdue in", "Largest debtors")
    await expect(digest.locator("svg.chart")).to_be_visible(timeout=SLOW)
    await expect(digest).to_contain_text("payments since")
    await visit.go("D0CLERK")
    await expect(visit.said("Reminder ·", "Please call or write to them.")).to_be_visible(timeout=SLOW)


async def _sees_when_it_is_dated(visit: Visit, stage: Any) -> None:
    if stage.syncro.shape == "guide":
        await expect(visit.dialog.get_by_label("Payment date")).to_be_visible()
    else:
        await expect(visit.dialog).to_contain_text("Syncro dates the payment today.")
        await _leads_to(visit, stage, stage.syncro.company.invoice_by_number(SHOWPIECE))
        await expect(visit.dialog.get_by_label("Payment date")).to_have_count(0)
        await expect(visit.dialog.get_by_label("Notes")).to_have_count(0)


async def _sees_to_whom_it_goes(visit: Visit, stage: Any, invoice: Any) -> None:
    if stage.syncro.shape == "guide":
        await expect(visit.dialog.get_by_label("To", exact=True)).to_have_value(
            "billing@acme-widgets.example"
        )
    else:
        await expect(visit.dialog).to_contain_text("It goes to billing@acme-widgets.example.")
        await _leads_to(visit, stage, invoice)
        await expect(visit.dialog.get_by_role("textbox")).to_have_count(0)


async def _voids(visit: Visit, number: str) -> None:
    await visit.dialog.get_by_label("Reason").fill("Made twice by mistake")
    await visit.dialog.get_by_role("button", name="Ask for approval").click()
    await expect(visit.dialog).to_contain_text("Asked for approval.")
    await visit.dialog.get_by_role("button", name="Close").last.click()
    await visit.be("U0BOSS")
    await visit.go("C0APPROVE")
    request = visit.said("Approval needed", f"Voiding {number}")
    await request.get_by_role("button", name="Approve", exact=True).click()
    await visit.page.get_by_test_id("confirm").click()
    await expect(visit.said("Approved and done", f"{number} is void.")).to_be_visible(timeout=SLOW)
    await visit.go("C0BILLING")
    await expect(visit.said("voided an invoice", number)).to_be_visible(timeout=SLOW)


async def _is_led_to_where_it_can_be_voided(visit: Visit, stage: Any, invoice: Any) -> None:
    await expect(visit.dialog).to_contain_text(
        f"can't be voided through its API. Void {invoice.number} in Syncro."
    )
    await _leads_to(visit, stage, invoice)
    await visit.dialog.get_by_role("button", name="Close").last.click()
    await expect(visit.dialog).to_have_count(0)
    await visit.say(f"/invoice {invoice.number}")
    card = visit.said(f"{invoice.number} · Acme Widgets", "Share here")
    await expect(card.get_by_role("button", name="Edit")).to_be_visible()
    await expect(card.get_by_role("button", name="Void")).to_have_count(0)


async def _leads_to(visit: Visit, stage: Any, invoice: Any) -> None:
    screens = stage.settings()["SYNCRO_BASE_URL"].removesuffix("/api/v1")
    link = visit.dialog.get_by_role("link", name="Open in Syncro")
    await expect(link).to_have_attribute("href", f"{screens}/invoices/{invoice.id}")


async def _makes_an_invoice(visit: Visit) -> str:
    """Two lines, 750.00 before tax; returns the number that it got."""
    await visit.say("/invoice new acme widgets")
    form = visit.dialog
    await form.get_by_role("button", name="Add a line").click()
    await expect(form.get_by_label("Item")).to_have_count(2)
    for at, (name, quantity, price) in enumerate(
        [("Server maintenance", "1", "500.00"), ("Remote support", "2", "125.00")]
    ):
        await form.get_by_label("Item").nth(at).fill(name)
        await form.get_by_label("Quantity").nth(at).fill(quantity)
        await form.get_by_label("Price each").nth(at).fill(price)
    await form.get_by_label("Price each").nth(1).press("Enter")
    await expect(form).to_contain_text("Total $750.00 before tax")
    await form.get_by_role("button", name="Review").click()
    await visit.page.get_by_role("button", name="Create invoice").click()
    done = visit.page.get_by_role("dialog").filter(has_text="total $806.25 with tax")
    said = await done.inner_text()
    await done.get_by_role("button", name="Close").click()
    await expect(visit.dialog).to_have_count(0)
    found = re.search(r"INV-\d+-\d+", said)
    assert found is not None
    return found.group()


async def test_everything_can_be_done_from_the_keyboard(visit: Visit, stage: Any) -> None:
    company = stage.syncro.company
    invoice = next(
        one
        for one in company.invoices.values()
        if company.status(one) == "sent" and one.number != SHOWPIECE and company.balance(one) > 1_25
    )
    keys = visit.page.keyboard
    await expect(visit.box).to_be_focused()
    await keys.type("/inv")
    await expect(choices(visit.page).first).to_be_visible()
    await keys.press("Tab")
    await expect(visit.box).to_have_value("/invoice ")
    await keys.type("pa")
    await keys.press("Tab")
    await expect(visit.box).to_have_value("/invoice pay ")
    await keys.type(f"{invoice.number} cash")
    await keys.press("Enter")
    await expect(visit.dialog.get_by_label("Amount")).to_be_focused()
    await keys.press("Control+a")
    await keys.type("1.25")
    await keys.press("Enter")
    await expect(visit.dialog.get_by_role("heading", name="Done")).to_be_visible()
    await keys.press("Escape")
    await expect(visit.dialog).to_have_count(0)
    assert [payment.amount for payment in company.payments_of(invoice.id)] == [1_25]
    await expect(visit.box).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await expect(visit.dialog.get_by_label("Amount")).to_be_focused()
    await keys.press("Escape")
    await expect(visit.dialog).to_have_count(0)
    await expect(visit.box).to_be_focused()
    assert len(company.payments_of(invoice.id)) == 1


async def test_the_demo_starts_says_where_it_is_and_ends_when_interrupted(
    window: Page, tmp_path: Path
) -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert demo.stdout is not None
        line = (await asyncio.wait_for(demo.stdout.readline(), 30)).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address is not None, line
        await window.goto(address.group())
        visit = Visit(window)
        await visit.say("/invoice 1042")
        await expect(visit.said(SHOWPIECE)).to_be_visible()
        demo.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(demo.wait(), 15) == 0
        await expect(window.get_by_test_id("bot-state")).to_contain_text("The sandbox has stopped.")
        await window.goto("about:blank")
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


@pytest.mark.parametrize("stage", ["guide"], indirect=True)
async def test_a_port_that_is_taken_is_said_in_a_sentence(stage: Any, tmp_path: Path) -> None:
    taken = stage.page.rpartition(":")[2].strip("/")
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", taken, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(demo.communicate(), 30)
    sentence = (
        f"duebot: The page can't listen on port {taken}. Choose another with --port; 0 is a free one.\n"
    )
    assert (demo.returncode, said.decode()) == (1, sentence)
