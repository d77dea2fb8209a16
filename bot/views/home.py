"""App Home: my customers, aging, what is not settled, and the settings to read."""

from collections.abc import Sequence

from bot.domain.facts import AgingTotals, OpenOperation
from bot.domain.home import Home
from bot.domain.money import say_money
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.aging import aside_words, debtor_line, overdue_words
from bot.views.approvals import waiting_rows
from bot.views.blocks import (
    Block,
    View,
    actions,
    bold,
    bullets,
    button,
    context,
    escape,
    fields,
    header,
    line,
    mention,
    one_line,
    plain_section,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.digest_holds import promise_words
from bot.views.parts import customer_menu
from bot.views.values import block_id
from bot.views.wording import as_of_words, count, thing

_CURRENCIES = 5
_LISTED = 10
_NO_ROLE = (
    "You have no role in Duebot yet, so there is nothing to show. "
    "Ask whoever runs Duebot to add you to the roles in its policy file."
)


def home(held: Home) -> View:
    """Home of one person. ``held.role`` is the role's label; somebody without one sees no customer's data."""
    role = _role(held.role)
    if not may(role, Action.LOOK_UP):
        return {"type": "home", "blocks": [plain_section(_NO_ROLE)]}
    blocks = [
        header(overdue_words(held.totals, held.as_of)),
        *actions(_starts(role)),
        *_agings(held),
        *([context(escape(aside))] if (aside := aside_words(held.totals)) else []),
        *waiting_rows(held.approvals, _LISTED),
        *_waiting(held, role),
        *_mine(held),
        *_unsettled(held.unsettled),
        *_listed("What failed", held.failures),
        *_settings(held),
        context(as_of_words(held.as_of, held.today)),
    ]
    return {"type": "home", "blocks": blocks}


def _role(label: str) -> Role:
    return next((role for role in Role if role.label == label), Role.NONE)


def _starts(role: Role) -> list[Block]:
    row = [button("Overdue invoices", ids.OVERDUE_BOARD, "all", style="primary"), button("Help", ids.HELP)]
    if may(role, Action.DRAFT):
        row.insert(1, button("New invoice", ids.NEW))
    return row


def _agings(held: Home) -> list[Block]:
    """Nothing while Syncro was never read completely: buckets of a part would show 0 for what is only unknown."""
    known = held.totals[:_CURRENCIES] if held.as_of else ()
    return [block for totals in known for block in _aging(totals)]


def _aging(totals: AgingTotals) -> list[Block]:
    pairs = [
        (held.name, f"{escape(say_money(held.amount, totals.currency))}\n{count(held.count, 'invoice')}")
        for held in totals.buckets
    ]
    return [section(f"*Open by days past due ({escape(totals.currency)})*"), *fields(pairs)]


def _mine(held: Home) -> list[Block]:
    if not held.mine:
        return [section("*My customers*\nNone of your customers is overdue.")]
    lines = [debtor_line(debtor, held.today) for debtor in held.mine]
    picks = customer_menu((debtor.customer_id, debtor.name) for debtor in held.mine)
    return [rich(line(bold("My customers")), bullets(some(lines, _LISTED, "customers"))), *actions(picks)]


def _waiting(held: Home, role: Role) -> list[Block]:
    """What this person can do something about today."""
    decides = held.proposals and may(role, Action.APPROVE)
    said = [
        f"{count(held.proposals, 'proposal')} to decide on" if decides else "",
        f"{count(held.mails, 'mail')} to send: see your direct messages with me" if held.mails else "",
        *(
            f"{one_line(one.customer_name)} promised for today: {promise_words(one, held.today)}"
            for one in held.promises
        ),
    ]
    lines = [line(words(text)) for text in said if text]
    if not lines:
        return []
    row = [button("Review proposals", ids.HOME_PROPOSALS, "all")] if decides else []
    return [rich(line(bold("Today")), bullets(some(lines, _LISTED, "more"))), *actions(row)]


def _unsettled(operations: Sequence[OpenOperation]) -> list[Block]:
    if not operations:
        return []
    heading = rich(line(bold("Not settled yet")))
    shown = [_operation(held, str(place)) for place, held in enumerate(operations[:_LISTED], 1)]
    left = len(operations) - len(shown)
    return [heading, *shown, *([context(f"and {left} more")] if left else [])]


def _operation(held: OpenOperation, place: str) -> Block:
    known = "it is not known how it ended" if held.state == "unknown" else "still being checked"
    who = one_line(held.actor_name) or "Somebody"
    said = f"{who}'s {thing(held.kind)} of {held.at:%H:%M}: {known}. {held.sentence}"
    block = plain_section(trim(said, 500))
    return block | {"accessory": button("Check again", block_id(ids.CHECK_AGAIN, place), held.key)}


def _listed(title: str, texts: Sequence[str]) -> list[Block]:
    if not texts:
        return []
    lines = [line(words(trim(one_line(text), 300))) for text in texts]
    return [rich(line(bold(title)), bullets(some(lines, _LISTED, "more")))]


def _settings(held: Home) -> list[Block]:
    digests = ", ".join(f"{mention(channel)} at {at}" for channel, at in held.digests)
    pairs = [("Your role", escape(held.role)), ("Digests", digests or "none")]
    pairs += [
        (escape(one_line(name)), escape(trim(one_line(text), 300))) for name, text in held.settings.items()
    ]
    return [section("*Settings* (from the policy file; change them there)"), *fields(pairs[:20])]
