"""Every action that the code writes into the audit has words, and an entry tells what changed."""

import ast
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.app import kinds_of_write
from bot.domain.audit_facts import InvoiceLog, LogEntry, RecordState
from bot.domain.holds import HoldKind
from bot.views import gallery_facts as facts
from bot.views.audit_words import ACTIONS, action_words, details
from bot.views.log import invoice_log, record_head
from bot.views.terminal import as_text

ROOT = Path(__file__).parents[2]
CODE = [path for room in ("bot", "handlers", "reminders") for path in (ROOT / room).rglob("*.py")]
WRITES = tuple(kinds_of_write(None, None))  # type: ignore[arg-type]  # only their names are asked for
SEEN = '{"balance": "80625", "due_date": "2026-02-20"}'


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield node


def texts(call: ast.Call) -> set[str]:
    """The constant texts among a call's arguments."""
    given = [*call.args, *(one.value for one in call.keywords)]
    return {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def given_to(path: str, *names: str) -> set[str]:
    """The constant texts that a file's calls of these functions are given."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {text for call in calls(tree, *names) for text in texts(call) if text.isidentifier()}


def pattern(value: ast.expr) -> str:
    """An action as it is written: its text, with {} for what is put in; {} when it is handed over whole."""
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in value.values)
    return "{}"


def places() -> Iterator[tuple[str, str]]:
    """The file and the pattern of each action that is audited."""
    for path in CODE:
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), "append"):
            for one in call.keywords:
                if one.arg == "action":
                    yield path.stem, pattern(one.value)


def contact_ends() -> set[str]:
    """What is done with contacts: the words that the callers of their log give it."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in CODE]
    found: set[str] = set()
    for tree in trees:
        for call in calls(tree, "log", "log_told", "_audit"):
            found |= {text for text in texts(call) if text.isidentifier()}
    return found - {"placed", "ended"}


#: What can be put into each pattern. A new one must be written down here, and then has to have words.
EXPANDED: dict[tuple[str, str], set[str]] = {
    ("settlement", "{}.{}"): {
        f"{kind}.{end}" for kind in WRITES for end in ("confirmed", "refused", "unknown")
    },
    ("settlement", "{}.decided"): {f"{kind}.decided" for kind in WRITES},
    ("hold_log", "{}.{}"): {f"{kind}.{done}" for kind in HoldKind for done in ("placed", "ended")},
    ("contact_log", "contact.{}"): {f"contact.{done}" for done in contact_ends()},
    ("late_fees", "late_fee.{}"): {
        f"late_fee.{state}" for state in given_to("bot/use_cases/late_fees.py", "_decide")
    },
    ("automatics", "{}"): {
        text
        for call in calls(ast.parse((ROOT / "bot/use_cases/automatics.py").read_text("utf-8")), "_change")
        for text in texts(call)
    },
}
#: What becomes of a request for approval.
APPROVALS = (
    "requested",
    "approved",
    "delayed",
    "rejected",
    "withdrawn",
    "expired",
    "stale",
    "done",
    "failed",
)


APPROVED = {f"approval.{done}" for done in APPROVALS}


def test_what_becomes_of_a_request_has_words() -> None:
    assert set(ACTIONS) >= APPROVED


@pytest.mark.parametrize(("file", "action"), sorted(set(places())))
def test_every_action_that_is_audited_has_words(file: str, action: str) -> None:
    if "{}" not in action:
        assert action in ACTIONS
    else:
        expanded = EXPANDED.get((file, action), APPROVED if action == "approval.{}" else set())
        assert expanded
        assert expanded <= set(ACTIONS)


def test_the_collection_is_awake() -> None:
    found = {action for _, action in places()}
    assert {"call.logged", "payment.reversed", "audit.exported", "contact.{}", "{}.decided"} <= found
    assert {"claimed", "withdrawn", "left_out", "approved"} <= contact_ends()
    assert EXPANDED["late_fees", "late_fee.{}"] == {"late_fee.approved", "late_fee.skipped"}
    assert EXPANDED["automatics", "{}"] == {"automatic.started", "automatic.stopped", "automatic.tripped"}


def test_words_are_short_and_plain() -> None:
    assert all(words == words.strip() and "." not in words and len(words) < 80 for words in ACTIONS.values())
    assert action_words("new.some_thing") == "new: some thing"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"seen": SEEN},
            {"request": {"amount": 20000}, "sentence": "$200.00 recorded."},
            ["balance before: $806.25", "$200.00 recorded."],
        ),
        (
            {"seen": SEEN},
            {"request": {"due_date": "2026-03-05", "reason": "Agreed"}, "sentence": "due date changed."},
            [
                "due date Fri, Feb 20, 2026 → Thu, Mar 5, 2026",
                "balance before: $806.25",
                "due date changed.",
                "reason: Agreed",
            ],
        ),
        (
            {},
            {"level": "firm", "total": 80625, "to": ["U0DANA", "a@b.example"]},
            ["“firm”", "in all $806.25"],
        ),
        (
            {"until": "2026-03-13", "amount": 5000, "currency": "EUR"},
            {"outcome": "broken", "reason": "Nothing came."},
            ["$50.00", "broken", "Nothing came."],
        ),
        ({}, {"until": "2026-03-13", "note": "After payday"}, ["until Fri, Mar 13, 2026", "After payday"]),
        ({"state": "unknown"}, {"state": "confirmed"}, ["state: unknown → confirmed"]),
        ({"owner": ""}, {"owner": "U0DANA"}, ["owner: nothing → U0DANA"]),
        ({"seen": "garbled"}, {"until": "never", "level": None, "to": "x", "request": []}, []),
    ],
)
def test_an_entry_tells_what_changed(before: dict[str, Any], after: dict[str, Any], told: list[str]) -> None:
    assert details(before, after, "USD") == told


def entry(**changes: Any) -> LogEntry:
    zone = timezone(timedelta(hours=-5), "EST")
    given = {
        "at": datetime(2026, 3, 4, 9, 5, tzinfo=zone),
        "by_id": "",
        "by_name": "Duebot",
        "action": "void.confirmed",
        "before": {},
        "after": {},
    }
    return LogEntry(**{**given, **changes})


def test_a_log_says_when_who_and_what() -> None:
    held = InvoiceLog(
        facts.PARTIAL, facts.TODAY, (entry(by_id="U0DANA", by_name="Dana"), entry()), older=1200
    )
    shown = as_text(invoice_log(held))
    assert "times in EST" in shown
    assert "Wed, Mar 4, 2026, 09:05 · U0DANA voided the invoice" in shown
    assert "09:05 · Duebot voided the invoice" in shown
    assert "and 1,200 older; export the audit record for all" in shown
    assert "1,202 entries" in invoice_log(held).text


def test_a_log_says_to_whom_a_reminder_went() -> None:
    after = {"to": ["U0DANA", "a@b.example", "c@d.example", "e@f.example", "g@h.example"]}
    held = InvoiceLog(facts.PARTIAL, facts.TODAY, (entry(action="contact.claimed", after=after),))
    shown = invoice_log(held)
    assert {"type": "user", "user_id": "U0DANA"} in shown.blocks[2]["elements"][1]["elements"][0]["elements"]
    assert "on its way to U0DANA, a@b.example, c@d.example, e@f.example and 1 more" in as_text(shown)


def test_the_weekly_message_names_entries_and_nobody() -> None:
    head = "7:" + "a" * 32
    plain = as_text(record_head(RecordState(1, head)))
    assert f"Audit record: 1 entry. Head `{head}`." in plain
    assert f"duebot audit verify --head {head}" in plain
    assert "does not verify" not in plain
    amiss = as_text(record_head(RecordState(1234, head, ("Entry 7 is missing.",), 2, keyed=False)))
    assert all(one in amiss for one in ("1,234 entries", "does not verify", "• Entry 7", "• and 2 more"))
    assert "DUEBOT_AUDIT_KEY is not set" in amiss.replace("`", "")
