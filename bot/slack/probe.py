"""What an operator wants to know of the Slack app: which app it is, whether a socket is offered, which groups exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.client import Slack


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group of the workspace. ``off`` when it was disabled."""

    id: str
    handle: str
    off: bool
    users: frozenset[str]


async def app_of_bot(slack: Slack, bot_id: str) -> str:
    """The id of the app that this bot belongs to (needs ``users:read``); empty text when Slack doesn't say."""
    answer = await slack.query("bots.info", bot=bot_id)
    bot: Mapping[str, Any] = answer.get("bot") or {}
    return str(bot.get("app_id") or "")


async def ask_for_socket(slack: Slack) -> None:
    """Asks for an address for Socket Mode and opens nothing. ``slack`` speaks with the app-level token.

    Raises like every call when Slack offers none.
    """
    await slack.call("apps.connections.open")


async def user_groups(slack: Slack) -> Mapping[str, UserGroup]:
    """Every user group of the workspace by id, disabled ones too (needs ``usergroups:read``)."""
    answer = await slack.query("usergroups.list", include_users="true", include_disabled="true")
    rows: list[Mapping[str, Any]] = answer.get("usergroups") or []
    groups = (
        UserGroup(
            id=str(row.get("id", "")),
            handle=str(row.get("handle", "")),
            off=bool(row.get("date_delete")),
            users=frozenset(row.get("users") or ()),
        )
        for row in rows
    )
    return {group.id: group for group in groups}
