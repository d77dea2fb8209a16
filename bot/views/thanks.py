"""Thank you, paid: chased invoices that customers have settled, for their owner."""

from datetime import date

from bot.domain.facts import Thanks
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    bold,
    bullets,
    button,
    context,
    header,
    line,
    message,
    one_line,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.parts import invoice_menu
from bot.views.wording import as_of_words, count, habit_words, invoice_words, say_day

_LISTED = 20


def thank_you(held: Thanks) -> Message:
    """What was paid, by whom and when, with the way to each invoice."""
    said = f"Thank you, paid: {count(len(held.invoices), 'invoice')}"
    lines = [_line(*pair) for pair in held.invoices]
    blocks = [
        header(said),
        section(
            "These were past due or soon to be, and somebody was told of them. Nothing is left to be done."
        ),
        rich(bullets(some(lines, _LISTED, "invoices"))),
        *actions(_open(held)),
        context(as_of_words(held.as_of, held.today)),
    ]
    return message(said, blocks)


def _line(invoice: Invoice, paid_on: date | None) -> Block:
    name = trim(one_line(invoice.customer_name), 100)
    parts = [name, say_money(invoice.total, invoice.currency), _when(invoice, paid_on)]
    return line(bold(trim(one_line(invoice.number), 60)), words(f" · {' · '.join(filter(None, parts))}"))


def _when(invoice: Invoice, paid_on: date | None) -> str:
    if paid_on is None:
        return ""
    late = invoice.days_past_due(paid_on)
    after = "" if late is None else f", {habit_words(late)}"
    return f"paid {say_day(paid_on)}{after}"


def _open(held: Thanks) -> list[Block]:
    if len(held.invoices) == 1:
        return [button("Open the invoice", ids.CARD, held.invoices[0][0].id)]
    return invoice_menu((one.id, invoice_words(one, held.today)) for one, _ in held.invoices)
