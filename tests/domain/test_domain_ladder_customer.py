"""The customer track, case by case: the pitfalls known from other engines, each with the outcome it should have."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from domain_samples import CALENDAR, CUSTOMER, LEVELS, TODAY, invoice, policy

from bot.domain.contacts import ContactNow, Decisions, PastContact, Reason, Stop
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder import decide_customer
from bot.domain.policy import Policy
from bot.domain.sending import Sending

SATURDAY = date(2026, 3, 7)


def decide(
    *invoices: Invoice,
    contacts: tuple[PastContact, ...] = (),
    rules: Policy | None = None,
    today: date = TODAY,
    customer: Customer = CUSTOMER,
    holds: tuple[Hold, ...] = (),
    last_payment: date | None = None,
    old_book: frozenset[str] = frozenset(),
    automatic: bool = True,
) -> Decisions:
    return decide_customer(
        customer,
        invoices,
        contacts,
        rules or policy(),
        CALENDAR,
        today,
        holds=holds,
        last_payment=last_payment,
        sending=Sending(automatic, old_book=old_book),
    )


def emails(decisions: Decisions) -> list[ContactNow]:
    return [contact for contact in decisions.contacts if contact.track == "customer"]


def email(decisions: Decisions) -> ContactNow:
    (found,) = emails(decisions)
    return found


def proposed(decisions: Decisions) -> list[str]:
    return [one.level.name for one in decisions.proposals if one.track == "customer"]


def reason(decisions: Decisions, one: Invoice) -> Reason:
    told = decisions.reasons(one.id)["customer"]
    assert told.sentence.endswith(".")
    return told.reason


def sent(level: str, listed: dict[str, int], days_ago: int) -> PastContact:
    at = next(one for one in LEVELS if one.name == level)
    on = TODAY - timedelta(days=days_ago)
    return PastContact(at.track, at.days, level, next(iter(listed)), tuple(listed.items()), on, "sent")


def hold(kind: HoldKind, *ids: str, until: date | None = None) -> Hold:
    return Hold("h1", kind, CUSTOMER.id, ids, until, "as they said", "Dana Reyes")


# Catching up


@pytest.mark.parametrize("late", [1, 6, 7, 20, 44, 45, 200])
def test_nothing_heard_opens_with_the_first_level_however_late_it_is(late: int) -> None:
    assert email(decide(invoice(late))).level.name == "friendly"


def test_a_long_outage_climbs_one_level_at_a_time() -> None:
    one = invoice(80)
    climbed: list[str] = []
    contacts: tuple[PastContact, ...] = ()
    for day in range(40):
        today = TODAY + timedelta(days=day)
        for contact in emails(decide(one, contacts=contacts, today=today)):
            climbed.append(contact.level.name)
            contacts += (contact.as_past(today),)
    assert climbed == ["friendly", "firm"]
    assert proposed(decide(one, contacts=contacts, today=TODAY + timedelta(days=41))) == ["final notice"]


def test_a_final_notice_waits_for_a_person() -> None:
    one = invoice(50)
    decisions = decide(one, contacts=(sent("firm", {one.id: 7}, 30),))
    assert not emails(decisions)
    assert proposed(decisions) == ["final notice"]
    assert reason(decisions, one) is Reason.AWAITING_APPROVAL


def test_who_always_pays_20_days_late_is_chased_for_the_next_invoice() -> None:
    old, new = invoice(20), invoice(2)
    both = sent("firm", {old.id: 7, new.id: 1}, 6)  # the newer one was listed too, at its own age
    assert (
        reason(decide(replace(new, due_date=TODAY - timedelta(days=8)), contacts=(both,)), new)
        is Reason.LISTED
    )


def test_the_oldest_was_paid_and_a_newer_one_carries() -> None:
    paid, newer = invoice(20), invoice(9)
    contact = email(decide(newer, contacts=(sent("friendly", {paid.id: 1}, 10),)))
    assert (contact.carrying, contact.level.name) == (newer, "friendly")


def test_a_newer_one_goes_on_while_an_older_one_awaits_approval() -> None:
    old, new = invoice(60), invoice(9)
    heard = (sent("firm", {old.id: 7}, 30),)
    decisions = decide(old, new, contacts=heard)
    assert (email(decisions).carrying, proposed(decisions)) == (new, ["final notice"])


# How often


def test_run_twice_on_a_day_sends_once() -> None:
    one = invoice(8)
    first = email(decide(one))
    again = decide(one, contacts=(first.as_past(TODAY),))
    assert not emails(again)
    assert reason(again, one) is Reason.TOO_SOON


@pytest.mark.parametrize(("ago", "goes"), [(4, False), (5, True)])
def test_two_contacts_are_at_least_the_least_days_apart(ago: int, goes: bool) -> None:
    one = invoice(8)
    decisions = decide(one, contacts=(sent("friendly", {one.id: 1}, ago),))
    assert bool(emails(decisions)) == goes
    assert reason(decisions, one) is (Reason.LISTED if goes else Reason.TOO_SOON)


def test_a_courtesy_does_not_hold_a_past_due_contact() -> None:
    one = invoice(1)
    assert email(decide(one, contacts=(sent("courtesy", {one.id: -3}, 4),))).level.name == "friendly"


def test_waiting_for_the_least_days_does_not_withdraw_a_proposal() -> None:
    one = invoice(50)
    assert proposed(decide(one, contacts=(sent("firm", {one.id: 7}, 1),))) == ["final notice"]


def test_no_more_contacts_than_policy_allows_while_one_invoice_leads() -> None:
    one = invoice(20)
    rules = policy()
    rules = replace(rules, ladder=replace(rules.ladder, max_contacts=1))
    decisions = decide(one, contacts=(sent("friendly", {one.id: 1}, 10),), rules=rules)
    assert not decisions.proposals
    assert reason(decisions, one) is Reason.MAXIMUM_REACHED


@pytest.mark.parametrize(("ago", "goes"), [(0, False), (3, False), (4, True)])
def test_who_has_just_paid_something_is_left_alone(ago: int, goes: bool) -> None:
    one = invoice(8)
    decisions = decide(one, last_payment=TODAY - timedelta(days=ago))
    assert reason(decisions, one) is (Reason.LISTED if goes else Reason.RECENT_PAYMENT)


def test_a_weekend_waits_and_does_not_skip() -> None:
    one = invoice(8)
    assert reason(decide(one, today=SATURDAY), one) is Reason.NOT_BUSINESS_DAY
    assert email(decide(one, today=SATURDAY + timedelta(days=2))).level.name == "friendly"


# Who may not be written to


@pytest.mark.parametrize("kind", [HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.SNOOZE, HoldKind.SAYS_PAID])
def test_a_held_invoice_is_neither_listed_nor_counted(kind: HoldKind) -> None:
    held, free = invoice(20), invoice(10)
    until = None if kind is HoldKind.DISPUTE else TODAY + timedelta(days=2)
    decisions = decide(held, free, holds=(hold(kind, held.id, until=until),))
    assert [item.invoice for item in email(decisions).listed] == [free]
    assert email(decisions).total == free.balance
    for track in decisions.reasons(held.id).values():
        assert track.reason is Reason(kind.value)
        assert "Dana Reyes" in track.sentence


@pytest.mark.parametrize(("days", "held"), [(0, True), (1, True), (2, False)])
def test_a_promise_holds_to_the_end_of_the_next_business_day(days: int, held: bool) -> None:
    one = invoice(20)
    promise = hold(HoldKind.PROMISE, one.id, until=TODAY)
    decisions = decide(one, holds=(promise,), today=TODAY + timedelta(days=days))
    assert (reason(decisions, one) is Reason.PROMISE) == held


def test_a_promise_for_friday_holds_through_monday() -> None:
    promise = hold(HoldKind.PROMISE, until=SATURDAY - timedelta(days=1))
    assert promise.stands(SATURDAY + timedelta(days=2), CALENDAR)
    assert not promise.stands(SATURDAY + timedelta(days=3), CALENDAR)


def test_a_dispute_outranks_a_promise() -> None:
    one = invoice(20)
    both = (hold(HoldKind.PROMISE, one.id, until=TODAY), hold(HoldKind.DISPUTE, one.id))
    assert reason(decide(one, holds=both), one) is Reason.DISPUTE


def test_a_snooze_is_over_on_its_day() -> None:
    one = invoice(20)
    snooze = hold(HoldKind.SNOOZE, until=TODAY)
    assert reason(decide(one, holds=(snooze,)), one) is Reason.LISTED


def test_do_not_contact_sends_nothing_and_tells_the_manager_in_place_of_the_owner() -> None:
    one = invoice(20)
    decisions = decide(one, holds=(hold(HoldKind.DO_NOT_CONTACT),))
    assert reason(decisions, one) is Reason.DO_NOT_CONTACT
    (task,) = decisions.contacts
    assert (task.level.name, task.audiences) == ("call", ("manager",))


def test_automatic_off_sends_nothing_but_still_proposes() -> None:
    new, old = invoice(8), invoice(60)
    decisions = decide(new, old, contacts=(sent("firm", {old.id: 7}, 30),), automatic=False)
    assert not emails(decisions)
    assert reason(decisions, new) is Reason.AUTOMATIC_OFF
    assert proposed(decisions) == ["final notice"]


def test_an_old_book_is_proposed_first() -> None:
    old, new = invoice(90), invoice(2)
    decisions = decide(old, new, old_book=frozenset({old.id}))
    assert not emails(decisions)
    assert proposed(decisions) == ["friendly"]
    assert reason(decisions, old) is Reason.AWAITING_APPROVAL
    assert email(decide(old, new)).level.name == "friendly"


def test_an_unknown_contact_stops_the_next_until_a_person_decides() -> None:
    one = invoice(20)
    unknown = replace(sent("friendly", {one.id: 1}, 10), stage="unknown")
    assert reason(decide(one, contacts=(unknown,)), one) is Reason.OPERATION_UNKNOWN


def test_credit_that_covers_it_stops_both_tracks() -> None:
    one, credit = invoice(20), invoice(0, balance=-50000)
    decisions = decide(one, credit)
    assert not decisions.contacts
    assert reason(decisions, one) is Reason.CREDIT_COVERS_IT


def test_a_part_payment_asks_for_the_rest() -> None:
    assert email(decide(invoice(8, balance=12000))).total == 12000


def test_two_currencies_are_two_contacts_and_the_second_waits_its_turn() -> None:
    usd, cad = invoice(9), invoice(8, currency="CAD")
    decisions = decide(usd, cad)
    first = email(decisions)
    assert [item.invoice for item in first.listed] == [usd]
    assert reason(decisions, cad) is Reason.TOO_SOON
    later = decide(usd, cad, contacts=(first.as_past(TODAY),), today=TODAY + timedelta(days=5))
    assert [item.invoice for item in email(later).listed] == [cad]


def test_an_owners_task_does_not_mask_an_email_that_was_never_sent() -> None:
    one = invoice(16)
    decisions = decide(one, contacts=(sent("call", {one.id: 15}, 1),))
    assert email(decisions).level.name == "friendly"


# Before the due date


@pytest.mark.parametrize(("late", "goes"), [(-3, True), (-1, True), (0, False), (-6, False)])
def test_a_courtesy_goes_from_its_day_until_the_day_before_it_is_due(late: int, goes: bool) -> None:
    assert bool(emails(decide(invoice(late)))) == goes


def test_no_courtesy_while_something_is_past_due_or_soon_after_another_contact() -> None:
    near, late = invoice(-2), invoice(8)
    assert email(decide(near, late)).level.name == "friendly"
    paid = sent("friendly", {late.id: 1}, 4)
    decisions = decide(near, contacts=(paid,))
    assert not emails(decisions)
    assert reason(decisions, near) is Reason.TOO_SOON


def test_every_outcome_without_a_contact_says_why() -> None:
    decisions = decide(invoice(None), invoice(3, balance=None))
    for track in decisions.tracks:
        assert isinstance(track.outcome, Stop)
        assert track.outcome.sentence


def test_a_courtesy_does_not_count_towards_the_most_contacts() -> None:
    one = invoice(8)
    rules = policy()
    rules = replace(rules, ladder=replace(rules.ladder, max_contacts=1))
    assert emails(decide(one, contacts=(sent("courtesy", {one.id: -3}, 11),), rules=rules))


def test_what_syncros_own_email_leaves_out_says_so() -> None:
    """It is about one invoice: the others are not called "not past due"."""
    stock = tuple(replace(one, stock_email="customer" in one.to) for one in LEVELS)
    rules = replace(policy(), ladder=replace(policy().ladder, levels=stock))
    first, second, silent = invoice(20, id="1"), invoice(9, id="2"), invoice(3, id="3")
    told = sent("friendly", {"3": 1}, 10)
    decided = decide_customer(
        CUSTOMER,
        (first, second, silent),
        (told,),
        rules,
        CALENDAR,
        TODAY,
        sending=Sending(True, email_text=False),
    )
    assert [one.invoice.id for one in email(decided).listed] == ["1"]
    assert reason(decided, first) is Reason.LISTED
    assert reason(decided, second) is Reason.TOO_SOON
    assert reason(decided, silent) is Reason.LEVEL_ALREADY_HEARD
