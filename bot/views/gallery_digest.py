"""Digests with everything in them, their weekly part, and notes of what was paid, from fictional facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.domain import weekly
from bot.domain.digest import Digest, Disputes, HoldNews, Jump, PromiseLine
from bot.domain.facts import Thanks
from bot.domain.invoice import Status
from bot.domain.weekly import Cash, CashWeek, CurrencyWeek, Point, PromisesEnded, SalesOutstanding, Weekly
from bot.views import gallery_facts as facts
from bot.views.blocks import Message
from bot.views.digest import digest
from bot.views.tables import without_new_blocks
from bot.views.thanks import thank_you

_DUE = PromiseLine("h1", "501", "Acme Rockets", ("INV-2026-1042",), 60625, "USD", facts.TODAY)
_EARLIER = PromiseLine(
    "h2",
    "502",
    facts.HOSTILE,
    ("INV-2026-1043", facts.HOSTILE, "INV-2026-1051", "INV-2026-1052"),
    None,
    "USD",
    facts.TODAY - timedelta(days=2),
)
NEWS = HoldNews(
    due=(_DUE, _EARLIER),
    broken=(replace(_EARLIER, amount=141250),),
    disputes=Disputes(3, facts.HOSTILE, facts.TODAY - timedelta(days=19), {"CAD": 12000, "USD": 80625}, 1),
)
JUMPS = (
    Jump("501", "Acme Rockets", "USD", 20000, 80625),
    Jump("502", facts.HOSTILE, "USD", 0, 60625),
)


_PAID = (facts.invoice(Status.PAID, balance=0), facts.TODAY)


def full_digest() -> Digest:
    """A morning on which everything happened."""
    return replace(
        facts.digest_facts(),
        bucket_changes={"USD": (-50000, 120000, 0, -2500, 0)},
        jumped=JUMPS,
        holds=NEWS,
    )


def week(currency: str = "USD", *, points: int = weekly.TREND_WEEKS) -> CurrencyWeek:
    """One currency's week, with a trend over so many points."""
    first = [facts.TODAY + timedelta(days=7 * at) for at in range(weekly.CASH_WEEKS)]
    amounts = ((412500, 60625), (295000, 0), (120050, 25000), (0, 0))
    weeks = (CashWeek(on, on + timedelta(days=6), *pair) for on, pair in zip(first, amounts, strict=True))
    trend = (
        Point(facts.TODAY - timedelta(days=7 * at), 1383125 - 90000 * at) for at in reversed(range(points))
    )
    return CurrencyWeek(
        currency=currency,
        overdue=1383125,
        outstanding=SalesOutstanding(41),
        effectiveness=78,
        trend=tuple(trend),
        cash=Cash(tuple(weeks), later=80000, slow=555000, disputed=92625, undated=1200),
        unknown=1,
    )


def digest_examples() -> Mapping[str, Message]:
    """Digests with everything, and the weekly summary: usual, in two currencies, the first, with nothing in it."""
    held, promises = full_digest(), PromisesEnded(8, 2, 1)
    two = replace(
        held,
        totals=(facts.USD, facts.CAD),
        weekly=Weekly((week("CAD", points=3), week()), promises),
    )
    first = replace(week(points=1), outstanding=SalesOutstanding(400, at_least=True))
    empty = CurrencyWeek("USD", 0, None, None, (), weekly.no_cash(facts.TODAY))
    usual = digest(replace(held, weekly=Weekly((week(),), promises)))
    return {
        "digest_full": digest(held),
        "digest_weekly": usual,
        "digest_weekly_plain_blocks": Message(usual.text, without_new_blocks(usual.blocks)),
        "digest_weekly_two_currencies": digest(two),
        "digest_weekly_first": digest(replace(held, weekly=Weekly((first,), PromisesEnded()))),
        "thank_you": thank_you(Thanks(facts.TODAY, (_PAID,), facts.AS_OF)),
        "thank_you_many": thank_you(
            Thanks(facts.TODAY, (_PAID, (facts.ROGUE_INVOICE, None)) * 30, facts.AS_OF)
        ),
        "digest_weekly_quiet": digest(
            replace(facts.QUIET_DIGEST, weekly=Weekly((empty,), PromisesEnded(moved=1)))
        ),
    }
