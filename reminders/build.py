"""The build: what is to be sent to customers today, and what waits for a person, written down before anything is sent.

Once on every calendar day, at ``ladder.build_at``. A planned contact is replaced by the next build. One that waits for
a person, or that a person has approved, stays while it is still exactly what the ladder decides; else it is withdrawn,
with the reason in the ledger.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.contacts import ContactNow, Reason
from bot.domain.daily_cap import Turn, turn_of
from bot.domain.late_fees import Fee, FeeKey
from bot.store import claims, contacts, outbox, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.authority import DUEBOT
from bot.use_cases.automatics import BUILD, NOTICE, Automatics
from bot.use_cases.collections import Day, Row, decide_all
from bot.use_cases.contact_check import by_task, find_same, why_not_by_hand
from bot.use_cases.contact_log import log
from bot.use_cases.context import Context
from bot.use_cases.fee_facts import fees_today
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.planning import planned_contact
from bot.use_cases.proposals import MOST_SHOWN
from bot.use_cases.redraw import LATELY, REVIEW, ask_redraw
from bot.use_cases.tasks import Reasons, follow
from reminders.late_fees import propose
from reminders.slots import free_slot

_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build wrote down: contacts ``planned`` to be sent, ``capped`` for another day, ``waiting`` for a person.

    ``withdrawn`` are numbers of invoices and why their contact no longer stands; ``stopped`` says why automatic
    sending has switched itself off; ``fees`` late fees wait too. ``ran``: false when the day had been built before.
    """

    day: date
    ran: bool
    planned: int = 0
    capped: int = 0
    waiting: int = 0
    withdrawn: tuple[str, ...] = ()
    stopped: str = ""
    fees: int = 0


class Build:
    """Plans the day's contacts with customers, and the proposals. ``owner`` names this process in claims."""

    def __init__(self, context: Context, sync: MirrorSync, automatics: Automatics, owner: str) -> None:
        self._context = context
        self._sync = sync
        self._automatics = automatics
        self._owner = owner

    async def run(self, *, again: bool = False) -> BuildReport:
        """Builds once for today; with ``again`` once more.

        Raises ``SyncroError`` when Syncro can't be read: the day stays open and is tried again.
        """
        today, now = self._context.today(), self._context.now()

        def take(tx: Tx) -> str:
            slot = free_slot(tx, BUILD, today.isoformat()) if again else today.isoformat()
            return slot if claims.take(tx, BUILD, slot, self._owner, now, _LEASE) else ""

        slot = await self._context.lane.write(take)
        if not slot:
            return BuildReport(today, ran=False)
        await self._sync.run()
        await self._context.lane.write(self._automatics.check)
        asked = await self._context.lane.read(_waited)
        reasons: Reasons = {}

        def note(rows: Sequence[Row]) -> None:
            keys = (((row.invoice.id, row.track), row.sentence) for row in rows)
            reasons.update((key, sentence) for key, sentence in keys if key in asked)

        day = await decide_all(self._context, today, note)
        fees = await fees_today(self._context)
        report = await self._context.lane.write(lambda tx: self._apply(tx, slot, today, day, reasons, fees))
        self._context.wake_outbox()
        return report

    def _apply(
        self,
        tx: Tx,
        slot: str,
        today: date,
        day: Day,
        reasons: Reasons,
        fees: Mapping[FeeKey, Fee | str],
    ) -> BuildReport:
        """Everything that the build decides, in one transaction with the end of its claim."""
        going = [*day.on("customer"), *day.capped]
        stopped = self._automatics.check_size(tx, len(going))
        decided = [*going, *day.proposals]
        withdrawn = self._reconcile(tx, decided, reasons)
        follow(tx, self._context, decided, reasons)
        kept, capped = waiting.waiting(tx), {turn_of(one) for one in day.capped}
        _note_turns(tx, kept, going, capped)
        known = {(one.customer_id, one.key) for one in (*kept, *waiting.tasks(tx))}
        planned = [one for one in going if not stopped or by_task(self._context, one.level)]
        fresh = [one for one in (*planned, *day.proposals) if turn_of(one) not in known]
        for number, one in enumerate(fresh):
            reason = Reason.DAILY_CAP.value if turn_of(one) in capped else ""
            contacts.insert(tx, self._contact(one, number, today, one in day.proposals, reason))
        asks, fees_wait = self._ask(tx, slot, today), propose(tx, self._context, fees, slot)
        result = {"customers": len(going), "waiting": asks}
        claims.finish(tx, BUILD, slot, result, self._context.now())
        held = sum(turn_of(one) in capped for one in planned)
        return BuildReport(today, True, len(planned) - held, held, asks, tuple(withdrawn), stopped, fees_wait)

    def _reconcile(self, tx: Tx, decided: Sequence[ContactNow], reasons: Reasons) -> list[str]:
        """Takes planned contacts away and withdraws what no longer stands; a sentence for each of the latter."""
        withdrawn: list[str] = []
        for contact in waiting.waiting(tx):
            if contact.stage == "planned" and not contact.needs:
                if not self._keeps_its_turn(contact):
                    waiting.remove(tx, [contact.id])
                continue
            why = self._why_gone(tx, contact, decided, reasons)
            if why:
                contacts.set_stage(tx, contact.id, "suppressed", why)
                log(tx, self._context, contact, DUEBOT, "withdrawn", {"reason": why})
                ask_redraw(tx, [contact.id], self._context.now())
                withdrawn.append(f"{contact.invoices[0].number}, level “{contact.level}”: {why}")
        return withdrawn

    def _keeps_its_turn(self, contact: Contact) -> bool:
        """Whether it is kept over days on which nothing is sent: whom the cap held back goes first after them."""
        worked = self._context.calendar.is_business_day(self._context.today())
        return not worked and contact.reason == Reason.DAILY_CAP.value

    def _why_gone(self, tx: Tx, contact: Contact, decided: Sequence[ContactNow], reasons: Reasons) -> str:
        """Why a contact that waited no longer stands; empty while it does."""
        if contact.actor_id:
            return why_not_by_hand(tx, self._context, contact)
        if find_same(contact, decided) is not None:
            return ""
        if any(turn_of(one) == (contact.customer_id, contact.key) for one in decided):
            return "It has changed and is proposed anew."
        key = (contact.carrying_invoice_id, contact.track)
        return reasons.get(key, "Nothing is open on it any more.")

    def _contact(self, one: ContactNow, number: int, today: date, proposed: bool, reason: str) -> Contact:
        needs = ("level" if one.level.approval else "old_book") if proposed else ""
        made = planned_contact(
            self._context, one, f"{today:%Y%m%d}-{number:05}-{uuid.uuid4().hex[:8]}", needs
        )
        return replace(made, reason=reason)

    def _ask(self, tx: Tx, slot: str, today: date) -> int:
        """Puts the business day's review messages into the outbox when something waits for a person; how many do.

        What was asked lately isn't asked again: its message stands, with its buttons. A line says once a day how many
        of those still wait.
        """
        now, day = self._context.now(), today.isoformat()
        waits = [one for one in waiting.waiting(tx) if one.awaits]
        target = self._context.policy.asks_in
        if not (waits and target and self._context.calendar.is_business_day(today)):
            return len(waits)
        lately = [one for one in outbox.put_since(tx, REVIEW, now - LATELY) if one.target == target]
        asked = {one for item in lately for one in item.payload["contacts"]}
        fresh = [one for one in waits if one.id not in asked]
        for part, some in enumerate(_parts(fresh), 1):
            payload = {"contacts": [one.id for one in some], "day": day}
            outbox.put(tx, f"review:{slot}:{part}", REVIEW, target, payload, now)
        of_today = {one for item in lately if item.payload["day"] == day for one in item.payload["contacts"]}
        older = sum(one.id in asked - of_today for one in waits)
        if older:
            said = {"sentence": _still(older), "mark": ":information_source:"}
            outbox.put(tx, f"review:waits:{day}", NOTICE, target, said, now)
        return len(waits)


def _still(older: int) -> str:
    many = "1 older proposal still waits" if older == 1 else f"{older:,} older proposals still wait"
    return f"{many} for a decision: see `/overdue proposals`."


def _waited(tx: Tx) -> set[tuple[str, str]]:
    """The invoices that lead what waits, each with its track: of these a reason is wanted."""
    return {(one.carrying_invoice_id, one.track) for one in (*waiting.waiting(tx), *waiting.tasks(tx))}


def _note_turns(
    tx: Tx, kept: Iterable[Contact], going: Iterable[ContactNow], capped: Collection[Turn]
) -> None:
    """Says of what is approved whether it is its turn today, or the cap holds it back."""
    turns = {turn_of(one) for one in going}
    for contact in kept:
        turn = (contact.customer_id, contact.key)
        if contact.stage == "approved" and turn in turns:
            waiting.hold_back(tx, contact.id, Reason.DAILY_CAP.value if turn in capped else "")


def _parts(asked: Sequence[Contact]) -> Iterable[Sequence[Contact]]:
    return (asked[first : first + MOST_SHOWN] for first in range(0, len(asked), MOST_SHOWN))
