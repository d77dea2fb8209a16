"""``python -m benchmarks``: tables of ratios, in about two minutes. No time is asserted."""

import asyncio
import os
import platform
import tempfile
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks import ladder, mirror, sweep
from benchmarks.load import Result, caller
from benchmarks.programs import Program, bare, duebot, import_seconds, stand_ins, synced

WARM_UP = 50
#: How many commands, by how many at a time.
COUNTS = {1: 150, 50: 500}
#: The best of these counts: what else the machine does makes a round slower, never faster.
ROUNDS = 3
STARTS = 3
IMPORTS = 3
IDLE_SECONDS = 1.0


async def measure(program: Program, answered: bool) -> list[Result]:
    """One result for each number at a time."""
    async with caller() as calls:
        await calls.run(program, WARM_UP, 1, answered)
        return [await calls.run(program, count, at_a_time, answered) for at_a_time, count in COUNTS.items()]


def best(rounds: list[list[Result]]) -> list[Result]:
    """Of each number at a time, the round with the highest rate."""
    return [max(same, key=lambda result: result.per_second) for same in zip(*rounds, strict=True)]


def speed_table(rows: dict[str, list[Result]]) -> Table:
    """Rates and latencies; the first row's results are the yardstick."""
    yardstick = next(iter(rows.values()))
    table = Table(title="A signed /invoice 1042", title_justify="left")
    for name in (
        "",
        "at a time",
        "per second",
        "p50 ms",
        "p99 ms",
        "rate × bare",
        "p50 × bare",
        "turned away",
    ):
        table.add_column(name, justify="left" if not name else "right")
    for name, results in rows.items():
        for result, least in zip(results, yardstick, strict=True):
            table.add_row(
                name,
                str(result.at_a_time),
                f"{result.per_second:,.0f}",
                f"{result.p50 * 1000:.2f}",
                f"{result.p99 * 1000:.2f}",
                f"{result.per_second / least.per_second:.2f}",
                f"{result.p50 / least.p50:.1f}",
                str(result.turned_away),
            )
    return table


def ratio_table(title: str, unit: str, rows: list[tuple[str, float, float]]) -> Table:
    """Duebot's figures beside the bare app's."""
    table = Table(title=title, title_justify="left")
    for name in ("", f"Duebot, {unit}", f"bare, {unit}", "ratio"):
        table.add_column(name, justify="left" if not name else "right")
    for name, ours, theirs in rows:
        table.add_row(name, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.1f}")
    return table


async def at_rest(program: Program) -> tuple[float, float]:
    """Seconds until ready, and MiB when idle."""
    await asyncio.sleep(IDLE_SECONDS)
    return program.ready_seconds, program.memory


async def bench(folder: Path, out: Console) -> None:
    """Runs everything and prints it."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    async with stand_ins() as stage:
        for number in range(STARTS):
            fresh = folder / str(number)
            fresh.mkdir()
            async with duebot(stage, fresh) as program:
                await synced(program)
                ours.append(await at_rest(program))
            async with bare() as program:
                theirs.append(await at_rest(program))
        fresh = folder / "load"
        fresh.mkdir()
        rounds: dict[str, list[list[Result]]] = {
            "bare Bolt app, ack": [],
            "Duebot, ack": [],
            "Duebot, answer": [],
        }
        async with bare() as least, duebot(stage, fresh) as program:
            await synced(program)
            for _ in range(ROUNDS):
                rounds["bare Bolt app, ack"].append(await measure(least, answered=False))
                rounds["Duebot, ack"].append(await measure(program, answered=False))
                rounds["Duebot, answer"].append(await measure(program, answered=True))
            loaded = program.memory
        rows = {name: best(results) for name, results in rounds.items()}
    imports = {
        name: median(import_seconds(name) for _ in range(IMPORTS))
        for name in ("bot.app", "benchmarks.bare", "sys")
    }
    out.print(f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.machine()}\n")
    out.print(speed_table(rows))
    out.print(
        "ack: until Slack has its acknowledgement. answer: until the card has reached the response_url, with one\n"
        "live read of Syncro's stand-in in between. turned away: told to try again, since too much was under way.\n"
        f"Each line is the best of {ROUNDS} rounds.\n"
    )
    started = [
        ("until ready", median(one for one, _ in ours), median(one for one, _ in theirs)),
        ("imports", imports["bot.app"] - imports["sys"], imports["benchmarks.bare"] - imports["sys"]),
    ]
    out.print(ratio_table("Start", "s", started))
    idle, idle_bare = median(one for _, one in ours), median(one for _, one in theirs)
    out.print(
        ratio_table("Memory", "MiB", [("idle", idle, idle_bare), ("after the load", loaded, idle_bare)])
    )


def main() -> None:
    """Runs the benchmarks in a temporary folder."""
    out = Console(highlight=False, width=120)
    with tempfile.TemporaryDirectory(prefix="duebot-bench-") as folder:
        asyncio.run(bench(Path(folder), out))
        asyncio.run(mirror.bench(Path(folder), out))
        ladder.bench(out)
        asyncio.run(sweep.bench(Path(folder), out))


if __name__ == "__main__":
    main()
