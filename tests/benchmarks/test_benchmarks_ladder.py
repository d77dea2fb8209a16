"""The benchmarks of the ladder and of a sweep decide what they say they do."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import ladder, sweep


def test_it_runs_and_decides_for_every_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "BOOKS", ((200, 10), (400, 20)))
    out = io.StringIO()
    ladder.bench(Console(file=out, width=120))
    first, second = [line for line in out.getvalue().splitlines() if line.startswith("│")][:2]
    assert [cell.strip() for cell in first.split("│")[1:4]] == ["200", "10", "10"]
    assert [cell.strip() for cell in second.split("│")[1:4]] == ["400", "20", "20"]


async def test_a_sweep_has_two_rows_for_every_invoice_and_clicks_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BOOKS", ((200, 10), (400, 20)))
    monkeypatch.setattr(sweep, "ROUNDS", 1)
    out = io.StringIO()
    await sweep.bench(tmp_path, Console(file=out, width=120))
    rows = [line.split("│") for line in out.getvalue().splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row[1:4]] for row in rows] == [
        ["200", "10", "400"],
        ["400", "20", "800"],
    ]
    assert all(int(row[7]) >= 1 for row in rows)
