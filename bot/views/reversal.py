"""A payment that an invoice no longer has, for those who look after it."""

from bot.domain.facts import ReversedPayment
from bot.views import ids
from bot.views.blocks import (
    Message,
    actions,
    bold,
    bullets,
    button,
    escape,
    header,
    line,
    message,
    one_line,
    rich,
    section,
    trim,
    words,
)
from bot.views.wording import invoice_words, payment_words

_WHAT = "Syncro had this payment on the invoice. It is no longer there, or no longer successful:"
_NEXT = (
    "The invoice is open again and is reminded of like any other. Please find out what became of the money."
)


def reversed_payment(held: ReversedPayment) -> Message:
    """What was lost, how the invoice stands now, and the way to it."""
    said = f"A payment on {trim(one_line(held.invoice.number), 60)} is gone"
    lost = line(words(payment_words(held.payment, held.invoice.currency)))
    now = line(bold("Now"), words(f" · {invoice_words(held.invoice, held.today)}"))
    blocks = [
        header(said),
        section(_WHAT),
        rich(bullets([lost, now])),
        section(_NEXT),
        *actions(
            [
                button("Open the invoice", ids.CARD, held.invoice.id, style="primary"),
                button("Open in Syncro", ids.OPEN_SYNCRO, held.invoice.id, url=held.syncro_url),
            ]
        ),
    ]
    return message(escape(f"{said}: {payment_words(held.payment, held.invoice.currency)}"), blocks)
