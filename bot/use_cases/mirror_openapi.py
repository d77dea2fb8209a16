"""Keeping the mirror current in the shape of Syncro's published OpenAPI, whose lists tell no balance.

Invoices are listed by when they changed, payments from the newest on; a balance costs a read of the invoice. Nobody
promises that a payment changes its invoice's stamp, or that a deletion leaves a trace: so once a day all that is
unpaid, and the payments of late, are listed and compared with what is kept.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

from bot.domain.invoice import UNPAID, Invoice, Status
from bot.domain.stamps import stamp_of
from bot.store import mirror, mirror_sync
from bot.syncro.calls import InvoicePage
from bot.use_cases.mirror_payments import read_new_payments, read_payments_since
from bot.use_cases.mirror_reading import Lists, Reading

#: Payments entered this lately are known from the first sync on, and compared every day.
_LATELY = timedelta(days=60)
#: Changes are asked for from a little before the last that was seen, as what is saved together may show up apart;
#: unless that one has been at rest for longer than clocks differ.
_OVERLAP = timedelta(minutes=2)
_AT_REST = timedelta(minutes=15)
#: The least by which stamps differ.
_STEP = timedelta(milliseconds=1)
#: The stamp from which on changes are asked for.
_CHANGES_FROM = "changes_from"


class OpenapiLists(Lists):
    """The lists of the published OpenAPI. Of what they list, all that is unpaid and has changed is wanted in detail."""

    async def read_everything(self, reading: Reading, again: bool) -> None:
        """All of these lists. ``again`` wants all that is unpaid, and reads the payments of all times."""
        held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(Status)))
        listed = await _changed_since(reading, "")
        await reading.want(one for one in held if one not in listed)
        if again:
            await reading.context.lane.write(mirror_sync.want_detail_of_unpaid)
        await read_payments_since(reading, date.min if again else reading.context.today() - _LATELY)
        # So many pages take long, and what is deleted meanwhile moves others from one page to another.
        await self._compare_unpaid(reading)

    async def read_changes(self, reading: Reading) -> None:
        """The invoices that changed and the payments that were entered."""
        await _changed_since(reading, await _next_stamp(reading))
        await read_new_payments(reading)

    async def compare(self, reading: Reading) -> None:
        """All that is unpaid, and the payments of late."""
        await self._compare_unpaid(reading)
        await read_payments_since(reading, reading.context.today() - _LATELY)

    async def _compare_unpaid(self, reading: Reading) -> None:
        """Wanted is what is unpaid in only one of here and there."""
        held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(UNPAID)))
        listed = await reading.headers("unpaid invoices", reading.context.bulk.unpaid_invoices())
        left = [one for one in held if one not in listed]
        reading.seen -= set(left)
        await reading.want(left)

    async def look_for_new(self, reading: Reading) -> None:
        """The invoices that changed."""
        since = await _next_stamp(reading)
        if since:
            await reading.headers("invoices", reading.context.gateway.changed_invoices(since))


async def _next_stamp(reading: Reading) -> str:
    """From which stamp on changes are asked for; empty text for all."""
    return await reading.context.lane.read(lambda tx: mirror.get_state(tx, _CHANGES_FROM)) or ""


async def _changed_since(reading: Reading, since: str) -> set[str]:
    """The ids of what changed since this stamp; all for empty text.

    What changes while it is listed is listed the next time: the next stamp is never later than the beginning.
    """
    stamps: list[datetime] = []

    async def noted() -> AsyncIterator[InvoicePage]:
        async for page in reading.context.bulk.changed_invoices(since):
            stamps.extend(stamp for one in page.invoices if (stamp := _changed_at(one)))
            yield page

    listed = await reading.headers("invoices", noted())
    if stamps:
        after = _stamp_after(max(stamps), reading.started).isoformat()
        await reading.context.lane.write(lambda tx: mirror.set_state(tx, _CHANGES_FROM, after))
    return listed


def _stamp_after(newest: datetime, began: datetime) -> datetime:
    """From which stamp on the next list of changes begins, after one that ``began`` then and went up to ``newest``."""
    if began - newest > _AT_REST:
        return newest + _STEP
    return min(newest, began) - _OVERLAP


def _changed_at(invoice: Invoice) -> datetime | None:
    """When Syncro changed it; a stamp without a time zone is taken for UTC."""
    return stamp_of(invoice.updated_at) or stamp_of(f"{invoice.updated_at}+00:00")
