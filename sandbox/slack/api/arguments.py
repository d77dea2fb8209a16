"""Arguments of a Web API call: JSON, form or query, as Slack takes them."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.errors import Json, SlackError


@dataclass
class Args:
    """One call's arguments, read by kind."""

    given: Json

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        return default if value is None else str(value)

    def needed(self, name: str) -> str:
        """A required argument; SlackError `invalid_arguments`."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.given.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise SlackError("invalid_arguments", f"[ERROR] {name} must be a number") from None

    def parsed(self, name: str, error: str = "invalid_arguments") -> Any:
        """A structured argument: given as JSON, or as text that holds JSON; None when absent."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except json.JSONDecodeError:
            raise SlackError(error, f"[ERROR] {name} is not valid JSON") from None


async def read(request: web.Request) -> Args:
    """Every argument of the request; SlackError `invalid_json`."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except json.JSONDecodeError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        given.update(body)
    else:
        given.update(await request.post())
    return Args(given)


def page_of(items: list[Any], args: Args, default: int, most: int) -> tuple[list[Any], Json]:
    """The page that `cursor` and `limit` ask for, and its `response_metadata`."""
    limit = min(max(args.number("limit", default) or default, 1), most)
    cursor = args.text("cursor")
    if cursor and not cursor.startswith("next_"):
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("next_") or 0)
    rest = len(items) > start + limit
    return items[start : start + limit], {"next_cursor": f"next_{start + limit}" if rest else ""}
