"""The highest invoice number known, for accounts whose new invoices we number ourselves."""

from collections.abc import Iterable

from bot.domain.references import digits_of
from bot.store import operations
from bot.store.lane import Tx


def highest_number(tx: Tx) -> str:
    """The highest number of the mirror and of the invoices that are being made, or empty when there is none.

    Plain numbers count first; where there are none, those that begin like the newest invoice's.
    """
    plain = tx.one(
        """SELECT number FROM invoice WHERE digits <> '' AND number = digits
           ORDER BY length(digits) DESC, digits DESC LIMIT 1"""
    )
    if plain is not None:
        return _highest([plain["number"], *_allocated(tx)], "")
    newest = tx.one(
        "SELECT number, digits FROM invoice WHERE digits <> '' ORDER BY date DESC NULLS LAST, id DESC LIMIT 1"
    )
    if newest is None:
        return _highest(_allocated(tx), "")
    prefix = newest["number"].rstrip("0123456789")
    alike = tx.one(
        """SELECT number FROM invoice WHERE digits <> '' AND substr(number, 1, :length) = :prefix
           ORDER BY length(digits) DESC, digits DESC LIMIT 1""",
        {"prefix": prefix, "length": len(prefix)},
    )
    return _highest([newest["number"], *([alike["number"]] if alike else []), *_allocated(tx)], prefix)


def _allocated(tx: Tx) -> list[str]:
    """The numbers that unsettled new invoices have been given."""
    return [
        str(one.progress["number"])
        for one in operations.unsettled(tx)
        if one.kind == "create" and one.progress.get("number")
    ]


def _highest(numbers: Iterable[str], prefix: str) -> str:
    alike = (one for one in numbers if one.startswith(prefix) and digits_of(one) == _digits(one, prefix))
    return max(alike, key=lambda one: int(digits_of(one)), default="")


def _digits(number: str, prefix: str) -> str:
    """What follows the prefix, without leading zeros; something else than digits is never equal to digits."""
    return number.removeprefix(prefix).lstrip("0")
