"""Rows of the published OpenAPI in our words: every field, and every trap in one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from syncro_rows import HEADER, LINES, PAID, detail

from bot.domain.errors import SyncroLost
from bot.domain.invoice import Invoice, LineItem, Payment, Status
from bot.syncro import openapi, wire
from bot.syncro.status import Task

TASK = Task("read the invoice", "Invoices – View Details")


def read(row: object, currency: str = "USD") -> Invoice:
    return openapi.to_invoice(wire.parse(openapi.InvoiceRow, row, TASK), currency, TASK)


def paid(listed_on: str = "", **changes: Any) -> Payment:
    row = {name: value for name, value in (PAID | changes).items() if value is not ...}
    return openapi.to_payment(wire.parse(openapi.PaymentRow, row, TASK), listed_on, "USD", TASK)


# ---- an invoice ---------------------------------------------------------------------------------------------


def test_a_header_field_by_field() -> None:
    assert read(HEADER) == Invoice(
        id="7",
        number="1042",
        customer_id="12",
        customer_name="Sample Bakery",
        date=date(2026, 1, 15),
        due_date=date(2026, 2, 14),
        status=Status.OPEN,
        subtotal=75_000,
        tax=5_625,
        total=80_625,
        balance=None,
        currency="USD",
        notes="Thank you",
        terms="",
        created_at="2026-01-15T10:30:00.000-05:00",
        updated_at="2026-01-16T08:00:00.000-05:00",
        lines=None,
        payments=None,
    )


def test_lines_and_payments_field_by_field() -> None:
    invoice = read(detail())
    assert invoice.lines == (
        LineItem("Labor", Decimal(1), Decimal(500), True, "1", "9", 50_000, "Server maintenance"),
        LineItem("Remote support", Decimal(2), Decimal(125), False, "2", None, 25_000, ""),
    )
    assert invoice.payments == (
        Payment(
            id="3",
            invoice_id="7",
            amount=10_000,
            method="Check",
            reference="CHK-1001",
            date=date(2026, 1, 20),
            created_at="2026-01-20T09:00:00.000-05:00",
            mark="7K2QXP",
        ),
    )
    assert (invoice.balance, invoice.status) == (70_625, Status.PARTIAL)


@pytest.mark.parametrize(
    "stamp",
    ["2026-02-14", "2026-02-14T00:00:00.000Z", "2026-02-14T23:59:59-12:00", "2026-02-14T00:00:00+14:00"],
)
def test_a_date_is_its_first_ten_characters_whatever_the_offset(stamp: str) -> None:
    assert read(HEADER | {"due_date": stamp, "date": stamp}).due_date == date(2026, 2, 14)
    assert paid(applied_at=stamp).date == date(2026, 2, 14)


def test_numbers_and_strings_are_the_same_invoice() -> None:
    numbers = {"id": "7", "number": 1042, "total": Decimal("806.25"), "subtotal": 750, "is_paid": "false"}
    assert read(HEADER | numbers) == read(HEADER)
    assert paid(payment_amount=100) == paid(payment_amount="100.00") == paid()


@pytest.mark.parametrize("absent", [..., None])
@pytest.mark.parametrize("name", sorted({*HEADER} - {"id", "total", "is_paid"}))
def test_any_other_field_may_be_absent_or_null(name: str, absent: object) -> None:
    assert (read(detail(**{name: absent})).id, read(detail(**{name: absent})).balance) == ("7", 70_625)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": None}, "no id"),
        ({"total": None}, "no total"),
        ({"is_paid": None}, "whether it is paid"),
        ({"is_paid": ...}, "whether it is paid"),
        ({"is_paid": "perhaps"}, "is_paid"),
        ({"is_paid": {}}, "is_paid"),
        ({"total": "806.255"}, "amount"),
        ({"total": "8,062.50"}, "total"),
        ({"balance_due": "0.001"}, "amount"),
        ({"balance_due": "paid"}, "balance_due"),
        ({"date": "02/14/2026"}, "date"),
        ({"payments": [PAID | {"payment_amount": None}]}, "no amount"),
        ({"payments": [PAID | {"payment_amount": "0.001"}]}, "payment 3"),
        ({"payments": [PAID | {"invoice_ids": "7"}]}, "invoice_ids"),
        ({"payments": [PAID | {"payment_amount": 10**13}] * 2}, "amount"),
        ({"line_items": [{"item": "x", "quantity": "1"}]}, "amount"),
        ({"line_items": [{"item": "x", "quantity": 10**15, "price": 10**15}]}, "amount"),
        ({"line_items": [{"item": "x", "quantity": 10**9, "price": 10**9}]}, "amount"),
        ({"line_items": {"1": LINES[0]}}, "line_items"),
    ],
)
def test_what_makes_no_sense_is_our_error_that_names_it(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(SyncroLost, match=named):
        read(detail(**changes))


def test_a_customer_inside_an_invoice_gives_a_name_and_spoils_nothing() -> None:
    customer = {"id": 12, "business_name": "Sample Bakery", "no_email": "perhaps", "contacts": 5}
    inside = read(detail(customer=customer, customer_id=..., customer_business_then_name=...))
    assert (inside.customer_id, inside.customer_name) == ("12", "Sample Bakery")
    assert read(detail(customer="Sample Bakery", customer_id=...)).customer_id == ""
    assert paid(customer=customer, invoice_ids=[None]).customer_id == "12"


# ---- its balance and its state --------------------------------------------------------------------------------


@pytest.mark.parametrize("payments", [[], [PAID], [PAID | {"invoice_ids": [7, 8]}], None])
def test_the_balance_that_syncro_tells_wins(payments: object) -> None:
    assert read(detail(balance_due="12.5", payments=payments)).balance == 1_250
    assert read(detail(balance_due=0, payments=payments)).balance == 0


FULL = PAID | {"payment_amount": "806.25"}


@pytest.mark.parametrize(
    ("payments", "balance"),
    [
        ([], 80_625),
        ([PAID], 70_625),
        ([PAID, PAID | {"id": 4, "payment_amount": Decimal("0.25")}], 70_600),
        ([FULL], 0),
        ([FULL | {"payment_amount": "900.0"}], -9_375),
        ([FULL | {"invoice_ids": ["7"]}], 0),
        ([FULL | {"invoice_ids": [7, 7]}], 0),
        ([FULL | {"invoice_ids": None}], 0),
        ([FULL | {"success": False}], 80_625),
        ([FULL | {"success": False, "invoice_ids": [None]}, PAID], 70_625),
        ([FULL | {"invoice_ids": [8]}], None),
        ([FULL | {"invoice_ids": [7, 8]}], None),
        ([FULL | {"invoice_ids": [7, None]}], None),
        ([FULL | {"invoice_ids": [None]}], None),
        ([FULL | {"invoice_ids": []}], None),
        ([FULL | {"invoice_ids": [7, 8]}, PAID], None),
        (None, None),
        (..., None),
    ],
)
def test_else_it_is_the_total_without_what_surely_went_here_alone_or_unknown(
    payments: Any, balance: int | None
) -> None:
    assert read(detail(payments=payments)).balance == balance


@pytest.mark.parametrize(
    ("is_paid", "balance_due", "status"),
    [
        (True, "0.0", Status.PAID),
        (True, ..., Status.PAID),
        (False, "806.25", Status.OPEN),
        (False, "806.24", Status.PARTIAL),
        (False, "0.01", Status.PARTIAL),
        (False, "0.0", Status.OPEN),
        (False, "-5.0", Status.OPEN),
        (False, "900.0", Status.OPEN),
    ],
)
def test_the_state_is_open_partial_or_paid(is_paid: bool, balance_due: Any, status: Status) -> None:
    assert read(detail(is_paid=is_paid, balance_due=balance_due)).status is status
    assert read(HEADER | {"is_paid": is_paid}).status is (Status.PAID if is_paid else Status.OPEN)


# ---- a payment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("invoice_ids", "invoice_id", "spread_over"),
    [
        ([7], "7", ()),
        (["7"], "7", ()),
        ([7, 7], "7", ()),
        ([7, 8], None, ("7", "8")),
        ([7, None], None, ("7",)),
        ([None], None, ()),
        ([], None, ()),
        (..., None, ()),
    ],
)
def test_where_a_payment_went(invoice_ids: Any, invoice_id: str | None, spread_over: tuple[str, ...]) -> None:
    payment = paid(invoice_ids=invoice_ids)
    assert (payment.invoice_id, payment.spread_over) == (invoice_id, spread_over)


def test_one_that_doesnt_say_where_it_went_is_the_invoices_on_which_it_is_listed() -> None:
    assert paid("7", invoice_ids=...).invoice_id == "7"
    assert paid("7", invoice_ids=None).invoice_id == "7"
    assert paid("7", invoice_ids=[8]).invoice_id == "8"


@pytest.mark.parametrize(
    ("told", "successful"), [(True, True), (..., True), (None, True), (False, False), (0, False)]
)
def test_only_a_clear_no_makes_a_payment_unsuccessful(told: Any, successful: bool) -> None:
    assert paid(success=told).successful is successful


@pytest.mark.parametrize(
    ("ref_num", "reference", "mark"),
    [
        ("CHK-1001 ·7K2QXP", "CHK-1001", "7K2QXP"),
        ("·7K2QXP", "", "7K2QXP"),
        ("CHK-1001", "CHK-1001", ""),
        ("7K2QXP", "7K2QXP", ""),
        ("CHK ·7K2QXP later", "CHK ·7K2QXP later", ""),
        (1234, "1234", ""),
        (None, "", ""),
    ],
)
def test_the_mark_is_taken_off_the_reference(ref_num: Any, reference: str, mark: str) -> None:
    assert (paid(ref_num=ref_num).reference, paid(ref_num=ref_num).mark) == (reference, mark)


# ---- a line -----------------------------------------------------------------------------------------------------


def line(**changes: Any) -> LineItem:
    lines = read(detail(line_items=[LINES[0] | changes])).lines
    assert lines is not None
    return lines[0]


@pytest.mark.parametrize(
    ("discount", "total"),
    [
        ({}, 50_000),
        ({"discount_percent": "0.0", "discount_dollars": 0}, 50_000),
        ({"discount_percent": "10.0"}, None),
        ({"discount_dollars": "5.0"}, None),
    ],
)
def test_a_lines_total_is_ours_to_reckon_and_unknown_with_a_discount(
    discount: Any, total: int | None
) -> None:
    assert line(**discount).total == total


def test_a_lines_total_rounds_half_up_and_a_line_of_text_is_no_error() -> None:
    assert line(quantity="3", price="0.335").total == 101
    assert line(quantity=None, price=None).total == 0


def test_a_line_from_the_catalogue_keeps_its_item_and_its_description() -> None:
    assert (line().name, line().description, line().product_id) == ("Labor", "Server maintenance", "9")
    assert (line(item=None).name, line(item=None).description) == ("Server maintenance", "")
