"""Rich text: sections, lists, quotes and preformatted text."""

from sandbox.slack import limits
from sandbox.slack.blockkit.checks import boolean, many, number, one_of, shape, string, typed

_STYLE = shape(
    {}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "unlink"), boolean)
)
_STYLED = {"style": _STYLE}

_PIECES = typed(
    {
        "text": shape({"text": string(limits.MESSAGE_TEXT)}, _STYLED),
        "link": shape(
            {"url": string(limits.IMAGE_URL)}, {**_STYLED, "text": string(3_000), "unsafe": boolean}
        ),
        "emoji": shape({"name": string(255)}, {**_STYLED, "unicode": string(255), "skin_tone": number(1, 6)}),
        "user": shape({"user_id": string(255)}, _STYLED),
        "usergroup": shape({"usergroup_id": string(255)}, _STYLED),
        "channel": shape({"channel_id": string(255)}, _STYLED),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
        "color": shape({"value": string(32)}, _STYLED),
        "date": shape(
            {"timestamp": number(0), "format": string(255)},
            {**_STYLED, "url": string(3_000), "fallback": string(255)},
        ),
    }
)

_MOST = 10_000
_BORDER = {"border": number(0, 1)}
_SECTION = shape({"elements": many(_PIECES, _MOST, 0)})

RICH_TEXT_ELEMENTS = many(
    typed(
        {
            "rich_text_section": _SECTION,
            "rich_text_quote": shape({"elements": many(_PIECES, _MOST, 0)}, _BORDER),
            "rich_text_preformatted": shape(
                {"elements": many(_PIECES, _MOST, 0)}, {**_BORDER, "language": string(64)}
            ),
            "rich_text_list": shape(
                {
                    "style": one_of("bullet", "ordered"),
                    "elements": many(typed({"rich_text_section": _SECTION}), _MOST),
                },
                {**_BORDER, "indent": number(0, 8), "offset": number(0)},
            ),
        }
    ),
    _MOST,
)
