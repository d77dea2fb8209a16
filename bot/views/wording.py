"""How states, days and operations are said, in the words of the trade."""

from datetime import date, datetime
from decimal import Decimal

from bot.domain.dates import say_date, say_date_if_known
from bot.domain.facts import InvoiceCard, OpenOperation
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice, Payment, Status
from bot.domain.money import say_money, to_minor
from bot.views.blocks import escape, one_line, trim

#: Foreign text on one line of a list stays readable.
_PAYMENT_LIMIT = 300
_DOING = {
    "payment": "recording a payment",
    "void": "voiding this invoice",
    "email": "sending this invoice",
    "create": "creating this invoice",
    "edit": "editing this invoice",
    "line": "adding a line",
    "late_fee": "adding a late fee",
    "contact": "reminding the customer",
}
_THING = {
    "payment": "payment",
    "void": "void",
    "email": "email",
    "create": "new invoice",
    "edit": "edit",
    "line": "new line",
    "late_fee": "late fee",
    "contact": "reminder",
}
_DONE = {
    "payment": "recorded a payment",
    "void": "voided an invoice",
    "email": "sent an invoice",
    "create": "created an invoice",
    "edit": "edited an invoice",
    "line": "added a line",
    "late_fee": "added a late fee",
    "contact": "reminded a customer",
}
_MARKS = {
    Status.DRAFT: ":pencil2:",
    Status.PAID: ":white_check_mark:",
    Status.VOID: ":no_entry_sign:",
}


def count(number: int, thing: str) -> str:
    """ "1 day", "2 days": ``thing`` in the singular, its plural with an s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def doing(kind: str) -> str:
    """What somebody is at while an operation runs: "recording a payment"."""
    return _DOING.get(kind, "changing this invoice")


def thing(kind: str) -> str:
    """The operation as a noun: "payment"."""
    return _THING.get(kind, "change")


def done(kind: str) -> str:
    """What somebody did: "recorded a payment"."""
    return _DONE.get(kind, "changed an invoice")


def status_words(invoice: Invoice, today: date) -> str:
    """The state of an invoice as a clerk says it: "20 days past due", "draft, not sent yet"."""
    match invoice.status:
        case Status.DRAFT:
            return "draft, not sent yet"
        case Status.PAID:
            return "paid"
        case Status.VOID:
            return "void"
    if invoice.balance is not None and invoice.balance <= 0:
        return "nothing to pay" if invoice.balance == 0 else "credit"
    due = due_words(invoice, today)
    return f"partly paid, {due}" if invoice.status is Status.PARTIAL else due


def due_words(invoice: Invoice, today: date) -> str:
    """How far the due date is: "due in 5 days", "due today", "20 days past due", "no due date"."""
    return late_words(invoice.days_past_due(today))


def late_words(late: int | None) -> str:
    """The same from the days past due, negative before the due date; ``None`` without one."""
    if late is None:
        return "no due date"
    if late > 0:
        return f"{count(late, 'day')} past due"
    return "due today" if late == 0 else f"due in {count(-late, 'day')}"


def habit_words(late: int | None) -> str:
    """When a customer usually pays: "4 days after the due date", or that it isn't known."""
    if late is None:
        return "not known yet"
    if late == 0:
        return "on the due date"
    return f"{count(abs(late), 'day')} {'after' if late > 0 else 'before'} the due date"


def sent_words(status: Status) -> str:
    """Whether the customer has it, where the state says so, else empty."""
    return {Status.SENT: "sent", Status.VIEWED: "seen by the customer"}.get(status, "")


def status_mark(invoice: Invoice, today: date) -> str:
    """One emoji for the state; the words beside it say the same."""
    if invoice.status in _MARKS:
        return _MARKS[invoice.status]
    owed = invoice.balance is None or invoice.balance > 0
    return ":red_circle:" if owed and invoice.overdue(today) else ":large_blue_circle:"


def say_day(day: date | None) -> str:
    """A date on screen, or "not set"."""
    return "not set" if day is None else say_date(day)


def say_price(price: Decimal, currency: str) -> str:
    """A unit price, with more digits than the currency's own only where it has them."""
    try:
        return say_money(to_minor(price, currency), currency)
    except ValueError:
        return f"{price.normalize():,f} {currency}"


def as_of_words(as_of: datetime | None, today: date) -> str:
    """ "Data as of 09:12", with the day when it isn't today's. ``as_of`` is in the business's time zone."""
    if as_of is None:
        return "Syncro has not been read completely yet"
    day = "" if as_of.date() == today else f"{say_date(as_of.date())}, "
    return f"Data as of {day}{as_of:%H:%M}"


def payment_words(payment: Payment, currency: str) -> str:
    """A payment on one line, as literal text; without its amount when ``currency`` is empty, that is not known.

    Its notes are not shown: they hold our own mark.
    """
    parts = [
        say_day(payment.date),
        say_money(payment.amount, currency) if currency else "",
        payment.method or "no method",
        payment.reference,
        "" if payment.successful else "not successful",
    ]
    return trim(one_line(" · ".join(part for part in parts if part)), _PAYMENT_LIMIT)


def invoice_words(invoice: Invoice, today: date) -> str:
    """An invoice on one line, as literal text: number, customer, state, what is open or the total."""
    amount = balance_words(invoice) if invoice.unpaid else say_money(invoice.total, invoice.currency)
    parts = [invoice.number, invoice.customer_name, status_words(invoice, today), amount]
    return one_line(" · ".join(part for part in parts if part))


def balance_cell(invoice: Invoice) -> str:
    """A balance on its own; nothing is said of one that a paid invoice's list doesn't give."""
    if invoice.balance is None and invoice.status is Status.PAID:
        return "–"
    return say_money(invoice.balance, invoice.currency)


def balance_words(invoice: Invoice) -> str:
    """ "$806.25 open"; an unknown balance is said to be unknown."""
    if invoice.balance is None:
        return "balance unknown"
    return f"{say_money(invoice.balance, invoice.currency)} open"


def after_words(card: InvoiceCard, sentence: str) -> str:
    """How an invoice stands after a write, as literal text; with its balance unless ``sentence`` just said so."""
    invoice = card.invoice
    balance = f"balance {say_money(invoice.balance, invoice.currency)}"
    state = status_words(invoice, card.today)
    parts = [state] if f"{balance}." in sentence else [state, balance]
    return f"{invoice.number}, {invoice.customer_name}: {', '.join(parts)}"


def held_words(card: InvoiceCard) -> list[str]:
    """A line for each open hold of a card's invoice, as literal text."""
    return [
        hold_words(hold, card.invoice.currency, card.today, over=hold.id in card.lapsed)
        for hold in card.holds
    ]


def plan_words(hold: Hold, currency: str) -> str:
    """All instalments of a payment plan on one line, as literal text."""
    parts = [f"{say_money(part.amount, currency)} on {say_date(part.due)}" for part in hold.instalments]
    return f"{count(len(parts), 'instalment')}: {'; '.join(parts)}"


def _promise_words(hold: Hold, currency: str, today: date | None) -> str:
    by = f" by {hold.said_by}" if hold.said_by else ""
    if hold.instalments:
        return f"Plan: {count(len(hold.instalments), 'instalment')}, {_next_words(hold, currency, today)}{by}"
    amount = f" {say_money(hold.amount, currency)}" if hold.amount is not None else ""
    return f"Promised{amount} for {say_date_if_known(hold.until)}{by}"


def _next_words(hold: Hold, currency: str, today: date | None) -> str:
    if today is None:
        return f"{say_money(hold.amount, currency)} in all"
    part = next((part for part in hold.instalments if part.due >= today), hold.instalments[-1])
    which = "next" if part.due >= today else "last"
    return f"{which} {say_money(part.amount, currency)} on {say_date(part.due)}"


def hold_words(hold: Hold, currency: str, today: date | None = None, *, over: bool = False) -> str:
    """A hold in one line, as literal text; ``over`` when its time is past and nobody has ended it.

    Seen from ``today`` a plan names its next instalment, without it all that it comes to.
    """
    until = say_date(hold.until) if hold.until else ""
    match hold.kind:
        case HoldKind.PROMISE:
            said = _promise_words(hold, currency, today)
        case HoldKind.DISPUTE:
            said = "Disputed"
        case HoldKind.SAYS_PAID:
            said = f"The customer says that it is paid, held through {until}"
        case HoldKind.SNOOZE:
            said = f"Snoozed until {until}"
        case HoldKind.DO_NOT_CONTACT:
            said = "The customer is not to be contacted"
    said = f"No longer held: {said}" if over else said
    noted = f"{said}, noted by {hold.by_name}" if hold.by_name else said
    return trim(one_line(f"{noted}: {hold.note}" if hold.note else noted), _PAYMENT_LIMIT)


def operation_words(operation: OpenOperation) -> str:
    """What an open operation means for the others, as markup."""
    who = escape(one_line(operation.actor_name)) or "Somebody"
    if operation.state == "unknown":
        return (
            f":warning: It is *not known* whether {who}'s {thing(operation.kind)} reached Syncro. "
            "Nothing more is done on this invoice until somebody decides."
        )
    return f":hourglass_flowing_sand: {who} is {doing(operation.kind)} now. Please wait until it is done."
