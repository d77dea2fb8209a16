"""Draws the pictures of the documentation: runs the real demo and photographs its page.

Run it from the project's folder: ``.venv/bin/python docs/make_screenshots.py``. It needs a chromium.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"
INVOICE = "1042"
#: Another of that customer's for which a promise is noted, and one of which somebody is reminded.
PROMISED, REMINDED = "1059", "0984"
BOSS, CLERK = "U0BOSS", "U0CLERK"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
WIDE: ViewportSize = {"width": 1180, "height": 800}
TALL: ViewportSize = {"width": 1180, "height": 1400}
TALLER: ViewportSize = {"width": 1180, "height": 1540}


@contextmanager
def demo() -> Iterator[str]:
    """The address of a running demo."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        assert running.stdout is not None  # noqa: S101 - it was asked for
        for line in running.stdout:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                break
    finally:
        running.terminate()
        running.wait(20)


def say(page: Page, text: str) -> None:
    """Types into the message box and sends."""
    box = page.get_by_test_id("composer")
    box.fill(text)
    box.press("Escape")
    box.press("Enter")


def visit(page: Page, place: str) -> None:
    """Goes to a channel, a conversation or Home."""
    page.locator(f'[data-channel="{place}"]').click()


def from_its_top(page: Page) -> None:
    """Scrolls so that the newest message is read from its beginning."""
    page.locator("article.message").last.evaluate("message => message.scrollIntoView({block: 'start'})")


def keep(page: Page, name: str) -> None:
    """Saves what is to be seen, when it stands still."""
    page.wait_for_timeout(700)
    page.screenshot(path=IMAGES / f"{name}.png")


def tour(page: Page) -> None:
    """Two days of a clerk, photographed."""
    visit(page, "C0BILLING")
    say(page, f"/invoice {INVOICE}")
    pay = page.get_by_role("button", name="Record payment").last
    pay.wait_for()
    keep(page, "invoice")
    pay.click()
    submit = page.get_by_test_id("modal-submit")
    submit.wait_for()
    page.get_by_label("Method").click()
    page.get_by_role("option", name="Check", exact=True).click()
    page.get_by_label("Reference").fill("4711")
    keep(page, "payment")
    submit.click()
    page.get_by_text("recorded as Check").first.wait_for()
    page.get_by_test_id("modal-close").click()
    promise(page)
    approval(page)
    say(page, "/overdue")
    page.get_by_text("the most urgent first").last.wait_for()
    page.set_viewport_size(TALLER)
    from_its_top(page)
    keep(page, "overdue")
    page.set_viewport_size(WIDE)
    start(page)
    visit(page, "C0GENERAL")
    page.get_by_test_id("next-morning").click()
    page.get_by_test_id("clock").get_by_text("10:05").wait_for()
    proposals(page)
    visit(page, "C0BILLING")
    page.get_by_text(re.compile("payments? since")).last.wait_for()
    from_its_top(page)
    keep(page, "digest")
    page.locator('[data-channel^="D"]', has_text="Duebot").click()
    page.get_by_role("heading", name="Duebot").wait_for()
    page.locator("article.message").first.wait_for()
    from_its_top(page)
    keep(page, "reminder")
    visit(page, "C0BILLING")
    say(page, f"/invoice why {REMINDED}")
    page.get_by_text(re.compile(f"^Why .*{REMINDED}")).last.wait_for()
    from_its_top(page)
    keep(page, "why")
    visit(page, "home")
    page.get_by_role("button", name="Overdue").first.wait_for()
    keep(page, "home")


def start(page: Page) -> None:
    """The manager lets Duebot write to customers."""
    page.get_by_test_id("person").select_option(BOSS)
    visit(page, "C0APPROVE")
    say(page, "/overdue automatic on")
    page.get_by_text("Automatic sending to customers is on").first.wait_for()
    page.get_by_test_id("person").select_option(CLERK)


def proposals(page: Page) -> None:
    """What was late before that start waits for the manager, who lets the first one out."""
    page.get_by_test_id("person").select_option(BOSS)
    visit(page, "C0APPROVE")
    first = page.get_by_role("button", name="Approve", exact=True).first
    first.wait_for()
    first.click()
    page.get_by_text(re.compile("Approved by")).first.wait_for()
    page.set_viewport_size(TALL)
    page.locator("article.message", has_text="need a decision").first.evaluate(
        "message => message.scrollIntoView({block: 'start'})"
    )
    keep(page, "proposals")
    page.set_viewport_size(WIDE)
    page.get_by_test_id("person").select_option(CLERK)


def approval(page: Page) -> None:
    """A payment above the policy's sum is asked for, and the manager decides."""
    say(page, '/invoice pay "acme widgets" 6000')
    page.get_by_test_id("modal-submit").wait_for()
    page.get_by_label("Method").click()
    page.get_by_role("option", name="Check", exact=True).click()
    page.get_by_label("Reference").fill("4712")
    page.get_by_test_id("modal-submit").click()
    page.get_by_text("Asked for approval").first.wait_for()
    page.get_by_test_id("modal-close").click()
    page.get_by_test_id("person").select_option(BOSS)
    visit(page, "C0APPROVE")
    page.get_by_role("heading", name="Approval needed").wait_for()
    keep(page, "approval")
    page.get_by_role("button", name="Reject", exact=True).click()
    page.get_by_label("Why not?").fill("The bank says 5,600")
    page.get_by_test_id("modal-submit").click()
    page.get_by_text("Rejected by").first.wait_for()
    page.get_by_test_id("modal-close").click()
    page.get_by_test_id("person").select_option(CLERK)
    visit(page, "C0BILLING")


def promise(page: Page) -> None:
    """The customer promises to pay; it is noted on the card."""
    say(page, f"/invoice {PROMISED}")
    page.get_by_role("heading", name=re.compile(PROMISED)).last.wait_for()
    page.get_by_role("button", name="Promise", exact=True).last.click()
    page.get_by_test_id("modal-submit").wait_for()
    page.get_by_label("Promised for").fill("friday")
    page.get_by_label("Who said so").fill("Pat at Acme")
    keep(page, "promise")
    page.get_by_test_id("modal-submit").click()
    page.get_by_text("The promise is noted").first.wait_for()
    page.get_by_test_id("modal-close").click()


def main() -> None:
    """Runs the demo and takes the tour."""
    IMAGES.mkdir(exist_ok=True)
    browser_path = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser_path is None:
        raise SystemExit("No browser found: install a chromium.")
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
        page = browser.new_page(viewport=WIDE, color_scheme="light")
        page.goto(address)
        tour(page)
        browser.close()


if __name__ == "__main__":
    main()
