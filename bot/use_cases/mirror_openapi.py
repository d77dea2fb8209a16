"""Keeping the mirror current in the shape of Syncro's published OpenAPI, whose lists tell no balance.

Invoices are listed by when they changed, payments from the newest on; a balance costs a read of the invoice. Nobody
promises that a payment changes its invoice's stamp, or that a deletion leaves a trace: so once a day all that is
unpaid, and the payments of late, are listed and compared with what is kept.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

from bot.domain.invoice import UNPAID, Status
from bot.store import mirror, mirror_sync
from bot.syncro.calls import InvoicePage
from bot.use_cases.mirror_payments import read_new_payments, read_payments_since
from bot.use_cases.mirror_reading import Reading

#: Payments entered this lately are known from the first sync on, and compared every day.
LATELY = timedelta(days=60)
#: Changes are asked for from a little before the last that was seen: what is saved together may show up apart.
_OVERLAP = timedelta(minutes=2)
#: The stamp of the newest change that was seen.
_CHANGED_UNTIL = "changed_until"


async def read_everything(reading: Reading, again: bool) -> None:
    """Every header, and the payments of late. All that is unpaid is wanted in detail.

    Without ``again`` it goes on with an interrupted first sync: what has its detail is not read once more. With it
    every payment is read.
    """
    held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(Status)))
    listed = await _changed_since(reading, "")
    await reading.want(one for one in held if one not in listed)
    if again:
        await reading.context.lane.write(mirror_sync.want_detail_of_unpaid)
    await read_payments_since(reading, date.min if again else reading.context.today() - LATELY)


async def read_changes(reading: Reading) -> None:
    """The invoices that changed and the payments that were entered since the last time."""
    await _changed_since(reading, await _seen_until(reading))
    await read_new_payments(reading)


async def look_for_new(reading: Reading) -> None:
    """The invoices that changed since the last time, ahead of work in the background."""
    since = await _seen_until(reading)
    if since:
        await reading.headers("invoices", reading.context.gateway.changed_invoices(since))


async def compare(reading: Reading) -> None:
    """All that is unpaid, and the payments of late, compared with what is kept.

    Wanted in detail is what is unpaid here and not there, or there and not here.
    """
    held = await reading.context.lane.read(lambda tx: mirror_sync.ids_of(tx, tuple(UNPAID)))
    listed = await reading.headers("unpaid invoices", reading.context.bulk.unpaid_invoices())
    await reading.want(one for one in held if one not in listed)
    await read_payments_since(reading, reading.context.today() - LATELY)


async def _seen_until(reading: Reading) -> str:
    """From which stamp on changes are asked for; empty text for all."""
    until = await reading.context.lane.read(lambda tx: mirror.get_state(tx, _CHANGED_UNTIL))
    return (datetime.fromisoformat(until) - _OVERLAP).isoformat() if until else ""


async def _changed_since(reading: Reading, since: str) -> set[str]:
    """The ids of what changed since this stamp; all for empty text.

    What changes while it is listed is listed the next time: the next stamp is never later than the beginning.
    """
    stamps: list[datetime] = []

    async def noted() -> AsyncIterator[InvoicePage]:
        async for page in reading.context.bulk.changed_invoices(since):
            stamps.extend(stamp for one in page.invoices if (stamp := _stamp(one.updated_at)))
            yield page

    listed = await reading.headers("invoices", noted())
    if stamps:
        until = min(max(stamps), reading.started).isoformat()
        await reading.context.lane.write(lambda tx: mirror.set_state(tx, _CHANGED_UNTIL, until))
    return listed


def _stamp(text: str) -> datetime | None:
    """A stamp of Syncro's, or ``None`` when it is none."""
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
