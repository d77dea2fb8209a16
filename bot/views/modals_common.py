"""What all modals share, and the views that stand in for a form: loading, working, and how it ended.

``private_metadata`` is the id of the visit and nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.facts import OperationOutcome
from bot.views import ids
from bot.views.blocks import (
    INPUT_LIMIT,
    Block,
    View,
    actions,
    button,
    context,
    escape,
    one_line,
    option,
    options,
    plain,
    plain_section,
    section,
    trim,
)
from bot.views.values import block_id
from bot.views.wording import after_words, thing

_TITLE_LIMIT = 24
_LABEL_LIMIT = 200
_HINT_LIMIT = 400


def modal(
    title: str,
    blocks: Sequence[Block],
    callback_id: str,
    visit_id: str,
    *,
    submit: str = "",
    close: str = "Cancel",
    notify: bool = False,
) -> View:
    """A modal. Without ``submit`` nothing can be sent; ``notify`` asks Slack to tell when it is closed."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": visit_id,
        "title": plain(title, _TITLE_LIMIT),
        "close": plain(close, _TITLE_LIMIT),
        "blocks": list(blocks),
        "notify_on_close": notify,
        "clear_on_close": not submit,
    }
    return view | {"submit": plain(submit, _TITLE_LIMIT)} if submit else view


def loading(title: str, visit_id: str) -> View:
    """Opens at once while Syncro is read. It has no submit."""
    said = ":hourglass_flowing_sand: Reading from Syncro… the form opens here by itself."
    return modal(title, [section(said)], ids.VIEW_LOADING, visit_id, close="Close", notify=True)


def working(title: str, sentence: str, visit_id: str) -> View:
    """While a write runs; ``sentence`` says what Duebot is doing."""
    blocks = [
        section(f":hourglass_flowing_sand: {escape(sentence)}"),
        context("You can close this. Duebot goes on and tells you how it ended."),
    ]
    return modal(title, blocks, ids.VIEW_WORKING, visit_id, close="Close", notify=True)


def message_view(title: str, sentence: str, visit_id: str, lines: Sequence[str] = (), link: str = "") -> View:
    """A sentence in place of a form, for example why it can't be opened.

    ``lines`` are details, ``link`` is where in Syncro it can be done instead.
    """
    details = [plain_section("\n".join(f"• {one_line(text)}" for text in lines))] if lines else []
    blocks = [plain_section(sentence), *details, *link_blocks(link)]
    return modal(title, blocks, ids.VIEW_OUTCOME, visit_id, close="Close")


def link_blocks(link: str) -> list[Block]:
    """The way into Syncro, where there is one."""
    return actions([button("Open in Syncro", ids.OPEN_SYNCRO, url=link)]) if link else []


def outcome_view(outcome: OperationOutcome, visit_id: str) -> View:
    """How a write ended."""
    mark, title = _AMISS if outcome.amiss else _OUTCOMES.get(outcome.state, _OUTCOMES["sent"])
    look = link_blocks(outcome.syncro_url if outcome.amiss or outcome.state == "unknown" else "")
    blocks = [section(f"{mark} {escape(outcome.sentence)}"), *_advice(outcome), *_after(outcome), *look]
    return modal(title, blocks, ids.VIEW_OUTCOME, visit_id, close="Close")


_AMISS = (":warning:", "Please look at it")
_OUTCOMES = {
    "confirmed": (":white_check_mark:", "Done"),
    "refused": (":x:", "Not done"),
    "unknown": (":warning:", "Not known yet"),
    "sent": (":hourglass_flowing_sand:", "Checking"),
}


def _advice(outcome: OperationOutcome) -> list[Block]:
    if outcome.state != "unknown":
        return []
    return [
        section(
            f"Please don't do it again by hand before you have looked in Syncro. Duebot has sent a message about this "
            f"{thing(outcome.kind)} with buttons: *Check again*, *It went through*, *It did not*."
        )
    ]


def _after(outcome: OperationOutcome) -> list[Block]:
    if outcome.card is None:
        return []
    return [plain_section(after_words(outcome.card, outcome.sentence))]


# Inputs


def notice_blocks(notice: str, lines: Sequence[str] = ()) -> list[Block]:
    """What a person must read before they go on, with its evidence, above the form."""
    if not notice:
        return []
    shown = section(f":warning: {escape(notice)}")
    return [shown, *([plain_section("\n".join(f"• {one_line(text)}" for text in lines))] if lines else [])]


def field(
    text: str, element: Block, *parts: str, hint: str = "", optional: bool = False, dispatch: bool = False
) -> Block:
    """An input with its label; ``parts`` go into its block id (a line's id, a fresh counter)."""
    made: Block = {
        "type": "input",
        "block_id": block_id(element["action_id"], *parts),
        "label": plain(text, _LABEL_LIMIT),
        "element": element,
        "optional": optional,
        "dispatch_action": dispatch,
    }
    return made | {"hint": plain(hint, _HINT_LIMIT)} if hint else made


def text_input(action_id: str, value: str = "", *, placeholder: str = "", lines: bool = False) -> Block:
    """A text input; ``lines`` for longer text. Slack holds at most 3,000 characters in one."""
    made: Block = {
        "type": "plain_text_input",
        "action_id": action_id,
        "multiline": lines,
        "max_length": INPUT_LIMIT,
    }
    if value:
        made["initial_value"] = value if len(value) <= INPUT_LIMIT else trim(value, INPUT_LIMIT)
    return made | {"placeholder": plain(placeholder, 150)} if placeholder else made


def date_input(action_id: str, value: str = "") -> Block:
    """A date picker; ``value`` is an ISO date and is left out when it isn't one."""
    made: Block = {"type": "datepicker", "action_id": action_id, "placeholder": plain("Pick a date", 150)}
    return made | {"initial_date": value} if _is_date(value) else made


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def choice_input(action_id: str, names: Iterable[str], value: str) -> Block:
    """A menu of ``names``, or a text input when there are none; ``value`` is found whatever its case."""
    offered = options((name, name) for name in names)
    if not offered:
        return text_input(action_id, value)
    made: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain("Choose…", 150),
        "options": offered,
    }
    chosen = next((held for held in offered if held["value"].casefold() == value.strip().casefold()), None)
    return made | {"initial_option": chosen} if chosen else made


def search_input(action_id: str, placeholder: str, value: str = "", text: str = "", least: int = 1) -> Block:
    """A menu that asks us while a person types at least ``least`` characters; ``value`` and ``text`` is its choice."""
    made: Block = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "min_query_length": least,
    }
    return made | {"initial_option": option(text or value, value)} if value else made


def tick(action_id: str, text: str, ticked: bool = False) -> Block:
    """One checkbox."""
    only = option(text, "yes")
    made: Block = {"type": "checkboxes", "action_id": action_id, "options": [only]}
    return made | {"initial_options": [only]} if ticked else made


def anyway_blocks(text: str, fresh: str, asks: bool) -> list[Block]:
    """The explicit word, where it is asked for."""
    if not asks:
        return []
    hint = "If it is right all the same, tick this and send the form again."
    return [field("Please confirm", tick(ids.IN_ANYWAY, text), fresh, hint=hint, optional=True)]
