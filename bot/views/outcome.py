"""How a write ended, for the channel and the person's own messages."""

from collections.abc import Sequence

from bot.domain.facts import OperationOutcome
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    mention,
    message,
    plain_section,
    section,
)
from bot.views.parts import decide_buttons
from bot.views.wording import after_words, as_of_words, done, thing


def outcome_message(outcome: OperationOutcome) -> Message:
    """Who did what, the result in a sentence and the balance after it.

    One whose end is unknown says what is known, and asks for a decision.
    """
    who = mention(outcome.actor_id)
    match outcome.state:
        case "confirmed" if outcome.amiss:
            said = f":warning: {who}'s {thing(outcome.kind)} isn't as it should be. *Please look at it in Syncro.*"
            return _message(outcome, said)
        case "confirmed":
            by = approved_words(outcome.approved_by)
            return _message(outcome, f":white_check_mark: {who} {done(outcome.kind)}{by}.")
        case "refused":
            return _message(outcome, f":x: {who}'s {thing(outcome.kind)} was *not* done.")
        case "unknown":
            return _unknown(outcome, who)
        case _:
            said = f":hourglass_flowing_sand: Still checking whether {who}'s {thing(outcome.kind)} reached Syncro."
            return _message(outcome, said)


def approved_words(people: Sequence[str]) -> str:
    """ ", approved by @A and @B", as markup; nothing for what needed nobody."""
    return f", approved by {' and '.join(map(mention, people))}" if people else ""


def _message(outcome: OperationOutcome, said: str) -> Message:
    blocks = [section(said), *_result(outcome), *_balance(outcome), *actions(_links(outcome))]
    return message(f"{said} {escape(outcome.sentence)}", blocks)


def _unknown(outcome: OperationOutcome, who: str) -> Message:
    what = thing(outcome.kind)
    said = f":warning: *It is not known whether {who}'s {what} reached Syncro.*"
    held = "Until somebody decides, no other payment, void or reminder goes out on this invoice."
    known = (
        f"Duebot sent it and got no readable answer. It will not send it again by itself, so nothing happens twice. "
        f"{held if outcome.invoice_id else ''}\nLook in Syncro for this {what}, then choose:"
    )
    blocks = [
        section(said),
        *_result(outcome),
        section(known),
        *decide_buttons(outcome.key),
        *actions(_links(outcome)),
    ]
    return message(f"{said} {escape(outcome.sentence)}", blocks)


def _result(outcome: OperationOutcome) -> list[Block]:
    return [plain_section(outcome.sentence)] if outcome.sentence.strip() else []


def _balance(outcome: OperationOutcome) -> list[Block]:
    # A reminder is about several invoices and changes none: the one that leads it says nothing.
    if outcome.card is None or outcome.kind == "contact":
        return []
    card = outcome.card
    return [
        plain_section(after_words(card, outcome.sentence)),
        context(as_of_words(card.as_of, card.today)),
    ]


def _links(outcome: OperationOutcome) -> list[Block]:
    row = [button("Open the invoice", ids.CARD, outcome.invoice_id)] if outcome.invoice_id else []
    if outcome.syncro_url:
        row.append(button("Open in Syncro", ids.OPEN_SYNCRO, outcome.invoice_id, url=outcome.syncro_url))
    return row
