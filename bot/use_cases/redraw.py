"""Messages about contacts that are drawn again when one of those contacts changes."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.store import outbox
from bot.store.lane import Tx

#: Proposals to review; contacts that their owner has to mail; and one of these drawn again.
REVIEW = "review"
TASKS = "contact.tasks"
REDRAW = "redraw"
#: Older messages are left as they are: what they say is history by then.
LATELY = timedelta(days=40)


def ask_redraw(tx: Tx, contact_ids: Iterable[str], now: datetime) -> None:
    """Has every message that shows one of these contacts drawn again, in the transaction that changes them."""
    changed = set(contact_ids)
    for kind in (REVIEW, TASKS):
        for item in outbox.sent_since(tx, kind, now - LATELY):
            if changed & set(item.payload["contacts"]) and not outbox.is_pending(tx, _begins(item.id)):
                key = f"{_begins(item.id)}{uuid.uuid4().hex}"
                outbox.put(tx, key, REDRAW, item.target, {"of": item.id}, now)


def _begins(item_id: str) -> str:
    return f"{REDRAW}:{item_id}:"
