"""Cards and lists: an invoice, a customer, what was found, and what could be meant."""

from collections.abc import Sequence

from bot.domain.errors import Candidate
from bot.domain.facts import InvoiceCard, SearchPage
from bot.domain.invoice import Invoice, LineItem, Payment
from bot.domain.money import say_money
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    bold,
    bullets,
    button,
    context,
    escape,
    fields,
    header,
    line,
    menu,
    message,
    one_line,
    plain_section,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.parts import customer_menu, decide_buttons, hold_buttons, invoice_buttons, invoice_menu, paging
from bot.views.tables import bold_cell, cell, table
from bot.views.values import answer_value
from bot.views.wording import (
    as_of_words,
    balance_cell,
    balance_words,
    count,
    held_words,
    invoice_words,
    operation_words,
    payment_words,
    say_day,
    say_price,
    sent_words,
    status_mark,
    status_words,
)

_LINES = 30
_PAYMENTS = 10
_ASKED = 3
_NOTES = 600
_RIGHT = frozenset({1, 2, 3})


def invoice_card(card: InvoiceCard, role: Role | None) -> Message:
    """One invoice. ``role`` is the reader's for a private answer; ``None`` for a shared message."""
    invoice = card.invoice
    blocks = [
        header(f"{invoice.number} · {invoice.customer_name}"),
        section(_headline(card)),
        *[section(f":warning: {escape(text)}") for text in card.warnings],
        *fields(_invoice_fields(invoice)),
        *_line_items(invoice),
        *_payments(invoice.payments or (), invoice.currency),
        *_notes(invoice),
        *[section(f":raised_hand: {escape(trim(one_line(text), 300))}") for text in card.asked[:_ASKED]],
        *_open_operation(card, role),
        *_holds(card, role),
        *actions(invoice_buttons(card, role)),
        *actions(hold_buttons(card, role)),
        context(_footer(card)),
    ]
    text = f"Invoice {invoice_words(invoice, card.today)}"
    return message(escape(text), blocks)


def _headline(card: InvoiceCard) -> str:
    invoice = card.invoice
    state = status_words(invoice, card.today)
    said = f"{status_mark(invoice, card.today)} *{state[0].upper()}{state[1:]}*"
    if not invoice.unpaid:
        return said
    parts = [said, f"*{balance_words(invoice)}*", sent_words(invoice.status)]
    return " · ".join(part for part in parts if part)


def _invoice_fields(invoice: Invoice) -> list[tuple[str, str]]:
    pairs = [
        ("Due date", say_day(invoice.due_date)),
        ("Invoice date", say_day(invoice.date)),
        ("Balance", balance_cell(invoice)),
        ("Total", say_money(invoice.total, invoice.currency)),
    ]
    if invoice.terms:
        pairs.append(("Terms", escape(trim(one_line(invoice.terms), 200))))
    return pairs


def _line_items(invoice: Invoice) -> list[Block]:
    if invoice.lines is None:
        return []
    if not invoice.lines:
        return [section("_This invoice has no line items yet._")]
    shown = invoice.lines[:_LINES]
    rows = [[bold_cell(name) for name in ("Item", "Quantity", "Price", "Amount")]]
    rows += [_line_row(item, invoice.currency) for item in shown]
    left = len(invoice.lines) - len(shown)
    more = [context(f"and {count(left, 'more line')}, see Syncro")] if left else []
    return [table(rows, _RIGHT), *more, context(_sums(invoice))]


def _line_row(item: LineItem, currency: str) -> list[Block]:
    amount = "–" if item.total is None else say_money(item.total, currency)
    name = f"{item.name}\n{item.description}" if item.description else item.name
    return [
        cell(name),
        cell(f"{item.quantity.normalize():f}"),
        cell(say_price(item.price, currency)),
        cell(amount),
    ]


def _sums(invoice: Invoice) -> str:
    sums = [("Subtotal", invoice.subtotal), ("Tax", invoice.tax), ("Total", invoice.total)]
    return " · ".join(
        f"{name} {say_money(amount, invoice.currency)}" for name, amount in sums if amount is not None
    )


def _payments(payments: Sequence[Payment], currency: str) -> list[Block]:
    if not payments:
        return []
    lines = [line(words(payment_words(payment, currency))) for payment in payments]
    return [rich(line(bold("Payments")), bullets(some(lines, _PAYMENTS, "payments")))]


def _notes(invoice: Invoice) -> list[Block]:
    return [plain_section(f"Notes: {trim(invoice.notes, _NOTES)}")] if invoice.notes.strip() else []


def _open_operation(card: InvoiceCard, role: Role | None) -> list[Block]:
    if card.operation is None:
        return []
    blocks = [section(operation_words(card.operation))]
    if card.operation.state == "unknown" and (role is None or may(role, Action.PAY)):
        blocks += decide_buttons(card.operation.key)
    return blocks


def _holds(card: InvoiceCard, role: Role | None) -> list[Block]:
    """A line for each open hold, with a button for those who may end it."""
    lines = [plain_section(said) for said in held_words(card)]
    if role is not None and not may(role, Action.HOLD):
        return lines
    return [
        # What holds the whole customer doesn't end at one of their invoices.
        said | {"accessory": button("End hold", f"{ids.HOLD_END}:{place}", hold.id)}
        if hold.invoice_ids
        else said
        for place, (said, hold) in enumerate(zip(lines, card.holds, strict=True))
    ]


def _footer(card: InvoiceCard) -> str:
    read = as_of_words(card.as_of, card.today)
    source = read if card.live else f"{read}, from Duebot's own copy"
    if card.unread:
        source = f"{source}. {escape(one_line(card.unread))}"
    return " · ".join(part for part in (source, escape(one_line(card.last_contact))) if part)


def search_results(page: SearchPage, role: Role | None) -> Message:
    """One page of found invoices, with a menu to open one. ``role`` decides what is offered when none is found."""
    if not page.invoices:
        return _nothing_found(page, role)
    found = f"{count(page.total, 'invoice')} · {page.query}" if page.query else count(page.total, "invoice")
    rows = [[bold_cell(name) for name in ("Invoice", "Customer", "Due date", "Status", "Balance")]]
    rows += [_found_row(held, page) for held in page.invoices]
    picks = invoice_menu((held.id, invoice_words(held, page.today)) for held in page.invoices)
    turns = paging(page.search_id, page.page, page.pages, ids.FIND_BACK, ids.FIND_PAGE)
    place = f"Page {page.page} of {page.pages} · " if page.pages > 1 else ""
    blocks = [
        header(found),
        table(rows, frozenset({4})),
        *actions([*picks, *turns]),
        context(place + as_of_words(page.as_of, page.today)),
    ]
    return message(escape(f"Found {one_line(found)}"), blocks)


def _found_row(held: Invoice, page: SearchPage) -> list[Block]:
    return [
        bold_cell(held.number),
        cell(trim(one_line(held.customer_name), 60)),
        cell(say_day(held.due_date)),
        cell(status_words(held, page.today)),
        cell(balance_cell(held)),
    ]


def _nothing_found(page: SearchPage, role: Role | None) -> Message:
    sought = f" for *{escape(trim(one_line(page.query), 200))}*" if page.query else ""
    said = f"No invoices found{sought}."
    tip = "Try fewer words, another status, or a longer time: `/invoice find acme unpaid from 2026-01-01`."
    new = [button("New invoice", ids.NEW)] if role is not None and may(role, Action.DRAFT) else []
    blocks = [section(f"{said}\n{tip}"), *actions(new), context(as_of_words(page.as_of, page.today))]
    return message(said, blocks)


def candidates(sentence: str, found: Sequence[Candidate]) -> Message:
    """Several things match: all are offered, none is picked. Menus hold the first 100 of each kind."""
    invoices = [(held.id, held.label) for held in found if held.kind == "invoice"]
    customers = [(held.id, held.label) for held in found if held.kind == "customer"]
    picks = [*invoice_menu(invoices), *customer_menu(customers)]
    return _offered(sentence, found, picks, max(len(invoices), len(customers)))


def which_one(sentence: str, found: Sequence[Candidate], question_id: str) -> Message:
    """The same as a question: what is chosen goes on with the command that asked it."""
    picks = menu(
        "Choose one…",
        ids.ANSWER,
        ((one_line(held.label), answer_value(question_id, held.kind, held.id)) for held in found),
    )
    return _offered(sentence, found, picks, len(found))


def _offered(sentence: str, found: Sequence[Candidate], picks: list[Block], longest: int) -> Message:
    lines = [line(words(trim(one_line(held.label), 200))) for held in found]
    left = longest - 100
    more = [context(f"{left} more match: please be more exact.")] if left > 0 else []
    blocks = [
        plain_section(sentence),
        *([rich(bullets(some(lines, 10, "in the menu")))] if lines else []),
        *actions(picks),
        *more,
    ]
    return message(escape(sentence), blocks)
