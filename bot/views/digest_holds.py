"""The holds' part of a digest: promises that are due or broken, and open disputes."""

from collections.abc import Sequence
from datetime import date

from bot.domain.dates import say_date, say_day
from bot.domain.digest import Disputes, HoldNews, PromiseLine
from bot.domain.money import say_money
from bot.views.blocks import Block, bold, bullets, line, one_line, rich, some, trim, words
from bot.views.wording import count

_LISTED = 10
_NUMBERS = 3


def hold_blocks(news: HoldNews, today: date, since: str) -> list[Block]:
    """Which promises are due, or broken ``since`` then, and what is disputed; nothing of what there isn't."""
    return [
        *_promises(f"Promises due: {len(news.due):,}", news.due, today),
        *_promises(f"Promises broken since {since}: {len(news.broken):,}", news.broken, today),
        *(
            [rich(line(bold("Disputes"), words(f" · {_dispute_words(news.disputes)}")))]
            if news.disputes
            else []
        ),
    ]


def _promises(heading: str, promises: Sequence[PromiseLine], today: date) -> list[Block]:
    if not promises:
        return []
    lines = [
        line(bold(trim(one_line(one.customer_name), 100)), words(f" · {promise_words(one, today)}"))
        for one in promises
    ]
    return [rich(line(bold(heading)), bullets(some(lines, _LISTED, "promises")))]


def promise_words(promise: PromiseLine, today: date) -> str:
    """A promise in words."""
    numbers = [one_line(one) for one in promise.numbers[:_NUMBERS]]
    more = len(promise.numbers) - len(numbers)
    amount = "all that is open" if promise.amount is None else say_money(promise.amount, promise.currency)
    parts = [
        amount,
        ", ".join([*numbers, *([f"{more} more"] if more else [])]),
        f"instalment {promise.part} of {promise.parts}" if promise.part else "",
        f"for {say_date(promise.until)}" if promise.until and promise.until != today else "",
    ]
    return trim(" · ".join(part for part in parts if part), 200)


def _dispute_words(held: Disputes) -> str:
    amounts = [say_money(amount, currency) for currency, amount in held.amounts.items() if amount]
    unknown = [f"{count(held.unknown, 'invoice')}, balance unknown"] if held.unknown else []
    parts = [
        f"{held.count:,} open",
        " and ".join([*amounts, *unknown]),
        f"the oldest is {trim(one_line(held.oldest_name), 100)}, since {say_day(held.oldest_on)}",
    ]
    return " · ".join(part for part in parts if part)
