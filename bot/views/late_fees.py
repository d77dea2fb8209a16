"""Late fees to look through, each on a line with what may be done with it, and what became of one."""

from bot.domain.dates import say_date
from bot.domain.fee_facts import FeeCard, FeeReview
from bot.domain.money import say_money
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    confirm,
    context,
    escape,
    header,
    message,
    one_line,
    section,
    trim,
)
from bot.views.proposals import voted_words
from bot.views.wording import count

_STATES = {
    "planned": "waits for an approver",
    "approved": "approved, not added yet",
    "claimed": "approved, being added",
    "added": "approved and added",
    "unknown": "approved, nobody knows whether it was added",
    "skipped": "skipped",
    "failed": "approved, but not added",
    "withdrawn": "withdrawn",
}


def fee_review(held: FeeReview, role: Role | None) -> Message:
    """The fees of a list; decided ones say by whom and when, without buttons.

    ``role`` is the reader's for a private answer; ``None`` for a posted message.
    """
    decides = role is None or may(role, Action.APPROVE)
    waiting = held.waiting
    said = f"Late fees to approve · {say_date(held.day)}"
    asks = (
        f"{count(len(waiting), 'late fee')} {_need(len(waiting))} a decision."
        if waiting
        else "All are decided."
    )
    note = "A fee is added to its invoice in Syncro as soon as it is approved."
    blocks = [
        header(said),
        section(asks),
        *([context(note)] if waiting else []),
        *[block for card in held.cards for block in _fee(card, decides)],
        *(_all(held) if len(waiting) > 1 and decides else []),
    ]
    return message(f"{said}: {asks}", blocks)


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"


def _fee(card: FeeCard, decides: bool) -> list[Block]:
    so_far = voted_words(card.needed, card.voted)
    said = section(" · ".join(filter(None, (fee_line(card), so_far))))
    if not card.awaits:
        return [said, context(fee_stands(card))]
    if not decides:
        return [said]
    sure = confirm("Skip this fee?", "It is never proposed again for this invoice and level.", "Skip it")
    approve = button("Approve", f"{ids.FEE_APPROVE}:{card.id}", card.id, style="primary")
    skip = button("Skip", f"{ids.FEE_SKIP}:{card.id}", card.id, confirm=sure)
    return [said, *actions([approve, skip])]


def _all(held: FeeReview) -> list[Block]:
    waiting = held.waiting
    text = f"This adds {count(len(waiting), 'late fee')} in Syncro, one after the other."
    sure = confirm("Approve all?", text, "Approve all")
    return actions([button(f"Approve all {len(waiting)}", ids.FEE_APPROVE_ALL, held.id, confirm=sure)])


def fee_line(card: FeeCard) -> str:
    """The invoice, the sum and where it comes from, as markup."""
    name = escape(trim(one_line(card.customer_name), 80))
    number, level = escape(trim(one_line(card.number), 60)), escape(trim(one_line(card.level), 60))
    return (
        f"*{name}* · {number} · *{say_money(card.amount, card.currency)}* ({_how(card)}) · "
        f"level *{level}*, sent on {say_date(card.contacted_on)}"
    )


def _how(card: FeeCard) -> str:
    base = say_money(card.base, card.currency)
    return f"{card.percent}% of {base}" if card.percent else f"fixed; {base} is open"


def fee_state(card: FeeCard) -> str:
    """What became of it, in words."""
    return _STATES.get(card.state, card.state)


def fee_stands(card: FeeCard) -> str:
    """What became of a fee that needs nobody any more, as markup."""
    at = f", {card.decided_at:%H:%M} on {say_date(card.decided_at.date())}" if card.decided_at else ""
    by = f" by {escape(card.decided_by)}{at}" if card.decided_by else ""
    why = escape(trim(one_line(card.reason.rstrip(".")), 300))
    match card.state:
        case "planned":
            more = f" {voted_words(card.needed, card.voted)}." if card.voted else ""
            return f":hourglass_flowing_sand: Waits for an approver.{more}"
        case "approved" if why:
            return f":white_check_mark: Approved{by}. It waits: {why}."
        case "approved" | "claimed":
            return f":white_check_mark: Approved{by}. It is being added."
        case "added":
            return f":white_check_mark: Approved{by}, and added in Syncro."
        case "unknown":
            return f":warning: Approved{by}. Nobody knows whether it was added."
        case "skipped":
            return f":fast_forward: Skipped{by}{f': {why}' if why else ''}."
        case "failed":
            return f":x: Not added: {why}."
        case _:
            return f":no_entry_sign: No longer proposed: {why}."
