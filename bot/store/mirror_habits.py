"""How late paid invoices were paid, from the mirror: what payment habits are judged by."""

from collections import defaultdict
from datetime import date

from bot.store.lane import Tx


def days_late(tx: Tx, since: date, customer_id: str = "") -> dict[str, list[int]]:
    """Days from due date to last payment of paid invoices due ``since`` or later, by customer; one only, if given.

    Only successful payments count. An invoice whose payments aren't all dated is left out, as is one without a due
    date: when it was paid, or how late, isn't known.
    """
    rows = tx.all(
        f"""SELECT invoice.customer_id, invoice.due_day, max(payment.date) AS paid_on
            FROM invoice JOIN payment ON payment.invoice_id = invoice.id AND payment.successful = 1
            WHERE invoice.gone = 0 AND invoice.status = 'paid' AND invoice.due_day >= :since
                {"AND invoice.customer_id = :customer_id" if customer_id else ""}
            GROUP BY invoice.id, invoice.customer_id, invoice.due_day
            HAVING count(*) = count(payment.date)""",  # noqa: S608 - constants of this module
        {"since": since.toordinal(), "customer_id": customer_id},
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row["customer_id"]].append(date.fromisoformat(row["paid_on"]).toordinal() - row["due_day"])
    return dict(found)
