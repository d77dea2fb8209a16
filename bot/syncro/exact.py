"""JSON with exact numbers: read as Decimal and int, written as number literals, never through float."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NoReturn

#: Far beyond any amount of money, far below what makes arithmetic slow or rounds at 28 digits.
_MOST_DIGITS = 20
_LARGEST_EXPONENT = 15
#: Far deeper than any answer of Syncro's; whoever walks through one never runs out of stack.
_DEEPEST = 50


def read_json(body: bytes) -> object:
    """``body`` as Python values; numbers are int or Decimal.

    Raises ``ValueError`` for anything that is not strict JSON: NaN, Infinity, absurd exponents, wrong encoding,
    absurd nesting.
    """
    try:
        parsed: object = json.loads(
            body.decode("utf-8-sig"), parse_float=_decimal, parse_int=_integer, parse_constant=_refuse
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(parsed)
    return parsed


def write_json(value: object) -> bytes:
    """``value`` as JSON; a Decimal becomes the same digits. Raises ``TypeError`` for floats and strangers."""
    return _text(value).encode()


def sane_number(number: Decimal) -> bool:
    """Whether ``number`` is finite and of a size that money, prices and quantities can have."""
    _, digits, exponent = number.as_tuple()
    return (
        isinstance(exponent, int)
        and len(digits) <= _MOST_DIGITS
        and -_MOST_DIGITS <= exponent <= _LARGEST_EXPONENT
        and number.adjusted() <= _LARGEST_EXPONENT
    )


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _decimal(literal: str) -> Decimal:
    if len(literal) > 60:
        raise ValueError("a number is too long")
    mantissa, _, exponent = literal.lower().partition("e")
    if len(exponent) > 4 or not sane_number(Decimal(f"{mantissa}e{exponent or 0}")):
        raise ValueError("a number is out of range")
    return Decimal(literal)


def _integer(literal: str) -> int:
    if len(literal) > _MOST_DIGITS:
        raise ValueError("a number is too long")
    return int(literal)


def _refuse(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not a number")


def _text(value: object) -> str:
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no exact JSON")
