"""Asking what a promise or a dispute is about: from a call that was logged, or from a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.customer_facts import CustomerCard
from bot.domain.holds import HoldKind
from bot.views import ids
from bot.views.blocks import OPTIONS_LIMIT, View, context, escape, menu, one_line
from bot.views.modal_customer import which_customer
from bot.views.modals_common import choice_input, field, modal, notice_blocks, search_input, text_input
from bot.views.values import Choice, read_values
from bot.views.wording import invoice_words

_NOTHING = Choice("", "")
#: The value that stands for all of a customer's invoices; an invoice's id is a number.
ALL = "all"
_KINDS = {"Promise": HoldKind.PROMISE, "Dispute": HoldKind.DISPUTE}
_ASKS = {HoldKind.PROMISE: "Which invoice is promised?", HoldKind.DISPUTE: "What is disputed?"}
_TITLES = {HoldKind.PROMISE: "Promise to pay", HoldKind.DISPUTE: "Dispute"}


@dataclass(frozen=True, slots=True)
class MessageForm:
    """What a message says, as typed: what it is ``about`` ("invoice 123", "customer 7"), its ``kind``, and a note."""

    about: Choice = _NOTHING
    kind: str = ""
    note: str = ""

    @property
    def hold(self) -> HoldKind | None:
        """The kind that was chosen."""
        return _KINDS.get(self.kind)


def which_form(card: CustomerCard, kind: HoldKind, visit_id: str, notice: str = "", said: str = "") -> View:
    """Which of a customer's unpaid invoices it is about. ``said`` is what was done before."""
    picks = [(one.id, invoice_words(one, card.today)) for one in card.invoices]
    offered = [("All their invoices", ALL)] if kind is HoldKind.DISPUTE else []
    offered += [(one_line(text), key) for key, text in picks]
    (element,) = menu("Choose an invoice…", ids.IN_INVOICE, offered)
    if len(picks) == 1:
        element |= {"initial_option": element["options"][-1]}
    blocks = [
        *notice_blocks(notice),
        *([context(escape(said))] if said else []),
        *which_customer(card),
        field(_ASKS[kind], element),
        *(
            [context("For other invoices use the buttons on their cards.")]
            if len(offered) > OPTIONS_LIMIT
            else []
        ),
    ]
    return modal(_TITLES[kind], blocks, ids.VIEW_HOLD_WHICH, visit_id, submit="Next")


def read_invoice(view: Mapping[str, Any]) -> str:
    """The id of the invoice that was chosen, or ``ALL``."""
    return read_values(view).text(ids.IN_INVOICE)


def message_form(form: MessageForm, visit_id: str, notice: str = "") -> View:
    """What a message is about, and whether it promises or disputes."""
    blocks = [
        *notice_blocks(notice),
        field(
            "Invoice or customer",
            search_input(ids.IN_ABOUT, "1042 or acme", form.about.value, form.about.text),
        ),
        field("What is it", choice_input(ids.IN_KIND, _KINDS, form.kind)),
        field(
            "Note",
            text_input(ids.IN_NOTES, form.note, lines=True),
            hint="From the message. It is kept with the promise or dispute, and posted in no channel.",
            optional=True,
        ),
    ]
    return modal("Promise or dispute", blocks, ids.VIEW_FROM_MESSAGE, visit_id, submit="Next")


def read_message(view: Mapping[str, Any]) -> MessageForm:
    """The form as filled in."""
    values = read_values(view)
    return MessageForm(values.choice(ids.IN_ABOUT), values.text(ids.IN_KIND), values.text(ids.IN_NOTES))
