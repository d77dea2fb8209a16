"""Amounts, prices and quantities as people type them. What is ambiguous is asked, never guessed."""

import re
from decimal import Decimal

from bot.domain.errors import BadInput
from bot.domain.money import exponent, say_money, to_minor
from bot.domain.typed_text import plain_text, quote_back

#: The largest amount that is believed, in minor units.
LARGEST = 10**12

_SIGNS = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}),
    "US$": frozenset({"USD"}),
    "CA$": frozenset({"CAD"}),
    "C$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "NZ$": frozenset({"NZD"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
}
_MARK = r"[A-Za-z]{0,3}[$€£¥₹]|[A-Za-z]{3}"
_AMOUNT = re.compile(rf"(?P<before>{_MARK})? ?(?P<number>[0-9., ]*[0-9][0-9., ]*?) ?(?P<after>{_MARK})?")
_PLAIN_NUMBER = re.compile(r"(?:[0-9]+\.?|[0-9]*\.[0-9]+)")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]*)?")
_CONTINENTAL = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:[. ][0-9]{3})+),[0-9]+")
_LONGEST = 40
#: Marks that turn the direction of reading: with one inside, a number is not what it looks like.
_TURNING = re.compile("[\u202a-\u202e]")
_LEFT_TO_RIGHT = "\u202a\u202c\u202d"


def parse_amount(text: str, currency: str) -> int:
    """An amount above zero in minor units of ``currency``: ``$1,234.50``, ``1234.5``, ``USD 500``, ``500 usd``.

    Raises ``BadInput`` for everything else: another currency, badly placed commas, ``1.234`` and ``1,5`` (which
    could mean two amounts), zero, negative amounts, and more digits than the currency has.
    """
    typed = _as_read(text, "amount")
    number = _without_currency(typed, currency)
    value = _number(number, typed, currency)
    try:
        minor = to_minor(value, currency)
    except ValueError:
        raise BadInput(_too_many_digits(typed, currency), "amount") from None
    if minor == 0:
        raise BadInput("The amount must be more than zero.", "amount")
    if minor > LARGEST:
        raise BadInput(
            f"The amount is larger than {say_money(LARGEST, currency)}. Please check it.", "amount"
        )
    return minor


def parse_quantity(text: str) -> Decimal:
    """A quantity above zero, with up to four digits behind the point. Raises ``BadInput``."""
    quantity = _decimal(text, "quantity")
    if quantity <= 0:
        raise BadInput(
            "The quantity must be more than zero. For a credit, type a negative price.", "quantity"
        )
    return quantity


def parse_price(text: str, currency: str = "") -> Decimal:
    """A unit price with up to four digits behind the point; a negative one makes a credit line.

    A currency sign or code is accepted when it is that of ``currency``. Raises ``BadInput``.
    """
    typed = _as_read(text, "price")
    minus = typed.startswith("-")
    unsigned = typed.removeprefix("-").strip()
    if currency:
        unsigned = _without_currency(unsigned, currency, "price")
    price = _decimal(unsigned, "price", typed)
    return -price if minus and price else price


def _as_read(text: str, field: str) -> str:
    """``text`` in plain signs. Refuses what a screen shows otherwise than it would be read here."""
    if _TURNING.search(text.strip().strip(_LEFT_TO_RIGHT)):
        raise BadInput(
            f"The {field} holds marks that turn the direction of reading. Type it in again, don't paste it.",
            field,
        )
    return plain_text(text)


def _without_currency(typed: str, currency: str, field: str = "amount") -> str:
    """The number alone; refuses another currency's sign and whatever is no amount at all."""
    if not typed:
        raise BadInput(f"Type {_an(field)}, for example 1,234.50.", field)
    if typed.startswith(("-", "(", "+")):
        raise BadInput(f"{quote_back(typed)}: type the {field} without a sign, for example 1,234.50.", field)
    match = _AMOUNT.fullmatch(typed) if len(typed) <= _LONGEST else None
    if match is None:
        raise BadInput(f"{quote_back(typed)} is not {_an(field)}. Write it like 1,234.50.", field)
    for mark in (match["before"], match["after"]):
        if mark and currency not in _SIGNS.get(mark.upper(), {mark.upper()}):
            raise BadInput(f"{quote_back(typed)}: this is billed in {currency}, not in {mark}.", field)
    return match["number"]


def _number(number: str, typed: str, currency: str) -> Decimal:
    """The value of the digits, refusing what could mean two amounts."""
    digits = exponent(currency)
    if _CONTINENTAL.fullmatch(number) and not _GROUPED.fullmatch(number):
        guess = number.replace(".", "").replace(" ", "").replace(",", ".")
        raise BadInput(
            f"{quote_back(typed)} could mean two amounts. Write {guess}, with a point before the "
            "last part, or leave the comma out.",
            "amount",
        )
    if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", number) and digits < 3:
        whole, cut = number.replace(".", ""), number[: len(number) - 3 + digits].rstrip(".")
        raise BadInput(f"{quote_back(typed)} could mean two amounts. Write {whole} or {cut}.", "amount")
    return _value(number, typed, "amount")


def _value(number: str, typed: str, field: str) -> Decimal:
    if _PLAIN_NUMBER.fullmatch(number) or _GROUPED.fullmatch(number):
        return Decimal(re.sub("[, ]", "", number))
    raise BadInput(f"{quote_back(typed)} is not {_an(field)}. Write it like 1,234.50.", field)


def _decimal(text: str, field: str, typed: str = "") -> Decimal:
    """A quantity's or price's value. Unlike an amount it may have three or four digits behind the point."""
    number = _as_read(text, field)
    shown = typed or number
    if not number:
        raise BadInput(f"Type {_an(field)}, for example 1.5.", field)
    if number.startswith("-"):
        raise BadInput(f"{quote_back(shown)}: the {field} can't be negative here.", field)
    if len(number) > _LONGEST:
        raise BadInput(f"{quote_back(shown)} is too long for {_an(field)}.", field)
    if _CONTINENTAL.fullmatch(number) and not _GROUPED.fullmatch(number):
        raise BadInput(f"{quote_back(shown)} could mean two numbers. Write a point, not a comma.", field)
    value = _value(number, shown, field)
    if value > LARGEST:
        raise BadInput(f"{quote_back(shown)} is too large. Please check it.", field)
    if len(number.partition(".")[2]) > 4:
        raise BadInput(f"{quote_back(shown)} has more than four digits behind the point.", field)
    return value


def _too_many_digits(typed: str, currency: str) -> str:
    digits = exponent(currency)
    allowed = "no digits" if digits == 0 else f"at most {digits} digits"
    return f"{quote_back(typed)}: an amount in {currency} has {allowed} behind the point."


def _an(field: str) -> str:
    return f"an {field}" if field[0] in "aeiou" else f"a {field}"
