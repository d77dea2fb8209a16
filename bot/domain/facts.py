"""What is shown: gathered by use cases, drawn by views. Plain data, no behaviour that fetches.

Amounts are minor units of the named currency; dates are the business's.
"""

import datetime as dt
from dataclasses import dataclass

from bot.domain.allocation import OpenInvoice
from bot.domain.holds import Hold
from bot.domain.invoice import Customer, Invoice, LineItem, Payment
from bot.domain.worklist import Only, Standing


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the API shape of this account can do; what it can't is not offered, and says why when asked.

    ``email_text``: recipients, subject and text can be chosen. ``states``: draft, sent, viewed and void are told.
    ``terms``: an invoice has terms of its own. ``numbers``: new invoices are numbered by Syncro. ``filters``: lists
    can be asked for by customer, status and date. ``payment_list``: the payments of all invoices can be listed.
    ``exact_lines``: an invoice takes all the lines that are sent, as they are sent. ``reference_length``: characters
    of a payment's reference.
    """

    void: bool = True
    email_text: bool = True
    states: bool = True
    payment_notes: bool = True
    payment_date: bool = True
    terms: bool = True
    numbers: bool = True
    filters: bool = True
    payment_list: bool = False
    exact_lines: bool = True
    reference_length: int = 100


@dataclass(frozen=True, slots=True)
class OpenOperation:
    """A write on an invoice that is not settled: ``state`` is prepared, sent or unknown."""

    key: str
    kind: str
    state: str
    actor_id: str
    actor_name: str
    at: dt.datetime
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A hold as typed. Which of the texts count depends on its kind."""

    until: str = ""
    amount: str = ""
    said_by: str = ""
    note: str = ""
    instalments: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceCard:
    """Everything on an invoice card. ``as_of`` is when Syncro was read; ``live`` is false for the mirror.

    ``unread`` is the sentence that says why Syncro couldn't be read for it just now, or empty.

    ``warnings`` are sentences about what isn't as it should be, such as lines that lack or a payment booked twice.

    ``shareable`` is false where nobody but the reader would see it shared. ``holds`` are the open ones;
    ``lapsed`` are the ids of those whose time is over: nobody has ended them, but they hold no more.

    ``asked`` are the requests about it that nobody has decided yet, in words.
    """

    invoice: Invoice
    today: dt.date
    as_of: dt.datetime
    syncro_url: str
    abilities: Abilities = Abilities()
    live: bool = True
    unread: str = ""
    operation: OpenOperation | None = None
    last_contact: str = ""
    warnings: tuple[str, ...] = ()
    shareable: bool = True
    holds: tuple[Hold, ...] = ()
    lapsed: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of found invoices (headers). ``query`` is what was understood, in words."""

    query: str
    invoices: tuple[Invoice, ...]
    page: int
    pages: int
    total: int
    search_id: str
    today: dt.date
    as_of: dt.datetime | None


@dataclass(frozen=True, slots=True)
class BucketTotal:
    """One aging bucket in one currency: how many invoices and how much is open."""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class AgingTotals:
    """Buckets of unpaid invoices in one currency. Credits and unknown balances stand apart, never as 0."""

    currency: str
    buckets: tuple[BucketTotal, ...]
    unknown_count: int = 0
    credit: int = 0

    @property
    def open_amount(self) -> int:
        """The sum of known positive balances, minor units."""
        return sum(bucket.amount for bucket in self.buckets)

    @property
    def overdue_amount(self) -> int:
        """The same without the current bucket (the first)."""
        return sum(bucket.amount for bucket in self.buckets[1:])

    @property
    def overdue_count(self) -> int:
        """How many invoices are past due with a known balance."""
        return sum(bucket.count for bucket in self.buckets[1:])


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer with overdue money. ``oldest_days`` is the days past due of the oldest invoice.

    ``standing`` is how we stand with them, where that is told.
    """

    customer_id: str
    name: str
    currency: str
    overdue: int
    open: int
    invoices: int
    oldest_days: int
    owner_id: str = ""
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The aging board and worklist: totals per currency, debtors ranked, one page of them.

    ``total`` counts the debtors that ``only`` lets through; the totals are of all.
    """

    title: str
    today: dt.date
    totals: tuple[AgingTotals, ...]
    debtors: tuple[Debtor, ...]
    page: int
    pages: int
    total: int
    search_id: str
    as_of: dt.datetime | None
    only: Only = Only.EVERYBODY


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """One customer's contact inside a reminder: level, listed invoices with days past due, and the sum."""

    contact_id: str
    customer_id: str
    customer_name: str
    currency: str
    level: str
    total: int
    invoices: tuple[tuple[Invoice, int], ...]
    owner_id: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """Internal contacts gathered into one message for one recipient. ``audience`` is owner, manager or channel."""

    audience: str
    today: dt.date
    items: tuple[ReminderItem, ...]
    as_of: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ReversedPayment:
    """A payment that an invoice no longer has: deleted in Syncro, moved elsewhere, or returned."""

    payment: Payment
    invoice: Invoice
    today: dt.date
    syncro_url: str


@dataclass(frozen=True, slots=True)
class Thanks:
    """Chased invoices that customers have paid, for their owner: each with the day of its last payment, if known."""

    today: dt.date
    invoices: tuple[tuple[Invoice, dt.date | None], ...]
    as_of: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """How a write ended, for the modal, the channel and the person's DM.

    ``state`` is confirmed, refused, unknown, or sent while it is still being checked; ``sentence`` says what is
    known, in words for a person. ``amiss``: it is done, but not as it should be. ``card`` is the invoice after it,
    when it could be read; ``syncro_url`` is where to look in Syncro.
    ``approved_by`` are the Slack ids of those who approved it.
    """

    key: str
    kind: str
    state: str
    sentence: str
    invoice_id: str
    actor_id: str
    amiss: bool = False
    card: InvoiceCard | None = None
    syncro_url: str = ""
    approved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpreadOffer:
    """What the form of one payment over several invoices shows, oldest due first.

    ``left_out`` are invoices that take no share, each with why. ``more`` counts open ones that the form has no room
    for.
    """

    customer: Customer
    currency: str
    today: dt.date
    abilities: Abilities
    invoices: tuple[OpenInvoice, ...]
    left_out: tuple[str, ...] = ()
    more: int = 0

    @property
    def open_amount(self) -> int:
        """The sum of known balances, minor units."""
        return sum(one.seen.balance for one in self.invoices if one.seen.balance is not None)


@dataclass(frozen=True, slots=True)
class SpreadShare:
    """One invoice's share of a payment over several: ``state`` as of an operation, empty while none was begun.

    ``amiss``: Syncro has booked it, but not as it should be.
    """

    invoice_id: str
    number: str
    amount: int
    state: str
    sentence: str = ""
    amiss: bool = False


@dataclass(frozen=True, slots=True)
class SpreadOutcome:
    """How far one payment over several invoices is. Its shares stand in the order in which they are recorded.

    ``approved_by`` are the Slack ids of those who approved it.
    """

    customer_name: str
    currency: str
    amount: int
    actor_id: str
    shares: tuple[SpreadShare, ...]
    approved_by: tuple[str, ...] = ()

    def of_state(self, *states: str) -> tuple[SpreadShare, ...]:
        """The shares in one of these states."""
        return tuple(share for share in self.shares if share.state in states)

    @property
    def recorded(self) -> tuple[SpreadShare, ...]:
        """The shares that are in Syncro as they should be."""
        return tuple(share for share in self.of_state("confirmed") if not share.amiss)

    @property
    def amiss(self) -> tuple[SpreadShare, ...]:
        """The shares that Syncro has booked, but not as they should be."""
        return tuple(share for share in self.of_state("confirmed") if share.amiss)

    @property
    def complete(self) -> bool:
        """Whether nothing of the payment is left to be recorded."""
        return len(self.of_state("confirmed")) == len(self.shares)

    @property
    def begun(self) -> bool:
        """Whether any share was recorded, or may have been."""
        return bool(self.of_state("confirmed", "sent", "unknown"))


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """A new invoice as the form holds it, before the review. Text fields are kept as typed."""

    customer_id: str = ""
    customer_name: str = ""
    date: str = ""
    due_date: str = ""
    terms: str = ""
    notes: str = ""
    lines: tuple["DraftLine", ...] = ()


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of the form: ``id`` is stable while the form is open; texts as typed."""

    id: str
    name: str = ""
    quantity: str = "1"
    price: str = ""
    taxable: bool = True
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceReview:
    """The review step: parsed lines with totals before tax, and anything that needs a word (duplicates)."""

    draft_id: str
    customer: Customer
    currency: str
    date: dt.date
    due_date: dt.date | None
    terms: str
    notes: str
    lines: tuple[LineItem, ...]
    subtotal: int
    warnings: tuple[str, ...] = ()
