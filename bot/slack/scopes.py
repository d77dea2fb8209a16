"""The bot scopes that Duebot asks for, each with what goes wrong without it.

Both manifests ask for exactly these, and docs/slack-scopes.md explains them; tests hold the three together.
"""

from collections.abc import Mapping
from types import MappingProxyType

#: What Duebot can't do without a scope, as the end of "without it, Duebot can't …".
BOT_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "channels:history": "find its own message in a public channel when Slack's answer was lost",
        "channels:read": "see who reads along in a public channel",
        "chat:write": "post anything",
        "commands": "be asked by /invoice and /overdue",
        "groups:history": "find its own message in a private channel when Slack's answer was lost",
        "groups:read": "see who reads along in a private channel",
        "im:history": "find its own direct message when Slack's answer was lost",
        "im:write": "send a person a direct message",
        "usergroups:read": "know who is in a user group that has a role",
        "users:read": "know people's names, and who is a guest",
    }
)
#: The one scope of the app-level token for Socket Mode.
APP_SCOPE = "connections:write"
