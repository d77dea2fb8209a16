"""Keeping the mirror current in the guide's wire shape: its lists can be asked for by state and date.

What is not settled stands in four lists. An invoice that has left them is read once; so is one whose payments must
be others than those kept, because payments stand only in the detail.
"""

from datetime import date, timedelta

from bot.domain.invoice import Invoice, Status
from bot.store import mirror_sync
from bot.use_cases.mirror_reading import Reading

#: The lists that can hold money still expected, or about to be.
_LIVING = (Status.DRAFT, Status.SENT, Status.VIEWED, Status.PARTIAL)
#: What an invoice can be that was made and settled between two syncs: it was in none of those lists.
_SETTLED = (Status.PAID, Status.VOID)
#: Payments of invoices dated this lately are known from the first sync on: for duplicates, digests, last payments.
LATELY = timedelta(days=60)


async def read_everything(reading: Reading, again: bool) -> None:
    """Every header. Wanted in detail are partly and lately paid invoices, and those with other payments than kept.

    Without ``again`` it goes on with an interrupted first sync: what has its detail is not read once more.
    """
    lately = reading.context.today() - LATELY

    def wanted(invoice: Invoice, kept: Invoice | None) -> bool:
        changed = kept is not None and _other_payments(invoice, kept)
        return changed or ((again or kept is None) and _paid_lately(invoice, lately))

    held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(Status)))
    listed = await reading.headers("invoices", reading.context.bulk.invoices(), wanted)
    await reading.want(one for one in held if one not in listed)


async def read_changes(reading: Reading, since: date) -> None:
    """What is not settled, and what is settled and dated ``since`` or later. What has left these lists is wanted."""
    living = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, _LIVING))
    settled = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, _SETTLED, since))
    listed: set[str] = set()
    for status in _LIVING:
        found = reading.context.bulk.invoices(status=status)
        listed |= await reading.headers(f"{status.value} invoices", found, _new_payments)
    for status in _SETTLED:
        found = reading.context.bulk.invoices(status=status, date_from=since)
        listed |= await reading.headers(f"{status.value} invoices", found, _new_payments)
    await reading.want(one for one in (*living, *settled) if one not in listed)


async def look_for_new(reading: Reading, since: date) -> None:
    """What is dated ``since`` or later, whatever its state, ahead of work in the background."""
    await reading.headers("invoices", reading.context.gateway.invoices(date_from=since), _new_payments)


def _new_payments(invoice: Invoice, kept: Invoice | None) -> bool:
    """Whether it has payments that aren't known."""
    if kept is None:
        return invoice.status in (Status.PARTIAL, Status.PAID)
    return _other_payments(invoice, kept)


def _other_payments(invoice: Invoice, kept: Invoice) -> bool:
    """Whether another amount has been paid than was. What a void invoice says of its balance isn't about payments."""
    return invoice.status is not Status.VOID and _paid(invoice) != _paid(kept)


def _paid(invoice: Invoice) -> int | None:
    return None if invoice.balance is None else invoice.total - invoice.balance


def _paid_lately(invoice: Invoice, since: date) -> bool:
    """Whether its payments are worth a read when every header is: partly paid, or paid and dated lately."""
    lately = invoice.date is not None and invoice.date >= since
    return invoice.status is Status.PARTIAL or (invoice.status is Status.PAID and lately)
