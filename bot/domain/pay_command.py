"""What follows ``/invoice pay``: an invoice or a customer, then amount, method and reference in any order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.errors import BadInput
from bot.domain.references import InvoiceRef, is_reference, parse_reference
from bot.domain.typed_text import quote_back

_SIGN = re.compile(r"[A-Za-z]{0,3}[$€£¥₹]")
_NUMBER = re.compile(r"[-+(]?(?:[A-Za-z]{0,3}[$€£¥₹])?[-+.,]?[0-9][0-9.,')]*(?:[$€£¥₹]|[A-Za-z]{3})?")
_CODED = re.compile(r"[A-Za-z]{3}[0-9][0-9.,]*")
_REFERENCE = re.compile(r"#\S+|ref(?:erence)?[:#=]\S+", re.IGNORECASE)
#: Ways to pay that may follow a customer's name directly; anything goes after an amount.
_METHODS = frozenset(
    {
        "check",
        "cheque",
        "cash",
        "card",
        "credit",
        "wire",
        "ach",
        "transfer",
        "eft",
        "bank",
        "online",
        "offline",
    }
)
_FILLERS = frozenset({"by", "with", "via", "per", "for"})
_CURRENCIES = frozenset(
    {"usd", "eur", "gbp", "cad", "aud", "nzd", "jpy", "inr", "chf", "sek", "nok", "dkk", "mxn"}
)


@dataclass(frozen=True, slots=True)
class Pay:
    """Record a payment on ``ref``, or on an invoice of ``customer``; neither when not said.

    ``amount_text`` is as typed, for ``parse_amount`` to read in the invoice's currency. ``customer_id`` is set when
    the customer was chosen among several.
    """

    ref: InvoiceRef | None = None
    customer: str = ""
    amount_text: str = ""
    method: str = ""
    reference: str = ""
    customer_id: str = ""


def method_named(typed: str, methods: Iterable[str]) -> str:
    """The payment method that was typed, by its name in Syncro; empty when it isn't one of them."""
    wanted = {"cheque": "check", "card": "offline cc"}.get(typed.lower(), typed.lower())
    return next((one for one in methods if one.lower() == wanted), "") if wanted else ""


def check_method(typed: str, methods: tuple[str, ...]) -> None:
    """A word that is no amount, reference or payment method is asked about, as soon as the methods are known.

    Raises ``BadInput``.
    """
    if typed and methods and not method_named(typed, methods):
        raise BadInput(
            f"I don't understand “{typed[:40]}”. An amount is written like 500 or $1,234.50, a reference like "
            f"#1234, and a method is one of: {', '.join(methods)}."
        )


def parse_pay(tokens: list[str], syncro_host: str, usage: str) -> Pay:
    """The payment that the words after ``pay`` describe. Raises ``BadInput`` for two amounts or references."""
    if not tokens:
        return Pay()
    joined = _join_currency(tokens)
    if is_reference(joined[0]):
        ref = parse_reference(joined[0], syncro_host)
        amount, method, reference = _details(joined[1:], usage)
        return Pay(ref=ref, amount_text=amount, method=method, reference=reference)
    name, rest = _split_name(joined)
    if not name:
        raise BadInput(f"Who paid, or which invoice? {usage}")
    amount, method, reference = _details(rest, usage)
    return Pay(customer=name, amount_text=amount, method=method, reference=reference)


def _is_amount(token: str) -> bool:
    return bool(_NUMBER.fullmatch(token)) or (
        bool(_CODED.fullmatch(token)) and token[:3].lower() in _CURRENCIES
    )


def _join_currency(tokens: list[str]) -> list[str]:
    """``$ 500``, ``USD 500`` and ``500 usd`` as one word each, so that the sign isn't taken for a method."""
    joined: list[str] = []
    for token in tokens:
        before = joined[-1] if joined else ""
        is_mark = bool(_SIGN.fullmatch(before)) or before.lower() in _CURRENCIES
        if (is_mark and re.fullmatch(r"[0-9.,]+", token)) or (
            len(joined) > 1 and token.lower() in _CURRENCIES and re.fullmatch(r"[0-9.,]+", before)
        ):
            joined[-1] = f"{before} {token}"
        else:
            joined.append(token)
    return joined


def _split_name(tokens: list[str]) -> tuple[str, list[str]]:
    """A customer's name and what follows it: the name ends before the last amount, or before a way to pay."""
    amounts = [place for place, token in enumerate(tokens) if _looks_paid(token)]
    references = [place for place, token in enumerate(tokens) if _REFERENCE.fullmatch(token)]
    end = min([amounts[-1] if amounts else len(tokens), *references])
    while end > 1 and tokens[end - 1].lower() in _METHODS:
        end -= 1
    name = " ".join(" ".join(tokens[:end]).replace('"', " ").split())
    return name, tokens[end:]


def _looks_paid(token: str) -> bool:
    return _is_amount(token.replace(" ", ""))


def _details(tokens: list[str], usage: str) -> tuple[str, str, str]:
    """Amount, method and reference among ``tokens``, each at most once."""
    amounts: list[str] = []
    references: list[str] = []
    words: list[str] = []
    for token in tokens:
        if _REFERENCE.fullmatch(token):
            references.append(re.split("[#:=]", token, maxsplit=1)[1].lstrip("#"))
        elif _looks_paid(token):
            amounts.append(token)
        elif token.lower() not in _FILLERS:
            words.append(token.replace('"', ""))
    if len(amounts) > 1:
        raise BadInput(
            f"{quote_back(' and '.join(amounts))} are two amounts. A check's number is written with #. {usage}",
            "amount",
        )
    if len(references) > 1:
        raise BadInput(
            f"{quote_back(' and '.join(references))} are two references. Give one. {usage}", "reference"
        )
    return "".join(amounts), " ".join(words), "".join(references)
