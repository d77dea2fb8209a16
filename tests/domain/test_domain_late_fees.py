"""Late fees: after the level's contact, of what is open without fees, and never twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from domain_samples import CALENDAR, CUSTOMER, TODAY, invoice, policy
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import PastContact
from bot.domain.holds import Hold, HoldKind, hold_stop
from bot.domain.invoice import Invoice, Status
from bot.domain.ladder import cases
from bot.domain.late_fees import Fee, PastFee, decide_fees, fee_amount, fee_levels
from bot.domain.policy import CustomerPolicy, Level, Policy

FRIENDLY = Level("friendly", 1, ("customer",))
FIRM = Level("firm", 7, ("customer",), late_fee_percent=Decimal("1.5"))
FINAL = Level("final", 45, ("customer",), late_fee_amount=2500)
OFF = {"syncro_late_fees": False}


def fees(
    invoices: list[Invoice],
    contacts: list[PastContact],
    past: list[PastFee] | None = None,
    held: tuple[Hold, ...] = (),
    given: Policy | None = None,
) -> dict[tuple[str, str], Fee | str]:
    """What is decided about these invoices."""
    rules = given or policy(FRIENDLY, FIRM, FINAL, **OFF)
    found: dict[tuple[str, str], Fee | str] = {}
    for case in cases(CUSTOMER, invoices, contacts, rules, CALENDAR, TODAY, holds=held):
        if case.track == "customer":
            found |= decide_fees(case, past or [])
    return found


def told(level: Level, *listed: Invoice, stage: str = "sent", own: int | None = None) -> PastContact:
    """A contact of yesterday that listed these invoices, each at the level due for its own age, or at ``own``."""
    ages = [(one.id, level.days if own is None else own) for one in listed]
    on = TODAY - timedelta(days=1)
    return PastContact("customer", level.days, level.name, listed[0].id, tuple(ages), on, stage)


def the_fee(found: dict[tuple[str, str], Fee | str]) -> Fee:
    (fee,) = found.values()
    assert isinstance(fee, Fee), fee
    return fee


def test_a_fee_follows_the_contact_of_its_level() -> None:
    late = invoice(10)
    fee = the_fee(fees([late], [told(FIRM, late)]))
    assert (fee.key, fee.base, fee.amount) == ((late.id, "firm"), 50000, 750)
    assert fee.contacted_on == date(2026, 3, 3)


@pytest.mark.parametrize("stage", ["planned", "approved", "claimed", "unknown", "failed", "suppressed"])
def test_a_contact_that_was_not_sent_brings_no_fee(stage: str) -> None:
    late = invoice(10)
    found = fees([late], [told(FIRM, late, stage=stage)])
    assert not [one for one in found.values() if isinstance(one, Fee)]


def test_another_level_or_a_younger_invoice_brings_none() -> None:
    late, young = invoice(10), invoice(3)
    assert fees([late], [told(FRIENDLY, late)]) == {}
    assert fees([late, young], [told(FIRM, late), told(FIRM, young, own=1)]).keys() == {(late.id, "firm")}


def test_without_the_declaration_there_are_no_fees() -> None:
    assert [one.name for one in fee_levels(policy(FRIENDLY, FIRM, FINAL, **OFF))] == ["firm", "final"]
    for declared in (None, True):
        assert fee_levels(policy(FRIENDLY, FIRM, FINAL, syncro_late_fees=declared)) == ()


@pytest.mark.parametrize("kind", [HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.SAYS_PAID, HoldKind.SNOOZE])
def test_what_is_held_gets_none_and_says_why(kind: HoldKind) -> None:
    late = invoice(10)
    until = None if kind is HoldKind.DISPUTE else TODAY + timedelta(days=3)
    hold = Hold("h1", kind, CUSTOMER.id, (late.id,), until)
    (why,) = fees([late], [told(FIRM, late)], held=(hold,)).values()
    stop = hold_stop([hold], late.id, TODAY, CALENDAR)
    assert stop is not None
    assert why == stop.sentence


def test_nobody_who_must_not_be_contacted_or_pays_by_card_gets_one() -> None:
    late = invoice(10)
    stop = Hold("h1", HoldKind.DO_NOT_CONTACT, CUSTOMER.id)
    auto = policy(FIRM, customers={CUSTOMER.id: CustomerPolicy(auto_pay=True)}, **OFF)
    assert all(isinstance(one, str) for one in fees([late], [told(FIRM, late)], held=(stop,)).values())
    assert all(isinstance(one, str) for one in fees([late], [told(FIRM, late)], given=auto).values())


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.PAID, "balance": 0},
        {"status": Status.VOID},
        {"balance": None},
        {"balance": 2499},
        {"due_date": TODAY},
    ],
)
def test_paid_void_unknown_small_or_no_longer_late_gets_none(change: dict[str, object]) -> None:
    late = replace(invoice(10), **change)  # type: ignore[arg-type]  # test data
    assert not [one for one in fees([late], [told(FIRM, late)]).values() if isinstance(one, Fee)]


def test_what_is_given_a_later_due_date_is_not_past_due_any_more() -> None:
    moved = invoice(-5)
    assert list(fees([moved], [told(FIRM, moved)]).values()) == ["It is not past due."]


def test_credit_is_taken_off_the_oldest_first() -> None:
    old, young, credit = invoice(20), invoice(10), invoice(5, balance=-60000, total=-60000)
    found = fees([old, young, credit], [told(FIRM, old, young)])
    fee = found[(young.id, "firm")]
    assert isinstance(found[(old.id, "firm")], str)
    assert isinstance(fee, Fee)
    assert (fee.base, fee.amount) == (40000, 600)


def test_a_fee_is_not_of_the_fees_before_it_and_comes_after_them() -> None:
    late = invoice(50, balance=50750)
    sent = [told(FIRM, late), told(FINAL, late)]
    both = fees([replace(late, balance=50000)], sent)
    assert isinstance(both[(late.id, "firm")], Fee)
    assert isinstance(both[(late.id, "final")], str), "one at a time"
    waits = fees([late], sent, [PastFee(late.id, "firm", 750, settled=False)])
    assert isinstance(waits[(late.id, "final")], str)
    fee = the_fee(fees([late], sent, [PastFee(late.id, "firm", 750, settled=True)]))
    assert (fee.level.name, fee.base, fee.amount) == ("final", 50000, 2500)
    skipped = the_fee(fees([late], sent, [PastFee(late.id, "firm", 0, settled=True)]))
    assert (skipped.level.name, skipped.base) == ("final", 50750)


@pytest.mark.parametrize(
    ("percent", "base", "currency", "fee"),
    [("1.5", 80625, "USD", 1209), ("1", 50, "USD", 1), ("1", 49, "USD", 0), ("1.5", 1000, "JPY", 15)],
)
def test_percents_round_half_up(percent: str, base: int, currency: str, fee: int) -> None:
    level = replace(FIRM, late_fee_percent=Decimal(percent))
    assert fee_amount(level, base, currency, "USD") == fee


def test_an_amount_is_taken_unit_for_unit() -> None:
    assert fee_amount(FINAL, 50000, "USD", "USD") == 2500
    assert fee_amount(FINAL, 50000, "JPY", "USD") == 25


def test_a_fee_of_nothing_is_none() -> None:
    late = invoice(10, balance=2600)
    tiny = replace(FIRM, late_fee_percent=Decimal("0.001"))
    found = fees([late], [told(FIRM, late)], given=policy(tiny, **OFF))
    assert list(found.values()) == ["The fee would be nothing."]


AMOUNTS = st.integers(1, 500_000)


@given(
    st.lists(st.tuples(st.integers(-5, 90), AMOUNTS), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([FRIENDLY, FIRM, FINAL]), st.integers(1, 60)), max_size=8
    ),
    st.integers(1, 12),
)
def test_never_twice_never_of_a_fee_and_never_before_the_contact(
    ages: list[tuple[int, int]], sent: list[tuple[int, Level, int]], days: int
) -> None:
    """Builds on, with every proposed fee added: what was billed stays within one fee per level of the true debt."""
    owed = {one.id: one for one in (invoice(age, balance=amount) for age, amount in ages)}
    debts = {id: one.balance or 0 for id, one in owed.items()}
    order = list(owed.values())
    contacts = [told(level, order[at], own=own) for at, level, own in sent if at < len(order)]
    past: list[PastFee] = []
    for _ in range(days):
        for decided in fees(list(owed.values()), contacts, past).values():
            if isinstance(decided, Fee):
                assert decided.base == debts[decided.invoice.id]
                past.append(PastFee(decided.invoice.id, decided.level.name, decided.amount, settled=True))
                kept = owed[decided.invoice.id]
                owed[kept.id] = replace(kept, balance=(kept.balance or 0) + decided.amount)
    keys = [(one.invoice_id, one.level) for one in past]
    assert len(keys) == len(set(keys))
    heard = {(id, one.level) for one in contacts for id, own in one.listed if own >= one.level_days}
    assert set(keys) <= heard
