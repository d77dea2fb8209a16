"""Sending an invoice by email."""

from collections.abc import Sequence

from bot.domain.facts import InvoiceCard
from bot.domain.invoice import Status
from bot.views import ids
from bot.views.blocks import Block, View, context, escape, section
from bot.views.forms import SendForm
from bot.views.modal_edit import which_invoice
from bot.views.modals_common import field, link_blocks, modal, notice_blocks, text_input


def send_form(
    card: InvoiceCard,
    email: SendForm,
    visit_id: str,
    notice: str = "",
    *,
    limits: str = "",
    evidence: Sequence[str] = (),
    fresh: str = "",
) -> View:
    """To, cc, subject and message as ``email`` holds them; ``limits``: when somebody else must approve."""
    again = card.abilities.states and card.invoice.status in (Status.SENT, Status.VIEWED, Status.PARTIAL)
    blocks = [
        *notice_blocks(notice, evidence),
        *which_invoice(card),
        *([context("This invoice has been sent before. The customer gets it again.")] if again else []),
        *(_inputs(email, fresh) if card.abilities.email_text else _as_syncro_does(email, card.syncro_url)),
        *([context(escape(limits))] if limits else []),
    ]
    return modal("Send invoice", blocks, ids.VIEW_SEND, visit_id, submit="Send")


def _inputs(email: SendForm, fresh: str) -> list[Block]:
    return [
        field(
            "To",
            text_input(ids.IN_TO, email.to, placeholder="billing@example.com"),
            fresh,
            hint="Commas between several addresses; at most 5 with cc.",
        ),
        field("Cc", text_input(ids.IN_CC, email.cc), fresh, optional=True),
        field("Subject", text_input(ids.IN_SUBJECT, email.subject), fresh),
        field("Message", text_input(ids.IN_MESSAGE, email.message, lines=True), fresh),
    ]


def _as_syncro_does(email: SendForm, in_syncro: str) -> list[Block]:
    """To whom it goes where nothing of an email can be chosen, and the way to where it can."""
    copies = f", with copies to *{escape(email.cc)}*" if email.cc else ""
    return [
        section(f"It goes to *{escape(email.to)}*{copies}."),
        context(
            "With this Syncro account, addresses, subject and text are Syncro's own. Change them in Syncro."
        ),
        *link_blocks(in_syncro),
    ]
