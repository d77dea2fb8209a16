"""Line items: as operations store them, and which line in Syncro is the one that was wanted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.domain.invoice import Invoice, LineItem


def line_to_json(line: LineItem) -> dict[str, Any]:
    """A line as an operation stores it; decimals as text."""
    return {
        "name": line.name,
        "quantity": str(line.quantity),
        "price": str(line.price),
        "taxable": line.taxable,
        "product_id": line.product_id,
    }


def line_from_json(stored: Mapping[str, Any]) -> LineItem:
    """The line that ``line_to_json`` stored."""
    return LineItem(
        name=str(stored["name"]),
        quantity=Decimal(str(stored["quantity"])),
        price=Decimal(str(stored["price"])),
        taxable=bool(stored["taxable"]),
        product_id=stored.get("product_id") or None,
    )


def as_entered(found: LineItem, wanted: LineItem) -> bool:
    """Whether a line says what was entered."""
    return wanted.name in (found.name, found.description) and (
        found.quantity,
        found.price,
        found.taxable,
    ) == (wanted.quantity, wanted.price, wanted.taxable)


def fits(found: LineItem, wanted: LineItem) -> bool:
    """Whether ``found`` can be what became of ``wanted``: for a product its catalogue values may have won."""
    if wanted.product_id is not None and found.product_id == wanted.product_id:
        return found.quantity == wanted.quantity
    return as_entered(found, wanted)


def paired(
    wanted: Sequence[LineItem], found: Sequence[LineItem]
) -> tuple[list[LineItem | None], list[LineItem]]:
    """For each wanted line the one in Syncro that became of it, or ``None``; and the lines that are left over.

    Lines exactly as entered are paired first, so that a product's two lines at different prices are told apart.
    """
    left = list(found)
    pairs: list[LineItem | None] = [None] * len(wanted)
    for matches in (as_entered, fits):
        for place, line in enumerate(wanted):
            if pairs[place] is None:
                pairs[place] = next((one for one in left if matches(one, line)), None)
                if (taken := pairs[place]) is not None:
                    left.remove(taken)
    return pairs, left


def same_lines(found: Sequence[LineItem] | None, wanted: Sequence[LineItem]) -> bool:
    """Whether Syncro has exactly the lines that were entered, in whatever order."""
    pairs, left = paired(wanted, found or ())
    return not left and all(
        one is not None and as_entered(one, line) for one, line in zip(pairs, wanted, strict=True)
    )


def count_like(invoice: Invoice, line: LineItem) -> int:
    """How many of the invoice's lines can be what became of ``line``."""
    return sum(fits(one, line) for one in invoice.lines or ())
