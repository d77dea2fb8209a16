"""The daily cap: how many customers are written to on one day, and whose turn it is (docs/ladder.md)."""

from collections.abc import Collection, Sequence
from datetime import date

from bot.domain.contacts import ContactNow, Reason, Stop

#: A customer, and what names a contact among theirs.
Turn = tuple[str, tuple[str, str, str, str]]


def turn_of(contact: ContactNow) -> Turn:
    """What names a contact among all customers'."""
    return contact.customer_id, contact.key


def within_cap(
    found: Sequence[ContactNow], room: int, waited: Collection[Turn]
) -> tuple[list[ContactNow], list[ContactNow]]:
    """Customer contacts that may go today, in their order, and those that wait for tomorrow.

    ``room`` is how many more may go. Whoever ``waited`` because of the cap goes first, then the highest level, then
    the oldest due date.
    """
    order = sorted(
        found,
        key=lambda one: (
            turn_of(one) not in waited,
            -one.level.days,
            one.carrying.due_date or date.max,
            one.customer_id,
        ),
    )
    return order[: max(room, 0)], order[max(room, 0) :]


def cap_stop(cap: int) -> Stop:
    """Why a contact beyond the cap is not sent today."""
    return Stop(
        Reason.DAILY_CAP,
        f"The policy's daily cap of {cap} customers is reached; it goes first on the next day of sending.",
    )
