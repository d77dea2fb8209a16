"""Bodies read as Syncro's published API reads them: kind about types, silent about what it doesn't know."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.syncro.refusals import as_list
from sandbox.syncro.wire import ApiError

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?", re.DOTALL)
_DIGITS = 12


class Params:
    """A JSON object of which only the known fields are looked at; numbers may come as strings.

    A value that can't be read is 422.
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def __contains__(self, name: str) -> bool:
        return name in self._body

    def raw(self, name: str) -> Any:
        """The value as it came, or None."""
        return self._body.get(name)

    def is_blank(self, name: str) -> bool:
        """Whether the field is absent, null or empty."""
        return not self.text(name).strip()

    def text(self, name: str) -> str:
        """A string; a number counts as its digits, null as nothing."""
        value = self._body.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> Decimal:
        """A number, or a string that reads as one."""
        value = self._body.get(name)
        if value is None or value == "":
            return Decimal(default)
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise _unreadable(name, "is not a number") from None
        if not number.is_finite() or (number and not -_DIGITS <= number.adjusted() <= _DIGITS):
            raise _unreadable(name, "is not a number")
        return number

    def whole(self, name: str) -> int | None:
        """A whole number, or a string that reads as one."""
        if self._body.get(name) in (None, ""):
            return None
        number = self.number(name)
        if number != int(number):
            raise _unreadable(name, "must be an integer")
        return int(number)

    def day(self, name: str) -> date | None:
        """The date at the beginning of a date or a time stamp."""
        text = self.text(name)
        if not text:
            return None
        match = _DAY.fullmatch(text)
        try:
            return date.fromisoformat(match[1] if match else "")
        except ValueError:
            raise _unreadable(name, "is invalid") from None

    def flag(self, name: str, default: bool) -> bool:
        """A boolean, written in any of Rails' ways."""
        value = self._body.get(name)
        return default if value is None else str(value).lower() in ("true", "1", "t", "yes", "on")


def _unreadable(name: str, what: str) -> ApiError:
    return as_list(f"{name.replace('_', ' ').capitalize()} {what}")
