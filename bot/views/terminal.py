"""A Slack message as plain text, for a terminal."""

import html
import re
from typing import Any

from bot.views.blocks import Block, Message
from bot.views.columns import columns
from bot.views.tables import without_new_blocks

_LINK = re.compile(r"<(?:https?://[^|>]+)\|([^>]+)>|<([^>]+)>")


def as_text(message: Message) -> str:
    """What the message shows, block by block; tables with one row a line."""
    parts = [_block(block) for block in without_new_blocks(message.blocks)]
    return "\n".join(part for part in parts if part)


def _block(block: Block) -> str:
    match block["type"]:
        case "header":
            return f"{_text(block['text'])}\n"
        case "section":
            texts = [block["text"]] if "text" in block else []
            return "\n".join(_text(part) for part in [*texts, *block.get("fields", [])])
        case "context":
            return " ".join(_text(part) for part in block["elements"] if "text" in part)
        case "table":
            return columns([[_cell(cell) for cell in row] for row in block["rows"]], _figures(block))
        case "rich_text":
            return _rich(block)
        case _:
            return ""


def _figures(table: Block) -> frozenset[int]:
    settings = table.get("column_settings") or []
    return frozenset(place for place, one in enumerate(settings) if one and one.get("align") == "right")


def _text(held: Any) -> str:
    text = str(held["text"])
    if held["type"] != "mrkdwn":
        return text
    shown = _LINK.sub(lambda found: found[1] or found[2], text)
    return html.unescape(shown.replace("*", ""))


def _cell(held: Block) -> str:
    return _rich(held) if held["type"] == "rich_text" else str(held.get("text", ""))


def _rich(held: Block) -> str:
    lines = []
    for part in held["elements"]:
        if part["type"] == "rich_text_list":
            lines += [f"• {_run(item)}" for item in part["elements"]]
        else:
            lines.append(_run(part))
    return "\n".join(lines)


def _run(part: Block) -> str:
    return "".join(
        str(element.get("text") or element.get("user_id") or element.get("url", ""))
        for element in part["elements"]
    )
