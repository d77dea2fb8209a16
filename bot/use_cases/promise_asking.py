"""What is asked when a customer who has broken too many promises makes another one."""

from collections.abc import Sequence
from typing import Any

from bot.domain.asked import Asked
from bot.domain.dates import say_date
from bot.domain.holds import Hold
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.store.holds import Noted
from bot.use_cases.journal import Intent

#: The kind of the steps of such a request, beside those of the journal.
PROMISE = "promise"


def intents_for(noted: Noted, visit_id: str) -> list[Intent]:
    """What is asked for, invoice by invoice, under the key of the form."""
    return [
        Intent(
            base_key=noted.hold.id,
            kind=PROMISE,
            invoice_id=one,
            customer_id=noted.hold.customer_id,
            actor=noted.actor,
            request=_facts(noted.hold, noted.currency),
            visit_id=visit_id,
        )
        for one in noted.hold.invoice_ids
    ]


def promise_asked(noted: Noted, customer: str, invoices: Sequence[Invoice], broken: int) -> Asked:
    """What approvers read."""
    hold = noted.hold
    amount = say_money(hold.amount, noted.currency) if hold.amount is not None else "what is open"
    day = say_date(hold.until) if hold.until else "no day"
    plan = "; ".join(
        f"{say_money(one.amount, noted.currency)} on {say_date(one.due)}" for one in hold.instalments
    )
    pairs = (
        ("On", ", ".join(f"{one.number} ({say_money(one.balance, one.currency)})" for one in invoices)),
        ("Said by", hold.said_by),
        ("Instalments", plan),
        ("Note", hold.note),
    )
    return Asked(
        title=f"A promise of {amount} for {day}",
        customer=customer,
        why=(f"this customer broke {broken} promises in the last 12 months",),
        evidence=tuple((name, text) for name, text in pairs if text),
    )


def _facts(hold: Hold, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "until": hold.until.isoformat() if hold.until else "",
        "sum": hold.amount,
        "note": hold.note,
        "said_by": hold.said_by,
        "instalments": [[one.due.isoformat(), one.amount] for one in hold.instalments],
    }
