"""Contacts that their owner mails, because Syncro can't send our text: shown, done, followed and withdrawn."""

from collections.abc import Sequence

from bot.domain.contact_facts import ContactCard, Mail
from bot.domain.contacts import ContactNow
from bot.domain.errors import NotAllowed
from bot.domain.invoice import Customer
from bot.domain.letter_text import fill
from bot.domain.roles import Action, Person
from bot.store import contacts, mirror, waiting
from bot.store.contacts import TASK, Contact
from bot.store.lane import Tx
from bot.use_cases.authority import Authority
from bot.use_cases.chase import Chase
from bot.use_cases.contact_cards import card_of, mail_of
from bot.use_cases.contact_check import aged, as_listed, same, why_not_by_hand
from bot.use_cases.context import Context
from bot.use_cases.redraw import ask_redraw

#: Why an invoice is or isn't in a contact, by its id and the track.
Reasons = dict[tuple[str, str], str]
_DONE = "Somebody has mailed this already, or it was withdrawn. Look at the message again."


class Tasks:
    """Mails that a person sends themselves. They count as made once that person says so."""

    def __init__(self, context: Context, authority: Authority, chase: Chase) -> None:
        self._context = context
        self._authority = authority
        self._chase = chase

    async def mail(self, actor: Person, contact_id: str) -> Mail:
        """The mail, after a look at Syncro; when the customer must not be written to any more it is withdrawn.

        Raises ``NotAllowed`` with why, and ``SyncroError`` when Syncro can't be read: nothing is shown on old figures.
        """
        await self._authority.require(actor.id, Action.REMIND)
        contact = await self._open(contact_id)
        why = await self._chase.still_true(contact)
        if why:
            await self._context.lane.write(lambda tx: withdraw(tx, self._context, contact, why))
            self._context.wake_outbox()
            raise NotAllowed(f"Don't send it: {why} It is withdrawn.")

        def read(tx: Tx) -> Mail:
            customer = mirror.customer(tx, contact.customer_id) or Customer(contact.customer_id, "")
            return mail_of(card_of(tx, self._context, contact), customer, "")

        return await self._context.lane.read(read)

    async def done(self, actor: Person, contact_id: str) -> ContactCard:
        """The person has mailed it: it is made, today and by them. Raises ``NotAllowed``."""
        await self._authority.require(actor.id, Action.REMIND)
        made = await self._context.lane.write(lambda tx: self._done(tx, actor, contact_id))
        self._context.wake_outbox()
        return made

    def _done(self, tx: Tx, actor: Person, contact_id: str) -> ContactCard:
        contact = contacts.get(tx, contact_id)
        if contact is None:
            raise NotAllowed(_DONE)
        if not contact.is_task:
            if contact.stage == "sent" and contact.reason == _mailed_by(actor):
                return card_of(tx, self._context, contact)
            raise NotAllowed(_DONE)
        today = aged(contact, self._context.today(), self._context.policy)
        waiting.set_task_day(tx, today)
        contacts.set_stage(tx, contact_id, "sent", _mailed_by(actor))
        for delivery in contact.deliveries:
            if delivery.state == TASK:
                contacts.set_delivery(tx, delivery.id, "sent", _mailed_by(actor))
        self._context.audit.append(
            tx,
            at=self._context.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action="contact.mailed",
            subject=f"customer:{contact.customer_id}",
            before={},
            after={"contact": contact.id, "level": contact.level, "subject": contact.subject},
            policy_version=contact.policy_version,
        )
        ask_redraw(tx, [contact_id], self._context.now())
        return card_of(tx, self._context, contacts.get(tx, contact_id) or contact)

    async def _open(self, contact_id: str) -> Contact:
        found = await self._context.lane.read(lambda tx: contacts.get(tx, contact_id))
        if found is None or not found.is_task:
            raise NotAllowed(_DONE)
        return found


def _mailed_by(actor: Person) -> str:
    return f"Mailed by {actor.name}."


def withdraw(tx: Tx, context: Context, contact: Contact, why: str) -> None:
    """A task that must not be done any more: its level is free again, and its message says so."""
    if not contacts.set_stage(tx, contact.id, "suppressed", why):
        return  # Somebody has mailed it meanwhile.
    for delivery in contact.deliveries:
        contacts.set_delivery(tx, delivery.id, "suppressed", why)
    ask_redraw(tx, [contact.id], context.now())


def follow(tx: Tx, context: Context, decided: Sequence[ContactNow], reasons: Reasons) -> None:
    """Open tasks after a day's decision: they list what is owed now, and are withdrawn when a stop has arisen.

    On a day that isn't worked nothing would be sent anyway, so nothing is withdrawn for that.
    """
    for task in waiting.tasks(tx):
        if task.actor_id:
            _follow_by_hand(tx, context, task)
            continue
        mine = next(
            (one for one in decided if (one.customer_id, one.key) == (task.customer_id, task.key)), None
        )
        if mine is not None and same(task, mine):
            continue
        if mine is not None and not task.decision:
            _relist(tx, context, task, mine)
        elif context.calendar.is_business_day(context.today()):
            why = reasons.get((task.carrying_invoice_id, "customer"), "Nothing is open on it any more.")
            withdraw(tx, context, task, "It has changed and is proposed anew." if mine is not None else why)


def _follow_by_hand(tx: Tx, context: Context, task: Contact) -> None:
    """What a person asked for stays while their reminding would still be this one, whatever the engine waits for."""
    why = why_not_by_hand(tx, context, task)
    if why:
        withdraw(tx, context, task, why)


def _relist(tx: Tx, context: Context, task: Contact, now: ContactNow) -> None:
    subject, message = fill(context.policy.letter_of(now.level), now, context.policy.business.name)
    waiting.relist(tx, task.id, as_listed(now), now.total, subject, message, context.today().isoformat())
    ask_redraw(tx, [task.id], context.now())
