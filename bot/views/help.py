"""What can be done, with examples: only what this build and this person's role can do."""

from collections.abc import Sequence

from bot.domain.commands import OVERDUE_SUBCOMMANDS, SUBCOMMANDS, Subcommand
from bot.domain.facts import Abilities
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    message,
    one_line,
    plain_section,
    section,
)

_EVERYTHING = Abilities()
_NO_ROLE = (
    "You have no role in Duebot yet, so it can't show you invoices. "
    "Ask whoever runs Duebot to add you to the roles in its policy file."
)


def help_message(role: Role, topic: str, can: Abilities = _EVERYTHING) -> Message:
    """Help on everything that ``role`` may do, or on the one subcommand, or "overdue", named by ``topic``.

    What the account's API can't do is left out; asked for by name, it is explained all the same.
    """
    if not may(role, Action.LOOK_UP):
        return message(_NO_ROLE, [plain_section(_NO_ROLE)])
    invoices = [held for held in SUBCOMMANDS if may(role, held.action)]
    overdue = [held for held in OVERDUE_SUBCOMMANDS if may(role, held.action)]
    word = one_line(topic).lower()
    asked = overdue if word == "overdue" else [held for held in invoices if held.name == word]
    offered = [held for held in invoices if can.void or held.name != "void"]
    blocks = [
        header("What Duebot can do for you"),
        *([_usages(asked)] if asked else [_usages(offered), divider(), _usages(overdue)]),
        *actions(_starts(role)),
        context(
            f"Your role is {role.label}. Amounts like `$1,234.50` and dates like `next friday` are understood."
        ),
    ]
    return message("What Duebot can do for you, with examples", blocks)


def _usages(rows: Sequence[Subcommand]) -> Block:
    return section("\n".join(map(_usage, rows)))


def _usage(held: Subcommand) -> str:
    said = f"`{escape(held.usage)}` {escape(held.summary)}"
    return said if held.usage == held.example else f"{said}, for example `{escape(held.example)}`"


def _starts(role: Role) -> list[Block]:
    row = [button("Overdue invoices", ids.OVERDUE_BOARD, "all")]
    if may(role, Action.DRAFT):
        row.append(button("New invoice", ids.NEW))
    return row
