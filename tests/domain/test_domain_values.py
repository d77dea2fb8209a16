"""Money, invoice versions, roles and thresholds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from domain_samples import TODAY, invoice, policy
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.invoice import LineItem, Payment, Status, line_total, lines_subtotal
from bot.domain.money import Money, from_minor, round_minor, say_money, to_minor
from bot.domain.policy import CustomerPolicy, People, Threshold
from bot.domain.roles import Action, Role, may, role_needed
from bot.domain.version import MATTERS_FOR_MONEY, Version, differences, version_of

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_minor_units_survive_the_way_through_decimals(minor: int, currency: str) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [("1.005", "USD"), ("1.5", "JPY"), ("1.0001", "KWD")])
def test_more_digits_than_the_currency_are_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more digits"):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [("1", "0.005", 1), ("1", "0.0049", 0), ("3", "33.335", 10001), ("1", "-0.005", -1)],
)
def test_a_lines_total_rounds_half_up(quantity: str, price: str, total: int) -> None:
    assert line_total(Decimal(quantity), Decimal(price), "USD") == total
    assert round_minor(Decimal(quantity) * Decimal(price), "USD") == total


def test_a_subtotal_adds_rounded_lines() -> None:
    lines = [LineItem("Support", Decimal(1), Decimal("0.005"))] * 3
    assert lines_subtotal(lines, "USD") == 3


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123450, "USD", "$1,234.50"),
        (-5, "USD", "-$0.05"),
        (500, "JPY", "¥500"),
        (500, "CHF", "5.00 CHF"),
        (None, "USD", "unknown"),
    ],
)
def test_amounts_on_screen(minor: int | None, currency: str, shown: str) -> None:
    assert say_money(minor, currency) == shown
    assert minor is None or str(Money(minor, currency)) == shown


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": Status.PAID}, "It was sent; now it is paid."),
        ({"balance": None}, "now it is unknown"),
        ({"total": 60000}, "The total was $500.00; now it is $600.00."),
        ({"due_date": None}, "now it is not set"),
        ({"lines": (LineItem("Support", Decimal(1), Decimal(5), id="1"),)}, "line items have changed"),
        ({"payments": (Payment("9", "1", 5, "Check", "", date(2026, 1, 1)),)}, "payments have changed"),
    ],
)
def test_a_difference_that_matters_is_named(change: dict[str, object], says: str) -> None:
    seen = invoice(5, lines=(), payments=())
    (sentence,) = differences(version_of(seen), replace(seen, **change), MATTERS_FOR_MONEY)
    assert says in sentence


def test_viewing_and_notes_do_not_matter_for_money() -> None:
    seen = invoice(5, lines=(), payments=())
    now = replace(seen, status=Status.VIEWED, notes="call first", terms="net 30")
    assert differences(version_of(seen), now, MATTERS_FOR_MONEY) == []
    assert differences(version_of(seen), now, ["notes"]) == ["Its notes have changed."]


def test_equal_amounts_written_otherwise_are_no_difference() -> None:
    seen = invoice(5, lines=(LineItem("Support", Decimal("1"), Decimal("95.0"), id="1"),), payments=())
    now = replace(seen, lines=(LineItem("Support", Decimal("1.00"), Decimal("95"), id="1"),))
    assert differences(version_of(seen), now, MATTERS_FOR_MONEY) == []


def test_a_version_survives_the_store() -> None:
    seen = version_of(invoice(5))
    assert Version.from_json(seen.to_json()) == seen


@pytest.mark.parametrize(("days", "overdue"), [(-1, False), (0, False), (1, True), (None, False)])
def test_overdue_is_unpaid_and_due_before_today(days: int | None, overdue: bool) -> None:
    assert invoice(days).overdue(TODAY) is overdue
    assert not invoice(days, status=Status.DRAFT).overdue(TODAY)


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        (Role.NONE, Action.LOOK_UP, False),
        (Role.VIEWER, Action.LOOK_UP, True),
        (Role.VIEWER, Action.DRAFT, False),
        (Role.TECHNICIAN, Action.DRAFT, True),
        (Role.TECHNICIAN, Action.CREATE, False),
        (Role.TECHNICIAN, Action.PAY, False),
        (Role.COLLECTOR, Action.PAY, True),
        (Role.COLLECTOR, Action.REQUEST_VOID, True),
        (Role.COLLECTOR, Action.APPROVE, False),
        (Role.APPROVER, Action.APPROVE, True),
        (Role.APPROVER, Action.ADMINISTER, False),
        (Role.ADMIN, Action.ADMINISTER, True),
    ],
)
def test_each_role_may_what_it_is_for(role: Role, action: Action, allowed: bool) -> None:
    assert may(role, action) is allowed


def test_no_role_may_do_nothing_and_each_may_what_lower_ones_may() -> None:
    for action in Action:
        assert not may(Role.NONE, action)
        assert [may(role, action) for role in Role] == sorted(may(role, action) for role in Role)
        assert may(role_needed(action), action)


def test_a_currency_without_a_threshold_always_needs_approval() -> None:
    limit = Threshold({"USD": 500000})
    assert not limit.exceeded(500000, "USD")
    assert limit.exceeded(500001, "USD")
    assert limit.exceeded(1, "CAD")


def test_owners_and_currencies_fall_back_to_the_usual_ones() -> None:
    people = People(owners={"default": "U_CLERK", "8": "U_DANA"})
    assert (people.owner_of("8"), people.owner_of("7"), People().owner_of("7")) == ("U_DANA", "U_CLERK", "")
    rules = policy(customers={"8": CustomerPolicy(currency="CAD"), "9": CustomerPolicy()})
    assert [rules.currency_of(id) for id in ("8", "9", "7")] == ["CAD", "USD", "USD"]
