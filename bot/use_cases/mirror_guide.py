"""Keeping the mirror current in the guide's wire shape: its lists can be asked for by state and date.

What is not settled stands in four lists. An invoice that has left them is read once; so is one whose payments must
be others than those kept, because payments stand only in the detail.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial

from bot.domain.invoice import Invoice, Status
from bot.store import mirror_sync
from bot.syncro.calls import InvoicePage
from bot.use_cases.mirror_reading import Lists, Reading

#: The lists that can hold money still expected, or about to be.
_LIVING = (Status.DRAFT, Status.SENT, Status.VIEWED, Status.PARTIAL)
#: What an invoice can be that was made and settled between two syncs: it was in none of those lists.
_SETTLED = (Status.PAID, Status.VOID)
#: Settled invoices are listed again from this long before the last time on.
_LOOK_BACK = timedelta(days=3)
#: Payments of invoices dated this lately are known from the first sync on: for duplicates, digests, last payments.
_LATELY = timedelta(days=60)


class GuideLists(Lists):
    """The guide's lists by state and date."""

    async def read_everything(self, reading: Reading, again: bool) -> None:
        """Wanted in detail are partly and lately paid invoices, and those with other payments than kept."""
        lately = reading.context.today() - _LATELY

        def wanted(invoice: Invoice, kept: Invoice | None) -> bool:
            changed = kept is not None and _other_payments(invoice, kept)
            return changed or ((again or kept is None) and _paid_lately(invoice, lately))

        held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(Status)))
        listed = await reading.headers("invoices", reading.context.bulk.invoices(), wanted)
        await reading.want(one for one in held if one not in listed)

    async def read_changes(self, reading: Reading) -> None:
        """What is not settled, and what was made lately and is settled already. What has left the lists is wanted."""
        held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, _LIVING))
        listed: set[str] = set()
        for status in _LIVING:
            found = reading.context.bulk.invoices(status=status)
            listed |= await reading.headers(f"{status.value} invoices", found, _new_payments)
        for status in _SETTLED:
            found = reading.context.bulk.invoices(status=status, date_from=_since(reading))
            await reading.headers(f"{status.value} invoices", _up_to_known(reading, found), _new_payments)
        await reading.want(one for one in held if one not in listed and one not in reading.told)

    async def compare(self, reading: Reading) -> None:
        """All that is settled and dated lately. What is kept and no longer there is wanted."""
        since = min(_since(reading), reading.context.today() - _LATELY)
        held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, _SETTLED, since))
        listed: set[str] = set()
        for status in _SETTLED:
            found = reading.context.bulk.invoices(status=status, date_from=since)
            listed |= await reading.headers(f"{status.value} invoices", found, _new_payments)
        await reading.want(one for one in held if one not in listed and one not in reading.told)

    async def look_for_new(self, reading: Reading) -> None:
        """What is dated lately, whatever its state."""
        found = reading.context.gateway.invoices(date_from=_since(reading))
        await reading.headers("invoices", found, _new_payments)


def _since(reading: Reading) -> date:
    """From which invoice date on something may have been made since the last time."""
    return reading.context.local((reading.listed or reading.started) - _LOOK_BACK).date()


async def _up_to_known(reading: Reading, pages: AsyncIterator[InvoicePage]) -> AsyncIterator[InvoicePage]:
    """Pages up to the first that holds nothing new, where the newest stands first."""
    async for page in pages:
        ids = [one.id for one in page.invoices]
        kept = await reading.context.lane.read(partial(mirror_sync.kept_invoices, ids=ids))
        yield page
        known = all(one.id in kept and kept[one.id].status is one.status for one in page.invoices)
        if known and ids and page.invoices[0].created_at >= page.invoices[-1].created_at > "":
            return


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
