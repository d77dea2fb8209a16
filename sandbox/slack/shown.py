"""What a person sees of a message or view: its texts, its buttons, its fields."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.slack.blockkit.state import VALUES, interactive
from sandbox.slack.errors import Json

_READABLE = ("text", "title", "caption", "label", "hint", "alt_text", "name", "value_text", "placeholder")
_SILENT = (
    "type", "block_id", "action_id", "value", "private_metadata", "callback_id", "id", "hash", "url",
    "style", "image_url", "confirm", "options", "option_groups", "state", "metadata", "ts", "user",
    "bot_id", "app_id", "team", "bot_profile", "external_id",
)  # fmt: skip


def shown_text(thing: Any) -> str:
    """Every text in a message, view, block or element, in reading order, one a line.

    A message with blocks shows its blocks; its `text` is for notifications only.
    """
    if isinstance(thing, dict) and thing.get("blocks") and "type" in thing:
        parts = [thing.get("title"), thing["blocks"], thing.get("submit"), thing.get("close")]
        return "\n".join(_texts(parts))
    return "\n".join(_texts(thing))


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        if thing:
            yield unescaped(thing)
    elif isinstance(thing, list):
        for each in thing:
            yield from _texts(each)
    elif isinstance(thing, dict):
        for name, part in thing.items():
            if isinstance(part, str) and name not in _READABLE:
                continue
            if name not in _SILENT:
                yield from _texts(part)


def unescaped(text: str) -> str:
    """Slack's three escapes and its links and dates as they are read on screen."""
    text = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<(?:https?|mailto):[^|>]*\|([^>]*)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def label_of(block: Json, element: Json) -> str:
    """What stands on or beside an element: a button's text, an input's label, a placeholder."""
    if element["type"] in ("button", "workflow_button"):
        return str(element["text"]["text"])
    if block["type"] == "input":
        return str(block["label"]["text"])
    if "placeholder" in element:
        return str(element["placeholder"]["text"])
    return shown_text(block.get("text"))


def labels(thing: Json) -> list[str]:
    """The labels of everything that can be clicked, chosen or filled in."""
    return [label_of(block, element) for block, element in interactive(thing.get("blocks") or [])]


def buttons(thing: Json) -> list[str]:
    """The texts of the buttons."""
    found = interactive(thing.get("blocks") or [])
    return [label_of(block, element) for block, element in found if element["type"] == "button"]


def find(
    thing: Json, label: str | None = None, action_id: str | None = None, value: str | None = None
) -> tuple[Json, Json]:
    """The block and element with this label (else beginning with it), action_id and value.

    AssertionError, naming what is there, when there is none.
    """
    candidates = [
        (block, element)
        for block, element in interactive(thing.get("blocks") or [])
        if (action_id is None or element["action_id"] == action_id)
        and (value is None or element.get("value") == value)
    ]
    for matches in (str.__eq__, str.startswith):
        for block, element in candidates:
            if label is None or matches(label_of(block, element), label):
                return block, element
    sought = label or action_id or value
    there = [f"{label_of(b, e)} ({e['action_id']})" for b, e in interactive(thing.get("blocks") or [])]
    raise AssertionError(f"There is no {sought!r} to click or fill in; there are {there}.")


def filled(view: Json) -> dict[str, Any]:
    """What a view's fields hold, by label: text, dates, the texts of chosen options."""
    values = view["state"]["values"]
    held: dict[str, Any] = {}
    for block, element in interactive(view["blocks"]):
        if element["type"] in VALUES:
            value = values[block["block_id"]][element["action_id"]][VALUES[element["type"]][0]]
            held[label_of(block, element)] = _readable(value)
    return held


def _readable(value: Any) -> Any:
    if isinstance(value, list):
        return [_readable(each) for each in value]
    return value["text"]["text"] if isinstance(value, dict) and "text" in value else value
