"""The values that a view's inputs hold: what was typed, else the initial values."""

import re
from collections.abc import Iterator
from datetime import date

from sandbox.slack.errors import Json

# Each stateful element: the key of its value in the state, and the element's own initial value.
VALUES: dict[str, tuple[str, str | None]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", None),
}


def elements_of(block: Json) -> list[Json]:
    """The interactive elements of a block."""
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "section":
        return [block["accessory"]] if "accessory" in block else []
    if block["type"] == "card":
        return list(block.get("actions", []))
    if block["type"] in ("actions", "context_actions"):
        return list(block["elements"])
    return []


def _flat(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        if block["type"] == "carousel":
            yield from _flat(block["elements"])
        if block["type"] == "container":
            yield from _flat(block["child_blocks"])


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block with an interactive element, and that element; cards of a carousel count alone."""
    for block in _flat(blocks):
        for element in elements_of(block):
            if "action_id" in element:
                yield block, element


def initial(element: Json) -> Json:
    """The element's state before anyone touched it."""
    key, given = VALUES[element["type"]]
    empty: object = [] if key.endswith("s") and key != "value" else None
    return {"type": element["type"], key: element.get(given, empty) if given else empty}


def merged_state(blocks: list[Json], typed: Json) -> Json:
    """`state.values`: typed values where the ids and the type still fit, else the initial ones."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] not in VALUES:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        held = typed.get(block_id, {}).get(action_id)
        fits = held is not None and held.get("type") == element["type"]
        values.setdefault(block_id, {})[action_id] = held if fits else initial(element)
    return values


def _complaint(element: Json, value: object) -> str | None:
    """What Slack's client says of a filled input, if it isn't acceptable."""
    kind, text = element["type"], str(value)
    if kind == "plain_text_input":
        if len(text) < element.get("min_length", 0):
            return f"Enter at least {element['min_length']} characters."
        if len(text) > element.get("max_length", 3000):
            return f"Enter at most {element.get('max_length', 3000)} characters."
    if kind == "number_input":
        return _number_complaint(element, text)
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Enter a valid email address."
    if kind == "url_text_input" and not re.fullmatch(r"https?://\S+", text):
        return "Enter a valid URL."
    if kind == "datepicker":
        try:
            date.fromisoformat(text)
        except ValueError:
            return "Pick a valid date."
    return None


def _number_complaint(element: Json, text: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, text):
        return "Enter a valid number."
    if "min_value" in element and float(text) < float(element["min_value"]):
        return f"Enter a number of at least {element['min_value']}."
    if "max_value" in element and float(text) > float(element["max_value"]):
        return f"Enter a number of at most {element['max_value']}."
    return None


def input_errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's client refuses before it submits: empty required inputs, unfit values."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        held = values[block["block_id"]][element["action_id"]][VALUES[element["type"]][0]]
        if held in (None, "", []):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
        elif complaint := _complaint(element, held):
            errors[block["block_id"]] = complaint
    return errors
