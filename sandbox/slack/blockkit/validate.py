"""Refuses blocks and views as Slack does: its error names, its words, the place as a JSON pointer."""

import json
import secrets
from typing import Any

from sandbox.slack import limits
from sandbox.slack.blockkit.blocks import BLOCKS, ON_SURFACE
from sandbox.slack.blockkit.checks import Look, Shape, Surface, anything, boolean, shape, string, typed
from sandbox.slack.blockkit.objects import option_groups, options, plain
from sandbox.slack.blockkit.state import elements_of
from sandbox.slack.blockkit.tables import characters
from sandbox.slack.errors import Json, SlackError


def with_block_ids(blocks: list[Json]) -> list[Json]:
    """Name the blocks and elements that have no id yet, as Slack does."""
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            if element["type"] != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4))
        with_block_ids(block.get("child_blocks", []))
        if block["type"] == "carousel":
            with_block_ids(block["elements"])
    return blocks


def message_problems(blocks: Any) -> list[str]:
    """What Slack would refuse in a message's blocks; empty when nothing."""
    look = Look("message")
    _look_at_blocks(look, "/blocks", blocks, limits.MESSAGE_BLOCKS)
    if not look.wrong:
        _look_at_totals(look, "/blocks", blocks)
    return look.wrong


def view_problems(view: Any, surface: Surface) -> list[str]:
    """What Slack would refuse in a modal or Home tab; empty when nothing."""
    look = Look(surface)
    if not isinstance(view, dict) or view.get("type") != surface:
        look.note("/view/type", f"must be {surface}")
        return look.wrong
    shape({"blocks": anything}, _VIEW_FIELDS[surface])(look, "/view", view)
    if surface == "modal" and "title" not in view:
        look.note("/view", "missing required field: title")
    if "blocks" in view:
        _look_at_blocks(look, "/view/blocks", view["blocks"], limits.VIEW_BLOCKS)
    if not look.wrong and surface == "modal" and "submit" not in view and _has_input(view["blocks"]):
        look.note("/view", "`submit` is required when an input block is within `blocks`")
    if not look.wrong:
        _look_at_totals(look, "/view/blocks", view["blocks"])
    return look.wrong


def options_problems(answer: Any) -> list[str]:
    """What Slack would refuse in the options that a bot gives to an external select."""
    look = Look("modal")
    if not isinstance(answer, dict) or ("options" in answer) == ("option_groups" in answer):
        look.note("", "must define either `options` or `option_groups`")
    elif "options" in answer:
        options(least=0)(look, "/options", answer["options"])
    else:
        option_groups(least=0)(look, "/option_groups", answer["option_groups"])
    return look.wrong


def check_message(blocks: Any) -> None:
    """SlackError `invalid_blocks`, naming each place."""
    if wrong := message_problems(blocks):
        raise SlackError("invalid_blocks", *(f"[ERROR] {each}" for each in wrong), errors=wrong)


def check_view(view: Any, surface: Surface) -> None:
    """SlackError `invalid_arguments`, naming each place, or `view_too_large`."""
    if wrong := view_problems(view, surface):
        raise SlackError("invalid_arguments", *(f"[ERROR] {each}" for each in wrong))
    if len(json.dumps(view).encode()) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")


def check_options(answer: Any) -> None:
    """SlackError `invalid_options`, naming each place."""
    if wrong := options_problems(answer):
        raise SlackError("invalid_options", *(f"[ERROR] {each}" for each in wrong))


_COMMON: Shape = {
    "private_metadata": string(limits.PRIVATE_METADATA, 0),
    "callback_id": string(limits.CALLBACK_ID, 0),
    "external_id": string(limits.EXTERNAL_ID, 0),
}
_VIEW_FIELDS: dict[Surface, Shape] = {
    "message": {},
    "home": _COMMON,
    "modal": {
        **_COMMON,
        "title": plain(limits.VIEW_TITLE),
        "submit": plain(limits.VIEW_TITLE),
        "close": plain(limits.VIEW_TITLE),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
}


def _look_at_blocks(look: Look, path: str, blocks: Any, most: int) -> None:
    if not isinstance(blocks, list):
        look.note(path, "must be an array")
        return
    if len(blocks) > most:
        look.note(path, f"no more than {most} items allowed")
    check = typed(BLOCKS, ON_SURFACE[look.surface])
    for index, block in enumerate(blocks):
        check(look, f"{path}/{index}", block)


def _look_at_totals(look: Look, path: str, blocks: list[Json]) -> None:
    """Limits that hold for a whole message or view."""

    def text_of(kind: str) -> int:
        return sum(characters(block) for block in blocks if block["type"] == kind)

    if text_of("table") > limits.TABLE_TEXT:
        look.note(path, f"tables must hold less than {limits.TABLE_TEXT + 1} characters")
    if text_of("data_table") > limits.DATA_TABLE_TEXT:
        look.note(path, f"data tables must hold less than {limits.DATA_TABLE_TEXT + 1} characters")
    if text_of("markdown") > limits.MARKDOWN:
        look.note(path, f"markdown must be less than {limits.MARKDOWN + 1} characters")
    if sum(block["type"] == "data_visualization" for block in blocks) > limits.CHARTS:
        look.note(path, f"no more than {limits.CHARTS} data_visualization blocks allowed")


def _has_input(blocks: list[Json]) -> bool:
    return any(block["type"] == "input" for block in blocks)
