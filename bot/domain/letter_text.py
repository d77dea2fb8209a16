"""Filling a template for one contact: amounts and dates written out, every invoice on a line of its own."""

from collections.abc import Mapping

from bot.domain.contacts import ContactNow
from bot.domain.dates import say_date
from bot.domain.letters import FIELD, MOST_MESSAGE, MOST_SUBJECT, Letter
from bot.domain.money import say_money

#: More invoices than these are counted at the end of the list.
_LISTED = 25


def fill(letter: Letter, contact: ContactNow, business: str) -> tuple[str, str]:
    """Subject and text of a contact. Amounts and dates are written out; each on one line of the subject."""
    listed = sum(item.invoice.balance or 0 for item in contact.listed)
    credit = listed - contact.total
    carrying = contact.carrying
    values = {
        "customer": contact.customer_name,
        "business": business,
        "invoices": _lines(contact),
        "count": str(len(contact.listed)),
        "total": say_money(contact.total, contact.currency),
        "credit": say_money(credit, contact.currency) if credit else "",
        "number": carrying.number,
        "due_date": say_date(carrying.due_date) if carrying.due_date else "",
        "balance": say_money(carrying.balance, contact.currency),
    }
    subject = " ".join(_filled(letter.subject, values).split())
    return subject[:MOST_SUBJECT], _shortened(_filled(letter.message, values))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_MESSAGE else f"{text[: MOST_MESSAGE - 1]}…"


def _lines(contact: ContactNow) -> str:
    lines = [
        f"{item.invoice.number}, due {say_date(item.invoice.due_date)}: "
        f"{say_money(item.invoice.balance, contact.currency)}"
        for item in contact.listed
        if item.invoice.due_date
    ]
    left = len(lines) - _LISTED
    credit = sum(item.invoice.balance or 0 for item in contact.listed) - contact.total
    taken = [f"Your credit: -{say_money(credit, contact.currency)}"] if credit else []
    more = [f"and {left} more"] if left > 0 else []
    return "\n".join([*lines[:_LISTED], *more, *taken])
