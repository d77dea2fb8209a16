"""What people typed and chose: Slack's ``view.state.values`` read by action id, and the values of buttons and menus.

The block id of an input is its action id, plus ":" and parts where there are several (a line's id) or where we set
the value ourselves (a fresh counter): Slack keeps what was typed as long as the block id stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.worklist import Only

_TEXTS = ("value", "selected_date", "selected_user")


def block_id(action_id: str, *parts: str) -> str:
    """The block id of an input: ``in.amount.v1`` or ``in.line_price.v1:3:2``."""
    return ":".join([action_id, *(part for part in parts if part)])


def action_of(block: str) -> tuple[str, str]:
    """The action id of a block id and its first part, which is the line's id where there are several."""
    action_id, _, rest = block.partition(":")
    return action_id, rest.partition(":")[0]


def pick_value(kind: str, key: str) -> str:
    """The value of a menu's option: "invoice 123"."""
    return f"{kind} {key}"


def read_pick(value: str) -> tuple[str, str]:
    """The kind and id in a menu's value; a bare id has an empty kind."""
    kind, _, key = value.rpartition(" ")
    return kind, key


def answer_value(question_id: str, kind: str, key: str) -> str:
    """The value of an option that answers a question: "QUESTIONID:invoice 123"."""
    return f"{question_id}:{pick_value(kind, key)}"


def read_answer(value: str) -> tuple[str, str, str]:
    """The question, kind and id in such a value."""
    question_id, _, pick = value.partition(":")
    return question_id, *read_pick(pick)


def read_page(value: str) -> tuple[str, int]:
    """The search and page in a paging button's value, "SEARCHID:PAGE"; page 1 if it holds none."""
    search_id, _, page = value.rpartition(":")
    return search_id, max(int(page), 1) if page.isdecimal() else 1


def only_value(search_id: str, only: Only) -> str:
    """The value of an option that says what a worklist shows: "SEARCHID:disputed"."""
    return f"{search_id}:{only.value}"


def read_only(value: str) -> tuple[str, Only]:
    """The search and what it is to show; everybody if the value holds nothing that is known."""
    search_id, _, named = value.rpartition(":")
    return search_id, Only(named) if named in set(Only) else Only.EVERYBODY


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen option: its ``value`` and the ``text`` that was shown."""

    value: str
    text: str


class Values:
    """The inputs of a view, by action id and, where there are several, by the line or invoice they belong to."""

    def __init__(self, held: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        self._held = held

    def _get(self, action_id: str, item: str) -> Mapping[str, Any]:
        if item:
            return self._held.get((action_id, item), {})
        return next((held for (action, _), held in self._held.items() if action == action_id), {})

    def text(self, action_id: str, item: str = "") -> str:
        """What was typed or chosen, as text: a text, a date, or an option's value. Empty when there is nothing."""
        held = self._get(action_id, item)
        typed = next((held[key] for key in _TEXTS if held.get(key)), "")
        return str(typed).strip() or self.choice(action_id, item).value

    def choice(self, action_id: str, item: str = "") -> Choice:
        """The chosen option of a menu; both parts are empty when nothing is chosen."""
        chosen = self._get(action_id, item).get("selected_option") or {}
        return Choice(str(chosen.get("value", "")), str((chosen.get("text") or {}).get("text", "")))

    def ticked(self, action_id: str, item: str = "") -> bool:
        """Whether a checkbox is ticked."""
        return bool(self._get(action_id, item).get("selected_options"))

    def has(self, action_id: str) -> bool:
        """Whether the view holds this input at all."""
        return any(action == action_id for action, _ in self._held)

    def items(self, action_id: str) -> list[str]:
        """The lines or invoices that have this input, in the order of the view."""
        return [item for action, item in self._held if action == action_id and item]


def read_values(view: Mapping[str, Any]) -> Values:
    """The values of a view from Slack's payload, in the order of its blocks."""
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = (view.get("state") or {}).get("values") or {}
    order = [block.get("block_id", "") for block in view.get("blocks", ())]
    ranked = sorted(values.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    return Values(dict(_inputs(dict(ranked))))


def _inputs(
    values: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for block, held in values.items():
        _, item = action_of(block)
        for action_id, value in held.items():
            yield (action_of(action_id)[0], item), value
