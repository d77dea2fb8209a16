"""The mark by which a payment of ours is found again in Syncro when the answer to it was lost.

It stands in the payment's notes where there are notes, else behind its reference. People never see it there: the
edge takes it off when it reads.
"""

import re

#: Letters and digits that nobody misreads on the phone.
MARK_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MARK_LENGTH = 6

_NOTED = re.compile(rf"\bDuebot ([{MARK_LETTERS}]{{{MARK_LENGTH}}}), by ")
_BEHIND = re.compile(rf"(?:^| )·([{MARK_LETTERS}]{{{MARK_LENGTH}}})\Z")


def mark_notes(notes: str, mark: str, name: str) -> str:
    """A payment's notes with the mark, and who entered it; without a mark they are as they were typed."""
    if not mark:
        return notes
    line = f"Duebot {mark}, by {name}"
    return f"{notes}\n{line}" if notes else line


def mark_in_notes(notes: str) -> str:
    """The mark that ``mark_notes`` wrote, or empty; the last one, since ours is added behind what was typed."""
    found = _NOTED.findall(notes)
    return str(found[-1]) if found else ""


def mark_reference(reference: str, mark: str, limit: int) -> str:
    """A payment's reference with the mark behind it; without it where both don't fit in ``limit`` characters."""
    marked = f"{reference} ·{mark}".strip() if mark else reference
    return marked if len(marked) <= limit else reference


def split_reference(text: str) -> tuple[str, str]:
    """The reference as it was typed, and the mark behind it (or empty)."""
    found = _BEHIND.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")
