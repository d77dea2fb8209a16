"""Making one planned contact with a customer: Syncro's email, or a task for the owner where Syncro can't send our text.

Claimed before the effect, read and decided again inside the claim, made once. Who may let a contact out is asked by
the callers; this only makes what is planned or approved.
"""

import uuid
from dataclasses import dataclass
from functools import partial

from bot.domain.contacts import Reason
from bot.domain.errors import Busy, DuebotError, SyncroError
from bot.domain.invoice import Customer
from bot.domain.roles import Person
from bot.store import contacts, mirror, operations, waiting
from bot.store.contacts import TASK, Contact, Delivery
from bot.store.lane import Conflict, Tx
from bot.store.operations import SYSTEM
from bot.use_cases.authority import DUEBOT
from bot.use_cases.contact_check import aged, judge, read_again
from bot.use_cases.contact_log import log, log_told
from bot.use_cases.context import Context
from bot.use_cases.journal import Intent, Journal
from bot.use_cases.kinds_contact import NotNow, recipients, request_of, require_room
from bot.use_cases.owners import target_of, who_looks_after


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a contact: its stage, and why it was not made."""

    stage: str
    reason: str = ""


class Chase:
    """Makes contacts with customers, each once."""

    def __init__(self, context: Context, journal: Journal) -> None:
        self._context = context
        self._journal = journal

    async def send(
        self,
        contact: Contact,
        actor: Person = DUEBOT,
        overridden: frozenset[Reason] = frozenset(),
        visit_id: str = "",
    ) -> Made:
        """Has Syncro email a planned or approved contact. What the check refuses is suppressed with its reason.

        Raises ``SyncroError`` when Syncro can't be asked now: what the engine sends waits as before.
        """
        customer = await self._context.lane.write(lambda tx: self._prepare(tx, contact))
        if customer is None:
            return await self._stage(contact)
        intent = Intent(
            base_key=f"{contact.id}:contact:{contact.carrying_invoice_id}:1",
            kind="contact",
            invoice_id=contact.carrying_invoice_id,
            customer_id=contact.customer_id,
            actor=actor,
            request=request_of(self._context, contact, customer, overridden),
            visit_id=visit_id,
        )
        try:
            await self._journal.perform(intent)
        except DuebotError as error:
            await self._context.lane.write(
                partial(_not_made, context=self._context, contact=contact, actor=actor, error=error)
            )
            made = await self._stage(contact)
            if made.stage in waiting.WAITING and isinstance(error, SyncroError):
                raise
            return made
        return await self._stage(contact)

    def _prepare(self, tx: Tx, contact: Contact) -> Customer | None:
        """Whom it goes to, as deliveries of the contact; what is left over of an earlier try is replaced.

        ``None`` when it doesn't wait any more: what another process has made keeps its deliveries as they ended.
        """
        now = contacts.get(tx, contact.id)
        if now is None or now.stage not in waiting.WAITING:
            return None
        customer = mirror.customer(tx, contact.customer_id) or Customer(contact.customer_id, "")
        contacts.replace_deliveries(tx, contact.id, self._deliveries(tx, contact, customer))
        waiting.set_day(tx, aged(contact, self._context.today(), self._context.policy))
        return customer

    def _deliveries(self, tx: Tx, contact: Contact, customer: Customer) -> tuple[Delivery, ...]:
        to, cc, left_out = recipients(customer)
        reason = f"Syncro takes no more recipients; left out: {', '.join(left_out)}." if left_out else ""
        email = Delivery(uuid.uuid4().hex, "customer", ", ".join([*to, *cc]), "waiting", reason=reason)
        return (email, *self._copies(tx, contact))

    def _copies(self, tx: Tx, contact: Contact) -> tuple[Delivery, ...]:
        """Our own people who get a copy of what the customer is sent, by the level's audiences."""
        policy = self._context.policy
        level = policy.ladder.level(contact.level)
        found = (
            (audience, target_of(tx, policy, audience, contact.customer_id))
            for audience in (level.to if level else ())
        )
        return tuple(
            Delivery(uuid.uuid4().hex, audience, target, "copy") for audience, target in found if target
        )

    async def assign(
        self,
        contact: Contact,
        actor: Person = DUEBOT,
        overridden: frozenset[Reason] | None = None,
        visit_id: str = "",
    ) -> Made:
        """Gives a planned or approved contact to the customer's owner as a task; it counts once they have done it.

        ``overridden`` is what a person who reminds by hand goes on in spite of, ``visit_id`` where they stand.

        Raises ``SyncroError`` when Syncro can't be read: the contact waits as before.
        """
        changed = await read_again(self._context, contact)
        today = self._context.today()
        judged = await judge(self._context, contact, overridden=overridden)

        def write(tx: Tx) -> None:
            mailer = who_looks_after(tx, self._context.policy, contact.customer_id)
            why = changed or (judged.why if judged.now is None else "")
            if why or not mailer:
                _left_out(tx, self._context, contact, why or "The policy names nobody who could mail it.")
                return
            if not contact.actor_id:
                require_room(tx, self._context, today.isoformat())
            waiting.set_day(tx, aged(contact, today, self._context.policy))
            waiting.claim(tx, contact.id, today.isoformat())
            task = Delivery(uuid.uuid4().hex, "owner", mailer, TASK)
            copies = [one for one in self._copies(tx, contact) if one.target != mailer]
            contacts.replace_deliveries(tx, contact.id, (task, *copies))
            claimed = contacts.get(tx, contact.id) or contact
            log_told(tx, self._context, claimed, actor, "claimed", visit_id)

        try:
            await self._context.lane.write(write)
        except Conflict:
            return Made("suppressed", "Somebody else has just made it.")
        except NotNow as error:
            await self._context.lane.write(partial(waiting.hold_back, id=contact.id, reason=error.sentence))
        return await self._stage(contact)

    async def still_true(self, contact: Contact) -> str:
        """Reads a task's facts again: why its customer must not be written to any more, or empty.

        Raises ``SyncroError``.
        """
        changed = await read_again(self._context, contact)
        if changed:
            return changed
        overridden = None if contact.actor_id else {Reason.NOT_BUSINESS_DAY}
        judged = await judge(self._context, contact, overridden=overridden)
        return "" if judged.now is not None else judged.why

    async def leave_out(self, contact: Contact, reason: str) -> Made:
        """It isn't made, for ``reason``."""
        await self._context.lane.write(lambda tx: _left_out(tx, self._context, contact, reason))
        return await self._stage(contact)

    async def _stage(self, contact: Contact) -> Made:
        now = await self._context.lane.read(lambda tx: contacts.get(tx, contact.id))
        return (
            Made(now.stage, now.reason) if now else Made("suppressed", "There is no record of it any more.")
        )


def _not_made(tx: Tx, context: Context, contact: Contact, actor: Person, error: DuebotError) -> None:
    """An error kept it from being made. What only had to wait its turn, or for somebody's change, waits as before."""
    if actor.id == SYSTEM and isinstance(error, SyncroError):
        return  # The end of its operation has said what becomes of it.
    if isinstance(error, Busy) and not operations.open_on(tx, contact.carrying_invoice_id):
        _left_out(tx, context, contact, "It has been made already.")
    elif actor.id == SYSTEM and isinstance(error, Busy | NotNow):
        waiting.hold_back(tx, contact.id, error.sentence)
    else:
        _left_out(tx, context, contact, error.sentence)


def _left_out(tx: Tx, context: Context, contact: Contact, reason: str) -> None:
    """It isn't made, for ``reason``; the journal's own end of it stands already when there was one."""
    now = contacts.get(tx, contact.id)
    if now is not None and now.stage in ("planned", "approved"):
        contacts.set_stage(tx, contact.id, "suppressed", reason)
        log(tx, context, contact, DUEBOT, "left_out", {"reason": reason})
