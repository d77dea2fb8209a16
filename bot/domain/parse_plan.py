"""A payment plan as people type it: one instalment a line, its date and its amount."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TypeVar

from bot.domain.dates import add_months, say_date
from bot.domain.errors import BadInput
from bot.domain.holds import Instalment
from bot.domain.parse_dates import parse_date
from bot.domain.parse_money import parse_amount
from bot.domain.typed_text import plain_text, quote_back

T = TypeVar("T")

#: More instalments than anybody agrees on.
MOST_INSTALMENTS = 24
_MONTHS_AHEAD = 12
#: The longest amounts are three words: "USD 1 234.50".
_AMOUNT_WORDS = 3
_AMOUNT_FIRST = re.compile(r"(?P<amount>.+?) (?:on|by) (?P<date>.+)", re.IGNORECASE)
_HELP = "Write a date and an amount on each line, like 2026-03-13 500."


def parse_plan(text: str, today: date, currency: str) -> tuple[Instalment, ...]:
    """The instalments in ``text`` by date, from today to a year ahead; amounts in minor units of ``currency``.

    "Mar 13 500", "2026-03-13: $500.00" and "500 on next friday" are all understood. Raises ``BadInput``, naming the
    line, for what is no instalment or could be two, and for a date that comes twice.
    """
    lines = [(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
    if len(lines) > MOST_INSTALMENTS:
        raise BadInput(f"These are {len(lines)} instalments; at most {MOST_INSTALMENTS} fit.", "instalments")
    found: dict[date, Instalment] = {}
    for number, line in lines:
        part = _instalment(number, line, today, currency)
        if part.due in found:
            raise _wrong(number, f"there is an instalment on {say_date(part.due)} already.")
        found[part.due] = part
    return tuple(found[due] for due in sorted(found))


def _instalment(number: int, line: str, today: date, currency: str) -> Instalment:
    read: list[Instalment] = []
    problems: list[str] = []
    for said_date, said_amount in _splits(plain_text(line)):
        due = _tried(partial(parse_date, said_date, today, "future"))
        amount = _tried(partial(parse_amount, said_amount, currency))
        if isinstance(due, date) and isinstance(amount, int):
            read.append(Instalment(due, amount))
        elif isinstance(due, date) or isinstance(amount, int):
            problems.append(str(amount if isinstance(due, date) else due))
    if not read:
        unread = f"{quote_back(line)} has no date and amount that I know. {_HELP}"
        raise _wrong(number, next(iter(problems), unread))
    if len(set(read)) > 1:
        raise _wrong(number, f"{quote_back(line)} could mean two things. {_HELP}")
    return _ahead(number, read[0], today)


def _tried(read: Callable[[], T]) -> T | BadInput:
    """What ``read`` gives, or why it can't be read."""
    try:
        return read()
    except BadInput as error:
        return error


def _splits(typed: str) -> list[tuple[str, str]]:
    """Where a line could be cut into date and amount."""
    words = typed.split()
    cuts = range(1, min(_AMOUNT_WORDS, len(words) - 1) + 1)
    found = [(" ".join(words[:-cut]).rstrip(" :;,=–-"), " ".join(words[-cut:])) for cut in cuts]
    first = _AMOUNT_FIRST.fullmatch(typed)
    return [*found, (first["date"], first["amount"])] if first else found


def _ahead(number: int, part: Instalment, today: date) -> Instalment:
    if part.due < today:
        raise _wrong(number, f"{say_date(part.due)} is past. Write today or a later date.")
    if part.due > add_months(today, _MONTHS_AHEAD):
        raise _wrong(number, f"{say_date(part.due)} is more than a year ahead. Check the year.")
    return part


def _wrong(number: int, sentence: str) -> BadInput:
    return BadInput(f"Line {number}: {sentence}", "instalments")
