"""Every expected error as a private answer: what is wrong and what to do."""

from collections.abc import Sequence

from bot.domain.errors import Ambiguous, Busy, Changed, DuebotError, NeedsConfirmation, NotAllowed
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    bullets,
    button,
    escape,
    line,
    message,
    one_line,
    plain_section,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.cards import candidates
from bot.views.modals_common import link_blocks

_COMMAND_LIMIT = 1900


def error_message(error: DuebotError) -> Message:
    """The private answer to an expected error, with its differences, evidence or candidates."""
    match error:
        case Ambiguous():
            return candidates(error.sentence, error.candidates)
        case Changed():
            return _with_lines(":arrows_counterclockwise:", error.sentence, error.differences)
        case NeedsConfirmation():
            return _with_lines(":raised_hand:", error.sentence, error.evidence)
        case NotAllowed():
            said = _with_lines(":lock:", error.sentence)
            return Message(said.text, [*said.blocks, *link_blocks(error.link)])
        case Busy():
            return _with_lines(":hourglass_flowing_sand:", error.sentence)
        case _:
            return _with_lines(":warning:", error.sentence)


def _with_lines(mark: str, sentence: str, lines: Sequence[str] = ()) -> Message:
    shown = section(f"{mark} {escape(sentence)}")
    details: list[Block] = []
    if lines:
        listed = [line(words(trim(one_line(text), 300))) for text in lines]
        details = [rich(bullets(some(listed, 15, "not shown here")))]
    return message(escape(sentence), [shown, *details])


def did_you_mean(text: str, suggestion: str) -> Message:
    """A command that Duebot doesn't know; ``suggestion`` is what it may be, or empty.

    The suggestion is shown as it is, and is the button's value: give the whole command if the handler needs it.
    """
    said = f"Duebot doesn't know “{trim(one_line(text), 200)}”."
    if not suggestion:
        tip = "Try “/invoice help”."
        return message(
            escape(f"{said} {tip}"),
            [plain_section(f"{said} {tip}"), *actions([button("Show help", ids.HELP)])],
        )
    asked = f"{said} Did you mean “{trim(one_line(suggestion), 200)}”?"
    row = [
        button(
            trim(one_line(suggestion), 75), ids.DID_YOU_MEAN, suggestion[:_COMMAND_LIMIT], style="primary"
        ),
        button("Show help", ids.HELP),
    ]
    return message(escape(asked), [plain_section(asked), *actions(row)])


def unexpected(reference: str) -> Message:
    """The answer to a bug: a short reference that is also in the log."""
    said = (
        f"Something went wrong inside Duebot. Nothing more will happen by itself: look at the invoice before you "
        f"try again. If it comes back, tell whoever runs Duebot this reference: {reference}"
    )
    return message(escape(said), [plain_section(said)])
