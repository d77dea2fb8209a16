"""Blocks, each with its fields as documented by Slack, and the surfaces it may stand on."""

from typing import Any

from sandbox.slack import limits
from sandbox.slack.blockkit import tables
from sandbox.slack.blockkit.checks import (
    Check,
    Look,
    Shape,
    Surface,
    anything,
    boolean,
    both,
    many,
    one_of,
    rule,
    shape,
    string,
    typed,
)
from sandbox.slack.blockkit.elements import ELEMENTS, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from sandbox.slack.blockkit.objects import SLACK_FILE, plain, text
from sandbox.slack.blockkit.richtext import RICH_TEXT_ELEMENTS


def _block_id(look: Look, path: str, value: Any) -> None:
    string(limits.BLOCK_ID)(look, path, value)
    if isinstance(value, str) and value in look.block_ids:
        look.note(path, f"`block_id` {value} already exists")
    elif isinstance(value, str):
        look.block_ids.add(value)


_ID: Shape = {"block_id": _block_id}
_CONTEXT_TEXT = {"plain_text": text(), "mrkdwn": text(), "image": ELEMENTS["image"]}
_IMAGE = ELEMENTS["image"]

_CARD = both(
    shape(
        {},
        {
            **_ID,
            "hero_image": _IMAGE,
            "icon": _IMAGE,
            "slack_icon": shape({"name": string(64)}),
            "title": text(limits.CARD_TITLE),
            "subtitle": text(limits.CARD_TITLE),
            "body": text(limits.CARD_BODY),
            "subtext": text(limits.CARD_SUBTEXT),
            "actions": many(typed(ELEMENTS, {"button"}), limits.CARD_BUTTONS),
        },
    ),
    rule(
        lambda card: any(name in card for name in ("hero_image", "title", "actions", "body")),
        "must define at least one of hero_image, title, actions, body",
    ),
)


def _file_input_stands_in_a_modal(look: Look, path: str, block: Any) -> None:
    element = block.get("element")
    if look.surface != "modal" and isinstance(element, dict) and element.get("type") == "file_input":
        look.note(f"{path}/element", "unsupported type: file_input")


def _container(look: Look, path: str, value: Any) -> None:
    """A container holds blocks, so it can only be described once they are."""
    children = many(typed(BLOCKS, set(BLOCKS) - {"container"}), limits.CONTAINER_BLOCKS)
    fields: Shape = {
        **_ID,
        "title": plain(limits.CONTAINER_TITLE),
        "rich_text_title": anything,
        "subtitle": text(limits.CONTAINER_TITLE),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": _IMAGE,
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    }
    shape({"child_blocks": children}, fields)(look, path, value)
    if "title" not in value and "rich_text_title" not in value:
        look.note(path, "must define either `title` or `rich_text_title`")


BLOCKS: dict[str, Check] = {
    "section": both(
        shape(
            {},
            {
                **_ID,
                "text": text(limits.TEXT),
                "fields": many(text(limits.SECTION_FIELD), limits.SECTION_FIELDS),
                "accessory": typed(ELEMENTS, IN_SECTION),
                "expand": boolean,
            },
        ),
        rule(lambda block: "text" in block or "fields" in block, "must define either `text` or `fields`"),
    ),
    "actions": shape({"elements": many(typed(ELEMENTS, IN_ACTIONS), limits.ACTIONS_ELEMENTS)}, _ID),
    "context": shape({"elements": many(typed(_CONTEXT_TEXT), limits.CONTEXT_ELEMENTS)}, _ID),
    "context_actions": shape(
        {"elements": many(typed(ELEMENTS, IN_CONTEXT_ACTIONS), limits.CONTEXT_ACTIONS_ELEMENTS)}, _ID
    ),
    "divider": shape({}, _ID),
    "header": shape({"text": plain(limits.HEADER)}, _ID),
    "image": both(
        shape(
            {"alt_text": string(limits.IMAGE_ALT)},
            {
                **_ID,
                "image_url": string(limits.IMAGE_URL),
                "slack_file": SLACK_FILE,
                "title": plain(limits.IMAGE_TITLE),
            },
        ),
        rule(
            lambda b: ("image_url" in b) != ("slack_file" in b),
            "must define either `image_url` or `slack_file`",
        ),
    ),
    "input": both(
        shape(
            {"label": plain(limits.INPUT_LABEL), "element": typed(ELEMENTS, IN_INPUT)},
            {**_ID, "hint": plain(limits.INPUT_HINT), "optional": boolean, "dispatch_action": boolean},
        ),
        _file_input_stands_in_a_modal,
    ),
    "file": shape({"external_id": string(255), "source": one_of("remote")}, _ID),
    "markdown": shape({"text": string(limits.MARKDOWN)}, _ID),
    "rich_text": shape({"elements": RICH_TEXT_ELEMENTS}, _ID),
    "video": shape(
        {
            "alt_text": string(limits.IMAGE_ALT),
            "title": plain(limits.VIDEO_TITLE),
            "thumbnail_url": string(limits.IMAGE_URL),
            "video_url": string(limits.IMAGE_URL),
        },
        {
            **_ID,
            "author_name": string(limits.VIDEO_AUTHOR),
            "description": plain(limits.VIDEO_DESCRIPTION),
            "provider_icon_url": string(limits.IMAGE_URL),
            "provider_name": string(limits.VIDEO_AUTHOR),
            "title_url": string(limits.IMAGE_URL),
        },
    ),
    "table": tables.table(_ID),
    "data_table": tables.data_table(_ID),
    "data_visualization": tables.data_visualization(_ID),
    "alert": shape(
        {"text": text(limits.ALERT)},
        {**_ID, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": shape({"elements": many(typed({"card": _CARD}), limits.CAROUSEL_CARDS)}, _ID),
    "container": _container,
}

_EVERYWHERE = {
    "section",
    "actions",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "video",
    "card",
}

ON_SURFACE: dict[Surface, set[str]] = {
    "message": set(BLOCKS) - {"alert"},
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE | {"carousel", "container", "data_table"},
}
