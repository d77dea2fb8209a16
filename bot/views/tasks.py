"""What our own people are told about contacts with customers: mails that are theirs to send, and copies."""

from collections.abc import Sequence
from datetime import date

from bot.domain.contact_facts import ContactCard, Mail
from bot.domain.dates import say_date
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    View,
    actions,
    button,
    confirm,
    context,
    escape,
    header,
    message,
    one_line,
    plain_section,
    section,
    trim,
)
from bot.views.modals_common import modal
from bot.views.parts import customer_menu
from bot.views.proposals import about, headline, reason_words
from bot.views.wording import count


def tasks(cards: Sequence[ContactCard], day: date) -> Message:
    """Mails for one person to send; done and withdrawn ones say so, without buttons."""
    open_ones = [card for card in cards if card.stage == "claimed"]
    said = f"{count(len(cards), 'mail')} to send · {say_date(day)}"
    asks = (
        "This Syncro account can't send Duebot's texts, so please mail these yourself and say so here."
        if open_ones
        else "Nothing is left to do here."
    )
    blocks = [header(said), section(asks), *[block for card in cards for block in _task(card)]]
    return message(f"Mails to send: {said}", blocks)


def _task(card: ContactCard) -> list[Block]:
    blocks = [section(headline(card)), context(about(card))]
    if card.stage != "claimed":
        return [*blocks, context(_ended(card))]
    sure = confirm(
        "Is it sent?", f"“{card.level}” to {card.customer_name} then counts as made today.", "I sent it"
    )
    row = [
        button("Show the mail", f"{ids.TASK_SHOW}:{card.id}", card.id, style="primary"),
        button("I sent it", f"{ids.TASK_DONE}:{card.id}", card.id, confirm=sure),
    ]
    return [*blocks, *actions(row)]


def _ended(card: ContactCard) -> str:
    why = escape(trim(one_line(reason_words(card) or "it has changed"), 300))
    if card.stage == "sent":
        return f":envelope: {why} on {say_date(card.on)}."
    return f":no_entry_sign: Withdrawn, don't send it: {why}."


def mail_view(held: Mail, visit_id: str) -> View:
    """The mail to copy, or to open in the mail program."""
    card = held.card
    to = ", ".join(one for one in card.to if one not in held.cc)
    link = [button("Open in my mail program", ids.OPEN_MAIL, card.id, url=held.mailto)] if held.mailto else []
    blocks = [
        section(headline(card)),
        plain_section(f"To: {to}"),
        *([plain_section(f"Cc: {', '.join(held.cc)}")] if held.cc else []),
        plain_section(f"Subject: {card.subject}"),
        plain_section(card.message),
        *actions(link),
        context("Read from Syncro just now. When it is sent, press *I sent it* on the message."),
    ]
    return modal("The mail", blocks, ids.VIEW_MAIL, visit_id, close="Close")


def copies(cards: Sequence[ContactCard], day: date) -> Message:
    """What customers were sent, for those who get a copy."""
    said = f"{count(len(cards), 'customer')} emailed · {say_date(day)}"
    blocks = [
        header(said),
        section("These customers were sent a reminder; you get a copy because of its level."),
        *[section(f"{headline(card)}\n{about(card)}") for card in cards],
        *actions(customer_menu((card.customer_id, card.customer_name) for card in cards)),
    ]
    return message(f"Copies: {said}", blocks)
