"""Pieces that several messages share: which buttons an invoice offers, and menus of invoices and customers."""

from collections.abc import Iterable

from bot.domain.facts import Abilities, InvoiceCard
from bot.domain.invoice import EDITABLE, Invoice, Status
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.blocks import Block, actions, button, confirm, menu, one_line
from bot.views.values import pick_value


def invoice_buttons(card: InvoiceCard, role: Role | None) -> list[Block]:
    """The buttons of an invoice: what its state allows, and of that what ``role`` permits (``None``: any role).

    While an operation is open on it nothing can be written, so only looking again is offered.
    """
    invoice = card.invoice
    offered = [] if card.operation else _writes(invoice, card.abilities)
    buttons = [made for action, made in offered if role is None or may(role, action)]
    if card.operation:
        buttons.append(button("Look again", ids.CARD, invoice.id))
    if card.syncro_url:
        buttons.append(button("Open in Syncro", ids.OPEN_SYNCRO, invoice.id, url=card.syncro_url))
    if role is not None and card.shareable:
        buttons.append(button("Share here", ids.SHARE, invoice.id))
    return buttons


def _writes(invoice: Invoice, can: Abilities) -> list[tuple[Action, Block]]:
    state, key = invoice.status, invoice.id
    offered: list[tuple[bool, Action, Block]] = [
        (state is Status.DRAFT, Action.SEND, button("Send", ids.SEND, key, style="primary")),
        (_owes(invoice), Action.PAY, button("Record payment", ids.PAY, key, style="primary")),
        (invoice.unpaid, Action.SEND, button(_send_word(can), ids.SEND, key)),
        (state in EDITABLE, Action.EDIT, button("Edit", ids.EDIT, key)),
        (state in EDITABLE, Action.EDIT, button("Add line", ids.ADD, key)),
        (
            can.void and state is not Status.VOID,
            Action.REQUEST_VOID,
            button("Void", ids.VOID, key, style="danger"),
        ),
    ]
    return [(action, made) for fits, action, made in offered if fits]


def hold_buttons(card: InvoiceCard, role: Role | None) -> list[Block]:
    """What can be noted about an invoice for which somebody is chased, and about whose it is; ``role`` as above."""
    if card.operation or not _owes(card.invoice) or not (role is None or may(role, Action.HOLD)):
        return []
    named = (
        ("Remind", ids.REMIND),
        ("Promise", ids.PROMISE),
        ("Dispute", ids.DISPUTE),
        ("Says paid", ids.SAYS_PAID),
        ("Snooze", ids.SNOOZE),
    )
    whose = card.invoice.customer_id
    about_them = [button("Log call", ids.CALL_LOG, whose), button("Assign", ids.ASSIGN, whose)]
    return [*(button(text, action_id, card.invoice.id) for text, action_id in named), *about_them]


def _owes(invoice: Invoice) -> bool:
    return invoice.unpaid and invoice.balance is not None and invoice.balance > 0


def _send_word(can: Abilities) -> str:
    return "Send again" if can.states else "Send"


def decide_buttons(key: str) -> list[Block]:
    """The three ways out of an operation whose end is unknown; ``key`` is the operation's."""
    happened = confirm(
        "Did it go through?",
        "Only say so when you have seen it in Syncro. Duebot then counts it as done and goes on from there.",
        "It went through",
    )
    did_not = confirm(
        "Did it not go through?",
        "Only say so when you have looked in Syncro and it is not there. "
        "After that it can be done again, and if it was there after all it would be done twice.",
        "It did not",
    )
    row = [
        button("Check again", ids.CHECK_AGAIN, key, style="primary"),
        button("It went through", ids.IT_HAPPENED, key, confirm=happened),
        button("It did not", ids.IT_DID_NOT, key, style="danger", confirm=did_not),
    ]
    return actions(row)


def invoice_menu(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """A menu that opens an invoice's card, from (id, words)."""
    return menu(
        "Open an invoice…",
        ids.CARD_PICK,
        ((one_line(text), pick_value("invoice", key)) for key, text in pairs),
    )


def customer_menu(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """A menu that opens a customer's card, from (id, name)."""
    return menu(
        "Open a customer…",
        ids.CUSTOMER_PICK,
        ((one_line(text), pick_value("customer", key)) for key, text in pairs),
    )


def paging(search_id: str, page: int, pages: int, back_id: str, on_id: str) -> list[Block]:
    """Buttons to the neighbouring pages; their value is "SEARCHID:PAGE"."""
    back = button("← Previous", back_id, f"{search_id}:{page - 1}")
    on = button("Next →", on_id, f"{search_id}:{page + 1}")
    return [back] * (page > 1) + [on] * (page < pages)
