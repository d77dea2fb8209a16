"""Slots of timed jobs: a local date, or a date with a number for a further run on the same day."""

from bot.store import claims
from bot.store.lane import Tx


def free_slot(tx: Tx, job: str, day: str) -> str:
    """The day itself if it is not done yet, else the first of ``day:2``, ``day:3`` … that is not."""
    slot, number = day, 1
    while claims.done(tx, job, slot):
        number += 1
        slot = f"{day}:{number}"
    return slot
