"""Messages about contacts, late fees and requests that are drawn again when one of those changes."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.store import outbox
from bot.store.lane import Tx
from bot.store.outbox import Item

#: Proposals to review; contacts that their owner has to mail; late fees to approve; and one of these drawn again.
REVIEW = "review"
TASKS = "contact.tasks"
FEES = "late_fees.review"
REDRAW = "redraw"
#: Older messages are left as they are: what they say is history by then.
LATELY = timedelta(days=40)
#: Under which name each of them lists the ids of what it shows.
_SHOWS = {REVIEW: "contacts", TASKS: "contacts", FEES: "fees"}


def ask_redraw(tx: Tx, ids: Iterable[str], now: datetime) -> None:
    """Has every message that shows one of these contacts or fees drawn again, in the transaction that changes them."""
    changed = set(ids)
    for kind, listed in _SHOWS.items():
        for item in outbox.sent_since(tx, kind, now - LATELY):
            if changed & set(item.payload[listed]):
                redraw(tx, item, now)


def redraw(tx: Tx, item: Item, now: datetime) -> None:
    """Has one posted message drawn again; once is enough while it waits for its turn."""
    if not outbox.is_pending(tx, _begins(item.id)):
        key = f"{_begins(item.id)}{uuid.uuid4().hex}"
        outbox.put(tx, key, REDRAW, item.target, {"of": item.id}, now)


def _begins(item_id: str) -> str:
    return f"{REDRAW}:{item_id}:"
