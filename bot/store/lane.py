"""What every ledger needs of a database: transactions with named parameters, the same on any engine.

A ledger's functions take a ``Tx`` first. One synchronous function is one transaction, run by a ``Lane`` off the
event loop. The SQL is portable between SQLite and PostgreSQL: flags are 0 or 1, times are text, sums are cast
to BIGINT, uniqueness is answered by ON CONFLICT, and nothing is looked up inside JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from bot.domain.errors import DuebotError

T = TypeVar("T")
Row = Mapping[str, Any]
NONE: Mapping[str, object] = MappingProxyType({})
_PLAIN = frozenset({str, int, type(None)})


class Violation(Exception):
    """The schema refused a row (not null, check, foreign key, append-only): a bug. The transaction is over."""


class Conflict(Violation):
    """Such a row exists already. Raised for a uniqueness rule, whatever the engine calls it."""


class StoreError(DuebotError):
    """The database can't be used just now (busy, full, unreadable); the sentence names the cure."""


class Tx(Protocol):
    """One transaction. Parameters are named, ``:name``; only text, whole numbers and ``None`` are stored."""

    def all(self, sql: str, params: Mapping[str, object] = NONE) -> list[Row]:
        """Every row that ``sql`` gives."""
        ...

    def one(self, sql: str, params: Mapping[str, object] = NONE) -> Row | None:
        """The first row, or ``None``."""
        ...

    def run(self, sql: str, params: Mapping[str, object] = NONE) -> int:
        """Execute a change; how many rows it touched."""
        ...

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Execute a change once for each of ``rows``; how many rows it touched in all."""
        ...


class Lane(Protocol):
    """A database. Writes happen one after another, so that "read, decide, write" means what it says."""

    @property
    def engine(self) -> str:
        """``sqlite`` or ``postgres``: for DDL that has no portable words."""
        ...

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` as one transaction: committed when it returns, rolled back when it raises.

        Whoever is cancelled while waiting does not know whether it was committed.
        """
        ...

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` on one consistent snapshot that includes every committed write; it can't change anything."""
        ...

    async def close(self) -> None:
        """Finish what is running and close the database."""
        ...


def storable(value: object) -> str | int | None:
    """``value`` as both engines keep it.

    Money is whole minor units: a float or Decimal raises ``TypeError``, because SQLite would silently store
    ``Decimal("12.00")`` as 12 and PostgreSQL would round 12.50 to 13. Flags are 0 or 1, never a bool. NUL and
    lone surrogates can't be stored as text by both, so NUL is left out and a surrogate becomes "?".
    """
    if value is None or type(value) is int:
        return value
    if isinstance(value, str):
        text = str(value)
        return text if text.isascii() and "\0" not in text else _clean(text)
    raise TypeError(f"the store keeps text, whole numbers and None, not {type(value).__name__}")


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def storable_row(params: Mapping[str, object]) -> dict[str, object]:
    """All of ``params`` as both engines keep them; raises ``TypeError`` like ``storable``, naming the parameter."""
    if _PLAIN.issuperset(map(type, params.values())):
        text = "".join([value for value in params.values() if type(value) is str])
        if text.isascii() and "\0" not in text:
            return params if type(params) is dict else dict(params)
    try:
        return {name: storable(value) for name, value in params.items()}
    except TypeError as error:
        wrong = [name for name, value in params.items() if type(value) is not int and not _is_text(value)]
        raise TypeError(f"{error} (parameter {', '.join(wrong)})") from None


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)
