"""Whether a payload has the form that Slack documents, before anything reads it: whoever clicks can send anything."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Tampered

#: The most that an input or a button can hold, and a menu's option; Slack's limits.
_LONGEST = 3000
#: What follows a slash command is a message, which Slack cuts at so many.
_LONGEST_COMMAND = 40_000
_PARTS = ("user", "channel", "container", "message", "team", "view", "event")
_TEXTS = ("callback_id", "trigger_id", "response_url", "action_id", "block_id", "value", "command")
_VIEW_TEXTS = ("id", "callback_id", "private_metadata", "hash", "root_view_id")
_INPUT_TEXTS = ("value", "selected_date", "selected_user")


def well_formed(body: Mapping[str, Any]) -> bool:
    """Whether every part that handlers look into is of the kind that Slack sends, and no longer than it can be."""
    return (
        all(_part(body.get(name)) for name in _PARTS)
        and _texts(body, _TEXTS)
        and _text(body.get("text"), _LONGEST_COMMAND)
        and _texts(body.get("user") or {}, ("id", "name", "username", "team_id"))
        and _actions(body.get("actions"))
        and _view(body.get("view") or {})
    )


def view_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """The form that an input or button stands in. Raises ``Tampered`` where there is none."""
    view: dict[str, Any] | None = body.get("view")
    if not view:
        raise Tampered("That belongs to a form, and there is none. Open it again.")
    return view


def _part(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _text(value: object, longest: int = _LONGEST) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= longest)


def _texts(held: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(_text(held.get(name)) for name in names)


def _actions(actions: object) -> bool:
    return actions is None or (
        isinstance(actions, list)
        and bool(actions)
        and all(isinstance(one, dict) and bool(one.get("action_id")) and _input(one) for one in actions)
        and all(_texts(one, ("action_id", "block_id")) for one in actions)
    )


def _view(view: Mapping[str, Any]) -> bool:
    state, blocks = view.get("state"), view.get("blocks")
    return (
        _texts(view, _VIEW_TEXTS)
        and (blocks is None or (isinstance(blocks, list) and all(isinstance(one, dict) for one in blocks)))
        and _part(state)
        and _values((state or {}).get("values"))
    )


def _values(values: object) -> bool:
    if values is None:
        return True
    return isinstance(values, dict) and all(
        isinstance(block, dict) and all(isinstance(one, dict) and _input(one) for one in block.values())
        for block in values.values()
    )


def _input(held: Mapping[str, Any]) -> bool:
    several = held.get("selected_options")
    return (
        _texts(held, _INPUT_TEXTS)
        and _option(held.get("selected_option"))
        and (several is None or (isinstance(several, list) and all(_option(one) for one in several)))
    )


def _option(option: object) -> bool:
    if not option:
        return option is None or option == {}
    if not isinstance(option, dict):
        return False
    said = option.get("text")
    return _text(option.get("value")) and _part(said) and _text((said or {}).get("text"))
