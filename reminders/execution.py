"""Making what was planned: from ``ladder.send_at`` on business days, contact by contact, each read and decided again.

Nothing here remembers how far it came: what is still planned or approved is what is left to do. So it is run at every
tick, after a restart goes on where it stopped, and sends what a person approves in the afternoon on the same day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from bot.domain.contacts import Reason
from bot.domain.errors import SyncroError, SyncroLimited, SyncroNotSent
from bot.domain.policy import Level
from bot.store import claims, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.automatics import BUILD, sends_by_itself
from bot.use_cases.chase import Chase, Made
from bot.use_cases.contact_check import by_task, judge
from bot.use_cases.context import Context
from bot.use_cases.redraw import ask_redraw
from reminders.handing import Handing
from reminders.sweep import Sweep

#: How long it rests after Syncro could not be asked, so that an outage doesn't fill the journal.
_REST = timedelta(minutes=5)
#: Local time at which a day's sending ends, unless the policy begins later than that.
EVENING = time(18)


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """What became of contacts today: their stage, and a sentence for each that still waits.

    ``unread`` says why Syncro could not be asked about some, which are tried again.
    """

    made: tuple[Made, ...] = ()
    held: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def count(self, stage: str) -> int:
        """How many ended in this stage."""
        return sum(one.stage == stage for one in self.made)


class Execution:
    """Makes planned and approved contacts whose day has come."""

    def __init__(self, context: Context, chase: Chase, sweep: Sweep, handing: Handing) -> None:
        self._context = context
        self._chase = chase
        self._sweep = sweep
        self._handing = handing
        self._rests_until: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to send: a business day, from ``send_at`` until the evening, and no outage just now.

        Nobody gets a reminder at night: what is approved late goes on the next business day.
        """
        if self._rests_until is not None and now < self._rests_until:
            return False
        local = self._context.local(now)
        begins = self._context.policy.ladder.send_at
        ends = EVENING if begins < EVENING else time.max
        return self._context.calendar.is_business_day(local.date()) and begins <= local.time() < ends

    async def run(self) -> ExecutionReport:
        """Makes what may be made today, once today's build has looked at it.

        What alone can't be read waits and holds up nobody else; when Syncro can't be asked at all, the rest waits.
        """
        today = self._context.today()
        if not self._context.calendar.is_business_day(today):
            return ExecutionReport()
        made: list[Made] = []
        held: list[str] = []
        unread: list[str] = []
        for contact in await self._context.lane.read(partial(self._ready, today=today)):
            try:
                done = await self._one(contact, today)
            except SyncroError as error:
                unread.append(error.sentence)
                if isinstance(error, SyncroNotSent | SyncroLimited):
                    break
                continue
            if isinstance(done, Made):
                made.append(done)
            else:
                held.append(done)
        self._rests_until = self._context.now() + _REST if unread else None
        await self._handing.put()
        return ExecutionReport(tuple(made), tuple(held), tuple(unread))

    async def _one(self, contact: Contact, today: date) -> Made | str:
        """Makes one contact; or why it still waits, as a sentence."""
        level = self._level(contact)
        if contact.track == "internal":
            return await self._internal(contact)
        held = await self._context.lane.read(lambda tx: self._held(tx, contact, level, today))
        if not held and contact.stage == "approved":
            judged = await judge(self._context, contact)
            held = judged.why if judged.waits else ""
        if held:
            await self._hold(contact, held)
            return held
        mailed = level is not None and by_task(self._context, level)
        made = await (self._chase.assign(contact) if mailed else self._chase.send(contact))
        await self._changed(contact)
        return made.reason if made.stage in waiting.WAITING else made

    async def _internal(self, contact: Contact) -> Made | str:
        """What a person has approved for our own people: told like any reminder."""
        judged = await judge(self._context, contact)
        if judged.waits:
            await self._hold(contact, judged.why)
            return judged.why
        if judged.now is None:
            made = await self._chase.leave_out(contact, judged.why)
        else:
            made = await self._sweep.let_out(contact, judged.now)
        await self._changed(contact)
        return made

    def _held(self, tx: Tx, contact: Contact, level: Level | None, today: date) -> str:
        """Why a customer contact has to wait: sending is off, or the day's cap is reached."""
        allowed = sends_by_itself(tx, self._context.policy)
        if not allowed and not (level is not None and by_task(self._context, level)) and not contact.actor_id:
            return Reason.AUTOMATIC_OFF.value
        cap = self._context.policy.ladder.daily_cap
        if waiting.made_on(tx, today.isoformat()) >= cap:
            return Reason.DAILY_CAP.value
        return ""

    async def _hold(self, contact: Contact, reason: str) -> None:
        if contact.reason != reason:
            await self._context.lane.write(lambda tx: waiting.hold_back(tx, contact.id, reason))

    async def _changed(self, contact: Contact) -> None:
        """Messages that show it are drawn again."""
        now = self._context.now()
        await self._context.lane.write(lambda tx: ask_redraw(tx, [contact.id], now))
        self._context.wake_outbox()

    def _level(self, contact: Contact) -> Level | None:
        return self._context.policy.ladder.level(contact.level)

    def _ready(self, tx: Tx, today: date) -> Sequence[Contact]:
        """What is approved, or was planned by today's build and needs nobody; nothing before that build is done.

        What a person was sending by hand when the bot was stopped is theirs to send again.
        Whom the cap held back this morning comes last, whoever else is approved since: the highest level first, then
        the oldest due date.
        """
        day = today.isoformat()
        if not claims.finished_from(tx, BUILD, day):
            return []
        found = [
            one
            for one in waiting.waiting(tx)
            if one.stage == "approved" or (one.as_of == day and not one.needs and not one.actor_id)
        ]
        return sorted(found, key=self._turn)

    def _turn(self, contact: Contact) -> tuple[bool, int, date, str]:
        level = self._level(contact)
        late = next(
            (one.days_past_due for one in contact.invoices if one.invoice_id == contact.carrying_invoice_id),
            0,
        )
        due = date.fromisoformat(contact.as_of) - timedelta(days=late)
        held = contact.reason == Reason.DAILY_CAP.value
        return held, -level.days if level else 0, due, contact.customer_id
