"""Block elements, each with its fields as documented by Slack, and where it may stand."""

from typing import Any

from sandbox.slack import limits
from sandbox.slack.blockkit.checks import (
    Check,
    Look,
    Shape,
    anything,
    boolean,
    both,
    many,
    number,
    one_of,
    rule,
    shape,
    string,
)
from sandbox.slack.blockkit.objects import (
    CONFIRM,
    DISPATCH_CONFIG,
    FILTER,
    OPTION,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    STYLE,
    WORKFLOW,
    option_groups,
    options,
    plain,
)


def _action_id(look: Look, path: str, value: Any) -> None:
    string(limits.ACTION_ID)(look, path, value)
    if isinstance(value, str) and value in look.action_ids:
        look.note(path, f"`action_id` {value} already exists")
    elif isinstance(value, str):
        look.action_ids.add(value)


_ID: Shape = {"action_id": _action_id}
_ASKS: Shape = {**_ID, "confirm": CONFIRM}
_FOCUS: Shape = {"focus_on_load": boolean}
_HINT: Shape = {"placeholder": plain(limits.PLACEHOLDER)}
_MENU: Shape = {**_ASKS, **_FOCUS, **_HINT}
_MANY: Shape = {"max_selected_items": number(1)}
_MINIMUM: Shape = {"min_query_length": number(0)}
_TYPED: Shape = {**_ID, **_FOCUS, **_HINT, "dispatch_action_config": DISPATCH_CONFIG}
_DAY = rule(lambda value: len(value) == 10 and value[4] == value[7] == "-", "must be a date as YYYY-MM-DD")
_TIME = rule(lambda value: len(value) == 5 and value[2] == ":", "must be a time as HH:mm")


def _chosen_is_offered(element: Any) -> bool:
    groups = element.get("option_groups", [])
    offered = [*element.get("options", []), *(option for group in groups for option in group["options"])]
    chosen = element.get("initial_options", [])
    chosen = [*chosen, element["initial_option"]] if "initial_option" in element else chosen
    return all(option in offered for option in chosen)


_OFFERED = rule(_chosen_is_offered, "initial options must be among the options")
_ONE_SOURCE = rule(
    lambda element: ("options" in element) != ("option_groups" in element),
    "must define either `options` or `option_groups`",
)


def _static(**initial: Check) -> Check:
    many_of = {} if "initial_option" in initial else _MANY
    fields = {**_MENU, **many_of, **initial, "options": options(), "option_groups": option_groups()}
    return both(shape({}, fields), _ONE_SOURCE, _OFFERED)


def _menu(*more: Shape, **initial: Check) -> Check:
    fields: dict[str, Check] = {**_MENU, **initial}
    for extra in more:
        fields.update(extra)
    return shape({}, fields)


def _ids(most: int = 100) -> Check:
    return many(string(255), most)


_RESPONSE: Shape = {"response_url_enabled": boolean}
_CONVERSATIONS: Shape = {"default_to_current_conversation": boolean, "filter": FILTER}

ELEMENTS: dict[str, Check] = {
    "button": shape(
        {"text": plain(limits.BUTTON_TEXT)},
        {
            **_ASKS,
            "url": string(limits.BUTTON_URL),
            "value": string(limits.BUTTON_VALUE),
            "style": STYLE,
            "accessibility_label": string(limits.BUTTON_LABEL),
        },
    ),
    "static_select": _static(initial_option=OPTION),
    "multi_static_select": _static(initial_options=options()),
    "external_select": _menu(_MINIMUM, initial_option=OPTION),
    "multi_external_select": _menu(_MINIMUM, _MANY, initial_options=options()),
    "users_select": _menu(initial_user=string(255)),
    "multi_users_select": _menu(_MANY, initial_users=_ids()),
    "channels_select": _menu(_RESPONSE, initial_channel=string(255)),
    "multi_channels_select": _menu(_MANY, initial_channels=_ids()),
    "conversations_select": _menu(_RESPONSE, _CONVERSATIONS, initial_conversation=string(255)),
    "multi_conversations_select": _menu(_MANY, _CONVERSATIONS, initial_conversations=_ids()),
    "overflow": shape({"options": options(OVERFLOW_OPTION, limits.OVERFLOW_OPTIONS)}, _ASKS),
    "datepicker": shape({}, {**_MENU, "initial_date": both(string(10), _DAY)}),
    "timepicker": shape({}, {**_MENU, "initial_time": both(string(5), _TIME), "timezone": string(255)}),
    "datetimepicker": shape({}, {**_ASKS, **_FOCUS, "initial_date_time": number(10**9)}),
    "checkboxes": both(
        shape(
            {"options": options(RICH_OPTION, limits.CHECKBOX_OPTIONS)},
            {**_ASKS, **_FOCUS, "initial_options": options(RICH_OPTION)},
        ),
        _OFFERED,
    ),
    "radio_buttons": both(
        shape(
            {"options": options(RICH_OPTION, limits.RADIO_OPTIONS)},
            {**_ASKS, **_FOCUS, "initial_option": RICH_OPTION},
        ),
        _OFFERED,
    ),
    "plain_text_input": both(
        shape(
            {},
            {
                **_TYPED,
                "initial_value": string(limits.TEXT_INPUT, 0),
                "multiline": boolean,
                "min_length": number(0, limits.TEXT_INPUT),
                "max_length": number(1, limits.TEXT_INPUT),
            },
        ),
        rule(
            lambda e: len(e.get("initial_value", "")) <= e.get("max_length", limits.TEXT_INPUT),
            "initial_value must not be longer than max_length",
        ),
    ),
    "email_text_input": shape({}, {**_TYPED, "initial_value": string(limits.TEXT_INPUT, 0)}),
    "url_text_input": shape({}, {**_TYPED, "initial_value": string(limits.TEXT_INPUT, 0)}),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": string(64), "min_value": string(64), "max_value": string(64)},
    ),
    "rich_text_input": shape({}, {**_TYPED, "initial_value": anything}),
    "file_input": shape(
        {}, {**_ID, "filetypes": many(string(32), 100), "max_files": number(1, limits.INPUT_FILES)}
    ),
    "image": both(
        shape(
            {"alt_text": string(limits.IMAGE_ALT)},
            {"image_url": string(limits.IMAGE_URL), "slack_file": SLACK_FILE},
        ),
        rule(
            lambda e: ("image_url" in e) != ("slack_file" in e),
            "must define either `image_url` or `slack_file`",
        ),
    ),
    "workflow_button": shape(
        {"text": plain(limits.BUTTON_TEXT), "workflow": WORKFLOW},
        {**_ID, "style": STYLE, "accessibility_label": string(limits.BUTTON_LABEL)},
    ),
    "feedback_buttons": shape({"positive_button": anything, "negative_button": anything}, _ID),
    "icon_button": shape(
        {"icon": one_of("trash"), "text": plain(limits.BUTTON_TEXT)},
        {
            **_ASKS,
            "value": string(limits.BUTTON_VALUE),
            "accessibility_label": string(limits.BUTTON_LABEL),
            "visible_to_user_ids": _ids(10),
        },
    ),
}

_SELECTS = {
    f"{several}{kind}"
    for several in ("", "multi_")
    for kind in (
        "static_select",
        "external_select",
        "users_select",
        "channels_select",
        "conversations_select",
    )
}
_CHOICES = _SELECTS | {"datepicker", "timepicker", "checkboxes", "radio_buttons"}

IN_SECTION = _CHOICES | {"button", "overflow", "image", "workflow_button"}
IN_ACTIONS = _CHOICES | {"button", "overflow", "datetimepicker", "workflow_button"}
IN_CONTEXT_ACTIONS = {"feedback_buttons", "icon_button"}
IN_INPUT = _CHOICES | {
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
