"""Internal reminders: one message for one recipient, with every customer whose level is due."""

from collections.abc import Sequence

from bot.domain.dates import say_date
from bot.domain.facts import Reminder, ReminderItem
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
    person,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.parts import customer_menu, invoice_menu
from bot.views.wording import as_of_words, count, invoice_words

#: Customers in detail; the rest follow on one line each, so that a message keeps within 50 blocks.
_DETAILED = 40
_BRIEF = 60
_INVOICES = 10
_ASKS = {
    "owner": "These customers of yours are past due. Please call or write to them.",
    "manager": "These customers have reached your level. Please decide what happens next.",
    "channel": "These customers have reached this channel's level.",
}


def reminder(held: Reminder) -> Message:
    """All contacts for one recipient, with menus to open an invoice or a customer."""
    brief = held.items[_DETAILED:]
    said = f"{count(len(held.items), 'customer')} past due on {say_date(held.today)}"
    blocks = [
        header(f"Reminder · {said}"),
        section(_ASKS.get(held.audience, _ASKS["channel"])),
        *[_item(item) for item in held.items[:_DETAILED]],
        *([_brief(brief)] if brief else []),
        *actions(_open(held)),
        context(as_of_words(held.as_of, held.today)),
    ]
    return message(f"Reminder: {said}", blocks)


def _item(item: ReminderItem) -> Block:
    total = say_money(item.total, item.currency)
    owner = [words(" · owner "), person(item.owner_id)] if item.owner_id else []
    heading = line(
        bold(_name(item)), words(f" · {trim(one_line(item.level), 60)} · {total} past due"), *owner
    )
    return rich(heading, bullets(some([_invoice(*pair) for pair in item.invoices], _INVOICES, "invoices")))


def _invoice(invoice: Invoice, days: int) -> Block:
    late = f"{count(days, 'day')} past due" if days > 0 else f"due in {count(-days, 'day')}"
    return line(
        bold(one_line(invoice.number)), words(f" · {late} · {say_money(invoice.balance, invoice.currency)}")
    )


def _brief(items: Sequence[ReminderItem]) -> Block:
    lines = [
        line(
            words(
                f"{_name(item)} · {trim(one_line(item.level), 60)} · {say_money(item.total, item.currency)}"
            )
        )
        for item in items
    ]
    return rich(bullets(some(lines, _BRIEF, "customers: see the worklist")))


def _name(item: ReminderItem) -> str:
    return trim(one_line(item.customer_name), 100)


def _open(held: Reminder) -> list[Block]:
    invoices = [invoice for item in held.items for invoice, _ in item.invoices]
    customers = {item.customer_id: item.customer_name for item in held.items}
    row: list[Block] = []
    if len(invoices) == 1:
        row.append(button("Open the invoice", ids.CARD, invoices[0].id, style="primary"))
    else:
        row += invoice_menu((invoice.id, invoice_words(invoice, held.today)) for invoice in invoices)
    if len(customers) == 1:
        row.append(button("Open the customer", ids.CUSTOMER_CARD, next(iter(customers))))
    else:
        row += customer_menu(customers.items())
    return row
