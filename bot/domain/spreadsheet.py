"""Text for a spreadsheet's cell: what looks like a formula must not be carried out by whoever opens the file."""

#: How a formula begins in Excel, LibreOffice and Google Sheets, also in the wide forms that they take for the same.
_BEGINS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
#: Some programs take these at the beginning away and read what comes behind.
_BREAKS = frozenset("\t\r\n")


def safe_cell(text: str) -> str:
    """``text`` with an apostrophe before it when it could be read as a formula, also behind blanks."""
    seen = _visible(text)
    blanks = text[: len(text) - len(seen)]
    return f"'{text}" if seen.startswith(_BEGINS) or not _BREAKS.isdisjoint(blanks) else text


def _visible(text: str) -> str:
    """From the first character on that anybody sees: no blanks, marks of direction, or byte order mark."""
    for place, one in enumerate(text):
        if not one.isspace() and one.isprintable():
            return text[place:]
    return ""
