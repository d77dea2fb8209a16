"""Messages about holds: one that was noted or ended, promises that are broken, disputes that are still open."""

from bot.domain.dates import say_date
from bot.domain.hold_facts import HeldItem, HeldReport, HoldChange
from bot.domain.holds import HoldKind
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
from bot.views.parts import customer_menu, invoice_menu
from bot.views.wording import as_of_words, count, hold_words, invoice_words, plan_words

#: More are in the menus.
_SHOWN = 20
_INVOICES = 10
_NOTED = {
    HoldKind.PROMISE: "a promise to pay",
    HoldKind.DISPUTE: "a dispute",
    HoldKind.SAYS_PAID: "that the customer says it is paid",
    HoldKind.SNOOZE: "a snooze",
    HoldKind.DO_NOT_CONTACT: "that the customer is not to be contacted",
}
_ENDED = {
    HoldKind.PROMISE: "the promise to pay",
    HoldKind.DISPUTE: "the dispute",
    HoldKind.SAYS_PAID: "the claim to have paid",
    HoldKind.SNOOZE: "the snooze",
    HoldKind.DO_NOT_CONTACT: "“do not contact”",
}


def hold_changed(held: HoldChange) -> Message:
    """That somebody noted or ended a hold, with the way to what it is about."""
    hold = held.hold
    said = f"noted {_NOTED[hold.kind]}" if held.done == "placed" else f"ended {_ENDED[hold.kind]}"
    whole = not hold.invoice_ids and hold.kind is not HoldKind.DO_NOT_CONTACT
    whose = "All invoices: " if whole else ""
    plan = [plain_section(plan_words(hold, held.currency))] if hold.instalments else []
    why = [plain_section(f"Why it ended: {trim(one_line(held.reason), 500)}")] if held.reason else []
    blocks = [
        section(f":pushpin: {mention(held.actor_id)} {said}"),
        _about(held),
        plain_section(f"{whose}{hold_words(hold, held.currency, held.today)}"),
        *plan,
        *why,
        *actions(_open([(one.id, invoice_words(one, held.today)) for one in held.invoices], _customer(held))),
    ]
    which = ", ".join(one.number for one in held.invoices[:_INVOICES]) or held.customer_name
    return message(f"{mention(held.actor_id)} {said}: {escape(one_line(which))}", blocks)


def _about(held: HoldChange) -> Block:
    """The customer, the invoice, or a line for each of several."""
    lines = [invoice_words(one, held.today) for one in held.invoices]
    if len(lines) > 1:
        return rich(bullets(some([line(words(one)) for one in lines], _INVOICES, "in the menu")))
    return plain_section(lines[0] if lines else one_line(held.customer_name))


def promises_broken(held: HeldReport) -> Message:
    """The promises that were not kept, for whoever looks after these customers."""
    said = f"{count(len(held.items), 'promise')} broken"
    ask = (
        "The money did not come as promised. Please call. Reminders go on, unless something else holds them."
    )
    return _gathered(
        held, f"{said} · {say_date(held.today)}", said, ask, [_broken(one) for one in held.items]
    )


def disputes_open(held: HeldReport) -> Message:
    """Disputes that nobody has resolved so far."""
    said = f"{count(len(held.items), 'dispute')} still open"
    ask = "Nobody is reminded of these invoices until the dispute is ended on the invoice's card."
    lines = [_disputed(one, held) for one in held.items]
    return _gathered(held, f"{said} · {say_date(held.today)}", said, ask, lines)


def _gathered(held: HeldReport, head: str, said: str, ask: str, lines: list[Block]) -> Message:
    invoices = {
        invoice.id: invoice_words(invoice, held.today) for item in held.items for invoice in item.invoices
    }
    customers = {item.hold.customer_id: item.customer_name for item in held.items}
    blocks = [
        header(head),
        section(ask),
        rich(bullets(some(lines, _SHOWN, "in the menus"))),
        *actions(_open(list(invoices.items()), list(customers.items()))),
        context(as_of_words(held.as_of, held.today)),
    ]
    return message(said, blocks)


def _broken(item: HeldItem) -> Block:
    said = f" by {trim(one_line(item.hold.said_by), 60)}" if item.hold.said_by else ""
    given = f" Given on {say_date(item.noted_on)}{said}, noted by {trim(one_line(item.hold.by_name), 60)}."
    return line(bold(_name(item)), words(f" · {_numbers(item)} · {one_line(item.reason)}{given}"))


def _disputed(item: HeldItem, held: HeldReport) -> Block:
    days = count((held.today - item.noted_on).days, "day")
    noted = f"disputed for {days}, noted by {trim(one_line(item.hold.by_name), 60)}"
    note = f": {trim(one_line(item.hold.note), 200)}" if item.hold.note else ""
    return line(bold(_name(item)), words(f" · {_numbers(item)} · {noted}{note}"))


def _numbers(item: HeldItem) -> str:
    numbers = [one_line(one.number) for one in item.invoices]
    left = len(numbers) - _INVOICES
    return ", ".join(numbers[:_INVOICES]) + (f" and {left} more" if left > 0 else "")


def _name(item: HeldItem) -> str:
    return trim(one_line(item.customer_name), 100)


def _customer(held: HoldChange) -> list[tuple[str, str]]:
    return [(held.hold.customer_id, held.customer_name)]


def _open(invoices: list[tuple[str, str]], customers: list[tuple[str, str]]) -> list[Block]:
    """A button for one of a kind, a menu for several."""
    if len(invoices) == 1:
        row = [button("Open the invoice", ids.CARD, invoices[0][0], style="primary")]
    else:
        row = invoice_menu(invoices) if invoices else []
    if len(customers) == 1:
        return [*row, button("Open the customer", ids.CUSTOMER_CARD, customers[0][0])]
    return [*row, *customer_menu(customers)]
