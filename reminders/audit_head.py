"""Every week, the length and the end of the audit record, in Slack: kept there, they show later whether it was cut off.

The whole record is checked first, in pages, so that nobody waits for it.
"""

from datetime import timedelta

from bot.domain.audit_facts import RecordState
from bot.store import claims, outbox
from bot.store.audit_check import Verdict, Verification
from bot.store.lane import Tx
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.views.log import record_head
from reminders.kinds import Kind, Ready, Step
from reminders.mornings import is_morning
from reminders.where import Place

AUDIT_HEAD = "audit.head"
_JOB = "audit-head"
#: Longer than a check of any record takes; after a crash another process goes on so much later.
_LEASE = timedelta(minutes=15)
_TOLD = 5


class AuditHead:
    """Posts it once a week, on its first business day."""

    def __init__(self, context: Context, owner: str) -> None:
        self._context = context
        self._owner = owner

    async def run(self) -> None:
        """Checks the record and puts this week's message into the outbox. An empty record, or no channel: nothing."""
        channels, lane, now = self._context.policy.channels, self._context.lane, self._context.now()
        target = channels.approvals or channels.failures or channels.escalation
        if not target or not is_morning(self._context):
            return
        year, week, _ = self._context.today().isocalendar()
        slot = f"{year}-W{week:02}"
        if await lane.read(lambda tx: claims.done(tx, _JOB, slot) or not self._context.audit.head(tx)):
            return
        if not await lane.write(lambda tx: claims.take(tx, _JOB, slot, self._owner, now, _LEASE)):
            return
        payload = self._payload(await self._checked())
        key = f"{AUDIT_HEAD}:{slot}"

        def write(tx: Tx) -> None:
            outbox.put(tx, key, AUDIT_HEAD, target, payload, now)
            claims.finish(tx, _JOB, slot, {}, now)

        await lane.write(write)
        self._context.wake_outbox()

    async def _checked(self) -> Verdict:
        check = Verification(self._context.audit)
        while not await self._context.lane.read(check.advance):
            pass
        assert check.verdict is not None  # noqa: S101  the last page has just said so
        return check.verdict

    def _payload(self, found: Verdict) -> dict[str, object]:
        """What is told: numbers of entries, and nobody's name."""
        return {
            "entries": found.entries,
            "head": found.head,
            "problems": [one.what for one in found.problems[:_TOLD]],
            "more": max(0, len(found.problems) - _TOLD) + found.more,
            "keyed": int(self._context.audit.keyed),
        }


class AuditHeadPost(Kind):
    """The weekly message about the audit record."""

    def title(self, item: Item) -> str:
        """A message about the record."""
        return "The weekly message about the audit record"

    async def prepare(self, item: Item) -> Step:
        """As it was found: the head of that moment is what counts."""
        held = item.payload
        state = RecordState(
            entries=held["entries"],
            head=held["head"],
            problems=tuple(held["problems"]),
            more=held["more"],
            keyed=bool(held["keyed"]),
        )
        return Ready(Place(item.target), record_head(state))

    async def standing(self, item: Item) -> tuple[Place, ...]:
        """Its channel."""
        return (Place(item.target),)
