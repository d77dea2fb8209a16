"""What a card says of an invoice beside Syncro's own fields, from our ledgers."""

from collections import Counter
from datetime import date

from bot.domain.approval import State
from bot.domain.dates import say_date
from bot.domain.facts import OpenOperation
from bot.domain.invoice import Invoice
from bot.store.approvals import Approval
from bot.store.contacts import Contact
from bot.store.operations import Operation


def contact_words(made: list[Contact]) -> str:
    """The newest contact that listed an invoice, in words; empty when there was none."""
    if not made:
        return ""
    newest = max(made, key=lambda contact: (contact.as_of, contact.id))
    to = " and ".join(sorted({delivery.audience for delivery in newest.deliveries}))
    return f"“{newest.level}” to {to} on {say_date(date.fromisoformat(newest.as_of))}"


def asked_words(held: Approval) -> str:
    """A request that is not done yet, in words."""
    how = "waits for approval" if held.state is State.WAITING else "is approved and not done yet"
    return f"{held.asked.title}, asked for by {held.requester_name}, {how}."


def warnings_of(created: Operation | None, invoice: Invoice) -> tuple[str, ...]:
    """What isn't as it should be with an invoice. ``created`` is the operation that made it, if it was made here."""
    return tuple(filter(None, (_incomplete(created, invoice), _twice(invoice))))


def _twice(invoice: Invoice) -> str:
    """That one entry was booked twice: every entry has a mark of its own. Empty when none was."""
    marks = Counter(one.mark for one in invoice.payments or () if one.mark and one.successful)
    if not any(number > 1 for number in marks.values()):
        return ""
    return "One payment that was entered here stands twice in Syncro. Delete one of the two there."


def _incomplete(created: Operation | None, invoice: Invoice) -> str:
    """That an invoice of ours lacks lines, until its sum before tax is what was entered; empty when it doesn't."""
    short = (created.result or {}).get("incomplete") if created else None
    if not short or invoice.subtotal == short["subtotal"]:
        return ""
    return f"Incomplete: {short['there']} of {short['of']} lines are as they were entered. Complete it in Syncro."


def open_operation(operation: Operation) -> OpenOperation:
    """An operation as cards show it."""
    return OpenOperation(
        key=operation.key,
        kind=operation.kind,
        state=operation.state,
        actor_id=operation.actor_id,
        actor_name=operation.actor_name,
        at=operation.created_at,
        sentence=operation.sentence,
    )
