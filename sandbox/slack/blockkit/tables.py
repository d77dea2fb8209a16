"""Tables and charts."""

from typing import Any

from sandbox.slack import limits
from sandbox.slack.blockkit.checks import (
    Check,
    Look,
    Shape,
    boolean,
    both,
    distinct,
    many,
    number,
    one_of,
    rule,
    shape,
    string,
    typed,
)
from sandbox.slack.blockkit.richtext import RICH_TEXT_ELEMENTS

_RAW_TEXT = shape({"text": string(limits.DATA_TABLE_TEXT)}, {"emoji": boolean})
_RAW_NUMBER = shape({"value": number(whole=False), "text": string(limits.DATA_TABLE_TEXT)})
_RICH = shape({"elements": RICH_TEXT_ELEMENTS}, {"block_id": string(limits.BLOCK_ID)})
_CELLS: dict[str, Check] = {"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": _RICH}

_EQUAL_ROWS = rule(
    lambda rows: len({len(row) for row in rows}) <= 1, "all rows must have the same number of cells"
)


def _rows(cell: Check, most: int, least: int) -> Check:
    return both(many(many(cell, limits.TABLE_COLUMNS), most, least), _EQUAL_ROWS)


def _column(look: Look, path: str, value: Any) -> None:
    if value is not None:
        shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})(look, path, value)


def table(common: Shape) -> Check:
    return shape(
        {"rows": _rows(typed(_CELLS), limits.TABLE_ROWS, 1)},
        {**common, "column_settings": many(_column, limits.TABLE_COLUMNS)},
    )


def data_table(common: Shape) -> Check:
    """The first row is the header, in `raw_text` only."""
    fields = shape(
        {"rows": _rows(typed(_CELLS), limits.DATA_TABLE_ROWS, 2), "caption": string(limits.DATA_TABLE_TEXT)},
        {
            **common,
            "page_size": number(1, limits.DATA_TABLE_PAGE),
            "row_header_column_index": number(0, limits.TABLE_COLUMNS - 1),
        },
    )
    header = rule(
        lambda block: all(cell["type"] == "raw_text" for cell in block["rows"][0]),
        "header cells must be raw_text",
    )
    index = rule(
        lambda block: block.get("row_header_column_index", 0) < len(block["rows"][0]),
        "row_header_column_index must be a column of the table",
    )
    return both(fields, header, index)


def characters(value: Any) -> int:
    """How much text the cells hold."""
    if isinstance(value, dict):
        own = sum(len(part) for name, part in value.items() if name == "text" and isinstance(part, str))
        return own + sum(characters(part) for part in value.values() if not isinstance(part, str))
    if isinstance(value, list):
        return sum(characters(part) for part in value)
    return 0


_LABEL = string(limits.CHART_LABEL)
_SERIES = shape(
    {
        "name": _LABEL,
        "data": many(shape({"label": _LABEL, "value": number(whole=False)}), limits.CHART_POINTS),
    }
)
_AXES = shape(
    {"categories": both(many(_LABEL, limits.CHART_POINTS), rule(distinct, "must be unique"))},
    {"x_label": string(limits.CHART_AXIS_LABEL), "y_label": string(limits.CHART_AXIS_LABEL)},
)


def _points_fit(chart: Any) -> bool:
    wanted = chart["axis_config"]["categories"]
    return all([point["label"] for point in series["data"]] == wanted for series in chart["series"])


_LINES = both(
    shape({"series": many(_SERIES, limits.CHART_SERIES), "axis_config": _AXES}),
    rule(_points_fit, "each series needs one point for each category, with the same labels"),
    rule(lambda chart: distinct([s["name"] for s in chart["series"]]), "series names must be unique"),
)
_SEGMENT = both(
    shape({"label": _LABEL, "value": number(whole=False)}),
    rule(lambda segment: segment["value"] > 0, "value must be greater than 0"),
)


def data_visualization(common: Shape) -> Check:
    chart = typed(
        {
            "bar": _LINES,
            "line": _LINES,
            "area": _LINES,
            "pie": shape({"segments": many(_SEGMENT, limits.CHART_SEGMENTS)}),
        }
    )
    return shape({"title": string(limits.CHART_TITLE), "chart": chart}, common)
