"""What approvers are asked about each kind of write: what will happen, what is different afterwards, the evidence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.domain.allocation import OpenInvoice
from bot.domain.asked import Asked, Change
from bot.domain.dates import say_date, say_date_if_known
from bot.domain.facts import Abilities
from bot.domain.invoice import Email, Invoice, NewPayment, Payment
from bot.domain.money import say_money

#: Under this name stand payments that could be the same one.
LOOKS_LIKE = "Looks like"
_NOT_REFUNDED = "Duebot doesn't refund them. Refund or move them in Syncro."


def payment_asked(
    live: Invoice, payment: NewPayment, why: Sequence[str], alike: Iterable[str], can: Abilities
) -> Asked:
    """A payment on an invoice as it is now; ``alike`` are payments that look the same."""
    amount = say_money(payment.amount, payment.currency)
    return Asked(
        title=f"A payment of {amount} on {live.number}",
        customer=live.customer_name,
        why=tuple(why),
        changes=(_change(live.number, live.balance, payment.amount, live.currency),),
        evidence=_some(
            ("Method", payment.method),
            ("Reference", payment.reference),
            ("Payment date", _dated(payment.date, can)),
            ("Notes", payment.notes),
            ("Due", say_date_if_known(live.due_date)),
            (LOOKS_LIKE, "; ".join(alike)),
        ),
    )


def payments_asked(
    customer: str,
    currency: str,
    why: Sequence[str],
    parts: Sequence[tuple[OpenInvoice, int]],
    details: Mapping[str, object],
    can: Abilities,
    alike: Iterable[str],
) -> Asked:
    """One payment over several invoices: ``parts`` are what each gets, ``details`` what they share."""
    amount = say_money(sum(share for _, share in parts), currency)
    return Asked(
        title=f"A payment of {amount} over {len(parts)} invoices",
        customer=customer,
        why=tuple(why),
        changes=tuple(_change(one.number, one.seen.balance, share, currency) for one, share in parts),
        evidence=_some(
            ("Method", str(details["method"])),
            ("Reference", str(details["reference"])),
            ("Payment date", _dated(date.fromisoformat(str(details["date"])), can)),
            ("Notes", str(details["notes"])),
            (LOOKS_LIKE, "; ".join(alike)),
        ),
    )


def email_asked(live: Invoice, email: Email, why: Sequence[str], own: Iterable[str]) -> Asked:
    """Sending an invoice; ``own`` are the customer's own addresses, to compare."""
    return Asked(
        title=f"Sending {live.number} ({say_money(live.total, live.currency)})",
        customer=live.customer_name,
        why=tuple(why),
        changes=(Change(f"{live.number}, state", live.status.value, "sent"),)
        if live.status == "draft"
        else (),
        evidence=_some(
            ("To", ", ".join(email.to)),
            ("Copies", ", ".join(email.cc)),
            ("The customer's own", ", ".join(own)),
            ("Subject", email.subject),
            ("Balance", say_money(live.balance, live.currency)),
        ),
        text=email.message,
    )


def void_asked(live: Invoice, reason: str) -> Asked:
    """Voiding an invoice."""
    payments = live.payments or ()
    return Asked(
        title=f"Voiding {live.number} ({say_money(live.total, live.currency)})",
        customer=live.customer_name,
        why=("policy wants somebody else's word for every void",),
        changes=(
            Change(f"{live.number}, state", live.status.value, "void"),
            Change(f"{live.number}, balance", say_money(live.balance, live.currency), "nothing is owed"),
        ),
        evidence=_some(
            ("Reason", reason),
            ("Due", say_date_if_known(live.due_date)),
            ("Payments on it", "; ".join(_payment(one, live.currency) for one in payments)),
            ("Mind", _NOT_REFUNDED if payments else ""),
        ),
    )


def _dated(day: date, can: Abilities) -> str:
    return say_date(day) if can.payment_date else "the day on which it is recorded; Syncro dates it"


def _change(number: str, balance: int | None, paid: int, currency: str) -> Change:
    after = None if balance is None else balance - paid
    return Change(f"{number}, balance", say_money(balance, currency), say_money(after, currency))


def _payment(one: Payment, currency: str) -> str:
    said = " ".join(filter(None, (say_money(one.amount, currency), one.method, one.reference)))
    return f"{said}, {say_date_if_known(one.date)}"


def _some(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in pairs if text.strip())
