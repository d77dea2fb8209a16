"""One browser for all page tests; every test gets its own page and its own canned server."""

from collections.abc import AsyncIterator

import pytest_asyncio
from browser import launched
from canned_slack import CannedSlack
from playwright.async_api import Browser, Page

SOON = 5_000


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[CannedSlack]:
    server = CannedSlack()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def browser_page(browser: Browser, slack: CannedSlack) -> AsyncIterator[Page]:
    """The page, loaded and listening; any script error or refused address fails the test."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(SOON)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if "Content Security" in m.text else None)
    await page.goto(slack.url)
    await slack.listening.wait()
    yield page
    await page.close()
    assert problems == []
