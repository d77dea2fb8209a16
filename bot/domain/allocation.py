"""One payment spread over a customer's open invoices: which of them take a share, and how much of it, oldest first.

Amounts are minor units of the customer's currency.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.invoice import Invoice, Status
from bot.domain.money import say_money
from bot.domain.parse_money import parse_amount
from bot.domain.version import Version

_NOTHING = re.compile(r"[-–]?|[$€£¥₹]? ?0*[.,]?0*")


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that a form offers for a share, as it was seen live."""

    id: str
    number: str
    seen: Version


def why_left_out(invoice: Invoice) -> str:
    """Why an invoice takes no share of a payment, in a few words; empty when it takes one."""
    if invoice.status is Status.DRAFT:
        return "a draft"
    if not invoice.unpaid:
        return invoice.status.value
    if invoice.balance is None:
        return "balance unknown"
    if invoice.balance < 0:
        return f"a credit of {say_money(-invoice.balance, invoice.currency)}"
    return "" if invoice.balance else "nothing open"


def oldest_first(invoices: Iterable[Invoice]) -> list[Invoice]:
    """By due date, those without one last; invoices due on one day by Syncro's id, which counts up."""
    return sorted(invoices, key=lambda one: (one.due_date or date.max, len(one.id), one.id))


def allocate(amount: int, balances: Sequence[int]) -> tuple[int, ...]:
    """What of ``amount`` goes to each balance in turn: all of it while the amount lasts, the last one partly."""
    shares = []
    for balance in balances:
        shares.append(max(0, min(amount, balance)))
        amount -= shares[-1]
    return tuple(shares)


def parse_share(text: str, currency: str) -> int:
    """A share as typed: like an amount, but nothing at all and zero are 0. Raises ``BadInput``."""
    typed = text.strip()
    return 0 if _NOTHING.fullmatch(typed) else parse_amount(typed, currency)


def misfit(amount: int, shares: Iterable[int], currency: str) -> str:
    """How far the shares are from adding up to the amount, as a sentence; empty when they do."""
    total = sum(shares)
    if total == amount:
        return ""
    way = "more" if total > amount else "less"
    apart = say_money(abs(total - amount), currency)
    return f"The invoices below add up to {say_money(total, currency)}, {apart} {way} than the amount."
