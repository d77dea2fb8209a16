"""One payment over several invoices: what the form shows is what is read back, and how it ended is said plainly."""

from dataclasses import replace

import pytest
from test_views_forms import submitted
from views_walk import shown

from bot.domain.facts import Abilities
from bot.views import gallery_facts as facts
from bot.views import ids
from bot.views.forms import PayForm, SpreadForm, field_errors, read_pay, read_spread
from bot.views.modal_pay_many import pay_many_form
from bot.views.spread import spread_message, spread_view

PAYMENT = PayForm("1200", "Check", "#1234", "2026-03-12", "By post")
TYPED = SpreadForm(PAYMENT, {"1040": "500", "1041": "", "1042": "700"})
OFFER = facts.spread_offer()


@pytest.mark.parametrize("fresh", ["", "2"])
def test_the_form_reads_back_with_its_generation(fresh: str) -> None:
    typed = replace(TYPED, fresh=fresh)
    assert read_spread(submitted(pay_many_form(OFFER, typed, facts.METHODS, facts.VISIT))) == typed


def test_shares_that_we_set_have_fresh_ids_and_all_else_keeps_its_own() -> None:
    first, again = (
        {block["block_id"] for block in pay_many_form(OFFER, typed, (), "v")["blocks"] if "block_id" in block}
        for typed in (TYPED, replace(TYPED, fresh="2"))
    )
    assert {block for block in first if not block.startswith(ids.IN_SHARE)} <= again
    assert not [block for block in first & again if block.startswith(ids.IN_SHARE)]


def test_enter_in_the_amount_or_in_a_share_is_sent_to_us() -> None:
    view = pay_many_form(OFFER, TYPED, facts.METHODS, "v")
    sent = {block["block_id"] for block in view["blocks"] if block.get("dispatch_action")}
    assert sent == {ids.IN_AMOUNT, *(f"{ids.IN_SHARE}:{one.id}" for one in OFFER.invoices)}


def test_an_error_stands_at_its_invoice() -> None:
    view = pay_many_form(OFFER, replace(TYPED, fresh="7"), (), "v")
    assert field_errors(view, {"share:1041": "Too much."}) == {f"{ids.IN_SHARE}:1041:7": "Too much."}


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("1200", "Adds up to $1,200.00."),
        ("1300", "add up to $1,200.00, $100.00 less than the amount"),
        ("1100", "$100.00 more than the amount"),
        ("much", "Press Enter in a field to add up."),
    ],
)
def test_the_form_says_what_its_shares_add_up_to(amount: str, said: str) -> None:
    view = pay_many_form(OFFER, replace(TYPED, payment=replace(PAYMENT, amount=amount)), (), "v")
    assert said in shown(view["blocks"])


def test_each_invoice_says_its_balance_and_how_late_it_is() -> None:
    text = shown(pay_many_form(OFFER, TYPED, (), "v")["blocks"])
    assert "INV-2026-1041 · balance $500.01" in text
    assert "Due Fri, Feb 20, 2026, 20 days past due" in text
    assert "Left out: INV-2026-1070 (a draft)" in text


def test_nothing_is_asked_that_syncro_cannot_take() -> None:
    can = Abilities(payment_notes=False, payment_date=False, reference_length=21)
    form = read_pay(submitted(pay_many_form(facts.spread_offer(can=can), TYPED, (), "v")))
    assert (form.date, form.notes) == ("", "")


@pytest.mark.parametrize(
    ("states", "title", "said", "again"),
    [
        (("confirmed", "confirmed"), "Done", "recorded on 2 invoices", False),
        (("confirmed", "refused", ""), "Partly recorded", "*1 of 3 recorded*", True),
        (("confirmed", "sent", ""), "Partly recorded", "Please don't enter it again", True),
        (("unknown", ""), "Not recorded yet", "Check again", True),
    ],
)
def test_how_it_ended_and_whether_there_is_something_to_try_again(
    states: tuple[str, ...], title: str, said: str, again: bool
) -> None:
    view = spread_view(facts.spread_outcome(*states), "v")
    assert view["title"]["text"] == title
    assert said in shown(view["blocks"])
    assert ("submit" in view) is again
    assert view["callback_id"] == (ids.VIEW_PAY_MANY_AGAIN if again else ids.VIEW_OUTCOME)


def test_the_word_is_asked_only_when_wanted() -> None:
    stopped = facts.spread_outcome("confirmed", "")
    assert ids.IN_ANYWAY not in str(spread_view(stopped, "v"))
    asked = spread_view(stopped, "v", "It looks like a double.", anyway=True)
    assert ids.IN_ANYWAY in {block.get("block_id") for block in asked["blocks"]}


def test_why_it_stopped_is_said_once() -> None:
    stopped = facts.spread_outcome("confirmed", "refused", "")
    why = stopped.shares[1].sentence
    assert shown(spread_view(stopped, "v", why)["blocks"]).count("Syncro refused it") == 1
    assert "Somebody is at it" in shown(spread_view(stopped, "v", "Somebody is at it.")["blocks"])
    asked = shown(spread_view(stopped, "v", why, ["$500.00 on INV-2026-1050"], anyway=True)["blocks"])
    assert "$500.00 on INV-2026-1050" in asked


def test_the_message_names_what_is_missing_and_why() -> None:
    refused = shown(spread_message(facts.spread_outcome("confirmed", "refused", "")).blocks)
    assert "INV-2026-1041: $500.00. Syncro refused it" in refused
    assert "INV-2026-1042: $500.00" in refused
    assert "interrupted" not in refused
    interrupted = shown(spread_message(facts.spread_outcome("confirmed", "")).blocks)
    assert "It stopped before the rest." in interrupted
    assert "by itself" not in shown(spread_message(facts.spread_outcome("confirmed")).blocks)
