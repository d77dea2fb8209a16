"""Reminding a customer by hand: what would be sent, and what speaks against it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.contact_facts import ContactCard
from bot.views import ids
from bot.views.blocks import Block, View, context, escape, one_line, plain_section, section
from bot.views.modals_common import anyway_blocks, modal, notice_blocks
from bot.views.proposals import about, headline


def remind_form(
    card: ContactCard,
    visit_id: str,
    *,
    repeats: bool,
    approval: bool,
    without: str = "",
    against: Sequence[str] = (),
    notice: str = "",
    fresh: str = "",
) -> View:
    """The contact that would be made; ``against`` are the stops that a person overrides by going on.

    ``without`` is the number of the invoice from whose card it was asked for, when that one is not in it.
    """
    own = replace(card, asked_by="")
    told = notice or ("This can be sent, but look at this first." if against else "")
    blocks = [
        *notice_blocks(told, against),
        section(headline(own)),
        *([section(_left_out(without))] if without else []),
        context(about(own)),
        *([context("This level was sent before; it is repeated.")] if repeats else []),
        *(
            [context("This needs approval: the approvers are asked, and nothing is sent yet.")]
            if approval
            else []
        ),
        *_text(card),
        *anyway_blocks("Send it all the same", fresh, bool(against)),
    ]
    return modal(
        "Remind", blocks, ids.VIEW_REMIND, visit_id, submit="Ask for approval" if approval else "Send"
    )


def _text(card: ContactCard) -> list[Block]:
    """What the customer would read; Syncro's own email is known to Syncro alone."""
    if not card.subject:
        return [context("Syncro sends its own email, with its own text, about the invoice that leads.")]
    return [plain_section(f"Subject: {card.subject}"), plain_section(card.message)]


def _left_out(number: str) -> str:
    return (
        f":warning: *{escape(one_line(number))} is not in this reminder.* Something holds it, or nothing is asked for "
        "it yet: `/invoice why` with its number says which. The customer's other invoices are in it."
    )


def remind_done(card: ContactCard, sentence: str, visit_id: str) -> View:
    """How it ended."""
    own = replace(card, asked_by="")
    blocks = [section(escape(sentence)), section(headline(own)), context(about(own))]
    return modal("Remind", blocks, ids.VIEW_OUTCOME, visit_id, close="Close")
