"""Examples of what is shown of a customer: their card, the worklist, and the forms behind the card's buttons."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.domain.calls import Call, CallDraft, CallOutcome
from bot.domain.customer_facts import CustomerCard, PastHold
from bot.domain.facts import Board, HoldDraft
from bot.domain.holds import Hold, HoldKind
from bot.domain.roles import Role
from bot.domain.worklist import Only, Standing
from bot.views import gallery_facts as facts
from bot.views.assigned import assigned
from bot.views.blocks import Message, View
from bot.views.board import board
from bot.views.customer_card import customer_card
from bot.views.modal_customer import (
    assign_form,
    call_form,
    customer_done,
    customer_end_form,
    customer_hold_form,
)
from bot.views.modal_which import MessageForm, message_form, which_form
from bot.views.values import Choice

_CALLS = (
    Call(
        "V6:call:501:1", "501", CallOutcome.LEFT_MESSAGE, facts.TODAY, "With Pat", date(2026, 3, 16), "Dana"
    ),
    Call(
        "V7:call:501:1", "501", CallOutcome.WRONG_PERSON, date(2026, 3, 2), facts.HOSTILE, None, facts.HOSTILE
    ),
)
_STANDING = Standing(
    call_task=date(2026, 3, 9),
    broken=1,
    promised=date(2026, 3, 13),
    disputed=True,
    do_not_contact=True,
    last_contact=facts.TODAY,
    next_call=date(2026, 3, 16),
)
_ALL = Hold("V8:dispute:customer-501:1", HoldKind.DISPUTE, "501", (), None, facts.HOSTILE, "Dana")
_DEBTORS = (
    replace(facts.DEBTORS[0], standing=_STANDING),
    replace(facts.DEBTORS[1], standing=Standing(broken=2, next_call=date(2026, 3, 10))),
    replace(facts.DEBTORS[2], standing=Standing(promised=date(2026, 3, 10), next_call=facts.TODAY)),
    replace(facts.DEBTORS[2], customer_id="504", standing=Standing(last_contact=date(2026, 3, 9))),
    replace(facts.DEBTORS[2], customer_id="505", standing=Standing()),
)


def held_customer() -> CustomerCard:
    """A customer with holds on some and on all of their invoices, a call task, and calls."""
    return replace(
        facts.customer_facts(),
        holds=(*facts.held_card().holds, _ALL),
        lapsed=frozenset({"V3:says_paid:1042:1"}),
        promises_kept=3,
        promises_broken=1,
        last_contact=f"firm {facts.HOSTILE} to customer on Thu, Mar 5, 2026",
        calls=_CALLS,
        past_holds=(
            PastHold(facts.held_card().holds[0], date(2026, 3, 9), "broken", "nothing came"),
            PastHold(_ALL, date(2026, 3, 2), "", facts.HOSTILE),
        ),
        standing=_STANDING,
        assigned=True,
    )


def worklist(only: Only = Only.EVERYBODY) -> Board:
    """The worklist with what is next for each customer."""
    shown = _DEBTORS if only is Only.EVERYBODY else ()
    return replace(facts.board_facts(debtors=shown), only=only)


def customer_messages() -> Mapping[str, Message]:
    """The customer's card and the worklist."""
    many = replace(held_customer(), holds=(_ALL,) * 14)
    return {
        "customer": customer_card(facts.customer_facts(), Role.COLLECTOR),
        "customer_hostile": customer_card(facts.customer_facts(facts.ROGUE), None),
        "customer_nothing_open": customer_card(facts.QUIET_CUSTOMER, Role.VIEWER),
        "customer_held": customer_card(held_customer(), Role.COLLECTOR),
        "customer_held_viewer": customer_card(held_customer(), Role.VIEWER),
        "customer_held_much": customer_card(many, None),
        "customer_assigned": assigned(held_customer(), "Casey"),
        "customer_assigned_hostile": assigned(facts.customer_facts(facts.ROGUE), facts.HOSTILE),
        "board": board(facts.board_facts(), Role.COLLECTOR),
        "board_worklist": board(worklist(), Role.COLLECTOR),
        "board_nobody": board(worklist(Only.DISPUTED), Role.COLLECTOR),
        "board_last_page": board(facts.board_facts((facts.USD,), facts.DEBTORS[:1], 3), None),
        "board_nothing_overdue": board(facts.QUIET_BOARD, None),
    }


def customer_modals() -> Mapping[str, View]:
    """The forms behind the card's buttons, and what a message promises or disputes."""
    held, rogue = held_customer(), facts.customer_facts(facts.ROGUE)
    typed = HoldDraft("2026-03-20", "", "", "On holiday")
    message = MessageForm(Choice("customer 502", facts.HOSTILE), "Dispute", facts.HOSTILE)
    one = replace(rogue, invoices=rogue.invoices[:1])
    return {
        "call": call_form(held, CallDraft(), facts.VISIT),
        "call_again": call_form(
            rogue, CallDraft("Promise", facts.HOSTILE, "soonish"), facts.VISIT, f"Not {facts.HOSTILE}."
        ),
        "assign": assign_form(held, "U0DANA", facts.VISIT),
        "assign_again": assign_form(rogue, "", facts.VISIT, "Only full members."),
        "hold_do_not_contact": customer_hold_form(held, HoldKind.DO_NOT_CONTACT, HoldDraft(), facts.VISIT),
        "hold_customer_dispute": customer_hold_form(rogue, HoldKind.DISPUTE, typed, facts.VISIT, "Say what."),
        "hold_customer_promise": customer_hold_form(held, HoldKind.PROMISE, HoldDraft(), facts.VISIT),
        "hold_customer_says_paid": customer_hold_form(rogue, HoldKind.SAYS_PAID, typed, facts.VISIT),
        "hold_customer_snooze": customer_hold_form(rogue, HoldKind.SNOOZE, typed, facts.VISIT),
        "hold_customer_end": customer_end_form(held, _ALL, facts.VISIT, "Settled", "Say why."),
        "customer_done": customer_done(held, "The call is logged: left message.", facts.VISIT),
        "customer_done_nobody": customer_done(facts.QUIET_CUSTOMER, "The policy says it.", facts.VISIT),
        "hold_which": which_form(rogue, HoldKind.DISPUTE, facts.VISIT, said="The call is logged: dispute."),
        "hold_which_one": which_form(one, HoldKind.PROMISE, facts.VISIT, f"Not {facts.HOSTILE}."),
        "hold_from_message": message_form(MessageForm(note="We pay on Friday"), facts.VISIT),
        "hold_from_message_again": message_form(message, facts.VISIT, "Choose one."),
    }
