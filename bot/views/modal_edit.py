"""Editing an invoice: its due date, terms and notes; and adding a line."""

from bot.domain.facts import DraftLine, InvoiceCard
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import INPUT_LIMIT, Block, View, context, escape, one_line, section
from bot.views.forms import EditForm
from bot.views.modal_new import line_inputs
from bot.views.modals_common import date_input, field, modal, notice_blocks, text_input
from bot.views.wording import status_words


def edit_form(
    card: InvoiceCard, visit_id: str, prefill: EditForm | None = None, notice: str = "", *, fresh: str = ""
) -> View:
    """Due date, terms and notes, as Syncro has them or as ``prefill`` kept them.

    A text too long for Slack's input is not offered, since sending the form would cut it off.
    """
    invoice = card.invoice
    form = prefill or EditForm(str(invoice.due_date or ""), invoice.terms, invoice.notes)
    blocks = [
        *notice_blocks(notice),
        *which_invoice(card),
        field(
            "Due date", date_input(ids.IN_DUE, form.due_date or ""), fresh, optional=invoice.due_date is None
        ),
        *(
            [_text("Terms", ids.IN_TERMS, form.terms or "", fresh, lines=False)]
            if card.abilities.terms
            else []
        ),
        _text("Notes", ids.IN_NOTES, form.notes or "", fresh, lines=True),
        context("Only what you change is written to Syncro."),
    ]
    return modal("Edit invoice", blocks, ids.VIEW_EDIT, visit_id, submit="Save")


def _text(name: str, action_id: str, value: str, fresh: str, *, lines: bool) -> Block:
    if len(value) > INPUT_LIMIT:
        return context(f"{name} are too long for Slack: please edit them in Syncro.")
    return field(name, text_input(action_id, value, lines=lines), fresh, optional=True)


def which_invoice(card: InvoiceCard) -> list[Block]:
    """Which invoice a form is about, with its state and balance."""
    invoice = card.invoice
    balance = say_money(invoice.balance, invoice.currency)
    return [
        section(f"*{escape(one_line(invoice.number))}* · {escape(one_line(invoice.customer_name))}"),
        context(f"{status_words(invoice, card.today)} · balance {balance}"),
    ]


def add_form(card: InvoiceCard, line: DraftLine, visit_id: str, notice: str = "") -> View:
    """One more line item. To show a value that we set (a product's price), give ``line`` a new id."""
    blocks = [
        *notice_blocks(notice),
        *which_invoice(card),
        *line_inputs(line, dispatch=False),
        context("Syncro works the tax and the new total out."),
    ]
    return modal("Add a line", blocks, ids.VIEW_ADD, visit_id, submit="Add line")
