"""Recording a payment: on one invoice, over several, and asking which."""

from collections.abc import Iterable, Sequence

from bot.domain.facts import Abilities, CustomerCard, InvoiceCard
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import Block, View, context, escape, one_line, section, trim
from bot.views.forms import PayForm, SpreadForm
from bot.views.modals_common import (
    anyway_blocks,
    choice_input,
    date_input,
    field,
    modal,
    notice_blocks,
    text_input,
)
from bot.views.wording import balance_words, due_words, say_day, status_words

#: Invoices in one spread payment: each is an input of its own, and a modal holds 100 blocks.
SPREAD_LIMIT = 40
_ANYWAY = "Record it anyway"


def pay_form(
    card: InvoiceCard,
    prefill: PayForm,
    methods: Iterable[str],
    visit_id: str,
    notice: str = "",
    anyway: bool = False,
    reason: bool = False,
    *,
    evidence: Sequence[str] = (),
    fresh: str = "",
) -> View:
    """A payment on one invoice.

    ``notice`` and its ``evidence`` stand above the form; ``anyway`` asks for the explicit word and ``reason`` for the
    reason. A new ``fresh`` text makes Slack show ``prefill`` in place of what was typed.
    """
    invoice = card.invoice
    balance = say_money(invoice.balance, invoice.currency)
    blocks = [
        *notice_blocks(notice, evidence),
        section(
            f"*{escape(invoice.number)}* · {escape(one_line(invoice.customer_name))}\nBalance *{balance}*"
        ),
        context(f"{status_words(invoice, card.today)} · due {say_day(invoice.due_date)}"),
        field(
            f"Amount ({invoice.currency})",
            text_input(ids.IN_AMOUNT, prefill.amount, placeholder="500 or $1,234.50"),
            fresh,
            hint="Less than the balance is fine; more is refused.",
        ),
        *_details(prefill, methods, card.abilities, fresh),
        *anyway_blocks(_ANYWAY, prefill.reason, fresh, anyway, reason),
    ]
    return modal("Record payment", blocks, ids.VIEW_PAY, visit_id, submit="Record payment")


def spread_form(
    card: CustomerCard,
    prefill: SpreadForm,
    methods: Iterable[str],
    visit_id: str,
    notice: str = "",
    anyway: bool = False,
    reason: bool = False,
    *,
    total: str = "",
    abilities: Abilities | None = None,
    evidence: Sequence[str] = (),
    fresh: str = "",
) -> View:
    """One payment over a customer's open invoices, the oldest first; ``total`` is the payment in words.

    At most 40 invoices are offered; the others are said to be left.
    """
    offered = card.invoices[:SPREAD_LIMIT]
    amounts = dict(prefill.amounts)
    left = len(card.invoices) - len(offered)
    paid = f"Payment *{escape(total)}* · " if total else ""
    blocks = [
        *notice_blocks(notice, evidence),
        section(
            f"*{escape(one_line(card.customer.name))}*\n{paid}open *{say_money(card.open_amount, card.currency)}*"
        ),
        context("Each invoice gets a payment of its own. Leave an amount empty to leave that invoice alone."),
        *[_share(held, amounts.get(held.id, ""), card, fresh) for held in offered],
        *([context(f"{left} later invoices are not listed here.")] if left else []),
        *_details(prefill, methods, abilities or Abilities(), fresh),
        *anyway_blocks(_ANYWAY, prefill.reason, fresh, anyway, reason),
    ]
    return modal("Record payment", blocks, ids.VIEW_SPREAD, visit_id, submit="Record payments")


def _share(invoice: Invoice, amount: str, card: CustomerCard, fresh: str) -> Block:
    text = (
        f"{trim(one_line(invoice.number), 60)} · {balance_words(invoice)} · {due_words(invoice, card.today)}"
    )
    return field(text, text_input(ids.IN_SPREAD, amount), invoice.id, fresh, optional=True)


def _details(form: PayForm | SpreadForm, methods: Iterable[str], can: Abilities, fresh: str) -> list[Block]:
    dated = field("Payment date", date_input(ids.IN_DATE, form.date), fresh, hint="Not in the future.")
    noted = field("Notes", text_input(ids.IN_NOTES, form.notes, lines=True), fresh, optional=True)
    return [
        field("Method", choice_input(ids.IN_METHOD, methods, form.method), fresh),
        field(
            "Reference",
            text_input(ids.IN_REFERENCE, form.reference, placeholder="Check number or transfer reference"),
            fresh,
            optional=True,
        ),
        dated if can.payment_date else context("Syncro dates the payment today."),
        *([noted] if can.payment_notes else []),
    ]


def pay_which(visit_id: str, number: str = "", notice: str = "", fresh: str = "") -> View:
    """Asks what is paid, for the shortcut: an invoice, or a customer with several."""
    asked = field(
        "Invoice number or customer",
        text_input(ids.IN_NUMBER, number, placeholder="1042 or acme"),
        fresh,
        hint="For a customer with several open invoices, Duebot lists them and you name one.",
    )
    return modal(
        "Record payment",
        [*notice_blocks(notice), asked],
        ids.VIEW_PAY_WHICH,
        visit_id,
        submit="Next",
        notify=True,
    )
