"""The audit in Slack: what was done to one invoice, and the weekly message that keeps the record's end."""

from bot.domain.audit_facts import InvoiceLog, LogEntry, RecordState
from bot.domain.dates import say_date
from bot.views import ids
from bot.views.audit_words import action_words, details, recipients
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
    message,
    one_line,
    person,
    plain_section,
    rich,
    section,
    trim,
    words,
)
from bot.views.wording import invoice_words

_NAME = 60
_NAMED = 4
#: All that is said of one entry: forty of them stay far below what a message takes.
_DETAILS = 200


def invoice_log(held: InvoiceLog) -> Message:
    """Who did what to an invoice, the newest first."""
    number = one_line(held.invoice.number)
    blocks = [
        header(f"Who did what? {trim(number, _NAME)}"),
        plain_section(invoice_words(held.invoice, held.today)),
        *_entries(held),
        *actions([button("Open the invoice", ids.CARD, held.invoice.id)]),
        context("Only what was done with Duebot. What was done in Syncro itself, Syncro knows."),
    ]
    many = _many(len(held.entries) + held.older)
    return message(f"Who did what to {escape(number)}: {many}", blocks)


def _entries(held: InvoiceLog) -> list[Block]:
    if not held.entries:
        return [section("Nothing was done to it with Duebot so far.")]
    lines = [_entry(entry, held.invoice.currency) for entry in held.entries]
    if held.older:
        lines.append(line(words(f"and {held.older:,} older; export the audit record for all")))
    zone = f"{held.entries[0].at:%Z}"
    return [rich(line(bold(f"The newest first, times in {zone}")), bullets(lines))]


def _entry(entry: LogEntry, currency: str) -> Block:
    who = person(entry.by_id) if entry.by_id else words(trim(one_line(entry.by_name), _NAME))
    said = " · ".join(details(entry.before, entry.after, currency))
    return line(
        words(f"{say_date(entry.at.date())}, {entry.at:%H:%M} · "),
        who,
        words(" "),
        bold(trim(action_words(entry.action), _NAME + _NAME)),
        *_people(recipients(entry.after)),
        *([words(f" · {trim(said, _DETAILS)}")] if said else []),
    )


def _people(to: tuple[str, ...]) -> list[Block]:
    found: list[Block] = []
    for place, one in enumerate(to[:_NAMED]):
        found += [words(", " if place else " to "), person(one)]
    return [*found, *([words(f" and {len(to) - _NAMED} more")] if len(to) > _NAMED else [])]


def record_head(held: RecordState) -> Message:
    """The weekly message. Whoever keeps it can tell later whether entries were cut off; it names nobody."""
    head = escape(one_line(held.head))
    keep = (
        f"Keep this message: `duebot audit verify --head {head}` finds with it whether entries were cut off."
    )
    said = f"Audit record: {_many(held.entries)}. Head `{head}`."
    return message(said, [section(said), *_amiss(held), *_keyless(held), context(keep)])


def _many(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries:,} entries"


def _amiss(held: RecordState) -> list[Block]:
    if not held.problems:
        return []
    found = "\n".join(f"• {escape(one_line(one))}" for one in held.problems)
    more = f"\n• and {held.more:,} more" if held.more else ""
    return [
        section(
            f":warning: *The audit record does not verify.* `duebot audit verify` tells all of it.\n{found}{more}"
        )
    ]


def _keyless(held: RecordState) -> list[Block]:
    if held.keyed:
        return []
    return [
        section(":warning: `DUEBOT_AUDIT_KEY` is not set, so whoever can write the database can rewrite it.")
    ]
