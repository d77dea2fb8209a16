"""Placing and ending holds: what a customer said, or a person decided, that stops the chasing of an invoice."""

from collections.abc import Sequence
from datetime import date

from bot.domain.dates import add_months, say_date
from bot.domain.errors import BadInput, Changed, NeedsApproval, NotAllowed
from bot.domain.facts import HoldDraft
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.domain.parse_dates import parse_date
from bot.domain.parse_money import parse_amount
from bot.domain.roles import Action, Person
from bot.store import holds, mirror
from bot.store.approvals import Approval
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.asking import Asking
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.hold_log import end_hold, log_placed, tell_ended
from bot.use_cases.invoices import Problems, Submission
from bot.use_cases.journal import write_key
from bot.use_cases.lookup import Lookup
from bot.use_cases.promise_asking import intents_for, promise_asked
from bot.use_cases.promises import (
    MOST_BROKEN,
    MOVED,
    Owed,
    Promised,
    broken_lately,
    distrust,
    invoices_of,
    may_believe,
    read_plan,
    replaced_outcome,
)

MOST_NOTE = 500
MOST_SAID_BY = 100
_MONTHS_AHEAD = 12
_CLAIM_DAYS = 5
#: Their new one takes the place of the open one; a dispute stays until a person ends it.
_MOVE = frozenset({HoldKind.PROMISE, HoldKind.SAYS_PAID, HoldKind.SNOOZE})


class Holds:
    """Holds of invoices. Every method that changes something checks the role at that moment."""

    def __init__(self, context: Context, authority: Authority, lookup: Lookup, asking: Asking) -> None:
        self._context = context
        self._authority = authority
        self._lookup = lookup
        self._asking = asking

    async def place(
        self, submission: Submission, kind: HoldKind, invoice_id: str, draft: HoldDraft
    ) -> tuple[Hold | Approval, Invoice]:
        """Notes a hold on an invoice, read live; the same form sent twice notes it once. Raises ``DuebotError``."""
        key = write_key(submission.root_view, kind.value, invoice_id)
        hold, (invoice,) = await self.place_on(submission, kind, [invoice_id], draft, key)
        return hold, invoice

    async def place_on(
        self, submission: Submission, kind: HoldKind, invoice_ids: Sequence[str], draft: HoldDraft, key: str
    ) -> tuple[Hold | Approval, tuple[Invoice, ...]]:
        """Notes one hold that names these invoices of one customer, each read live. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.HOLD)
        invoices = tuple([await self._lookup.invoice(one) for one in invoice_ids])
        noted = self._understood(kind, invoices, draft, key, submission.actor)
        return await self.note(noted, submission.visit_id), invoices

    async def note(self, noted: Noted, visit_id: str) -> Hold | Approval:
        """Writes a hold down that was checked, once, in place of an open one like it; or asks an approver for it.

        Raises ``NotAllowed``.
        """
        trusted = await self._trusted(noted.by_id, noted.hold.customer_id)
        try:
            return await self._write(noted, visit_id, trusted)
        except NeedsApproval as error:
            wanted = intents_for(noted, visit_id)
            held = await self._asking.asked_before(noted.hold.id, wanted)
            return held or await self._asking.ask(noted.hold.id, wanted, error.asked)

    async def note_approved(self, noted: Noted, visit_id: str) -> Hold:
        """The same for what an approver agreed to. Raises ``NotAllowed``."""
        return await self._write(noted, visit_id, True)

    async def _write(self, noted: Noted, visit_id: str, trusted: bool) -> Hold:
        hold = await self._context.lane.write(lambda tx: self._place(tx, noted, visit_id, trusted))
        self._context.wake_outbox()
        return hold

    async def distrust(self, user_id: str, customer_id: str) -> str:
        """Why this person must ask before another promise of this customer is noted; empty when they needn't."""
        trusted = await self._trusted(user_id, customer_id)
        return await self._context.lane.read(lambda tx: distrust(tx, self._context, customer_id, trusted))

    async def _trusted(self, user_id: str, customer_id: str) -> bool:
        """Whether this person's own word is enough. Slack is asked only where a broken promise makes it matter."""
        broken = await self._context.lane.read(lambda tx: broken_lately(tx, self._context, customer_id))
        return not broken or await may_believe(self._authority, user_id)

    async def end(self, actor: Person, hold_id: str, reason: str, visit_id: str = "") -> Hold:
        """Ends an open hold. ``visit_id`` is where the person stands. Raises ``DuebotError``."""
        await self._authority.require(actor.id, Action.HOLD)
        said = reason.strip()
        if not said:
            raise BadInput("Say why this hold ends.", "reason")
        if len(said) > MOST_NOTE:
            raise BadInput(_too_long(said, MOST_NOTE), "reason")
        hold = await self._context.lane.write(lambda tx: self._end_once(tx, hold_id, actor, said, visit_id))
        self._context.wake_outbox()
        return hold

    async def open(self, hold_id: str) -> Noted:
        """An open hold. Raises ``NotAllowed`` when it has ended, or never was."""
        return await self._context.lane.read(lambda tx: _open(tx, hold_id))

    def _place(self, tx: Tx, noted: Noted, visit_id: str, trusted: bool) -> Hold:
        before = holds.get(tx, noted.hold.id)
        if before is not None:
            return before.hold
        for held in holds.open_of(tx, noted.hold.customer_id):
            if held.kind is noted.hold.kind and _on_the_same(held, noted.hold):
                _require_movable(held)
                self._replace(tx, _open(tx, held.id), noted, visit_id)
        if noted.hold.kind is HoldKind.PROMISE:
            self._require_trust(tx, noted, trusted)
        holds.insert(tx, noted)
        log_placed(tx, self._context, noted, visit_id)
        return noted.hold

    def _require_trust(self, tx: Tx, noted: Noted, trusted: bool) -> None:
        """Raises ``NeedsApproval`` for another promise of a customer who has broken too many."""
        broken = broken_lately(tx, self._context, noted.hold.customer_id)
        if not trusted and broken >= MOST_BROKEN:
            whose = mirror.customer(tx, noted.hold.customer_id)
            name = whose.name if whose else f"customer {noted.hold.customer_id}"
            raise NeedsApproval(promise_asked(noted, name, invoices_of(tx, noted), broken))

    def _replace(self, tx: Tx, held: Noted, new: Noted, visit_id: str) -> None:
        """Ends the hold in whose place a new one comes."""
        if held.hold.kind is HoldKind.PROMISE:
            outcome, reason = replaced_outcome(tx, self._context, held, new.hold.invoice_ids)
        else:
            outcome, reason = "", MOVED
        actor = Person(new.by_id, new.hold.by_name)
        end_hold(tx, self._context, held, actor, reason, outcome, visit_id)

    def _end_once(self, tx: Tx, hold_id: str, actor: Person, reason: str, visit_id: str) -> Hold:
        """The same form sent twice finds what it did the first time."""
        before = holds.get(tx, hold_id)
        if before is not None and (before.ended_by, before.end_reason) == (actor.id, reason):
            return before.hold
        noted = _open(tx, hold_id)
        end_hold(tx, self._context, noted, actor, reason, visit_id=visit_id)
        tell_ended(tx, self._context, noted, actor, visit_id)
        return noted.hold

    def _understood(
        self, kind: HoldKind, invoices: Sequence[Invoice], draft: HoldDraft, key: str, actor: Person
    ) -> Noted:
        """What was typed as a hold. Raises ``BadInput`` with every field's error, ``NotAllowed`` for an invoice."""
        for invoice in invoices:
            require_holdable(invoice)
        _require_one_customer(invoices)
        problems = Problems()
        promised = self._promised(kind, _owed(invoices), draft, problems)
        field = "reason" if kind in (HoldKind.DISPUTE, HoldKind.SNOOZE) else "notes"
        note = problems.take(field, lambda: note_of(draft.note, kind), "")
        said_by = problems.take("said_by", lambda: _short(draft.said_by, MOST_SAID_BY), "")
        problems.settle()
        hold = Hold(
            id=key,
            kind=kind,
            customer_id=invoices[0].customer_id,
            invoice_ids=tuple(one.id for one in invoices),
            until=promised.until,
            note=note,
            by_name=actor.name,
            amount=promised.amount,
            said_by=said_by,
            instalments=promised.instalments,
        )
        return Noted(
            hold=hold,
            currency=invoices[0].currency,
            by_id=actor.id,
            created_at=self._context.now(),
            payments_seen=tuple(payment.id for one in invoices for payment in one.payments or ()),
        )

    def _promised(self, kind: HoldKind, owed: Owed, draft: HoldDraft, problems: Problems) -> Promised:
        """Until when, and how much where that is asked; what is wrong is noted beside its field."""
        if kind is HoldKind.PROMISE and draft.instalments.strip():
            return read_plan(draft, owed, self._context.today(), problems)
        until = problems.take("until", lambda: self.until(kind, draft.until), None)
        if kind is not HoldKind.PROMISE:
            return Promised(until, None)
        return Promised(until, problems.take("amount", lambda: _amount(draft.amount, owed), None))

    def until(self, kind: HoldKind, typed: str) -> date | None:
        """How long a hold stands, as typed; ``None`` for what stands until a person ends it. Raises ``BadInput``."""
        today = self._context.today()
        if kind is HoldKind.SAYS_PAID:
            return self._context.calendar.add_days(today, _CLAIM_DAYS)
        if kind in (HoldKind.DISPUTE, HoldKind.DO_NOT_CONTACT):
            return None
        day = parse_date(typed, today, "future")
        if kind is HoldKind.SNOOZE and day <= today:
            raise BadInput(f"{say_date(day)} is not ahead. A snooze ends on a day after today.")
        if day < today:
            raise BadInput(f"{say_date(day)} is past. Write today or a later date.")
        if day > add_months(today, _MONTHS_AHEAD):
            raise BadInput(f"{say_date(day)} is more than a year ahead. Check the year.")
        return day


def require_holdable(invoice: Invoice) -> None:
    """Raises ``NotAllowed`` when nothing is expected of an invoice, so that nothing can be held."""
    if not invoice.unpaid:
        raise NotAllowed(f"Invoice {invoice.number} is {invoice.status.value}: nobody is chased for it.")
    if invoice.balance is not None and invoice.balance <= 0:
        raise NotAllowed(f"Invoice {invoice.number} has no open balance: nobody is chased for it.")


def _on_the_same(one: Hold, other: Hold) -> bool:
    """Whether two holds of a customer are both on all of their invoices, or share one that they name."""
    if not one.invoice_ids or not other.invoice_ids:
        return one.invoice_ids == other.invoice_ids
    return bool(set(one.invoice_ids) & set(other.invoice_ids))


def _require_movable(held: Hold) -> None:
    if held.kind is HoldKind.DO_NOT_CONTACT:
        raise NotAllowed(f"It is noted already that this customer is not to be contacted, by {held.by_name}.")
    if held.kind not in _MOVE:
        which = "This invoice is" if held.invoice_ids else "All their invoices are"
        raise NotAllowed(f"{which} disputed already; {held.by_name} noted it. End that one first.")


def _open(tx: Tx, hold_id: str) -> Noted:
    noted = holds.get(tx, hold_id)
    if noted is None or noted.ended_at is not None:
        raise NotAllowed("That hold has ended already.")
    return noted


def _owed(invoices: Sequence[Invoice]) -> Owed:
    """What is open on them in all."""
    known = [one.balance for one in invoices if one.balance is not None]
    return Owed(sum(known) if len(known) == len(invoices) else None, invoices[0].currency)


def _require_one_customer(invoices: Sequence[Invoice]) -> None:
    """Raises ``Changed`` when Syncro says by now that they belong to several: their debts stay apart."""
    if len({(one.customer_id, one.currency) for one in invoices}) > 1:
        raise Changed("These invoices no longer belong to one customer. Nothing was noted.", ())


def _amount(typed: str, owed: Owed) -> int | None:
    """What is promised; all that is open when nothing is typed (``None`` while nobody knows how much that is)."""
    if not typed.strip():
        return owed.balance
    amount = parse_amount(typed, owed.currency)
    if owed.balance is not None and amount > owed.balance:
        raise BadInput(f"Only {say_money(owed.balance, owed.currency)} is open. Promise that or less.")
    return amount


def note_of(typed: str, kind: HoldKind) -> str:
    """The note of a hold as typed. Raises ``BadInput`` when its kind needs one, or it is too long."""
    if not typed.strip():
        if kind is HoldKind.DO_NOT_CONTACT:
            raise BadInput("Say why they are not to be contacted.")
        if kind is HoldKind.DISPUTE:
            raise BadInput("Say what the customer disputes.")
        if kind is HoldKind.SNOOZE:
            raise BadInput("Say why this waits.")
    return _short(typed, MOST_NOTE)


def _short(typed: str, most: int) -> str:
    said = typed.strip()
    if len(said) > most:
        raise BadInput(_too_long(said, most))
    return said


def _too_long(said: str, most: int) -> str:
    return f"That is {len(said):,} characters; at most {most:,} fit here."
