"""What came out of every cell, for `make faults`: one table for each wire shape."""

from collections.abc import Callable

_cells: dict[tuple[str, str, str], str] = {}


def note(shape: str, write: str, fault: str, outcome: str) -> None:
    """``outcome`` of one write under one fault. A fault tried several times keeps every outcome that differs."""
    known = _cells.get((shape, fault, write))
    if known is None:
        _cells[shape, fault, write] = outcome
    elif outcome not in known.split(" / "):
        _cells[shape, fault, write] = f"{known} / {outcome}"


def print_table(write: Callable[[str], None]) -> None:
    for shape in dict.fromkeys(shape for shape, _, _ in _cells):
        cells = {(fault, name): outcome for (of, fault, name), outcome in _cells.items() if of == shape}
        write("")
        write(f"{shape}: how the operation ended, and how often it took effect in Syncro (×)")
        _print(cells, write)


def _print(cells: dict[tuple[str, str], str], write: Callable[[str], None]) -> None:
    names = list(dict.fromkeys(name for _, name in cells))
    faults = list(dict.fromkeys(fault for fault, _ in cells))
    first = max(map(len, faults))
    wide = {name: max(len(name), *(len(cells.get((fault, name), "")) for fault in faults)) for name in names}
    write("  ".join([" " * first, *(f"{name:<{wide[name]}}" for name in names)]).rstrip())
    for fault in faults:
        row = (f"{cells.get((fault, name), ''):<{wide[name]}}" for name in names)
        write("  ".join([f"{fault:<{first}}", *row]).rstrip())
