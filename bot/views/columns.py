"""Rows as aligned text, for a terminal and for pipes."""

from collections.abc import Sequence

_GAP = "  "
_WIDEST = 60


def _plain(text: str) -> str:
    """One line without control characters: a customer's name must not drive the terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """One line a row, each column as wide as its widest cell; ``right`` are columns of figures."""
    if not rows:
        return ""
    clean = [[_plain(cell) for cell in row] for row in rows]
    # The last column may be a whole sentence; it makes no other column wider.
    rows = [[*(_short(cell) for cell in row[:-1]), row[-1]] for row in clean]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        _GAP.join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
