"""What the app has registered with Slack: commands, shortcuts, unfurl domains, scopes and events."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sandbox.slack import limits
from sandbox.slack.errors import Json

_SUBCOMMANDS = ("help", "find", "new", "send", "pay", "edit", "add", "void")


def _commands() -> list[Json]:
    return [
        {
            "command": "/invoice",
            "description": "Look up, create, send, pay and void invoices",
            "usage_hint": "help | 1042 | find acme overdue | new acme | pay 1042",
            "subcommands": list(_SUBCOMMANDS),
        },
        {
            "command": "/overdue",
            "description": "Aging board, worklist and customers",
            "usage_hint": "mine | 30+ | acme",
            "subcommands": ["mine", "30+", "60+", "90+"],
        },
    ]


def _shortcuts() -> list[Json]:
    return [
        {"callback_id": "shortcut.new.v1", "name": "New invoice", "type": "global"},
        {"callback_id": "shortcut.pay.v1", "name": "Record payment", "type": "global"},
    ]


_SCOPES = (
    "channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:read", "files:write",
    "groups:history", "groups:read", "im:history", "im:read", "im:write", "links:read", "links:write",
    "team:read", "usergroups:read", "users:read",
)  # fmt: skip
_EVENTS = ("app_home_opened", "link_shared")


@dataclass
class Catalog:
    """Stands for the app's manifest; `use` replaces the samples by a real one."""

    commands: list[Json] = field(default_factory=_commands)
    shortcuts: list[Json] = field(default_factory=_shortcuts)
    unfurl_domains: list[str] = field(default_factory=lambda: ["syncromsp.com"])
    scopes: list[str] = field(default_factory=lambda: list(_SCOPES))
    events: list[str] = field(default_factory=lambda: list(_EVENTS))
    interactive: bool = True
    offers_options: bool = True

    def use(self, manifest: Json) -> None:
        """Take all of it from a parsed app manifest; what that doesn't ask for is refused from then on.

        ValueError for more commands or unfurl domains than Slack registers.
        """
        features = manifest.get("features", {})
        _at_most(limits.SLASH_COMMANDS, features.get("slash_commands", []), "slash commands")
        _at_most(limits.UNFURL_DOMAINS, features.get("unfurl_domains", []), "unfurl domains")
        known = {command["command"]: command for command in self.commands}
        self.commands = [
            {
                "command": one["command"],
                "description": one.get("description", ""),
                "usage_hint": one.get("usage_hint", ""),
                "should_escape": one.get("should_escape", False),
                "subcommands": known.get(one["command"], {}).get("subcommands", []),
            }
            for one in features.get("slash_commands", [])
        ]
        self.shortcuts = [
            {"callback_id": one["callback_id"], "name": one["name"], "type": one["type"]}
            for one in features.get("shortcuts", [])
        ]
        self.unfurl_domains = list(features.get("unfurl_domains", []))
        self.scopes = list(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))
        settings = manifest.get("settings", {})
        self.events = list(settings.get("event_subscriptions", {}).get("bot_events", []))
        interactivity = settings.get("interactivity", {})
        self.interactive = bool(interactivity.get("is_enabled"))
        # Over HTTP Slack asks for options at an address of their own; a socket needs none.
        has_address = bool(interactivity.get("message_menu_options_url"))
        self.offers_options = self.interactive and (has_address or bool(settings.get("socket_mode_enabled")))

    def complete(self, usages: Iterable[str]) -> None:
        """Offer these as completions: `/invoice find CUSTOMER` is `find` with a hint; capitals are only hints."""
        said = [usage.split(" ", 2) for usage in usages]
        for one in self.commands:
            begun = [rest for command, *rest in said if command == one["command"]]
            one["subcommands"] = [" ".join(rest) for rest in begun if rest and not rest[0][0].isupper()]

    def has_command(self, command: str) -> bool:
        return any(one["command"] == command for one in self.commands)

    def as_sent(self, command: str, text: str) -> str:
        """What the bot gets of a command's text: with `should_escape` Slack wraps the links in it."""
        escapes = any(one["command"] == command and one.get("should_escape") for one in self.commands)
        return re.sub(r"https?://[^\s<>|]+", r"<\g<0>>", text) if escapes else text

    def links(self, text: str) -> list[Json]:
        """Links in a message that the bot may unfurl."""
        found = []
        for url in re.findall(r"https?://[^\s<>|]+", text):
            host = urlsplit(url).hostname or ""
            domain = next((d for d in self.unfurl_domains if host == d or host.endswith("." + d)), None)
            if domain:
                found.append({"domain": domain, "url": url})
        return found


def _at_most(most: int, given: list[Any], what: str) -> None:
    if len(given) > most:
        raise ValueError(f"Slack takes at most {most} {what}; the manifest has {len(given)}.")
