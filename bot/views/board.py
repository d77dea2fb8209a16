"""The aging board and worklist."""

from bot.domain.facts import Board
from bot.domain.roles import Action, Role, may
from bot.domain.worklist import Only
from bot.views import ids
from bot.views.aging import aside_words, bucket_blocks, debtor_table, overdue_words
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    menu,
    message,
    one_line,
    section,
)
from bot.views.parts import customer_menu, paging
from bot.views.standing import SHOWN
from bot.views.values import only_value
from bot.views.wording import as_of_words, count


def board(held: Board, role: Role | None) -> Message:
    """Totals per currency and one page of debtors; ``role`` is the reader's, ``None`` in a shared message."""
    summary = escape(overdue_words(held.totals, held.as_of))
    aside = escape(aside_words(held.totals))
    place = f"Page {held.page} of {held.pages} · " if held.pages > 1 else ""
    new = [button("New invoice", ids.NEW)] if role is not None and may(role, Action.DRAFT) else []
    picks = customer_menu((debtor.customer_id, debtor.name) for debtor in held.debtors)
    turns = paging(held.search_id, held.page, held.pages, ids.OVERDUE_BACK, ids.OVERDUE_PAGE)
    listed = (
        f"{count(held.total, 'customer')} with overdue invoices, the most urgent first{_only_words(held)}"
    )
    blocks = [
        header(held.title),
        section(f"*{summary}*"),
        *bucket_blocks(held.totals, held.as_of),
        *([context(aside)] if aside else []),
        *(debtor_table(held.debtors, listed, held.today) or _nobody(held)),
        *actions([*picks, *_only_menu(held), *turns, *new]),
        context(place + as_of_words(held.as_of, held.today)),
    ]
    return message(f"{escape(one_line(held.title))}: {summary}", blocks)


def _only_words(held: Board) -> str:
    return "" if held.only is Only.EVERYBODY else f" ({SHOWN[held.only].lower()})"


def _nobody(held: Board) -> list[Block]:
    if held.only is Only.EVERYBODY:
        return []
    return [section(f"Nobody here is listed under *{SHOWN[held.only]}*.")]


def _only_menu(held: Board) -> list[Block]:
    """Which customers are shown; the choice is kept with the search, so that paging keeps it."""
    values = {only: only_value(held.search_id, only) for only in Only}
    made = menu("Show…", ids.OVERDUE_ONLY, ((SHOWN[only], value) for only, value in values.items()))
    chosen = (one for one in made[0]["options"] if one["value"] == values[held.only])
    return [made[0] | {"initial_option": next(chosen)}]
