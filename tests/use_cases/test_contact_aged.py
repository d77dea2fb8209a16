"""A contact that is made some days after it was planned counts by the ages of the day on which it is made."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.policy import Business, LadderPolicy, Level, Policy
from bot.store.contacts import Contact, ContactInvoice
from bot.use_cases.contact_check import aged

DAYS = {"early": -7, "courtesy": -3, "friendly": 1, "firm": 7}
POLICY = Policy(
    Business("Northwind IT", "America/New_York", "USD"),
    "v1",
    ladder=LadderPolicy(tuple(Level(name, days, ("customer",), name) for name, days in DAYS.items())),
)
PLANNED = Contact(
    id="c1",
    customer_id="cust1",
    currency="USD",
    track="customer",
    carrying_invoice_id="inv1",
    level="friendly",
    stage="approved",
    policy_version="v1",
    total=1,
    as_of="2026-03-02",
    created_at=datetime(2026, 3, 2, 13, tzinfo=UTC),
)


def heard(days: int, level: str, later: int) -> tuple[int, str, int]:
    """An invoice as it is listed ``later`` days after it was planned: its age, and the level that it hears."""
    listed = ContactInvoice("inv1", "INV-1", days, 1, level, DAYS[level])
    made = aged(replace(PLANNED, invoices=(listed,)), date(2026, 3, 2 + later), POLICY)
    (one,) = made.invoices
    assert made.as_of == f"2026-03-0{2 + later}"
    return one.days_past_due, one.level_due, one.level_days


def test_an_older_invoice_hears_the_level_of_its_age() -> None:
    assert heard(5, "friendly", 0) == (5, "friendly", 1)
    assert heard(5, "friendly", 2) == (7, "firm", 7)


def test_what_a_courtesy_lists_ahead_has_heard_it_all_the_same() -> None:
    """Six days before it is due only the first note is due for it; the second one listed it, and isn't sent again."""
    assert heard(-6, "courtesy", 1) == (-5, "courtesy", -3)
