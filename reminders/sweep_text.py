"""What a sweep did or would do, as text for a terminal."""

from collections import Counter
from collections.abc import Sequence

from bot.domain.dates import say_date
from bot.domain.money import say_money
from bot.use_cases.collections import Row
from bot.views.columns import columns
from bot.views.wording import count
from reminders.sweep import SweepReport


def swept(report: SweepReport, left_out: Sequence[tuple[str, str]], waiting: int) -> str:
    """What a sweep did: ``left_out`` are names and reasons, ``waiting`` counts contacts that are not posted yet."""
    unposted = (
        [f"Not posted yet: {waiting} of that day's contacts. The running bot tries again."] if waiting else []
    )
    if not report.ran:
        done = f"The sweep of {say_date(report.day)} was done before; use --again for another."
        return "\n".join([done, *unposted])
    how = "decided, for" if waiting else "made in"
    made = f"Sweep of {say_date(report.day)}: {report.made} contacts were {how} {report.messages} messages."
    left = [f"Left out: {name}. {why}" for name, why in left_out]
    return "\n".join([made, *unposted, *left, *report.unreachable])


def would(report: SweepReport) -> str:
    """Every open invoice with what would happen to it and why, then how many of each."""
    if not report.rows:
        return "The local copy has no open invoices. If that can't be, read them first: duebot sync"
    head = ("Invoice", "Customer", "Due", "Balance", "Track", "Decision", "Why")
    table = [head, *(_row(row) for row in report.rows)]
    counts: dict[str, Counter[str]] = {}
    for row in report.rows:
        counts.setdefault(row.track, Counter())[_words(row.reason)] += 1
    sums = [
        f"{track}: {', '.join(f'{number} {reason}' for reason, number in found.most_common())}"
        for track, found in counts.items()
    ]
    made = f"Sweep of {say_date(report.day)}: {report.made} contacts in {report.messages} messages would be made."
    emails = (
        f"To customers: {report.emails} would go out, {report.proposed} would be proposed to an approver."
    )
    capped = [f"The daily cap would hold back {report.capped} more."] if report.capped else []
    lines = [
        columns(table, frozenset({3})),
        "",
        *sums,
        made,
        emails,
        *capped,
        *_then(report),
        *report.unreachable,
    ]
    return "\n".join(lines)


def _then(report: SweepReport) -> list[str]:
    """What the balances of another day are worth."""
    if report.as_now is None:
        return []
    if not report.as_now:
        return ["Balances are those of that day, by the payments that are known."]
    whose = count(report.as_now, "invoice")
    return [
        f"Balances of {whose} are as of now; the others are those of that day, by the payments that are known."
    ]


def _row(row: Row) -> tuple[str, ...]:
    invoice = row.invoice
    due = invoice.due_date.isoformat() if invoice.due_date else "not set"
    balance = say_money(invoice.balance, invoice.currency)
    who = (invoice.number, invoice.customer_name, due, balance)
    return (*who, row.track, _words(row.reason), row.sentence)


def _words(reason: str) -> str:
    return reason.replace("_", " ")
