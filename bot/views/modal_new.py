"""A new invoice: the form with its line items, and the review before it is created."""

from collections.abc import Sequence

from bot.domain.facts import Abilities, DraftLine, InvoiceDraft, InvoiceReview
from bot.domain.invoice import LineItem, line_total
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import (
    Block,
    View,
    actions,
    bold,
    bullets,
    button,
    context,
    divider,
    escape,
    fields,
    line,
    one_line,
    rich,
    section,
    trim,
    words,
)
from bot.views.modals_common import (
    anyway_blocks,
    date_input,
    field,
    modal,
    notice_blocks,
    search_input,
    text_input,
    tick,
)
from bot.views.values import block_id
from bot.views.wording import count, say_day, say_price

#: Line items in the form: each takes five of a modal's 100 blocks. More are added to the invoice afterwards.
LINES_LIMIT = 15
_EVERYTHING = Abilities()


def new_form(
    draft: InvoiceDraft,
    visit_id: str,
    notice: str = "",
    subtotal: str = "",
    can: Abilities = _EVERYTHING,
    *,
    fresh: str = "",
) -> View:
    """The form of a new invoice as ``draft`` holds it; ``subtotal`` is the running total in words.

    Products and customers are searched for while a person types. To show a value that we set on one line (a product's
    price), give that line a new id; a new ``fresh`` text does so for every other input.
    """
    shown = draft.lines[:LINES_LIMIT]
    blocks = [
        *notice_blocks(notice),
        field(
            "Customer",
            search_input(ids.IN_CUSTOMER, "Type a name…", draft.customer_id, draft.customer_name, least=2),
            fresh,
        ),
        field("Invoice date", date_input(ids.IN_DATE, draft.date), fresh),
        field("Due date", date_input(ids.IN_DUE, draft.due_date), fresh, optional=True),
        *(_terms(draft, fresh) if can.terms else []),
        field("Notes", text_input(ids.IN_NOTES, draft.notes, lines=True), fresh, optional=True),
        *[block for at, held in enumerate(shown, 1) for block in _line_blocks(at, held, len(shown))],
        divider(),
        *_line_end(len(shown), subtotal),
    ]
    return modal("New invoice", blocks, ids.VIEW_NEW, visit_id, submit="Review")


def _terms(draft: InvoiceDraft, fresh: str) -> list[Block]:
    return [field("Terms", text_input(ids.IN_TERMS, draft.terms, placeholder="Net 30"), fresh, optional=True)]


def _line_blocks(at: int, held: DraftLine, lines: int) -> list[Block]:
    heading = section(f"*Line {at}*")
    if lines > 1:
        heading["accessory"] = button("Remove", block_id(ids.LINE_REMOVE, held.id), held.id)
        heading["block_id"] = block_id(ids.LINE_REMOVE, held.id)
    return [heading, *line_inputs(held, dispatch=True)]


def line_inputs(held: DraftLine, *, dispatch: bool) -> list[Block]:
    """The inputs of one line item; with ``dispatch`` Enter in quantity or price asks for the total again."""

    def own(action_id: str) -> str:
        # Ids are unique within a view, so each line's carry the line's id.
        return block_id(action_id, held.id)

    chooser = [
        search_input(
            own(ids.IN_LINE_PRODUCT), "Fill in from a product…", held.product_id, held.name, least=2
        ),
        tick(own(ids.IN_LINE_TAXABLE), "Taxable", held.taxable),
    ]
    price = text_input(own(ids.IN_LINE_PRICE), held.price, placeholder="85 or $1,234.50")
    return [
        *actions(chooser, own(ids.IN_LINE_PRODUCT)),
        field("Item", text_input(own(ids.IN_LINE_NAME), held.name)),
        field("Quantity", text_input(own(ids.IN_LINE_QUANTITY), held.quantity), dispatch=dispatch),
        field("Price each", price, dispatch=dispatch),
    ]


def _line_end(lines: int, subtotal: str) -> list[Block]:
    counted = context("Press Enter in a quantity or price to count again.")
    total = [section(f"Total *{escape(subtotal)}* before tax"), counted] if subtotal else []
    if lines < LINES_LIMIT:
        return [*total, *actions([button("Add a line", ids.LINE_ADD)])]
    return [*total, context(f"A form holds {LINES_LIMIT} lines. Add more to the invoice when it is created.")]


def review(held: InvoiceReview, visit_id: str, notice: str = "", *, fresh: str = "") -> View:
    """The review before anything is created; to be pushed over the form, so that closing goes back to it.

    Warnings, such as a similar invoice, ask for the explicit word.
    """
    customer = held.customer
    to = escape(trim(one_line(customer.email), 200)) if customer.email else "no address known"
    pairs = [
        ("Customer", escape(one_line(customer.name))),
        ("Invoices go to", to),
        ("Invoice date", say_day(held.date)),
        ("Due date", say_day(held.due_date)),
    ]
    if held.terms:
        pairs.append(("Terms", escape(trim(one_line(held.terms), 200))))
    subtotal = say_money(held.subtotal, held.currency)
    blocks = [
        *notice_blocks(notice),
        *[block for text in held.warnings for block in notice_blocks(text)],
        *fields(pairs),
        rich(line(bold(count(len(held.lines), "line"))), bullets(_review_lines(held.lines, held.currency))),
        section(f"Total *{subtotal}* before tax"),
        *([section(f"*Notes*\n{escape(trim(held.notes, 1000))}")] if held.notes else []),
        context("Syncro adds the tax. Nothing is sent to the customer yet."),
        *anyway_blocks("Create it anyway", fresh, bool(held.warnings)),
    ]
    return modal(
        "Check the invoice", blocks, ids.VIEW_NEW_REVIEW, visit_id, submit="Create invoice", close="Back"
    )


def _review_lines(lines: Sequence[LineItem], currency: str) -> list[Block]:
    return [line(words(_line_words(held, currency))) for held in lines]


def _line_words(held: LineItem, currency: str) -> str:
    total = say_money(line_total(held.quantity, held.price, currency), currency)
    tax = "" if held.taxable else ", not taxable"
    name = trim(one_line(held.name), 150)
    return f"{name}: {held.quantity.normalize():f} × {say_price(held.price, currency)} = {total}{tax}"
