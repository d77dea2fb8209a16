"""Examples of the audit in Slack, from fictional facts; one of them tries to be markup."""

from datetime import timedelta

from bot.domain.audit_facts import InvoiceLog, LogEntry, RecordState
from bot.views.audit_words import ACTIONS
from bot.views.blocks import Message
from bot.views.gallery_facts import AS_OF, HOSTILE, PARTIAL, ROGUE_INVOICE, TODAY
from bot.views.log import invoice_log, record_head

_HEAD = "1234:3f9c2a7d5b1e8f604c9d3a7e2b5f8c10"
_SEEN = '{"balance": "80625", "due_date": "2026-02-20"}'
_PAID = LogEntry(
    AS_OF,
    "U0DANA",
    "Dana Reyes",
    "payment.confirmed",
    {"seen": _SEEN},
    {"request": {"amount": 20000}, "sentence": "$200.00 recorded as Check; balance $606.25."},
)
_EDITED = LogEntry(
    AS_OF - timedelta(days=2),
    "",
    "ops, at the terminal,",
    "edit.confirmed",
    {"seen": _SEEN},
    {"request": {"due_date": "2026-03-05"}, "sentence": "INV-2026-1042: due date changed."},
)
_REMINDED = LogEntry(
    AS_OF - timedelta(days=9),
    "",
    "Duebot",
    "contact.claimed",
    {},
    {"contact": "c1", "level": "firm", "total": 80625, "to": ["billing@acme.example"]},
)
_ROGUE = LogEntry(
    AS_OF,
    "",
    HOSTILE,
    f"new.{HOSTILE}",
    {"owner": HOSTILE, "seen": "{"},
    {
        "owner": f"*{HOSTILE}*",
        "level": HOSTILE,
        "to": [HOSTILE, "C0BILLING", "U0DANA", "a@b.example", "c@d.example"],
        "note": HOSTILE * 50,
        "until": "never",
        "currency": "<!here>",
        "amount": 5,
        "request": {"reason": HOSTILE},
    },
)


def audit_messages() -> dict[str, Message]:
    """Logs of invoices, and the weekly message about the record."""
    every = tuple(LogEntry(AS_OF, "U0DANA", "Dana", action, {}, _ROGUE.after) for action in ACTIONS)
    return {
        "log": invoice_log(InvoiceLog(PARTIAL, TODAY, (_PAID, _EDITED, _REMINDED))),
        "log_empty": invoice_log(InvoiceLog(PARTIAL, TODAY, ())),
        "log_hostile": invoice_log(InvoiceLog(ROGUE_INVOICE, TODAY, (_ROGUE,) * 40, older=1200)),
        "log_every_action": invoice_log(InvoiceLog(PARTIAL, TODAY, every)),
        "audit_head": record_head(RecordState(1234, _HEAD)),
        "audit_head_amiss": record_head(
            RecordState(1234, _HEAD, ("Entry 7 is missing, so entry 8 can't be judged.",), 3, keyed=False)
        ),
    }
