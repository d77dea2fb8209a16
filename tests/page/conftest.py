"""One browser, page and canned server for all page tests; every test loads the page afresh."""

from collections.abc import AsyncIterator

import pytest_asyncio
from browser import launched
from canned_slack import CannedSlack
from playwright.async_api import Page

SOON = 5_000  # milliseconds


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window() -> AsyncIterator[Page]:
    async with launched() as browser:
        page = await browser.new_page(reduced_motion="reduce")
        page.set_default_timeout(SOON)
        yield page


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[CannedSlack]:
    server = CannedSlack()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def slack(window: Page, server: CannedSlack) -> CannedSlack:
    """The canned server as new: the earlier page is gone before anything is forgotten."""
    await window.goto("about:blank")
    server.reset()
    return server


@pytest_asyncio.fixture(loop_scope="session")
async def browser_page(window: Page, slack: CannedSlack) -> AsyncIterator[Page]:
    """The page, loaded and listening; a script error or a refused address fails the test."""
    problems: list[str] = []

    def complain(error: object) -> None:
        problems.append(str(error))

    window.on("pageerror", complain)
    await window.set_viewport_size({"width": 1280, "height": 800})
    await window.goto(slack.url)
    await slack.listening.wait()
    yield window
    window.remove_listener("pageerror", complain)
    assert problems == []
