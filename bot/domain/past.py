"""An invoice as it was on a past day, rebuilt from its payments by date (docs/ladder.md, "As of a past day").

Syncro tells how things are now. What was paid later is put back; when that can't be known the invoice stays as it is
now, and whoever reads it is told so. Amounts are minor units, dates the business's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.invoice import Invoice, Payment, Status


@dataclass(frozen=True, slots=True)
class Then:
    """An invoice on a past day. ``as_now``: it could not be rebuilt, so it stands as it is now."""

    invoice: Invoice
    as_now: bool = False


def on_day(invoice: Invoice, payments: Iterable[Payment], day: date) -> Then | None:
    """The invoice on ``day``, or ``None`` when it had not been made by then. ``payments`` are all that it has."""
    if invoice.date is not None and invoice.date > day:
        return None
    if invoice.balance is None or invoice.status in (Status.VOID, Status.DRAFT):
        return Then(invoice, as_now=True)
    counted = [one for one in payments if one.successful]
    if any(one.date is None or one.spread_over for one in counted):
        return Then(invoice, as_now=True)
    later = sum(one.amount for one in counted if one.date is not None and one.date > day)
    if not later:
        # Paid by something that isn't known here (a credit, for example): nobody can say since when.
        return Then(invoice, as_now=invoice.status is Status.PAID and not counted)
    balance = min(invoice.total, invoice.balance + later)
    status = Status.PARTIAL if balance < invoice.total else Status.SENT
    return Then(replace(invoice, balance=balance, status=status if balance else invoice.status))
