"""How times, dates, flags and JSON stand in a row, and how they come back."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any


def iso(moment: datetime) -> str:
    """``moment`` as UTC text of fixed width (microseconds and Z), so that text order is time order.

    Raises ``ValueError`` for a datetime without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time in the store needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def at(text: str) -> datetime:
    """The aware UTC datetime that ``iso`` wrote."""
    return datetime.fromisoformat(text)


def iso_or_none(moment: datetime | None) -> str | None:
    """``iso``, keeping ``None``."""
    return None if moment is None else iso(moment)


def at_or_none(text: str | None) -> datetime | None:
    """``at``, keeping ``None``."""
    return None if text is None else at(text)


def day_text(day: date | None) -> str | None:
    """A business date as ISO text, keeping ``None``."""
    return None if day is None else day.isoformat()


def day(text: str | None) -> date | None:
    """The date that ``day_text`` wrote."""
    return None if text is None else date.fromisoformat(text)


def to_json(value: Any) -> str:
    """``value`` as JSON text with sorted keys: the same value gives the same text, so it can be hashed.

    Raises ``TypeError`` for a float anywhere inside (money is whole minor units) and for what JSON can't hold.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Any:
    """The value that ``to_json`` wrote."""
    return json.loads(text)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("JSON in the store holds whole numbers and text, not float")
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
