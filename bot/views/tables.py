"""Tables and charts, and what stands in for them in workspaces that refuse the newer blocks."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.money import from_minor, say_money
from bot.views.blocks import Block, bold, escape, line, mention, one_line, rich, section, trim

#: Slack takes 10,000 characters in the tables of a message; we stay well below.
TABLE_TEXT_LIMIT = 9000
_CELL_LIMIT = 120
_TABLE_ROWS = 100
_TITLE_LIMIT = 50
_CHART_LABEL_LIMIT = 20


def cell(text: str) -> Block:
    """A cell of literal text."""
    return {"type": "raw_text", "text": trim(one_line(text), _CELL_LIMIT)}


def number_cell(value: int | float, text: str) -> Block:
    """A cell that sorts by ``value`` and shows ``text``; in a data table only."""
    return {"type": "raw_number", "value": value, "text": text}


def money_cell(minor: int, currency: str) -> Block:
    """An amount of minor units as a sortable cell."""
    return number_cell(chart_value(minor, currency), say_money(minor, currency))


def bold_cell(text: str) -> Block:
    """A cell of literal bold text."""
    return rich(line(bold(trim(one_line(text), _CELL_LIMIT))))


def chart_value(minor: int, currency: str) -> int | float:
    """Minor units as the plain number that a chart draws (major units). Only ever drawn, never counted with."""
    amount = from_minor(minor, currency)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def table(rows: Sequence[Sequence[Block]], right: frozenset[int] = frozenset()) -> Block:
    """A table whose first row is its header; columns in ``right`` are right-aligned. Rows beyond Slack's are left out.

    Callers page or say what is left out: a table holds at most 100 rows and 9,000 characters.
    """
    settings = [
        {"align": "right" if at in right else "left", "is_wrapped": True} for at in range(len(rows[0]))
    ]
    return {"type": "table", "rows": rows_that_fit(rows, _TABLE_ROWS), "column_settings": settings}


def data_table(caption: str, rows: Sequence[Sequence[Block]], page_size: int) -> Block:
    """A sortable table with its own paging; the first row is its header, at least one more must follow."""
    return {
        "type": "data_table",
        "caption": trim(one_line(caption), _CELL_LIMIT),
        "page_size": page_size,
        "row_header_column_index": 0,
        "rows": rows_that_fit(rows, _TABLE_ROWS),
    }


def bar_chart(title: str, name: str, points: Sequence[tuple[str, int | float]]) -> Block:
    """One series of bars: ``points`` are (label, value), at most 20."""
    shown = [(trim(text, _CHART_LABEL_LIMIT), value) for text, value in points[:20]]
    return {
        "type": "data_visualization",
        "title": trim(title, _TITLE_LIMIT),
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": trim(name, _CHART_LABEL_LIMIT),
                    "data": [{"label": text, "value": value} for text, value in shown],
                }
            ],
            "axis_config": {"categories": [text for text, _ in shown]},
        },
    }


def rows_that_fit(rows: Sequence[Sequence[Block]], limit: int) -> list[list[Block]]:
    """As many of ``rows`` as Slack's row and character limits for tables allow."""
    kept: list[list[Block]] = []
    spent = 0
    for row in rows[:limit]:
        spent += sum(len(cell_text(held)) for held in row)
        if spent > TABLE_TEXT_LIMIT:
            break
        kept.append(list(row))
    return kept


def cell_text(held: Block) -> str:
    """What a cell shows, as literal text."""
    return "".join(str(element.get("text", "")) or mention(_named(element)) for element in _elements(held))


def _elements(held: Block) -> list[Block]:
    if held["type"] != "rich_text":
        return [held]
    return [element for part in held["elements"] for element in part["elements"]]


def _named(element: Block) -> str:
    return str(element.get("user_id") or element.get("usergroup_id"))


def _cell_markup(held: Block) -> str:
    return "".join(
        escape(str(element["text"])) if "text" in element else mention(_named(element))
        for element in _elements(held)
    )


def without_new_blocks(blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` with data tables and charts replaced by tables and text, every figure kept.

    For workspaces that refuse the newer blocks. A message carries one plain table; further ones become lines.
    """
    plain_table_left = all(block["type"] != "table" for block in blocks)
    replaced: list[Block] = []
    for block in blocks:
        if block["type"] == "data_visualization":
            replaced += _chart_as_text(block)
        elif block["type"] == "data_table" and plain_table_left:
            replaced.append(_as_table(block))
            plain_table_left = False
        elif block["type"] == "data_table":
            replaced += _table_as_text(block)
        else:
            replaced.append(block)
    return replaced


def _as_table(block: Block) -> Block:
    numeric = frozenset(at for at, held in enumerate(block["rows"][1]) if held["type"] == "raw_number")
    rows = [
        [held if held["type"] == "rich_text" else cell(held["text"]) for held in row] for row in block["rows"]
    ]
    return table(rows, numeric)


def _table_as_text(block: Block) -> list[Block]:
    names, *rows = ([_cell_markup(held) for held in row] for row in block["rows"])
    lines = [f"*{escape(block['caption'])}*"]
    for first, *rest in rows:
        values = " · ".join(f"{name}: {value}" for name, value in zip(names[1:], rest, strict=True))
        lines.append(f"• *{first}* · {values}")
    return _paragraphs(lines)


def _chart_as_text(block: Block) -> list[Block]:
    lines = [f"*{escape(block['title'])}*"]
    for series in block["chart"]["series"]:
        points = series["data"]
        top = max((abs(point["value"]) for point in points), default=0) or 1
        width = max((len(point["label"]) for point in points), default=0)
        for point in points:
            bar = "▇" * round(12 * abs(point["value"]) / top)
            lines.append(f"`{escape(point['label'].ljust(width))}` {bar} {_figure(point['value'])}")
    return _paragraphs(lines)


def _figure(value: int | float) -> str:
    places = -int(Decimal(str(value)).as_tuple().exponent) if isinstance(value, float) else 0
    return f"{value:,.{max(places, 2)}f}" if places else f"{value:,}"


def _paragraphs(lines: Sequence[str]) -> list[Block]:
    """``lines`` in as few sections as hold them whole."""
    texts = [""]
    for text in lines:
        if len(texts[-1]) + len(text) >= 2900:
            texts.append("")
        texts[-1] += ("\n" if texts[-1] else "") + text
    return [section(text) for text in texts]
