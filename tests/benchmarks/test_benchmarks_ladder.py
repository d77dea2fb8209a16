"""The benchmark of the ladder decides what it says it does."""

import io

import pytest
from rich.console import Console

from benchmarks import ladder


def test_it_runs_and_decides_for_every_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "BOOKS", ((200, 10), (400, 20)))
    out = io.StringIO()
    ladder.bench(Console(file=out, width=120))
    first, second = [line for line in out.getvalue().splitlines() if line.startswith("│")][:2]
    assert [cell.strip() for cell in first.split("│")[1:4]] == ["200", "10", "10"]
    assert [cell.strip() for cell in second.split("│")[1:4]] == ["400", "20", "20"]
