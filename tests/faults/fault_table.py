"""What came out of every cell, for `pytest tests/faults -v`."""

from collections.abc import Callable

_cells: dict[tuple[str, str], str] = {}


def note(kind: str, fault: str, outcome: str) -> None:
    _cells[fault, kind] = outcome


def print_table(write: Callable[[str], None]) -> None:
    if not _cells:
        return
    kinds = list(dict.fromkeys(kind for _, kind in _cells))
    faults = list(dict.fromkeys(fault for fault, _ in _cells))
    wide = max(map(len, faults))
    write("")
    write("Effects in Syncro, and how the operation ended (× = times it took effect)")
    write("  ".join([" " * wide, *(f"{kind:<21}" for kind in kinds)]).rstrip())
    for fault in faults:
        row = (f"{_cells.get((fault, kind), ''):<21}" for kind in kinds)
        write("  ".join([f"{fault:<{wide}}", *row]).rstrip())
