"""Recording one payment over several invoices of a customer."""

from collections.abc import Iterable, Sequence

from bot.domain.allocation import OpenInvoice, misfit, parse_share
from bot.domain.errors import BadInput
from bot.domain.facts import SpreadOffer
from bot.domain.money import say_money
from bot.domain.parse_money import parse_amount
from bot.views import ids
from bot.views.blocks import Block, View, button, context, divider, escape, one_line, section
from bot.views.forms import SpreadForm
from bot.views.modal_pay import payment_inputs
from bot.views.modals_common import anyway_blocks, field, modal, notice_blocks, text_input
from bot.views.values import block_id
from bot.views.wording import count, late_words, say_day

_ANYWAY = "Record it anyway"


def pay_many_form(
    offer: SpreadOffer,
    typed: SpreadForm,
    methods: Iterable[str],
    visit_id: str,
    notice: str = "",
    anyway: bool = False,
    *,
    limits: str = "",
    evidence: Sequence[str] = (),
) -> View:
    """One payment over the open invoices of a customer, oldest due first.

    ``notice`` and its ``evidence`` stand above the form, ``limits`` below it: when somebody else must approve.
    ``anyway`` asks for the explicit word.
    """
    customer = escape(one_line(offer.customer.name))
    together = say_money(offer.open_amount, offer.currency)
    amount = text_input(ids.IN_AMOUNT, typed.payment.amount, placeholder="1500 or $1,234.50")
    blocks = [
        *notice_blocks(notice, evidence),
        section(f"*{customer}*\n{count(len(offer.invoices), 'open invoice')}, together *{together}*"),
        field(
            f"Amount ({offer.currency})",
            amount,
            hint="Press Enter to spread it, oldest first.",
            dispatch=True,
        ),
        *payment_inputs(typed.payment, methods, offer.abilities),
        divider(),
        _heading(offer, typed),
        *[_share_input(offer, one, typed.shares.get(one.id, ""), typed.fresh) for one in offer.invoices],
        *_not_offered(offer),
        *anyway_blocks(_ANYWAY, "", anyway),
        *([context(escape(limits))] if limits else []),
    ]
    return modal("Record payment", blocks, ids.VIEW_PAY_MANY, visit_id, submit="Record payment")


def _heading(offer: SpreadOffer, typed: SpreadForm) -> Block:
    again = button("Spread again", ids.PAY_SPREAD)
    return section(f"*How it is spread*\n{_sum_words(offer, typed)}") | {"accessory": again}


def _sum_words(offer: SpreadOffer, typed: SpreadForm) -> str:
    """How the shares stand to the amount, as far as both can be read."""
    try:
        amount = parse_amount(typed.payment.amount, offer.currency)
        shares = [parse_share(text, offer.currency) for text in typed.shares.values()]
    except BadInput:
        return "Press Enter in a field to add up."
    return misfit(amount, shares, offer.currency) or f"Adds up to {say_money(amount, offer.currency)}."


def _share_input(offer: SpreadOffer, one: OpenInvoice, text: str, fresh: str) -> Block:
    due = one.seen.due_date
    late = late_words((offer.today - due).days if due else None)
    return field(
        f"{one.number} · balance {say_money(one.seen.balance, offer.currency)}",
        # Ids are unique within a view, so each carries its invoice's.
        text_input(block_id(ids.IN_SHARE, one.id), text, placeholder="Nothing"),
        fresh,
        hint=f"Due {say_day(due)}, {late}" if due else late.capitalize(),
        optional=True,
        dispatch=True,
    )


def _not_offered(offer: SpreadOffer) -> list[Block]:
    full = f"{offer.more} more open: this form holds {len(offer.invoices)} invoices. Record those afterwards."
    more = [context(full)] if offer.more else []
    left_out = [context(f"Left out: {escape(', '.join(offer.left_out))}.")] if offer.left_out else []
    return [*more, *left_out]
