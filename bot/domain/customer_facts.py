"""What is shown of a customer. Amounts are minor units of the named currency; dates are the business's."""

import datetime as dt
from dataclasses import dataclass

from bot.domain.calls import Call
from bot.domain.holds import Hold
from bot.domain.invoice import Customer, Invoice, Payment
from bot.domain.worklist import NOTHING_KNOWN, Standing


@dataclass(frozen=True, slots=True)
class PastHold:
    """A hold that has ended. ``outcome`` of a promise is kept, broken or moved; ``reason`` is why it ended."""

    hold: Hold
    ended_on: dt.date
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """One customer: what is open and overdue, whom to call, and their unpaid invoices.

    ``credit`` is that of negative invoices, and what was paid without an invoice.
    ``holds`` are the open ones, on all of them or on single invoices; ``lapsed`` as on an ``InvoiceCard``.
    ``promises_kept`` and ``promises_broken`` count promises that have ended so. ``last_contact`` is the last reminder
    in words; ``calls`` and ``past_holds`` are the last ones, newest first. ``assigned``: a person chose the owner;
    else policy names them.
    """

    customer: Customer
    currency: str
    today: dt.date
    open_amount: int
    overdue_amount: int
    credit: int
    unknown_count: int
    invoices: tuple[Invoice, ...]
    last_payment: Payment | None
    usual_days_late: int | None
    owner_id: str
    as_of: dt.datetime | None
    syncro_url: str = ""
    holds: tuple[Hold, ...] = ()
    lapsed: frozenset[str] = frozenset()
    promises_kept: int = 0
    promises_broken: int = 0
    last_contact: str = ""
    calls: tuple[Call, ...] = ()
    past_holds: tuple[PastHold, ...] = ()
    standing: Standing = NOTHING_KNOWN
    assigned: bool = False
