"""What is said about contacts, their proposals, and the holds of a whole customer."""

from dataclasses import replace

import pytest
from views_walk import shown

from bot.domain.contact_facts import ContactCard, Review
from bot.domain.hold_facts import HoldChange
from bot.domain.holds import Hold, HoldKind
from bot.domain.roles import Role
from bot.views import gallery_facts as facts
from bot.views.board import board
from bot.views.gallery_contacts import FINAL as WAITS
from bot.views.held import hold_changed
from bot.views.home import home
from bot.views.outcome import outcome_message
from bot.views.proposals import review
from bot.views.reminders import reminder

DONE = replace(WAITS, id="done", stage="approved", decision="approved", decided_by="Bo Boss")


def of(*cards: ContactCard, others: int = 0) -> str:
    return shown(review(Review("r1", facts.TODAY, cards, others=others), Role.APPROVER).blocks)


@pytest.mark.parametrize(
    ("cards", "others", "said"),
    [
        ((WAITS, DONE), 0, "1 contact needs a decision."),
        (
            (WAITS, replace(WAITS, id="b")),
            1,
            "2 contacts need a decision. 1 more follows when these are decided.",
        ),
        ((WAITS,), 35, "1 contact needs a decision. 35 more follow when these are decided."),
        ((), 0, "Nothing waits for a decision."),
    ],
)
def test_a_review_says_how_many_wait_here_and_elsewhere(
    cards: tuple[ContactCard, ...], others: int, said: str
) -> None:
    assert said in of(*cards, others=others)


def test_a_posted_review_says_nothing_of_others_that_may_be_decided_by_now() -> None:
    posted = review(Review("r1", facts.TODAY, (WAITS,), others=35), None)
    assert "follow" not in shown(posted.blocks)


def test_an_empty_review_counts_nothing() -> None:
    assert "0 proposals" not in of()


def test_all_are_those_whose_text_nobody_has_changed() -> None:
    more = [replace(WAITS, id=name) for name in "ab"]
    assert "Approve all 3" in of(WAITS, *more)
    assert "Approve all 2" in of(replace(WAITS, edited=True), *more)
    assert "Approve all" not in of(replace(WAITS, edited=True), more[0])


def test_what_is_approved_says_when_it_goes_and_who_mails_it() -> None:
    assert "It goes out shortly" in of(DONE)
    assert "Its owner gets it to mail shortly" in of(replace(DONE, by_task=True))


def test_a_reminder_about_one_customer_speaks_of_one() -> None:
    held = facts.reminder_facts(audience="manager")
    assert "These customers have reached your level" in shown(reminder(held).blocks)
    one = replace(held, items=held.items[:1])
    assert "This customer has reached your level" in shown(reminder(one).blocks)


def test_a_sent_reminder_is_no_change_of_an_invoice() -> None:
    words = shown(outcome_message(facts.outcome("confirmed", "“firm” sent.", kind="contact")).blocks)
    assert "reminded a customer" in words
    assert "balance" not in words


@pytest.mark.parametrize(
    ("kind", "begins"),
    [(HoldKind.DISPUTE, "All invoices: Disputed"), (HoldKind.DO_NOT_CONTACT, "The customer is not")],
)
def test_a_hold_on_all_invoices_says_so(kind: HoldKind, begins: str) -> None:
    hold = Hold("h1", kind, "501", (), None, "Wrong rates", "Casey")
    told = HoldChange(hold, "placed", "U0DANA", "Acme Rockets", "USD", (), facts.TODAY)
    assert f"\n{begins}" in shown(hold_changed(told).blocks)


def test_a_hold_on_several_invoices_has_a_line_for_each_and_counts_the_rest() -> None:
    hold = Hold("h1", HoldKind.PROMISE, "501", (), None, "", "Casey")
    owed = tuple(replace(facts.PARTIAL, id=str(id), number=f"INV-{id}") for id in range(100, 112))
    said = shown(
        hold_changed(HoldChange(hold, "placed", "U0DANA", "Acme Rockets", "USD", owed, facts.TODAY)).blocks
    )
    listed = said.split("and 2 more in the menu")[0].splitlines()
    assert [line.split(" · ")[0] for line in listed[1:]] == [f"INV-{id}" for id in range(100, 110)]


def test_home_names_whose_promise_is_due_and_the_channels_of_digests() -> None:
    said = shown(home(facts.home_facts("approver"))["blocks"])
    assert "Acme Rockets promised for today: $606.25" in said
    assert "<#C0BILLING> at 09:00" in said


def test_what_is_next_stands_where_it_is_seen_without_scrolling() -> None:
    table = next(
        one for one in board(facts.board_facts(), Role.COLLECTOR).blocks if "most urgent" in str(one)
    )
    assert [cell["text"] for cell in table["rows"][0]][:4] == ["Customer", "Overdue", "Oldest (days)", "Next"]
