"""The digest's parts about holds and jumps, and its weekly summary, in words."""

from dataclasses import replace

from views_walk import shown

from bot.domain.digest import HoldNews
from bot.domain.weekly import PromisesEnded, SalesOutstanding, Weekly, no_cash
from bot.views import gallery_facts as facts
from bot.views.blocks import Block
from bot.views.digest import digest
from bot.views.digest_holds import hold_blocks
from bot.views.gallery_digest import NEWS, full_digest, week
from bot.views.weekly import weekly_blocks


def charts(blocks: list[Block]) -> list[str]:
    return [block["title"] for block in blocks if block["type"] == "data_visualization"]


def test_a_trend_is_a_chart_where_there_is_room_and_a_line_elsewhere() -> None:
    two = Weekly((week("CAD", points=2), week()), PromisesEnded())
    assert charts(weekly_blocks(two, 1)) == ["Overdue by week (CAD)"]
    said = shown(weekly_blocks(two, 0))
    assert "*Overdue by week (CAD)*\nMar 5: CA$12,931.25 · Mar 12: CA$13,831.25" in said
    assert charts(digest(replace(full_digest(), weekly=two)).blocks) == [
        "Open by days past due (USD)",
        "Overdue by week (CAD)",
    ]
    crowded = replace(full_digest(), totals=(facts.USD, facts.CAD), weekly=two)
    assert len(charts(digest(crowded).blocks)) == 2


def test_the_first_week_says_that_the_trend_begins() -> None:
    said = shown(weekly_blocks(Weekly((week(points=1),), PromisesEnded()), 2))
    assert "The trend begins with next week's summary" in said
    assert "since" not in said


def test_each_figure_says_how_sure_it_is() -> None:
    held = replace(week(), outstanding=SalesOutstanding(400, at_least=True), effectiveness=None)
    said = shown(weekly_blocks(Weekly((held,), PromisesEnded(2, 1, 3)), 2))
    for text in (
        "at least 400 days",
        "nothing was due",
        "2 of 3 (67%), 3 moved",
        "$13,831.25, ▲ $900.00 since Mar 5",
        "$5,550.00 past the day on which it should have come, $926.25 in dispute, $800.00 expected later, "
        "$12.00 without a due date, 1 invoice whose balance is unknown.",
        "Mar 12 to Mar 18",
        "$8,275.50",
        "$856.25",
    ):
        assert text in said


def test_no_cash_is_said_in_a_sentence() -> None:
    held = replace(week(), cash=no_cash(facts.TODAY))
    said = shown(weekly_blocks(Weekly((held,), PromisesEnded()), 2))
    assert "None: nothing that is open has a date in them." in said
    assert "Mar 12 to Mar 18" not in said


def test_nothing_weekly_is_said_while_syncro_was_never_read() -> None:
    held = replace(full_digest(), as_of=None, weekly=Weekly((week(),), PromisesEnded()))
    assert "The week" not in shown(digest(held).blocks)


def test_buckets_tell_their_change_and_jumps_what_was_before() -> None:
    said = shown(digest(full_digest()).blocks)
    for text in ("▼ $500.00", "▲ $1,200.00", "▲ $675.00", "▲ $606.25 · now $806.25 overdue, was $200.00"):
        assert text in said
    assert "now $606.25 overdue, nothing was" in said
    assert "Change" not in shown(digest(facts.digest_facts()).blocks)


def test_promises_and_disputes_are_told_in_a_line_each() -> None:
    said = shown(hold_blocks(NEWS, facts.TODAY, "yesterday"))
    for text in (
        "Promises due: 2",
        "$606.25 · INV-2026-1042",
        "1 more · for Tue, Mar 10, 2026",
        "all that is open",
        "Promises broken since yesterday: 1",
        "3 open · CA$120.00 and $806.25 and 1 invoice, balance unknown",
        "since Feb 21",
    ):
        assert text in said
    assert hold_blocks(HoldNews(), facts.TODAY, "yesterday") == []
