"""``duebot doctor``: looks at all that Duebot needs to run, one line and one cure each. It changes nothing."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.doctor.examine import examine
from bot.doctor.finding import Finding, State
from bot.doctor.report import as_json, show, summary

__all__ = ["check_everything"]


def check_everything(env_file: Path, json: bool) -> int:
    """Examines, shows what it finds on standard output, and returns the exit status: 1 when something failed."""
    found = asyncio.run(_for_programs(env_file) if json else _for_people(env_file, Console(highlight=False)))
    return 1 if any(finding.state is State.FAIL for finding in found) else 0


async def _for_programs(env_file: Path) -> Sequence[Finding]:
    found = await examine(env_file, lambda _: None)
    sys.stdout.write(f"{as_json(found)}\n")
    return found


async def _for_people(env_file: Path, console: Console) -> Sequence[Finding]:
    found = await examine(env_file, lambda finding: show(finding, console))
    console.print(f"\n{summary(found)}", soft_wrap=True)
    return found
