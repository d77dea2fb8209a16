"""Starting and stopping automatic sending to customers, and stopping it when something looks wrong (docs/ladder.md)."""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.dates import say_date
from bot.domain.errors import NotAllowed
from bot.domain.policy import Policy
from bot.domain.roles import Action, Person
from bot.store import automatic, claims, mirror, outbox, waiting
from bot.store.automatic import Automatic
from bot.store.lane import Tx
from bot.use_cases.authority import DUEBOT, Authority
from bot.use_cases.context import Context
from bot.use_cases.mirror import MirrorSync

#: The name under which builds are claimed; their results say how many contacts each had.
BUILD = "build"
#: An outbox item of one sentence, after an emoji (``mark``).
NOTICE = "notice"
#: Set once the ledger has held a contact that ended: found without any later, it was lost.
_HELD_CONTACTS = "contacts_were_held"
_SILENT_DAYS = 3
_JUDGED_AFTER = timedelta(days=35)
_SMALL = 20
_OWN_REMINDERS = (
    "The policy says that Syncro sends its own reminders, and two senders would write to every customer twice. "
    "Switch Syncro's off, say `own_reminders: off` in the policy, and restart Duebot."
)


def sends_by_itself(tx: Tx, policy: Policy) -> bool:
    """Whether customers are written to without a person: never where Syncro reminds them by itself."""
    return automatic.load(tx).on and policy.syncro_own_reminders is not True


class Automatics:
    """Automatic sending: on or off. Starting and stopping are asked of an approver and audited."""

    def __init__(self, context: Context, authority: Authority, sync: MirrorSync) -> None:
        self._context = context
        self._authority = authority
        self._sync = sync

    async def state(self) -> Automatic:
        """Whether it is on, since when and by whom."""
        return await self._context.lane.read(automatic.load)

    async def start(self, actor: Person) -> Automatic:
        """Lets the engine write to customers by itself.

        At the first start, and after a lost ledger, what is past due by now is noted: the first contact about it needs
        a person. Raises ``NotAllowed``, and ``SyncroError`` when Syncro can't be read.
        """
        await self._authority.require(actor.id, Action.AUTOMATIC)
        if self._context.policy.syncro_own_reminders is True:
            raise NotAllowed(_OWN_REMINDERS)
        if not any("customer" in level.to for level in self._context.policy.ladder.levels):
            raise NotAllowed(
                "The policy's ladder has no level that goes to customers, so there is nothing to send."
            )
        await self._sync.run()
        started = await self._context.lane.write(lambda tx: self._start(tx, actor))
        self._context.wake_outbox()
        return started

    def _start(self, tx: Tx, actor: Person) -> Automatic:
        before, now, today = automatic.load(tx), self._context.now(), self._context.today()
        if before.on:
            return before
        if not before.started or before.lost:
            automatic.forget_old_book(tx)
            old = [one.id for one in mirror.unpaid(tx) if one.overdue(today)]
            automatic.note_old_book(tx, old, now)
        state = Automatic(True, actor.id, actor.name, now, "", started=True)
        self._change(tx, before, state, "automatic.started")
        self._tell(tx, f"{actor.name} has started automatic sending to customers.")
        return state

    async def stop(self, actor: Person, reason: str = "") -> Automatic:
        """Ends it; what is planned stays unsent. Raises ``NotAllowed``."""
        await self._authority.require(actor.id, Action.AUTOMATIC)

        def write(tx: Tx) -> Automatic:
            before = automatic.load(tx)
            if not before.on:
                return before
            state = replace(
                before, on=False, by_id=actor.id, by_name=actor.name, at=self._context.now(), reason=reason
            )
            self._change(tx, before, state, "automatic.stopped")
            self._tell(tx, f"{actor.name} has stopped automatic sending to customers.")
            return state

        stopped = await self._context.lane.write(write)
        self._context.wake_outbox()
        return stopped

    def check(self, tx: Tx) -> str:
        """Stops it when the ledger was lost or no build has finished for days; why, or empty."""
        state = automatic.load(tx)
        if not state.on or state.at is None:
            return ""
        if not waiting.any_ended(tx) and mirror.get_state(tx, _HELD_CONTACTS):
            return self.trip(tx, "The ledger of contacts held some before and is empty now.", lost=True)
        if waiting.any_ended(tx):
            mirror.set_state(tx, _HELD_CONTACTS, "1")
        today, since = self._context.today(), self._context.local(state.at).date()
        last = claims.last(tx, BUILD)
        finished = max(since, date.fromisoformat(last[0].partition(":")[0]) if last else since)
        if (today - finished).days > _SILENT_DAYS:
            return self.trip(tx, f"No sweep has finished since {say_date(finished)}.")
        return ""

    def check_size(self, tx: Tx, planned: int) -> str:
        """Stops it when far more is planned than on any day lately; why, or empty."""
        since = self._context.today() - _JUDGED_AFTER
        before = claims.finished_from(tx, BUILD, since.isoformat())
        first = claims.first(tx, BUILD)
        if planned <= _SMALL or first is None or first > since.isoformat() or not automatic.load(tx).on:
            return ""
        largest = max((int(one.get("customers", 0)) for one in before), default=0)
        if planned <= 2 * largest:
            return ""
        return self.trip(
            tx, f"{planned} customers would be written to today; the most in the last 35 days were {largest}."
        )

    def trip(self, tx: Tx, reason: str, lost: bool = False) -> str:
        """Switches it off by itself, audited and told."""
        before = automatic.load(tx)
        state = replace(
            before,
            on=False,
            by_id=DUEBOT.id,
            by_name=DUEBOT.name,
            at=self._context.now(),
            reason=reason,
            lost=before.lost or lost,
        )
        if lost:
            mirror.set_state(tx, _HELD_CONTACTS, "")
        self._change(tx, before, state, "automatic.tripped")
        self._tell(
            tx,
            f"Automatic sending to customers has switched itself off: {reason} Nothing more is sent. "
            "Look into it, then start it again with `/overdue automatic on`.",
            mark=":warning:",
        )
        return reason

    def _change(self, tx: Tx, before: Automatic, after: Automatic, action: str) -> None:
        automatic.save(tx, after)
        self._context.audit.append(
            tx,
            at=self._context.now(),
            actor_id=after.by_id,
            actor_name=after.by_name,
            action=action,
            subject="automatic",
            before={"on": before.on},
            after={"on": after.on, "reason": after.reason},
            policy_version=self._context.policy.version,
        )

    def _tell(self, tx: Tx, sentence: str, mark: str = ":information_source:") -> None:
        channels, now = self._context.policy.channels, self._context.now()
        target = channels.approvals or channels.failures or channels.escalation
        if target:
            outbox.put(
                tx, f"automatic:{now.isoformat()}", NOTICE, target, {"sentence": sentence, "mark": mark}, now
            )
