"""What a digest tells of holds: promises that are due, promises broken since the last one, open disputes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.domain.digest import Disputes, Figures, HoldNews, PromiseLine
from bot.domain.holds import HoldKind
from bot.domain.invoice import Invoice
from bot.store import holds
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.promises import invoices_of

#: A hold with those invoices that it covers and the digest's filter lets through.
_Seen = tuple[Noted, Sequence[Invoice]]


def hold_news(
    tx: Tx, context: Context, today: date, before: Figures | None, since: datetime, over_days: int
) -> HoldNews:
    """The holds' part of a digest on ``today``, after the last one (``before``), which was made ``since`` then.

    With ``over_days``, only what concerns an invoice that is more than so many days past due.
    """

    def seen(noted: Iterable[Noted]) -> list[_Seen]:
        pairs = ((one, _covered(tx, one, today, over_days)) for one in noted)
        return [(one, invoices) for one, invoices in pairs if invoices]

    opened = holds.all_open_noted(tx)
    promises = [one for one in opened if one.hold.kind is HoldKind.PROMISE]
    disputes = [one for one in opened if one.hold.kind is HoldKind.DISPUTE]
    listed = set(before.broken) if before else set()
    broken = [
        one for one in holds.ended_since(tx, since) if one.outcome == "broken" and one.hold.id not in listed
    ]
    return HoldNews(
        due=tuple(_line(*pair, today) for pair in seen(one for one in promises if _due(one, today, before))),
        broken=tuple(_line(*pair, today) for pair in seen(broken)),
        disputes=_disputes(seen(disputes), context),
    )


def _covered(tx: Tx, noted: Noted, today: date, over_days: int) -> list[Invoice]:
    """The unpaid invoices that a hold is about, the oldest due first."""
    found = [
        one
        for one in invoices_of(tx, noted)
        if one.unpaid and (not over_days or (one.days_past_due(today) or 0) > over_days)
    ]
    return sorted(found, key=lambda one: (one.due_date or date.max, one.id))


def _due(noted: Noted, today: date, before: Figures | None) -> bool:
    """Whether its date is today, or passed since the last digest, on a day without one.

    A plan has a date for each of its instalments.
    """
    until = noted.hold.until
    dates = [one.due for one in noted.hold.instalments] or ([until] if until is not None else [])
    since = before.on if before is not None else today
    return any(one == today or since < one < today for one in dates)


def _line(noted: Noted, invoices: Sequence[Invoice], today: date) -> PromiseLine:
    """A promise; of a plan, the last instalment that was due by ``today``."""
    plan = noted.hold.instalments
    part = sum(one.due <= today for one in plan)
    asked = plan[part - 1] if part else None
    return PromiseLine(
        hold_id=noted.hold.id,
        customer_id=noted.hold.customer_id,
        customer_name=invoices[0].customer_name,
        numbers=tuple(one.number for one in invoices),
        amount=asked.amount if asked else noted.hold.amount,
        currency=noted.currency,
        until=asked.due if asked else noted.hold.until,
        part=part,
        parts=len(plan),
    )


def _disputes(seen: Sequence[_Seen], context: Context) -> Disputes | None:
    if not seen:
        return None
    oldest, about = seen[0]
    amounts: dict[str, int] = defaultdict(int)
    each = {one.id: one for _, invoices in seen for one in invoices}
    for one in each.values():
        amounts[one.currency] += max(one.balance or 0, 0)
    return Disputes(
        count=len(seen),
        oldest_name=about[0].customer_name,
        oldest_on=context.local(oldest.created_at).date(),
        amounts=dict(sorted(amounts.items())),
        unknown=sum(one.balance is None for one in each.values()),
    )
