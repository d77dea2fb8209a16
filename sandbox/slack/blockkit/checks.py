"""The means to describe Block Kit's shapes: each check looks at one value and notes what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]


@dataclass
class Look:
    """One look over a message or view: where it will stand, and what was found wrong so far."""

    surface: Surface
    wrong: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)

    def note(self, path: str, what: str) -> None:
        """In the words that Slack uses, with the place as a JSON pointer."""
        self.wrong.append(f"{what} [json-pointer:{path}]")


Check = Callable[[Look, str, Any], None]
Shape = Mapping[str, Check]


def anything(_look: Look, _path: str, _value: Any) -> None:
    """Any value."""


def boolean(look: Look, path: str, value: Any) -> None:
    if not isinstance(value, bool):
        look.note(path, "must be a valid boolean")


def string(most: int, least: int = 1) -> Check:
    """Text of `least` to `most` characters."""

    def check(look: Look, path: str, value: Any) -> None:
        if not isinstance(value, str):
            look.note(path, "must provide a string")
        elif len(value) > most:
            look.note(path, f"must be less than {most + 1} characters")
        elif len(value) < least:
            look.note(path, f"must be more than {least - 1} characters")

    return check


def number(low: float | None = None, high: float | None = None, whole: bool = True) -> Check:
    """A number from `low` to `high`."""

    def check(look: Look, path: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            look.note(path, "must be a valid number")
        elif low is not None and value < low:
            look.note(path, f"must be at least {low}")
        elif high is not None and value > high:
            look.note(path, f"must be at most {high}")

    return check


def one_of(*allowed: str) -> Check:
    def check(look: Look, path: str, value: Any) -> None:
        if value not in allowed:
            look.note(path, f"must be a valid enum value ({', '.join(allowed)})")

    return check


def many(check_item: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` such items."""

    def check(look: Look, path: str, value: Any) -> None:
        if not isinstance(value, list):
            look.note(path, "must be an array")
            return
        if len(value) > most:
            look.note(path, f"no more than {most} items allowed")
        if len(value) < least:
            look.note(path, f"no less than {least} items allowed")
        for index, item in enumerate(value):
            check_item(look, f"{path}/{index}", item)

    return check


def shape(required: Shape, optional: Shape | None = None) -> Check:
    """An object with these fields and no others; its `type` is checked by who chose the shape."""
    fields = {**required, **(optional or {}), "type": anything}

    def check(look: Look, path: str, value: Any) -> None:
        if not isinstance(value, dict):
            look.note(path, "must be an object")
            return
        for name in required:
            if name not in value:
                look.note(path, f"missing required field: {name}")
        for name, part in value.items():
            if name in fields:
                fields[name](look, f"{path}/{name}", part)
            else:
                look.note(f"{path}/{name}", "unexpected additional property")

    return check


def typed(kinds: Mapping[str, Check], allowed: set[str] | None = None) -> Check:
    """An object whose `type` chooses among these shapes."""

    def check(look: Look, path: str, value: Any) -> None:
        kind = str(value.get("type")) if isinstance(value, dict) else "none"
        if kind not in kinds or (allowed is not None and kind not in allowed):
            look.note(path, f"unsupported type: {kind}")
        else:
            kinds[kind](look, path, value)

    return check


def both(*checks: Check) -> Check:
    """All of these checks, one after the other."""

    def check(look: Look, path: str, value: Any) -> None:
        for each in checks:
            each(look, path, value)

    return check


def rule(holds: Callable[[Any], bool], what: str) -> Check:
    """A rule about the whole of an object or list; nothing is said of a value it can't read."""

    def check(look: Look, path: str, value: Any) -> None:
        try:
            kept = holds(value)
        except (TypeError, KeyError, AttributeError, IndexError):
            return
        if not kept:
            look.note(path, what)

    return check


def distinct(values: list[Any]) -> bool:
    return len(values) == len({repr(value) for value in values})
