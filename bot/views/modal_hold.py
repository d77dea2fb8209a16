"""Noting a hold and ending one: a promise, a dispute, a claim to have paid, a snooze."""

from collections.abc import Mapping
from typing import Any

from bot.domain.facts import HoldDraft, InvoiceCard
from bot.domain.holds import Hold, HoldKind
from bot.views import ids
from bot.views.blocks import Block, View, context, escape, plain_section, section
from bot.views.modal_edit import which_invoice
from bot.views.modals_common import field, modal, notice_blocks, text_input
from bot.views.values import read_values
from bot.views.wording import after_words, held_words, hold_words, plan_words

#: The title of each kind's form, and its callback id.
TITLES = {
    HoldKind.PROMISE: "Promise to pay",
    HoldKind.DISPUTE: "Dispute",
    HoldKind.SAYS_PAID: "Says paid",
    HoldKind.SNOOZE: "Snooze",
}
VIEWS = {
    HoldKind.PROMISE: ids.VIEW_PROMISE,
    HoldKind.DISPUTE: ids.VIEW_DISPUTE,
    HoldKind.SAYS_PAID: ids.VIEW_SAYS_PAID,
    HoldKind.SNOOZE: ids.VIEW_SNOOZE,
}
_HOLDS_UNTIL = {
    HoldKind.PROMISE: "Nobody is reminded until the business day after the promised date is over.",
    HoldKind.DISPUTE: "Nobody is reminded until somebody ends the dispute.",
    HoldKind.SAYS_PAID: "Nobody is reminded for 5 business days: time to find the payment.",
    HoldKind.SNOOZE: "Nobody is reminded until that day.",
}


def read_hold(view: Mapping[str, Any]) -> HoldDraft:
    """A form of a hold as typed; what a kind doesn't ask for is empty."""
    values = read_values(view)
    return HoldDraft(
        until=values.text(ids.IN_UNTIL),
        amount=values.text(ids.IN_AMOUNT),
        said_by=values.text(ids.IN_SAID_BY),
        note=values.text(ids.IN_REASON) or values.text(ids.IN_NOTES),
        instalments=values.text(ids.IN_INSTALMENTS),
    )


def hold_form(card: InvoiceCard, kind: HoldKind, form: HoldDraft, visit_id: str, notice: str = "") -> View:
    """The form of one kind of hold."""
    blocks = [
        *notice_blocks(notice),
        *which_invoice(card),
        *_inputs(card, kind, form),
        context(_HOLDS_UNTIL[kind]),
    ]
    return modal(TITLES[kind], blocks, VIEWS[kind], visit_id, submit="Note it")


def _inputs(card: InvoiceCard, kind: HoldKind, form: HoldDraft) -> list[Block]:
    reason = field("Reason", text_input(ids.IN_REASON, form.note, lines=True), hint="Kept in the log.")
    match kind:
        case HoldKind.PROMISE:
            return promise_inputs(card.invoice.currency, form)
        case HoldKind.SNOOZE:
            until = text_input(ids.IN_UNTIL, form.until, placeholder="next friday, 2026-02-15 or in 2 weeks")
            return [field("Until", until), reason]
        case HoldKind.SAYS_PAID:
            return [reference_input(form)]
        case _:
            return [reason]


def reference_input(form: HoldDraft) -> Block:
    """Where somebody who says that they have paid is asked how."""
    hint = "Ask for the reference: a check number or the bank's, and the date."
    note = text_input(ids.IN_NOTES, form.note, placeholder="Check #1234, posted on Monday", lines=True)
    return field("Reference", note, hint=hint, optional=True)


def promise_inputs(currency: str, form: HoldDraft) -> list[Block]:
    """When, how much, in which instalments, and who said so."""
    until = text_input(ids.IN_UNTIL, form.until, placeholder="friday, 2026-02-15 or in 2 weeks")
    return [
        field("Promised for", until, hint="Empty for a plan: its last date counts.", optional=True),
        field(
            f"Amount ({currency})",
            text_input(ids.IN_AMOUNT, form.amount),
            hint="Empty means all that is open, or all that the instalments come to.",
            optional=True,
        ),
        field(
            "Instalments",
            text_input(
                ids.IN_INSTALMENTS, form.instalments, placeholder="2026-03-13 500\nMar 27 306.25", lines=True
            ),
            hint="For a payment plan: on each line a date and an amount.",
            optional=True,
        ),
        field(
            "Who said so", text_input(ids.IN_SAID_BY, form.said_by, placeholder="Pat at Acme"), optional=True
        ),
        field("Note", text_input(ids.IN_NOTES, form.note, lines=True), optional=True),
    ]


def end_form(card: InvoiceCard, hold: Hold, visit_id: str, reason: str = "", notice: str = "") -> View:
    """Asks why a hold ends."""
    blocks = [
        *notice_blocks(notice),
        *which_invoice(card),
        plain_section(hold_words(hold, card.invoice.currency, card.today)),
        field("Reason", text_input(ids.IN_REASON, reason, lines=True), hint="Kept in the log."),
        context("Reminders go on from the next sweep, unless something else holds the invoice."),
    ]
    return modal("End hold", blocks, ids.VIEW_HOLD_END, visit_id, submit="End hold")


def hold_done(card: InvoiceCard, sentence: str, visit_id: str) -> View:
    """That a hold was noted or ended, how the invoice stands, and what holds it now."""
    held = [plain_section(said) for said in held_words(card)]
    plans = [
        plain_section(plan_words(hold, card.invoice.currency)) for hold in card.holds if hold.instalments
    ]
    blocks = [
        section(f":white_check_mark: {escape(sentence)}"),
        plain_section(after_words(card, sentence)),
        *plans,
        *(held or [context("Nothing holds this invoice.")]),
    ]
    return modal("Done", blocks, ids.VIEW_OUTCOME, visit_id, close="Close")
