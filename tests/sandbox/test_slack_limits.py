"""Slack's documented limits are refused, with Slack's names and the place; what fits is taken."""

from typing import Any

import pytest
from slack_sdk.models import blocks as sdk

from sandbox.slack.blockkit.validate import (
    check_message,
    check_view,
    message_problems,
    options_problems,
    view_problems,
)
from sandbox.slack.errors import SlackError


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(**parts: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("hello"), **parts}


def button(text: str = "Pay", **parts: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": "pay", **parts}


def actions(*elements: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **parts}


def option(text: str = "one", value: str = "1") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def select(count: int = 1, **parts: Any) -> dict[str, Any]:
    options = [option(value=str(index)) for index in range(count)]
    return {"type": "static_select", "action_id": "choose", "options": options, **parts}


def field(element: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    element = element or {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "block_id": "i", "label": plain("Amount"), "element": element, **parts}


def modal(*blocks: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain("Pay"),
        "submit": plain("Record"),
        "blocks": list(blocks),
        **parts,
    }


def cell(text: str = "x") -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def table(rows: int = 2, columns: int = 2, **parts: Any) -> dict[str, Any]:
    return {"type": "table", "rows": [[cell()] * columns for _ in range(rows)], **parts}


def data_table(rows: int = 2, columns: int = 2, **parts: Any) -> dict[str, Any]:
    return {**table(rows, columns), "type": "data_table", "caption": "Overdue", **parts}


def bars(series: int = 1, points: int = 2, **parts: Any) -> dict[str, Any]:
    categories = [f"c{index}" for index in range(points)]
    data = [{"label": label, "value": 1} for label in categories]
    return {
        "type": "data_visualization",
        "title": "Aging",
        "chart": {
            "type": "bar",
            "series": [{"name": f"s{index}", "data": data} for index in range(series)],
            "axis_config": {"categories": categories},
        },
        **parts,
    }


def bars_of(*categories: str) -> dict[str, Any]:
    chart = {**bars()["chart"], "axis_config": {"categories": list(categories)}}
    return bars(chart=chart)


def choices(kind: str, count: int) -> dict[str, Any]:
    options = [option(value=str(index)) for index in range(count)]
    return {"type": kind, "action_id": "choose", "options": options}


def confirm(title: str) -> dict[str, Any]:
    return {"title": plain(title), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")}


def pie(*values: float) -> dict[str, Any]:
    segments = [{"label": f"s{index}", "value": value} for index, value in enumerate(values)]
    return {"type": "data_visualization", "title": "Aging", "chart": {"type": "pie", "segments": segments}}


FITS = [
    [section()] * 50,
    [section(text=mrkdwn("x" * 3000))],
    [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    [actions(*(button(action_id=f"a{index}") for index in range(25)))],
    [actions(button("x" * 75, value="v" * 2000, url="https://example.test/" + "u" * 2900))],
    [section(accessory=select(100))],
    [section(block_id="b", accessory=button()), section(accessory=button(action_id="other"))],
    [{"type": "header", "text": plain("x" * 150)}, {"type": "divider"}],
    [{"type": "context", "elements": [mrkdwn("x"), plain("y")] * 5}],
    [table(100, 20, column_settings=[{"align": "right", "is_wrapped": True}, None])],
    [data_table(201, 20, page_size=100, row_header_column_index=19)],
    [data_table(rows=2, columns=1), bars(12, 20), pie(1, 2.5)],
    [{"type": "markdown", "text": "x" * 12_000}],
    [{"type": "card", "title": mrkdwn("x" * 150), "actions": [button()]}],
]

REFUSED = [
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section(text=mrkdwn("x" * 3001))], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section(text=mrkdwn(""))], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items"),
    ([{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "/blocks/0/fields/0/text"),
    ([section(colour="red")], "unexpected additional property [json-pointer:/blocks/0/colour]"),
    ([section(text=plain("x") | {"verbatim": True})], "/blocks/0/text/verbatim"),
    ([{"type": "sektion"}], "unsupported type: sektion"),
    ([{"text": "no type"}], "unsupported type"),
    (["text"], "unsupported type"),
    ([actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ([actions(*(button(action_id=f"a{index}") for index in range(26)))], "no more than 25 items"),
    ([actions(button(), button())], "`action_id` pay already exists"),
    ([section(accessory=button()), section(accessory=button())], "`action_id` pay already exists"),
    ([section(block_id="b"), section(block_id="b")], "`block_id` b already exists"),
    ([section(block_id="b" * 256)], "must be less than 256 characters"),
    ([actions(button(action_id="a" * 256))], "must be less than 256 characters"),
    ([actions(button("x" * 76))], "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    ([actions(button(value="v" * 2001))], "must be less than 2001 characters"),
    ([actions(button(url="u" * 3001))], "must be less than 3001 characters"),
    ([actions(button(style="default"))], "must be a valid enum value"),
    ([actions(button() | {"text": mrkdwn("x")})], "unsupported type: mrkdwn"),
    ([actions({"type": "plain_text_input", "action_id": "x"})], "unsupported type: plain_text_input"),
    ([actions({"type": "button", "action_id": "x"})], "missing required field: text"),
    ([actions(button(confirm=confirm("x" * 101)))], "must be less than 101 characters"),
    ([section(accessory=select(0))], "no less than 1 items"),
    ([section(accessory=select(101))], "no more than 100 items"),
    ([section(accessory=select(options=[option(), option("two")]))], "must not have duplicate values"),
    ([section(accessory=select(options=[option("x" * 76)]))], "must be less than 76 characters"),
    ([section(accessory=select(options=[option(value="v" * 151)]))], "must be less than 151 characters"),
    ([section(accessory=select(initial_option=option("other", "9")))], "must be among the options"),
    ([section(accessory=choices("overflow", 6))], "no more than 5"),
    ([section(accessory=choices("checkboxes", 11))], "no more than 10"),
    ([section(accessory={"type": "datepicker", "action_id": "d", "initial_date": "2026/11/01"})], "YYYY-MM-DD"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151"),
    ([{"type": "header", "text": mrkdwn("x")}], "unsupported type: mrkdwn"),
    ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "no more than 10"),
    ([{"type": "alert", "text": plain("x")}], "unsupported type: alert"),
    ([{"type": "image", "alt_text": "x"}], "must define either `image_url` or `slack_file`"),
    ([table(101)], "no more than 100 items"),
    ([table(1, 21)], "no more than 20 items"),
    ([{"type": "table", "rows": [[cell()], [cell(), cell()]]}], "same number of cells"),
    ([{"type": "table", "rows": [[cell("x" * 5001)], [cell("x" * 5000)]]}], "tables must hold less than 10001"),
    ([data_table(1)], "no less than 2 items"),
    ([data_table(202)], "no more than 201 items"),
    ([data_table(page_size=101)], "must be at most 100"),
    ([data_table(row_header_column_index=2)], "must be a column of the table"),
    ([{"type": "data_table", "rows": [[cell()], [cell()]]}], "missing required field: caption"),
    ([data_table() | {"rows": [[{"type": "raw_number", "value": 1, "text": "1"}], [cell()]]}], "header cells"),
    ([data_table() | {"rows": [[cell()], [cell("x" * 20_001)]]}], "20001"),
    ([data_table() | {"rows": [[cell()], [cell("")]]}], "must be more than 0 characters"),
    ([bars(), bars(), bars()], "no more than 2 data_visualization"),
    ([bars(title="x" * 51)], "must be less than 51"),
    ([bars(13)], "no more than 12 items"),
    ([bars(points=21)], "no more than 20 items"),
    ([pie(1, 0)], "must be greater than 0"),
    ([pie()], "no less than 1"),
    ([bars_of("other", "c1")], "one point for each category"),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "12001"),
    ([{"type": "card", "title": mrkdwn("x"), "actions": [button()] * 4}], "no more than 3"),
    ([{"type": "card", "subtext": mrkdwn("x")}], "at least one of"),
    ([{"type": "carousel", "elements": []}], "no less than 1"),
    ([field(hint=plain("x" * 2001))], "must be less than 2001"),
]  # fmt: skip


@pytest.mark.parametrize("blocks", FITS)
def test_what_fits_is_taken(blocks: list[Any]) -> None:
    assert message_problems(blocks) == []


@pytest.mark.parametrize(("blocks", "wrong"), REFUSED)
def test_what_slack_refuses_is_refused_with_the_place(blocks: list[Any], wrong: str) -> None:
    assert any(wrong in each for each in message_problems(blocks)), message_problems(blocks)


REFUSED_VIEWS = [
    (modal(*[section()] * 101), "no more than 100 items"),
    (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("x" * 25)), "must be less than 25"),
    (modal(close=plain("x" * 25)), "must be less than 25"),
    (modal(private_metadata="x" * 3001), "must be less than 3001"),
    (modal(callback_id="x" * 256), "must be less than 256"),
    ({"type": "modal", "title": plain("x"), "blocks": [field()]}, "`submit` is required"),
    ({"type": "modal", "blocks": []}, "missing required field: title"),
    ({"type": "modal", "title": plain("x")}, "missing required field: blocks"),
    ({"type": "home", "blocks": []}, "must be modal"),
    (modal(table()), "unsupported type: table"),
    (modal(data_table()), "unsupported type: data_table"),
    (modal(bars()), "unsupported type: data_visualization"),
    (modal({"type": "alert", "text": plain("x" * 201)}), "must be less than 201"),
    (modal(field({"type": "plain_text_input", "max_length": 3001})), "must be at most 3000"),
    (modal(field({"type": "plain_text_input", "placeholder": plain("x" * 151)})), "must be less than 151"),
    (modal(field(label=plain("x" * 2001))), "must be less than 2001"),
    (modal(field({"type": "number_input"})), "missing required field: is_decimal_allowed"),
    (modal(field(button())), "unsupported type: button"),
    (modal(subtitle="x"), "unexpected additional property [json-pointer:/view/subtitle]"),
]


@pytest.mark.parametrize(("view", "wrong"), REFUSED_VIEWS)
def test_views_have_their_own_limits(view: dict[str, Any], wrong: str) -> None:
    assert any(wrong in each for each in view_problems(view, "modal")), view_problems(view, "modal")


def test_a_home_tab_takes_a_data_table_and_no_title() -> None:
    assert view_problems({"type": "home", "blocks": [data_table(), field()]}, "home") == []
    assert view_problems({"type": "home", "title": plain("x"), "blocks": []}, "home")
    assert view_problems({"type": "home", "blocks": [field({"type": "file_input"})]}, "home")


def test_the_errors_have_slacks_names() -> None:
    with pytest.raises(SlackError) as refused:
        check_message([section(text=mrkdwn(""))])
    answer = refused.value.answer()
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    ]
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view(modal(table()), "modal")
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(modal(*[section(text=mrkdwn("€" * 3000)) for _ in range(100)]), "modal")


def test_options_from_a_bot_may_be_none_but_not_too_many_or_the_same() -> None:
    assert options_problems({"options": []}) == []
    assert options_problems({"options": [option()]}) == []
    assert options_problems({"options": [option(value=str(index)) for index in range(101)]})
    assert options_problems({"options": [option(), option()]})
    assert options_problems({"options": [option("x" * 76)]})
    assert options_problems({"option_groups": [{"label": plain("g"), "options": [option()]}]}) == []
    assert options_problems({})


def test_what_slacks_own_library_builds_is_taken() -> None:
    built = [
        sdk.SectionBlock(
            text="*hi*", accessory=sdk.ButtonElement(text="Go", action_id="go", style="primary")
        ),
        sdk.ActionsBlock(
            elements=[
                sdk.StaticSelectElement(
                    placeholder="Pick", action_id="s", options=[sdk.Option(value="1", text="One")]
                ),
                sdk.DatePickerElement(action_id="d", initial_date="2026-11-22"),
                sdk.OverflowMenuElement(action_id="o", options=[sdk.Option(value="1", text="One")]),
                sdk.ButtonElement(
                    text="Void",
                    action_id="v",
                    confirm=sdk.ConfirmObject(title="Sure?", text="Really", confirm="Yes", deny="No"),
                ),
            ]
        ),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="_as of 9:00_")]),
        sdk.HeaderBlock(text="Overdue"),
        sdk.DividerBlock(),
        sdk.RichTextBlock(
            elements=[
                sdk.RichTextSectionElement(elements=[{"type": "text", "text": "x", "style": {"bold": True}}])
            ]
        ),
    ]
    assert message_problems([block.to_dict() for block in built]) == []
    inputs = [
        sdk.PlainTextInputElement(action_id="p", multiline=True, max_length=100, initial_value="x"),
        sdk.NumberInputElement(action_id="n", is_decimal_allowed=True, min_value="0", initial_value="5"),
        sdk.ExternalDataSelectElement(action_id="e", min_query_length=1, placeholder="Customer"),
        sdk.CheckboxesElement(action_id="c", options=[sdk.Option(value="1", text="One")]),
        sdk.RadioButtonsElement(action_id="r", options=[sdk.Option(value="1", text="One")]),
        sdk.EmailInputElement(action_id="m", placeholder="you@example.test"),
        sdk.UserSelectElement(action_id="u", initial_user="U0BOSS"),
    ]
    blocks = [
        sdk.InputBlock(label="L", element=element, hint="h", optional=True).to_dict() for element in inputs
    ]
    assert view_problems(modal(*blocks), "modal") == []
