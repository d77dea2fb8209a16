"""What the local copy costs Syncro, and how fast it answers. ``python -m benchmarks.mirror`` runs this alone."""

import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from benchmarks.syncro_book import (
    PER_MINUTE,
    START,
    UNPACED,
    Book,
    Least,
    book_of,
    context_of,
    large_copy,
)
from bot.domain.commands import Find
from bot.domain.invoice import Customer, Invoice, Payment
from bot.store import mirror, mirror_payments, mirror_sync
from bot.store.lane import Lane
from bot.syncro.client import Client
from bot.syncro.gateway import Gateway, ShapeName
from bot.syncro.pace import Pace
from bot.use_cases.context import Context
from bot.use_cases.customers import Customers
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.mirror_reading import SyncReport
from bot.use_cases.overdue import Overdue
from sandbox.clock import Clock

SIZE = 10_000
#: Changes of a day: one in a hundred; read every hour of a working day.
CHANGES, SYNCS = SIZE // 100, 10
LARGE, CUSTOMERS = 100_000, 2_000
TIMES = 100
#: The best of these counts: what else the machine does makes a round slower, never faster.
ROUNDS = 3
CLICKS = 40
#: Seconds after which a full sync is surely in the middle of its lists.
UNDER_WAY = 0.5
SHAPES: tuple[ShapeName, ...] = ("guide", "openapi")

Row = Sequence[str]


async def bench(folder: Path, out: Console) -> None:
    """Runs everything and prints it."""
    first, day, clicks = (
        _table(
            f"First sync of {SIZE:,} invoices", "", "requests", "× least", "s here", f"min at {PER_MINUTE}"
        ),
        _table(
            f"A day on which {CHANGES} of {SIZE:,} invoices change, read {SYNCS} times",
            "",
            "requests",
            "× least",
            "details",
            "s here",
            f"min at {PER_MINUTE}",
        ),
        _table("A card read live from Syncro, ms", "", "p50", "p99"),
    )
    for shape in SHAPES:
        inside = folder / shape
        inside.mkdir()
        async with (
            book_of(shape, SIZE) as (book, base),
            context_of(base, shape, inside, book.clock) as context,
        ):
            await _first_sync(book, context, first)
            await _day(book, context, day)
            await _clicks(book, base, context, clicks)
    out.print(first)
    out.print(
        "least: every list once, and one detail per unpaid invoice where lists tell no balance. guide: beyond that\n"
        "the details of what is partly paid, or paid and dated in the last 60 days: its payments stand nowhere else.\n"
        "openapi: beyond that, at the end, the list of all that is unpaid: pages shift while so many are read.\n"
        "naive: every page of every list, and the detail of everything unpaid, each time.\n"
    )
    out.print(day)
    out.print(
        "least, openapi: pages of what changed + pages of new payments + one detail per changed or newly paid-on\n"
        "invoice. guide: pages of the four lists + one detail per invoice that left them. Beyond that the guide\n"
        "needs, each time, a page each of lately paid and lately void invoices (made and settled between two syncs),\n"
        "and a detail per part payment: payments stand only there.\n"
        "next morning: once a day customers, and all that is unpaid or was lately paid, are compared with the copy.\n"
    )
    out.print(clicks)
    out.print("The stand-in runs in the same process, so its own work is in every figure.\n")
    await _large(folder, out)


def _table(title: str, *names: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, justify="left" if not name else "right")
    return table


async def _timed(work: Callable[[], Awaitable[SyncReport]]) -> tuple[SyncReport, float]:
    began = time.perf_counter()
    return await work(), time.perf_counter() - began


async def _first_sync(book: Book, context: Context, table: Table) -> None:
    least = book.least_at_first()
    report, seconds = await _timed(MirrorSync(context).run)
    shape = book.syncro.shape
    table.add_row(
        f"{shape}, Duebot", *_cost(report.requests, least), f"{seconds:.1f}", _minutes(report.requests)
    )
    table.add_row(f"{shape}, least", *_cost(least.requests, least), "", _minutes(least.requests))
    table.add_row(f"{shape}, naive", *_cost(book.naive(), least), "", _minutes(book.naive()))


async def _day(book: Book, context: Context, table: Table) -> None:
    """The same changes spread over the day; then the first sync of the next one."""
    sync, least, naive = MirrorSync(context), Least(), 0
    requests = details = 0
    spent = 0.0
    book.clock.advance(timedelta(minutes=30))
    book.happen(1)
    await sync.run()
    for _ in range(SYNCS):
        book.synced()
        book.clock.advance(timedelta(minutes=30))
        book.happen(CHANGES // SYNCS)
        book.clock.advance(timedelta(minutes=10))
        fewest = book.least()
        least = Least(least.lists + fewest.lists, least.details + fewest.details)
        naive += book.naive()
        report, seconds = await _timed(sync.run)
        requests, details, spent = requests + report.requests, details + report.details, spent + seconds
    shape = book.syncro.shape
    table.add_row(
        f"{shape}, Duebot", *_cost(requests, least), f"{details:,}", f"{spent:.1f}", _minutes(requests)
    )
    table.add_row(
        f"{shape}, least", *_cost(least.requests, least), f"{least.details:,}", "", _minutes(least.requests)
    )
    table.add_row(f"{shape}, naive", *_cost(naive, least), "", "", _minutes(naive))
    book.clock.advance(timedelta(days=1))
    report, seconds = await _timed(sync.run)
    table.add_row(
        f"{shape}, next morning",
        f"{report.requests:,}",
        "",
        f"{report.details:,}",
        f"{seconds:.1f}",
        _minutes(report.requests),
    )


def _cost(requests: int, least: Least) -> Row:
    return f"{requests:,}", f"{requests / least.requests:.2f}"


def _minutes(requests: int) -> str:
    return f"{requests / PER_MINUTE:.1f}"


async def _clicks(book: Book, base: str, context: Context, table: Table) -> None:
    """A person's card with nothing else going on, while a full sync runs as fast as it can, and at Syncro's pace."""
    shape = book.syncro.shape
    unpaid = [str(one.id) for one in book.invoices("sent")[:CLICKS]]
    for name, per_minute, full in (
        ("alone", UNPACED, False),
        ("during a full sync, unpaced", UNPACED, True),
        ("during a full sync, 180 a minute", 180, True),
    ):
        client = Client(base, "only-for-measuring", pace=Pace(per_minute))
        shared = replace(context, gateway=Gateway(client, shape, context.policy.currency_of))
        sync = MirrorSync(shared)
        running = asyncio.create_task(sync.run(full=True)) if full else None
        await asyncio.sleep(UNDER_WAY)
        card_of = Lookup(shared, sync).card_of
        taken = [await _seconds(partial(card_of, one)) for one in unpaid]
        sync.stop()
        if running is not None:
            await asyncio.gather(running, return_exceptions=True)
        await client.close()
        table.add_row(f"{shape}, {name}", *_percentiles(taken))


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _percentiles(seconds: Sequence[float]) -> Row:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"{cuts[49] * 1000:.2f}", f"{cuts[98] * 1000:.2f}"


async def _large(folder: Path, out: Console) -> None:
    """A copy of 100,000 invoices: how fast it is written, and how fast it answers."""
    customers, invoices = large_copy(LARGE, CUSTOMERS)
    gc.freeze()  # The book is the benchmark's own: its being looked through again and again is nobody's cost.
    clock = Clock(START)
    written: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        inside = folder / f"large-{number}"
        inside.mkdir()
        async with context_of("http://127.0.0.1:9/api/v1", "guide", inside, clock) as context:
            written.append(await _write(context.lane, clock, customers, invoices))
            if number == ROUNDS - 1:
                out.print(_written(written))
                out.print(await _answers(context))
    out.print(f"Each line is the best of {ROUNDS} rounds.")


async def _write(
    lane: Lane, clock: Clock, customers: list[Customer], invoices: list[Invoice]
) -> tuple[float, float]:
    """Seconds for all invoices the first time, and again with one in a hundred changed."""
    await lane.write(lambda tx: mirror.put_customers(tx, customers, clock.now()))
    first = await _put(lane, clock, invoices)
    changed = [
        replace(one, balance=one.balance - 1) if number % 100 == 0 and one.balance else one
        for number, one in enumerate(invoices)
    ]
    again = await _put(lane, clock, changed)
    paid = [
        Payment(f"p{one.id}", one.id, one.total, "Check", "", one.date, created_at=one.created_at)
        for one in invoices
        if one.status == "paid"
    ][:2000]
    await lane.write(lambda tx: mirror_payments.put_payments(tx, paid))
    await lane.write(lambda tx: mirror.set_state(tx, "synced_at", clock.now().isoformat()))
    await lane.write(mirror_sync.analyze)
    return first, again


async def _put(lane: Lane, clock: Clock, invoices: list[Invoice]) -> float:
    at = clock.now()
    return await _seconds(lambda: lane.write(lambda tx: mirror.put_invoices(tx, invoices, at)))


def _written(rounds: Sequence[tuple[float, float]]) -> Table:
    table = _table(f"Writing {LARGE:,} invoices into the copy", "", "rows/s")
    for name, seconds in zip(
        ("the first time", "again, 1 % changed"), zip(*rounds, strict=True), strict=True
    ):
        table.add_row(name, f"{LARGE / min(seconds):,.0f}")
    return table


async def _answers(context: Context) -> Table:
    table = _table(f"Answers from a copy of {LARGE:,} invoices, ms", "", "p50", "p99")
    for name, ask in _questions(context):
        await ask()
        rounds = [[await _seconds(ask) for _ in range(TIMES)] for _ in range(ROUNDS)]
        table.add_row(name, *_percentiles(min(rounds, key=max)))
    return table


def _questions(context: Context) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    lookup, overdue = Lookup(context, MirrorSync(context)), Overdue(context)
    customers = Customers(context, lookup)

    def search(page: int, **asked: str) -> Callable[[], Awaitable[object]]:
        find = Find(asked.pop("words", ""), **asked)  # type: ignore[arg-type]  # names of its fields
        return lambda: lookup.search(find, page, "s")

    async def number() -> object:
        return await context.lane.read(lambda tx: mirror.invoices_by_digits(tx, "77042"))

    async def customer_card() -> object:
        return await customers.card_of("77")

    return [
        ("search: everything, page 1", search(1)),
        ("search: everything, page 3,333", search(3333)),
        ("search: one customer, page 1", search(1, customer_id="77")),
        ("search: one customer by name", search(1, words="customer 0077")),
        ("search: unpaid, page 1", search(1, status="unpaid")),
        ("search: unpaid, page 900", search(900, status="unpaid")),
        ("search: overdue, page 900", search(900, status="overdue")),
        ("search: paid, page 2,200", search(2200, status="paid")),
        ("search: void, page 1", search(1, status="void")),
        ("search: dates, page 500", search(500, date_from_text="2023-01-01", date_to_text="2025-06-30")),
        ("number", number),
        ("invoice card from the copy", lambda: lookup.kept_card("10077042")),
        ("customer card", customer_card),
        ("aging board", lambda: overdue.board(scope="all", user_id="U0CLERK", search_id="s")),
        ("aging board, mine", lambda: overdue.board(scope="mine", user_id="U0CLERK", search_id="s")),
        ("aging board, 60+", lambda: overdue.board(scope="over", user_id="", over_days=60, search_id="s")),
        ("figures of a digest", lambda: overdue.digest_facts(context.today())),
    ]


def main() -> None:
    """Runs them in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="duebot-bench-") as folder:
        asyncio.run(bench(Path(folder), Console(highlight=False, width=120)))


if __name__ == "__main__":
    main()
