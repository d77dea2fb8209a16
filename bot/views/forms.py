"""What each form holds, as typed, read from Slack's view; and where a field's error must stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.facts import DraftLine, InvoiceDraft
from bot.views import ids
from bot.views.values import action_of, read_values


@dataclass(frozen=True, slots=True)
class PayForm:
    """A payment on one invoice. ``date`` is ISO; ``anyway`` is the person's explicit word."""

    amount: str = ""
    method: str = ""
    reference: str = ""
    date: str = ""
    notes: str = ""
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class SpreadForm:
    """A payment over several invoices: ``shares`` are the amounts as typed, by invoice id.

    A new ``fresh`` text makes Slack show these shares in place of what was typed.
    """

    payment: PayForm
    shares: Mapping[str, str]
    fresh: str = ""


@dataclass(frozen=True, slots=True)
class SendForm:
    """An email with the invoice. ``to`` and ``cc`` are addresses with commas between them."""

    to: str = ""
    cc: str = ""
    subject: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class EditForm:
    """An edit. ``None`` means that the form did not offer the field."""

    due_date: str | None = None
    terms: str | None = None
    notes: str | None = None


def read_pay(view: Mapping[str, Any]) -> PayForm:
    """The payment form as typed."""
    values = read_values(view)
    return PayForm(
        amount=values.text(ids.IN_AMOUNT),
        method=values.text(ids.IN_METHOD),
        reference=values.text(ids.IN_REFERENCE),
        date=values.text(ids.IN_DATE),
        notes=values.text(ids.IN_NOTES),
        anyway=values.ticked(ids.IN_ANYWAY),
    )


def read_letter(view: Mapping[str, Any]) -> tuple[str, str]:
    """The subject and text of a contact as typed."""
    values = read_values(view)
    return values.text(ids.IN_SUBJECT), values.text(ids.IN_MESSAGE)


def read_spread(view: Mapping[str, Any]) -> SpreadForm:
    """The form of a payment over several invoices as typed."""
    values = read_values(view)
    shares = {item: values.text(ids.IN_SHARE, item) for item in values.items(ids.IN_SHARE)}
    inputs = (str(block.get("block_id", "")).split(":") for block in view.get("blocks", ()))
    fresh = next((parts[2] for parts in inputs if parts[0] == ids.IN_SHARE and len(parts) > 2), "")
    return SpreadForm(read_pay(view), shares, fresh)


def read_which(view: Mapping[str, Any]) -> str:
    """The invoice number or customer that was typed to say what is paid."""
    return read_values(view).text(ids.IN_NUMBER)


def read_send(view: Mapping[str, Any]) -> SendForm:
    """The email form as typed."""
    values = read_values(view)
    return SendForm(
        to=values.text(ids.IN_TO),
        cc=values.text(ids.IN_CC),
        subject=values.text(ids.IN_SUBJECT),
        message=values.text(ids.IN_MESSAGE),
    )


def read_edit(view: Mapping[str, Any]) -> EditForm:
    """The edit form as typed."""
    values = read_values(view)

    def offered(action_id: str) -> str | None:
        return values.text(action_id) if values.has(action_id) else None

    return EditForm(offered(ids.IN_DUE), offered(ids.IN_TERMS), offered(ids.IN_NOTES))


def read_void(view: Mapping[str, Any]) -> str:
    """Why the invoice is voided, as typed."""
    return read_values(view).text(ids.IN_REASON)


def read_new(view: Mapping[str, Any]) -> InvoiceDraft:
    """The new invoice as typed, its lines in the order shown."""
    values = read_values(view)
    customer = values.choice(ids.IN_CUSTOMER)
    return InvoiceDraft(
        customer_id=customer.value,
        customer_name=customer.text,
        date=values.text(ids.IN_DATE),
        due_date=values.text(ids.IN_DUE),
        terms=values.text(ids.IN_TERMS),
        notes=values.text(ids.IN_NOTES),
        lines=read_lines(view),
    )


def read_lines(view: Mapping[str, Any]) -> tuple[DraftLine, ...]:
    """The line items of a form, in the order shown; also of the form that adds one line."""
    values = read_values(view)
    return tuple(
        DraftLine(
            id=item,
            name=values.text(ids.IN_LINE_NAME, item),
            quantity=values.text(ids.IN_LINE_QUANTITY, item),
            price=values.text(ids.IN_LINE_PRICE, item),
            taxable=values.ticked(ids.IN_LINE_TAXABLE, item),
            product_id=values.choice(ids.IN_LINE_PRODUCT, item).value,
        )
        for item in values.items(ids.IN_LINE_NAME)
    )


def read_anyway(view: Mapping[str, Any]) -> bool:
    """Whether the person gave the explicit word that the form asked for."""
    return read_values(view).ticked(ids.IN_ANYWAY)


_FIELDS = {
    "customer": ids.IN_CUSTOMER,
    "customer_id": ids.IN_CUSTOMER,
    "date": ids.IN_DATE,
    "due_date": ids.IN_DUE,
    "due": ids.IN_DUE,
    "terms": ids.IN_TERMS,
    "notes": ids.IN_NOTES,
    "name": ids.IN_LINE_NAME,
    "lines": ids.IN_LINE_NAME,
    "quantity": ids.IN_LINE_QUANTITY,
    "price": ids.IN_LINE_PRICE,
    "amount": ids.IN_AMOUNT,
    "method": ids.IN_METHOD,
    "reference": ids.IN_REFERENCE,
    "to": ids.IN_TO,
    "cc": ids.IN_CC,
    "subject": ids.IN_SUBJECT,
    "message": ids.IN_MESSAGE,
    "reason": ids.IN_REASON,
    "anyway": ids.IN_ANYWAY,
    "number": ids.IN_NUMBER,
    "share": ids.IN_SHARE,
    "until": ids.IN_UNTIL,
    "said_by": ids.IN_SAID_BY,
    "instalments": ids.IN_INSTALMENTS,
    "outcome": ids.IN_OUTCOME,
    "next_on": ids.IN_NEXT_ON,
    "owner": ids.IN_OWNER,
    "invoice": ids.IN_INVOICE,
    "about": ids.IN_ABOUT,
    "kind": ids.IN_KIND,
}


def field_errors(view: Mapping[str, Any], sentences: Mapping[str, str]) -> dict[str, str]:
    """Slack's ``errors``: sentences by the block ids that ``view`` has now.

    A field is named like "amount", and like "price:3" for one line. A field that the form
    doesn't show goes to the form's first input, so no sentence is lost; several on one block are joined. Empty for a
    view without inputs, where Slack has no place for errors.
    """
    errors: dict[str, str] = {}
    for name, sentence in sentences.items():
        block = _block_of(view, name)
        if not block:
            continue
        errors[block] = f"{errors[block]} {sentence}" if block in errors else sentence
    return errors


def _block_of(view: Mapping[str, Any], name: str) -> str:
    inputs = [str(block["block_id"]) for block in view.get("blocks", ()) if block["type"] == "input"]
    field, _, item = name.partition(":")
    action_id = _FIELDS.get(field, field)
    exact = [held for held in inputs if action_of(held)[0] == action_id and item in ("", action_of(held)[1])]
    return next(iter(exact or inputs), "")
