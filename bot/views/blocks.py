"""Block Kit building blocks that stay inside Slack's documented limits: too long is trimmed with an ellipsis.

Text that customers or Syncro wrote goes into ``plain``, rich text or raw cells, where nothing in it is read as
markup; in ``mrkdwn`` it goes through ``escape``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
View = dict[str, Any]

TEXT_LIMIT = 3000
FIELD_LIMIT = 2000
HEADER_LIMIT = 150
BUTTON_LIMIT = 75
OPTION_LIMIT = 75
OPTION_VALUE_LIMIT = 150
OPTIONS_LIMIT = 100
MESSAGE_TEXT_LIMIT = 4000
#: Longest text that Slack's text input takes, also as its first value.
INPUT_LIMIT = 3000

_NAME_LIMIT = 60
_ELLIPSIS = "…"
_USER = re.compile(r"[UW][A-Z0-9]{1,24}")
_GROUP = re.compile(r"S[A-Z0-9]{1,24}")
#: With a digit: a word in capitals is no channel.
_CHANNEL = re.compile(r"[CG](?=[A-Z]*[0-9])[A-Z0-9]{1,24}")


@dataclass(frozen=True, slots=True)
class Message:
    """A message: ``text`` for notifications and screen readers (mrkdwn), ``blocks`` for everybody else."""

    text: str
    blocks: list[Block]


def escape(text: str) -> str:
    """``text`` with Slack's three control characters escaped, which also defuses mentions and links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space: names and numbers belong on one line."""
    return " ".join(text.split())


def trim(text: str, limit: int) -> str:
    """``text``, cut to ``limit`` characters with an ellipsis; never empty, since Slack refuses empty text."""
    text = text.strip() or "–"
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS


def _trim_markup(text: str, limit: int) -> str:
    text = text.strip() or "–"
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    for opening, closing in ("&;", "<>"):
        start = kept.rfind(opening)
        if start >= 0 and closing not in kept[start:]:
            kept = kept[:start]
    return kept.rstrip() + _ELLIPSIS


def plain(text: str, limit: int = TEXT_LIMIT) -> Block:
    """A plain text object; colons in it stay colons."""
    return {"type": "plain_text", "text": trim(text, limit), "emoji": False}


def label(text: str, limit: int) -> Block:
    """A plain text object of our own words, in which ``:name:`` is an emoji."""
    return {"type": "plain_text", "text": trim(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = TEXT_LIMIT) -> Block:
    """A markup text object. Nothing in it is linked by itself; foreign parts must be escaped."""
    return {"type": "mrkdwn", "text": _trim_markup(text, limit), "verbatim": True}


def mention(user_id: str) -> str:
    """A mention of a Slack user, user group or channel; anything else is shown as text."""
    if _USER.fullmatch(user_id):
        return f"<@{user_id}>"
    if _GROUP.fullmatch(user_id):
        return f"<!subteam^{user_id}>"
    if _CHANNEL.fullmatch(user_id):
        return f"<#{user_id}>"
    return escape(trim(one_line(user_id), _NAME_LIMIT))


def message(text: str, blocks: list[Block]) -> Message:
    """A message whose notification ``text`` (markup) is trimmed to the length that Slack advises."""
    return Message(_trim_markup(text, MESSAGE_TEXT_LIMIT), blocks)


# Blocks


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(one_line(text), HEADER_LIMIT)}


def section(text: str) -> Block:
    """A paragraph of markup."""
    return {"type": "section", "text": mrkdwn(text)}


def plain_section(text: str) -> Block:
    """A paragraph in which nothing is markup."""
    return {"type": "section", "text": plain(text)}


def fields(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Sections of up to ten "name over value" fields. Names and values are markup."""
    texts = [mrkdwn(f"*{name}*\n{value}", FIELD_LIMIT) for name, value in pairs]
    return [{"type": "section", "fields": texts[at : at + 10]} for at in range(0, len(texts), 10)]


def context(text: str) -> Block:
    """Small print, as markup."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str = "") -> list[Block]:
    """A row of up to 25 buttons and menus, or nothing when there are none."""
    if not elements:
        return []
    row: Block = {"type": "actions", "elements": list(elements[:25])}
    return [row | {"block_id": block_id}] if block_id else [row]


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str = "",
    url: str = "",
    confirm: Block | None = None,
) -> Block:
    """A button. ``style`` is "primary", "danger" or empty; ``value`` is an id and is never cut."""
    given = {"value": value, "style": style, "url": url, "confirm": confirm}
    return {
        "type": "button",
        "text": label(text, BUTTON_LIMIT),
        "action_id": action_id,
        **{key: held for key, held in given.items() if held},
    }


def confirm(title: str, text: str, yes: str) -> Block:
    """A question before a button acts. All plain text."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Go back", 30),
    }


def option(text: str, value: str) -> Block:
    """One option of a menu. Its value is an id or a name, and must fit Slack's 150 characters."""
    return {"text": plain(one_line(text), OPTION_LIMIT), "value": value}


def options(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Options from (text, value): the first 100, each value once, none that Slack would refuse for its length."""
    unique = {value: text for text, value in reversed(list(pairs)) if 0 < len(value) <= OPTION_VALUE_LIMIT}
    return [option(text, value) for value, text in reversed(unique.items())][:OPTIONS_LIMIT]


def menu(placeholder: str, action_id: str, pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """A menu of (text, value), in a list of its own; an empty list when there is nothing to choose."""
    offered = options(pairs)
    if not offered:
        return []
    return [
        {
            "type": "static_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "options": offered,
        }
    ]


# Rich text: foreign text stands in it literally.


def bold(text: str) -> Block:
    """Literal bold text."""
    return {"type": "text", "text": text or "–", "style": {"bold": True}}


def words(text: str) -> Block:
    """Literal text."""
    return {"type": "text", "text": text or "–"}


def person(user_id: str) -> Block:
    """A mention inside rich text; an id that isn't a Slack user's is shown as text."""
    if _USER.fullmatch(user_id):
        return {"type": "user", "user_id": user_id}
    if _GROUP.fullmatch(user_id):
        return {"type": "usergroup", "usergroup_id": user_id}
    return words(trim(one_line(user_id), _NAME_LIMIT))


def line(*elements: Block) -> Block:
    """One line of rich text elements."""
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(lines: Iterable[Block]) -> Block:
    """A list of lines."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def rich(*parts: Block) -> Block:
    """A rich text block of lines and lists."""
    return {"type": "rich_text", "elements": list(parts)}


def some(items: Sequence[Block], limit: int, more: str) -> list[Block]:
    """The first ``limit`` lines, and how many more there are: ``more`` is like "invoices"."""
    if len(items) <= limit:
        return list(items)
    return [*items[:limit], line(words(f"and {len(items) - limit} more {more}"))]
