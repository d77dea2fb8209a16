"""The audit in plain words: what each action is called, and what of an entry is worth reading on one line."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.domain.dates import say_date
from bot.domain.money import say_money
from bot.views.blocks import one_line, trim

_DETAIL = 120
_WRITES = {
    "payment": ("recorded a payment", "record a payment", "a payment"),
    "void": ("voided the invoice", "void the invoice", "a void"),
    "email": ("sent the invoice", "send the invoice", "an email"),
    "create": ("made the invoice", "make an invoice", "a new invoice"),
    "edit": ("edited the invoice", "edit the invoice", "an edit"),
    "line": ("added a line", "add a line", "a new line"),
    "late_fee": ("added a late fee", "add a late fee", "a late fee"),
    "contact": ("sent a reminder", "send a reminder", "a reminder"),
}
_HOLDS = {
    "promise": "a promise to pay",
    "dispute": "a dispute",
    "says_paid": "that the customer says it is paid",
    "snooze": "a snooze",
    "do_not_contact": "that the customer is not to be contacted",
}
#: What every action that the audit knows is called, after the name of who did it.
ACTIONS: Mapping[str, str] = {
    **{f"{kind}.confirmed": did for kind, (did, _, _) in _WRITES.items()},
    **{f"{kind}.refused": f"wanted to {do}; it was refused" for kind, (_, do, _) in _WRITES.items()},
    **{
        f"{kind}.unknown": f"wanted to {do}; nobody knows whether it went through"
        for kind, (_, do, _) in _WRITES.items()
    },
    **{f"{kind}.decided": f"said how {thing} ended" for kind, (_, _, thing) in _WRITES.items()},
    **{f"{kind}.placed": f"noted {what}" for kind, what in _HOLDS.items()},
    **{f"{kind}.ended": f"ended the note of {what}" for kind, what in _HOLDS.items()},
    "promise.ended": "ended a promise to pay",
    "dispute.ended": "ended a dispute",
    "snooze.ended": "ended a snooze",
    "contact.proposed": "proposed a reminder",
    "contact.approved": "approved a reminder",
    "contact.skipped": "skipped a reminder",
    "contact.edited": "changed the text of a reminder",
    "contact.claimed": "put a reminder on its way",
    "contact.mailed": "mailed a reminder",
    "contact.left_out": "left a reminder out",
    "contact.withdrawn": "withdrew a reminder",
    "late_fee.approved": "approved a late fee",
    "late_fee.skipped": "skipped a late fee",
    "payment.reversed": "found a payment no longer on it",
    "invoice.settled_after_contact": "found it paid after a reminder",
    "call.logged": "logged a call",
    "customer.assigned": "named who looks after the customer",
    "automatic.started": "started automatic sending",
    "automatic.stopped": "stopped automatic sending",
    "automatic.tripped": "switched automatic sending off",
    "approval.requested": "asked for approval",
    "approval.approved": "approved a request",
    "approval.delayed": "put off what was approved",
    "approval.rejected": "rejected a request",
    "approval.withdrawn": "took the request for approval back",
    "approval.expired": "let a request for approval expire",
    "approval.stale": "ended a request for approval, as the invoice has changed",
    "approval.done": "did what was approved",
    "approval.failed": "could not do what was approved",
    "audit.exported": "exported the audit record",
}
_MONEY = {"amount": "", "total": "in all ", "base": "of ", "balance": "balance "}
_DAYS = {"until": "until ", "next_on": "next on "}
_TEXTS = ("outcome", "sentence", "reason", "comment", "note")
_UNCHANGING = frozenset({"seen", "message"})


def action_words(action: str) -> str:
    """What was done: "recorded a payment"; of an action that this version doesn't know, its own name."""
    return ACTIONS.get(action, one_line(action.replace("_", " ").replace(".", ": ")))


def details(before: Mapping[str, Any], after: Mapping[str, Any], currency: str) -> list[str]:
    """What an entry tells beyond its action, as short literal texts. Amounts are minor units of ``currency``."""
    used = str(after.get("currency") or currency)
    found = [*_named(after), *_sums({**before, **after}, used), *_days(after), *_changes(before, after, used)]
    found += [_short(after[key]) for key in _TEXTS if isinstance(after.get(key), str) and after[key].strip()]
    request = after.get("request")
    why = request.get("reason") if isinstance(request, Mapping) else None
    return [*found, *([f"reason: {_short(why)}"] if isinstance(why, str) and why.strip() else [])]


def recipients(after: Mapping[str, Any]) -> tuple[str, ...]:
    """To whom it went or who was told: Slack ids and addresses."""
    to = after.get("to") or after.get("told")
    listed = to if isinstance(to, list) else [to] if isinstance(to, str) else []
    return tuple(one for one in listed if isinstance(one, str) and one.strip())


def _named(after: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(after.get("level"), str):
        yield f"“{_short(after['level'])}”"
    if isinstance(after.get("title"), str):
        yield _short(after["title"])


def _sums(held: Mapping[str, Any], currency: str) -> Iterator[str]:
    for key, said in _MONEY.items():
        if isinstance(held.get(key), int):
            yield f"{said}{say_money(held[key], currency)}"


def _days(after: Mapping[str, Any]) -> Iterator[str]:
    for key, said in _DAYS.items():
        day = _day(after.get(key))
        if day:
            yield f"{said}{day}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], currency: str) -> Iterator[str]:
    """What was one thing and is another now."""
    seen, request = _seen(before), after.get("request")
    asked = request if isinstance(request, Mapping) else {}
    if _day(asked.get("due_date")):
        yield f"due date {_day(seen.get('due_date')) or 'not set'} → {_day(asked['due_date'])}"
    balance = str(seen.get("balance", ""))
    if balance.lstrip("-").isascii() and balance.lstrip("-").isdigit():
        yield f"balance before: {say_money(int(balance), currency)}"
    for key in before:
        was, now = before[key], after.get(key)
        if key in after and key not in _UNCHANGING | _MONEY.keys() and was != now and _plain(was, now):
            yield f"{key.replace('_', ' ')}: {_short(was) or 'nothing'} → {_short(now) or 'nothing'}"


def _seen(before: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the form showed of the invoice, by aspect."""
    try:
        read = json.loads(str(before.get("seen") or "{}"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _plain(*values: object) -> bool:
    return all(isinstance(one, str | int) or one is None for one in values)


def _day(text: object) -> str:
    try:
        return say_date(date.fromisoformat(text)) if isinstance(text, str) else ""
    except ValueError:
        return ""


def _short(value: object) -> str:
    text = "" if value is None else one_line(str(value))
    return trim(text, _DETAIL) if text else ""
