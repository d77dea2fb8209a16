"""Slots of timed jobs: a local date, or a date with a number for a further run on the same day."""

from datetime import date

from bot.domain.errors import BadInput
from bot.store import claims
from bot.store.lane import Tx
from bot.use_cases.context import Context


def free_slot(tx: Tx, job: str, day: str) -> str:
    """The day itself if it is not done yet, else the first of ``day:2``, ``day:3`` … that is not."""
    slot, number = day, 1
    while claims.done(tx, job, slot):
        number += 1
        slot = f"{day}:{number}"
    return slot


def require_today(context: Context, day: date | None) -> None:
    """Refuses (``BadInput``) to act on another day than today: that can only be looked at."""
    if day not in (None, context.today()):
        raise BadInput("Another day can only be looked at. Add --dry-run, or leave --as-of out.")
