"""What a day's decision of the ladder costs. ``python -m benchmarks.ladder`` runs this alone."""

import gc
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.console import Console
from rich.table import Table

from bot.domain.calendar import BusinessCalendar
from bot.domain.contacts import PastContact
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.ladder import decide_customer
from bot.domain.policy import Business, LadderPolicy, Level, Policy
from bot.domain.sending import Sending

#: Invoices and customers of each book.
BOOKS = ((10_000, 500), (100_000, 5_000))
ROUNDS = 5
TODAY = date(2026, 3, 4)
MIB = 1024 * 1024
_ON = Sending(automatic=True)
_CALENDAR = BusinessCalendar()
#: The ladder with which other engines were measured.
POLICY = Policy(
    Business("Northwind IT", "America/New_York", "USD"),
    "bench",
    ladder=LadderPolicy(tuple(Level(f"level {n}", n, ("customer",), "text") for n in (1, 15, 30, 45))),
)


@dataclass(frozen=True, slots=True)
class Owed:
    """One customer's open invoices, and the contact that listed the older half of them."""

    customer: Customer
    invoices: Sequence[Invoice]
    contacts: Sequence[PastContact]


def book(invoices: int, customers: int) -> list[Owed]:
    """A book whose invoices are 30 days ahead of their due date to 90 days past it."""
    each = invoices // customers
    return [_owed(number, each) for number in range(1, customers + 1)]


def _owed(number: int, each: int) -> Owed:
    customer = Customer(str(number), f"Fictional {number}", f"office{number}@fictional.example")
    owed = [
        _invoice(customer, number * 1000 + one, (number * 7 + one * 13) % 120 - 30) for one in range(each)
    ]
    listed = tuple((one.id, 1) for one in owed[: each // 2])
    said = PastContact("customer", 1, "level 1", owed[0].id, listed, TODAY - timedelta(days=20), "sent")
    return Owed(customer, owed, [said])


def _invoice(customer: Customer, number: int, late: int) -> Invoice:
    return Invoice(
        id=str(number),
        number=f"INV-{number}",
        customer_id=customer.id,
        customer_name=customer.name,
        date=TODAY - timedelta(days=late + 30),
        due_date=TODAY - timedelta(days=late),
        status=Status.SENT,
        subtotal=50_000,
        tax=0,
        total=50_000,
        balance=50_000,
        currency="USD",
    )


def decide(owed: Sequence[Owed]) -> int:
    """Decides for everybody; how many contacts are due."""
    return sum(
        len(
            decide_customer(
                one.customer, one.invoices, one.contacts, POLICY, _CALENDAR, TODAY, sending=_ON
            ).contacts
        )
        for one in owed
    )


def bench(out: Console) -> None:
    """Runs everything and prints it."""
    table = Table(title="The ladder's decision of one day, 4 levels", title_justify="left")
    for name in ("invoices", "customers", "contacts", "s", "growth", "MiB"):
        table.add_column(name, justify="right")
    before = 0.0
    for invoices, customers in BOOKS:
        owed = book(invoices, customers)
        seconds, contacts = _timed(owed)
        growth = f"{seconds / before:.1f} ×" if before else ""
        sizes = (f"{invoices:,}", f"{customers:,}", f"{contacts:,}")
        table.add_row(*sizes, f"{seconds:.3f}", growth, f"{_peak(owed):.1f}")
        before = seconds
    out.print(table)
    out.print(f"Best of {ROUNDS}. MiB: the most that the decision held at once, beside the book itself.")


def _timed(owed: Sequence[Owed]) -> tuple[float, int]:
    """The best time of some rounds, and the contacts found."""
    best, contacts = float("inf"), 0
    for _ in range(ROUNDS):
        gc.collect()
        started = time.perf_counter()
        contacts = decide(owed)
        best = min(best, time.perf_counter() - started)
    return best, contacts


def _peak(owed: Sequence[Owed]) -> float:
    tracemalloc.start()
    decide(owed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MIB


if __name__ == "__main__":
    bench(Console(highlight=False, width=120))
