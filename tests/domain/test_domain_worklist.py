"""The worklist's order: amount and age, broken promises, the last contact, and the day of the next call."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from domain_samples import TODAY
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.worklist import NOTHING_KNOWN, Only, Standing, fits, score

DAYS = st.none() | st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
PAST = st.none() | st.integers(0, 400).map(lambda days: TODAY - timedelta(days=days))
STANDINGS = st.builds(
    Standing,
    call_task=PAST,
    broken=st.integers(0, 9),
    promised=DAYS,
    disputed=st.booleans(),
    do_not_contact=st.booleans(),
    last_contact=PAST,
    next_call=DAYS,
)
DEBTS = st.integers(1, 10**12)


@pytest.mark.parametrize(
    ("standing", "percent"),
    [
        (NOTHING_KNOWN, 100),
        (Standing(broken=1), 125),
        (Standing(broken=4), 200),
        (Standing(broken=9), 200),
        (Standing(last_contact=TODAY), 30),
        (Standing(last_contact=TODAY - timedelta(days=3)), 60),
        (Standing(last_contact=TODAY - timedelta(days=7)), 100),
        (Standing(last_contact=TODAY - timedelta(days=70)), 100),
        (Standing(last_contact=TODAY, next_call=TODAY + timedelta(days=1)), 10),
        (Standing(last_contact=TODAY, next_call=TODAY), 200),
        (Standing(broken=2, next_call=TODAY - timedelta(days=5)), 300),
    ],
)
def test_what_each_thing_weighs(standing: Standing, percent: int) -> None:
    assert score(1000, standing, TODAY) * 100 == score(1000, NOTHING_KNOWN, TODAY) * percent


@given(DEBTS, DEBTS, STANDINGS)
def test_who_owes_more_comes_first_when_all_else_is_the_same(a: int, b: int, standing: Standing) -> None:
    assert (a < b) == (score(a, standing, TODAY) < score(b, standing, TODAY))


@given(DEBTS, STANDINGS)
def test_a_broken_promise_never_lowers(debt: int, standing: Standing) -> None:
    worse = replace(standing, broken=standing.broken + 1)
    assert score(debt, worse, TODAY) >= score(debt, standing, TODAY) > 0


@given(DEBTS, STANDINGS, st.integers(0, 30), st.integers(0, 30))
def test_the_longer_nobody_was_in_touch_the_higher(debt: int, standing: Standing, a: int, b: int) -> None:
    lately, before = (replace(standing, last_contact=TODAY - timedelta(days=days)) for days in sorted((a, b)))
    assert score(debt, lately, TODAY) <= score(debt, before, TODAY)
    assert score(debt, before, TODAY) <= score(debt, replace(standing, last_contact=None), TODAY)


@given(DEBTS, STANDINGS, st.integers(1, 400), st.integers(0, 400))
def test_an_agreed_day_sinks_until_it_comes(debt: int, standing: Standing, ahead: int, past: int) -> None:
    assume(standing.next_call is None)
    later = replace(standing, next_call=TODAY + timedelta(days=ahead))
    due = replace(standing, next_call=TODAY - timedelta(days=past))
    assert score(debt, later, TODAY) < score(debt, standing, TODAY) < score(debt, due, TODAY)


@given(STANDINGS)
def test_the_menu_lists_what_it_says(standing: Standing) -> None:
    assert fits(standing, Only.EVERYBODY)
    assert fits(standing, Only.CALL_TASKS) == (standing.call_task is not None)
    assert fits(standing, Only.BROKEN_PROMISES) == (standing.broken > 0)
    assert fits(standing, Only.DISPUTED) == standing.disputed


def test_today_is_as_the_tests_say() -> None:
    assert date(2026, 3, 4) == TODAY
