"""What each kind of write checks, sends, and how it is found again when its answer was lost.

A kind never decides whether to send: the journal does. Each of its checks runs inside the claim, again before a
resend, and raises an expected error when the write must not go out.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.domain.dates import say_date
from bot.domain.errors import BadInput, NeedsConfirmation, NotAllowed, SyncroRefused
from bot.domain.invoice import EDITABLE, Invoice, NewPayment, Payment, Status
from bot.domain.money import say_money
from bot.domain.roles import Action, Role
from bot.domain.version import MATTERS_FOR_MONEY
from bot.store import mirror, operations
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context

#: Two payments alike within this many days may be one entered twice.
_ALIKE_DAYS = 10
_ANY_MARK = re.compile(r"\bDuebot [0-9A-Z]{6}, by ")
#: Thresholds apply to the sum per customer and requester over this many days.
_SUM_DAYS = 7


@dataclass(frozen=True, slots=True)
class Found:
    """The write took effect; ``result`` is what its answer would have told."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Absent:
    """A complete read shows no trace of the write."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It can't be told; ``sentence`` says why."""

    sentence: str


Finding = Found | Absent | Unclear


class Kind(ABC):
    """One kind of write."""

    can_read_back = True

    def __init__(self, context: Context, authority: Authority) -> None:
        self.context = context
        self.authority = authority

    def matters(self, operation: Operation) -> tuple[str, ...]:
        """The aspects of the invoice that must still be as the person saw them."""
        return MATTERS_FOR_MONEY

    @abstractmethod
    def action(self) -> Action:
        """What a person must be allowed to do for this write, and to say how a lost one ended."""

    @abstractmethod
    async def check(self, operation: Operation, live: Invoice | None) -> None:
        """Raises an expected error when this must not be sent."""

    @abstractmethod
    async def send(self, operation: Operation) -> dict[str, Any]:
        """Sends the request once. Raises ``SyncroError``."""

    @abstractmethod
    async def find(self, operation: Operation) -> Finding:
        """Looks for the effect in Syncro. Raises ``SyncroError`` when it can't be read completely."""

    @abstractmethod
    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        """What was done, and anything about the invoice afterwards that is not as it should be."""

    def unknown_sentence(self, operation: Operation) -> str:
        """What to tell when it can't be known whether the write happened."""
        return (
            "I can't tell whether this went through. Look at the invoice in Syncro, then choose “It went through” "
            "or “It did not”. Until then no payment, void or reminder goes to this invoice."
        )


def mark_notes(notes: str, mark: str, name: str) -> str:
    """A payment's notes with the mark by which it is found again."""
    line = f"Duebot {mark}, by {name}"
    return f"{notes}\n{line}" if notes else line


def marked_payments(invoice: Invoice, mark: str) -> list[Payment]:
    """The invoice's payments that carry this mark as we write it, and not just its letters."""
    written = re.compile(rf"\bDuebot {re.escape(mark)}, by ")
    return [one for one in invoice.payments or () if written.search(one.notes)]


def _lookalike(invoice: Invoice, payment: NewPayment) -> Unclear | None:
    """An unmarked payment that could be this one, had Syncro not kept its notes as they were sent."""
    for one in invoice.payments or ():
        same = (one.amount, one.reference.strip(), one.date) == (
            payment.amount,
            payment.reference,
            payment.date,
        )
        if same and not _ANY_MARK.search(one.notes):
            return Unclear(
                "Syncro lists a payment of this amount, reference and date, but without this entry's mark, so I "
                "can't tell whether it is yours. Please look at the invoice in Syncro."
            )
    return None


class PaymentKind(Kind):
    """Recording one payment on one invoice."""

    def action(self) -> Action:
        return Action.PAY

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a payment always names an invoice
        role = await self.authority.require(operation.actor_id, self.action())
        payment = payment_of(operation.request)
        check_payment(live, payment, self.context.today())
        if not operation.request.get("anyway"):
            alike = await self._alike(operation, live, payment)
            if alike:
                raise NeedsConfirmation(
                    "This looks like a payment that is already recorded.", "duplicate", alike
                )
        await self._check_threshold(operation, live, payment, role)

    async def _alike(self, operation: Operation, live: Invoice, payment: NewPayment) -> list[str]:
        """Payments with the same reference, or the same amount within ten days, on the customer's invoices."""
        since = payment.date - timedelta(days=_ALIKE_DAYS)
        until = payment.date + timedelta(days=_ALIKE_DAYS)

        def read(tx: Tx) -> tuple[list[tuple[Payment, str]], list[Operation]]:
            made_since = self.context.now() - timedelta(days=_ALIKE_DAYS)
            return (
                mirror.payments_of(tx, live.customer_id, None),
                operations.payments_since(tx, live.customer_id, made_since),
            )

        recorded, written = await self.context.lane.read(read)
        seen = {one.id: (one, number) for one, number in recorded}
        seen.update({one.id: (one, live.number) for one in live.payments or ()})
        lines = []
        for one, number in seen.values():
            same_reference = (
                bool(payment.reference) and one.reference.strip().lower() == payment.reference.lower()
            )
            near = one.date is not None and since <= one.date <= until
            if one.successful and (same_reference or (one.amount == payment.amount and near)):
                reference = f", reference {one.reference}" if one.reference else ""
                lines.append(
                    f"{say_money(one.amount, live.currency)} on {number}, {_said(one.date)}{reference}"
                )
        for other in written:
            unsettled = other.state in operations.OPEN and other.key != operation.key
            same = other.request.get("reference") == payment.reference and bool(payment.reference)
            if unsettled and (same or other.request.get("amount") == payment.amount):
                amount = say_money(int(other.request["amount"]), live.currency)
                lines.append(f"{amount} by {other.actor_name}, still being recorded ({other.state})")
        return lines

    async def _check_threshold(
        self, operation: Operation, live: Invoice, payment: NewPayment, role: Role
    ) -> None:
        """Payments above the policy's sum, or dated far back, need an approver's own word with a reason."""
        policy = self.context.policy.approvals
        why = []
        if policy.payment is not None:
            total = payment.amount + await self._recent_sum(operation, live)
            if policy.payment.exceeded(total, live.currency):
                why.append(
                    f"with this one, {say_money(total, live.currency)} of this customer's payments were entered by "
                    "you within seven days, which is above the policy's limit"
                )
        back = (self.context.today() - payment.date).days
        if policy.backdated_days is not None and back > policy.backdated_days:
            why.append(
                f"it is dated {back} days back, more than the {policy.backdated_days} that policy allows"
            )
        if why:
            require_approver(role, "This payment", why, str(operation.request.get("reason", "")))

    async def _recent_sum(self, operation: Operation, live: Invoice) -> int:
        since = self.context.now() - timedelta(days=_SUM_DAYS)
        made = await self.context.lane.read(
            lambda tx: operations.of_actor_customer_since(tx, operation.actor_id, live.customer_id, since)
        )
        return sum(
            int(one.request["amount"])
            for one in made
            if one.kind == "payment" and one.key != operation.key and one.state != "refused"
        )

    async def send(self, operation: Operation) -> dict[str, Any]:
        payment = payment_of(operation.request)
        marked = NewPayment(
            payment.amount,
            payment.currency,
            payment.method,
            payment.reference,
            payment.date,
            mark_notes(payment.notes, operation.mark, operation.actor_name),
        )
        recorded = await self.context.gateway.record_payment(operation.invoice_id or "", marked)
        return {"payment_id": recorded.id, "amount": recorded.amount, "invoice_id": recorded.invoice_id or ""}

    async def find(self, operation: Operation) -> Finding:
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        if live.payments is None:
            return Unclear(
                "Syncro didn't list the invoice's payments, so I can't tell whether yours is among them."
            )
        ours = marked_payments(live, operation.mark)
        if len(ours) > 1:
            return Unclear(
                f"Syncro lists {len(ours)} payments that carry this entry's mark. Please look at them."
            )
        if ours:
            return Found({"payment_id": ours[0].id, "amount": ours[0].amount, "invoice_id": live.id})
        return _lookalike(live, payment_of(operation.request)) or Absent()

    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        payment = payment_of(operation.request)
        said = f"{say_money(payment.amount, payment.currency)} recorded as {payment.method}"
        if after is None:
            return f"{said}."
        said = f"{said} on {after.number}; balance {say_money(after.balance, after.currency)}."
        there = {one.id: one for one in after.payments or ()}
        if len(marked_payments(after, operation.mark)) > 1:
            return f"{said} But Syncro recorded it twice: please delete one of the two payments in Syncro."
        recorded = there.get(str(result.get("payment_id", "")))
        if recorded is None:
            return f"{said} But the payment isn't listed on the invoice: look in Syncro where it landed."
        if recorded.amount != payment.amount:
            return f"{said} But Syncro recorded {say_money(recorded.amount, after.currency)}: please check it there."
        expected = operation.request.get("balance")
        if expected is not None and after.balance != int(expected) - payment.amount:
            return f"{said} That balance isn't what I expected: please look at the invoice in Syncro."
        return said


def _said(day: date | None) -> str:
    return say_date(day) if day else "no date"


def payment_of(request: dict[str, Any]) -> NewPayment:
    """The payment that an operation's request describes."""
    return NewPayment(
        amount=int(request["amount"]),
        currency=str(request["currency"]),
        method=str(request["method"]),
        reference=str(request["reference"]),
        date=date.fromisoformat(str(request["date"])),
        notes=str(request["notes"]),
    )


def check_payment(invoice: Invoice, payment: NewPayment, today: date) -> None:
    """What Duebot can judge of a payment by itself. Raises ``BadInput`` or ``SyncroRefused``."""
    balance = require_payable(invoice)
    if payment.amount <= 0:
        raise BadInput("A payment must be more than zero.", "amount")
    if payment.amount > balance:
        said = say_money(balance, invoice.currency)
        raise BadInput(f"That is more than the balance of {said}. Enter at most the balance.", "amount")
    if payment.date > today:
        raise BadInput("A payment can't be dated in the future.", "date")


def require_payable(invoice: Invoice) -> int:
    """The balance, if the invoice takes payments. Raises ``SyncroRefused`` with why it doesn't."""
    if invoice.status is Status.VOID:
        raise SyncroRefused(f"Invoice {invoice.number} is void: it takes no payments.")
    if invoice.status is Status.PAID:
        raise SyncroRefused(f"Invoice {invoice.number} is already paid: it takes no more payments.")
    if invoice.balance is None:
        raise SyncroRefused(
            f"The balance of {invoice.number} isn't known, so a payment can't be checked against it."
        )
    if invoice.balance <= 0:
        raise SyncroRefused(
            f"Nothing is open on {invoice.number}: its balance is {say_money(invoice.balance, invoice.currency)}."
        )
    return invoice.balance


def require_approver(role: Role, what: str, why: list[str], reason: str) -> None:
    """Until a request can be approved by somebody else, only an approver may do this, with a reason.

    Raises ``NotAllowed`` for lower roles and ``NeedsConfirmation`` (code "approval") while no reason is given.
    """
    because = f"{what} needs approval: {'; '.join(why)}."
    if role < Role.APPROVER:
        raise NotAllowed(f"{because} Ask an approver to enter it. You have the role {role.label}.")
    if not reason.strip():
        raise NeedsConfirmation(f"{because} As an approver you can go on by giving a reason.", "approval", ())


class VoidKind(Kind):
    """Voiding an invoice, with a reason."""

    def action(self) -> Action:
        return Action.VOID if self.context.policy.approvals.void else Action.REQUEST_VOID

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a void always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        if not self.context.gateway.abilities.void:
            raise NotAllowed("This Syncro account's API can't void invoices. Do it in Syncro.")
        if live.status is Status.VOID:
            raise SyncroRefused(f"Invoice {live.number} is already void.")
        if live.status not in EDITABLE and live.status is not Status.PAID:
            raise SyncroRefused(f"Invoice {live.number} can't be voided: it is {live.status.value}.")
        if not str(operation.request.get("reason", "")).strip():
            raise BadInput("Say why this invoice is voided.", "reason")

    async def send(self, operation: Operation) -> dict[str, Any]:
        voided = await self.context.gateway.void_invoice(operation.invoice_id or "")
        return {"invoice_id": voided.id, "status": voided.status.value}

    async def find(self, operation: Operation) -> Finding:
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        if live.status is Status.VOID:
            return Found({"invoice_id": live.id, "status": live.status.value})
        return Absent()

    def done_sentence(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> str:
        reason = str(operation.request.get("reason", "")).strip()
        if after is not None and after.status is not Status.VOID:
            return f"Syncro said yes, but {after.number} is {after.status.value}, not void. Please look at it there."
        number = after.number if after else "The invoice"
        return f"{number} is void. Reason: {reason}"
