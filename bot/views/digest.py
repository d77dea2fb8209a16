"""The daily digest of a channel."""

from collections.abc import Mapping, Sequence

from bot.domain.dates import say_date
from bot.domain.digest import Digest, Jump, PaymentLine
from bot.domain.facts import Debtor
from bot.domain.invoice import Invoice
from bot.domain.money import say_money
from bot.views import ids
from bot.views.aging import CHARTS, aside_words, bucket_blocks, change_words, debtor_table, overdue_words
from bot.views.blocks import (
    Block,
    Message,
    actions,
    bold,
    bullets,
    button,
    context,
    escape,
    header,
    line,
    mention,
    message,
    one_line,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.digest_holds import hold_blocks
from bot.views.parts import customer_menu
from bot.views.weekly import weekly_blocks
from bot.views.wording import as_of_words, count, payment_words

_LISTED = 10
_JUMPS = 5


def digest(held: Digest) -> Message:
    """One channel's day: what is overdue and how it changed, who owes most, what is promised and what was paid.

    On its day with the weekly summary below.
    """
    summary = escape(overdue_words(held.totals, held.as_of))
    stale = [section(f":warning: {escape(held.stale)}")] if held.stale else []
    aside = escape(aside_words(held.totals))
    buckets = bucket_blocks(held.totals, held.as_of, held.bucket_changes)
    week = weekly_blocks(held.weekly, _charts_left(buckets)) if held.weekly and held.as_of else []
    blocks = [
        header(f"Overdue digest · {say_date(held.today)} · {held.business}"),
        *stale,
        section(f"*{summary}*{_change(held.changes)}"),
        *buckets,
        *([context(aside)] if aside else []),
        *_newly_overdue(held.newly_overdue),
        *_jumped(held.jumped),
        *debtor_table(_largest(held.debtors), "Largest debtors"),
        *hold_blocks(held.holds, held.today, _since(held)),
        *_payments(held),
        *_failures(held.failures),
        *_mentions(held.mentions),
        *week,
        *actions(
            [
                *customer_menu((debtor.customer_id, debtor.name) for debtor in held.debtors),
                button("Open the worklist", ids.OVERDUE_BOARD, "all"),
            ]
        ),
        context(as_of_words(held.as_of, held.today)),
    ]
    said = f"{escape(one_line(held.business))}, {say_date(held.today)}: {summary}"
    return message(f"{said}. {escape(held.stale)}" if held.stale else said, blocks)


def _largest(debtors: Sequence[Debtor]) -> list[Debtor]:
    return sorted(debtors, key=lambda debtor: debtor.overdue, reverse=True)[:_LISTED]


def _change(changes: Mapping[str, int] | None) -> str:
    if changes is None:
        return "\nThis is the first digest here, so there is nothing to compare with."
    said = [_change_words(amount, currency) for currency, amount in changes.items() if amount]
    return f"\n{', '.join(said)} since the last digest" if said else "\nUnchanged since the last digest"


def _change_words(amount: int, currency: str) -> str:
    return f"{escape(change_words(amount, currency))} {'more' if amount > 0 else 'less'}"


def _newly_overdue(invoices: Sequence[Invoice]) -> list[Block]:
    if not invoices:
        return []
    lines = [line(bold(one_line(held.number)), words(f" · {_owed(held)}")) for held in invoices]
    return [
        rich(
            line(bold(f"Newly overdue: {count(len(invoices), 'invoice')}")),
            bullets(some(lines, _LISTED, "invoices")),
        )
    ]


def _jumped(jumps: Sequence[Jump]) -> list[Block]:
    if not jumps:
        return []
    lines = [line(bold(trim(one_line(one.name), 100)), words(f" · {_jump_words(one)}")) for one in jumps]
    heading = f"Jumped since the last digest: {count(len(jumps), 'customer')}"
    return [rich(line(bold(heading)), bullets(some(lines, _JUMPS, "customers")))]


def _jump_words(jump: Jump) -> str:
    now = say_money(jump.now, jump.currency)
    before = f"was {say_money(jump.before, jump.currency)}" if jump.before else "nothing was"
    return f"{change_words(jump.rise, jump.currency)} · now {now} overdue, {before}"


def _owed(held: Invoice) -> str:
    balance = "balance unknown" if held.balance is None else say_money(held.balance, held.currency)
    return f"{trim(one_line(held.customer_name), 100)} · {balance}"


def _since(held: Digest) -> str:
    return "yesterday" if held.changes is None else "the last digest"


def _charts_left(blocks: Sequence[Block]) -> int:
    return CHARTS - [block["type"] for block in blocks].count("data_visualization")


def _payments(held: Digest) -> list[Block]:
    since = _since(held)
    if not held.payments:
        return [context(f"No payments since {since}.")]
    sums: dict[str, int] = {}
    for one in held.payments:
        sums[one.currency] = sums.get(one.currency, 0) + one.payment.amount
    amount = ", ".join(say_money(sums[currency], currency) for currency in sorted(sums))
    heading = f"{count(len(held.payments), 'payment')} since {since}: {amount}"
    lines = [line(words(_payment_words(one))) for one in held.payments]
    return [rich(line(bold(heading)), bullets(some(lines, _LISTED, "payments")))]


def _payment_words(held: PaymentLine) -> str:
    label = trim(one_line(f"{held.number}, {held.customer_name}"), 150)
    return f"{label} · {payment_words(held.payment, held.currency)}"


def _failures(failures: Sequence[str]) -> list[Block]:
    if not failures:
        return []
    lines = [line(words(trim(one_line(text), 300))) for text in failures]
    return [rich(line(bold("What failed or needs a decision")), bullets(some(lines, _LISTED, "things")))]


def _mentions(people: Sequence[str]) -> list[Block]:
    return [section(f"For {' '.join(mention(user) for user in people)}")] if people else []
