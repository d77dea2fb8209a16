"""Internal reminders: one message for one recipient, with every customer whose level is due."""

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
from bot.views.tables import cell, data_table, money_cell, number_cell
from bot.views.wording import as_of_words, count, invoice_words

#: So many customers are shown with their invoices; more are easier to read as a table.
_DETAILED = 5
_INVOICES = 10
_PAGE = 15
_ASKS = {
    "owner": "These customers of yours are past due. Please call or write to them.",
    "manager": "These customers have reached your level. Please decide what happens next.",
    "channel": "These customers have reached this channel's level.",
}
_ASKS_ONE = {
    "owner": "This customer of yours is past due. Please call or write to them.",
    "manager": "This customer has reached your level. Please decide what happens next.",
    "channel": "This customer has reached this channel's level.",
}


def reminder(held: Reminder) -> Message:
    """All contacts for one recipient, with menus to open an invoice or a customer."""
    said = f"{count(len(held.items), 'customer')} past due on {say_date(held.today)}"
    asks = _ASKS_ONE if len(held.items) == 1 else _ASKS
    blocks = [
        header(f"Reminder · {said}"),
        section(asks.get(held.audience, asks["channel"])),
        *(_details(held) if len(held.items) <= _DETAILED else _overview(held)),
        *actions(_open(held)),
        context(as_of_words(held.as_of, held.today)),
    ]
    return message(f"Reminder: {said}", blocks)


def _details(held: Reminder) -> list[Block]:
    return [_item(item, _shows_owner(held)) for item in held.items]


def _shows_owner(held: Reminder) -> bool:
    """Owners know that the customers in their own reminder are theirs."""
    return held.audience != "owner"


def _item(item: ReminderItem, with_owner: bool) -> Block:
    total = say_money(item.total, item.currency)
    owner = [words(" · owner "), person(item.owner_id)] if item.owner_id and with_owner else []
    heading = line(bold(_name(item)), words(f" · {total} past due · level {_level(item)}"), *owner)
    return rich(heading, bullets(some([_invoice(*pair) for pair in item.invoices], _INVOICES, "invoices")))


def _invoice(invoice: Invoice, days: int) -> Block:
    late = f"{count(days, 'day')} past due" if days > 0 else f"due in {count(-days, 'day')}"
    return line(
        bold(one_line(invoice.number)), words(f" · {late} · {say_money(invoice.balance, invoice.currency)}")
    )


def _overview(held: Reminder) -> list[Block]:
    """A row per invoice, the customers in the order given."""
    owners = _shows_owner(held)
    names = ["Customer", "Invoice", "Days past due", "Balance", "Level", *(["Owner"] if owners else [])]
    rows = [[cell(name) for name in names]]
    rows += [_row(item, invoice, days, owners) for item in held.items for invoice, days in item.invoices]
    shown = data_table(f"{count(len(rows) - 1, 'invoice')} past due, by customer", rows, _PAGE)
    left = len(rows) - len(shown["rows"])
    return [shown, *([context(f"and {count(left, 'more invoice')}, in the menus below")] if left else [])]


def _row(item: ReminderItem, invoice: Invoice, days: int, with_owner: bool) -> list[Block]:
    row = [
        cell(_name(item)),
        cell(invoice.number),
        number_cell(days, f"{days:,}"),
        _balance_cell(invoice),
        cell(_level(item)),
    ]
    owner = rich(line(person(item.owner_id))) if item.owner_id else cell("–")
    return [*row, owner] if with_owner else row


def _balance_cell(invoice: Invoice) -> Block:
    if invoice.balance is None:
        return cell(say_money(None, invoice.currency))
    return money_cell(invoice.balance, invoice.currency)


def _level(item: ReminderItem) -> str:
    return trim(one_line(item.level), 60)


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
        row += [button("Log call", ids.CALL_LOG, one) for one in customers if held.audience == "owner"]
    else:
        row += customer_menu(customers.items())
    return row
