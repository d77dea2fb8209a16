"""What cards and lists say and offer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from views_walk import buttons, shown, walk

from bot.domain.errors import Ambiguous, BadInput, Candidate, Changed
from bot.domain.facts import Abilities, AgingTotals
from bot.domain.invoice import Status
from bot.domain.roles import Role
from bot.views import gallery_facts as facts
from bot.views import ids
from bot.views.board import board
from bot.views.cards import candidates, invoice_card, search_results
from bot.views.customer_card import customer_card
from bot.views.digest import digest
from bot.views.errors import did_you_mean, error_message
from bot.views.help import help_message
from bot.views.home import home
from bot.views.modals_common import outcome_view
from bot.views.outcome import outcome_message
from bot.views.reminders import reminder
from bot.views.wording import as_of_words, say_price, status_words

HOLDS = {ids.REMIND, ids.PROMISE, ids.DISPUTE, ids.SAYS_PAID, ids.SNOOZE, ids.CALL_LOG, ids.ASSIGN}
WRITES = {ids.SEND, ids.PAY, ids.EDIT, ids.ADD, ids.VOID} | HOLDS


def offered(status: Status, role: Role | None = None, **changes: object) -> set[str]:
    card = replace(facts.card(facts.invoice(status)), **changes)  # type: ignore[arg-type]
    return set(buttons(invoice_card(card, role).blocks))


@pytest.mark.parametrize(
    ("status", "writes"),
    [
        (Status.DRAFT, WRITES - HOLDS - {ids.PAY}),
        (Status.SENT, WRITES),
        (Status.VIEWED, WRITES),
        (Status.PARTIAL, WRITES),
        (Status.OPEN, WRITES),
        (Status.PAID, {ids.VOID}),
        (Status.VOID, set()),
    ],
)
def test_shared_card_offers_what_the_state_allows_to_any_role(status: Status, writes: set[str]) -> None:
    assert offered(status) == writes | {ids.OPEN_SYNCRO}


@pytest.mark.parametrize(
    ("role", "writes"),
    [
        (Role.VIEWER, set()),
        (Role.TECHNICIAN, set()),
        (Role.COLLECTOR, WRITES),
        (Role.APPROVER, WRITES),
        (Role.ADMIN, WRITES),
    ],
)
def test_private_card_offers_exactly_this_persons_buttons(role: Role, writes: set[str]) -> None:
    assert offered(Status.SENT, role) == writes | {ids.OPEN_SYNCRO, ids.SHARE}


def test_card_does_not_offer_what_the_api_cannot_do() -> None:
    assert ids.VOID not in offered(Status.SENT, Role.ADMIN, abilities=Abilities(void=False))


def test_card_offers_no_write_while_an_operation_is_open() -> None:
    card = facts.card(facts.PARTIAL, facts.operation("sent"))
    message = invoice_card(card, Role.ADMIN)
    assert not WRITES & set(buttons(message.blocks))
    assert "Dana is recording a payment now" in shown(message.blocks)


def test_card_of_an_unknown_operation_asks_those_who_may_decide() -> None:
    card = facts.card(facts.PARTIAL, facts.operation("unknown"))
    decisions = {ids.CHECK_AGAIN, ids.IT_HAPPENED, ids.IT_DID_NOT}
    assert decisions <= set(buttons(invoice_card(card, Role.COLLECTOR).blocks))
    assert not decisions & set(buttons(invoice_card(card, Role.VIEWER).blocks))


def test_settled_balance_offers_no_payment_and_no_hold() -> None:
    card = facts.card(facts.invoice(Status.SENT, balance=0))
    assert not (HOLDS | {ids.PAY}) & set(buttons(invoice_card(card, None).blocks))


def test_card_says_what_holds_the_invoice_in_a_line_each() -> None:
    said = shown(invoice_card(facts.held_card(), Role.VIEWER).blocks)
    for text in (
        "Promised $500.00 for Fri, Mar 13, 2026 by Pat at Acme, noted by Dana",
        "Disputed, noted by",
        "held through Fri, Mar 13, 2026, noted by Dana: Check #1234",
        "Snoozed until Fri, Mar 13, 2026, noted by Dana: On holiday",
        "The customer is not to be contacted, noted by Dana",
    ):
        assert text in said


@pytest.mark.parametrize(("role", "ends"), [(Role.VIEWER, 0), (Role.COLLECTOR, 4), (None, 4)])
def test_a_hold_of_the_invoice_is_ended_by_those_who_may(role: Role | None, ends: int) -> None:
    found = buttons(invoice_card(facts.held_card(), role).blocks)
    assert len([one for one in found if one.startswith(ids.HOLD_END)]) == ends


def test_void_is_marked_as_dangerous_and_buttons_carry_the_id() -> None:
    message = invoice_card(facts.card(facts.PARTIAL), Role.APPROVER)
    found = {held["action_id"]: held for held in walk(message.blocks) if held.get("type") == "button"}
    assert found[ids.VOID]["style"] == "danger"
    about_the_customer = {ids.CALL_LOG, ids.ASSIGN}
    assert {held["value"] for name, held in found.items() if name not in about_the_customer} == {"1042"}
    assert {found[name]["value"] for name in about_the_customer} == {"501"}
    assert found[ids.OPEN_SYNCRO]["url"] == "https://example.syncromsp.com/invoices/1042"


def test_card_says_what_matters() -> None:
    said = shown(invoice_card(facts.card(facts.PARTIAL), None).blocks)
    for text in (
        "20 days past due",
        "$606.25 open",
        "Fri, Feb 20, 2026",
        "$237.50",
        "#1234",
        "Data as of 09:12",
    ):
        assert text in said
    assert "7K2QXP" not in said


def test_unknown_balance_is_never_zero() -> None:
    message = invoice_card(facts.card(facts.UNKNOWN), None)
    assert "balance unknown" in shown(message.blocks)
    assert "$0.00" not in message.text


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 15), "due in 5 days"),
        (date(2026, 2, 19), "due in 1 day"),
        (date(2026, 2, 20), "due today"),
        (date(2026, 2, 21), "1 day past due"),
        (date(2026, 3, 12), "20 days past due"),
    ],
)
def test_status_is_said_in_days(day: date, words: str) -> None:
    assert status_words(facts.ROGUE_INVOICE, day) == words
    assert status_words(facts.PARTIAL, day) == f"partly paid, {words}"
    assert status_words(facts.invoice(Status.DRAFT), day) == "draft, not sent yet"


def test_no_due_date_is_said() -> None:
    assert status_words(replace(facts.ROGUE_INVOICE, due_date=None), facts.TODAY) == "no due date"


def test_data_of_another_day_names_the_day() -> None:
    yesterday = datetime(2026, 3, 11, 17, 5, tzinfo=UTC)
    assert as_of_words(yesterday, facts.TODAY) == "Data as of Wed, Mar 11, 2026, 17:05"
    assert as_of_words(None, facts.TODAY) == "Syncro has not been read completely yet"


def test_unit_price_keeps_its_digits() -> None:
    assert say_price(Decimal("1234.5"), "USD") == "$1,234.50"
    assert say_price(Decimal("0.0125"), "USD") == "0.0125 USD"


def test_search_pages_name_their_neighbours() -> None:
    blocks = search_results(facts.search_page(), Role.VIEWER).blocks
    values = {held["action_id"]: held["value"] for held in walk(blocks) if held.get("type") == "button"}
    assert values == {ids.FIND_BACK: "s81:1", ids.FIND_PAGE: "s81:3"}
    first = search_results(facts.search_page(page=1), Role.VIEWER).blocks
    assert ids.FIND_BACK not in buttons(first)
    assert ids.FIND_PAGE not in buttons(search_results(facts.search_page(page=5), Role.VIEWER).blocks)


def test_every_found_invoice_can_be_opened() -> None:
    blocks = search_results(facts.search_page(), Role.VIEWER).blocks
    picks = next(held for held in walk(blocks) if held.get("action_id") == ids.CARD_PICK)
    assert [held["value"] for held in picks["options"]] == [f"invoice {held.id}" for held in facts.FOUND]


def test_candidates_are_offered_and_those_beyond_are_said() -> None:
    found = [Candidate("customer", str(at), f"Customer {at}") for at in range(130)]
    message = candidates("Which one?", found)
    menu = next(held for held in walk(message.blocks) if held.get("action_id") == ids.CUSTOMER_PICK)
    assert [held["value"] for held in menu["options"]] == [f"customer {at}" for at in range(100)]
    assert "30 more match" in shown(message.blocks)
    assert shown(error_message(Ambiguous("Which one?", found)).blocks) == shown(message.blocks)


def test_customer_card_says_how_they_pay_and_warns() -> None:
    said = shown(customer_card(facts.customer_facts(facts.ROGUE), Role.VIEWER).blocks)
    for text in (
        "$1,412.50 overdue",
        "4 days after the due date",
        "<@U0DANA>",
        "$250.00",
        "1 invoice, balance unknown",
        "no email",
    ):
        assert text in said
    assert ids.NEW not in buttons(customer_card(facts.customer_facts(), Role.VIEWER).blocks)


def test_board_and_digest_show_every_bucket_and_what_is_left_out() -> None:
    for message in (board(facts.board_facts(), None), digest(facts.digest_facts())):
        said = shown(message.blocks)
        for text in (
            "1–30",
            "$9,125.50",
            "$32,281.25",
            "1 invoice in USD, balance unknown",
            "$250.00 credit",
        ):
            assert text in said
        assert "$13,831.25 overdue in 13 invoices" in message.text


def test_only_unknown_balances_are_not_called_nothing_overdue() -> None:
    unsure = AgingTotals("USD", facts.NOTHING_OPEN.buckets, unknown_count=2)
    assert "known balance" in board(replace(facts.QUIET_BOARD, totals=(unsure,)), None).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (None, "first digest"),
        ({"USD": 120000}, "▲ $1,200.00 more"),
        ({"USD": -5}, "▼ $0.05 less"),
        ({"USD": 0}, "Unchanged"),
    ],
)
def test_digest_says_the_change(changes: dict[str, int] | None, words: str) -> None:
    assert words in shown(digest(replace(facts.digest_facts(), changes=changes)).blocks)


def test_digest_mentions_owners_and_says_stale_first() -> None:
    message = digest(facts.digest_facts(stale=facts.STALE))
    assert facts.STALE in message.text
    assert facts.STALE in message.blocks[1]["text"]["text"]
    assert "For <@U0DANA> <!subteam^S0FINANCE>" in shown(message.blocks)


def test_payments_are_listed_and_summed_in_the_currency_of_their_invoice() -> None:
    said = shown(digest(facts.digest_facts(totals=(facts.USD, facts.CAD))).blocks)
    assert "INV-2026-1042, Acme Rockets · Fri, Feb 27, 2026 · $200.00 · Check · #1234" in said
    assert "2 payments since the last digest: CA$50.00, $200.00" in said


def test_reminder_lists_every_customer_even_when_there_are_many() -> None:
    once = facts.ITEMS[0].invoices[:1]
    items = tuple(
        replace(facts.ITEMS[0], customer_id=str(at), customer_name=f"Firm {at}", invoices=once)
        for at in range(90)
    )
    blocks = reminder(facts.reminder_facts(items)).blocks
    table = next(block for block in blocks if block["type"] == "data_table")
    names = [row[0]["text"] for row in table["rows"][1:]]
    assert names == [f"Firm {at}" for at in range(90)]


@pytest.mark.parametrize("number", [1, 6])
def test_an_owner_is_not_told_who_the_owner_is(number: int) -> None:
    items = tuple(replace(facts.ITEMS[0], customer_id=str(at)) for at in range(number))
    told = replace(facts.reminder_facts(items), audience="owner")
    owner = items[0].owner_id
    assert owner not in str(reminder(told).blocks)
    assert owner in str(reminder(replace(told, audience="manager")).blocks)


def test_reminder_for_one_invoice_has_plain_buttons() -> None:
    blocks = reminder(facts.reminder_facts(facts.ITEMS[:1])).blocks
    values = {held["action_id"]: held["value"] for held in walk(blocks) if held.get("type") == "button"}
    assert values == {ids.CARD: "1042", ids.CUSTOMER_CARD: "501", ids.CALL_LOG: "501"}
    told = reminder(replace(facts.reminder_facts(facts.ITEMS[:1]), audience="manager")).blocks
    assert ids.CALL_LOG not in buttons(told), "the call is the owner's"


def test_unknown_outcome_asks_before_a_person_decides() -> None:
    blocks = outcome_message(facts.outcome("unknown", "The answer was lost.")).blocks
    found = {held["action_id"]: held for held in walk(blocks) if held.get("type") == "button"}
    for action_id in (ids.CHECK_AGAIN, ids.IT_HAPPENED, ids.IT_DID_NOT):
        assert found[action_id]["value"] == facts.KEY
    assert "confirm" in found[ids.IT_HAPPENED]
    assert "confirm" in found[ids.IT_DID_NOT]
    assert "confirm" not in found[ids.CHECK_AGAIN]


@pytest.mark.parametrize("state", ["confirmed", "refused", "sent"])
def test_other_outcomes_ask_nothing(state: str) -> None:
    message = outcome_message(facts.outcome(state, "So it is."))
    assert set(buttons(message.blocks)) == {ids.CARD, ids.OPEN_SYNCRO}
    assert "So it is." in message.text
    assert "<@U0DANA>" in message.text


def test_outcome_says_the_balance_after() -> None:
    assert "balance $606.25" in shown(outcome_message(facts.outcome("confirmed", "Recorded.")).blocks)


def test_sharing_is_offered_where_somebody_else_reads() -> None:
    assert ids.SHARE in offered(Status.SENT, Role.VIEWER)
    assert ids.SHARE not in offered(Status.SENT, Role.VIEWER, shareable=False)


def test_outcome_says_a_balance_once() -> None:
    told = facts.outcome("confirmed", "$200.00 recorded; balance $606.25.")
    for blocks in (outcome_message(told).blocks, outcome_view(told, "visit")["blocks"]):
        said = shown(blocks)
        assert said.count("$606.25") == 1
        assert "partly paid" in said
    since = facts.outcome("confirmed", "$200.00 recorded; balance $706.25.")
    assert "balance $606.25" in shown(outcome_message(since).blocks), "somebody paid since"


def test_help_lists_only_what_the_role_may_do() -> None:
    viewer, collector = (shown(help_message(role, "").blocks) for role in (Role.VIEWER, Role.COLLECTOR))
    assert "/invoice find" in viewer
    assert "/invoice pay" not in viewer
    assert "/invoice pay" in collector
    assert "from-ticket" not in collector


def test_without_a_role_nothing_is_shown() -> None:
    assert len(help_message(Role.NONE, "").blocks) == 1
    view = home(facts.home_facts("no role"))
    assert "Acme" not in shown(view["blocks"])
    assert "Acme" in shown(home(facts.home_facts("viewer"))["blocks"])


def test_errors_say_their_details() -> None:
    said = shown(error_message(Changed("It has changed.", ["The balance was $1.00."])).blocks)
    assert "The balance was $1.00." in said
    assert "Bad &lt;b&gt;" in error_message(BadInput("Bad <b>")).text


def test_did_you_mean_offers_and_does_not_run() -> None:
    blocks = did_you_mean("pya 1042", "pay 1042").blocks
    values = {held["action_id"]: held.get("value") for held in walk(blocks) if held.get("type") == "button"}
    assert values == {ids.DID_YOU_MEAN: "pay 1042", ids.HELP: None}
