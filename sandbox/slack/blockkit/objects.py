"""Composition objects: text, confirmation, options."""

from typing import Any

from sandbox.slack import limits
from sandbox.slack.blockkit.checks import (
    Check,
    anything,
    boolean,
    both,
    distinct,
    many,
    one_of,
    rule,
    shape,
    string,
    typed,
)


def plain(most: int = limits.TEXT, least: int = 1) -> Check:
    """A `plain_text` object."""
    return typed({"plain_text": shape({"text": string(most, least)}, {"emoji": boolean})})


def text(most: int = limits.TEXT, least: int = 1) -> Check:
    """A `plain_text` or `mrkdwn` object."""
    return typed(
        {
            "plain_text": shape({"text": string(most, least)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(most, least)}, {"verbatim": boolean}),
        }
    )


STYLE = one_of("primary", "danger")

CONFIRM = shape(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": text(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
    },
    {"style": STYLE},
)

SLACK_FILE = both(
    shape({}, {"id": string(255), "url": string(limits.IMAGE_URL)}),
    rule(lambda file: len(file) == 1, "must define either `id` or `url`"),
)

_OPTION_FIELDS = {"value": string(limits.OPTION_VALUE)}
_OPTION_EXTRAS = {"description": plain(limits.OPTION_DESCRIPTION)}

OPTION = shape({"text": plain(limits.OPTION_TEXT), **_OPTION_FIELDS}, _OPTION_EXTRAS)
RICH_OPTION = shape(
    {"text": text(limits.OPTION_TEXT), **_OPTION_FIELDS},
    {"description": text(limits.OPTION_DESCRIPTION)},
)
OVERFLOW_OPTION = shape(
    {"text": plain(limits.OPTION_TEXT), **_OPTION_FIELDS},
    {**_OPTION_EXTRAS, "url": string(limits.OPTION_URL)},
)


def _values(options: list[Any]) -> list[Any]:
    return [option["value"] for option in options]


def options(option: Check = OPTION, most: int = limits.OPTIONS, least: int = 1) -> Check:
    """A list of options with different values."""
    return both(
        many(option, most, least),
        rule(lambda given: distinct(_values(given)), "must not have duplicate values"),
    )


def option_groups(least: int = 1) -> Check:
    """Option groups whose options all have different values."""
    group = shape({"label": plain(limits.OPTION_GROUP_LABEL), "options": options()})
    return both(
        many(group, limits.OPTION_GROUPS, least),
        rule(
            lambda groups: distinct([value for one in groups for value in _values(one["options"])]),
            "must not have duplicate values",
        ),
    )


DISPATCH_CONFIG = shape(
    {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)},
)

FILTER = shape(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)

WORKFLOW = shape({"trigger": anything})
