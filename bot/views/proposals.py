"""Contacts to look through: the review of a day's proposals, a proposal's text, and skipping it."""

from collections.abc import Sequence

from bot.domain.contact_facts import ContactCard, Review
from bot.domain.dates import say_date
from bot.domain.money import say_money
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    View,
    actions,
    button,
    confirm,
    context,
    escape,
    header,
    mention,
    message,
    one_line,
    plain_section,
    section,
    trim,
)
from bot.views.modals_common import field, modal, notice_blocks, text_input
from bot.views.wording import count

#: A review is read quickly: so many invoices stand in a line of it, the others in the proposal's own view.
_INVOICES = 3
_ALL = 30
#: What a contact waits for, or why it ended, where the ledger keeps a code.
_REASONS = {
    "daily_cap": "the daily cap is reached; it goes first on the next day",
    "automatic_off": "automatic sending is off",
}


def review(held: Review, role: Role | None) -> Message:
    """The proposals of a list; decided ones say by whom and when, without buttons.

    ``role`` is the reader's for a private answer; ``None`` for a posted message.
    """
    decides = role is None or may(role, Action.APPROVE)
    many = count(len(held.cards), "proposal") if held.cards else "Proposals"
    said = f"{many} · {say_date(held.day)}"
    blocks = [
        header(said),
        section(_asks(held, role)),
        *([context(f":warning: {escape(held.note)}")] if held.note else []),
        *[block for card in held.cards for block in _proposal(card, decides)],
        *(_all(held) if decides else []),
    ]
    return message(f"Proposals to review: {said}", blocks)


def _asks(held: Review, role: Role | None) -> str:
    """How many of the list wait for a person, as markup; in a private answer also how many it doesn't show.

    A posted message isn't drawn again when others are decided, so it says nothing of them.
    """
    if not held.cards:
        return "Nothing waits for a decision."
    waiting = len(held.waiting)
    needs = f"{count(waiting, 'contact')} {'needs' if waiting == 1 else 'need'} a decision."
    asks = needs if waiting else "All of them are decided."
    if not held.others or role is None:
        return asks
    more = "1 more follows" if held.others == 1 else f"{held.others:,} more follow"
    return f"{asks} {more} when these are decided."


def _all(held: Review) -> list[Block]:
    """Approving all that is offered as it was made; a text that a person has changed is approved by itself."""
    number = sum(not card.edited for card in held.waiting)
    if number < 2:
        return []
    sure = confirm(
        "Approve all?",
        f"This lets out {number} contacts. Texts that somebody changed stay for you.",
        "Approve all",
    )
    return actions([button(f"Approve all {number}", ids.PROPOSAL_APPROVE_ALL, held.id, confirm=sure)])


def _proposal(card: ContactCard, decides: bool) -> list[Block]:
    blocks = [section(headline(card)), context(about(card))]
    if not card.awaits:
        return [*blocks, context(_how_it_stands(card))]
    look = button("Open", f"{ids.PROPOSAL_OPEN}:{card.id}", card.id)
    approve = button(
        "Approve", f"{ids.PROPOSAL_APPROVE}:{card.id}", f"{card.id}:{card.version}", style="primary"
    )
    skip = button("Skip", f"{ids.PROPOSAL_SKIP}:{card.id}", card.id)
    return [*blocks, *actions([approve, look, skip] if decides else [look])]


def headline(card: ContactCard) -> str:
    """Who, how much, and which level, as markup."""
    name = escape(trim(one_line(card.customer_name), 80))
    total = say_money(card.total, card.currency)
    level = escape(trim(one_line(card.level), 60))
    return f"*{name}* · {total} · level *{level}*"


def about(card: ContactCard, most: int = _INVOICES) -> str:
    """The first ``most`` invoices, where it goes and why a person is asked, as markup."""
    lines = [
        f"{escape(one_line(one.number))} {say_money(one.balance, card.currency)}, {_late(one.days)}"
        for one in card.invoices[:most]
    ]
    left = len(card.invoices) - most
    parts = [
        "; ".join(lines) + (f"; and {left} more" if left > 0 else ""),
        f"to {_to(card)}",
        "it was past due before sending was started" if card.needs == "old_book" else "",
        f"asked for by {mention(card.asked_by)}" if card.asked_by else "",
        "text changed by a person" if card.edited else "",
        voted_words(card.needed, card.voted),
    ]
    return " · ".join(part for part in parts if part)


def voted_words(number: int, voted: Sequence[str]) -> str:
    """Who has approved so far where several must, as markup; else empty."""
    if number < 2 or not voted:
        return ""
    return f"{len(voted)} of {number} have approved: {escape(trim(one_line(', '.join(voted)), 200))}"


def _late(days: int) -> str:
    if days == 0:
        return "due today"
    return f"{count(days, 'day')} late" if days > 0 else f"due in {count(-days, 'day')}"


def _to(card: ContactCard) -> str:
    """Addresses, or our own people; who is left out is named."""
    to = ", ".join(_internal(one) if card.track == "internal" else escape(one) for one in card.to) or "nobody"
    if card.by_task:
        return f"{to}, mailed by the owner"
    left = f" (without {escape(', '.join(card.left_out))}: Syncro takes no more)" if card.left_out else ""
    return to + left


def _internal(target: str) -> str:
    return mention(target) if target[:1] in ("U", "W") else "the escalation channel"


def _how_it_stands(card: ContactCard) -> str:
    """What became of a proposal that needs nobody any more, as markup."""
    at = f", {card.decided_at:%H:%M} on {say_date(card.decided_at.date())}" if card.decided_at else ""
    by = f" by {escape(card.decided_by)}{at}" if card.decided_by else ""
    why = escape(trim(one_line(reason_words(card)), 300)) if card.reason else ""
    match card.stage:
        case "approved":
            next_step = "Its owner gets it to mail" if card.by_task else "It goes out"
            soon = f" {next_step} shortly; outside the hours of sending, on the next business day."
            waits = f" It waits: {why}." if why else soon
            return f":white_check_mark: Approved{by}.{waits}"
        case "claimed" if card.by_task:
            return f":white_check_mark: Approved{by}. Its owner has it to mail."
        case "claimed":
            return f":white_check_mark: Approved{by}. It is going out."
        case "sent":
            return f":envelope: Approved{by}. Sent on {say_date(card.on)}."
        case "unknown":
            return f":warning: Approved{by}. Nobody knows whether it went out."
        case "failed":
            return f":x: Not sent: {why}"
        case _ if card.decision == "skipped":
            return f":fast_forward: Skipped{by}: {why}"
        case _:
            return f":no_entry_sign: No longer proposed: {why}"


def reason_words(card: ContactCard) -> str:
    """Why it waits or ended, in words."""
    return _REASONS.get(card.reason, card.reason.rstrip("."))


def letter_form(card: ContactCard, visit_id: str, subject: str, text: str, notice: str = "") -> View:
    """A proposal's text, to read and to change.

    Our own people's have none, since what they are told follows the list; Syncro's own email has its own.
    """
    known = [*notice_blocks(notice), section(headline(card)), context(about(card, _ALL))]
    if card.track == "internal" or not card.subject:
        return modal("Proposal", known, ids.VIEW_LETTER, visit_id, close="Close")
    blocks = [
        *known,
        field("Subject", text_input(ids.IN_SUBJECT, subject)),
        field("Text", text_input(ids.IN_MESSAGE, text, lines=True)),
        context("Saving a changed text leaves the approval to somebody else."),
    ]
    return modal("Proposal", blocks, ids.VIEW_LETTER, visit_id, submit="Save text")


def skip_form(
    card: ContactCard, visit_id: str, reason: str = "", again_after: int = 0, notice: str = ""
) -> View:
    """Asks why a proposal is skipped."""
    blocks = [
        *notice_blocks(notice),
        section(headline(card)),
        field("Reason", text_input(ids.IN_REASON, reason, lines=True), hint="Kept in the log."),
        context(f"It is not proposed again for {count(again_after, 'day')}."),
    ]
    return modal("Skip", blocks, ids.VIEW_PROPOSAL_SKIP, visit_id, submit="Skip it")


def proposal_done(card: ContactCard, sentence: str, visit_id: str) -> View:
    """What was done with a proposal."""
    blocks = [
        section(f":white_check_mark: {escape(sentence)}"),
        plain_section(f"{card.customer_name}, {card.level}"),
    ]
    return modal("Done", blocks, ids.VIEW_OUTCOME, visit_id, close="Close")
