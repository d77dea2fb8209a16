"""Requests for approval: before those who decide them, told to who asked, and the forms around them."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.approval import State
from bot.domain.approval_card import ApprovalCard
from bot.domain.dates import say_date
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    View,
    actions,
    bold,
    bullets,
    button,
    confirm,
    context,
    escape,
    fields,
    header,
    line,
    mention,
    message,
    one_line,
    plain_section,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.modals_common import field, modal, notice_blocks, text_input

_NAMED = 6
_CHANGES = 20
_EVIDENCE = 10
#: As much as a field holds beside its name: notes, and the payments of an invoice, must not lose their end.
_LONGEST = 1900
#: The whole text of the longest email that can be asked for: nobody approves what they don't see.
_TEXT = 2900
_HEADS = {
    State.WAITING: "Approval needed",
    State.APPROVED: "Approved",
    State.DONE: "Approved and done",
    State.FAILED: "Approved, but not as it should be",
    State.REJECTED: "Rejected",
    State.WITHDRAWN: "Withdrawn",
    State.EXPIRED: "Expired",
    State.STALE: "Void: nothing was done",
}
_MARKS = {
    State.WAITING: ":raised_hand:",
    State.APPROVED: ":hourglass_flowing_sand:",
    State.DONE: ":white_check_mark:",
    State.FAILED: ":warning:",
    State.REJECTED: ":no_entry:",
    State.WITHDRAWN: ":leftwards_arrow_with_hook:",
    State.EXPIRED: ":alarm_clock:",
    State.STALE: ":no_entry_sign:",
}


def approval_message(card: ApprovalCard) -> Message:
    """A request with all that is needed to decide it; decided, it says who, when and what came of it, no buttons."""
    blocks = [
        header(_HEADS[card.state]),
        section(f"{headline(card)}\n{_asked_by(card)}"),
        *_why(card),
        *_changes(card),
        *_evidence(card),
        *([] if card.waits else [*_standing(card)]),
        *_votes(card),
        *(_buttons(card) if card.waits else _links(card)),
    ]
    return message(notification(card), blocks)


def headline(card: ApprovalCard) -> str:
    """What is asked, and of whose invoice, as markup."""
    title = escape(trim(one_line(card.asked.title), 200))
    customer = escape(trim(one_line(card.asked.customer), 80))
    return f"*{title}* · {customer}"


def notification(card: ApprovalCard) -> str:
    """One line for notifications, as markup."""
    title = escape(trim(one_line(card.asked.title), 200))
    if card.waits:
        return f"{mention(card.requester)} asks for approval: {title}. It expires {_moment(card.expires_at)}."
    return f"{_HEADS[card.state]}: {title}. {escape(_stands(card))}"


def _moment(at: datetime) -> str:
    return f"{say_date(at.date())}, {at:%H:%M}"


def _asked_by(card: ApprovalCard) -> str:
    said = f"Asked by {mention(card.requester)}, {_moment(card.created_at)}"
    if not card.waits:
        return said
    people = [mention(one) for one in card.told[:_NAMED]]
    more = f" and {len(card.told) - _NAMED} more" if len(card.told) > _NAMED else ""
    need = f"{card.number} of " if card.number > 1 else ""
    return f"{said} · valid until {_moment(card.expires_at)}\nMay decide: {need}{', '.join(people)}{more}"


def _why(card: ApprovalCard) -> list[Block]:
    lines = [line(words(_sentence(trim(one_line(reason), 500)))) for reason in card.asked.why]
    return [rich(line(bold("Why it needs approval")), bullets(lines))] if lines else []


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _changes(card: ApprovalCard) -> list[Block]:
    lines = [
        line(
            words(f"{trim(one_line(one.subject), 120)}: {trim(one_line(one.before), 60)} → "),
            bold(trim(one_line(one.after), 60)),
        )
        for one in card.asked.changes
    ]
    return [rich(line(bold("What changes")), bullets(some(lines, _CHANGES, "changes")))] if lines else []


def _evidence(card: ApprovalCard) -> list[Block]:
    pairs = [
        (escape(one_line(name)), escape(trim(text, _LONGEST)))
        for name, text in card.asked.evidence[:_EVIDENCE]
    ]
    text = [plain_section(trim(card.asked.text, _TEXT))] if card.asked.text.strip() else []
    return [*fields(pairs), *text]


def _votes(card: ApprovalCard) -> list[Block]:
    """Who has said yes so far, where more than one must; a lone yes stands in the line that says how it ended."""
    if not card.votes or (card.number == 1 and not card.waits):
        return []
    said = [
        f"{len(card.votes)} of {card.number} have approved",
        *(_vote(card, at) for at in range(len(card.votes))),
    ]
    return [context("\n".join(said))]


def _vote(card: ApprovalCard, place: int) -> str:
    vote = card.votes[place]
    right = "" if vote.principal == vote.user_id else f" for {mention(vote.principal)}"
    comment = f": {escape(trim(one_line(vote.comment), 300))}" if vote.comment else ""
    return f":white_check_mark: {mention(vote.user_id)}{right}, {_moment(vote.at)}{comment}"


def _standing(card: ApprovalCard) -> list[Block]:
    return [section(f"{_MARKS[card.state]} {escape(_stands(card))}")]


def _stands(card: ApprovalCard) -> str:
    """How it stands or ended, as literal text."""
    last = card.votes[-1] if card.votes else None
    stands_in = last is not None and last.principal != last.user_id and card.number == 1
    by = f" by {one_line(card.decided_name)}" if card.decided_name else ""
    at = f", {_moment(card.decided_at)}" if card.decided_at else ""
    right = " (standing in)" if stands_in else ""
    comment = f": “{one_line(card.comment)}”" if card.comment else ""
    sentence = one_line(card.sentence)
    match card.state:
        case State.WAITING:
            return f"It waits for a decision until {_moment(card.expires_at)}."
        case State.APPROVED:
            follows = f"It is not done yet: {sentence}" if sentence else "It is being carried out."
            return f"Approved{by}{right}{at}{comment}. {follows}"
        case State.DONE:
            return f"Approved{by}{right}{at}{comment}. {sentence}"
        case State.FAILED:
            return f"Approved{by}{right}{at}{comment}. But: {sentence}"
        case State.REJECTED:
            return f"Rejected{by}{at}{comment}"
        case State.WITHDRAWN:
            return f"Withdrawn{by}{at}. Nothing was done."
        case State.EXPIRED:
            return f"{sentence} Nothing was done; it can be asked for again."
        case State.STALE:
            given = f"Approved{by}{right}{at}{comment}. " if len(card.votes) >= card.number else ""
            return f"{given}Nothing was done. {sentence}"


def _buttons(card: ApprovalCard) -> list[Block]:
    sure = confirm("Approve this?", f"{one_line(card.asked.title)}. It is carried out at once.", "Approve")
    return actions(
        [
            button("Approve", ids.APPROVAL_APPROVE, card.id, style="primary", confirm=sure),
            button("Approve with comment", ids.APPROVAL_COMMENT, card.id),
            button("Reject", ids.APPROVAL_REJECT, card.id, style="danger"),
            *_link_buttons(card),
        ]
    )


def _links(card: ApprovalCard) -> list[Block]:
    return actions(_link_buttons(card))


def _link_buttons(card: ApprovalCard) -> list[Block]:
    row = [button("Open the invoice", ids.CARD, card.invoice_id)] if card.invoice_id else []
    if card.syncro_url:
        row.append(button("Open in Syncro", ids.OPEN_SYNCRO, card.id, url=card.syncro_url))
    return row


def approval_elsewhere() -> Message:
    """In place of a decided request, in a channel where others read along by now."""
    said = "This request is decided. Who reads along here has changed, so what it was about isn't shown any more."
    return message(said, [section(said)])


def own_request(card: ApprovalCard) -> Message:
    """The requester's own copy: what was asked, who decides, and the way to take it back."""
    back = confirm("Withdraw it?", "Nothing is done then. You can ask again.", "Withdraw")
    withdraw = [button("Withdraw", ids.APPROVAL_WITHDRAW, card.id, confirm=back)] if card.waits else []
    blocks = [
        section(f"{_MARKS[card.state]} *You asked for approval.* {headline(card)}\n{_asked_by(card)}"),
        *([*_why(card), *_changes(card)] if card.waits else _standing(card)),
        *_votes(card),
        *actions([*withdraw, *_link_buttons(card)]),
    ]
    return message(f"You asked for approval: {escape(trim(one_line(card.asked.title), 200))}", blocks)


def approval_told(card: ApprovalCard) -> Message:
    """For whoever asked: how it stands now."""
    said = f"{_MARKS[card.state]} *Your request:* {headline(card)}"
    blocks = [section(said), plain_section(_stands(card)), *_links(card)]
    return message(notification(card), blocks)


def approval_nudge(card: ApprovalCard, people: Sequence[str]) -> Message:
    """A reminder before it expires, for those who have not said anything."""
    who = ", ".join(mention(one) for one in people[:_NAMED])
    said = f":alarm_clock: {who}: this waits for a decision and expires {_moment(card.expires_at)}.\n{headline(card)}"
    return message(f"{who}: a request waits for a decision.", [section(said)])


def decided_answer(card: ApprovalCard) -> Message:
    """The private answer to who has just decided."""
    said = f"{headline(card)}\n{escape(_stands(card))}"
    left = card.number - len(card.votes)
    if card.waits:
        said = f"{headline(card)}\nYour approval is noted. It needs {left} more."
    return message(escape(card.asked.title), [section(f"{_MARKS[card.state]} {said}")])


def asked_view(card: ApprovalCard, visit_id: str) -> View:
    """In place of a form: it was not done but asked for, why, and who decides."""
    need = f"{card.number} of " if card.number > 1 else ""
    people = ", ".join(mention(one) for one in card.told[:_NAMED])
    told = "You are told in your direct messages how it ends."
    blocks = [
        section(f":raised_hand: *Asked for approval.* Nothing was written yet.\n{headline(card)}"),
        *_why(card),
        section(f"May decide: {need}{people}\nValid until {_moment(card.expires_at)}."),
        context(told),
    ]
    if not card.waits:
        blocks = [section(f"{_MARKS[card.state]} {headline(card)}"), plain_section(_stands(card))]
    return modal("Approval", blocks, ids.VIEW_OUTCOME, visit_id, close="Close")


def comment_form(card: ApprovalCard, visit_id: str, typed: str = "", notice: str = "") -> View:
    """Approving with a comment."""
    comment = field(
        "Comment", text_input(ids.IN_REASON, typed, lines=True), hint="Shown on the request, and logged."
    )
    return _form(card, visit_id, ids.VIEW_APPROVAL_COMMENT, "Approve", comment, notice)


def reject_form(card: ApprovalCard, visit_id: str, typed: str = "", notice: str = "") -> View:
    """Rejecting, with why."""
    why = field(
        "Why not?", text_input(ids.IN_REASON, typed, lines=True), hint="Told to whoever asked, and logged."
    )
    return _form(card, visit_id, ids.VIEW_APPROVAL_REJECT, "Reject", why, notice)


def _form(card: ApprovalCard, visit_id: str, view: str, submit: str, asks: Block, notice: str) -> View:
    blocks = [
        *notice_blocks(notice),
        section(f"{headline(card)}\nAsked by {mention(card.requester)}"),
        *_why(card),
        *_changes(card),
        asks,
    ]
    return modal(submit, blocks, view, visit_id, submit=submit)


def decided_view(card: ApprovalCard, visit_id: str) -> View:
    """What became of a request after a form about it was sent."""
    blocks = decided_answer(card).blocks
    return modal("Decided", blocks, ids.VIEW_OUTCOME, visit_id, close="Close")


def waiting_rows(cards: Sequence[ApprovalCard], most: int) -> list[Block]:
    """App Home's list of what waits for this person, each with a button that brings it into their messages."""
    if not cards:
        return []
    rows = [
        section(
            f"{headline(card)}\nasked by {mention(card.requester)}, valid until {_moment(card.expires_at)}"
        )
        | {"accessory": button("Review", f"{ids.APPROVAL_SHOW}:{card.id}", card.id)}
        for card in cards[:most]
    ]
    left = len(cards) - most
    return [
        section("*Waiting for your approval*"),
        *rows,
        *([context(f"and {left} more")] if left > 0 else []),
    ]
