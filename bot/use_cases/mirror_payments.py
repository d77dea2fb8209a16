"""Reading the list of all payments, where the shape has one. It begins with the newest.

What a run has listed is kept when its list is complete, all at once: a killed run leaves no gap behind which older
payments would be taken for known.
"""

import json
from collections.abc import Callable, Collection
from contextlib import aclosing
from datetime import date, timedelta

import structlog

from bot.domain.invoice import Payment
from bot.store import mirror, mirror_payments, mirror_sync
from bot.store.lane import Tx
from bot.use_cases.mirror_reading import Reading

log = structlog.get_logger()

#: The newest payments when they were last listed: where these come, the rest is known.
_NEWEST = "newest_payments"
_AS_NEWEST = 25
#: Stamps are compared as text, and may tell the time of another place.
_OTHER_ZONE = timedelta(days=1)


async def read_new_payments(reading: Reading) -> None:
    """The payments entered since they were last listed."""
    kept = await reading.context.lane.read(lambda tx: mirror.get_state(tx, _NEWEST))
    known = frozenset(json.loads(kept or "[]"))
    found = await _list(reading, lambda page: any(one.id in known for one in page))
    await reading.context.lane.write(lambda tx: _keep(tx, found))


async def read_payments_since(reading: Reading, since: date) -> None:
    """The payments entered ``since`` or later; what is kept of that time and no longer listed is forgotten."""
    first = since.isoformat()
    found = await _list(reading, lambda page: all("" < one.created_at[:10] < first for one in page))
    surely = "" if since == date.min else (since + _OTHER_ZONE).isoformat()
    listed = {*(one.id for one in found), *reading.unreadable_payments}

    def write(tx: Tx) -> None:
        _keep(tx, found)
        mirror_payments.forget_payments(tx, mirror_payments.payments_since(tx, surely) - listed)

    await reading.context.lane.write(write)


async def _list(reading: Reading, reached: Callable[[tuple[Payment, ...]], bool]) -> list[Payment]:
    """Payments from the newest on, to the end of the page with which what is known, or asked for, is ``reached``."""
    found: dict[str, Payment] = {}
    read = 0
    async with aclosing(reading.dated("payments", reading.context.bulk.newest_payments())) as pages:
        async for page, _asked in pages:
            read += 1
            found.update((one.id, one) for one in page.payments)
            reading.unreadable_payments.extend(page.unreadable)
            if page.payments and reached(page.payments):
                break
    if reading.unreadable_payments:
        log.warning("payments_not_readable", payments=reading.unreadable_payments)
    reading.progress("payments", read, read)
    reading.payments.update(found)
    return list(found.values())


def _keep(tx: Tx, found: Collection[Payment]) -> None:
    """Keeps listed payments. Unpaid invoices that a new or changed one names are to be read in detail."""
    kept = mirror_payments.kept_payments(tx, [one.id for one in found])
    named: dict[str, None] = {}
    for payment in found:
        before = kept.get(payment.id)
        if _effect(payment) != _effect(before):
            named.update(dict.fromkeys((*_effect(payment)[1], *_effect(before)[1])))
    mirror_payments.put_payments(tx, [one for one in found if one != kept.get(one.id)])
    mirror_sync.want_detail_if_unpaid(tx, named)
    newest = [one.id for one in sorted(found, key=lambda one: one.created_at, reverse=True)[:_AS_NEWEST]]
    if newest:
        mirror.set_state(tx, _NEWEST, json.dumps(newest))


def _effect(payment: Payment | None) -> tuple[int, tuple[str, ...]]:
    """What a payment changes: how much, and on which invoices. An unsuccessful one changes nothing."""
    if payment is None or not payment.successful:
        return 0, ()
    return payment.amount, payment.spread_over or ((payment.invoice_id,) if payment.invoice_id else ())
