"""Every kind of write in both wire shapes: which request can fail, what is entered, and how its effect is counted."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from fault_contact import contact_id, contact_request, make_past_due, plan
from fault_world import CALLS, REQUESTS, FaultWorld, Process, effects, intent

from bot.domain.invoice import LineItem
from bot.use_cases.chase import DUEBOT
from bot.use_cases.journal import Intent
from bot.use_cases.lines import count_like, line_to_json

#: A product of the sample catalogue, entered at another price than the catalogue's.
PRICE = Decimal("77.70")


@dataclass(frozen=True)
class Write:
    """``call`` is the request that fails. ``later``: others took effect before it, so nothing is ever refused.

    ``by_clock``: nobody entered it, so the customer's owner is told of it, and only when it isn't known.
    """

    name: str
    shape: str
    kind: str
    call: str
    request: Callable[[FaultWorld, Any], dict[str, Any]]
    effects: Callable[[FaultWorld, Any], int]
    later: bool = False
    oddities: dict[str, Any] = field(default_factory=dict)
    by_clock: bool = False

    @property
    def id(self) -> str:
        return f"{self.shape} {self.name}"

    @property
    def readable(self) -> bool:
        """An email can't be read back."""
        return self.kind not in ("email", "contact")

    async def wanted(self, world: FaultWorld, process: Process, invoice: Any) -> Intent:
        """What somebody, or the clock, wants done with this invoice, having seen it live."""
        world.syncro.oddities.change(self.oddities)
        if self.by_clock:
            make_past_due(world, invoice)
        seen = await process.context.gateway.invoice(str(invoice.id))
        request = self.request(world, seen)
        if not self.by_clock:
            return replace(await intent(world, process, self.kind, invoice), request=request)
        await plan(process, seen)
        base_key = f"{contact_id(seen)}:contact:{seen.id}:1"
        return Intent(base_key, "contact", seen.id, seen.customer_id, DUEBOT, request)


def _plain(shape: str, kind: str) -> Write:
    call = "POST /payments" if (shape, kind) == ("openapi", "payment") else CALLS[kind]
    return Write(
        kind, shape, kind, call, REQUESTS[kind], lambda world, invoice: effects(world, kind, invoice)
    )


def _contact(shape: str) -> Write:
    return Write(
        "contact",
        shape,
        "contact",
        CALLS["email"],
        contact_request,
        lambda world, invoice: effects(world, "email", invoice),
        by_clock=True,
    )


def _three_lines(world: FaultWorld, seen: Any) -> dict[str, Any]:
    request = REQUESTS["create"](world, seen)
    lines = [
        LineItem(f"Part {place} of {seen.id}", Decimal(place), Decimal("9.99"), False) for place in (1, 2, 3)
    ]
    return {**request, "lines": [line_to_json(line) for line in lines]}


def _second_lines(world: FaultWorld, invoice: Any) -> int:
    """How often the line stands in the books whose request fails; none of the others stands twice."""
    every = [line.name for one in world.syncro.company.invoices.values() for line in one.lines]
    assert every.count(f"Part 1 of {invoice.id}") <= 1
    assert every.count(f"Part 3 of {invoice.id}") <= 1
    return every.count(f"Part 2 of {invoice.id}")


def _product_line(world: FaultWorld, seen: Any) -> dict[str, Any]:
    product = next(one for one in world.syncro.company.products.values() if one.price)
    line = LineItem(product.name, Decimal(4), PRICE, product.taxable, product_id=str(product.id))
    return {
        "line": line_to_json(line),
        "alike_before": count_like(seen, line),
        "ids_before": [held.id for held in seen.lines],
    }


def _corrected(world: FaultWorld, invoice: Any) -> int:
    """How many lines of the product cost what was entered; there are never two of them, whatever they cost."""
    lines = [line for line in invoice.lines if line.product_id]
    assert len(lines) <= 1
    return sum(line.price == PRICE for line in lines)


WRITES = [
    *[_plain("guide", kind) for kind in CALLS],
    *[_plain("openapi", kind) for kind in CALLS if kind != "void"],
    _contact("guide"),
    _contact("openapi"),
    Write(
        "missing line",
        "openapi",
        "create",
        "POST /invoices/{id}/line_items",
        _three_lines,
        _second_lines,
        later=True,
        oddities={"lines_taken": 1},
    ),
    Write(
        "line's price",
        "openapi",
        "line",
        "PUT /invoices/{id}/line_items/{line_id}",
        _product_line,
        _corrected,
        later=True,
    ),
]
