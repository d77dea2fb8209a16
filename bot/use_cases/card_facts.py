"""What a card says of an invoice beside Syncro's own fields, from our ledgers."""

from datetime import date

from bot.domain.dates import say_date
from bot.domain.facts import OpenOperation
from bot.domain.invoice import Invoice
from bot.store.contacts import Contact
from bot.store.operations import Operation


def contact_words(made: list[Contact]) -> str:
    """The newest contact that listed an invoice, in words; empty when there was none."""
    if not made:
        return ""
    newest = max(made, key=lambda contact: (contact.as_of, contact.id))
    to = ", ".join(sorted({delivery.audience for delivery in newest.deliveries}))
    return f"{newest.level} to {to} on {say_date(date.fromisoformat(newest.as_of))}"


def incomplete_words(created: Operation | None, invoice: Invoice) -> str:
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
