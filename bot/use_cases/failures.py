"""What failed or needs a decision, as sentences for people."""

from collections.abc import Iterable
from datetime import date, datetime

from bot.store import contacts, operations, outbox
from bot.store.lane import Tx

_THINGS = {
    "email": "email of an invoice",
    "create": "new invoice",
    "line": "new line",
    "late_fee": "late fee",
}


def undecided(unsettled: Iterable[operations.Operation]) -> tuple[str, ...]:
    """A sentence for each write of which nobody knows how it ended."""
    return tuple(
        f"{one.actor_name}'s {_THINGS.get(one.kind, one.kind)} is not settled: "
        f"{one.sentence or 'nobody knows yet how it ended.'}"
        for one in unsettled
        if one.state == "unknown"
    )


def failed_posts(failed: Iterable[outbox.Item]) -> tuple[str, ...]:
    """Why messages could not be posted, each reason once."""
    return tuple(dict.fromkeys(item.reason for item in failed))


def failed_sends(tx: Tx, day: date, since: datetime) -> tuple[str, ...]:
    """A sentence for each email to a customer that did not go out, or perhaps did not.

    Invoices that people sent ``since`` then and Syncro refused, and contacts of the ladder decided on ``day`` or later.
    """
    refused = operations.refused_since(tx, "email", since)
    return (
        *(f"{one.actor_name}'s {_THINGS['email']} was refused: {one.sentence}" for one in refused),
        *(
            f"The email to {name} ({level}) {'failed' if stage == 'failed' else 'perhaps went out'}: "
            f"{reason or 'nobody knows why.'}"
            for name, level, stage, reason in contacts.sends_amiss_since(tx, day)
        ),
    )
