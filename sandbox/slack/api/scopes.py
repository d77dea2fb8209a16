"""Which OAuth scope a method needs; what the manifest doesn't ask for, Slack refuses."""

from sandbox.slack.api.people import kind_of
from sandbox.slack.errors import SlackError
from sandbox.slack.workspace import Channel

_BY_METHOD = {
    "bots.info": "users:read",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.unfurl": "links:write",
    "chat.update": "chat:write",
    "conversations.join": "channels:join",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "team.info": "team:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "users.info": "users:read",
    "users.list": "users:read",
}
_BY_CHANNEL = {
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}
_BY_TYPES = ("conversations.list", "users.conversations")
_FAMILY = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def needed(method: str, channel: Channel | None, types: str) -> list[str]:
    """The scopes for this call; of a channel's family where the method reads a channel."""
    if method in _BY_METHOD:
        return [_BY_METHOD[method]]
    if method in _BY_CHANNEL and channel is not None:
        return [f"{_FAMILY[kind_of(channel)]}:{_BY_CHANNEL[method]}"]
    if method in _BY_TYPES:
        wanted = (types or "public_channel").split(",")
        return [f"{_FAMILY[kind]}:read" for kind in wanted if kind in _FAMILY]
    return []


def check(method: str, granted: list[str], channel: Channel | None, types: str) -> None:
    """SlackError `missing_scope`, naming what is needed and what was granted."""
    missing = [scope for scope in needed(method, channel, types) if scope not in granted]
    if missing:
        raise SlackError("missing_scope", needed=",".join(missing), provided=",".join(granted))
