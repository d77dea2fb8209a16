"""One payment spread over a customer's open invoices: judged as a whole, then recorded share by share, oldest first.

Each share is an operation of its own in the journal. It stops at the first that isn't confirmed, and what was never
begun is not recorded by itself: a message, written down before the first share, tells how far it came even when the
process that was at it is gone.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from weakref import WeakValueDictionary

from bot.domain.allocation import OpenInvoice, misfit, oldest_first, parse_share, why_left_out
from bot.domain.errors import (
    BadInput,
    Busy,
    Changed,
    DuebotError,
    NeedsApproval,
    NeedsConfirmation,
    NotFound,
    SyncroMissing,
)
from bot.domain.facts import SpreadOffer, SpreadOutcome
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.parse_money import parse_amount
from bot.domain.roles import Action
from bot.domain.version import version_of
from bot.store import mirror, operations, outbox
from bot.store.approvals import Approval
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.store.rows import iso
from bot.use_cases.asked import LOOKS_LIKE, payments_asked
from bot.use_cases.asking import Asking
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.ending import is_amiss
from bot.use_cases.invoices import Problems, Submission, payment_details, payment_request
from bot.use_cases.journal import Intent, Journal, write_key
from bot.use_cases.lookup import Lookup
from bot.use_cases.spread import SPREAD, Plan, PlannedShare, attempts, outcome_of, plan_of

#: Invoices in one form: as many as can be checked at a glance, and well within a modal's 100 blocks.
MOST_INVOICES = 20
_MOST_DRAFTS = 10
_OTHER_VALUES = "This form was already sent with other values. Open it afresh to make another entry."


@dataclass(frozen=True, slots=True)
class TypedSpread:
    """A payment over several invoices as typed: ``shares`` by invoice id, ``on`` is the payment date."""

    amount: str
    method: str
    reference: str
    on: str
    notes: str
    shares: Mapping[str, str]


class PaySeveral:
    """Offers, plans and records one payment over several invoices."""

    def __init__(
        self, context: Context, authority: Authority, journal: Journal, asking: Asking, lookup: Lookup
    ) -> None:
        self._context = context
        self._authority = authority
        self._journal = journal
        self._asking = asking
        self._lookup = lookup
        self._forms: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # ---- what can be paid -----------------------------------------------------------------------------------

    async def offer(self, customer: Customer) -> SpreadOffer:
        """The customer's open invoices, each read live. Raises ``NotFound`` when none takes a payment."""
        unpaid, drafts = await self._context.lane.read(partial(_known, customer_id=customer.id))
        waiting = oldest_first(unpaid)
        found: list[Invoice] = []
        left_out: list[str] = []
        while waiting and (room := MOST_INVOICES - len(found)):
            batch, waiting = waiting[:room], waiting[room:]
            for one, live in zip(batch, await asyncio.gather(*map(self._live, batch)), strict=True):
                why = live if isinstance(live, str) else why_left_out(live)
                if isinstance(live, str) or why:
                    left_out.append(f"{one.number} ({why})")
                else:
                    found.append(live)
        left_out += [f"{one.number} ({why_left_out(one)})" for one in drafts]
        if not found:
            said = f" Left out: {', '.join(left_out)}." if left_out else ""
            raise NotFound(f"{customer.name} has no open invoice that takes a payment.{said}")
        return SpreadOffer(
            customer=customer,
            currency=self._context.policy.currency_of(customer.id),
            today=self._context.today(),
            abilities=self._context.gateway.abilities,
            invoices=tuple(OpenInvoice(one.id, one.number, version_of(one)) for one in oldest_first(found)),
            left_out=tuple(left_out),
            more=len(waiting),
        )

    async def _live(self, invoice: Invoice) -> Invoice | str:
        """The invoice, live; or in a few words why it can't be offered. Raises ``SyncroError``."""
        holder = await self._context.lane.read(lambda tx: operations.open_on(tx, invoice.id))
        if holder is not None:
            return f"{holder.actor_name}'s change isn't finished"
        try:
            return await self._lookup.invoice(invoice.id)
        except SyncroMissing:
            return "no longer in Syncro"

    async def seen_again(self, invoices: Iterable[OpenInvoice]) -> tuple[OpenInvoice, ...]:
        """The same invoices as they are now, in the same order. Raises ``SyncroError``."""
        asked = tuple(invoices)
        live = await asyncio.gather(*(self._lookup.invoice(one.id) for one in asked))
        return tuple(
            OpenInvoice(one.id, one.number, version_of(now)) for one, now in zip(asked, live, strict=True)
        )

    # ---- what was typed -------------------------------------------------------------------------------------

    def plan(
        self, submission: Submission, customer: Customer, invoices: Sequence[OpenInvoice], typed: TypedSpread
    ) -> Plan:
        """What was typed, understood. Raises ``BadInput`` with every field's error ("share:ID" for an invoice's)."""
        currency = self._context.policy.currency_of(customer.id)
        problems = Problems()
        amount = problems.take("amount", partial(parse_amount, typed.amount, currency), 0)
        shares = [
            problems.take(_field(one.id), partial(_share, one, typed.shares.get(one.id, ""), currency), 0)
            for one in invoices
        ]
        details = payment_details(
            self._context, problems, typed.method, typed.reference, typed.on, typed.notes
        )
        if not problems.found and (apart := misfit(amount, shares, currency)):
            problems.found["amount"] = f"{apart} Change one of them, or press Enter here to spread it again."
        problems.settle()
        return Plan(
            form=submission.root_view,
            actor_id=submission.actor.id,
            customer_id=customer.id,
            customer_name=customer.name,
            currency=currency,
            details=details,
            shares=tuple(
                PlannedShare(one.id, one.number, place, share)
                for place, (one, share) in enumerate(zip(invoices, shares, strict=True), 1)
                if share
            ),
        )

    # ---- recording it ---------------------------------------------------------------------------------------

    async def planned(self, form: str, customer: Customer, invoices: Sequence[OpenInvoice]) -> Plan | None:
        """The payment that a form has begun to record, else what it was last refused; ``None`` before that."""
        tried = await self._context.lane.read(partial(attempts, form=form, invoices=invoices))
        ranked = sorted(tried, key=lambda one: (one.state != "refused", one.created_at))
        return plan_of(ranked[-1], customer, invoices) if ranked else None

    async def outcome(self, plan: Plan) -> SpreadOutcome:
        """How far a payment is."""
        return await outcome_of(self._context.lane, plan)

    async def record(
        self, submission: Submission, plan: Plan, invoices: Sequence[OpenInvoice]
    ) -> SpreadOutcome | Approval:
        """Records what of the plan isn't recorded yet, and returns how far it is then; or asks somebody else for it.

        ``invoices`` are all that the form offers, in its order. Everything is judged first: when one share would be
        refused, nothing is recorded. Then it stops at the first share that isn't confirmed, either by raising what
        refused it, or by returning while it is being checked or unknown. A repeat of the form gets the first results.
        Raises ``DuebotError``; a ``BadInput`` names fields only while nothing is recorded.
        """
        await self._authority.require(submission.actor.id, Action.PAY)
        # A second click on the same form waits, so that it is told how the first one ended.
        async with self._forms.setdefault(plan.form, asyncio.Lock()):
            asked = await self._record(submission, plan, invoices)
        return asked or await self.outcome(plan)

    async def _record(
        self, submission: Submission, plan: Plan, invoices: Sequence[OpenInvoice]
    ) -> Approval | None:
        tried = await self._context.lane.read(partial(attempts, form=plan.form, invoices=invoices))
        made = {one.invoice_id: one for one in tried if one.state != "refused"}
        if any(one.request.get("shares") != plan.pairs() for one in made.values()):
            raise BadInput(_OTHER_VALUES)
        missing = [share for share in plan.shares if not _is_recorded(made.get(share.invoice_id))]
        if not missing or missing[0].invoice_id in made:
            return None
        seen = {one.id: one for one in invoices}
        wanted = [(share, _intent(submission, plan, share, seen[share.invoice_id])) for share in missing]
        intents = [intent for _, intent in wanted]
        if (asked := await self._asking.asked_before(_asking_key(plan), intents)) is not None:
            return asked
        needs = await self._judge([pair for pair in wanted if pair[0].invoice_id not in made], bool(made))
        if needs:
            return await self._ask(plan, wanted, seen, needs)
        await self._enter(plan, submission.visit_id, wanted, bool(made))
        return None

    async def _ask(
        self,
        plan: Plan,
        wanted: Sequence[tuple[PlannedShare, Intent]],
        seen: Mapping[str, OpenInvoice],
        needs: Sequence[NeedsApproval],
    ) -> Approval:
        """One request for all of it: each share knows the whole sum, so if one needs it, all do."""
        why, can = needs[0].asked.why, self._context.gateway.abilities
        alike = dict.fromkeys(
            text for one in needs for name, text in one.asked.evidence if name == LOOKS_LIKE
        )
        parts = [(seen[share.invoice_id], share.amount) for share, _ in wanted]
        asked = payments_asked(plan.customer_name, plan.currency, why, parts, plan.details, can, alike)
        shares = tuple(replace(share, place=place) for place, (share, _) in enumerate(wanted, 1))
        intents, asked_plan = [intent for _, intent in wanted], replace(plan, shares=shares)
        return await self._asking.ask(_asking_key(plan), intents, asked, asked_plan.to_json())

    async def _judge(
        self, wanted: Sequence[tuple[PlannedShare, Intent]], is_begun: bool
    ) -> list[NeedsApproval]:
        """Why any of the shares needs approval; raises what would refuse one. Nothing is written."""
        found = await asyncio.gather(*(self._problem(intent) for _, intent in wanted))
        needs = [error for error in found if isinstance(error, NeedsApproval)]
        errors = [(share, error) for (share, _), error in zip(wanted, found, strict=True) if error]
        refusals = [pair for pair in errors if not isinstance(pair[1], NeedsApproval)]
        if refusals:
            raise _together(refusals, is_begun)
        return needs

    async def _problem(self, intent: Intent) -> DuebotError | None:
        try:
            await self._journal.judge(intent)
        except DuebotError as error:
            return error
        return None

    async def _enter(
        self, plan: Plan, visit_id: str, wanted: Sequence[tuple[PlannedShare, Intent]], is_begun: bool
    ) -> None:
        """One operation after the other, until one isn't confirmed. Raises what refused it."""
        message = await self._announce(plan, visit_id)
        entered = 0
        refused: DuebotError | None = None
        for share, intent in wanted:
            await self._put_off(message)
            try:
                operation = await self._journal.perform(intent)
            except DuebotError as error:
                refused = _together([(share, error)], is_begun or entered > 0)
                break
            entered += 1
            if operation.state != "confirmed" or is_amiss(operation):
                break
        await self._release(message, entered)
        if refused is not None:
            raise refused

    # ---- telling how far it came ----------------------------------------------------------------------------

    async def _announce(self, plan: Plan, visit_id: str) -> str:
        """Writes the message down before anything is recorded; its key. It waits while this process is at it."""
        now = self._context.now()
        payload = {"plan": plan.to_json(), "visit": visit_id}

        def write(tx: Tx) -> str:
            tries = sum(len(operations.attempts(tx, plan.key(share))) for share in plan.shares)
            key = f"{SPREAD}:{plan.form}:{tries}"
            if (before := outbox.by_key(tx, key)) is not None and before.state == "dropped":
                key = f"{key}:{iso(now)}"  # the earlier try had nothing to tell
            outbox.put(tx, key, SPREAD, plan.actor_id, payload, now, now + self._context.waits.lease)
            return key

        return await self._context.lane.write(write)

    async def _put_off(self, message: str) -> None:
        until = self._context.now() + self._context.waits.lease
        await self._context.lane.write(lambda tx: outbox.reschedule(tx, message, until))

    async def _release(self, message: str, entered: int) -> None:
        """The message may go now; with nothing to tell it is dropped, since the form says why."""
        now = self._context.now()

        def write(tx: Tx) -> None:
            if entered:
                outbox.reschedule(tx, message, now)
            elif (item := outbox.by_key(tx, message)) is not None:
                outbox.drop(tx, item.id, "Nothing of it was recorded, and the form says why.", now)

        await self._context.lane.write(write)
        self._context.wake_outbox()

    async def take_over(self) -> None:
        """At the start of the only running bot on a database: nobody is at any of these payments any more."""
        now = self._context.now()
        await self._context.lane.write(lambda tx: outbox.hurry(tx, SPREAD, now))


def _known(tx: Tx, customer_id: str) -> tuple[list[Invoice], list[Invoice]]:
    """The customer's unpaid invoices, and some drafts, as the mirror has them."""
    drafts, _ = mirror.find_invoices(
        tx, customer_id=customer_id, statuses=(Status.DRAFT,), limit=_MOST_DRAFTS, offset=0
    )
    return mirror.unpaid(tx, customer_id), drafts


def _intent(submission: Submission, plan: Plan, share: PlannedShare, shown: OpenInvoice) -> Intent:
    request = payment_request(submission, share.number, plan.currency, share.amount, shown.seen.balance)
    return Intent(
        base_key=plan.key(share),
        kind="payment",
        invoice_id=share.invoice_id,
        customer_id=plan.customer_id,
        actor=submission.actor,
        request={
            **plan.details,
            **request,
            "rest_of_form": plan.amount - share.amount,
            "shares": plan.pairs(),
        },
        seen=shown.seen,
        visit_id=submission.visit_id,
    )


def _asking_key(plan: Plan) -> str:
    return write_key(plan.form, "spread", plan.customer_id)


def _is_recorded(operation: Operation | None) -> bool:
    return operation is not None and operation.state == "confirmed"


def _field(invoice_id: str) -> str:
    return f"share:{invoice_id}"


def _share(one: OpenInvoice, text: str, currency: str) -> int:
    share = parse_share(text, currency)
    if share and (one.seen.balance is None or share > one.seen.balance):
        raise BadInput("That is more than its balance. Enter at most the balance.")
    return share


# ---- one error for several shares -------------------------------------------------------------------------------

Refusals = Sequence[tuple[PlannedShare, DuebotError]]


def _together(errors: Refusals, is_begun: bool) -> DuebotError:
    """What would refuse the payment, in one error: what can't be mended in the form goes before what can."""
    for share, error in errors:
        if isinstance(error, Busy):
            return Busy(f"{share.number}: {error.sentence}")
        if not isinstance(error, Changed | BadInput | NeedsConfirmation):
            return error
    if changed := [(share, error) for share, error in errors if isinstance(error, Changed)]:
        return _changed(changed)
    if bad := [(share, error) for share, error in errors if isinstance(error, BadInput)]:
        return _bad(bad, is_begun)
    return _doubtful([error for _, error in errors if isinstance(error, NeedsConfirmation)])


def _changed(errors: Sequence[tuple[PlannedShare, Changed]]) -> Changed:
    numbers = ", ".join(share.number for share, _ in errors)
    have, them = ("have", "them") if len(errors) > 1 else ("has", "it")
    lines = [
        f"{share.number}: {text}"
        for share, error in errors
        for text in error.differences or (error.sentence,)
    ]
    return Changed(f"{numbers} {have} changed since you opened this. Nothing was recorded on {them}.", lines)


def _bad(errors: Sequence[tuple[PlannedShare, BadInput]], is_begun: bool) -> BadInput:
    """Field by field; once something is recorded the form's fields are no longer there."""
    share, first = errors[0]
    if is_begun:
        return BadInput(f"{share.number}: {first.sentence}")
    fields = {
        _field(share.invoice_id) if name == "amount" else name: text
        for share, error in errors
        for name, text in error.fields.items()
    }
    return BadInput(first.sentence, fields=fields)


def _doubtful(errors: Sequence[NeedsConfirmation]) -> NeedsConfirmation:
    """One word covers all of them: each piece of evidence once."""
    first = errors[0]
    alike = [error for error in errors if error.code == first.code]
    return NeedsConfirmation(
        first.sentence, first.code, tuple(dict.fromkeys(line for error in alike for line in error.evidence))
    )
