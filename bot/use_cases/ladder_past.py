"""What was owed, held and said on a past day, as far as it can be rebuilt (docs/ladder.md, "As of a past day")."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.domain.holds import Hold
from bot.domain.invoice import Invoice
from bot.domain.past import Then, on_day
from bot.store import holds, mirror, mirror_payments
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.context import Context


def owing_on(tx: Tx, day: date) -> list[str]:
    """The ids of customers who owe something now, or have paid something after ``day``."""
    return list(dict.fromkeys([*mirror.owing(tx), *mirror_payments.payers_after(tx, day)]))


def unpaid_on(tx: Tx, customer_id: str, day: date) -> list[Then]:
    """A customer's invoices that were unpaid on ``day``."""
    paid = mirror_payments.paid_after(tx, customer_id, day)
    found = (then_of(tx, one, day) for one in [*mirror.unpaid(tx, customer_id), *paid])
    return [then for then in found if then is not None and then.invoice.unpaid]


def then_of(tx: Tx, invoice: Invoice, day: date) -> Then | None:
    """One invoice as it was on ``day``; ``None`` when it had not been made."""
    return on_day(invoice, mirror_payments.payments_on(tx, invoice.id), day)


def holds_on(tx: Tx, context: Context, day: date) -> dict[str, Sequence[Hold]]:
    """The holds that were open when ``day`` ended, by customer."""
    over = datetime.combine(day + timedelta(days=1), datetime.min.time(), context.zone)
    found: dict[str, list[Hold]] = defaultdict(list)
    for noted in holds.open_at(tx, over):
        found[noted.hold.customer_id].append(noted.hold)
    return dict(found)


def before(made: Sequence[Contact], day: date) -> list[Contact]:
    """What had been said by the morning of ``day``."""
    return [one for one in made if one.as_of < day.isoformat()]
