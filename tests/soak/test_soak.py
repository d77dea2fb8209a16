"""A slice of the soak: everything holds in it, and what doesn't is found."""

import re
from pathlib import Path
from typing import Any

import pytest

from soak.__main__ import shown
from soak.years import live


async def test_everything_holds_in_a_month_of_a_small_town(tmp_path: Path) -> None:
    figures = await live(2, 30, 30, "guide", tmp_path)
    assert figures.broken == ""
    assert figures.happened["days looked at"] > 10
    assert figures.sent["customer: friendly"] > 5
    assert figures.sent["internal: call"] + figures.sent["internal: manager"] > 5
    assert figures.happened["payments"] > 5
    told = shown(figures, 30)
    assert re.match(r"seed 2, guide: 30 days of 30 customers in \d+ s\n", told)
    assert told.endswith("everything held")


def _no_hold(*_args: Any) -> None:
    """Planted: holds hold nothing."""


def _never_too_soon(*_args: Any) -> None:
    """Planted: two contacts may follow each other at once."""


def _nothing_due(*_args: Any) -> None:
    """Planted: the internal track says nothing."""


def _untouched(tx: Any, found: Any, read_at: Any) -> None:
    """Planted: what changes in Syncro is never copied."""


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (
            {"bot.domain.ladder.hold_stop": _no_hold, "reminders.recheck.hold_stop": _no_hold},
            "held by|despite",
        ),
        ({"bot.domain.ladder_customer.too_soon": _never_too_soon}, "less than 5 days between"),
        ({"bot.domain.ladder.contact_at": _nothing_due}, "forgotten|should have been told"),
        ({"bot.use_cases.mirror_reading.mirror.put_invoices": _untouched}, "the copy"),
    ],
    ids=["holds", "pace", "silence", "copy"],
)
async def test_what_does_not_hold_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: dict[str, Any], said: str
) -> None:
    for name, instead in planted.items():
        monkeypatch.setattr(name, instead)
    figures = await live(1, 30, 30, "openapi", tmp_path)
    assert re.search(said, figures.broken), figures
