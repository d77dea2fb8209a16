"""Text as a spreadsheet may be given it: a cell that looks like a formula is not to be carried out by whoever opens it."""

#: How a formula begins in Excel, LibreOffice and Google Sheets, also in the wide forms that they take for the same.
_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """``text`` with an apostrophe before it when it could be read as a formula, also behind blanks."""
    begins = text.startswith(_BEGINS) or _visible(text).startswith(_BEGINS)
    return f"'{text}" if begins else text


def _visible(text: str) -> str:
    """Without what nobody sees before the first character: blanks, marks of direction, a byte order mark."""
    for place, one in enumerate(text):
        if not one.isspace() and one.isprintable():
            return text[place:]
    return ""
