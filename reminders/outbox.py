"""Posting what is in the outbox, each message once: claim, check again, draw, post, mark.

Slack has no idempotency key. A post carries its outbox id as metadata; one whose answer was lost, or whose
process was killed, is looked up twice with a pause between before it is posted again.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import NotAllowed, SlackError, SlackLimited, SlackLost, SlackRefused
from bot.slack.client import Posted, Slack
from bot.store import outbox
from bot.store.lane import Tx
from bot.store.outbox import Item
from bot.use_cases.context import Context
from bot.views.blocks import Block
from bot.views.tables import without_new_blocks
from reminders.kinds import FAILURE, Drop, Kind, Later, Ready
from reminders.where import UNREACHABLE, cure

log = structlog.get_logger()

_REFUSED_BLOCKS = {"invalid_blocks", "invalid_arguments"}
#: Look-ups that must find nothing before a message is posted again.
_LOOK_UPS = 2
_MOST_IN_A_PASS = 500
_UNEXPECTED_TRIES = 5
_UNEXPECTED = "Something unexpected stopped it. The bot's log says more."


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the outbox waits.

    ``lease``: how long a claim is ours. ``gap``: between two look-ups of a lost post (30 s). ``before``: how far
    before the claim a look-up begins (60 s). ``channel_seconds``: between two posts in one channel (Slack's
    documented limit). ``backoff``: pauses while Slack can't be reached. ``idle``: between two passes.
    """

    lease: timedelta = timedelta(seconds=120)
    gap: timedelta = timedelta(seconds=30)
    before: timedelta = timedelta(seconds=60)
    channel_seconds: float = 1.0
    backoff: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(seconds=20),
        timedelta(seconds=60),
        timedelta(minutes=5),
    )
    idle: float = 5.0


class Outbox:
    """Posts what is due. ``kinds`` are the rules of each kind; ``woken`` is set by whoever put something in."""

    def __init__(
        self,
        context: Context,
        slack: Slack,
        kinds: Mapping[str, Kind],
        woken: asyncio.Event,
        pace: Pace | None = None,
    ) -> None:
        self._context = context
        self._slack = slack
        self._kinds = kinds
        self._woken = woken
        self._pace = pace or Pace()
        self._one_pass = asyncio.Lock()
        self._posted_at: dict[str, float] = {}
        self._stopping = False

    async def run(self) -> None:
        """Posts whenever woken, and every ``Pace.idle`` seconds, until ``stop``."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self.deliver_due()
            except Exception:  # the task's boundary: a failed pass must not end posting for good
                log.exception("outbox_pass_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._pace.idle)

    async def stop(self) -> None:
        """Takes up no further message, and returns when the one under way is done."""
        self._stopping = True
        self._woken.set()
        async with self._one_pass:
            pass

    async def deliver_due(self) -> int:
        """One pass over everything that is due; how many items it took up."""
        handled = 0
        async with self._one_pass:
            while not self._stopping and handled < _MOST_IN_A_PASS:
                item = await self._context.lane.write(self._claim_one)
                if item is None:
                    break
                handled += 1
                await self._handle(item)
        return handled

    def _claim_one(self, tx: Tx) -> Item | None:
        return next(iter(outbox.claim(tx, self._context.now(), self._pace.lease, 1)), None)

    async def _handle(self, item: Item) -> None:
        kind = self._kinds.get(item.kind)
        if kind is None:
            await self._end(
                None, item, "failed", f"This version can't post a message of the kind {item.kind}."
            )
            return
        try:
            await self._deliver(kind, item)
        except SlackLimited as error:
            await self._again(item, timedelta(seconds=error.retry_after), "Slack asked us to wait.")
        except SlackRefused as error:
            log.warning("post_refused", kind=item.kind, code=error.code)
            await self._end(kind, item, "failed", f"{kind.title(item)} was not posted. {cure(error.code)}")
        except SlackError as error:
            await self._again(item, self._backoff(item), str(error))
        except NotAllowed as error:
            await self._end(kind, item, "failed", f"{kind.title(item)} was not posted. {error}")
        except Exception:  # the item's boundary: one broken item must not hold up the others
            log.exception("outbox_item_failed", kind=item.kind, item=item.id)
            if item.attempts >= _UNEXPECTED_TRIES:
                await self._end(
                    kind, item, "failed", f"A message ({item.kind}) was not posted. {_UNEXPECTED}"
                )

    async def _deliver(self, kind: Kind, item: Item) -> None:
        """Looks up what may have been posted before; then checks, draws and posts."""
        if not _surely_absent(item) and not await self._look_up(kind, item):
            return
        match await kind.prepare(item):
            case Drop(reason):
                await self._end(kind, item, "dropped", reason)
            case Later(at, reason):
                await self._again(item, at - self._context.now(), reason)
            case Ready() as ready:
                await self._post(kind, item, ready)

    # ---- posting -------------------------------------------------------------------------------------------

    async def _post(self, kind: Kind, item: Item, ready: Ready) -> None:
        await self._wait_for_turn(ready.place.channel)
        now = self._context.now()
        if item.lease_until is not None and now >= item.lease_until:
            return  # Checking took so long that the claim is no longer ours; whoever has it goes on.
        if not await self._context.lane.write(lambda tx: outbox.posting(tx, item.id, now)):
            return
        try:
            posted = await self._send(ready, item.id)
        except SlackLost as error:
            await self._requeue(item, self._pace.gap, str(error), absent=False)
            return
        except SlackRefused as error:
            instead = await kind.instead(item, cure(error.code)) if error.code in UNREACHABLE else None
            if instead is None or instead.place == ready.place:
                raise
            await self._post(kind, item, instead)
            return
        await self._sent(kind, item, posted)

    async def _send(self, ready: Ready, outbox_id: str) -> Posted:
        """Sends once; without the newer blocks in a workspace that clearly refuses them."""
        drawn = ready.message
        try:
            return await self._send_blocks(ready, drawn.blocks, outbox_id)
        except SlackRefused as error:
            if error.code not in _REFUSED_BLOCKS or not drawn.blocks:
                raise
        return await self._send_blocks(ready, without_new_blocks(drawn.blocks), outbox_id)

    async def _send_blocks(self, ready: Ready, blocks: Sequence[Block], outbox_id: str) -> Posted:
        place, text = ready.place, ready.message.text
        if not ready.replaces:
            return await self._slack.post(place.channel, text, blocks, outbox_id, place.thread_ts)
        posted = Posted(place.channel, ready.replaces)
        await self._slack.update(posted, text, blocks)
        return posted

    async def _wait_for_turn(self, channel: str) -> None:
        """Keeps Slack's pace: one message a second in a channel."""
        last = self._posted_at.get(channel)
        if last is not None:
            await asyncio.sleep(max(0.0, last + self._pace.channel_seconds - time.monotonic()))
        self._posted_at[channel] = time.monotonic()

    # ---- looking up ----------------------------------------------------------------------------------------

    async def _look_up(self, kind: Kind, item: Item) -> bool:
        """Whether a message that may have been posted surely was not; if it is found, it is marked as sent."""
        try:
            posted = await self._find(kind, item)
        except SlackLimited as error:
            await self._requeue(item, timedelta(seconds=error.retry_after), str(error), absent=False)
            return False
        except SlackRefused as error:
            unknown = f"{kind.title(item)} may have been posted or not, and I can't look: {cure(error.code)}"
            await self._end(kind, item, "failed", unknown)
            return False
        except SlackError as error:
            await self._requeue(item, self._backoff(item), str(error), absent=False)
            return False
        if posted is not None:
            await self._sent(kind, item, posted)
            return False
        return await self._not_found(item)

    async def _find(self, kind: Kind, item: Item) -> Posted | None:
        since = (item.claimed_at or item.created_at) - self._pace.before
        try:
            places = await kind.standing(item)
        except NotAllowed:
            return None  # There is no place to which it could have gone.
        for place in places:
            try:
                found = await self._slack.find_posted(place.channel, item.id, since, place.thread_ts)
            except SlackRefused as error:
                if error.code not in UNREACHABLE:
                    raise
                continue  # What the bot can't reach, it could not post to either.
            if found is not None:
                return found
        return None

    async def _not_found(self, item: Item) -> bool:
        """Counts a look-up without result; true when it was the last one needed."""
        now = self._context.now()
        if item.looked_up_at is not None and now - item.looked_up_at < self._pace.gap:
            wait = item.looked_up_at + self._pace.gap - now
            await self._requeue(item, wait, "It is being looked up in Slack.", absent=False)
            return False
        await self._context.lane.write(lambda tx: outbox.looked_up(tx, item.id, now))
        if item.lookups + 1 >= _LOOK_UPS:
            return True
        await self._requeue(item, self._pace.gap, "It is being looked up in Slack.", absent=False)
        return False

    # ---- marking -------------------------------------------------------------------------------------------

    async def _sent(self, kind: Kind, item: Item, posted: Posted) -> None:
        now = self._context.now()

        def write(tx: Tx) -> None:
            if outbox.sent(tx, item.id, posted.channel, posted.ts, now):
                kind.sent(tx, item, now)

        await self._context.lane.write(write)

    async def _again(self, item: Item, delay: timedelta, reason: str) -> None:
        """Tries later what surely was not posted."""
        await self._requeue(item, delay, reason, absent=True)

    async def _requeue(self, item: Item, delay: timedelta, reason: str, *, absent: bool) -> None:
        """Back into the queue. ``absent`` counts as looked up, so that no look-up is needed before posting."""
        now = self._context.now()

        def write(tx: Tx) -> None:
            for _ in range(_LOOK_UPS if absent else 0):
                outbox.looked_up(tx, item.id, now)
            outbox.requeue(tx, item.id, now + delay, reason)

        await self._context.lane.write(write)

    async def _end(self, kind: Kind | None, item: Item, state: str, reason: str) -> None:
        """Drops or fails it; a failure is told once in the failures channel, if that is another one."""
        now = self._context.now()
        end = outbox.drop if state == "dropped" else outbox.fail

        def write(tx: Tx) -> None:
            if not end(tx, item.id, reason, now):
                return
            if kind is not None:
                kind.ended(tx, item, state, reason, now)
            if state == "failed":
                self._tell(tx, item, reason, now)

        await self._context.lane.write(write)

    def _tell(self, tx: Tx, item: Item, reason: str, now: datetime) -> None:
        channel = self._context.policy.channels.failures
        if channel and channel != item.target:
            outbox.put(tx, f"failure:{item.id}", FAILURE, channel, {"sentence": reason}, now)

    def _backoff(self, item: Item) -> timedelta:
        steps = self._pace.backoff
        return steps[min(item.attempts, len(steps)) - 1]


def _surely_absent(item: Item) -> bool:
    """A first claim, or one whose earlier tries ended clearly or were looked up: nothing of it is in Slack."""
    return item.attempts == 1 or item.lookups >= _LOOK_UPS
