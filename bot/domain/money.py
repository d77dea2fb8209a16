"""Exact money: integer minor units of a currency (cents for USD). No floats anywhere.

Minor-unit exponents are those of ISO 4217.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "INR": "₹"}


def exponent(currency: str) -> int:
    """Digits behind the decimal point of ``currency`` (ISO 4217): 2 for most, 0 for JPY."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """``amount`` in whole minor units. Raises ``ValueError`` if it has more digits than the currency."""
    scaled = amount.scaleb(exponent(currency))
    minor = int(scaled)
    if minor != scaled:
        raise ValueError(f"{amount} has more digits than {currency} knows")
    return minor


def round_minor(amount: Decimal, currency: str) -> int:
    """``amount`` in minor units, rounded half up (how Syncro rounds a line's total)."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_minor(minor: int, currency: str) -> Decimal:
    """The decimal amount with exactly the currency's digits: 80625 USD is ``Decimal("806.25")``."""
    return Decimal(minor).scaleb(-exponent(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; ``str()`` is how it stands on screen."""

    minor: int
    currency: str

    def __str__(self) -> str:
        number = f"{abs(from_minor(self.minor, self.currency)):,.{exponent(self.currency)}f}"
        sign = "-" if self.minor < 0 else ""
        mark = _SIGNS.get(self.currency)
        return f"{sign}{mark}{number}" if mark else f"{sign}{number} {self.currency}"


def say_money(minor: int | None, currency: str) -> str:
    """``minor`` units as a person reads them; ``None`` is "unknown", never 0."""
    return "unknown" if minor is None else str(Money(minor, currency))
