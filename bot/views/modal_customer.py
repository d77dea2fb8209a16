"""Forms about a customer: logging a call, assigning, and what holds all of their invoices."""

from collections.abc import Mapping
from typing import Any

from bot.domain.calls import CallDraft, CallOutcome
from bot.domain.customer_facts import CustomerCard
from bot.domain.facts import HoldDraft
from bot.domain.holds import Hold, HoldKind, named_by
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import Block, View, context, escape, mention, one_line, plain, plain_section, section
from bot.views.customer_card import customer_hold_words
from bot.views.modal_hold import promise_inputs, reference_input
from bot.views.modals_common import choice_input, field, modal, notice_blocks, text_input
from bot.views.values import read_values
from bot.views.wording import count

#: The title of each kind's form for a whole customer, and its callback id.
CUSTOMER_TITLES = {
    HoldKind.PROMISE: "Promise all",
    HoldKind.SAYS_PAID: "Says all paid",
    HoldKind.DISPUTE: "Dispute all",
    HoldKind.SNOOZE: "Snooze all",
    HoldKind.DO_NOT_CONTACT: "Do not contact",
}
_VIEWS = {
    HoldKind.PROMISE: ids.VIEW_CUSTOMER_PROMISE,
    HoldKind.SAYS_PAID: ids.VIEW_CUSTOMER_SAYS_PAID,
    HoldKind.DISPUTE: ids.VIEW_CUSTOMER_DISPUTE,
    HoldKind.SNOOZE: ids.VIEW_CUSTOMER_SNOOZE,
    HoldKind.DO_NOT_CONTACT: ids.VIEW_DO_NOT_CONTACT,
}
_MEANS = {
    HoldKind.PROMISE: "Nobody is reminded of these until the business day after the promised date is over.",
    HoldKind.SAYS_PAID: "Nobody is reminded of these for 5 business days: time to find the payment.",
    HoldKind.DISPUTE: "Nobody is reminded of any of their invoices, new ones too, until somebody ends it.",
    HoldKind.SNOOZE: "Nobody is reminded of any of their invoices, new ones too, until that day.",
    HoldKind.DO_NOT_CONTACT: "The customer gets no reminders until somebody ends it. Calls become the manager's.",
}
_NUMBERS = 12
_DAYS = "tomorrow, next friday, 2026-02-15 or in 2 weeks"


def which_customer(card: CustomerCard) -> list[Block]:
    """Whom a form is about, on one line."""
    open_amount = say_money(card.open_amount, card.currency)
    return [section(f"*{escape(one_line(card.customer.name))}*\n{escape(open_amount)} open")]


def call_form(card: CustomerCard, form: CallDraft, visit_id: str, notice: str = "") -> View:
    """A call that was made: what came of it, and when to call next."""
    phone = one_line(card.customer.phone)
    outcomes = [one.words.capitalize() for one in CallOutcome]
    blocks = [
        *notice_blocks(notice),
        *which_customer(card),
        *([plain_section(f"Phone: {phone}")] if phone else []),
        field("What came of it", choice_input(ids.IN_OUTCOME, outcomes, form.outcome)),
        field("Note", text_input(ids.IN_NOTES, form.note, lines=True), optional=True),
        field(
            "Call again",
            text_input(ids.IN_NEXT_ON, form.next_on, placeholder=_DAYS),
            hint="Until then they are low on the worklist; from that day on they are high.",
            optional=True,
        ),
        context("It is logged for today, and closes the owner's call task."),
    ]
    return modal("Log call", blocks, ids.VIEW_CALL, visit_id, submit="Log call")


def read_call(view: Mapping[str, Any]) -> CallDraft:
    """A call as typed."""
    values = read_values(view)
    return CallDraft(values.text(ids.IN_OUTCOME), values.text(ids.IN_NOTES), values.text(ids.IN_NEXT_ON))


def assign_form(card: CustomerCard, owner_id: str, visit_id: str, notice: str = "") -> View:
    """Who looks after a customer; ``owner_id`` stands in the form, which may be nobody."""
    element: Block = {
        "type": "users_select",
        "action_id": ids.IN_OWNER,
        "placeholder": plain("Choose a person", 150),
    }
    if owner_id:
        element["initial_user"] = owner_id
    blocks = [
        *notice_blocks(notice),
        *which_customer(card),
        field("Owner", element, hint="Empty leaves it to the policy.", optional=True),
        context("Call tasks and reminders about this customer go to the owner."),
    ]
    return modal("Assign", blocks, ids.VIEW_ASSIGN, visit_id, submit="Assign")


def read_owner(view: Mapping[str, Any]) -> str:
    """The person who was chosen, or empty."""
    return read_values(view).text(ids.IN_OWNER)


def customer_hold_form(
    card: CustomerCard, kind: HoldKind, form: HoldDraft, visit_id: str, notice: str = ""
) -> View:
    """The form of a hold on all that a customer owes."""
    blocks = [
        *notice_blocks(notice),
        *which_customer(card),
        *_named(card, kind),
        *_inputs(card, kind, form),
        context(_MEANS[kind]),
    ]
    return modal(CUSTOMER_TITLES[kind], blocks, _VIEWS[kind], visit_id, submit="Note it")


def _named(card: CustomerCard, kind: HoldKind) -> list[Block]:
    """The invoices that a promise, or a claim to have paid, is about."""
    if kind not in (HoldKind.PROMISE, HoldKind.SAYS_PAID):
        return []
    named = named_by((one for one in card.invoices if one.currency == card.currency), card.today)
    total = say_money(sum(one.balance or 0 for one in named), card.currency)
    numbers = ", ".join(one_line(one.number) for one in named[:_NUMBERS])
    left = f" and {len(named) - _NUMBERS} more" if len(named) > _NUMBERS else ""
    return [plain_section(f"About {count(len(named), 'invoice')}, {total} in all: {numbers}{left}")]


def _inputs(card: CustomerCard, kind: HoldKind, form: HoldDraft) -> list[Block]:
    until = text_input(ids.IN_UNTIL, form.until, placeholder=_DAYS)
    reason = field("Reason", text_input(ids.IN_REASON, form.note, lines=True), hint="Kept in the log.")
    match kind:
        case HoldKind.PROMISE:
            return promise_inputs(card.currency, form)
        case HoldKind.SAYS_PAID:
            return [reference_input(form)]
        case HoldKind.SNOOZE:
            return [field("Until", until), reason]
        case _:
            return [reason]


def customer_end_form(
    card: CustomerCard, hold: Hold, visit_id: str, reason: str = "", notice: str = ""
) -> View:
    """Asks why a hold on all that a customer owes ends."""
    blocks = [
        *notice_blocks(notice),
        *which_customer(card),
        plain_section(customer_hold_words(hold, card)),
        field("Reason", text_input(ids.IN_REASON, reason, lines=True), hint="Kept in the log."),
        context("Reminders go on from the next sweep, unless something else holds them."),
    ]
    return modal("End hold", blocks, ids.VIEW_HOLD_END, visit_id, submit="End hold")


def customer_done(card: CustomerCard, sentence: str, visit_id: str) -> View:
    """That something was noted about a customer, whose they are, and what holds them now."""
    whole = [hold for hold in card.holds if not hold.invoice_ids]
    owner = mention(card.owner_id) if card.owner_id else "nobody"
    blocks = [
        section(f":white_check_mark: {escape(sentence)}"),
        section(f"*{escape(one_line(card.customer.name))}* · owner {owner}"),
        *(plain_section(customer_hold_words(hold, card)) for hold in whole),
    ]
    return modal("Done", blocks, ids.VIEW_OUTCOME, visit_id, close="Close")
