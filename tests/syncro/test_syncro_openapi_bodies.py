"""What is sent in the shape of the published OpenAPI: bodies field by field, and what is never sent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.errors import SyncroRefused
from bot.domain.invoice import InvoiceEdit, LineItem, NewInvoice, NewPayment
from bot.syncro import openapi
from bot.syncro.exact import write_json

NEW = NewInvoice(
    "12",
    date(2026, 1, 15),
    date(2026, 2, 14),
    (
        LineItem("Labor", Decimal("1.75"), Decimal("125.50"), False, description="Remote"),
        LineItem("Cable", Decimal(1), Decimal("0.015"), product_id="9"),
    ),
    "Thank you",
    number="1043",
)


def test_a_new_invoice_has_its_number_a_note_and_all_its_lines() -> None:
    assert write_json(openapi.new_invoice_body(NEW)).decode() == (
        '{"customer_id": 12, "number": "1043", "date": "2026-01-15", "due_date": "2026-02-14", '
        '"note": "Thank you", "line_items": ['
        '{"item": "Labor", "name": "Remote", "quantity": 1.75, "price": 125.50, "taxable": false}, '
        '{"item": "Cable", "name": "Cable", "quantity": 1, "price": 0.015, "taxable": true, "product_id": 9}]}'
    )
    assert "due_date" not in openapi.new_invoice_body(replace(NEW, due_date=None))


def test_a_lines_correction_leaves_the_product_out_whose_values_would_win_again() -> None:
    assert openapi.correction_body(replace(NEW.lines[1], id="5")) == {
        "item": "Cable",
        "name": "Cable",
        "quantity": 1,
        "price": Decimal("0.015"),
        "taxable": True,
    }


def test_an_edit_says_note_and_only_what_changes() -> None:
    assert openapi.edit_body(InvoiceEdit(notes="")) == {"note": ""}
    assert openapi.edit_body(InvoiceEdit(date(2026, 3, 1))) == {"due_date": "2026-03-01"}
    both = openapi.edit_body(InvoiceEdit(date(2026, 3, 1), "Call first"))
    assert both == {"note": "Call first", "due_date": "2026-03-01"}


PAYMENT = NewPayment(10_050, "USD", "Check", "CHK-1001", date(2026, 1, 20), "", "12", "1042", "7K2QXP", "Pat")


def test_a_payment_is_whole_cents_and_carries_its_mark_behind_the_reference() -> None:
    assert openapi.payment_body("7", PAYMENT) == {
        "customer_id": 12,
        "invoice_id": 7,
        "invoice_number": "1042",
        "amount_cents": 10_050,
        "payment_method": "Check",
        "ref_num": "CHK-1001 ·7K2QXP",
    }
    assert "invoice_number" not in openapi.payment_body("7", replace(PAYMENT, invoice_number=""))


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("", "·7K2QXP"),
        ("1234567890123", "1234567890123 ·7K2QXP"),
        ("12345678901234", "12345678901234"),
        ("123456789012345678901", "123456789012345678901"),
    ],
)
def test_a_mark_that_doesnt_fit_in_21_characters_is_left_out(typed: str, sent: str) -> None:
    body = openapi.payment_body("7", replace(PAYMENT, reference=typed))
    assert body["ref_num"] == sent
    assert len(sent) <= 21


@pytest.mark.parametrize(
    ("amount", "currency", "cents"),
    [(1, "USD", 1), (80_625, "USD", 80_625), (500, "JPY", 50_000), (1_230, "KWD", 123)],
)
def test_an_amount_is_in_hundredths_whatever_the_currency(amount: int, currency: str, cents: int) -> None:
    body = openapi.payment_body("7", replace(PAYMENT, amount=amount, currency=currency))
    assert (body["amount_cents"], type(body["amount_cents"])) == (cents, int)


def test_less_than_a_cent_is_refused_and_never_cut_off() -> None:
    with pytest.raises(SyncroRefused, match="two decimals"):
        openapi.payment_body("7", replace(PAYMENT, amount=1_234, currency="KWD"))
