"""How people name an invoice: by its number, or by a link pasted from Syncro.

A number that a person types is always a number and never an id; ids come only from links and our own buttons.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from string import digits
from urllib.parse import urlsplit

from bot.domain.errors import BadInput
from bot.domain.typed_text import quote_back

_NUMBER = re.compile(
    r"#?(?:[A-Za-z]{1,8}[-_/])?[0-9]+(?:[-_/][0-9]+)*|#?[Ii][Nn][Vv][0-9]+|#[0-9A-Za-z_/-]*[0-9]"
)
_LINK = re.compile(r"<?(https?://[^\s<>|]+)(?:\|[^<>]*)?>?", re.IGNORECASE)
_INVOICE_PATH = re.compile(r"/invoices/([0-9]{1,18})(?:[-./].*)?")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class InvoiceRef:
    """One invoice as it was named. Either ``id`` (from a Syncro link) or ``number`` is set, never both."""

    text: str
    id: str = ""
    number: str = ""

    @property
    def digits(self) -> str:
        """What to look up among trailing digits: set only when plain digits were typed."""
        return digits_of(self.number) if self.number.isdigit() else ""


class Match(StrEnum):
    """How well a typed number fits an invoice's number; ``NONE`` is false in a condition."""

    NONE = ""
    DIGITS = "digits"
    EXACT = "exact"


def digits_of(number: str) -> str:
    """The trailing digits of an invoice number without leading zeros: ``INV-2024-0042`` gives ``42``."""
    return number[len(number.rstrip(digits)) :].lstrip("0")


def reference_matches(typed: str, number: str) -> Match:
    """How ``typed`` names the invoice ``number``: exactly, else (plain digits only) by its trailing digits.

    Exact matches come first; only when there is none do those by digits count, and several are offered.
    """
    wanted = typed.strip().removeprefix("#").strip()
    if wanted and wanted.casefold() == number.strip().removeprefix("#").casefold():
        return Match.EXACT
    plain = wanted.isascii() and wanted.isdigit()
    return (
        Match.DIGITS if plain and digits_of(wanted) and digits_of(wanted) == digits_of(number) else Match.NONE
    )


def is_link(token: str) -> bool:
    """Whether ``token`` is a web link, as pasted or in Slack's ``<…|label>`` form."""
    return token.lower().lstrip("<").startswith(("http://", "https://"))


def is_reference(token: str) -> bool:
    """Whether ``token`` looks like an invoice number or a link."""
    return is_link(token) or (len(token) <= _LONGEST and _NUMBER.fullmatch(token) is not None)


def parse_reference(token: str, syncro_host: str = "") -> InvoiceRef:
    """The invoice that ``token`` names.

    ``syncro_host`` is the host (with port, if any) of this account's Syncro. Raises ``BadInput`` for a link that
    is not an invoice there, and for what is no number.
    """
    if is_link(token):
        return _from_link(token, syncro_host)
    if is_reference(token):
        return InvoiceRef(text=token, number=token.removeprefix("#"))
    raise BadInput(
        f"{quote_back(token)} is not an invoice number. Write it like 1042 or INV-2024-1042, "
        "or look for it with `/invoice find`.",
        "number",
    )


def _from_link(token: str, syncro_host: str) -> InvoiceRef:
    match = _LINK.fullmatch(token)
    try:
        url = urlsplit(match[1]) if match else None
    except ValueError:
        url = None
    if url is None:
        raise BadInput(
            f"{quote_back(token)} is not a link that can be read. Type the invoice's number.", "number"
        )
    if not syncro_host or _host(url.netloc) != _host(syncro_host):
        raise BadInput("That link is not to this company's Syncro. Type the invoice's number.", "number")
    path = _INVOICE_PATH.fullmatch(url.path)
    if path is None:
        raise BadInput(
            "That link is to Syncro, but not to an invoice. Open the invoice there and paste its link, "
            "or type its number.",
            "number",
        )
    return InvoiceRef(text=token, id=path[1])


def _host(netloc: str) -> str:
    """A host for comparing; a user name before it stays in, so that it can't pass for the host."""
    return netloc.lower().removesuffix(":443").removesuffix(".")


def number_after(number: str) -> str:
    """The next invoice number in the same style: ``INV-2024-0999`` gives ``INV-2024-1000``, ``1042`` gives ``1043``.

    Raises ``ValueError`` when it doesn't end in digits.
    """
    match = re.search(r"[0-9]+\Z", number)
    if match is None:
        raise ValueError("a number without digits has none after it")
    return number[: match.start()] + str(int(match[0]) + 1).zfill(len(match[0]))
