"""Examples of what is told of holds, from fictional facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.domain.facts import HoldDraft
from bot.domain.hold_facts import HeldItem, HeldReport, HoldChange, HoldPast
from bot.domain.holds import Hold, HoldKind, Instalment
from bot.domain.roles import Role
from bot.views import gallery_facts as facts
from bot.views.blocks import Message, View
from bot.views.cards import invoice_card
from bot.views.held import disputes_open, hold_changed, promises_broken
from bot.views.modal_hold import hold_done, hold_form
from bot.views.why import why

_PARTS = (
    Instalment(date(2026, 3, 6), 20000),
    Instalment(date(2026, 3, 13), 50000),
    Instalment(date(2026, 3, 27), 10625),
)
_PROMISE, _DISPUTE = facts.held_card().holds[:2]
_PLAN = replace(_PROMISE, until=_PARTS[-1].due, amount=80625, instalments=_PARTS)
_ROGUE_PLAN = replace(
    _PLAN, customer_id="502", note=facts.HOSTILE, said_by=facts.HOSTILE, by_name=facts.HOSTILE
)
_REASON = (
    "Instalment 1 of 3: $200.00 in all was promised for Fri, Mar 6, 2026; nothing came by Mon, Mar 9, 2026."
)


def _change(hold: Hold, done: str, *, rogue: bool = False, reason: str = "") -> HoldChange:
    invoice = facts.ROGUE_INVOICE if rogue else facts.PARTIAL
    return HoldChange(
        hold=hold,
        done="placed" if done == "placed" else "ended",
        actor_id="U0DANA",
        customer_name=invoice.customer_name,
        currency="USD",
        invoices=(invoice,) if hold.invoice_ids else (),
        today=facts.TODAY,
        reason=reason,
    )


def _item(hold: Hold, *, rogue: bool = False) -> HeldItem:
    invoice = facts.ROGUE_INVOICE if rogue else facts.PARTIAL
    return HeldItem(hold, date(2026, 3, 2), invoice.customer_name, "USD", (invoice,), _REASON)


def hold_messages() -> Mapping[str, Message]:
    """Messages, the card of a payment plan, and a history of holds."""
    one, rogue = _item(_PLAN), _item(_ROGUE_PLAN, rogue=True)
    everybody = replace(_DISPUTE, invoice_ids=())
    several = replace(
        _change(_PROMISE, "placed"), invoices=tuple(replace(facts.PARTIAL, id=str(id)) for id in range(12))
    )
    return {
        "hold_noted": hold_changed(_change(_PLAN, "placed")),
        "hold_noted_hostile": hold_changed(_change(_ROGUE_PLAN, "placed", rogue=True)),
        "hold_noted_several": hold_changed(several),
        "hold_noted_customer": hold_changed(_change(everybody, "placed")),
        "hold_ended_message": hold_changed(_change(_DISPUTE, "ended", reason=facts.HOSTILE)),
        "promises_broken": promises_broken(HeldReport(facts.TODAY, (one,), facts.AS_OF)),
        "promises_broken_many": promises_broken(HeldReport(facts.TODAY, (one, rogue) * 30, facts.AS_OF)),
        "disputes_open": disputes_open(HeldReport(facts.TODAY, (_item(_DISPUTE), rogue), facts.AS_OF)),
        "invoice_plan": invoice_card(replace(facts.card(facts.PARTIAL), holds=(_PLAN,)), Role.COLLECTOR),
        "why_held": why(replace(facts.explanation(), held=_history())),
    }


def _history() -> tuple[HoldPast, ...]:
    noted, ended = date(2026, 3, 2), date(2026, 3, 10)
    says_paid = Hold("h", HoldKind.SAYS_PAID, "501", ("1042",), ended, facts.HOSTILE, facts.HOSTILE)
    return (
        HoldPast(_PLAN, "USD", ended),
        HoldPast(_PLAN, "USD", noted, ended, "system", _REASON, "broken"),
        HoldPast(_PROMISE, "USD", noted, ended, "system", _REASON, "broken"),
        HoldPast(_PROMISE, "USD", noted, ended, "U0DANA", "moved", "moved"),
        HoldPast(_DISPUTE, "USD", noted, ended, "U0DANA", facts.HOSTILE),
        HoldPast(says_paid, "USD", noted, ended, "system", "Its time is over."),
    )


def plan_modals() -> Mapping[str, View]:
    """The form of a payment plan as typed, and what was understood."""
    typed = HoldDraft(instalments="2026-03-06 200\nMar 13 500\nMar 27 106.25", said_by="Pat at Acme")
    noted = replace(facts.card(facts.PARTIAL), holds=(_PLAN,))
    return {
        "hold_plan": hold_form(noted, HoldKind.PROMISE, typed, facts.VISIT, "Only $606.25 is open."),
        "hold_plan_done": hold_done(noted, "The promise is noted.", facts.VISIT),
    }
