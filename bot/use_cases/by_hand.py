"""Reminding a customer by hand: the contact that the engine would make next, or the last one once more.

It goes through the same ledger, stops and re-check. What a person may override they are asked about first.
"""

from dataclasses import dataclass, replace

from bot.domain.contact_facts import ContactCard
from bot.domain.contacts import COUNTING, Reason, Stop
from bot.domain.daily_cap import cap_stop
from bot.domain.errors import Changed, NeedsConfirmation, NotAllowed, SyncroError
from bot.domain.invoice import Invoice
from bot.domain.ladder_hand import HandPlan
from bot.domain.roles import Action
from bot.domain.sending import Sending
from bot.store import contacts, outbox, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.authority import Authority
from bot.use_cases.chase import Chase, Made
from bot.use_cases.contact_cards import card_of
from bot.use_cases.contact_check import hand_plan
from bot.use_cases.contact_log import log_told
from bot.use_cases.context import Context
from bot.use_cases.invoices import Submission
from bot.use_cases.ladder_facts import about
from bot.use_cases.lookup import Lookup
from bot.use_cases.planning import planned_contact
from bot.use_cases.redraw import REVIEW


@dataclass(frozen=True, slots=True)
class HandOffer:
    """What reminding by hand would do: the contact as a card, the stops that it overrides, and whether it asks.

    ``repeats``: the level was sent before. ``approval``: it goes to an approver first. ``without`` is the number of
    the invoice from whose card it is made, when it is not in it.
    """

    card: ContactCard
    asks: tuple[Stop, ...]
    repeats: bool
    approval: bool
    without: str = ""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How reminding by hand ended, in a sentence, with the contact as it is now."""

    card: ContactCard
    sentence: str


class ByHand:
    """Reminders that a person sends."""

    def __init__(self, context: Context, authority: Authority, lookup: Lookup, chase: Chase) -> None:
        self._context = context
        self._authority = authority
        self._lookup = lookup
        self._chase = chase

    async def offer(self, actor_id: str, invoice_id: str) -> HandOffer:
        """What would be sent now, for the customer of an invoice read live. Raises ``NotAllowed`` with why nothing."""
        await self._authority.require(actor_id, Action.REMIND)
        invoice = await self._lookup.invoice(invoice_id)
        return await self._context.lane.read(lambda tx: self._offer(tx, invoice, actor_id)[0])

    def _offer(self, tx: Tx, invoice: Invoice, actor_id: str) -> tuple[HandOffer, Contact]:
        facts = about(tx, self._context, self._context.today(), invoice.customer_id)
        plan = hand_plan(self._context, facts, invoice.customer_id, invoice.currency)
        if isinstance(plan, Stop):
            raise NotAllowed(f"Nothing can be sent: {plan.sentence}")
        _refuse_twice(tx, invoice.customer_id, plan)
        asks = plan.asks
        if facts.made >= (cap := self._context.policy.ladder.daily_cap):
            asks = (*asks, cap_stop(cap))
        planned = self._planned(tx, plan, facts.sending_to(invoice.customer_id), actor_id)
        card = card_of(tx, self._context, planned)
        without = "" if any(one.invoice_id == invoice.id for one in card.invoices) else invoice.number
        return HandOffer(card, asks, plan.repeats, plan.approval, without), planned

    def _planned(self, tx: Tx, plan: HandPlan, sending: Sending, actor_id: str) -> Contact:
        old = any(item.invoice.id in sending.old_book for item in plan.contact.listed)
        why = "old_book" if old and not plan.contact.level.approval else "level"
        made = planned_contact(self._context, plan.contact, "", why if plan.approval else "")
        repeat = _next_repeat(tx, made) if plan.repeats else 0
        return replace(made, actor_id=actor_id, repeat=repeat)

    async def send(self, submission: Submission, invoice_id: str, seen: str) -> Reminded:
        """Sends what the form showed (``seen`` is its version), or proposes it. The same form sent twice sends once.

        Raises ``NeedsConfirmation`` for stops that must be overridden, ``Changed`` when it would be something else by
        now, ``NotAllowed`` for what refuses it, and ``SyncroError``.
        """
        actor = submission.actor
        await self._authority.require(actor.id, Action.REMIND)
        invoice = await self._lookup.invoice(invoice_id)

        def write(tx: Tx) -> tuple[Contact, HandOffer | None]:
            before = _of_form(tx, submission.root_view)
            cut_off = (
                before[-1] if before and before[-1].stage == "planned" and not before[-1].needs else None
            )
            if before and cut_off is None and before[-1].stage not in ("suppressed", "failed"):
                return before[-1], None
            offer, planned = self._offer(tx, invoice, actor.id)
            if offer.card.version != seen:
                raise Changed("What would be sent has changed since you opened this. Nothing was sent.", ())
            if offer.asks and not submission.anyway:
                raise NeedsConfirmation(
                    "Something speaks against it today.", "anyway", tuple(one.sentence for one in offer.asks)
                )
            if cut_off is not None:
                return cut_off, offer  # The bot was stopped before it could be sent.
            planned = replace(planned, id=f"{_prefix(submission.root_view)}{len(before) + 1}")
            contacts.insert(tx, planned)
            if offer.approval:
                log_told(tx, self._context, planned, actor, "proposed", submission.visit_id)
                self._ask(tx, planned)
            return planned, offer

        contact, offer = await self._context.lane.write(write)
        if offer is None or offer.approval:
            self._context.wake_outbox()
            return await self._told(contact.id)
        overridden = frozenset(one.reason for one in offer.asks)
        made = await self._make(contact, submission, overridden, offer.card.by_task)
        if made.stage in ("suppressed", "failed"):
            raise NotAllowed(f"It was not sent: {made.reason}")
        return await self._told(contact.id)

    async def _make(
        self, contact: Contact, submission: Submission, overridden: frozenset[Reason], by_task: bool
    ) -> Made:
        if by_task:
            try:
                return await self._chase.assign(contact, submission.actor, overridden, submission.visit_id)
            except SyncroError as error:
                return await self._chase.leave_out(contact, error.sentence)
        return await self._chase.send(contact, submission.actor, overridden, submission.visit_id)

    def _ask(self, tx: Tx, contact: Contact) -> None:
        """Puts the proposal before the approvers at once."""
        target = self._context.policy.asks_in
        if target:
            payload = {"contacts": [contact.id], "day": self._context.today().isoformat()}
            outbox.put(tx, f"review:{contact.id}", REVIEW, target, payload, self._context.now())

    async def _told(self, contact_id: str) -> Reminded:
        def read(tx: Tx) -> ContactCard:
            found = contacts.get(tx, contact_id)
            if found is None:
                raise NotAllowed("There is no record of that reminder any more.")
            return card_of(tx, self._context, found)

        card = await self._context.lane.read(read)
        return Reminded(card, _sentence(card))


def _refuse_twice(tx: Tx, customer_id: str, plan: HandPlan) -> None:
    """Raises ``NotAllowed`` when this very contact waits for an approver, or for the owner to mail it, already."""
    said = f"“{plan.contact.level.name}” about {plan.contact.carrying.number}"
    key = (customer_id, plan.contact.key)
    if any(one.awaits and (one.customer_id, one.key) == key for one in waiting.waiting_of(tx, customer_id)):
        raise NotAllowed(f"{said} waits for approval already. Look at `/overdue proposals`.")
    if any((one.customer_id, one.key) == key for one in waiting.tasks(tx)):
        raise NotAllowed(f"{said} is with the customer's owner already, who mails it.")


def _sentence(card: ContactCard) -> str:
    if card.awaits:
        return f"“{card.level}” needs approval. The approvers have been asked."
    if card.stage == "sent":
        return f"“{card.level}” was sent to {', '.join(card.to)}."
    if card.stage == "unknown":
        return "It isn't known whether it was sent. You are told in a direct message what to do."
    if card.by_task:
        return f"“{card.level}” is with the customer's owner, who mails it."
    return f"“{card.level}” is being sent."


def _prefix(root_view: str) -> str:
    return f"hand:{root_view}:"


def _of_form(tx: Tx, root_view: str) -> list[Contact]:
    """What this very form has made so far, oldest first."""
    begins = _prefix(root_view)
    where = "substr(contact.id, 1, :length) = :begins"
    return contacts.load(tx, where, {"begins": begins, "length": len(begins)})


def _next_repeat(tx: Tx, contact: Contact) -> int:
    """1 for the first repeat of a level, and so on."""
    made = [
        one.repeat
        for one in contacts.of_customer(tx, contact.customer_id)
        if one.key == contact.key and one.stage in COUNTING
    ]
    return max(made, default=0) + 1
