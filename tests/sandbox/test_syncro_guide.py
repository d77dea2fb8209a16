"""The guide's calls over real HTTP: what they answer and what they refuse."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.company import SHOWPIECE, sample_company
from sandbox.company import names as n
from sandbox.syncro import SyncroSandbox

KEY = "sandbox-key"
EXAMPLE_LINES = [
    {"name": "Server maintenance", "quantity": 1, "price": 500.00, "taxable": True},
    {"name": "Remote support", "quantity": 2, "price": 125.00, "taxable": True},
]


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.fixture
async def syncro() -> AsyncIterator[SyncroSandbox]:
    sandbox = SyncroSandbox(sample_company(FixedClock()), FixedClock(), api_key=KEY)
    sandbox.base = await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def http(syncro) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    # Without TLS there is nothing to verify, and not loading certificates keeps the tests fast.
    async with httpx.AsyncClient(base_url=syncro.base, headers=headers, verify=False) as client:
        yield client


@pytest.fixture
def invoice(syncro):
    return syncro.company.invoice_by_number(SHOWPIECE)


def exact(response: httpx.Response) -> Any:
    return json.loads(response.text, parse_float=Decimal)


def outcome(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


async def test_only_the_bearer_of_the_key_is_let_in(syncro):
    async with httpx.AsyncClient(base_url=syncro.base) as nobody:
        assert outcome(await nobody.get("/invoices")) == (401, "Unauthorized")
        wrong = {"Authorization": "Bearer other"}
        assert outcome(await nobody.get("/invoices", headers=wrong)) == (401, "Unauthorized")
        right = {"Authorization": f"Bearer {KEY}"}
        in_query = await nobody.get("/invoices", params={"api_key": KEY}, headers=right)
        assert outcome(in_query) == (401, "Unauthorized")
    assert KEY not in str(syncro.requests)


async def test_the_list_pages_by_25_without_gaps_or_repeats(syncro, http):
    first = (await http.get("/invoices")).json()
    assert first["meta"] == {"total_pages": 24, "page": 1}
    seen = []
    for page in range(1, 25):
        rows = (await http.get("/invoices", params={"page": page})).json()["invoices"]
        assert len(rows) == 25
        seen += [row["id"] for row in rows]
    assert seen == sorted(syncro.company.invoices, reverse=True)
    assert (await http.get("/invoices", params={"page": 25})).json()["invoices"] == []


async def test_list_items_are_headers_with_balance(http):
    row = (await http.get("/invoices", params={"status": "partial"})).json()["invoices"][0]
    assert 0 < row["balance"] < row["total"]
    assert set(row) == {
        *("id", "number", "customer_id", "date", "due_date", "status", "subtotal", "tax", "total"),
        *("balance", "notes", "terms", "created_at"),
    }


@pytest.mark.parametrize("status", ["draft", "sent", "viewed", "partial", "paid", "void"])
async def test_the_list_filters_by_status(syncro, http, status):
    response = (await http.get("/invoices", params={"status": status})).json()
    assert {row["status"] for row in response["invoices"]} == {status}
    company = syncro.company
    matching = sum(company.status(invoice) == status for invoice in company.invoices.values())
    assert response["meta"]["total_pages"] == -(-matching // 25)


async def test_the_list_filters_by_customer_and_dates(http, invoice):
    day = invoice.date.isoformat()
    query = {"customer_id": invoice.customer_id, "date_from": day, "date_to": day}
    numbers = [row["number"] for row in (await http.get("/invoices", params=query)).json()["invoices"]]
    assert SHOWPIECE in numbers
    before = {**query, "date_from": "2020-01-01", "date_to": "2020-12-31"}
    assert (await http.get("/invoices", params=before)).json()["invoices"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"status": "overdue"},
        {"date_from": "02/15/2026"},
        {"date_to": "2026-02-30"},
        {"date_to": "20260215"},
        {"customer_id": "Acme"},
    ],
)
async def test_a_bad_query_is_400(http, query):
    assert (await http.get("/invoices", params=query)).status_code == 400


async def test_detail_holds_lines_payments_and_customer(syncro, http, invoice):
    syncro.company.pay(invoice.id, "100.50", reference="1234", notes="by post")
    row = exact(await http.get(f"/invoices/{invoice.id}"))["invoice"]
    assert (row["number"], row["status"], row["balance"]) == (SHOWPIECE, "partial", Decimal("705.75"))
    assert [(line["quantity"], line["price"], line["total"]) for line in row["line_items"]] == [
        (1, Decimal("500.00"), Decimal("500.00")),
        (2, Decimal("125.00"), Decimal("250.00")),
    ]
    (payment,) = row["payments"]
    assert (payment["amount"], payment["reference"], payment["notes"]) == (
        Decimal("100.50"),
        "1234",
        "by post",
    )
    assert row["customer"]["business_name"] == "Acme Widgets"


@pytest.mark.parametrize("path", ["/invoices/999999", "/invoices/INV-2024-1042", "/customers/1", "/nothing"])
async def test_what_is_not_there_is_404(http, path):
    assert outcome(await http.get(path)) == (404, "Not found")


async def test_money_is_written_to_the_cent_as_a_number(http, invoice):
    text = (await http.get(f"/invoices/{invoice.id}")).text
    assert '"subtotal":750.00,"tax":56.25,"total":806.25,"balance":806.25' in text


async def test_the_guides_example_adds_up(syncro, http):
    body = {"customer_id": 302, "date": "2026-11-23", "due_date": "2026-12-23", "line_items": EXAMPLE_LINES}
    response = await http.post("/invoices", json={**body, "notes": "Thanks", "terms": "Net 30"})
    created = exact(response)["invoice"]
    assert response.is_success
    assert (created["subtotal"], created["tax"], created["total"]) == (
        750,
        Decimal("56.25"),
        Decimal("806.25"),
    )
    assert (created["status"], created["balance"], created["terms"]) == ("draft", Decimal("806.25"), "Net 30")
    assert created["number"] == f"INV-2024-{syncro.company.next_number - 1:04d}"
    assert exact(await http.get(f"/invoices/{created['id']}"))["invoice"] == created


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"date": "2026-11-23"}, (422, "customer_id is required")),
        ({"customer_id": 302}, (422, "date is required")),
        ({"customer_id": 302, "date": None}, (422, "date is required")),
        ({"customer_id": 1, "date": "2026-11-23"}, (422, "customer_id is unknown")),
        ({"customer_id": "302", "date": "2026-11-23"}, (400, "customer_id must be an integer")),
        ({"customer_id": True, "date": "2026-11-23"}, (400, "customer_id must be an integer")),
        ({"customer_id": 302, "date": "tomorrow"}, (400, "date must be a date (YYYY-MM-DD)")),
        ({"customer_id": 302, "date": "2026-11-23", "note": "x"}, (400, "Unknown parameter: note")),
        ({"customer_id": 302, "date": "2026-11-23", "notes": 5}, (400, "notes must be a string")),
    ],
)
async def test_a_bad_invoice_is_refused_and_not_made(syncro, http, body, expected):
    before = len(syncro.company.invoices)
    assert outcome(await http.post("/invoices", json=body)) == expected
    assert len(syncro.company.invoices) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": ""}, (422, "line_items[1].name is required")),
        ({"quantity": None}, (422, "line_items[1].quantity is required")),
        ({"price": None}, (422, "line_items[1].price is required")),
        ({"price": "125.00"}, (400, "line_items[1].price must be a number")),
        ({"quantity": 1e30}, (400, "line_items[1].quantity is out of range")),
        ({"taxable": "yes"}, (400, "line_items[1].taxable must be true or false")),
        ({"product_id": 1}, (422, "product_id is unknown")),
    ],
)
async def test_a_bad_line_refuses_the_whole_invoice(syncro, http, change, expected):
    before = len(syncro.company.invoices)
    lines = [EXAMPLE_LINES[0], {**EXAMPLE_LINES[1], **change}]
    body = {"customer_id": 302, "date": "2026-11-23", "line_items": lines}
    assert outcome(await http.post("/invoices", json=body)) == expected
    assert len(syncro.company.invoices) == before


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"amount": NaN}', '"x"'])
async def test_a_body_that_is_no_json_object_is_400(http, invoice, text):
    headers = {"Content-Type": "application/json"}
    response = await http.post(f"/invoices/{invoice.id}/payments", content=text, headers=headers)
    assert response.status_code == 400


async def test_put_changes_only_what_it_names(http, invoice):
    path = f"/invoices/{invoice.id}"
    row = (await http.put(path, json={"due_date": "2026-12-01"})).json()["invoice"]
    assert (row["due_date"], row["notes"]) == ("2026-12-01", "Thank you for your business.")
    row = (await http.put(path, json={"notes": "", "due_date": None})).json()["invoice"]
    assert (row["due_date"], row["notes"], row["terms"]) == (None, "", "Net 30")


async def test_void_keeps_the_total_and_owes_nothing(http, invoice):
    path = f"/invoices/{invoice.id}"
    row = (await http.put(path, json={"status": "void"})).json()["invoice"]
    assert (row["status"], row["total"], row["balance"]) == ("void", 806.25, 0)
    assert outcome(await http.put(path, json={"status": "void"})) == (422, "Cannot modify void invoice")
    assert outcome(await http.put(path, json={"notes": "x"})) == (422, "Cannot modify void invoice")
    payment = await http.post(f"{path}/payments", json={"amount": 1})
    assert outcome(payment) == (422, "Cannot modify void invoice")
    assert (await http.post(f"{path}/email", json={})).status_code == 422


@pytest.mark.parametrize("body", [{"status": "paid"}, {"status": "void", "notes": "x"}])
async def test_no_other_status_can_be_set(syncro, http, invoice, body):
    assert (await http.put(f"/invoices/{invoice.id}", json=body)).status_code == 422
    assert syncro.company.status(invoice) == "sent"


async def test_a_paid_invoice_can_be_voided_but_not_modified(syncro, http, invoice):
    path = f"/invoices/{invoice.id}"
    syncro.company.pay(invoice.id, "806.25")
    refusal = (422, "Cannot modify paid invoice")
    assert outcome(await http.put(path, json={"notes": "x"})) == refusal
    assert outcome(await http.post(f"{path}/line_items", json=EXAMPLE_LINES[0])) == refusal
    assert outcome(await http.post(f"{path}/payments", json={"amount": 1})) == refusal
    assert (await http.put(path, json={"status": "void"})).json()["invoice"]["status"] == "void"


async def test_a_line_is_added_and_totals_follow(http, invoice):
    response = await http.post(
        f"/invoices/{invoice.id}/line_items",
        json={"name": "Trip", "quantity": 1.5, "price": 0.33, "taxable": False, "product_id": 9013},
    )
    assert exact(response)["line_item"]["total"] == Decimal("0.50")
    row = exact(await http.get(f"/invoices/{invoice.id}"))["invoice"]
    assert (len(row["line_items"]), row["total"]) == (3, Decimal("806.75"))


async def test_a_payment_is_partial_then_paid(http, invoice):
    path = f"/invoices/{invoice.id}"
    body = {
        "amount": 306.20,
        "payment_method": "Check",
        "reference": "1234",
        "date": "2026-11-20",
        "notes": "n",
    }
    response = await http.post(f"{path}/payments", json=body)
    payment = exact(response)["payment"]
    assert payment["amount"] == Decimal("306.20")
    assert (payment["invoice_id"], payment["payment_method"], payment["date"]) == (
        invoice.id,
        "Check",
        "2026-11-20",
    )
    assert {"id", "reference", "notes", "created_at"} <= set(payment)
    row = exact(await http.get(path))["invoice"]
    assert (row["status"], row["balance"]) == ("partial", Decimal("500.05"))
    assert outcome(await http.post(f"{path}/payments", json={"amount": 500.06})) == (
        422,
        "Payment exceeds balance",
    )
    assert (await http.post(f"{path}/payments", json={"amount": 500.05})).is_success
    row = exact(await http.get(path))["invoice"]
    assert (row["status"], row["balance"], len(row["payments"])) == ("paid", 0, 2)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"amount": 0}, 422),
        ({"amount": -5}, 422),
        ({"amount": 1.005}, 422),
        ({"amount": "5.00"}, 400),
        ({"amount": True}, 400),
        ({"amount": 5, "payment_method": "Barter"}, 422),
        ({"amount": 5, "date": "2026-1-1"}, 400),
        ({"amount": 5, "amount_cents": 500}, 400),
    ],
)
async def test_a_bad_payment_is_refused_and_not_booked(syncro, http, invoice, body, status):
    assert (await http.post(f"/invoices/{invoice.id}/payments", json=body)).status_code == status
    assert syncro.company.payments_of(invoice.id) == []


async def test_email_sends_a_draft_and_lands_in_the_outbox(syncro, http):
    draft = syncro.company.create_invoice(302, syncro.company.today())
    body = {"to": "a@x.example, b@x.example", "cc": ["c@x.example"], "subject": "Yours", "message": "Hello"}
    assert (await http.post(f"/invoices/{draft.id}/email", json=body)).is_success
    (email,) = syncro.company.emails
    assert (email.invoice_id, email.to, email.cc) == (
        draft.id,
        ("a@x.example", "b@x.example"),
        ("c@x.example",),
    )
    assert (email.subject, email.message) == ("Yours", "Hello")
    assert (await http.get(f"/invoices/{draft.id}")).json()["invoice"]["status"] == "sent"


async def test_email_without_to_goes_to_the_customer_or_is_refused(syncro, http, invoice):
    assert (await http.post(f"/invoices/{invoice.id}/email", json={})).is_success
    assert syncro.company.emails[0].to == ("billing@acme-widgets.example",)
    silent = syncro.company.customer_by_name(n.NO_ADDRESS).id
    unaddressed = next(i for i in syncro.company.invoices.values() if i.customer_id == silent and not i.void)
    assert outcome(await http.post(f"/invoices/{unaddressed.id}/email", json={})) == (422, "to is required")


@pytest.mark.parametrize(
    "body",
    [
        {"to": "nobody"},
        {"to": "a@x.example\nBcc: b@x.example"},
        {"to": "a@x.example", "subject": "One\r\nTwo"},
        {"to": 5},
    ],
)
async def test_a_bad_address_or_subject_is_refused(syncro, http, invoice, body):
    assert (await http.post(f"/invoices/{invoice.id}/email", json=body)).status_code in (400, 422)
    assert syncro.company.emails == []


async def test_customers_are_found_by_name_and_hide_the_disabled(syncro, http):
    rows = (await http.get("/customers")).json()
    assert (len(rows["customers"]), rows["meta"]) == (59, {"total_pages": 1, "page": 1})
    everybody = (await http.get("/customers", params={"include_disabled": "true"})).json()["customers"]
    assert n.DISABLED in {row["business_name"] for row in everybody}
    found = (await http.get("/customers", params={"query": "acme"})).json()["customers"]
    assert [row["business_name"] for row in found] == [n.ACME_DENTAL, n.ACME_WIDGETS, n.ACME_SAMPLE]
    quick = (await http.get("/customers/autocomplete", params={"query": "lakeshore"})).json()["customers"]
    assert len(quick) == 2
    named = (await http.get("/customers", params={"id[]": ["301", "303"]})).json()["customers"]
    assert sorted(row["id"] for row in named) == [301, 303]


async def test_a_customer_row_has_the_traps_and_the_people(http):
    row = (await http.get("/customers/302")).json()["customer"]
    assert "login/" in row["online_profile_url"]
    assert {contact["customer_id"] for contact in row["contacts"]} == {302}
    assert {"fullname", "business_then_name", "invoice_cc_emails", "no_email", "opt_out", "disabled"} <= set(
        row
    )
    assert "user_token" in (await http.get("/me")).json()


async def test_tickets_show_timers_and_charges_only_in_detail(http):
    (header,) = (await http.get("/tickets", params={"number": "5567"})).json()["tickets"]
    assert "ticket_timers" not in header
    ticket = (await http.get(f"/tickets/{header['id']}")).json()["ticket"]
    assert [timer["billable_time"] for timer in ticket["ticket_timers"]] == [90, 30, 15, 60]
    assert isinstance(ticket["line_items"][0]["price"], str)
    of_customer = (await http.get("/tickets", params={"customer_id": header["customer_id"]})).json()[
        "tickets"
    ]
    assert header in of_customer
    assert (await http.get("/tickets", params={"since_updated_at": "2030-01-01"})).json()["tickets"] == []


async def test_catalogue_methods_and_users(http):
    (laptop,) = (await http.get("/products", params={"query": "laptop"})).json()["products"]
    assert (laptop["name"], laptop["price_retail"], laptop["taxable"]) == ("Business Laptop", 1149, True)
    assert len((await http.get("/products")).json()["products"]) == 25
    methods = [row["name"] for row in (await http.get("/payment_methods")).json()["payment_methods"]]
    assert methods == ["Credit Card", "Cash", "Check", "Offline CC", "Quick", "Other", "ACH"]
    assert (await http.get("/users")).json()["users"][0] == [1, "Robin Sample"]


async def test_links_land_on_a_page_that_runs_nothing(syncro, http):
    root = syncro.base.removesuffix("/api/v1")
    company = syncro.company
    marked = next(i for i in company.invoices.values() if any("<@" in line.name for line in i.lines))
    page = await http.get(f"{root}/invoices/{marked.id}", headers={"Authorization": ""})
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "&lt;!channel&gt; &amp;" in page.text
    assert "<@U0BOSS>" not in page.text
    assert (await http.get(f"{root}/invoices/999999")).status_code == 404
