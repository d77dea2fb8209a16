"""The sweep: whom of our own people to remind today, decided by the ladder, written down before anything is sent.

Gather (sync, the mirror, the ledgers), decide (``bot.domain.ladder``), apply: contacts, deliveries and messages
in one transaction. Each contact is unique in the database, so a second sweep finds nothing left to do.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.contacts import ContactNow
from bot.domain.policy import People
from bot.domain.recipients import Gathered, gather_by_recipient
from bot.store import claims, contacts, outbox, waiting
from bot.store.contacts import Contact, Delivery
from bot.store.lane import Conflict, Tx
from bot.use_cases.chase import Made
from bot.use_cases.collections import Day, Row, decide_all, decide_rows
from bot.use_cases.contact_check import aged
from bot.use_cases.context import Context
from bot.use_cases.mirror import MirrorSync
from bot.use_cases.owners import people_now
from bot.use_cases.planning import planned_contact
from reminders.slots import free_slot, require_today

SWEEP = "sweep"
REMINDER = "reminder"
_LEASE = timedelta(minutes=5)
#: Each listed invoice is read from Syncro when the message is posted, so a message lists no more than these.
_INVOICES_PER_MESSAGE = 60

_Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep decided and did. ``made`` contacts in ``messages``; ``unreachable`` have nobody to be told.

    ``ran`` is false when that day's sweep had been done before. ``emails`` to customers, those that the cap holds back,
    and what would be ``proposed`` are told by a dry run; of another day also ``as_now``, how many invoices could not be
    rebuilt for it.
    """

    day: date
    ran: bool
    rows: tuple[Row, ...] = ()
    made: int = 0
    messages: int = 0
    unreachable: tuple[str, ...] = ()
    emails: int = 0
    capped: int = 0
    proposed: int = 0
    as_now: int | None = None

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many invoices have which reason, on the internal track."""
        return Counter(row.reason for row in self.rows if row.track == "internal")


class Sweep:
    """Decides and writes down the reminders of a day. ``owner`` names this process in claims."""

    def __init__(self, context: Context, sync: MirrorSync, owner: str) -> None:
        self._context = context
        self._sync = sync
        self._owner = owner

    async def run(self, *, again: bool = False, as_of: date | None = None) -> SweepReport:
        """Sweeps once for today; with ``again`` once more. Raises ``BadInput`` for another day than today.

        Raises ``SyncroError`` when Syncro can't be read: nobody is reminded on old figures. The day stays open
        and is tried again when the claim's lease is over.
        """
        require_today(self._context, as_of)
        today, now = self._context.today(), self._context.now()

        def take(tx: Tx) -> str:
            slot = free_slot(tx, SWEEP, today.isoformat()) if again else today.isoformat()
            return slot if claims.take(tx, SWEEP, slot, self._owner, now, _LEASE) else ""

        slot = await self._context.lane.write(take)
        if not slot:
            return SweepReport(today, ran=False)
        await self._sync.run()
        found = _plain(await decide_all(self._context, today))
        report = await self._context.lane.write(lambda tx: self._apply(tx, slot, today, found))
        self._context.wake_outbox()
        return report

    async def dry_run(self, as_of: date | None = None) -> SweepReport:
        """What a sweep would decide, from the mirror as it is: nothing is written, read from Syncro or posted."""
        today = as_of or self._context.today()
        day, rows = await decide_rows(self._context, today)
        people = await self._context.lane.read(lambda tx: people_now(tx, self._context.policy))
        messages, nobody = self._addressed(_plain(day), people)
        told = {_key(one) for message in messages for one in message.contacts}
        return SweepReport(
            day=today,
            ran=False,
            rows=rows,
            made=len(told),
            messages=len(messages),
            unreachable=nobody,
            emails=len(day.on("customer")),
            capped=len(day.capped),
            proposed=len(day.proposals),
            as_now=self._as_now(day, rows, today),
        )

    def _as_now(self, day: Day, rows: Sequence[Row], on: date) -> int | None:
        """How many invoices stand as they are now on another day; ``None`` for today."""
        if on == self._context.today():
            return None
        return len(day.as_now) if on < self._context.today() else len({row.invoice.id for row in rows})

    async def let_out(self, contact: Contact, now: ContactNow) -> Made:
        """Tells our own people of a contact that a person has approved, as it is decided ``now``."""
        today, at = self._context.today(), self._context.now()

        def write(tx: Tx) -> Made:
            messages, nobody = self._addressed([now], people_now(tx, self._context.policy))
            if not messages:
                contacts.set_stage(tx, contact.id, "failed", " ".join(nobody))
                return Made("failed", " ".join(nobody))
            waiting.set_day(tx, aged(contact, today, self._context.policy))
            waiting.claim(tx, contact.id, today.isoformat())
            deliveries = tuple(
                Delivery(f"{uuid.uuid4().hex}:{number}", one.audience, one.target, "waiting")
                for number, one in enumerate(messages)
            )
            contacts.replace_deliveries(tx, contact.id, deliveries)
            made = contacts.get(tx, contact.id) or contact
            for number, message in enumerate(messages):
                self._put(tx, number, message, {_key(now): made}, today, at)
            self._audit(tx, made, at)
            return Made("claimed")

        try:
            return await self._context.lane.write(write)
        except Conflict:
            return Made("suppressed", "Somebody else has just made it.")

    # ---- apply ---------------------------------------------------------------------------------------------

    def _addressed(
        self, found: Sequence[ContactNow], people: People
    ) -> tuple[list[Gathered], tuple[str, ...]]:
        """The messages to write, and a sentence for each contact that has nobody to be told."""
        gathered = gather_by_recipient(found, people, self._context.policy.channels)
        nobody = tuple(
            f"{one.customer_name}: the policy names nobody for “{message.audience}”, so the level "
            f"“{one.level.name}” reaches nobody there."
            for message in gathered
            if not message.target
            for one in message.contacts
        )
        return [part for message in gathered if message.target for part in _parts(message)], nobody

    def _apply(self, tx: Tx, slot: str, today: date, found: Sequence[ContactNow]) -> SweepReport:
        """Contacts, deliveries, messages and the end of the claim: one decision, one transaction."""
        now = self._context.now()
        messages, nobody = self._addressed(found, people_now(tx, self._context.policy))
        made = self._make(tx, messages, now)
        put = sum(self._put(tx, number, message, made, today, now) for number, message in enumerate(messages))
        result = {"made": len(made), "messages": put}
        claims.finish(tx, SWEEP, slot, result, now)
        return SweepReport(today, ran=True, made=len(made), messages=put, unreachable=nobody)

    def _make(self, tx: Tx, messages: Sequence[Gathered], now: datetime) -> dict[_Key, Contact]:
        """Writes each contact down once, with a delivery for every message that tells of it."""
        deliveries: dict[_Key, list[Delivery]] = defaultdict(list)
        wanted: dict[_Key, ContactNow] = {}
        for number, message in enumerate(messages):
            for one in message.contacts:
                wanted[_key(one)] = one
                delivery = Delivery(
                    f"{uuid.uuid4().hex}:{number}", message.audience, message.target, "waiting"
                )
                deliveries[_key(one)].append(delivery)
        made: dict[_Key, Contact] = {}
        for key, one in wanted.items():
            planned = planned_contact(self._context, one, uuid.uuid4().hex, "")
            contact = replace(planned, stage="claimed", deliveries=tuple(deliveries[key]))
            try:
                contacts.insert(tx, contact)
            except Conflict:
                continue  # Another sweep has made it.
            made[key] = contact
            self._audit(tx, contact, now)
        return made

    def _put(
        self,
        tx: Tx,
        number: int,
        message: Gathered,
        made: Mapping[_Key, Contact],
        today: date,
        now: datetime,
    ) -> bool:
        """Puts a message about the contacts that were made into the outbox; false when none of them was."""
        told = [made[_key(one)] for one in message.contacts if _key(one) in made]
        if not told:
            return False
        payload = {
            "contacts": [contact.id for contact in told],
            "audience": message.audience,
            "day": today.isoformat(),
        }
        outbox_id = outbox.put(
            tx, _free_key(tx, message.target, today), REMINDER, message.target, payload, now
        )
        for contact in told:
            mine = next(one for one in contact.deliveries if one.id.endswith(f":{number}"))
            contacts.set_delivery(tx, mine.id, "waiting", outbox_id=outbox_id)
        return True

    def _audit(self, tx: Tx, contact: Contact, now: datetime) -> None:
        self._context.audit.append(
            tx,
            at=now,
            actor_id="system",
            actor_name="Duebot",
            action="contact.claimed",
            subject=f"customer:{contact.customer_id}",
            before={},
            after={
                "contact": contact.id,
                "level": contact.level,
                "total": contact.total,
                "invoices": [item.number for item in contact.invoices],
                "to": [delivery.target for delivery in contact.deliveries],
            },
            policy_version=contact.policy_version,
        )


def _key(one: ContactNow) -> _Key:
    return (one.customer_id, one.currency, one.track, one.carrying.id, one.level.name)


def _plain(day: Day) -> list[ContactNow]:
    """What our own people are told without anybody's approval; what a person has let out is told by itself."""
    return [one for one in day.on("internal") if not one.level.approval]


def _parts(message: Gathered) -> list[Gathered]:
    """A message cut so that each part lists few enough invoices to be read again when it is posted."""
    parts: list[list[ContactNow]] = [[]]
    listed = 0
    for one in message.contacts:
        if parts[-1] and listed + len(one.listed) > _INVOICES_PER_MESSAGE:
            parts.append([])
            listed = 0
        parts[-1].append(one)
        listed += len(one.listed)
    return [Gathered(message.audience, message.target, tuple(part)) for part in parts]


def _free_key(tx: Tx, target: str, today: date) -> str:
    """An outbox key that no earlier message of the day to this recipient has."""
    number = 1
    while outbox.by_key(tx, key := f"reminder:{target}:{today.isoformat()}:{number}") is not None:
        number += 1
    return key
