"""Keeping the mirror current costs Syncro little."""

import asyncio
from types import SimpleNamespace

from bot.use_cases.mirror import MirrorSync
from bot.use_cases.mirror_reading import SyncReport


class _Counted(MirrorSync):
    """Counts what is really read; each read waits until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace())  # type: ignore[arg-type]  # nothing of it is used here
        self.reads = 0
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()

    async def _read(self, full, progress) -> SyncReport:
        self.reads += 1
        self.begun.set()
        await self.gate.wait()
        return SyncReport(full)


async def test_a_burst_of_askers_shares_the_next_run():
    sync = _Counted()
    first = asyncio.create_task(sync.run())
    await sync.begun.wait()
    waiting = [asyncio.create_task(sync.run()) for _ in range(20)]
    await asyncio.sleep(0)
    sync.gate.set()
    await asyncio.gather(first, *waiting)
    assert sync.reads == 2


async def test_asking_one_after_the_other_reads_each_time():
    sync = _Counted()
    sync.gate.set()
    await sync.run()
    await sync.run()
    assert sync.reads == 2
