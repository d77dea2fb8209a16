"""Telling our own people of contacts with customers: copies of what was sent, and what they have to mail themselves.

What is handed out follows from the ledger: deliveries that are in no message yet. One message for each person and run.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable

from bot.store import contacts, outbox
from bot.store.contacts import Contact, Delivery
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.redraw import TASKS

COPIES = "contact.copies"
#: Each task has a line and two buttons: so many stand in one message.
_TASKS_PER_MESSAGE = 15
_COPIES_PER_MESSAGE = 40


class Handing:
    """Puts messages about copies and tasks into the outbox."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def put(self) -> int:
        """Hands out what nobody has been told of yet; how many messages."""
        put = await self._context.lane.write(self._put)
        if put:
            self._context.wake_outbox()
        return put

    def _put(self, tx: Tx) -> int:
        made = 0
        for kind, state, most in ((TASKS, "task", _TASKS_PER_MESSAGE), (COPIES, "copy", _COPIES_PER_MESSAGE)):
            for target, mine in _by_target(contacts.to_hand_out(tx, state), state).items():
                for first in range(0, len(mine), most):
                    self._message(tx, kind, target, mine[first : first + most])
                    made += 1
        return made

    def _message(self, tx: Tx, kind: str, target: str, told: list[tuple[Contact, Delivery]]) -> None:
        payload = {"contacts": [contact.id for contact, _ in told], "day": self._context.today().isoformat()}
        key = f"{kind}:{target}:{uuid.uuid4().hex}"
        outbox_id = outbox.put(tx, key, kind, target, payload, self._context.now())
        for _, delivery in told:
            contacts.set_delivery(tx, delivery.id, delivery.state, outbox_id=outbox_id)


def _by_target(found: Iterable[Contact], state: str) -> dict[str, list[tuple[Contact, Delivery]]]:
    """Contacts by who is to be told; who has no one behind them are left alone."""
    gathered: dict[str, list[tuple[Contact, Delivery]]] = defaultdict(list)
    for contact in found:
        for delivery in contact.deliveries:
            if delivery.state == state and delivery.target and not delivery.outbox_id:
                gathered[delivery.target].append((contact, delivery))
    return gathered
