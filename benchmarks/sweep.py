"""What a day's sweep costs, and how long clicks wait meanwhile. ``python -m benchmarks.sweep`` runs this alone."""

import asyncio
import gc
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from benchmarks.ladder import BOOKS, MIB, POLICY, TODAY, Owed, book
from benchmarks.syncro_book import context_of
from bot.store import contacts, mirror, mirror_sync
from bot.store.contacts import Contact, ContactInvoice
from bot.store.lane import Lane, Tx
from bot.use_cases.collections import decide_all
from bot.use_cases.context import Context
from bot.use_cases.lookup import Lookup
from bot.use_cases.mirror import MirrorSync
from reminders.sweep import Sweep
from sandbox.clock import Clock

#: The best of these counts: what else the machine does makes a round slower, never faster.
ROUNDS = 3
#: Seconds between a card and the next click.
PAUSE = 0.005
_NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 15, tzinfo=UTC)


async def bench(folder: Path, out: Console) -> None:
    """Runs everything and prints it."""
    table = Table(title="A dry sweep: read, decided, a row for every invoice", title_justify="left")
    for name in ("invoices", "customers", "rows", "s", "growth", "MiB", "clicks", "p99 ms", "worst ms"):
        table.add_column(name, justify="right")
    before = 0.0
    for invoices, customers in BOOKS:
        inside = folder / f"sweep-{invoices}"
        inside.mkdir()
        async with context_of("http://127.0.0.1:9/api/v1", "guide", inside, Clock(_NOW)) as opened:
            context = replace(opened, policy=POLICY)
            ids = await _fill(context.lane, book(invoices, customers))
            gc.collect()
            sweep = Sweep(context, MirrorSync(context), "bench")
            rows, seconds = await _timed(sweep)
            waits = await _clicked(context, ids)
            growth = f"{seconds / before:.1f} ×" if before else ""
            sizes = (f"{invoices:,}", f"{customers:,}", f"{rows:,}")
            asked = (f"{len(waits):,}", *(f"{wait * 1000:.0f}" for wait in (_p99(waits), max(waits))))
            table.add_row(*sizes, f"{seconds:.2f}", growth, f"{await _peak(sweep):.0f}", *asked)
            before = seconds
    out.print(table)
    out.print(
        f"s: the best of {ROUNDS} rounds with nothing else going on. MiB: the most that a sweep held at once, its\n"
        f"report included. clicks: cards from the copy, each {PAUSE * 1000:.0f} ms after the last one, while the bot\n"
        "decided the day, and how long they waited. A dry sweep runs in a terminal of its own."
    )


async def _fill(lane: Lane, owed: Sequence[Owed]) -> list[str]:
    """Puts the book into the store; the ids of its invoices."""
    invoices = [invoice for one in owed for invoice in one.invoices]

    def write(tx: Tx) -> None:
        mirror.put_customers(tx, [one.customer for one in owed], _NOW)
        mirror.put_invoices(tx, invoices, _NOW)
        mirror.set_state(tx, "synced_at", _NOW.isoformat())
        for one in owed:
            contacts.insert(tx, _said(one))
        mirror_sync.analyze(tx)

    await lane.write(write)
    return [invoice.id for invoice in invoices]


def _said(one: Owed) -> Contact:
    """The customer's earlier contact as the ledger keeps it."""
    said = one.contacts[0]
    by_id = {invoice.id: invoice for invoice in one.invoices}
    return Contact(
        id=one.customer.id,
        customer_id=one.customer.id,
        currency="USD",
        track=said.track,
        carrying_invoice_id=said.carrying_invoice_id,
        level=said.level,
        stage=said.stage,
        policy_version=POLICY.version,
        total=sum(by_id[id].balance or 0 for id, _ in said.listed),
        as_of=said.on.isoformat(),
        created_at=_NOW,
        invoices=tuple(
            ContactInvoice(id, by_id[id].number, _late(by_id[id].due_date, said.on), 50_000, said.level, days)
            for id, days in said.listed
        ),
    )


def _late(due: date | None, on: date) -> int:
    return (on - due).days if due else 0


async def _timed(sweep: Sweep) -> tuple[int, float]:
    """The rows of a sweep, and the best time of some rounds."""
    best, rows = float("inf"), 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        rows = len((await sweep.dry_run(TODAY)).rows)
        best = min(best, time.perf_counter() - began)
    return rows, best


async def _clicked(context: Context, ids: Sequence[str]) -> list[float]:
    """How long each card from the copy took that was asked for while the bot decided a day, in seconds."""
    lookup, waits = Lookup(context, MirrorSync(context)), []
    running = asyncio.create_task(decide_all(context, TODAY))
    for asked in cycle(ids[::7]):
        began = time.perf_counter()
        await lookup.kept_card(asked)
        waits.append(time.perf_counter() - began)
        if running.done():
            break
        await asyncio.sleep(PAUSE)
    await running
    return waits


def _p99(seconds: Sequence[float]) -> float:
    return quantiles([*seconds, *seconds], n=100, method="inclusive")[98]


async def _peak(sweep: Sweep) -> float:
    tracemalloc.start()
    await sweep.dry_run(TODAY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MIB


def main() -> None:
    """Runs it in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="duebot-bench-") as folder:
        asyncio.run(bench(Path(folder), Console(highlight=False, width=120)))


if __name__ == "__main__":
    main()
