"""One payment over a customer's open invoices: the form that spreads it, and going on with what is missing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.allocation import OpenInvoice, allocate
from bot.domain.errors import BadInput, Changed, DuebotError, NeedsConfirmation, NoRole
from bot.domain.facts import SpreadOffer, SpreadOutcome
from bot.domain.invoice import Customer
from bot.domain.money import from_minor, say_money
from bot.domain.parse_money import parse_amount
from bot.domain.pay_command import check_method, method_named
from bot.domain.roles import Action
from bot.domain.version import Version
from bot.store.approvals import Approval
from bot.store.visits import Visit
from bot.use_cases.pay_several import TypedSpread
from bot.use_cases.spread import Plan
from bot.views.approvals import asked_view
from bot.views.blocks import View
from bot.views.forms import PayForm, SpreadForm, read_pay, read_spread
from bot.views.limits import payment_limits
from bot.views.modal_pay_many import pay_many_form
from bot.views.modals_common import message_view
from bot.views.spread import spread_view
from handlers.desk import Arrival, Desk
from handlers.forms import Followed, Form, Sent, Shown, detail_lines, open_form, redraw
from handlers.payload import view_in


class PayMany(Form):
    """The form of one payment over the open invoices of a customer."""

    title = "Record payment"
    working = "Recording the payment in Syncro…"

    @staticmethod
    def data(customer: Customer, prefill: dict[str, str]) -> dict[str, Any]:
        """What a visit keeps until the form is filled."""
        return {"customer": customer.id, "prefill": prefill}

    async def open(self, arrival: Arrival, customer: Customer, prefill: dict[str, str]) -> None:
        """Opens the form at once and fills it from live reads."""
        await open_form(self.desk, arrival, self.title, self.data(customer, prefill), self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form, with the amount spread: the one of the command, else all that is open."""
        desk = self.desk
        offer = await desk.several.offer(await desk.lookup.customer_by_id(str(visit.data["customer"])))
        methods = await desk.catalogue.payment_methods()
        typed: dict[str, str] = visit.data.get("prefill") or {}
        check_method(typed.get("method", ""), methods)
        await desk.remember(visit, _kept(offer))
        payment = PayForm(
            amount=typed.get("amount") or _amount_text(offer.open_amount, offer.currency),
            method=method_named(typed.get("method", ""), methods),
            reference=typed.get("reference", ""),
            date=desk.context.today().isoformat(),
        )
        shares, notice = _spread(offer, payment.amount)
        limits = payment_limits(desk.context.policy.approvals, offer.currency)
        return pay_many_form(offer, SpreadForm(payment, shares), methods, visit.id, notice, limits=limits)

    # ---- changing the form in place ------------------------------------------------------------------------

    async def spread(self, arrival: Arrival, _action: dict[str, Any], body: dict[str, Any]) -> None:
        """The amount was entered, or is to be spread again: the shares follow. What we set needs fresh block ids."""
        visit = await self._own(arrival, body)
        typed = read_spread(body["view"])
        shares, notice = _spread(await self._offered(visit), typed.payment.amount)
        spread = replace(typed, shares=shares, fresh=secrets.token_hex(3))
        await redraw(self.desk, body["view"], await self._form(visit, spread, notice))

    async def recount(self, arrival: Arrival, _action: dict[str, Any], body: dict[str, Any]) -> None:
        """A share was entered: what they add up to follows."""
        visit = await self._own(arrival, body)
        await redraw(self.desk, body["view"], await self._form(visit, read_spread(body["view"])))

    async def _own(self, arrival: Arrival, body: dict[str, Any]) -> Visit:
        """The form's visit, once it is certain that this person opened it and may still record payments."""
        visit = await self.desk.visit(str(view_in(body).get("private_metadata", "")), arrival.user_id)
        await self.desk.authority.require(arrival.user_id, Action.PAY)
        return visit

    async def _form(
        self,
        visit: Visit,
        typed: SpreadForm,
        notice: str = "",
        anyway: bool = False,
        evidence: Sequence[str] = (),
    ) -> View:
        methods = await self.desk.catalogue.payment_methods()
        offer = await self._offered(visit)
        limits = payment_limits(self.desk.context.policy.approvals, offer.currency)
        return pay_many_form(
            offer, typed, methods, visit.id, notice, anyway, limits=limits, evidence=evidence
        )

    async def _offered(self, visit: Visit) -> SpreadOffer:
        """What the form offers, as it was read when it was filled."""
        context, data = self.desk.context, visit.data
        return SpreadOffer(
            customer=await self.desk.lookup.customer_by_id(str(data["customer"])),
            currency=context.policy.currency_of(str(data["customer"])),
            today=context.today(),
            abilities=context.gateway.abilities,
            invoices=_invoices_of(visit),
            left_out=tuple(data["left_out"]),
            more=int(data["more"]),
        )

    # ---- submitting ----------------------------------------------------------------------------------------

    async def submit(self, sent: Sent) -> Shown:
        typed, invoices = read_spread(sent.view), _invoices_of(sent.visit)
        customer = await self.desk.lookup.customer_by_id(str(sent.visit.data["customer"]))
        submission = sent.submission(typed.payment.anyway)
        plan = self.desk.several.plan(submission, customer, invoices, _as_typed(typed))
        return await _led_to(
            self.desk, sent, plan, await self.desk.several.record(submission, plan, invoices)
        )

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id)
        visit = await _seen_anew(self.desk, sent, error)
        outcome = await _outcome(self.desk, sent)
        if outcome is not None and outcome.begun:
            return _stopped(outcome, sent, error)
        asks = error.code if isinstance(error, NeedsConfirmation) else ""
        typed = read_spread(sent.view)
        return await self._form(
            visit,
            typed,
            error.sentence,
            anyway=asks == "duplicate" or typed.payment.anyway,
            evidence=detail_lines(error),
        )


class PayManyAgain(Form):
    """Going on with a payment of which a part was recorded."""

    title = PayMany.title
    working = "Recording the rest in Syncro…"

    async def submit(self, sent: Sent) -> Shown:
        form = read_pay(sent.view)
        plan = await _planned(self.desk, sent)
        if plan is None:
            raise BadInput("I no longer know what this belongs to. Close it and start again.")
        submission = sent.submission(form.anyway)
        outcome = await self.desk.several.record(submission, plan, _invoices_of(sent.visit))
        return await _led_to(self.desk, sent, plan, outcome)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        outcome = None if isinstance(error, NoRole) else await _outcome(self.desk, sent)
        if outcome is None:
            return message_view(self.title, error.sentence, sent.visit.id)
        await _seen_anew(self.desk, sent, error)
        return _stopped(outcome, sent, error)


async def _led_to(desk: Desk, sent: Sent, plan: Plan, led: SpreadOutcome | Approval) -> Shown:
    """What recording it led to: how far it is, or a request for somebody else's word."""
    if isinstance(led, Approval):
        return asked_view(await desk.approvals.card(led.id), sent.visit.id)
    return _shown(desk, sent, plan, led)


def _shown(desk: Desk, sent: Sent, plan: Plan, outcome: SpreadOutcome) -> Shown:
    """How far it is; while a share is being checked the open form follows it."""
    view = spread_view(outcome, sent.visit.id)
    if not outcome.of_state("sent"):
        return view

    async def later() -> View | None:
        now = await desk.several.outcome(plan)
        return None if now.of_state("sent") else spread_view(now, sent.visit.id)

    return Followed(view, later)


def _stopped(outcome: SpreadOutcome, sent: Sent, error: DuebotError) -> View:
    """How far it is and why it stopped, from where it can be gone on with."""
    form = read_pay(sent.view)
    asks = error.code if isinstance(error, NeedsConfirmation) else ""
    return spread_view(
        outcome,
        sent.visit.id,
        error.sentence,
        detail_lines(error),
        anyway=asks == "duplicate" or form.anyway,
    )


async def _planned(desk: Desk, sent: Sent) -> Plan | None:
    """The payment that this form has begun to record, or was refused to."""
    customer = await desk.lookup.customer_by_id(str(sent.visit.data["customer"]))
    return await desk.several.planned(sent.root, customer, _invoices_of(sent.visit))


async def _outcome(desk: Desk, sent: Sent) -> SpreadOutcome | None:
    plan = await _planned(desk, sent)
    return await desk.several.outcome(plan) if plan else None


async def _seen_anew(desk: Desk, sent: Sent, error: DuebotError) -> Visit:
    """For another try the invoices are read live, and seen anew, only when one had changed meanwhile."""
    if not isinstance(error, Changed):
        return sent.visit
    live = await desk.several.seen_again(_invoices_of(sent.visit))
    return await desk.remember(sent.visit, {**sent.visit.data, "invoices": _invoices_json(live)})


def _kept(offer: SpreadOffer) -> dict[str, Any]:
    """What a visit keeps of the form that is shown."""
    return {
        "customer": offer.customer.id,
        "invoices": _invoices_json(offer.invoices),
        "left_out": list(offer.left_out),
        "more": offer.more,
    }


def _invoices_json(invoices: Sequence[OpenInvoice]) -> list[list[str]]:
    return [[one.id, one.number, one.seen.to_json()] for one in invoices]


def _invoices_of(visit: Visit) -> tuple[OpenInvoice, ...]:
    """The invoices of the form, in its order: their places are in the keys of what it records."""
    kept = visit.data["invoices"]
    return tuple(OpenInvoice(key, number, Version.from_json(seen)) for key, number, seen in kept)


def _as_typed(form: SpreadForm) -> TypedSpread:
    typed = form.payment
    return TypedSpread(typed.amount, typed.method, typed.reference, typed.date, typed.notes, form.shares)


def _spread(offer: SpreadOffer, text: str) -> tuple[Mapping[str, str], str]:
    """The shares of an amount as texts, oldest first; and what is wrong with it, if anything."""
    try:
        amount = parse_amount(text, offer.currency)
    except BadInput as error:
        return {}, error.sentence
    shares = allocate(amount, [one.seen.balance or 0 for one in offer.invoices])
    texts = {
        one.id: _amount_text(share, offer.currency) if share else ""
        for one, share in zip(offer.invoices, shares, strict=True)
    }
    return texts, _excess(offer, amount)


def _excess(offer: SpreadOffer, amount: int) -> str:
    """An amount above all that is open can't be recorded: what to do about it."""
    beyond = amount - offer.open_amount
    if beyond <= 0:
        return ""
    said = f"That is {say_money(beyond, offer.currency)} more than what is open on these invoices."
    most = say_money(offer.open_amount, offer.currency)
    if offer.more:
        return f"{said} Record {most} here, and the rest on the others afterwards."
    return f"{said} At most {most} can be recorded: what is beyond it has no invoice."


def _amount_text(amount: int, currency: str) -> str:
    return str(from_minor(amount, currency))
