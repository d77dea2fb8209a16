"""Sending an invoice by email."""

from collections.abc import Sequence

from bot.domain.facts import InvoiceCard
from bot.domain.invoice import Status
from bot.views import ids
from bot.views.blocks import Block, View, context
from bot.views.forms import SendForm
from bot.views.modal_edit import which_invoice
from bot.views.modals_common import anyway_blocks, field, modal, notice_blocks, text_input


def send_form(
    card: InvoiceCard,
    email: SendForm,
    visit_id: str,
    notice: str = "",
    reason: bool = False,
    *,
    evidence: Sequence[str] = (),
    fresh: str = "",
) -> View:
    """To, cc, subject and message as ``email`` holds them; ``reason`` asks for the reason of an approver."""
    again = card.invoice.status in (Status.SENT, Status.VIEWED, Status.PARTIAL)
    blocks = [
        *notice_blocks(notice, evidence),
        *which_invoice(card),
        *([context("This invoice has been sent before. The customer gets it again.")] if again else []),
        field(
            "To",
            text_input(ids.IN_TO, email.to, placeholder="billing@example.com"),
            fresh,
            hint="Commas between several addresses; at most 5 with cc.",
        ),
        field("Cc", text_input(ids.IN_CC, email.cc), fresh, optional=True),
        *_text(card, email, fresh),
        *anyway_blocks("", email.reason, fresh, False, reason),
    ]
    return modal("Send invoice", blocks, ids.VIEW_SEND, visit_id, submit="Send")


def _text(card: InvoiceCard, email: SendForm, fresh: str) -> list[Block]:
    if not card.abilities.email_text:
        return [context("Syncro sends its own subject and text with this account.")]
    return [
        field("Subject", text_input(ids.IN_SUBJECT, email.subject), fresh),
        field("Message", text_input(ids.IN_MESSAGE, email.message, lines=True), fresh),
    ]
