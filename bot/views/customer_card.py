"""A customer's card: what they owe, how they pay, whom to call, what holds them, and what was said."""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.customer_facts import CustomerCard, PastHold
from bot.domain.dates import say_date
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Customer, Invoice
from bot.domain.money import say_money
from bot.domain.roles import Action, Role, may
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
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
    message,
    one_line,
    plain_section,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.parts import invoice_menu
from bot.views.standing import call_words
from bot.views.tables import bold_cell, cell, table
from bot.views.wording import (
    as_of_words,
    balance_cell,
    count,
    habit_words,
    hold_words,
    invoice_words,
    say_day,
    status_words,
)

#: Holds that are shown; each has a button. More are on the cards of their invoices.
_HOLDS = 10
_PAST_LIMIT = 300


def customer_card(card: CustomerCard, role: Role | None) -> Message:
    """One customer: what they owe, how they pay, whom to call. ``role`` as in ``invoice_card``."""
    customer = card.customer
    summary = _customer_summary(card)
    picks = invoice_menu((held.id, invoice_words(held, card.today)) for held in card.invoices)
    blocks = [
        header(customer.name),
        section(summary),
        *fields(_customer_fields(card)),
        *_warnings(customer),
        *_task(card),
        *_holds(card, role),
        *_listed("Last calls", map(call_words, card.calls)),
        *_listed("Holds that have ended", (_past_words(one, card) for one in card.past_holds)),
        *_people(customer),
        *_invoice_table(card.invoices, card.today),
        *actions(_hold_buttons(card, role)),
        *actions([*picks, *_buttons(card, role)]),
        context(as_of_words(card.as_of, card.today)),
    ]
    return message(f"{escape(one_line(customer.name))}: {summary}", blocks)


def _buttons(card: CustomerCard, role: Role | None) -> list[Block]:
    key = card.customer.id
    made = [button("New invoice", ids.NEW, key)] if role is None or may(role, Action.DRAFT) else []
    if card.syncro_url:
        made.append(button("Open in Syncro", ids.OPEN_SYNCRO, key, url=card.syncro_url))
    return made


def _hold_buttons(card: CustomerCard, role: Role | None) -> list[Block]:
    """What can be noted about the customer; of all their invoices only while there is one to be held."""
    if not (role is None or may(role, Action.HOLD)):
        return []
    key = card.customer.id
    made = [
        button("Log call", ids.CALL_LOG, key, style="primary"),
        button("Assign", ids.ASSIGN, key),
    ]
    if card.open_amount > 0 or card.unknown_count:
        made += [
            button("Promise all", ids.CUSTOMER_PROMISE, key),
            button("Says all paid", ids.CUSTOMER_SAYS_PAID, key),
            button("Dispute all", ids.CUSTOMER_DISPUTE, key),
            button("Snooze all", ids.CUSTOMER_SNOOZE, key),
        ]
    if not card.standing.do_not_contact:
        made.append(button("Do not contact", ids.DO_NOT_CONTACT, key))
    return made


def _task(card: CustomerCard) -> list[Block]:
    since = card.standing.call_task
    if since is None:
        return []
    owner = f" {mention(card.owner_id)}" if card.owner_id else ""
    return [
        section(
            f":telephone_receiver: *Call task open*{owner}, since {say_date(since)}. Log a call to close it."
        )
    ]


def _holds(card: CustomerCard, role: Role | None) -> list[Block]:
    """A line for each open hold, with a button for those who may end it."""
    shown = card.holds[:_HOLDS]
    lines = [plain_section(customer_hold_words(hold, card)) for hold in shown]
    if role is None or may(role, Action.HOLD):
        for place, (made, hold) in enumerate(zip(lines, shown, strict=True)):
            made["accessory"] = button("End hold", f"{ids.HOLD_END}:{place}", hold.id)
    left = len(card.holds) - len(shown)
    return [*lines, *([context(f"and {count(left, 'more hold')}, on the invoices' cards")] if left else [])]


def customer_hold_words(hold: Hold, card: CustomerCard) -> str:
    """An open hold of a customer in one line, as literal text, with what it is on."""
    today = card.today if hold in card.holds else None
    said = hold_words(hold, card.currency, today, over=hold.id in card.lapsed)
    if hold.kind is HoldKind.DO_NOT_CONTACT:
        return said
    if not hold.invoice_ids:
        return f"All invoices: {said}"
    numbers = {one.id: one.number for one in card.invoices}
    named = ", ".join(numbers.get(one, "a settled invoice") for one in hold.invoice_ids)
    return f"{trim(one_line(named), 100)}: {said}"


def _listed(title: str, said: Iterable[str]) -> list[Block]:
    lines = [line(words(text)) for text in said]
    return [rich(line(bold(title)), bullets(lines))] if lines else []


def _past_words(past: PastHold, card: CustomerCard) -> str:
    why = past.outcome or past.reason
    said = f"{say_day(past.ended_on)} · {why}: {customer_hold_words(past.hold, card)}"
    return trim(one_line(said), _PAST_LIMIT)


def _customer_summary(card: CustomerCard) -> str:
    if card.overdue_amount > 0:
        overdue = say_money(card.overdue_amount, card.currency)
        return f":red_circle: *{overdue} overdue* of {say_money(card.open_amount, card.currency)} open"
    if card.open_amount > 0:
        return f":large_blue_circle: *{say_money(card.open_amount, card.currency)} open*, nothing overdue"
    if card.unknown_count:
        return (
            f":grey_question: Balance unknown on {count(card.unknown_count, 'invoice')}, nothing else is open"
        )
    return ":white_check_mark: *Nothing is open*"


def _customer_fields(card: CustomerCard) -> list[tuple[str, str]]:
    last = card.last_payment
    paid = "none known" if last is None else f"{say_money(last.amount, card.currency)}, {say_day(last.date)}"
    pairs = [
        ("Last payment", paid),
        ("Usually pays", habit_words(card.usual_days_late)),
        ("Owner", _owner(card)),
        ("Promises", _promises(card)),
    ]
    if card.last_contact:
        pairs.append(("Last reminder", escape(trim(one_line(card.last_contact), 200))))
    if card.standing.next_call:
        pairs.append(("Next call", say_day(card.standing.next_call)))
    if card.credit:
        pairs.append(("Credit", say_money(card.credit, card.currency)))
    if card.unknown_count:
        pairs.append(("Not counted", f"{count(card.unknown_count, 'invoice')}, balance unknown"))
    return pairs


def _owner(card: CustomerCard) -> str:
    if not card.owner_id:
        return "nobody"
    return f"{mention(card.owner_id)}{', assigned' if card.assigned else ''}"


def _promises(card: CustomerCard) -> str:
    if not card.promises_kept and not card.promises_broken:
        return "none ended yet"
    return f"{card.promises_kept} kept, {card.promises_broken} broken"


def _warnings(customer: Customer) -> list[Block]:
    said = [
        text
        for holds, text in (
            (customer.disabled, "This customer is disabled in Syncro."),
            (customer.no_email, "This customer gets no email from Syncro."),
            (customer.opt_out, "This customer has opted out of email."),
        )
        if holds
    ]
    return [context(f":warning: {' '.join(said)}")] if said else []


def _people(customer: Customer) -> list[Block]:
    mail = ", ".join((customer.email, *customer.cc)).strip(", ")
    entries = [("Invoices go to", mail), ("Phone", customer.phone), ("Billing address", customer.address)]
    entries += [(held.name, " · ".join(filter(None, (held.phone, held.email)))) for held in customer.contacts]
    lines = [
        line(bold(f"{one_line(name)}: "), words(trim(one_line(text), 300)))
        for name, text in entries
        if text.strip()
    ]
    return [rich(bullets(some(lines, 8, "contacts")))] if lines else []


def _invoice_table(invoices: Sequence[Invoice], today: date) -> list[Block]:
    if not invoices:
        return []
    shown = invoices[:25]
    rows = [[bold_cell(name) for name in ("Invoice", "Due date", "Status", "Balance")]]
    rows += [
        [
            bold_cell(held.number),
            cell(say_day(held.due_date)),
            cell(status_words(held, today)),
            cell(balance_cell(held)),
        ]
        for held in shown
    ]
    left = len(invoices) - len(shown)
    more = [context(f"and {count(left, 'more invoice')}, in the menu below")] if left else []
    return [table(rows, frozenset({3})), *more]
