"""``python -m soak``: a few simulated years, a line of figures per seed; it fails when something did not hold."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from bot.config.logs import configure_logging
from sandbox.syncro.server import Shape
from soak.years import Figures, live

_MEMORY = Path("/dev/shm")


def main() -> int:
    """Runs the seeds one after another; 0 when everything held."""
    asked = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    asked.add_argument("--days", type=int, default=400)
    asked.add_argument("--customers", type=int, default=300)
    asked.add_argument(
        "--seeds", type=int, default=2, help="how many; they take turns in Syncro's two shapes"
    )
    asked.add_argument("--first", type=int, default=1, help="the first seed")
    given = asked.parse_args()
    configure_logging("critical", "console")
    broken = False
    for seed in range(given.first, given.first + given.seeds):
        shape: Shape = get_args(Shape)[seed % 2]
        with tempfile.TemporaryDirectory(prefix="duebot-soak-", dir=_quick_folder()) as folder:
            figures = asyncio.run(live(seed, given.days, given.customers, shape, Path(folder)))
        print(shown(figures, given.customers), flush=True)
        broken |= bool(figures.broken)
    return 1 if broken else 0


def _quick_folder() -> str | None:
    """Memory where there is such a folder: waiting for a disk takes a third of the time, and nothing has to last."""
    return str(_MEMORY) if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None


def shown(figures: Figures, customers: int) -> str:
    """What a seed did, as text."""
    head = (
        f"seed {figures.seed}, {figures.shape}: {figures.days} days of {customers} customers in "
        f"{figures.seconds:.0f} s"
    )
    ended = figures.broken or "everything held"
    return f"{head}\n  sent: {_told(figures.sent)}\n  happened: {_told(figures.happened)}\n  {ended}"


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
