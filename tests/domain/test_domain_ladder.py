from dataclasses import replace
from datetime import date, timedelta

import pytest
from domain_samples import CALENDAR, CUSTOMER, LEVELS, TODAY, invoice, policy

from bot.domain.contacts import NOTHING_HEARD, ContactNow, Decisions, PastContact, Reason, Stop
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.ladder import decide_customer
from bot.domain.ladder_stops import OpenState
from bot.domain.policy import CustomerPolicy, Level, Policy, Track

SATURDAY = date(2026, 3, 7)


def decide(
    *invoices: Invoice,
    contacts: tuple[PastContact, ...] = (),
    rules: Policy | None = None,
    today: date = TODAY,
    customer: Customer = CUSTOMER,
    operations: dict[str, OpenState] | None = None,
) -> Decisions:
    return decide_customer(customer, invoices, contacts, rules or policy(), CALENDAR, today, operations or {})


def only_contact(decisions: Decisions) -> ContactNow:
    (contact,) = decisions.contacts
    return contact


def reason(decisions: Decisions, one: Invoice, track: Track = "internal") -> Reason:
    found = decisions.reasons(one.id)[track]
    assert found.sentence.endswith(".")
    return found.reason


def outcome(decisions: Decisions, track: Track = "internal") -> Reason:
    (found,) = [one.outcome for one in decisions.tracks if one.track == track]
    assert isinstance(found, Stop)
    return found.reason


def made(
    level: str, listed: dict[str, int], days_ago: int, stage: str = "sent", track: Track | None = None
) -> PastContact:
    at = next(one for one in LEVELS if one.name == level)
    return PastContact(
        track or at.track,
        at.days,
        at.name,
        next(iter(listed)),
        tuple(listed.items()),
        TODAY - timedelta(days=days_ago),
        stage,
    )


# Stops of the invoice


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": Status.PAID, "balance": 0}, Reason.PAID),
        ({"status": Status.VOID}, Reason.VOID),
        ({"status": Status.DRAFT}, Reason.DRAFT),
        ({"balance": None}, Reason.BALANCE_UNKNOWN),
        ({"balance": 0}, Reason.NOTHING_OWED),
        ({"balance": -100}, Reason.NOTHING_OWED),
        ({"due_date": None}, Reason.NO_DUE_DATE),
    ],
)
def test_an_invoice_with_a_stop_of_its_own_is_left_out_on_both_tracks(
    changes: dict[str, object], expected: Reason
) -> None:
    held, other = invoice(20, **changes), invoice(16)
    decisions = decide(held, other)
    contact = only_contact(decisions)
    assert [item.invoice for item in contact.listed] == [other]
    assert contact.carrying == other
    assert {reason(decisions, held, track) for track in ("customer", "internal")} == {expected}


def test_an_open_or_unknown_operation_holds_its_invoice() -> None:
    busy, lost, free = invoice(20), invoice(20), invoice(20)
    decisions = decide(busy, lost, free, operations={busy.id: "operation_open", lost.id: "operation_unknown"})
    assert [item.invoice for item in only_contact(decisions).listed] == [free]
    assert reason(decisions, busy) == Reason.OPERATION_OPEN
    assert reason(decisions, lost) == Reason.OPERATION_UNKNOWN
    assert reason(decisions, lost, "customer") == Reason.OPERATION_UNKNOWN


def test_an_unknown_contact_holds_what_it_listed_until_a_person_decides() -> None:
    listed, other = invoice(31), invoice(20)
    decisions = decide(listed, other, contacts=(made("call", {listed.id: 15}, 1, "unknown"),))
    assert reason(decisions, listed) == Reason.OPERATION_UNKNOWN
    assert only_contact(decisions).carrying == other


def test_another_customers_invoice_is_an_error_and_never_listed() -> None:
    with pytest.raises(ValueError, match="another customer"):
        decide(invoice(20), invoice(20, customer_id="8"))


# Levels, heard, carrying


@pytest.mark.parametrize(
    ("days", "level"), [(15, "call"), (29, "call"), (30, "manager"), (59, "manager"), (400, "manager")]
)
def test_the_internal_track_takes_the_highest_level_due_without_approval(days: int, level: str) -> None:
    assert only_contact(decide(invoice(days))).level.name == level


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, Reason.NOT_YET_DUE),
        (0, Reason.NOT_YET_DUE),
        (1, Reason.LEVEL_NOT_DUE),
        (14, Reason.LEVEL_NOT_DUE),
    ],
)
def test_nothing_is_said_before_the_first_level(days: int, expected: Reason) -> None:
    one = invoice(days)
    decisions = decide(one)
    assert not decisions.contacts
    assert reason(decisions, one) == outcome(decisions) == expected


def test_skipped_levels_audiences_are_told_too() -> None:
    assert only_contact(decide(invoice(15))).audiences == ("owner",)
    assert only_contact(decide(invoice(31))).audiences == ("owner", "manager")
    heard = invoice(31)
    assert only_contact(decide(heard, contacts=(made("call", {heard.id: 15}, 16),))).audiences == ("manager",)


def test_a_skipped_level_with_approval_tells_nobody_without_it() -> None:
    rules = policy(
        Level("call", 10, ("owner",)),
        Level("ask", 20, ("channel",), approval=True),
        Level("boss", 30, ("manager",)),
    )
    decisions = decide(invoice(40), rules=rules)
    assert only_contact(decisions).audiences == ("owner", "manager")
    assert not decisions.proposals


def test_a_level_is_heard_once() -> None:
    one = invoice(20)
    first = only_contact(decide(one))
    again = decide(one, contacts=(first.as_past(TODAY),))
    assert not again.contacts
    assert reason(again, one) == Reason.LEVEL_ALREADY_HEARD
    assert "manager" in again.reasons(one.id)["internal"].sentence


@pytest.mark.parametrize("stage", ["claimed", "sent"])
def test_claimed_and_sent_contacts_count(stage: str) -> None:
    one = invoice(20)
    assert not decide(one, contacts=(made("call", {one.id: 15}, 5, stage),)).contacts


@pytest.mark.parametrize("stage", ["planned", "approved", "failed", "suppressed"])
def test_other_stages_free_the_level(stage: str) -> None:
    one = invoice(20)
    assert decide(one, contacts=(made("call", {one.id: 15}, 5, stage),)).contacts


def test_the_tracks_do_not_mask_each_other() -> None:
    one = invoice(20)
    assert decide(one, contacts=(made("firm", {one.id: 7}, 1),)).contacts
    heard = decide(one, contacts=(made("call", {one.id: 15}, 1),))
    assert reason(heard, one, "customer") == Reason.AUTOMATIC_OFF


def test_an_invoice_hears_only_up_to_its_own_age() -> None:
    old, young = invoice(30), invoice(16)
    first = only_contact(decide(old, young))
    assert first.level.name == "manager"
    assert [(item.invoice, item.level_name) for item in first.listed] == [(old, "manager"), (young, "call")]
    later = TODAY + timedelta(days=14)
    second = only_contact(decide(old, young, contacts=(first.as_past(TODAY),), today=later))
    assert (second.carrying, second.level.name) == (young, "manager")


def test_an_invoice_listed_before_its_first_level_has_heard_nothing() -> None:
    old, young = invoice(15), invoice(5)
    first = only_contact(decide(old, young))
    assert [item.level_days for item in first.listed] == [15, NOTHING_HEARD]
    later = TODAY + timedelta(days=12)
    second = only_contact(decide(old, young, contacts=(first.as_past(TODAY),), today=later))
    assert (second.carrying, second.level.name) == (young, "call")
    assert [item.invoice for item in second.listed] == [old, young]


def test_who_always_pays_twenty_days_late_is_chased_for_the_next_invoice() -> None:
    paid, new = invoice(60, status=Status.PAID, balance=0), invoice(15)
    contacts = (made("call", {paid.id: 15}, 45),)
    assert only_contact(decide(paid, new, contacts=contacts)).carrying == new


def test_the_carrying_invoice_is_the_earliest_due_then_the_lowest_id() -> None:
    a, b, c = invoice(20, id="1000"), invoice(20, id="999"), invoice(16, id="5")
    contact = only_contact(decide(c, a, b))
    assert contact.carrying == b
    assert [item.invoice for item in contact.listed] == [b, a, c]


def test_the_carrying_invoice_passes_over_one_that_has_heard_all() -> None:
    old, new = invoice(50), invoice(16)
    contact = only_contact(decide(old, new, contacts=(made("manager", {old.id: 30}, 20),)))
    assert (contact.carrying, contact.level.name) == (new, "call")
    assert [item.invoice for item in contact.listed] == [old, new]


def test_a_cycle_is_resumed_and_not_restarted() -> None:
    old, new = invoice(31), invoice(29)
    contacts = (made("call", {old.id: 15, new.id: NOTHING_HEARD}, 16), made("call", {new.id: 15}, 14))
    contact = only_contact(decide(old, new, contacts=contacts))
    assert (contact.carrying, contact.level.name) == (old, "manager")


def test_everything_said_is_called_finished() -> None:
    rules = policy(Level("call", 10, ("owner",)), Level("boss", 30, ("manager",)))
    one = invoice(40)
    past = (made("manager", {one.id: 30}, 5),)
    assert reason(decide(one, contacts=past, rules=rules), one) == Reason.LADDER_FINISHED


def test_a_heard_level_survives_a_changed_due_date() -> None:
    moved = invoice(3)
    assert reason(decide(moved, contacts=(made("call", {moved.id: 15}, 2),)), moved) == Reason.LEVEL_NOT_DUE


# Sums


def test_credit_reduces_the_total_and_is_not_listed() -> None:
    contact = only_contact(decide(invoice(20), invoice(5, balance=-20000)))
    assert contact.total == 30000
    assert len(contact.listed) == 1


def test_credit_that_covers_it_stops_both_the_contact_and_its_proposal() -> None:
    one = invoice(90)
    decisions = decide(one, invoice(5, balance=-50000), customer=replace(CUSTOMER, no_email=True))
    assert not decisions.contacts
    assert not decisions.proposals
    assert reason(decisions, one) == outcome(decisions) == Reason.CREDIT_COVERS_IT


@pytest.mark.parametrize("status", [Status.DRAFT, Status.VOID, Status.PAID])
def test_only_open_credit_counts(status: Status) -> None:
    assert only_contact(decide(invoice(20), invoice(5, balance=-50000, status=status))).total == 50000


@pytest.mark.parametrize(("balance", "contacted"), [(2499, False), (2500, True)])
def test_the_minimum_is_compared_with_the_sum(balance: int, contacted: bool) -> None:
    one = invoice(20, balance=balance)
    decisions = decide(one)
    assert bool(decisions.contacts) == contacted
    assert (reason(decisions, one) == Reason.BELOW_MINIMUM) != contacted


def test_small_invoices_reach_the_minimum_together_and_credit_lowers_it() -> None:
    small = (invoice(20, balance=1500), invoice(3, balance=1500))
    assert only_contact(decide(*small)).total == 3000
    assert outcome(decide(*small, invoice(1, balance=-600))) == Reason.BELOW_MINIMUM


def test_each_currency_is_a_contact_of_its_own() -> None:
    dollars, euros = invoice(20), invoice(31, currency="EUR")
    decisions = decide(dollars, euros, invoice(3, balance=-50000, currency="EUR"))
    contact = only_contact(decisions)
    assert (contact.currency, contact.total, contact.level.name) == ("USD", 50000, "call")
    assert reason(decisions, euros) == Reason.CREDIT_COVERS_IT


def test_the_minimum_of_another_currency_is_compared_unit_for_unit() -> None:
    assert not decide(invoice(20, balance=24, currency="JPY")).contacts
    assert decide(invoice(20, balance=25, currency="JPY")).contacts


# Policy, customer and calendar


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (CustomerPolicy(ladder=False, reason="paid by card on file"), Reason.NO_LADDER),
        (CustomerPolicy(auto_pay=True), Reason.AUTO_PAY),
    ],
)
def test_policy_stops_hold_both_tracks(said: CustomerPolicy, expected: Reason) -> None:
    late, early, paid = invoice(40), invoice(-5), invoice(40, status=Status.PAID)
    decisions = decide(late, early, paid, rules=policy(customers={CUSTOMER.id: said}))
    for track in ("customer", "internal"):
        assert reason(decisions, late, track) == reason(decisions, early, track) == expected
        assert reason(decisions, paid, track) == Reason.PAID
        assert outcome(decisions, track) == expected
    assert said.reason in decisions.reasons(late.id)["internal"].sentence


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"no_email": True}, Reason.NO_EMAIL),
        ({"email": ""}, Reason.NO_EMAIL),
        ({"opt_out": True}, Reason.OPTED_OUT),
        ({"disabled": True}, Reason.DISABLED),
        ({}, Reason.AUTOMATIC_OFF),
    ],
)
def test_customer_stops_hold_the_customer_track_only(change: dict[str, object], expected: Reason) -> None:
    one = invoice(20)
    decisions = decide(one, customer=replace(CUSTOMER, **change))
    assert only_contact(decisions).track == "internal"
    assert reason(decisions, one, "customer") == outcome(decisions, "customer") == expected


def test_the_customer_track_says_what_it_waits_for() -> None:
    late, due, soon = invoice(5), invoice(0), invoice(-2)
    decisions = decide(late, due, soon)
    assert reason(decisions, late, "customer") == Reason.AUTOMATIC_OFF
    assert reason(decisions, soon, "customer") == Reason.NOT_YET_DUE
    assert reason(decide(due), due, "customer") == Reason.LAPSED
    assert reason(decide(soon), soon, "customer") == Reason.AUTOMATIC_OFF
    told = decide(late, contacts=(made("friendly", {late.id: 1}, 2),))
    assert reason(told, late, "customer") == Reason.LEVEL_ALREADY_HEARD


def test_a_contact_moves_to_the_next_business_day() -> None:
    one = invoice(0, due_date=SATURDAY - timedelta(days=15))
    for day in (SATURDAY, SATURDAY + timedelta(days=1)):
        held = decide(one, today=day)
        assert not held.contacts
        assert reason(held, one) == outcome(held) == Reason.NOT_BUSINESS_DAY
    assert only_contact(decide(one, today=SATURDAY + timedelta(days=2))).level.name == "call"


def test_a_weekend_does_not_hide_a_better_reason() -> None:
    one = invoice(0, due_date=SATURDAY - timedelta(days=3))
    assert reason(decide(one, today=SATURDAY), one) == Reason.LEVEL_NOT_DUE


def test_a_policy_without_internal_levels_says_so() -> None:
    one = invoice(20)
    decisions = decide(one, rules=policy(Level("friendly", 1, ("customer",))))
    assert reason(decisions, one) == Reason.NO_LADDER
    assert reason(decisions, one, "customer") == Reason.AUTOMATIC_OFF


def test_nobody_without_invoices_is_contacted() -> None:
    assert decide().tracks == ()
    assert outcome(decide(invoice(5, status=Status.PAID))) == Reason.NOTHING_OWED


# Levels with approval


def test_a_level_with_approval_waits_for_the_customers_last_level() -> None:
    one = invoice(70)
    internal = made("manager", {one.id: 30}, 40)
    waiting = decide(one, contacts=(internal,))
    assert not waiting.contacts
    assert not waiting.proposals
    assert reason(waiting, one) == Reason.WAITING_FOR_CUSTOMER_LEVEL


@pytest.mark.parametrize(("days_ago", "proposed"), [(14, False), (15, True), (16, True)])
def test_it_is_proposed_as_many_days_after_as_policy_puts_between(days_ago: int, proposed: bool) -> None:
    one = invoice(75)
    contacts = (made("manager", {one.id: 30}, 40), made("final notice", {one.id: 45}, days_ago))
    decisions = decide(one, contacts=contacts)
    assert not decisions.contacts
    assert bool(decisions.proposals) == proposed
    assert reason(decisions, one) == (
        Reason.AWAITING_APPROVAL if proposed else Reason.WAITING_FOR_CUSTOMER_LEVEL
    )


def test_a_customer_level_that_listed_it_below_the_last_does_not_count() -> None:
    one = invoice(75)
    contacts = (made("manager", {one.id: 30}, 40), made("final notice", {one.id: 7}, 50))
    decisions = decide(one, contacts=contacts)
    assert [proposal.level.name for proposal in decisions.proposals] == ["final notice"]
    assert reason(decisions, one) is Reason.WAITING_FOR_CUSTOMER_LEVEL


@pytest.mark.parametrize("change", [{"no_email": True}, {"opt_out": True}, {"disabled": True}, {"email": ""}])
def test_a_customer_who_cannot_be_emailed_does_not_hold_the_proposal(change: dict[str, object]) -> None:
    one = invoice(75)
    decisions = decide(
        one, contacts=(made("manager", {one.id: 30}, 40),), customer=replace(CUSTOMER, **change)
    )
    (proposal,) = decisions.proposals
    assert (proposal.level.name, proposal.audiences) == ("hand-off", ("manager", "channel"))
    assert outcome(decisions) == Reason.AWAITING_APPROVAL


def test_a_contact_passes_over_an_invoice_whose_level_awaits_approval() -> None:
    waiting, next_one = invoice(75), invoice(16)
    contacts = (made("manager", {waiting.id: 30}, 40), made("final notice", {waiting.id: 45}, 20))
    decisions = decide(waiting, next_one, contacts=contacts)
    contact = only_contact(decisions)
    assert (contact.carrying, contact.level.name) == (next_one, "call")
    (proposal,) = decisions.proposals
    assert (proposal.carrying, proposal.level.name) == (waiting, "hand-off")
    assert not any(level.level.approval for level in decisions.contacts)


def test_a_proposal_is_the_same_before_and_after_the_plain_level_below_it() -> None:
    rules = policy(
        Level("ask", 10, ("manager",), approval=True),
        Level("call", 20, ("owner",)),
        Level("ask again", 30, ("owner",), approval=True),
        Level("hand-off", 40, ("channel",), approval=True),
    )
    one = invoice(50)
    first = decide(one, rules=rules)
    second = decide(one, rules=rules, contacts=(only_contact(first).as_past(TODAY),))
    assert first.proposals == second.proposals
    assert first.proposals[0].audiences == ("owner", "channel")
    assert only_contact(first).audiences == ("owner",)
    assert not second.contacts


# Before the due date

HEADS_UP = policy(Level("heads-up", -3, ("owner",)), Level("call", 15, ("owner",)))


@pytest.mark.parametrize(
    ("due_in", "expected"),
    [(4, Reason.NOT_YET_DUE), (3, Reason.LISTED), (1, Reason.LISTED), (0, Reason.LAPSED)],
)
def test_a_courtesy_level_runs_from_its_day_to_the_day_before_the_due_date(
    due_in: int, expected: Reason
) -> None:
    one = invoice(-due_in)
    assert reason(decide(one, rules=HEADS_UP), one) == expected


def test_a_courtesy_level_moves_to_the_business_day_before() -> None:
    friday = date(2026, 3, 6)
    one = invoice(0, due_date=date(2026, 3, 10))
    assert only_contact(decide(one, rules=HEADS_UP, today=friday)).level.name == "heads-up"
    assert not decide(one, rules=HEADS_UP, today=friday - timedelta(days=1)).contacts


def test_a_courtesy_contact_lists_what_is_due_soon_and_all_have_heard_it() -> None:
    near, later, far = invoice(-3), invoice(-8), invoice(-9)
    decisions = decide(near, later, far, rules=HEADS_UP)
    contact = only_contact(decisions)
    assert [item.invoice for item in contact.listed] == [near, later]
    assert reason(decisions, far) == Reason.NOT_YET_DUE
    after = TODAY + timedelta(days=5)
    again = decide(later, rules=HEADS_UP, contacts=(contact.as_past(TODAY),), today=after)
    assert not again.contacts


def test_no_courtesy_while_something_is_past_due_or_soon_after_a_contact_with_the_customer() -> None:
    soon, late = invoice(-2), invoice(3)
    assert reason(decide(soon, late, rules=HEADS_UP), soon) == Reason.NOT_YET_DUE
    recent = (made("friendly", {"1": 1}, 4),)
    assert reason(decide(soon, rules=HEADS_UP, contacts=recent), soon) == Reason.TOO_SOON
    assert decide(soon, rules=HEADS_UP, contacts=(made("friendly", {"1": 1}, 5),)).contacts


def test_a_courtesy_with_approval_is_only_proposed() -> None:
    rules = policy(Level("heads-up", -3, ("owner",), approval=True))
    one = invoice(-2)
    decisions = decide(one, rules=rules)
    assert not decisions.contacts
    assert decisions.proposals[0].carrying == one
    assert reason(decisions, one) == Reason.AWAITING_APPROVAL
