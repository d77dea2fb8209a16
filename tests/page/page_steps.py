"""What the page tests do and look for, by name."""

from typing import Any

from canned_slack import BILLING, NOW, CannedSlack, Json, message
from page_samples import mrkdwn
from playwright.async_api import Locator, Page, expect


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
