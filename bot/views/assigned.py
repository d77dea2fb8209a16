"""What a person reads whom a customer was assigned to."""

from bot.domain.customer_facts import CustomerCard
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import (
    Message,
    actions,
    bold,
    button,
    escape,
    line,
    message,
    one_line,
    rich,
    trim,
    words,
)


def assigned(card: CustomerCard, by_name: str) -> Message:
    """Whose they are now, what is overdue, and the way to them."""
    name, by = (trim(one_line(text), 100) for text in (card.customer.name, by_name))
    owed = f"{say_money(card.overdue_amount, card.currency)} overdue"
    blocks = [
        rich(line(words(f"{by} assigned "), bold(name), words(f" to you · {owed}"))),
        *actions([button("Open the customer", ids.CUSTOMER_CARD, card.customer.id, style="primary")]),
    ]
    return message(escape(f"{by} assigned {name} to you"), blocks)
