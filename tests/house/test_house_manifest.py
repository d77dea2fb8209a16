"""The two Slack manifests: the same app, complete, with no scope that nobody can explain."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.slack.scopes import BOT_SCOPES
from bot.views import ids

ROOT = Path(__file__).parents[2]
ADDRESSES = ("url", "request_url", "message_menu_options_url")
SCOPES = (ROOT / "docs" / "slack-scopes.md").read_text(encoding="utf-8")


def manifest(name: str) -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def addresses(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [value for key, value in part.items() if key in ADDRESSES]
        return own + [found for value in part.values() for found in addresses(value)]
    return [found for item in part for found in addresses(item)] if isinstance(part, list) else []


def without_mode(part: Any) -> Any:
    if isinstance(part, dict):
        left_out = (*ADDRESSES, "socket_mode_enabled")
        return {key: without_mode(value) for key, value in part.items() if key not in left_out}
    return [without_mode(item) for item in part] if isinstance(part, list) else part


SOCKET, HTTP = manifest("manifest.yml"), manifest("manifest.http.yml")


def test_they_differ_in_their_mode_only() -> None:
    assert without_mode(SOCKET) == without_mode(HTTP)
    assert SOCKET["settings"]["socket_mode_enabled"] is True
    assert HTTP["settings"]["socket_mode_enabled"] is False


def test_only_http_has_addresses_and_all_are_one() -> None:
    assert addresses(SOCKET) == []
    found = addresses(HTTP)
    assert len(found) == len(HTTP["features"]["slash_commands"]) + 3
    assert len(set(found)) == 1
    assert re.fullmatch(r"https://[a-z.]+/slack/events", found[0])
    assert {"request_url", "message_menu_options_url"} <= set(HTTP["settings"]["interactivity"])
    assert "request_url" in HTTP["settings"]["event_subscriptions"]


def test_commands_arrive_as_typed_and_say_how_to_use_them() -> None:
    commands = SOCKET["features"]["slash_commands"]
    assert [command["command"] for command in commands] == ["/invoice", "/overdue"]
    for command in commands:
        assert command["should_escape"] is False
        assert command["usage_hint"]
        assert command["description"]


def test_shortcuts_carry_our_ids_and_fit_slacks_limits() -> None:
    shortcuts = SOCKET["features"]["shortcuts"]
    ours = {value for name, value in vars(ids).items() if name.startswith("SHORTCUT_")}
    assert {shortcut["callback_id"] for shortcut in shortcuts} == ours
    for shortcut in shortcuts:
        on_a_message = shortcut["callback_id"] == ids.SHORTCUT_MESSAGE
        assert shortcut["type"] == ("message" if on_a_message else "global")
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_what_is_shown_of_the_app_fits_slacks_limits() -> None:
    assert len(SOCKET["display_information"]["name"]) <= 35
    assert len(SOCKET["display_information"]["description"]) <= 140


def test_home_and_buttons_are_on() -> None:
    assert SOCKET["features"]["app_home"]["home_tab_enabled"] is True
    assert SOCKET["features"]["app_home"]["messages_tab_enabled"] is True
    assert SOCKET["settings"]["interactivity"]["is_enabled"] is True
    assert SOCKET["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened"]


def test_every_scope_and_event_is_explained_and_no_other() -> None:
    explained = set(re.findall(r"^\| `([^`]+)` \|", SCOPES, re.MULTILINE))
    scopes = SOCKET["oauth_config"]["scopes"]
    assert list(scopes) == ["bot"]
    assert scopes["bot"] == list(BOT_SCOPES)
    assert scopes["bot"] == sorted(set(scopes["bot"]))
    assert explained == set(scopes["bot"]) | set(SOCKET["settings"]["event_subscriptions"]["bot_events"])


IDS = [(name, value) for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)]


def test_ids_are_unique() -> None:
    values = [value for _, value in IDS]
    assert len(values) > 40
    assert len(values) == len(set(values))


@pytest.mark.parametrize(("name", "value"), [one for one in IDS if one[0] != "BLOCK"])
def test_ids_are_versioned(name: str, value: str) -> None:
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)*\.v\d+", value)
    assert len(value) <= 200  # block ids add a prefix and a line's id to them; Slack allows 255
