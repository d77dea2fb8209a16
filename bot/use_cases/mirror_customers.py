"""Keeping the mirror's customers current: all of them once a day, and singly whoever an invoice names before that."""

import json
from dataclasses import dataclass
from functools import partial

import structlog

from bot.domain.errors import SyncroLost, SyncroMissing
from bot.domain.invoice import Customer
from bot.store import mirror, mirror_sync
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.mirror_reading import Reading

log = structlog.get_logger()

_LISTED = "customers_listed"


@dataclass(frozen=True, slots=True)
class _Listed:
    """When all customers were listed last, in how many pages, and whom Syncro does not have although it names them."""

    on: str = ""
    pages: int = 0
    missing: tuple[str, ...] = ()


async def read_customers_daily(reading: Reading) -> None:
    """All customers, unless they have been listed today."""
    if (await _listed(reading.context)).on != reading.context.today().isoformat():
        await read_customers(reading)


async def read_customers(reading: Reading) -> None:
    """All customers."""
    before = reading.pages
    async for page, asked in reading.dated("customers", reading.context.bulk.customers()):
        await reading.context.lane.write(
            partial(mirror.put_customers, customers=page.customers, read_at=asked)
        )
        reading.customers.update(one.id for one in page.customers)
        reading.unreadable_customers.extend(page.unreadable)
        if page.unreadable:
            log.warning("customers_not_readable", customers=list(page.unreadable))
    await _remember(reading, _Listed(reading.context.today().isoformat(), reading.pages - before))


async def read_strangers(reading: Reading) -> None:
    """The customers whom invoices name and the mirror doesn't have: each by itself, or all where that costs less."""
    listed = await _listed(reading.context)
    named = await reading.context.lane.read(mirror_sync.strangers)
    strangers = [one for one in named if one not in listed.missing]
    if len(strangers) > max(1, listed.pages):
        await read_customers(reading)
        listed = await _listed(reading.context)
        missing = await reading.context.lane.read(mirror_sync.strangers)
    else:
        missing = [*listed.missing, *await _read_singly(reading, strangers)]
    if strangers:
        await _remember(reading, _Listed(listed.on, listed.pages, tuple(missing)))


async def _read_singly(reading: Reading, strangers: list[str]) -> list[str]:
    """Reads these customers; the ids of those whom Syncro doesn't have."""
    missing: list[str] = []
    for done, customer_id in enumerate(strangers, 1):
        asked = reading.context.now()
        reading.singles += 1
        try:
            customer = await reading.context.bulk.customer(customer_id)
        except SyncroMissing:
            missing.append(customer_id)
        except SyncroLost:
            reading.unreadable_customers.append(customer_id)
            log.warning("customers_not_readable", customers=[customer_id])
        else:
            await reading.context.lane.write(
                partial(mirror.put_customers, customers=[customer], read_at=asked)
            )
            reading.customers.add(customer_id)
        reading.progress("new customers", done, len(strangers))
    return missing


async def find_customers(context: Context, words: str) -> tuple[Customer, ...]:
    """Customers whom Syncro itself finds by these words, kept from now on: somebody waits for one who is new.

    Raises ``SyncroError``.
    """
    asked = context.now()
    found = await context.gateway.find_customers(words)
    await context.lane.write(lambda tx: mirror.put_customers(tx, found, asked))
    return found


async def _listed(context: Context) -> _Listed:
    text = await context.lane.read(lambda tx: mirror.get_state(tx, _LISTED))
    if text is None:
        return _Listed()
    kept = json.loads(text)
    return _Listed(kept["on"], kept["pages"], tuple(kept["missing"]))


async def _remember(reading: Reading, listed: _Listed) -> None:
    text = json.dumps({"on": listed.on, "pages": listed.pages, "missing": listed.missing})

    def write(tx: Tx) -> None:
        mirror.set_state(tx, _LISTED, text)

    await reading.context.lane.write(write)
