"""Walking through what a view emits."""

from collections.abc import Iterator
from typing import Any

from bot.views.gallery import gallery
from sandbox.slack.blockkit.validate import message_problems, view_problems

ENTRIES = gallery()


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every dictionary inside ``value``."""
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from walk(held)
    elif isinstance(value, list):
        for held in value:
            yield from walk(held)


def blocks_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a gallery entry."""
    return entry["blocks"] if entry["kind"] == "message" else entry["view"]["blocks"]


def problems(entry: dict[str, Any]) -> list[str]:
    """What Slack's documented limits say against a gallery entry."""
    if entry["kind"] == "message":
        return message_problems(entry["blocks"])
    return view_problems(entry["view"], entry["kind"])


def buttons(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """Action ids of buttons with their labels."""
    return {held["action_id"]: held["text"]["text"] for held in walk(blocks) if held.get("type") == "button"}


def shown(blocks: list[dict[str, Any]]) -> str:
    """All texts in blocks, as one."""
    return "\n".join(held["text"] for held in walk(blocks) if isinstance(held.get("text"), str))
