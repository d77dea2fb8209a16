import json
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DuebotError, SyncroLost
from bot.domain.invoice import (
    Email,
    Invoice,
    InvoiceEdit,
    LineItem,
    NewInvoice,
    NewPayment,
    Payment,
    Status,
)
from bot.syncro import guide, wire
from bot.syncro.client import Client, Patience
from bot.syncro.exact import read_json, write_json
from bot.syncro.gateway import Gateway
from bot.syncro.status import Task

TASK = Task("read invoice 7", "Invoices – View Details")

EXAMPLE = b"""{"invoice": {
  "id": 7, "number": "INV-2024-0042", "customer_id": 12, "date": "2024-01-15T00:00:00.000Z", "due_date": "2024-02-14",
  "status": "partial", "subtotal": 750.00, "tax": 56.25, "total": 806.25, "balance": 706.25,
  "notes": "Thank you", "terms": "Net 30", "created_at": "2024-01-15T10:30:00Z",
  "customer": {"id": 12, "business_name": "Sample Bakery", "online_profile_url": "https://msp.example/login/SECRET"},
  "line_items": [
    {"id": 1, "name": "Server maintenance", "quantity": 1, "price": 500.00, "taxable": true, "total": 500.00},
    {"id": 2, "name": "Remote support", "quantity": 2, "price": 125.00, "taxable": false, "total": 250.00}],
  "payments": [
    {"id": 3, "invoice_id": 7, "amount": 100.00, "payment_method": "Check", "reference": "CHK-1001",
     "date": "2024-01-20", "notes": "first part", "created_at": "2024-01-20T09:00:00Z"}]
}}"""


def answering(content: bytes) -> Gateway:
    """A gateway whose Syncro says ``content`` to everything."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    client = Client(
        "https://msp.example/api/v1",
        "fictional-key",
        patience=Patience(attempts=1),
        http=httpx.AsyncClient(transport=transport),
    )
    return Gateway(client, "guide", lambda customer_id: "JPY" if customer_id == "yen" else "USD")


def example(**changes: object) -> bytes:
    """The example with ``changes``; a value of ``...`` takes the field out."""
    row: dict[str, Any] = dict(read_json(EXAMPLE)["invoice"]) | changes  # type: ignore[index]  # a known object
    return write_json({"invoice": {name: value for name, value in row.items() if value is not ...}})


async def test_the_guides_example_field_by_field() -> None:
    assert await answering(EXAMPLE).invoice("7") == Invoice(
        id="7",
        number="INV-2024-0042",
        customer_id="12",
        customer_name="Sample Bakery",
        date=date(2024, 1, 15),
        due_date=date(2024, 2, 14),
        status=Status.PARTIAL,
        subtotal=75_000,
        tax=5_625,
        total=80_625,
        balance=70_625,
        currency="USD",
        notes="Thank you",
        terms="Net 30",
        created_at="2024-01-15T10:30:00Z",
        lines=(
            LineItem("Server maintenance", Decimal(1), Decimal("500.00"), True, "1", None, 50_000),
            LineItem("Remote support", Decimal(2), Decimal("125.00"), False, "2", None, 25_000),
        ),
        payments=(
            Payment(
                id="3",
                invoice_id="7",
                amount=10_000,
                method="Check",
                reference="CHK-1001",
                date=date(2024, 1, 20),
                notes="first part",
                created_at="2024-01-20T09:00:00Z",
            ),
        ),
    )


async def test_numbers_written_as_strings_are_the_same_invoice() -> None:
    as_strings = read_json(
        EXAMPLE,
    )["invoice"] | {"id": "7", "customer_id": "12", "total": "806.25", "tax": " 56.25 "}  # type: ignore[index,operator]  # a known object
    assert await answering(write_json({"invoice": as_strings})).invoice("7") == await answering(
        EXAMPLE
    ).invoice("7")


@pytest.mark.parametrize("absent", [..., None, ""])
async def test_an_absent_balance_is_unknown_and_never_nothing(absent: object) -> None:
    assert (await answering(example(balance=absent)).invoice("7")).balance is None


async def test_a_balance_of_nothing_is_nothing() -> None:
    assert (await answering(example(balance=Decimal("0.00"), status="paid")).invoice("7")).balance == 0


@pytest.mark.parametrize(
    "name",
    [
        "number",
        "customer_id",
        "customer",
        "date",
        "due_date",
        "subtotal",
        "tax",
        "balance",
        "notes",
        "terms",
        "created_at",
    ],
)
@pytest.mark.parametrize("absent", [..., None])
async def test_any_other_field_may_be_absent_or_null(name: str, absent: object) -> None:
    invoice = await answering(example(**{name: absent})).invoice("7")
    assert (invoice.total, invoice.status) == (80_625, Status.PARTIAL)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"status": "archived"}, "state of invoice INV-2024-0042"),
        ({"status": "open"}, "state"),
        ({"status": ...}, "state"),
        ({"id": ...}, "id"),
        ({"id": 8}, "another"),
        ({"id": True}, "id"),
        ({"id": "../users"}, "id"),
        ({"total": ...}, "total"),
        ({"total": Decimal("806.255")}, "amount"),
        ({"balance": Decimal("0.001")}, "amount"),
        ({"balance": "12,50"}, "balance"),
        ({"balance": "٣"}, "balance"),
        ({"balance": "1e3"}, "balance"),
        ({"balance": True}, "balance"),
        ({"balance": []}, "balance"),
        ({"total": 10**15}, "amount"),
        ({"date": "15/01/2024"}, "date"),
        ({"date": "2024-02-30"}, "date"),
        ({"date": 20240115}, "date"),
        ({"notes": {"a": 1}}, "notes"),
        ({"line_items": "none"}, "line_items"),
        ({"line_items": [{"name": "x", "quantity": 1}]}, "amount"),
        ({"payments": [{"id": 1}]}, "payment"),
        ({"payments": [{"id": 1, "amount": Decimal("1.001")}]}, "payment"),
        ({"payments": ...}, "missing"),
        ({"line_items": None}, "missing"),
    ],
)
async def test_what_makes_no_sense_is_our_error_that_names_it(changes: dict[str, object], named: str) -> None:
    with pytest.raises(SyncroLost, match=named):
        await answering(example(**changes)).invoice("7")


async def test_an_error_never_repeats_what_the_field_held() -> None:
    with pytest.raises(SyncroLost) as caught:
        await answering(example(balance="SECRET")).invoice("7")
    assert "SECRET" not in caught.value.sentence
    assert caught.value.__cause__ is None


async def test_lists_left_out_count_as_empty_only_if_the_amounts_prove_it() -> None:
    unpaid = await answering(example(payments=..., balance=Decimal("806.25"))).invoice("7")
    assert unpaid.payments == ()
    nothing = await answering(example(line_items=..., total=0)).invoice("7")
    assert nothing.lines == ()
    with pytest.raises(SyncroLost):
        await answering(example(payments=..., balance=...)).invoice("7")


async def test_a_currency_without_cents_refuses_cents() -> None:
    whole = example(
        customer_id="yen", subtotal=750, tax=50, total=Decimal("800.00"), balance=800, payments=[]
    )
    assert (await answering(whole).invoice("7")).total == 800
    with pytest.raises(SyncroLost, match="JPY"):
        await answering(example(customer_id="yen")).invoice("7")


async def test_a_line_of_text_is_no_error_and_totals_round_half_up() -> None:
    rows = [
        {"name": "Thanks!", "quantity": None},
        {"name": "x", "quantity": 3, "price": Decimal("0.335"), "total": Decimal("1.005")},
    ]
    invoice = await answering(example(line_items=rows)).invoice("7")
    assert invoice.lines == (
        LineItem("Thanks!", Decimal(0), Decimal(0)),
        LineItem("x", Decimal(3), Decimal("0.335"), total=101),
    )


async def test_secrets_stop_at_the_wire() -> None:
    body = b"""{"customer": {"id": 12, "business_name": "Sample Bakery", "email": "a@bakery.example",
        "notification_email": "bills@bakery.example", "invoice_cc_emails": "c@bakery.example; d@bakery.example,",
        "online_profile_url": "https://msp.example/my_profile/SECRET", "user_token": "SECRET",
        "contacts": [{"name": "Pat Sample", "email": "pat@bakery.example", "mobile": 5550100, "token": "SECRET"}],
        "no_email": 0, "opt_out": "true", "disabled": null}}"""
    customer = await answering(body).customer("12")
    assert "SECRET" not in repr(customer)
    assert customer.email == "bills@bakery.example"
    assert customer.cc == ("c@bakery.example", "d@bakery.example")
    assert customer.other_emails == ("a@bakery.example", "pat@bakery.example")
    assert customer.contacts[0].phone == "5550100"
    assert (customer.no_email, customer.opt_out, customer.disabled) == (False, True, False)
    row = wire.parse(wire.CustomerRow, json.loads(body)["customer"], TASK)
    assert "SECRET" not in repr(row)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"business_then_name": "A", "business_name": "B"}, "A"),
        ({"business_then_name": None, "business_name": "B"}, "B"),
        ({"business_name": "", "fullname": "Pat Sample"}, "Pat Sample"),
        ({"firstname": "Pat", "lastname": "Sample"}, "Pat Sample"),
        ({}, ""),
    ],
)
def test_a_customer_is_called_by_its_business_else_by_its_person(row: dict[str, str], name: str) -> None:
    assert wire.to_customer(wire.parse(wire.CustomerRow, {"id": 1, **row}, TASK), TASK).name == name


async def test_users_and_methods_come_in_both_forms() -> None:
    assert await answering(
        b'{"users": [[1, "Pat Sample"], {"id": 2, "full_name": "Kim Sample"}]}'
    ).users() == {
        "1": "Pat Sample",
        "2": "Kim Sample",
    }
    methods = b'{"payment_methods": [{"id": 1, "name": "Cash"}, "Check", {"name": "Cash"}, {"id": 4}]}'
    assert await answering(methods).payment_methods() == ("Cash", "Check")


async def test_products_without_price_or_name_are_not_offered() -> None:
    rows = b"""{"products": [{"id": 1, "name": "Hour", "price_retail": "125.0", "taxable": false},
        {"id": 2, "name": "x"}, {"id": 3, "price_retail": 1},
        {"id": 4, "name": "old", "price_retail": 1, "disabled": true}]}"""
    (product,) = await answering(rows).find_products("")
    assert (product.id, product.name, product.price, product.taxable) == ("1", "Hour", Decimal(125), False)


@pytest.mark.parametrize(
    "answer",
    [
        b"{}",
        b"[]",
        b"null",
        b"",
        b'{"invoices": null}',
        b'{"invoices": {}}',
        b'{"invoices": [1]}',
        b'"invoices"',
        b'{"invoices": [], "meta": {"page": 2}}',
        b'{"invoices": [], "meta": {"total_pages": 1.5}}',
        b'{"invoices": [], "meta": {"total_pages": 99999999}}',
        b'{"invoices": [], "meta": {"total_pages": "x"}}',
        b'{"invoices": [], "meta": 1}',
    ],
)
async def test_a_list_that_cannot_be_relied_on_is_not_an_empty_list(answer: bytes) -> None:
    with pytest.raises(SyncroLost):
        [page async for page in answering(answer).invoices()]


@pytest.mark.parametrize(
    "meta", ["", ', "meta": null', ', "meta": {}', ', "meta": {"total_pages": 0, "page": 1}']
)
async def test_a_list_without_meta_is_one_page(meta: str) -> None:
    pages = [page async for page in answering(f'{{"invoices": []{meta}}}'.encode()).invoices()]
    assert [(page.page, page.pages, page.invoices) for page in pages] == [(1, 1, ())]


async def test_a_payment_about_another_invoice_is_not_taken_for_ours() -> None:
    payment = NewPayment(100, "USD", "Cash", "", date(2024, 1, 2))
    with pytest.raises(SyncroLost, match="another invoice"):
        await answering(b'{"payment": {"id": 1, "invoice_id": 8, "amount": 1.00}}').record_payment(
            "7", payment
        )
    failed = b'{"payment": {"id": 1, "amount": 1.00, "success": false}}'
    assert not (await answering(failed).record_payment("7", payment)).successful
    recorded = await answering(b'{"payment": {"id": 1, "amount": 1.00}}').record_payment("7", payment)
    assert recorded.successful
    assert (recorded.invoice_id, recorded.amount) == ("7", 100)
    with pytest.raises(SyncroLost, match="It may have happened"):
        await answering(b"").record_payment("7", payment)


def test_bodies_carry_exact_numbers_and_only_what_is_meant() -> None:
    lines = (
        LineItem("Server", Decimal(1), Decimal("500.00"), product_id="9"),
        LineItem("Hour", Decimal("1.75"), Decimal("0.015"), False),
    )
    new = NewInvoice("12", date(2024, 1, 15), date(2024, 2, 14), lines, "n", "Net 30")
    assert write_json(guide.new_invoice_body(new)).decode() == (
        '{"customer_id": 12, "date": "2024-01-15", "due_date": "2024-02-14", "notes": "n", "terms": "Net 30", '
        '"line_items": [{"name": "Server", "quantity": 1, "price": 500.00, "taxable": true, "product_id": 9}, '
        '{"name": "Hour", "quantity": 1.75, "price": 0.015, "taxable": false}]}'
    )
    assert "due_date" not in guide.new_invoice_body(NewInvoice("12", date(2024, 1, 15), None, ()))
    assert guide.edit_body(InvoiceEdit(notes="")) == {"notes": ""}
    assert guide.edit_body(InvoiceEdit(date(2024, 2, 14), terms="t")) == {
        "due_date": "2024-02-14",
        "terms": "t",
    }
    assert guide.email_body(Email(("a@x.example", "b@x.example"), (), "s", "m")) == {
        "to": "a@x.example, b@x.example",
        "subject": "s",
        "message": "m",
    }
    assert guide.email_body(Email(("a@x.example",), ("c@x.example",), "s", "m"))["cc"] == "c@x.example"


@pytest.mark.parametrize(
    ("amount", "currency", "literal"),
    [
        (80_625, "USD", "806.25"),
        (50_000, "USD", "500.00"),
        (1, "USD", "0.01"),
        (500, "JPY", "500"),
        (5, "KWD", "0.005"),
        (10**13, "USD", "100000000000.00"),
    ],
)
def test_a_payments_amount_has_exactly_the_currencys_digits(amount: int, currency: str, literal: str) -> None:
    payment = NewPayment(amount, currency, "Cash", "R", date(2024, 1, 2), "N")
    assert write_json(guide.payment_body(payment)).decode() == (
        f'{{"amount": {literal}, "payment_method": "Cash", "reference": "R", "date": "2024-01-02", "notes": "N"}}'
    )


def test_ids_are_numbers_on_the_wire_where_they_are_numbers() -> None:
    assert [guide.wire_id(text) for text in ("12", "0", "007", "a1", "٣")] == [12, 0, "007", "a1", "٣"]


TEXTS = st.text() | st.sampled_from(["12.50", "-0.00", "2024-01-15", "paid", "draft", "true", "\0", "\ud800"])
NUMBERS = st.integers() | st.decimals() | st.sampled_from([Decimal("1E+9999"), Decimal("0E-99"), 10**400])
RUBBISH = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "amount", "name", "total", "quantity", "price"]) | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def spoiled(row: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """``row`` with some of its fields replaced by rubbish."""
    return st.dictionaries(st.sampled_from(sorted(row)), RUBBISH, min_size=1).map(
        lambda rubbish: row | rubbish
    )


INVOICE: dict[str, Any] = read_json(EXAMPLE)["invoice"]  # type: ignore[index]  # a known object


@given(spoiled(INVOICE))
def test_a_spoiled_invoice_is_an_invoice_or_our_error(row: dict[str, Any]) -> None:
    try:
        invoice = guide.to_invoice(wire.parse(guide.InvoiceRow, row, TASK), "USD", TASK)
    except DuebotError as error:
        error.sentence.encode()
        return
    said = row["balance"]
    assert (invoice.balance is None) == (said is None or not str(said).strip())
    assert invoice.balance != 0 or Decimal(said) == 0
    assert abs(invoice.total) <= 10**15
    invoice.notes.encode()
