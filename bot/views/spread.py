"""How far one payment over several invoices is: in its form, and for the channel."""

from collections.abc import Sequence

from bot.domain.facts import SpreadOutcome, SpreadShare
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    View,
    actions,
    bullets,
    context,
    escape,
    line,
    mention,
    message,
    one_line,
    rich,
    section,
    words,
)
from bot.views.modals_common import anyway_blocks, modal, notice_blocks
from bot.views.outcome import approved_words
from bot.views.parts import invoice_menu
from bot.views.wording import count

_ANYWAY = "Record it anyway"
_CHECKING = "Duebot is finding out whether that reached Syncro, and tells you. Please don't enter it again."
_UNKNOWN = (
    "Please don't enter what isn't known by hand before you have looked in Syncro. Duebot has sent a message about it "
    "with buttons: *Check again*, *It went through*, *It did not*."
)


def spread_view(
    outcome: SpreadOutcome,
    visit_id: str,
    notice: str = "",
    evidence: Sequence[str] = (),
    *,
    anyway: bool = False,
) -> View:
    """How far it is, in place of the form; what is missing can be tried again from here.

    ``notice`` with its ``evidence`` is why it stopped; ``anyway`` asks for the explicit word.
    """
    told_below = not evidence and notice in {share.sentence for share in outcome.shares}
    above = [] if told_below else notice_blocks(notice, evidence)
    blocks = [*above, section(_summary(outcome)), *_shares(outcome)]
    if outcome.of_state("sent"):
        blocks.append(section(_CHECKING))
    if outcome.of_state("unknown"):
        blocks.append(section(_UNKNOWN))
    if outcome.complete:
        return modal(
            "Please look" if outcome.amiss else "Done", blocks, ids.VIEW_OUTCOME, visit_id, close="Close"
        )
    blocks += [
        context("“Try again” goes on with what is missing. What is recorded is not recorded twice."),
        *anyway_blocks(_ANYWAY, "", anyway),
    ]
    title = "Please look" if outcome.amiss else "Partly recorded" if outcome.recorded else "Not recorded yet"
    return modal(title, blocks, ids.VIEW_PAY_MANY_AGAIN, visit_id, submit="Try again", close="Close")


def spread_message(outcome: SpreadOutcome) -> Message:
    """Who recorded it, and each share with its balance; what isn't recorded is named."""
    who = mention(outcome.actor_id)
    said = f"{_summary(outcome)} Entered by {who}{approved_words(outcome.approved_by)}."
    blocks = [section(said), *_shares(outcome)]
    if not outcome.complete:
        blocks.append(context(_missing(outcome)))
    blocks += actions(invoice_menu((share.invoice_id, share.number) for share in outcome.shares))
    return message(said, blocks)


def _summary(outcome: SpreadOutcome) -> str:
    """How many of how many, and how much of how much, as markup."""
    customer = escape(one_line(outcome.customer_name))
    whole = say_money(outcome.amount, outcome.currency)
    if outcome.complete and not outcome.amiss:
        return f":white_check_mark: *{whole}* from {customer} recorded on {count(len(outcome.shares), 'invoice')}."
    part = say_money(sum(share.amount for share in outcome.recorded), outcome.currency)
    of = f"{len(outcome.recorded)} of {len(outcome.shares)}"
    return f":warning: *{of} recorded*: {part} of {whole} from {customer}."


def _shares(outcome: SpreadOutcome) -> list[Block]:
    """The shares by how they ended, in literal text."""
    groups = [
        ("Recorded", outcome.recorded),
        ("Booked, but not as it should be", outcome.amiss),
        ("Still being checked", outcome.of_state("sent")),
        ("Not known whether it went through", outcome.of_state("unknown")),
        ("Not entered", outcome.of_state("refused", "")),
    ]
    shown: list[Block] = []
    for title, shares in groups:
        if shares:
            listed = bullets(line(words(_share_words(share, outcome.currency))) for share in shares)
            shown += [section(f"*{title}*"), rich(listed)]
    return shown


def _share_words(share: SpreadShare, currency: str) -> str:
    if share.state == "confirmed" and share.sentence:
        return one_line(share.sentence)
    amount = f"{share.number}: {say_money(share.amount, currency)}"
    return one_line(f"{amount}. {share.sentence}" if share.sentence else amount)


def _missing(outcome: SpreadOutcome) -> str:
    """What becomes of the rest."""
    if outcome.of_state("unknown", "refused"):
        return "Nothing more of it is recorded by itself."
    return (
        "It stopped before the rest. Nothing more of it is recorded by itself: enter it with `/invoice pay`."
    )
