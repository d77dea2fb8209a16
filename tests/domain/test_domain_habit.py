"""When a customer usually pays."""

from datetime import date

import pytest

from bot.domain.habit import habit_since, usual_days_late
from bot.views.wording import habit_words


@pytest.mark.parametrize(
    ("days", "usual"),
    [
        ((), None),
        ((3, 4), None),
        ((9, 1, 2), 2),
        ((40, 1, 3, 5), 4),
        ((1, 2, 3, 40), 3),
        ((-1, -2, 0, -40), -1),
    ],
)
def test_it_is_the_median_and_nothing_for_too_few(days: tuple[int, ...], usual: int | None) -> None:
    assert usual_days_late(days) == usual


def test_only_the_last_year_counts() -> None:
    assert habit_since(date(2026, 3, 31)) == date(2025, 3, 31)


def test_it_is_said_from_the_due_date() -> None:
    assert [habit_words(late) for late in (None, 0, 1, -2)] == [
        "not known yet",
        "on the due date",
        "1 day after the due date",
        "2 days before the due date",
    ]
