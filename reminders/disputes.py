"""Disputes that nobody has resolved: whoever looks after the customer is reminded of them every week.

The claim of a week, and the message with all disputes of one person, are one transaction.
"""

from collections import defaultdict
from datetime import timedelta

from bot.domain.holds import HoldKind
from bot.store import claims, holds, outbox
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.owners import who_looks_after
from reminders.mornings import is_morning

DISPUTED = "dispute.open"
_DAYS = 7
#: A claim is taken and finished in one transaction: no lease ever runs.
_LEASE = timedelta(minutes=1)


class Disputes:
    """Reminds of open disputes 7, 14, 21, … days after they were noted, on that or the next business day."""

    def __init__(self, context: Context, owner: str) -> None:
        self._context = context
        self._owner = owner

    async def run(self) -> None:
        """Puts today's reminders into the outbox. A week that went by while the bot was down is not made up for."""
        if not is_morning(self._context):
            return
        due = await self._context.lane.read(self._due)
        if due:
            await self._context.lane.write(self._remind)
            self._context.wake_outbox()

    def _due(self, tx: Tx) -> list[tuple[Noted, str]]:
        """Disputes whose present week nobody was reminded of, with its slot."""
        found: list[tuple[Noted, str]] = []
        for noted in holds.open_of_kind(tx, HoldKind.DISPUTE):
            week = (self._context.today() - self._context.local(noted.created_at).date()).days // _DAYS
            if week >= 1 and not claims.done(tx, _job(noted), str(week)):
                found.append((noted, str(week)))
        return found

    def _remind(self, tx: Tx) -> None:
        now = self._context.now()
        told: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for noted, week in self._due(tx):
            if claims.take(tx, _job(noted), week, self._owner, now, _LEASE):
                claims.finish(tx, _job(noted), week, {}, now)
                target = who_looks_after(tx, self._context.policy, noted.hold.customer_id)
                told[target].append((noted.hold.id, week))
        for target, due in told.items():
            if target:
                hold_id, week = due[0]
                payload = {"holds": [one for one, _ in due]}
                outbox.put(tx, f"{DISPUTED}:{hold_id}:{week}", DISPUTED, target, payload, now)


def _job(noted: Noted) -> str:
    return f"dispute:{noted.hold.id}"
