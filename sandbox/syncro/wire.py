"""What goes over the wire: exact JSON, strict reading of bodies and queries, and error answers."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from aiohttp import web

_DIGITS = 12


class ApiError(Exception):
    """An answer other than success: ``status`` and the sentence that goes with it.

    The body is ``{"error": text}`` unless another is given.
    """

    def __init__(
        self, status: int, text: str, headers: Mapping[str, str] | None = None, *, body: Any = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})
        self.body = {"error": text} if body is None else body

    def response(self) -> web.Response:
        """The answer as Syncro words it."""
        return answer(self.body, self.status, self.headers)


def invalid(text: str) -> ApiError:
    """400: a parameter of the wrong form."""
    return ApiError(400, text)


def refused(text: str) -> ApiError:
    """422: well formed, but not allowed."""
    return ApiError(422, text)


def dumps(value: Any) -> str:
    """JSON in which a Decimal is written digit by digit, so that no float ever touches money."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(dumps(item) for item in value) + "]"
    return json.dumps(value)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(
        text=dumps(body), status=status, content_type="application/json", headers=dict(headers or {})
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def loads(text: str) -> Any:
    """JSON with exact numbers. Raises ``ValueError``; NaN and Infinity are no numbers."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


async def read_object(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object. Raises ``ApiError`` 400."""
    if request.content_type != "application/json":
        raise invalid("Content-Type must be application/json")
    try:
        body = loads(await request.text())
    except ValueError:
        raise invalid("The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object")
    return body


class Fields:
    """A JSON object read field by field: a wrong type is 400, a missing required field is 422."""

    def __init__(self, body: Any, allowed: tuple[str, ...], where: str = "") -> None:
        if not isinstance(body, dict):
            raise invalid(f"{where or 'The body'} must be an object")
        self._body = body
        self._where = f"{where}." if where else ""
        unknown = sorted(set(body) - set(allowed))
        if unknown:
            raise invalid(f"Unknown parameter: {self._where}{unknown[0]}")

    def __contains__(self, name: str) -> bool:
        return name in self._body

    def text(self, name: str, default: str = "") -> str:
        """A string; null counts as absent."""
        text: str = self._read(name, default, lambda value: isinstance(value, str), "a string")
        return text

    def flag(self, name: str, default: bool) -> bool:
        """A boolean; null counts as absent."""
        flag: bool = self._read(name, default, lambda value: isinstance(value, bool), "true or false")
        return flag

    def whole(self, name: str) -> int | None:
        """An integer."""
        whole: int | None = self._read(name, None, lambda value: type(value) is int, "an integer")
        return whole

    def number(self, name: str) -> Decimal | None:
        """A JSON number, exactly as written; a string of digits is none."""
        value = self._read(name, None, lambda value: type(value) in (int, Decimal), "a number")
        if value is None:
            return None
        number = Decimal(value)
        if number and not -_DIGITS <= number.adjusted() <= _DIGITS:
            raise invalid(f"{self._where}{name} is out of range")
        return number

    def day(self, name: str) -> date | None:
        """A date written YYYY-MM-DD."""
        text = self._read(name, None, lambda value: isinstance(value, str), "a date (YYYY-MM-DD)")
        return None if text is None else parse_day(text, f"{self._where}{name}")

    def items(self, name: str) -> list[Any]:
        """A list; null counts as empty."""
        items: list[Any] = self._read(name, [], lambda value: isinstance(value, list), "a list")
        return items

    def raw(self, name: str) -> Any:
        """The value as it came, or None."""
        return self._body.get(name)

    def require(self, name: str) -> None:
        """Raises ``ApiError`` 422 when the field is absent, null or blank."""
        value = self._body.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise refused(f"{self._where}{name} is required")

    def _read(self, name: str, default: Any, fits: Callable[[Any], bool], kind: str) -> Any:
        value = self._body.get(name)
        if value is None:
            return default
        if not fits(value):
            raise invalid(f"{self._where}{name} must be {kind}")
        return value


def parse_day(text: str, name: str) -> date:
    """A date written YYYY-MM-DD and in no other way. Raises ``ApiError`` 400."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise invalid(f"{name} must be a date (YYYY-MM-DD)")
    return day


def query_day(request: web.Request, name: str) -> date | None:
    """A date of the query string."""
    text = request.query.get(name)
    return None if text is None else parse_day(text, name)


def query_whole(request: web.Request, name: str) -> int | None:
    """A whole number of the query string. Raises ``ApiError`` 400."""
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise invalid(f"{name} must be an integer")
    return int(text)


def paged(request: web.Request, records: list[Any], size: int) -> tuple[list[Any], dict[str, int]]:
    """The page asked for, with its ``meta``; past the last it is empty. Raises ``ApiError`` 400."""
    page = query_whole(request, "page")
    if page == 0:
        raise invalid("page must be 1 or more")
    page = page or 1
    pages = max(1, -(-len(records) // size))
    return records[(page - 1) * size : page * size], {"total_pages": pages, "page": page}


def path_id(request: web.Request, name: str = "id") -> int:
    """The id in the path. Raises ``ApiError`` 404."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdecimal()):
        raise ApiError(404, "Not found")
    return int(text)
