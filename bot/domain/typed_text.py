"""Text as people type and paste it: smart quotes, odd spaces and long dashes become plain ones."""

import re

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′`", "'"),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        "＃": "#",
        # Marks that are invisible on screen: zero-width signs, direction marks, the soft hyphen.
        **dict.fromkeys(
            "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff", None
        ),
    }
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def plain_text(text: str) -> str:
    """``text`` with plain quotes and dashes, single spaces, and nothing invisible in it."""
    return " ".join(_CONTROL.sub(" ", text.translate(_PLAIN)).split())


def quote_back(text: str) -> str:
    """``text`` as an error sentence repeats it: short, in quotes."""
    shown = plain_text(text)
    return f"“{shown[:60]}…”" if len(shown) > 60 else f"“{shown}”"
