"""What a slash command asks for. Text in, one frozen value out; nothing is looked up and nothing is executed.

A typo gives ``Unknown`` with a suggestion to offer, never a guess that is carried out. Raises ``BadInput`` when
the subcommand is clear and what follows it is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from types import MappingProxyType

from bot.domain.errors import BadInput
from bot.domain.pay_command import Pay, parse_pay
from bot.domain.references import InvoiceRef, is_link, is_reference, parse_reference
from bot.domain.roles import Action
from bot.domain.typed_text import plain_text, quote_back

__all__ = ["InvoiceRef", "Pay"]

#: What ``find`` takes as a status; "unpaid" is sent, viewed and partial, "overdue" those past due.
STATUSES = ("overdue", "unpaid", "paid", "draft", "sent", "viewed", "partial", "void")


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be done; ``topic`` is a subcommand's name or empty."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    """Show one invoice's card."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class Find:
    """Look invoices up. ``words`` name a customer, or ``customer_id`` does when it was chosen; dates are as typed."""

    words: str
    status: str | None = None
    date_from_text: str = ""
    date_to_text: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """Make a new invoice; ``customer`` are words about whom it is for, or empty."""

    customer: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """Email one invoice."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class Edit:
    """Change one invoice's due date, notes or terms."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class Add:
    """Add a line item to one invoice."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class Void:
    """Void one invoice."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class Why:
    """Explain why one invoice is, or is not, chased."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class Log:
    """Tell who did what to one invoice."""

    ref: InvoiceRef


@dataclass(frozen=True, slots=True)
class NotYet:
    """A subcommand that exists but that this version lacks."""

    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood. ``suggestion`` is the text of a command to offer after the slash command, or empty."""

    text: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The aging board: ``scope`` is "all", "mine", or "over" with ``over_days`` 30, 60 or 90."""

    scope: str = "all"
    over_days: int = 0


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer's card. ``suggestion`` is what to offer if no customer has such a name, or empty."""

    words: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Automatic:
    """Automatic sending to customers: ``wanted`` is "on", "off", or empty to look."""

    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Proposals:
    """Look through what waits for an approver."""


InvoiceCommand = Help | Show | Find | New | Send | Pay | Edit | Add | Void | Why | Log | NotYet | Unknown
OverdueCommand = Help | Board | Customer | Automatic | Proposals | Unknown


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One row of help: how it is written, an example, what it does, and what a person must be allowed to do."""

    name: str
    usage: str
    example: str
    summary: str
    action: Action


#: ``/invoice`` subcommands that this version has, in the order of help.
SUBCOMMANDS = (
    Subcommand("show", "/invoice NUMBER", "/invoice 1042", "show an invoice", Action.LOOK_UP),
    Subcommand(
        "find",
        "/invoice find CUSTOMER [STATUS] [from DATE] [to DATE]",
        "/invoice find acme overdue from 2026-01-01",
        "look invoices up",
        Action.LOOK_UP,
    ),
    Subcommand("new", "/invoice new [CUSTOMER]", "/invoice new acme", "make an invoice", Action.DRAFT),
    Subcommand("send", "/invoice send NUMBER", "/invoice send 1042", "email an invoice", Action.SEND),
    Subcommand(
        "pay",
        "/invoice pay NUMBER or CUSTOMER [AMOUNT] [METHOD] [#REFERENCE]",
        "/invoice pay 1042 500 check #1234",
        "record a payment",
        Action.PAY,
    ),
    Subcommand(
        "edit", "/invoice edit NUMBER", "/invoice edit 1042", "change due date, notes or terms", Action.EDIT
    ),
    Subcommand("add", "/invoice add NUMBER", "/invoice add 1042", "add a line item", Action.EDIT),
    Subcommand("void", "/invoice void NUMBER", "/invoice void 1042", "void an invoice", Action.REQUEST_VOID),
    Subcommand(
        "why", "/invoice why NUMBER", "/invoice why 1042", "why it is or isn't chased", Action.LOOK_UP
    ),
    Subcommand("log", "/invoice log NUMBER", "/invoice log 1042", "who did what to it", Action.LOOK_UP),
)
#: The same for ``/overdue``.
OVERDUE_SUBCOMMANDS = (
    Subcommand("board", "/overdue", "/overdue", "the aging board and worklist", Action.LOOK_UP),
    Subcommand("mine", "/overdue mine", "/overdue mine", "the customers that you own", Action.LOOK_UP),
    Subcommand(
        "over", "/overdue 30+ or 60+ or 90+", "/overdue 60+", "only what is later than that", Action.LOOK_UP
    ),
    Subcommand("customer", "/overdue CUSTOMER", "/overdue acme", "one customer's account", Action.LOOK_UP),
    Subcommand(
        "proposals", "/overdue proposals", "/overdue proposals", "what waits for an approver", Action.LOOK_UP
    ),
    Subcommand(
        "automatic",
        "/overdue automatic [on or off]",
        "/overdue automatic on",
        "start or stop automatic sending to customers",
        Action.AUTOMATIC,
    ),
)
#: Known names that this version answers with "not yet".
NOT_YET = ("from-ticket", "drafts", "batch", "match", "statement")

_ON_ONE_INVOICE: Mapping[str, type[Show | Send | Edit | Add | Void | Why | Log]] = MappingProxyType(
    {"show": Show, "send": Send, "edit": Edit, "add": Add, "void": Void, "why": Why, "log": Log}
)
_NAMES = tuple(row.name for row in SUBCOMMANDS) + NOT_YET + ("help",)
_OVER_DAYS = (30, 60, 90)
_FROM, _TO = frozenset({"from", "since"}), frozenset({"to", "until"})


def with_choice(command: InvoiceCommand, kind: str, id: str) -> InvoiceCommand:
    """``command`` about the one invoice or customer (``kind``) that a person chose among several."""
    if kind == "invoice" and isinstance(command, Show | Send | Edit | Add | Void | Why | Log | Pay):
        return replace(command, ref=InvoiceRef(text=id, id=id))
    if kind == "customer" and isinstance(command, Find | Pay):
        return replace(command, customer_id=id)
    return command


def usage_of(name: str) -> str:
    """How ``name`` is written, for a sentence that says what is missing."""
    row = next(row for row in SUBCOMMANDS if row.name == name)
    return f"Write `{row.usage}`, for example `{row.example}`."


def parse_invoice_command(text: str, *, syncro_host: str = "") -> InvoiceCommand:
    """What the text after ``/invoice`` asks for. ``syncro_host`` is the host whose invoice links are ours."""
    tokens = tokenize(text)
    if not tokens:
        return Help()
    name, rest = tokens[0].lower(), tokens[1:]
    if name in ("help", "?"):
        return Help(" ".join(rest).lower())
    if name in NOT_YET:
        return NotYet(name)
    if name in _ON_ONE_INVOICE:
        return _ON_ONE_INVOICE[name](_only_reference(name, rest, syncro_host))
    if name == "find":
        return _find(rest)
    if name == "new":
        return New(_unquoted(" ".join(rest)))
    if name == "pay":
        return parse_pay(rest, syncro_host, usage_of("pay"))
    if is_reference(_unquoted(tokens[0])):
        return _bare_reference(_unquoted(tokens[0]), tokens[1:], syncro_host)
    return Unknown(plain_text(text), _suggestion(tokens))


def parse_overdue_command(text: str) -> OverdueCommand:
    """What the text after ``/overdue`` asks for."""
    typed = _unquoted(" ".join(tokenize(text)))
    words = typed.lower().split()
    if not words or words == ["all"]:
        return Board()
    if words[0] in ("help", "?"):
        return Help("overdue")
    if words == ["mine"]:
        return Board("mine")
    if words == ["proposals"]:
        return Proposals()
    if words[0] == "automatic":
        return _automatic(typed, words[1:])
    over = re.fullmatch(r"(?:over )?([0-9]{1,6}) ?\+?(?: days)?", " ".join(words))
    if over:
        return _over(typed, int(over[1]))
    close = get_close_matches(words[0], ("mine", "automatic", "proposals", "help"), n=1, cutoff=0.7)
    return Customer(typed, close[0] if close else "")


def tokenize(text: str) -> list[str]:
    """Words of ``text`` without odd quotes and spaces. Words in double quotes stay together, quotes kept."""
    plain = plain_text(text).strip("' ")
    plain = re.sub(r"(?<!\S)# +(?=[0-9])", "#", plain)
    return re.findall(r'<https?://[^<>]*>|"[^"]*"|\S+', plain)


def _unquoted(text: str) -> str:
    return " ".join(text.replace('"', " ").split())


def _only_reference(name: str, rest: list[str], syncro_host: str) -> InvoiceRef:
    if not rest:
        raise BadInput(f"Which invoice? {usage_of(name)}", "number")
    ref = parse_reference(_unquoted(rest[0]), syncro_host)
    if len(rest) > 1:
        raise BadInput(
            f"{quote_back(' '.join(rest[1:]))} is too much: one invoice at a time. {usage_of(name)}"
        )
    return ref


def _bare_reference(number: str, rest: list[str], syncro_host: str) -> Show | Unknown:
    ref = parse_reference(number, syncro_host)
    if not rest:
        return Show(ref)
    verb = rest[0].lower()
    if verb in _ON_ONE_INVOICE or verb == "pay":
        return Unknown(" ".join([number, *rest]), " ".join([verb, number, *rest[1:]]))
    return Unknown(" ".join([number, *rest]), number)


def _suggestion(tokens: list[str]) -> str:
    """A near subcommand with the rest kept, else a search for what was typed."""
    close = get_close_matches(tokens[0].lower(), _NAMES, n=1, cutoff=0.6)
    if close:
        return " ".join([close[0], *tokens[1:]])
    return "" if is_link(tokens[0]) else " ".join(["find", *tokens])


def _find(tokens: list[str]) -> Find:
    """Sorts the words of a search into name, status and dates, in any order."""
    parts: dict[str, list[str]] = {"words": [], "from": [], "to": []}
    statuses: list[str] = []
    place = "words"
    for token in tokens:
        word = token.lower()
        if word in STATUSES:
            statuses.append(word)
        elif word in _FROM | _TO:
            place = "from" if word in _FROM else "to"
        else:
            parts[place].append(token)
    if len(set(statuses)) > 1:
        raise BadInput(
            f"{' and '.join(statuses)}: give one status. A name that contains one goes in quotes.", "status"
        )
    found = Find(
        words=_unquoted(" ".join(parts["words"])),
        status=statuses[0] if statuses else None,
        date_from_text=_unquoted(" ".join(parts["from"])),
        date_to_text=_unquoted(" ".join(parts["to"])),
    )
    if not any(getattr(found, field.name) for field in fields(found)):
        raise BadInput(f"What are you looking for? {usage_of('find')}")
    return found


def _automatic(typed: str, rest: list[str]) -> Automatic | Unknown:
    if rest in ([], ["on"], ["off"]):
        return Automatic("".join(rest))
    return Unknown(typed, "automatic")


def _over(typed: str, days: int) -> Board | Unknown:
    if days in _OVER_DAYS:
        return Board("over", days)
    nearest = min(_OVER_DAYS, key=lambda known: abs(known - days))
    return Unknown(typed, f"{nearest}+")
