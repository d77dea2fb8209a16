"""Every view with an example, from fictional facts: to look at, to export as JSON, and to test against limits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.errors import (
    Ambiguous,
    BadInput,
    Busy,
    Candidate,
    Changed,
    NeedsConfirmation,
    NotAllowed,
    SyncroLost,
)
from bot.domain.facts import Abilities, DraftLine, HoldDraft, InvoiceDraft
from bot.domain.holds import HoldKind
from bot.domain.invoice import Status
from bot.domain.roles import Role
from bot.views import gallery_facts as facts
from bot.views.blocks import Message, View
from bot.views.cards import candidates, invoice_card, search_results, which_one
from bot.views.digest import digest
from bot.views.errors import did_you_mean, error_message, unexpected
from bot.views.forms import EditForm, PayForm, SendForm, SpreadForm
from bot.views.gallery_approvals import MANY_WAITING, approval_messages, approval_modals
from bot.views.gallery_audit import audit_messages
from bot.views.gallery_contacts import contact_messages, contact_modals
from bot.views.gallery_customers import customer_messages, customer_modals
from bot.views.gallery_digest import digest_examples
from bot.views.gallery_holds import hold_messages, plan_modals
from bot.views.help import help_message
from bot.views.home import home
from bot.views.modal_edit import add_form, edit_form
from bot.views.modal_hold import end_form, hold_done, hold_form
from bot.views.modal_new import new_form, review
from bot.views.modal_pay import pay_form, pay_which
from bot.views.modal_pay_many import pay_many_form
from bot.views.modal_send import send_form
from bot.views.modal_void import void_form
from bot.views.modals_common import loading, message_view, outcome_view, working
from bot.views.outcome import outcome_message
from bot.views.reminders import reminder
from bot.views.reversal import reversed_payment
from bot.views.spread import spread_message, spread_view
from bot.views.tables import without_new_blocks
from bot.views.why import why

Entry = dict[str, Any]


def gallery() -> dict[str, Entry]:
    """Examples by name. ``kind`` is "message" (with ``text`` and ``blocks``), "modal" or "home" (with ``view``)."""
    shown = {name: _message(held) for name, held in customer_messages().items()}
    shown |= {name: {"kind": "modal", "view": view} for name, view in customer_modals().items()}
    groups = (_invoices(), _lists(), _explained(), _scheduled(), _outcomes(), _spreads(), _answers())
    for group in (*groups, hold_messages(), audit_messages()):
        shown |= {name: _message(held) for name, held in group.items()}
    for modals in (_payment_modals(), _spread_modals(), _invoice_modals(), _hold_modals(), _state_modals()):
        shown |= {name: {"kind": "modal", "view": view} for name, view in modals.items()}
    shown |= {name: _message(held) for name, held in contact_messages().items()}
    shown |= {name: {"kind": "modal", "view": view} for name, view in contact_modals(facts.VISIT).items()}
    shown |= {name: _message(held) for name, held in approval_messages().items()}
    shown |= {name: {"kind": "modal", "view": view} for name, view in approval_modals(facts.VISIT).items()}
    homes = {
        "home": home(facts.home_facts()),
        "home_approver": home(
            replace(
                facts.home_facts("approver"),
                approvals=MANY_WAITING,
            )
        ),
        "home_without_role": home(facts.home_facts("no role")),
    }
    return shown | {name: {"kind": "home", "view": view} for name, view in homes.items()}


def _message(held: Message) -> Entry:
    return {"kind": "message", "text": held.text, "blocks": held.blocks}


def _invoices() -> Mapping[str, Message]:
    left = dict.fromkeys((Status.PAID, Status.VOID), 0) | {Status.PARTIAL: 60625}
    by_state = {
        f"invoice_{status}": invoice_card(
            facts.card(facts.invoice(status, balance=left.get(status, 80625))), Role.APPROVER
        )
        for status in Status
    }
    return by_state | {
        "invoice_shared": invoice_card(facts.card(facts.PARTIAL), None),
        "invoice_held": invoice_card(facts.held_card(), Role.COLLECTOR),
        "invoice_held_viewer": invoice_card(facts.held_card(), Role.VIEWER),
        "invoice_held_shared": invoice_card(facts.held_card(), None),
        "invoice_viewer": invoice_card(facts.card(facts.PARTIAL), Role.VIEWER),
        "invoice_hostile": invoice_card(facts.card(facts.ROGUE_INVOICE, live=False), Role.COLLECTOR),
        "invoice_balance_unknown": invoice_card(facts.card(facts.UNKNOWN), Role.COLLECTOR),
        "invoice_busy": invoice_card(facts.card(facts.PARTIAL, facts.operation("sent")), Role.COLLECTOR),
        "invoice_operation_unknown": invoice_card(
            facts.card(facts.PARTIAL, facts.operation("unknown", name=facts.HOSTILE)), Role.COLLECTOR
        ),
    }


def _lists() -> Mapping[str, Message]:
    return {
        "search": search_results(facts.search_page(), Role.VIEWER),
        "search_nothing": search_results(facts.search_page((), 1, 1), Role.COLLECTOR),
        "candidates": candidates(
            "Three things match “acme”. Which one do you mean?",
            [
                Candidate("customer", "501", "Acme Rockets"),
                Candidate("customer", "502", facts.HOSTILE),
                Candidate("invoice", "1042", "INV-2026-1042 · Acme Rockets · $606.25"),
            ],
        ),
    }


def _explained() -> Mapping[str, Message]:
    return {"why": why(facts.explanation()), "why_never_told": why(facts.explanation(told=False))}


def _scheduled() -> Mapping[str, Message]:
    full = digest(facts.digest_facts())
    return {
        "digest": full,
        "digest_stale": digest(facts.digest_facts(stale=facts.STALE, totals=(facts.USD, facts.CAD))),
        "digest_quiet": digest(facts.QUIET_DIGEST),
        "digest_plain_blocks": Message(full.text, without_new_blocks(full.blocks)),
        "reminder": reminder(facts.reminder_facts()),
        "reminder_single": reminder(facts.reminder_facts(facts.ITEMS[:1], "manager")),
        "reminder_many": reminder(facts.reminder_facts(facts.ITEMS * 40, "channel")),
        **digest_examples(),
        "payment_reversed": reversed_payment(facts.REVERSED),
        "payment_reversed_hostile": reversed_payment(facts.REVERSED_HOSTILE),
    }


def _outcomes() -> Mapping[str, Message]:
    return {
        "outcome_confirmed": outcome_message(
            facts.outcome("confirmed", "$200.00 by check #1234 is recorded on INV-2026-1042.")
        ),
        "outcome_amiss": outcome_message(
            facts.outcome(
                "confirmed", "$200.00 recorded, but it landed as credit on the account.", amiss=True
            )
        ),
        "outcome_refused": outcome_message(
            facts.outcome(
                "refused", f"Syncro refused it: reference is too long {facts.HOSTILE}", with_card=False
            )
        ),
        "outcome_unknown": outcome_message(
            facts.outcome(
                "unknown", "Syncro's answer was lost, and the payment could not be found afterwards."
            )
        ),
        "outcome_checking": outcome_message(
            facts.outcome(
                "sent", "Duebot reads the invoice again in a minute.", kind="email", with_card=False
            )
        ),
    }


def _spreads() -> Mapping[str, Message]:
    return {
        "spread_recorded": spread_message(facts.spread_outcome("confirmed", "confirmed", "confirmed")),
        "spread_refused": spread_message(
            facts.spread_outcome("confirmed", "refused", "", customer=facts.ROGUE)
        ),
        "spread_unknown": spread_message(facts.spread_outcome("confirmed", "unknown", "")),
        "spread_interrupted": spread_message(facts.spread_outcome(*["confirmed"] * 19, "")),
    }


def _answers() -> Mapping[str, Message]:
    which = Ambiguous("Which Acme?", [Candidate("customer", "501", "Acme Rockets")])
    same = NeedsConfirmation(
        "A payment like this one is there already.", "duplicate", ["$500.00, Check #1234"]
    )
    changed = Changed(
        "INV-2026-1042 has changed since you saw it. Nothing was written.", ["The balance was $1.00."]
    )
    errors = {
        "error_bad_input": BadInput(f"“{facts.HOSTILE}” is not an amount. Write it like 1,234.50."),
        "error_not_allowed": NotAllowed("Recording payments needs the role collector. Ask a manager."),
        "error_changed": changed,
        "error_needs_confirmation": same,
        "error_ambiguous": which,
        "error_busy": Busy("Dana is recording a payment on this invoice. Try again when it is done."),
        "error_lost": SyncroLost("Syncro did not answer. Try again in a minute."),
    }
    answers = {name: error_message(error) for name, error in errors.items()}
    return answers | {
        "help": help_message(Role.COLLECTOR, ""),
        "help_pay": help_message(Role.COLLECTOR, "pay"),
        "help_without_role": help_message(Role.NONE, ""),
        "which_one": which_one(
            "Which customer is “acme”?", [Candidate("customer", "7", facts.HOSTILE)], "q7K2"
        ),
        "did_you_mean": did_you_mean("pya 1042 500", "/invoice pay 1042 500"),
        "did_you_mean_nothing": did_you_mean(facts.HOSTILE, ""),
        "unexpected": unexpected("7K2QXP"),
    }


def _payment_modals() -> Mapping[str, View]:
    filled = PayForm("606.25", "check", "#1234", "2026-03-12", "Came by post")
    return {
        "pay": pay_form(facts.card(facts.PARTIAL), filled, facts.METHODS, facts.VISIT),
        "pay_without_methods": pay_form(facts.card(facts.ROGUE_INVOICE), filled, (), facts.VISIT),
        "pay_duplicate": pay_form(
            facts.card(facts.ROGUE_INVOICE),
            PayForm("500", "ACH", "#1234", "2026-03-12", anyway=True),
            facts.METHODS,
            facts.VISIT,
            "A payment with this reference is there already.",
            anyway=True,
            evidence=(f"$500.00 on INV-2026-1043, {facts.HOSTILE}",),
            limits=facts.LIMITS,
            fresh="2",
        ),
        "pay_which": pay_which(facts.VISIT),
        "pay_which_again": pay_which(
            facts.VISIT, "acme", f"Nothing matches {facts.HOSTILE}.", [facts.HOSTILE], fresh="2"
        ),
    }


def _spread_modals() -> Mapping[str, View]:
    payment = PayForm("1200", "check", "#1234", "2026-03-12")
    shares = {"1040": "500", "1041": "500.01", "1042": "199.99"}
    full = {str(1040 + at): "60" for at in range(20)}
    short = Abilities(payment_notes=False, payment_date=False, reference_length=21)
    return {
        "pay_many": pay_many_form(
            facts.spread_offer(), SpreadForm(payment, shares), facts.METHODS, facts.VISIT
        ),
        "pay_many_full": pay_many_form(
            facts.spread_offer(20, facts.ROGUE),
            SpreadForm(payment, full, "2"),
            facts.METHODS,
            facts.VISIT,
            "This looks like a payment that is already recorded.",
            anyway=True,
            limits=facts.LIMITS,
            evidence=(f"$500.00 on INV-2026-1043, {facts.HOSTILE}",),
        ),
        "pay_many_short": pay_many_form(
            facts.spread_offer(can=short),
            SpreadForm(PayForm("much"), {}),
            (),
            facts.VISIT,
            "That is no amount.",
        ),
        "spread_done": spread_view(facts.spread_outcome("confirmed", "confirmed"), facts.VISIT),
        "spread_checking": spread_view(facts.spread_outcome("confirmed", "sent", ""), facts.VISIT),
        "spread_none": spread_view(facts.spread_outcome("unknown", ""), facts.VISIT),
        "spread_stopped": spread_view(
            facts.spread_outcome("confirmed", "refused", "", customer=facts.ROGUE),
            facts.VISIT,
            f"INV-2026-1041 has changed. {facts.HOSTILE}",
            ("INV-2026-1041: The balance was $1.00.",),
            anyway=True,
        ),
    }


def _invoice_modals() -> Mapping[str, View]:
    rogue = facts.card(facts.ROGUE_INVOICE)
    email = SendForm(
        "a@rogue.example", "b@x.example", "Invoice INV-2026-1043", "Hello,\nhere is your invoice."
    )
    product = DraftLine("1b", facts.HOSTILE, "1", "28.75", True, "77")
    stock_text = _without_text(email)
    return {
        "new_empty": new_form(InvoiceDraft(date="2026-03-12", lines=(DraftLine("1"),)), facts.VISIT),
        "new": new_form(facts.DRAFT, facts.VISIT, "The price of line 2 can't be read.", "$777.50", fresh="2"),
        "new_full": new_form(facts.FULL_DRAFT, facts.VISIT, subtotal="$150.00"),
        "new_review": review(facts.REVIEW, facts.VISIT),
        "edit": edit_form(rogue, facts.VISIT),
        "edit_again": edit_form(rogue, facts.VISIT, EditForm("2026-04-30", "Net 60", ""), "It has changed."),
        "add": add_form(rogue, DraftLine("1"), facts.VISIT),
        "add_product": add_form(rogue, product, facts.VISIT, "Price is missing."),
        "send": send_form(facts.card(facts.invoice(Status.DRAFT)), email, facts.VISIT),
        "send_foreign": send_form(
            rogue, email, facts.VISIT, "b@x.example is not right.", limits=facts.LIMITS
        ),
        "send_stock_text": stock_text,
        "void": void_form(facts.card(facts.PARTIAL), facts.VISIT),
        "void_confirm": void_form(rogue, facts.VISIT, "Billed twice", "It has changed.", asks=True),
    }


def _hold_modals() -> Mapping[str, View]:
    held, rogue = facts.held_card(), facts.card(facts.ROGUE_INVOICE)
    typed = HoldDraft("2026-03-13", "500", "Pat at Acme", "After payday")
    return {
        "hold_promise": hold_form(held, HoldKind.PROMISE, HoldDraft(), facts.VISIT),
        "hold_promise_again": hold_form(rogue, HoldKind.PROMISE, typed, facts.VISIT, f"Not {facts.HOSTILE}."),
        "hold_dispute": hold_form(held, HoldKind.DISPUTE, typed, facts.VISIT),
        "hold_says_paid": hold_form(held, HoldKind.SAYS_PAID, typed, facts.VISIT),
        "hold_snooze": hold_form(held, HoldKind.SNOOZE, typed, facts.VISIT),
        "hold_end": end_form(held, held.holds[1], facts.VISIT, "Settled", "Say why."),
        "hold_done": hold_done(held, "The promise is noted.", facts.VISIT),
        "hold_ended": hold_done(rogue, "The hold has ended.", facts.VISIT),
        **plan_modals(),
    }


def _without_text(email: SendForm) -> View:
    held = facts.card(facts.PARTIAL)
    plain = type(held)(
        held.invoice, held.today, held.as_of, held.syncro_url, Abilities(email_text=False, void=False)
    )
    return send_form(plain, email, facts.VISIT)


def _state_modals() -> Mapping[str, View]:
    lost = facts.outcome("unknown", "Syncro's answer was lost.")
    return {
        "loading": loading("Record payment", facts.VISIT),
        "working": working("Record payment", f"Recording $500.00 for {facts.HOSTILE}…", facts.VISIT),
        "message": message_view(
            "Record payment", "INV-2026-1042 is void: nothing can be paid.", facts.VISIT, ["Since Mar 2."]
        ),
        "modal_confirmed": outcome_view(facts.outcome("confirmed", "$500.00 is recorded."), facts.VISIT),
        "modal_refused": outcome_view(
            facts.outcome("refused", f"Syncro refused it: {facts.HOSTILE}"), facts.VISIT
        ),
        "modal_unknown": outcome_view(lost, facts.VISIT),
    }
