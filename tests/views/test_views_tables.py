"""Tables and charts, and that nothing is lost when a workspace refuses the newer blocks."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from views_walk import ENTRIES, shown

from bot.domain.money import from_minor
from bot.views.tables import (
    bar_chart,
    cell,
    chart_value,
    data_table,
    rows_that_fit,
    table,
    without_new_blocks,
)

WITH_NEW_BLOCKS = [name for name, entry in ENTRIES.items() if "data_table" in json.dumps(entry)]


@pytest.mark.parametrize("name", WITH_NEW_BLOCKS)
def test_every_figure_and_name_stays(name: str) -> None:
    blocks = ENTRIES[name]["blocks"]
    after = shown(without_new_blocks(blocks)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for block in blocks:
        for row in block.get("rows", ())[1:]:
            assert all(held.get("text", "") in after for held in row)
    for block in blocks:
        for series in block.get("chart", {}).get("series", ()):
            for point in series["data"]:
                assert re.search(rf"{re.escape(point['label'])}.*{point['value']:,}", after)


def test_other_blocks_stay_as_they_are() -> None:
    blocks = ENTRIES["invoice_partial"]["blocks"]
    assert without_new_blocks(blocks) == blocks


def test_second_table_becomes_lines() -> None:
    rows = [[cell("Name"), cell("Sum")], [cell("A<b>"), cell("$1.00")]]
    plain = without_new_blocks([data_table("First", rows, 5), data_table("Second", rows, 5)])
    assert [block["type"] for block in plain] == ["table", "section"]
    assert "• *A&lt;b&gt;* · Sum: $1.00" in plain[1]["text"]["text"]


def test_long_replacement_is_split_and_kept_whole() -> None:
    rows = [
        [cell("Name"), cell("Sum")],
        *[[cell(f"Firm {at} " + "x" * 80), cell(f"${at}.00")] for at in range(80)],
    ]
    plain = without_new_blocks([table(rows), data_table("Many", rows, 5)])
    said = shown(plain[1:])
    assert all(f"Firm {at} " in said and f"${at}.00" in said for at in range(80))


@given(st.integers(-(10**13), 10**13), st.sampled_from(["USD", "JPY", "BHD"]))
def test_chart_values_are_the_amounts(minor: int, currency: str) -> None:
    assert Decimal(str(chart_value(minor, currency))) == from_minor(minor, currency)


@given(st.lists(st.text(max_size=400), max_size=150))
def test_tables_stay_inside_their_limits(texts: list[str]) -> None:
    rows = rows_that_fit([[cell(text), cell(text)] for text in texts], 100)
    assert len(rows) <= 100
    assert sum(len(held["text"]) for row in rows for held in row) <= 9000


def test_chart_keeps_slacks_label_lengths() -> None:
    chart = bar_chart("t" * 60, "n" * 30, [("l" * 30, 1)] * 25)
    points = chart["chart"]["series"][0]["data"]
    assert len(chart["title"]) == 50
    assert len(points) == 20
    assert all(len(point["label"]) <= 20 for point in points)
    assert chart["chart"]["axis_config"]["categories"] == [point["label"] for point in points]
