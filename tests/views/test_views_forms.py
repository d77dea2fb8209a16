"""What a form shows is what is read back, and an error stands at its field."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from views_walk import shown

from bot.domain.facts import Abilities, DraftLine, InvoiceDraft
from bot.domain.invoice import Status
from bot.views import gallery_facts as facts
from bot.views import ids
from bot.views.forms import (
    EditForm,
    PayForm,
    SendForm,
    field_errors,
    read_edit,
    read_new,
    read_pay,
    read_send,
    read_void,
    read_which,
)
from bot.views.forms import read_lines as lines_of
from bot.views.modal_edit import add_form, edit_form
from bot.views.modal_new import new_form, review
from bot.views.modal_pay import pay_form, pay_which
from bot.views.modal_send import send_form
from bot.views.modal_void import void_form
from bot.views.values import read_page, read_pick, read_values
from sandbox.slack.blockkit.state import merged_state
from sandbox.slack.blockkit.validate import with_block_ids

CARD = facts.card(facts.PARTIAL)
PAY = PayForm("606.25", "Check", "#1234", "2026-03-12", "By post", True)


def submitted(view: dict[str, Any], typed: dict[str, Any] | None = None) -> dict[str, Any]:
    """The view as Slack's payload gives it back, with what was typed over the first values."""
    blocks = with_block_ids(view["blocks"])
    return view | {"state": {"values": merged_state(blocks, typed or {})}}


@pytest.mark.parametrize("fresh", ["", "2"])
def test_payment_reads_back(fresh: str) -> None:
    view = pay_form(CARD, PAY, facts.METHODS, facts.VISIT, anyway=True, fresh=fresh)
    assert read_pay(submitted(view)) == replace(PAY, anyway=False)


def test_explicit_word_is_never_given_in_advance_but_read_when_given() -> None:
    view = pay_form(CARD, PAY, facts.METHODS, facts.VISIT, anyway=True, fresh="2")
    assert not read_pay(submitted(view)).anyway
    ticked = {"type": "checkboxes", "selected_options": [{"value": "yes"}]}
    assert read_pay(submitted(view, {f"{ids.IN_ANYWAY}:2": {ids.IN_ANYWAY: ticked}})).anyway


def test_payment_method_is_found_whatever_its_case_and_typed_when_there_are_none() -> None:
    prefill = replace(PAY, method="cHECK")
    assert read_pay(submitted(pay_form(CARD, prefill, facts.METHODS, facts.VISIT))).method == "Check"
    assert read_pay(submitted(pay_form(CARD, prefill, (), facts.VISIT))).method == "cHECK"
    unknown = replace(PAY, method="Barter")
    assert read_pay(submitted(pay_form(CARD, unknown, facts.METHODS, facts.VISIT))).method == ""


def test_confirmation_and_reason_are_asked_only_when_wanted() -> None:
    plain = submitted(pay_form(CARD, PAY, facts.METHODS, facts.VISIT))
    assert not read_values(plain).has(ids.IN_ANYWAY)
    assert not read_values(plain).has(ids.IN_REASON)
    assert not read_pay(plain).anyway


def test_payment_form_leaves_out_what_syncro_cannot_take() -> None:
    card = replace(CARD, abilities=Abilities(payment_notes=False, payment_date=False))
    view = submitted(pay_form(card, PAY, facts.METHODS, facts.VISIT))
    assert read_pay(view).date == ""
    assert read_pay(view).notes == ""
    assert "Syncro dates the payment today" in shown(view["blocks"])


def test_date_that_is_none_is_left_to_the_person() -> None:
    view = submitted(pay_form(CARD, replace(PAY, date="tomorrow"), facts.METHODS, facts.VISIT))
    assert read_pay(view).date == ""


def test_fresh_ids_make_slack_show_our_values() -> None:
    first, again = (pay_form(CARD, PAY, facts.METHODS, facts.VISIT, fresh=fresh) for fresh in ("", "2"))
    ids_of = [
        {block.get("block_id") for block in view["blocks"] if "block_id" in block} for view in (first, again)
    ]
    assert not ids_of[0] & ids_of[1]


def test_which_reads_back() -> None:
    assert read_which(submitted(pay_which(facts.VISIT, "acme"))) == "acme"


def test_email_reads_back() -> None:
    email = SendForm("a@x.example", "b@x.example", "Subject", "Two\nlines")
    view = submitted(send_form(CARD, email, facts.VISIT, "Please"))
    assert read_send(view) == email


def test_nothing_of_an_email_is_asked_where_syncro_chooses_it() -> None:
    card = replace(CARD, abilities=Abilities(email_text=False))
    view = submitted(send_form(card, SendForm("a@x.example", "b@x.example", "Subject", "Text"), facts.VISIT))
    assert read_send(view) == SendForm()
    said = json.dumps(view)
    assert "a@x.example" in said
    assert "b@x.example" in said


@pytest.mark.parametrize(
    ("status", "again"), [(Status.DRAFT, False), (Status.SENT, True), (Status.PARTIAL, True)]
)
def test_sending_again_is_said(status: Status, again: bool) -> None:
    view = send_form(facts.card(facts.invoice(status)), SendForm("a@x.example"), facts.VISIT)
    assert ("sent before" in shown(view["blocks"])) is again


def test_edit_reads_back_what_syncro_has() -> None:
    assert read_edit(submitted(edit_form(CARD, facts.VISIT))) == EditForm(
        "2026-02-20", "Net 30", "Purchase order 7"
    )
    kept = EditForm("2026-04-30", "Net 60", "")
    assert read_edit(submitted(edit_form(CARD, facts.VISIT, kept))) == kept


def test_too_long_notes_are_never_cut_by_an_edit() -> None:
    card = replace(CARD, invoice=replace(facts.PARTIAL, notes="x" * 3001))
    view = submitted(edit_form(card, facts.VISIT))
    assert read_edit(view).notes is None
    assert "edit them in Syncro" in shown(view["blocks"])


def test_void_lists_payments_and_asks_why() -> None:
    view = submitted(void_form(CARD, facts.VISIT, "Twice"))
    assert read_void(view) == "Twice"
    assert "#1234" in shown(view["blocks"])
    assert "doesn't refund" in shown(view["blocks"])
    assert "refund" not in shown(void_form(facts.card(facts.ROGUE_INVOICE), facts.VISIT)["blocks"])


@pytest.mark.parametrize("fresh", ["", "2"])
def test_new_invoice_reads_back_with_its_lines_in_order(fresh: str) -> None:
    assert read_new(submitted(new_form(facts.DRAFT, facts.VISIT, fresh=fresh))) == facts.DRAFT


def test_typed_line_values_win_over_first_values() -> None:
    typed = {"in.line_price.v1:2": {"in.line_price.v1:2": {"type": "plain_text_input", "value": "99"}}}
    draft = read_new(submitted(new_form(facts.DRAFT, facts.VISIT), typed))
    assert [line.price for line in draft.lines] == ["45.00", "99"]


def test_empty_new_invoice_reads_back() -> None:
    empty = InvoiceDraft(lines=(DraftLine("1"),))
    assert read_new(submitted(new_form(empty, facts.VISIT))) == empty


def test_fifteen_lines_fit_and_no_more_are_offered() -> None:
    view = new_form(facts.FULL_DRAFT, facts.VISIT, "Notice", "$1.00")
    assert len(view["blocks"]) <= 100
    assert len(read_new(submitted(view)).lines) == 15
    assert ids.LINE_ADD not in str(view["blocks"])


def test_added_line_reads_back() -> None:
    line = DraftLine("1b", "Switch", "2", "95", False, "77")
    assert lines_of(submitted(add_form(CARD, line, facts.VISIT))) == (line,)


def test_review_asks_for_the_word_only_when_there_is_a_warning() -> None:
    assert ids.IN_ANYWAY in str(review(facts.REVIEW, facts.VISIT))
    assert ids.IN_ANYWAY not in str(review(replace(facts.REVIEW, warnings=()), facts.VISIT))


Make = Callable[[], dict[str, Any]]


@pytest.mark.parametrize(
    ("make", "field", "block"),
    [
        (lambda: pay_form(CARD, PAY, (), "v"), "amount", "in.amount.v1"),
        (lambda: pay_form(CARD, PAY, (), "v", fresh="7"), "date", "in.date.v1:7"),
        (lambda: new_form(facts.DRAFT, "v"), "price:2", "in.line_price.v1:2"),
        (lambda: new_form(facts.DRAFT, "v", fresh="3"), "due_date", "in.due.v1:3"),
        (lambda: new_form(facts.DRAFT, "v"), "nonsense", "in.customer.v1"),
        (lambda: send_form(CARD, SendForm(), "v"), "cc", "in.cc.v1"),
        (lambda: pay_form(CARD, PAY, (), "v"), ids.IN_REFERENCE, "in.reference.v1"),
    ],
)
def test_error_stands_at_its_field(make: Make, field: str, block: str) -> None:
    assert field_errors(make(), {field: "Wrong."}) == {block: "Wrong."}


def test_two_errors_on_one_block_are_both_said() -> None:
    found = field_errors(pay_form(CARD, PAY, (), "v"), {"amount": "One.", "nonsense": "Two."})
    assert found == {"in.amount.v1": "One. Two."}


def test_values_of_buttons_and_menus_read_back() -> None:
    assert read_pick("invoice 1042") == ("invoice", "1042")
    assert read_pick("1042") == ("", "1042")
    assert read_page("s81:3") == ("s81", 3)
    assert read_page("s81:x") == ("s81", 1)


def test_state_without_values_is_empty() -> None:
    assert read_pay({"blocks": [], "state": None}) == PayForm()


def test_first_values_fit_slacks_inputs_and_short_ones_keep_their_spaces() -> None:
    email = SendForm("a@x.example", "", "Subject", "x" * 3001)
    assert len(read_values(submitted(send_form(CARD, email, facts.VISIT))).text(ids.IN_MESSAGE)) == 3000
    signed = replace(email, message="Hello\n-- \n")
    assert '"Hello\\n-- \\n"' in json.dumps(send_form(CARD, signed, facts.VISIT))
