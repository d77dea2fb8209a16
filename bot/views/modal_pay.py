"""Recording a payment on one invoice, and asking which."""

from collections.abc import Iterable, Sequence

from bot.domain.facts import Abilities, InvoiceCard
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import Block, View, context, escape, one_line, section
from bot.views.forms import PayForm
from bot.views.modals_common import (
    anyway_blocks,
    choice_input,
    date_input,
    field,
    link_blocks,
    modal,
    notice_blocks,
    text_input,
)
from bot.views.wording import say_day, status_words

_ANYWAY = "Record it anyway"
_CARD_HINT = "A card payment that was taken elsewhere is “Offline CC”. Nothing is charged here."


def pay_form(
    card: InvoiceCard,
    prefill: PayForm,
    methods: Iterable[str],
    visit_id: str,
    notice: str = "",
    anyway: bool = False,
    *,
    limits: str = "",
    evidence: Sequence[str] = (),
    fresh: str = "",
) -> View:
    """A payment on one invoice.

    ``notice`` and its ``evidence`` stand above the form, ``limits`` below it: when somebody else must approve.
    ``anyway`` asks for the explicit word. A new ``fresh`` text makes Slack show ``prefill`` in place of what was typed.
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
        *payment_inputs(prefill, methods, card.abilities, fresh, card.syncro_url),
        *anyway_blocks(_ANYWAY, fresh, anyway),
        *([context(escape(limits))] if limits else []),
    ]
    return modal("Record payment", blocks, ids.VIEW_PAY, visit_id, submit="Record payment")


def payment_inputs(
    form: PayForm, methods: Iterable[str], can: Abilities, fresh: str = "", in_syncro: str = ""
) -> list[Block]:
    """Method and reference, and date and notes where the shape has them; ``in_syncro`` leads to where a date fits."""
    dated = [field("Payment date", date_input(ids.IN_DATE, form.date), fresh, hint="Not in the future.")]
    undated = context("Syncro dates the payment today. For another date record it there.")
    noted = field("Notes", text_input(ids.IN_NOTES, form.notes, lines=True), fresh, optional=True)
    short = "" if can.payment_notes else f"At most {can.reference_length} characters."
    return [
        field("Method", choice_input(ids.IN_METHOD, methods, form.method), fresh, hint=_CARD_HINT),
        field(
            "Reference",
            text_input(ids.IN_REFERENCE, form.reference, placeholder="Check number or transfer reference"),
            fresh,
            hint=short,
            optional=True,
        ),
        *(dated if can.payment_date else [undated, *link_blocks(in_syncro)]),
        *([noted] if can.payment_notes else []),
    ]


def pay_which(
    visit_id: str, number: str = "", notice: str = "", evidence: Sequence[str] = (), *, fresh: str = ""
) -> View:
    """Asks what is paid, for the shortcut: an invoice, or the open ones of a customer."""
    asked = field(
        "Invoice number or customer",
        text_input(ids.IN_NUMBER, number, placeholder="1042 or acme"),
        fresh,
        hint="With a customer's name the payment is spread over their open invoices.",
    )
    return modal(
        "Record payment",
        [*notice_blocks(notice, evidence), asked],
        ids.VIEW_PAY_WHICH,
        visit_id,
        submit="Next",
        notify=True,
    )
