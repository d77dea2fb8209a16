"""Contacts as people see them, gathered from the ledger and the mirror."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from bot.domain.contact_facts import ContactCard, ListedLine, Mail, Review
from bot.domain.invoice import Customer
from bot.domain.policy import Level
from bot.store import automatic, contacts, mirror, votes, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.contact_check import by_task
from bot.use_cases.context import Context
from bot.use_cases.kinds_contact import recipients
from bot.use_cases.owners import target_of

#: Slack takes links of at most 3,000 characters; a longer text is copied instead.
_LONGEST_LINK = 2900
_OFF = "Automatic sending to customers is off. What you approve goes out once it is started: `/overdue automatic on`."


def card_of(tx: Tx, context: Context, contact: Contact) -> ContactCard:
    """One contact as it is now."""
    customer = mirror.customer(tx, contact.customer_id) or Customer(contact.customer_id, "")
    level = context.policy.ladder.level(contact.level)
    to, left_out = _to(tx, context, contact, customer, level)
    card = ContactCard(
        id=contact.id,
        customer_id=contact.customer_id,
        customer_name=customer.name or f"customer {contact.customer_id}",
        currency=contact.currency,
        track=contact.track,
        level=contact.level,
        stage=contact.stage,
        needs=contact.needs,
        total=contact.total,
        carrying_id=contact.carrying_invoice_id,
        invoices=tuple(
            ListedLine(one.invoice_id, one.number, one.days_past_due, one.balance) for one in contact.invoices
        ),
        to=to,
        left_out=left_out,
        subject=contact.subject,
        message=contact.message,
        reason=contact.reason,
        by_task=contact.track == "customer" and by_task(context, level),
        edited=bool(contact.edited_by),
        asked_by=contact.actor_id,
        decision=contact.decision,
        decided_by=contact.decided_name,
        decided_at=context.local(contact.decided_at) if contact.decided_at else None,
        on=date.fromisoformat(contact.as_of),
        needed=context.policy.approvals.number,
    )
    return replace(card, voted=tuple(vote.name for vote in votes.of(tx, contact.id, card.version)))


def _to(
    tx: Tx, context: Context, contact: Contact, customer: Customer, level: Level | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """To whom it goes, and who is left out."""
    if contact.track == "customer":
        to, cc, left_out = recipients(customer)
        return (*to, *cc), left_out
    found = (target_of(tx, context.policy, one, contact.customer_id) for one in (level.to if level else ()))
    return tuple(one for one in found if one), ()


def cards_of(tx: Tx, context: Context, ids: Sequence[str]) -> tuple[ContactCard, ...]:
    """These contacts, in this order, those that the ledger still holds."""
    found = (contacts.get(tx, one) for one in ids)
    return tuple(card_of(tx, context, contact) for contact in found if contact is not None)


def review_of(tx: Tx, context: Context, id: str, ids: Sequence[str], day: date) -> Review:
    """A list of contacts to look through."""
    cards = cards_of(tx, context, ids)
    emails = any(card.awaits and card.track == "customer" and not card.by_task for card in cards)
    note = _OFF if emails and not automatic.load(tx).on else ""
    listed = {card.id for card in cards}
    others = sum(one.awaits and one.id not in listed for one in waiting.waiting(tx))
    return Review(id, day, cards, note, others)


def mail_of(card: ContactCard, customer: Customer) -> Mail:
    """The mail of a contact that a person sends: the first address is written to, the others are copies."""
    to, cc, _ = recipients(customer)
    query = [f"subject={quote(card.subject)}", f"body={quote(card.message)}"]
    if cc:
        query.insert(0, f"cc={quote(','.join(cc))}")
    link = f"mailto:{quote(','.join(to), safe='@,')}?{'&'.join(query)}"
    return Mail(card, cc, link if len(link) <= _LONGEST_LINK else "")
