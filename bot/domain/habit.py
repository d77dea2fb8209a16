"""A customer's payment habit: how long after the due date they usually pay. Days, negative before it."""

from collections.abc import Iterable
from datetime import date

from bot.domain.dates import add_months

#: Invoices due in so many months before today make the habit: people change.
_MONTHS = 12
#: Fewer paid invoices than this are no habit.
ENOUGH = 3


def usual_days_late(paid: Iterable[int]) -> int | None:
    """The median of days from due date to the last payment, one for each paid invoice; ``None`` for too few.

    Between two middle ones it is the day in the middle, the later one when there are two: money is better expected a
    day late than a day early.
    """
    days = sorted(paid)
    if len(days) < ENOUGH:
        return None
    middle = len(days) // 2
    return days[middle] if len(days) % 2 else (days[middle - 1] + days[middle] + 1) // 2


def habit_since(today: date) -> date:
    """The first due date that counts for a habit."""
    return add_months(today, -_MONTHS)
