"""Recording one payment on one invoice: what is checked, what is sent, and how it is found again."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.dates import say_date_if_known
from bot.domain.errors import BadInput, Changed, NeedsConfirmation, NotAllowed, SyncroRefused
from bot.domain.invoice import Invoice, NewPayment, Payment, Status
from bot.domain.marks import mark_reference
from bot.domain.money import say_money
from bot.domain.roles import Action
from bot.domain.stamps import made_before
from bot.store import approvals, mirror_payments, operations
from bot.store.approvals import Approval
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.asked import payment_asked
from bot.use_cases.context import Context
from bot.use_cases.kinds import APPROVAL, Absent, Finding, Found, Kind, Told, Unclear

#: Two payments alike within this many days may be one entered twice.
_ALIKE_DAYS = 10
#: Thresholds apply to the sum per customer and requester over this many days.
_SUM_DAYS = 7
#: How far Syncro's clock may be from ours when a payment is looked for by its stamp.
_SKEW = timedelta(minutes=30)


class PaymentKind(Kind):
    """Recording one payment on one invoice."""

    def action(self) -> Action:
        return Action.PAY

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a payment always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        if live.customer_id != operation.customer_id:
            raise Changed(f"Invoice {live.number} belongs to another customer now. Nothing was written.")
        payment = payment_of(operation)
        if payment.invoice_number not in ("", live.number):
            raise Changed(
                f"Invoice {payment.invoice_number} has the number {live.number} now. Nothing was written."
            )
        check_entry(self.context, payment, live.id, APPROVAL in operation.request)
        check_payment(self.context, live, payment)
        if not operation.request.get("anyway"):
            alike = await self._alike(operation, live, payment)
            if alike:
                raise NeedsConfirmation(
                    "This looks like a payment that is already recorded.", "duplicate", alike
                )
        why = await self._why_asked(operation, live, payment)
        if why:
            alike = await self._alike(operation, live, payment)
            await self.require_approved(
                operation, payment_asked(live, payment, why, alike, self.context.gateway.abilities)
            )

    async def _alike(self, operation: Operation, live: Invoice, payment: NewPayment) -> list[str]:
        """Payments with the same reference, or the same amount within ten days, on the customer's invoices.

        What the same form has recorded on the customer's other invoices doesn't count.
        """

        def read(tx: Tx) -> tuple[list[tuple[Payment, str]], list[Operation], AskedFor]:
            made_since = self.context.now() - timedelta(days=_ALIKE_DAYS)
            return (
                mirror_payments.payments_of(tx, live.customer_id, None),
                operations.payments_since(tx, live.customer_id, made_since),
                _asked_for(tx, operation),
            )

        recorded, written, asked = await self.context.lane.read(read)
        same_form = [one for one in written if _same_form(one, operation)]
        ours = {str((one.result or {}).get("payment_id", "")) for one in same_form}
        seen = {one.id: (one, number) for one, number in recorded}
        seen.update({one.id: (one, live.number) for one in live.payments or ()})
        lines = []
        for one, number in seen.values():
            if one.id not in ours and one.successful and _is_alike(one, payment):
                reference = f", reference {one.reference}" if one.reference else ""
                amount = say_money(one.amount, live.currency)
                lines.append(f"{amount} on {number}, {say_date_if_known(one.date)}{reference}")
        for other in written:
            if other.key != operation.key and other.state in operations.OPEN and other not in same_form:
                amount = say_money(int(other.request["amount"]), str(other.request["currency"]))
                lines.append(f"{amount} by {other.actor_name}, still being recorded ({other.state})")
        # What was approved is not held up by what others only ask for: those see it when they are decided.
        waiting = [] if APPROVAL in operation.request else _not_begun(asked, written)
        for held, request in waiting:
            if _is_alike_asked(request, payment):
                amount = say_money(int(request["amount"]), held.currency)
                lines.append(
                    f"{amount} on {request['number']}, asked for by {held.requester_name}, not approved yet"
                )
        return lines

    async def _why_asked(self, operation: Operation, live: Invoice, payment: NewPayment) -> list[str]:
        """Why policy wants somebody else's word: the sum of seven days, or a date far back."""
        policy = self.context.policy.approvals
        why = []
        if policy.payment is not None:
            rest_of_form = int(operation.request.get("rest_of_form", 0))
            total = payment.amount + rest_of_form + await self._recent_sum(operation, live)
            if live.currency not in policy.payment.above:
                why.append(f"policy sets no limit for payments in {live.currency}, so each needs approval")
            elif policy.payment.exceeded(total, live.currency):
                limit = say_money(policy.payment.above[live.currency], live.currency)
                why.append(
                    f"with this one, {say_money(total, live.currency)} of this customer's payments were entered by "
                    f"{operation.actor_name} within seven days, which is above the policy's limit of {limit}"
                )
        back = (self.context.today() - payment.date).days
        if policy.backdated_days is not None and back > policy.backdated_days:
            why.append(
                f"it is dated {back} days back, more than the {policy.backdated_days} that policy allows"
            )
        return why

    async def _recent_sum(self, operation: Operation, live: Invoice) -> int:
        """What else this person has entered, or asked to be allowed to enter, for this customer."""
        since = self.context.now() - timedelta(days=_SUM_DAYS)

        def read(tx: Tx) -> int:
            made = operations.of_actor_customer_since(tx, operation.actor_id, live.customer_id, since)
            counted = [one for one in made if one.key != operation.key and one.state != "refused"]
            # What the same form has recorded stands in its rest already.
            done = [
                one.request for one in counted if one.kind == "payment" and not _same_form(one, operation)
            ]
            mine = (pair for pair in _asked_for(tx, operation) if pair[0].requester_id == operation.actor_id)
            asked = [request for _, request in _not_begun(list(mine), counted)]
            return sum(int(one["amount"]) for one in [*done, *asked] if one["currency"] == live.currency)

        return await self.context.lane.read(read)

    async def send(self, operation: Operation) -> dict[str, Any]:
        recorded = await self.context.gateway.record_payment(
            operation.invoice_id or "", payment_of(operation)
        )
        return _result(recorded)

    # ---- finding it again ----------------------------------------------------------------------------------

    async def find(self, operation: Operation) -> Finding:
        """By its mark; where there was no room for one, by invoice, amount, reference and when it was made."""
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        if live.payments is None:
            return Unclear(
                "Syncro didn't list the invoice's payments, so I can't tell whether yours is among them."
            )
        candidates = {one.id: one for one in live.payments}
        ours = [one for one in live.payments if one.mark == operation.mark]
        if not ours and self.context.gateway.abilities.payment_list:
            lately = await self._lately(operation)
            if isinstance(lately, Unclear):
                return lately
            candidates = {**{one.id: one for one in lately}, **candidates}
            ours = [one for one in lately if one.mark == operation.mark]
        if len(ours) > 1:
            return Unclear(
                f"Syncro lists {len(ours)} payments that carry this entry's mark. Please look at them."
            )
        return Found(_result(ours[0])) if ours else await self._unmarked(operation, candidates.values())

    async def _lately(self, operation: Operation) -> list[Payment] | Unclear:
        """Payments booked since this one was entered, on whatever invoice: one can land as account credit."""
        since = self._entered(operation)
        found: list[Payment] = []
        async for page in self.context.gateway.newest_payments():
            if page.unreadable:
                return Unclear("Some of Syncro's newest payments can't be read, and yours may be among them.")
            young = [one for one in page.payments if not made_before(one.created_at, since)]
            found += young
            if len(young) < len(page.payments):
                break
        return found

    async def _unmarked(self, operation: Operation, candidates: Iterable[Payment]) -> Finding:
        """A payment without any mark that could be this one."""
        payment = payment_of(operation)
        known = await self._recorded_otherwise(operation)
        alike = [
            one
            for one in candidates
            if not one.mark and one.id not in known and self._could_be(one, operation, payment)
        ]
        if not alike:
            return Absent()
        if len(alike) == 1 and not self._was_marked(payment):
            return Found(_result(alike[0]))
        return Unclear(
            "Syncro lists a payment of this amount, reference and date, but without this entry's mark, so I "
            "can't tell whether it is yours. Please look at the invoice in Syncro."
        )

    def _could_be(self, one: Payment, operation: Operation, payment: NewPayment) -> bool:
        here = one.invoice_id == operation.invoice_id or (
            one.invoice_id is None and one.customer_id == operation.customer_id
        )
        dated = not self.context.gateway.abilities.payment_date or one.date == payment.date
        alike = (one.amount, one.reference.strip()) == (payment.amount, payment.reference)
        return here and dated and alike and not made_before(one.created_at, self._entered(operation))

    def _entered(self, operation: Operation) -> datetime:
        """Before this, by Syncro's own clock, it was surely not made."""
        return operation.created_at + self.context.gateway.skew - _SKEW

    def _was_marked(self, payment: NewPayment) -> bool:
        can = self.context.gateway.abilities
        marked = mark_reference(payment.reference, payment.mark, can.reference_length)
        return can.payment_notes or marked != payment.reference

    async def _recorded_otherwise(self, operation: Operation) -> frozenset[str]:
        """Payments that are known to come from other entries."""
        since = operation.created_at - timedelta(days=1)
        made = await self.context.lane.read(
            lambda tx: operations.payments_since(tx, operation.customer_id, since)
        )
        results = (one.result or {} for one in made if one.key != operation.key)
        return frozenset(str(result["payment_id"]) for result in results if result.get("payment_id"))

    # ---- how it ended --------------------------------------------------------------------------------------

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        payment = payment_of(operation)
        amount = say_money(payment.amount, payment.currency)
        recorded = _listed(after, result)
        if result.get("declined") or (recorded is not None and not recorded.successful):
            on = f" on {after.number}" if after else ""
            return Told(
                f"{amount} as {payment.method}{on} was declined: Syncro lists the payment as not successful, and "
                "nothing counts as paid by it.",
                amiss=True,
            )
        said = f"{amount} recorded as {payment.method}"
        if result.get("invoice_id", operation.invoice_id) != operation.invoice_id:
            credit = (
                f"{said}, but it landed as credit on the customer's account and not on "
                f"{after.number if after else 'the invoice'}. Apply it in Syncro: "
                f"{self.context.gateway.customer_url(operation.customer_id)}"
            )
            return Told(credit, amiss=True)
        if after is None:
            return Told(f"{said}.")
        said = f"{said} on {after.number}; balance {say_money(after.balance, after.currency)}."
        wrong = self._wrong(operation, payment, after, result)
        return Told(f"{said} {wrong}", amiss=True) if wrong else Told(said)

    def _wrong(
        self, operation: Operation, payment: NewPayment, after: Invoice, result: dict[str, Any]
    ) -> str:
        """What isn't as it should be on the invoice afterwards, as a sentence, or empty."""
        payments = after.payments or ()
        if sum(one.mark == operation.mark for one in payments) > 1:
            return "But Syncro recorded it twice: please delete one of the two payments in Syncro."
        recorded = _listed(after, result)
        if recorded is None:
            return "But the payment isn't listed on the invoice: look in Syncro where it landed."
        if recorded.amount != payment.amount:
            return f"But Syncro recorded {say_money(recorded.amount, after.currency)}: please check it there."
        expected = operation.request.get("balance")
        if expected is not None and after.balance != int(expected) - payment.amount:
            return "That balance isn't what I expected: please look at the invoice in Syncro."
        return ""


def _listed(after: Invoice | None, result: dict[str, Any]) -> Payment | None:
    """The payment of ``result`` as the invoice lists it afterwards."""
    listed = (after.payments if after else None) or ()
    return next((one for one in listed if one.id == str(result.get("payment_id", ""))), None)


def _result(recorded: Payment) -> dict[str, Any]:
    """What is kept of a booked payment; without an invoice it is the customer's credit."""
    declined = {} if recorded.successful else {"declined": 1}
    return {
        **declined,
        "payment_id": recorded.id,
        "amount": recorded.amount,
        "invoice_id": recorded.invoice_id or "",
    }


AskedFor = list[tuple[Approval, dict[str, Any]]]


def _asked_for(tx: Tx, operation: Operation) -> AskedFor:
    """The customer's payments that wait for somebody else's word; not those of the same form."""
    return [
        (held, {**step.request, APPROVAL: held.id})
        for held in approvals.open_of_customer(tx, operation.customer_id)
        for step in held.steps
        if step.kind == "payment" and step.request.get("form") != operation.request.get("form")
    ]


def _not_begun(asked: AskedFor, made: Iterable[Operation]) -> AskedFor:
    """Those of them that are no operation yet."""
    begun = {(one.request.get(APPROVAL), one.request.get("number")) for one in made}
    return [pair for pair in asked if (pair[1][APPROVAL], pair[1]["number"]) not in begun]


def _is_alike_asked(request: Mapping[str, Any], payment: NewPayment) -> bool:
    reference = payment.reference.lower()
    if reference and str(request["reference"]).lower() == reference:
        return True
    apart = abs(date.fromisoformat(str(request["date"])) - payment.date)
    return int(request["amount"]) == payment.amount and apart <= timedelta(days=_ALIKE_DAYS)


def _same_form(one: Operation, operation: Operation) -> bool:
    form = operation.request.get("form")
    return bool(form) and one.request.get("form") == form


def _is_alike(one: Payment, payment: NewPayment) -> bool:
    reference = payment.reference.lower()
    if reference and one.reference.strip().lower() == reference:
        return True
    days = timedelta(days=_ALIKE_DAYS)
    return one.amount == payment.amount and one.date is not None and abs(one.date - payment.date) <= days


def payment_of(operation: Operation) -> NewPayment:
    """The payment that an operation describes."""
    request = operation.request
    return NewPayment(
        amount=int(request["amount"]),
        currency=str(request["currency"]),
        method=str(request["method"]),
        reference=str(request["reference"]),
        date=date.fromisoformat(str(request["date"])),
        notes=str(request["notes"]),
        customer_id=operation.customer_id,
        invoice_number=str(request.get("number", "")),
        mark=operation.mark,
        entered_by=operation.actor_name,
    )


def check_entry(context: Context, payment: NewPayment, invoice_id: str, approved: bool) -> None:
    """What the account's API can't take, before anything is read. Raises ``BadInput`` naming the field.

    Where Syncro dates payments by itself, an ``approved`` one gets the day on which it is recorded, as was said.
    """
    can = context.gateway.abilities
    if not can.payment_date and not approved and payment.date != context.today():
        raise BadInput(
            "Syncro dates payments of this account today. Record one of another date in Syncro: "
            f"{context.gateway.invoice_url(invoice_id)}",
            "date",
        )
    if not can.payment_notes and payment.notes:
        raise BadInput("Payments of this Syncro account have no notes.", "notes")
    if len(payment.reference) > can.reference_length:
        raise BadInput(
            f"Syncro takes {can.reference_length} characters of reference; this has {len(payment.reference)}.",
            "reference",
        )


def check_payment(context: Context, invoice: Invoice, payment: NewPayment) -> None:
    """What Duebot can judge of a payment by itself. Raises ``BadInput``, ``NotAllowed`` or ``SyncroRefused``."""
    balance = require_payable(context, invoice)
    if payment.amount <= 0:
        raise BadInput("A payment must be more than zero.", "amount")
    if payment.amount > balance:
        said = say_money(balance, invoice.currency)
        raise BadInput(f"That is more than the balance of {said}. Enter at most the balance.", "amount")
    if payment.date > context.today():
        raise BadInput("A payment can't be dated in the future.", "date")


def require_payable(context: Context, invoice: Invoice) -> int:
    """The balance, if the invoice takes payments. Raises ``SyncroRefused`` or ``NotAllowed`` with why it doesn't."""
    if invoice.status is Status.VOID:
        raise SyncroRefused(f"Invoice {invoice.number} is void: it takes no payments.")
    if invoice.status is Status.PAID:
        raise SyncroRefused(f"Invoice {invoice.number} is already paid: it takes no more payments.")
    if invoice.balance is None:
        raise NotAllowed(
            f"The balance of {invoice.number} isn't known, so a payment can't be checked against it. "
            "Record it in Syncro.",
            context.gateway.invoice_url(invoice.id),
        )
    if invoice.balance <= 0:
        raise SyncroRefused(
            f"Nothing is open on {invoice.number}: its balance is {say_money(invoice.balance, invoice.currency)}."
        )
    return invoice.balance
