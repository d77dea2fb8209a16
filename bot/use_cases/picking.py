"""What somebody means who types a number or a name into a picker: open invoices, and customers."""

from bot.domain.errors import Candidate
from bot.domain.invoice import Invoice
from bot.domain.references import digits_of, is_reference, reference_matches
from bot.store import mirror
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.lookup import Lookup

_MOST = 50


async def picked_from(context: Context, lookup: Lookup, typed: str) -> list[Candidate]:
    """Unpaid invoices of that number and customers of that name, from the mirror; never asks Syncro."""
    number = typed.strip()

    def read(tx: Tx) -> list[Invoice]:
        return [
            one
            for one in mirror.invoices_by_digits(tx, digits_of(number))
            if one.unpaid and reference_matches(number, one.number)
        ]

    invoices = await context.lane.read(read) if digits_of(number) and is_reference(number) else []
    found = [Candidate("invoice", one.id, f"{one.number} · {one.customer_name}") for one in invoices]
    names = await lookup.customer_options(typed)
    return [*found, *(Candidate("customer", key, name) for key, name in names)][:_MOST]
