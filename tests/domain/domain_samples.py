"""Fictional customers, invoices and a ladder for the tests of the domain."""

from datetime import date, timedelta
from itertools import count

from bot.domain.calendar import BusinessCalendar
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.policy import Business, Channels, LadderPolicy, Level, People, Policy

TODAY = date(2026, 3, 4)  # a Wednesday
CALENDAR = BusinessCalendar()
EVERY_DAY = BusinessCalendar(weekend=frozenset())
CUSTOMER = Customer(id="7", name="Fabrikam Dental", email="office@fabrikam.example")
LEVELS = (
    Level("courtesy", -3, ("customer",)),
    Level("friendly", 1, ("customer",)),
    Level("firm", 7, ("customer", "owner")),
    Level("call", 15, ("owner",)),
    Level("manager", 30, ("manager",)),
    Level("final notice", 45, ("customer",), approval=True),
    Level("hand-off", 60, ("manager", "channel"), approval=True),
)
_ids = count(100)


def policy(*levels: Level, **changes: object) -> Policy:
    """A policy with these levels (else the usual ones); ``min_amount`` and others may be changed."""
    ladder = LadderPolicy(levels=levels or LEVELS, min_amount=int(str(changes.pop("min_amount", 2500))))
    usual: dict[str, object] = {
        "business": Business("Northwind IT", "America/New_York", "USD"),
        "version": "v1",
        "ladder": ladder,
        "people": People("U_BOSS", {"default": "U_CLERK", "8": "U_DANA"}),
        "channels": Channels(escalation="C_BILLING"),
    }
    return Policy(**{**usual, **changes})  # type: ignore[arg-type]  # test data, checked where it is used


def invoice(days_late: int | None = 0, **changes: object) -> Invoice:
    """A sent invoice of 500.00 USD that is ``days_late`` past due on ``TODAY``; ``None``: no due date."""
    id = str(changes.pop("id", next(_ids)))
    usual: dict[str, object] = {
        "id": id,
        "number": f"INV-2026-{int(id):04}" if id.isdigit() else id,
        "customer_id": CUSTOMER.id,
        "customer_name": CUSTOMER.name,
        "date": date(2026, 1, 1),
        "due_date": None if days_late is None else TODAY - timedelta(days=days_late),
        "status": Status.SENT,
        "subtotal": 50000,
        "tax": 0,
        "total": 50000,
        "balance": 50000,
        "currency": "USD",
    }
    return Invoice(**{**usual, **changes})  # type: ignore[arg-type]  # test data, checked where it is used
