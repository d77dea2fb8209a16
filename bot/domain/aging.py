"""Aging: what is unpaid by days past due, who owes most, and what has just become overdue.

Amounts are minor units; "today" is the business's date. A balance that is unknown is counted, never taken as 0.
The mirror sums the same in SQL (``bot.store.mirror_aging``), where there are too many invoices to read them all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from bot.domain.facts import AgingTotals, BucketTotal, Debtor
from bot.domain.invoice import Invoice

#: Bucket names in order; the last one means more than 90 days past due.
BUCKETS = ("current", "1–30", "31–60", "61–90", "90+")
#: The most days past due in each bucket but the last.
LAST_DAYS = (0, 30, 60, 90)
#: A debt stops gaining weight by age after this many days: it is old news by then.
OLDEST_THAT_COUNTS = 120


def bucket_of(days: int | None) -> int:
    """The index in ``BUCKETS`` for ``days`` past due; without a due date an invoice is current."""
    if days is None:
        return 0
    return sum(days > last for last in LAST_DAYS)


def totals(invoices: Iterable[Invoice], today: date) -> tuple[AgingTotals, ...]:
    """Buckets of unpaid invoices, one ``AgingTotals`` per currency in alphabetical order.

    Credits (negative balances) are summed as a positive amount beside the buckets.
    """
    by_currency: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        if invoice.unpaid:
            by_currency[invoice.currency].append(invoice)
    return tuple(_totals(currency, by_currency[currency], today) for currency in sorted(by_currency))


def _totals(currency: str, invoices: Sequence[Invoice], today: date) -> AgingTotals:
    counts, amounts = [0] * len(BUCKETS), [0] * len(BUCKETS)
    unknown = credit = 0
    for invoice in invoices:
        if invoice.balance is None:
            unknown += 1
        elif invoice.balance < 0:
            credit -= invoice.balance
        elif invoice.balance > 0:
            bucket = bucket_of(invoice.days_past_due(today))
            counts[bucket] += 1
            amounts[bucket] += invoice.balance
    buckets = tuple(map(BucketTotal, BUCKETS, counts, amounts))
    return AgingTotals(currency, buckets, unknown, credit)


def debtors(
    invoices: Iterable[Invoice], today: date, owner_of: Callable[[str], str], over_days: int = 0
) -> list[Debtor]:
    """Customers with overdue money, one row per currency, those who most deserve a call first.

    The score is the sum over overdue invoices of balance × (1 + days past due / 30), days counted up to 120: an
    amount weighs once more for every month that it is late (see ``ranked``).
    ``over_days`` keeps only customers with an invoice more than that many days past due. Credits don't reduce it.
    """
    by_customer: dict[tuple[str, str], list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        if invoice.unpaid and invoice.balance is not None and invoice.balance > 0:
            by_customer[invoice.customer_id, invoice.currency].append(invoice)
    scored = ((score(owed, today), _debtor(owed, today, owner_of)) for owed in by_customer.values())
    return ranked((points, debtor) for points, debtor in scored if debtor.oldest_days > over_days)


def ranked(scored: Iterable[tuple[int, Debtor]]) -> list[Debtor]:
    """Debtors by their scores, highest first. Equal scores: oldest first, then by name and currency."""
    rows = sorted(
        scored,
        key=lambda row: (
            -row[0],
            -row[1].oldest_days,
            row[1].name.casefold(),
            row[1].customer_id,
            row[1].currency,
        ),
    )
    return [debtor for _, debtor in rows]


def score(owed: Iterable[Invoice], today: date) -> int:
    """How much these invoices deserve a call; see ``debtors``. In thirtieths of a minor unit, to stay exact."""
    return sum(
        (invoice.balance or 0) * (30 + min(_days(invoice, today), OLDEST_THAT_COUNTS))
        for invoice in owed
        if invoice.overdue(today)
    )


def _debtor(owed: Sequence[Invoice], today: date, owner_of: Callable[[str], str]) -> Debtor:
    late = [invoice for invoice in owed if invoice.overdue(today)]
    first = owed[0]
    return Debtor(
        customer_id=first.customer_id,
        name=first.customer_name,
        currency=first.currency,
        overdue=sum(invoice.balance or 0 for invoice in late),
        open=sum(invoice.balance or 0 for invoice in owed),
        invoices=len(late),
        oldest_days=max((_days(invoice, today) for invoice in late), default=0),
        owner_id=owner_of(first.customer_id),
    )


def _days(invoice: Invoice, today: date) -> int:
    return invoice.days_past_due(today) or 0


def newly_overdue(invoices: Iterable[Invoice], today: date, since: date) -> list[Invoice]:
    """Invoices overdue today that were not yet overdue on ``since`` (the last digest's day), oldest due first.

    One with an unknown balance is included; one with nothing left to pay is not.
    """
    fresh = [
        invoice
        for invoice in invoices
        if invoice.overdue(today)
        and not invoice.overdue(since)
        and (invoice.balance is None or invoice.balance > 0)
    ]
    return sorted(fresh, key=lambda invoice: (invoice.due_date or today, invoice.number, invoice.id))
