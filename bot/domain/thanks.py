"""Whether a paid invoice was paid by the customer, or its balance only written off."""

import re
from collections.abc import Sequence

from bot.domain.invoice import Invoice, Payment

_WRITTEN_OFF = re.compile(r"write[\s-]*off|written[\s-]*off|bad[\s-]*debt", re.IGNORECASE)


def paid_by_customer(invoice: Invoice, payments: Sequence[Payment]) -> bool:
    """Whether successful payments cover the whole of it, and none of them is called a write-off.

    ``payments`` are those of the invoice. What a payment that is spread over several gives it isn't known, and is taken
    to be enough.
    """
    good = [one for one in payments if one.successful]
    if not good or any(_WRITTEN_OFF.search(f"{one.method}\n{one.reference}\n{one.notes}") for one in good):
        return False
    return any(one.spread_over for one in good) or sum(one.amount for one in good) >= invoice.total
