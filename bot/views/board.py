"""The aging board and worklist."""

from bot.domain.facts import Board
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.aging import aside_words, bucket_blocks, debtor_table, overdue_words
from bot.views.blocks import Message, actions, button, context, escape, header, message, one_line, section
from bot.views.parts import customer_menu, paging
from bot.views.wording import as_of_words, count


def board(held: Board, role: Role | None) -> Message:
    """Totals per currency and one page of debtors; ``role`` is the reader's, ``None`` in a shared message."""
    summary = escape(overdue_words(held.totals, held.as_of))
    aside = escape(aside_words(held.totals))
    place = f"Page {held.page} of {held.pages} · " if held.pages > 1 else ""
    new = [button("New invoice", ids.NEW)] if role is not None and may(role, Action.DRAFT) else []
    picks = customer_menu((debtor.customer_id, debtor.name) for debtor in held.debtors)
    turns = paging(held.search_id, held.page, held.pages, ids.OVERDUE_BACK, ids.OVERDUE_PAGE)
    listed = f"{count(held.total, 'customer')} with overdue invoices, the most urgent first"
    blocks = [
        header(held.title),
        section(f"*{summary}*"),
        *bucket_blocks(held.totals, held.as_of),
        *([context(aside)] if aside else []),
        *debtor_table(held.debtors, listed),
        *actions([*picks, *turns, *new]),
        context(place + as_of_words(held.as_of, held.today)),
    ]
    return message(f"{escape(one_line(held.title))}: {summary}", blocks)
