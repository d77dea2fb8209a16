"""The write that makes a contact: Syncro's email to a customer, with our text or, where it can't be chosen, its own.

It is claimed together with its operation in one transaction, read and decided again before it leaves, sent once, and
its end stands in the ledger of contacts in the transaction in which the operation ends. It can't be read back.
"""

from typing import Any

from bot.domain.contacts import Reason
from bot.domain.errors import NotAllowed, SyncroError, SyncroLimited, SyncroMissing, SyncroNotSent
from bot.domain.invoice import Customer, Email, Invoice
from bot.domain.money import say_money
from bot.domain.roles import Action
from bot.store import contacts, mirror, waiting
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.store.operations import SYSTEM, Operation
from bot.use_cases.contact_check import judge, read_again
from bot.use_cases.context import Context
from bot.use_cases.kinds import Finding, Kind, Told, Unclear
from bot.use_cases.redraw import ask_redraw

#: Syncro takes five recipients; whoever is left out is named in the delivery's reason.
MOST_RECIPIENTS = 5


class NotNow(NotAllowed):
    """Nothing speaks against the contact, only against this moment: it waits as before, and the sentence says why."""


class ContactKind(Kind):
    """Making one contact with a customer."""

    can_read_back = False

    def action(self) -> Action:
        return Action.REMIND

    def matters(self, operation: Operation) -> tuple[str, ...]:
        """Nothing here: what the contact listed is compared by its own check."""
        return ()

    def claimed(self, tx: Tx, operation: Operation) -> None:
        day = str(operation.request["as_of"])
        if operation.actor_id == SYSTEM:
            require_room(tx, self.context, day)
        waiting.claim(tx, _contact_id(operation), day)

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        contact = await self._contact(operation)
        if contact.stage != "claimed":
            raise NotAllowed("This contact is not to be made any more.")
        if operation.actor_id != SYSTEM:
            await self.authority.require(operation.actor_id, self.action())
        if self.context.today().isoformat() != contact.as_of:
            raise NotNow("Its day was over before it could be sent.")
        changed = await read_again(self.context, contact)
        if changed:
            raise NotAllowed(changed)
        await self._require_same_recipients(operation, contact)
        judged = await judge(
            self.context, contact, operation=operation.key, overridden=_overridden(operation)
        )
        if judged.now is None:
            raise NotNow(judged.why) if judged.waits else NotAllowed(judged.why)

    async def _require_same_recipients(self, operation: Operation, contact: Contact) -> None:
        customer = await self.context.lane.read(lambda tx: mirror.customer(tx, contact.customer_id))
        to, cc, _ = recipients(customer or Customer(contact.customer_id, ""))
        if [*to, *cc] != [*operation.request["to"], *operation.request["cc"]]:
            raise NotAllowed("The customer's email addresses have changed.")

    async def send(self, operation: Operation) -> dict[str, Any]:
        asked = operation.request
        email = Email(tuple(asked["to"]), tuple(asked["cc"]), str(asked["subject"]), str(asked["message"]))
        await self.context.bulk.email_invoice(operation.invoice_id or "", email)
        return {"invoice_id": operation.invoice_id}

    async def find(self, operation: Operation) -> Finding:
        return Unclear(self.unknown_sentence(operation))

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        asked = operation.request
        by = "" if self.context.gateway.abilities.email_text else " by Syncro, with its own text,"
        about = f" {asked['about']}" if asked.get("about") else ""
        return Told(f"“{asked['level']}” sent{by} to {', '.join([*asked['to'], *asked['cc']])}.{about}")

    def unknown_sentence(self, operation: Operation) -> str:
        return (
            f"I can't tell whether Syncro sent the reminder “{operation.request['level']}”; it can't be read back, so "
            "I won't send it again by myself. Look in Syncro's communication log, then choose “It went through” or "
            "“It did not”."
        )

    def settled(self, tx: Tx, operation: Operation, before: str, because: Exception | None) -> None:
        """The ledger's end of it. ``before`` is the state in which the operation was: prepared means never sent.

        What the engine could only not read or send just now waits as before. A person who reminds by hand is told,
        and tries again.
        """
        contact_id = _contact_id(operation)
        ask_redraw(tx, [contact_id], self.context.now())
        if operation.state == "refused" and operation.actor_id == SYSTEM and _still_stands(before, because):
            waiting.revive(tx, contact_id, operation.sentence)
            return
        match operation.state:
            case "confirmed":
                stage, reason = "sent", ""
            case "unknown":
                stage, reason = "unknown", operation.sentence
            case _:
                stage, reason = ("suppressed" if before == "prepared" else "failed"), operation.sentence
        contacts.set_stage(tx, contact_id, stage, reason)
        contact = contacts.get(tx, contact_id)
        for delivery in contact.deliveries if contact else ():
            if delivery.audience == "customer":
                kept = delivery.reason if stage == "sent" else reason
                contacts.set_delivery(tx, delivery.id, stage, kept)
            elif stage in ("suppressed", "failed"):
                contacts.set_delivery(tx, delivery.id, "suppressed", reason)

    async def _contact(self, operation: Operation) -> Contact:
        found = await self.context.lane.read(lambda tx: contacts.get(tx, _contact_id(operation)))
        if found is None:
            raise NotAllowed("There is no record of that contact any more.")
        return found


def _contact_id(operation: Operation) -> str:
    return str(operation.request["contact"])


def _overridden(operation: Operation) -> frozenset[Reason] | None:
    """What a person who reminds by hand went on in spite of; nothing of the sort where the engine sends."""
    if operation.actor_id == SYSTEM:
        return None
    return frozenset(Reason(one) for one in operation.request["overridden"])


def _still_stands(before: str, because: Exception | None) -> bool:
    """Whether nothing is known against a contact that was refused, and nothing of it has left this machine."""
    if isinstance(because, NotNow | SyncroNotSent | SyncroLimited):
        return True
    gone = isinstance(because, SyncroMissing) and because.certain
    return before == "prepared" and isinstance(because, SyncroError) and not gone


def require_room(tx: Tx, context: Context, day: str) -> None:
    """That the daily cap is not reached on this ISO date, in the transaction that claims. Raises ``NotNow``."""
    if waiting.made_on(tx, day) >= context.policy.ladder.daily_cap:
        raise NotNow(Reason.DAILY_CAP.value)


def recipients(customer: Customer) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Where a contact goes, its copies, and who is left out because Syncro takes no more."""
    to = (customer.email,) if customer.email else ()
    room = MOST_RECIPIENTS - len(to)
    copies = tuple(one for one in dict.fromkeys(customer.cc) if one not in to)
    return to, copies[:room], copies[room:]


def request_of(
    context: Context,
    contact: Contact,
    customer: Customer,
    overridden: frozenset[Reason] = frozenset(),
) -> dict[str, Any]:
    """The request that makes a contact today."""
    to, cc, _ = recipients(customer)
    listed = len(contact.invoices)
    many = "1 invoice" if listed == 1 else f"{listed} invoices"
    return {
        "contact": contact.id,
        "about": f"{customer.name}: {many}, {say_money(contact.total, contact.currency)}.",
        "as_of": context.today().isoformat(),
        "level": contact.level,
        "to": list(to),
        "cc": list(cc),
        "subject": contact.subject,
        "message": contact.message,
        "overridden": sorted(one.value for one in overridden),
    }
