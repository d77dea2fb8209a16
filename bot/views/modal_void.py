"""Voiding an invoice, with the reason that is kept."""

from bot.domain.facts import InvoiceCard
from bot.views import ids
from bot.views.blocks import Block, View, bold, bullets, context, line, rich, section, some, words
from bot.views.modal_edit import which_invoice
from bot.views.modals_common import field, modal, notice_blocks, text_input
from bot.views.wording import payment_words


def void_form(
    card: InvoiceCard,
    visit_id: str,
    reason: str = "",
    notice: str = "",
    *,
    asks: bool = False,
    fresh: str = "",
) -> View:
    """Asks for the reason; lists payments, which voiding does not give back. ``asks``: somebody else must approve."""
    why = text_input(ids.IN_REASON, reason, placeholder="Billed twice, see INV-2024-1043", lines=True)
    blocks = [
        *notice_blocks(notice),
        *which_invoice(card),
        section("Voiding can't be undone here. The customer no longer owes this invoice."),
        *_payments(card),
        field("Reason", why, fresh, hint="Kept in the log."),
        *([context("Somebody else must approve it. Nothing is voided until then.")] if asks else []),
    ]
    submit = "Ask for approval" if asks else "Void invoice"
    return modal("Void invoice", blocks, ids.VIEW_VOID, visit_id, submit=submit)


def _payments(card: InvoiceCard) -> list[Block]:
    payments = card.invoice.payments or ()
    if not payments:
        return []
    lines = [line(words(payment_words(held, card.invoice.currency))) for held in payments]
    return [
        rich(line(bold("Payments on this invoice")), bullets(some(lines, 10, "payments"))),
        context(":warning: Duebot doesn't refund them. Refund or move them in Syncro."),
    ]
