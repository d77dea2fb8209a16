"""The benchmark of the local copy counts what it says, and a day costs hardly more than the least possible."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import mirror


async def test_it_runs_and_a_day_is_close_to_the_least_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {
        "SIZE": 400,
        "CHANGES": 40,
        "SYNCS": 4,
        "LARGE": 400,
        "CUSTOMERS": 100,
        "TIMES": 3,
        "CLICKS": 3,
        "ROUNDS": 2,
    }
    for name, value in {**small, "UNDER_WAY": 0.05}.items():
        monkeypatch.setattr(mirror, name, value)
    out = io.StringIO()
    await mirror.bench(tmp_path, Console(file=out, width=120))
    day = out.getvalue().split("A day on which")[1]
    requests = {name: int(number) for name, number in re.findall(r"│ (\w+, \w+) +│ +(\d+) │", day)}
    assert requests["openapi, Duebot"] <= 1.05 * requests["openapi, least"]
    assert requests["guide, least"] < requests["guide, Duebot"] < requests["guide, naive"]
    assert "aging board" in day
