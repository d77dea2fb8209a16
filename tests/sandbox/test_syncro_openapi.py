"""The published API's invoice calls over real HTTP: their shape, their silences and their refusals."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from sandbox.company import SHOWPIECE, LineInput
from sandbox.company import names as n

NEW = {"customer_id": 302, "number": "1621", "date": "2026-11-23"}
WORK = {"item": "Work", "name": "Work on site", "quantity": 2, "price": "10.50", "taxable": False}
WORKSTATION = 9001


async def every_page(api, **query) -> list[dict]:
    rows, page, pages = [], 1, 1
    while page <= pages:
        body = (await api.get("/invoices", params={**query, "page": page})).json()
        rows += body["invoices"]
        page, pages = page + 1, body["meta"]["total_pages"]
    return rows


async def detail(api, which) -> dict:
    return (await api.get(f"/invoices/{which}")).json()["invoice"]


async def test_the_list_pages_by_25_newest_first_and_knows_no_voids(account, api):
    first = (await api.get("/invoices")).json()
    invoices = account.company.invoices.values()
    shown = sorted((invoice.id for invoice in invoices if not invoice.void), reverse=True)
    assert (len(first["invoices"]), first["meta"]) == (25, {"total_pages": -(-len(shown) // 25), "page": 1})
    assert [row["id"] for row in await every_page(api)] == shown
    assert len(shown) < len(invoices)
    assert (await api.get("/invoices", params={"page": 99})).json()["invoices"] == []


async def test_list_items_have_strings_for_money_and_no_balance(account, api, showpiece):
    row = next(row for row in await every_page(api) if row["number"] == SHOWPIECE)
    assert list(row) == [
        *("id", "customer_id", "customer_business_then_name", "number", "date", "due_date"),
        *("subtotal", "total", "tax", "is_paid", "verified_paid", "tech_marked_paid", "ticket_id"),
        *("pdf_url", "po_number", "contact_id", "note", "location_id", "user_id"),
        *("created_at", "updated_at"),
    ]
    assert (row["subtotal"], row["tax"], row["total"]) == ("750.0", "56.25", "806.25")
    assert row["customer_business_then_name"] == "Acme Widgets"
    assert row["date"] == f"{showpiece.date.isoformat()}T00:00:00.000Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[45]:00", row["updated_at"])


@pytest.mark.parametrize(("query", "expected"), [("paid", {True}), ("unpaid", {False})])
async def test_the_list_knows_paid_and_unpaid(account, api, query, expected):
    rows = await every_page(api, **{query: "true"})
    assert {row["is_paid"] for row in rows} == expected
    company = account.company
    paid = {invoice.id for invoice in company.invoices.values() if company.status(invoice) == "paid"}
    assert ({row["id"] for row in rows} <= paid) is (query == "paid")


async def test_other_filters_are_ignored_without_a_word(api):
    everything = (await api.get("/invoices")).json()
    ignored = {"customer_id": 302, "status": "draft", "date_from": "2026-11-01", "query": "x", "paid": "no"}
    assert (await api.get("/invoices", params=ignored)).json() == everything


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"since_updated_at": "lately"}])
async def test_a_filter_that_it_knows_must_be_readable(api, query):
    assert (await api.get("/invoices", params=query)).status_code == 400


async def test_since_updated_at_finds_what_changed(account, api, hand_clock, showpiece):
    since = hand_clock.move(minutes=1).isoformat()
    assert await every_page(api, since_updated_at=since) == []
    hand_clock.move(minutes=1)
    account.company.edit(showpiece.id, notes="Call first")
    made = account.company.create_invoice(302, account.company.today())
    rows = await every_page(api, since_updated_at=since)
    assert [row["id"] for row in rows] == [made.id, showpiece.id]
    again = await every_page(api, since_updated_at=rows[-1]["updated_at"])
    assert [row["id"] for row in again] == [made.id, showpiece.id]


async def test_a_deletion_shows_only_by_its_absence(account, api, hand_clock, showpiece):
    account.company.pay(showpiece.id, "100")
    since = hand_clock.move(minutes=1).isoformat()
    account.company.delete_invoice(showpiece.id)
    assert await every_page(api, since_updated_at=since) == []
    assert showpiece.id not in {row["id"] for row in await every_page(api)}
    assert (await api.get(f"/invoices/{showpiece.id}")).status_code == 404
    (payment,) = (await api.get("/payments", params={"page": 1})).json()["payments"][:1]
    assert (payment["payment_amount"], payment["invoice_ids"]) == ("100.0", [None])


async def test_invoices_of_a_ticket_and_back(account, api):
    billed = next(invoice for invoice in account.company.invoices.values() if invoice.ticket_id)
    rows = await every_page(api, ticket_id=billed.ticket_id)
    assert [row["id"] for row in rows] == [billed.id]
    ticket = (await api.get(f"/invoices/{billed.id}/ticket")).json()["ticket"]
    assert ticket["id"] == billed.ticket_id
    assert ticket["customer_id"] == billed.customer_id
    assert "ticket_timers" in ticket


async def test_an_invoice_without_ticket_has_none(api, showpiece):
    assert (await api.get(f"/invoices/{showpiece.id}/ticket")).status_code == 404


async def test_detail_adds_customer_lines_payments_and_balance(account, api, showpiece):
    account.company.pay(showpiece.id, "100.50", reference="1234")
    row = await detail(api, showpiece.id)
    assert row["balance_due"] == "705.75"
    assert "login/" in row["customer"]["online_profile_url"]
    assert row["customer"]["contacts"]
    line = row["line_items"][1]
    assert (line["item"], line["name"]) == ("Remote support", "Remote support")
    assert (line["quantity"], line["price"], line["position"]) == ("2.0", "125.0", 1)
    assert set(line) == {
        *("id", "item", "name", "cost", "price", "quantity", "product_id", "taxable"),
        *("discount_percent", "discount_dollars", "position"),
    }
    (payment,) = row["payments"]
    assert (payment["payment_amount"], payment["invoice_ids"]) == ("100.5", [showpiece.id])
    assert payment["ref_num"] == "1234"


async def test_detail_is_found_by_number_but_an_id_goes_first(account, api, showpiece):
    assert (await detail(api, SHOWPIECE))["id"] == showpiece.id
    await api.post("/invoices", json={**NEW, "number": str(showpiece.id)})
    assert (await detail(api, showpiece.id))["number"] == SHOWPIECE
    account.company.delete_invoice(showpiece.id)
    assert (await detail(api, showpiece.id))["id"] != showpiece.id


async def test_a_void_invoice_is_not_there_at_all(account, api, showpiece):
    payment = account.company.pay(showpiece.id, 5)
    account.company.void(showpiece.id)
    assert (await api.get(f"/payments/{payment.id}")).json()["payment"]["invoice_ids"] == [None]
    assert (await api.get(f"/invoices/{showpiece.id}")).status_code == 404
    assert (await api.get(f"/invoices/{SHOWPIECE}")).status_code == 404


async def test_only_reading_takes_a_number(api):
    assert (await api.put(f"/invoices/{SHOWPIECE}", json={"note": "x"})).status_code == 404
    assert (await api.post(f"/invoices/{SHOWPIECE}/email")).status_code == 404


async def test_answers_may_come_bare_and_without_balance(account, api, showpiece):
    account.oddities.unwrapped_every = showpiece.id
    bare = (await api.get(f"/invoices/{showpiece.id}")).json()
    assert (bare["number"], bare["balance_due"]) == (SHOWPIECE, "806.25")
    assert "balance_due" in await detail(api, showpiece.id + 1)
    account.oddities.no_balance_every = showpiece.id
    bare = (await api.get(f"/invoices/{showpiece.id}")).json()
    assert "balance_due" not in bare
    assert "total" in bare


async def test_an_invoice_is_made_with_its_number_and_answered_without_lines(account, api):
    lines = [WORK, {"product_id": WORKSTATION, "quantity": 3, "price": 1, "name": "Cheap"}]
    body = {**NEW, "note": "Hello", "po_number": "PO 7", "due_date": "2026-12-23", "line_items": lines}
    answered = (await api.post("/invoices", json=body)).json()["invoice"]
    assert not {"line_items", "payments", "customer", "balance_due"} & set(answered)
    made = await detail(api, "1621")
    assert (made["number"], made["note"], made["po_number"]) == ("1621", "Hello", "PO 7")
    assert (made["date"][:10], made["due_date"][:10]) == ("2026-11-23", "2026-12-23")
    workstation = account.company.products[WORKSTATION]
    assert [(line["item"], line["name"], line["price"]) for line in made["line_items"]] == [
        ("Work", "Work on site", "10.5"),
        (workstation.name, workstation.description, "45.0"),
    ]
    assert (made["subtotal"], made["tax"], made["total"]) == ("156.0", "10.13", "166.13")


@pytest.mark.parametrize(("taken", "shown"), [(None, 3), (1, 1), (0, 0)])
async def test_not_all_lines_need_be_taken(account, api, taken, shown):
    account.oddities.lines_taken = taken
    response = await api.post("/invoices", json={**NEW, "line_items": [WORK] * 3})
    assert response.status_code == 200
    assert len((await detail(api, "1621"))["line_items"]) == shown


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"number": None, "date": ""},
            {"errors": {"number": ["can't be blank"], "date": ["can't be blank"]}},
        ),
        ({"number": SHOWPIECE}, {"success": False, "message": ["Number has already been taken"]}),
        ({"customer_id": 1}, {"success": False, "message": ["Customer must exist"]}),
        ({"date": "tomorrow"}, {"error": ["Date is invalid"]}),
        ({"customer_id": "Acme"}, {"error": ["Customer id is not a number"]}),
        ({"line_items": "x"}, {"error": ["Line items is invalid"]}),
        ({"line_items": [{"item": "x"}]}, {"errors": {"name": ["can't be blank"]}}),
        ({"line_items": [{**WORK, "price": "ten"}]}, {"error": ["Price is not a number"]}),
    ],
)
async def test_a_bad_invoice_is_refused_and_not_made(account, api, change, expected):
    before = len(account.company.invoices)
    response = await api.post("/invoices", json={**NEW, **change})
    assert (response.status_code, response.json()) == (422, expected)
    assert len(account.company.invoices) == before


async def test_put_changes_the_header_and_ignores_what_it_does_not_know(account, api, showpiece):
    body = {
        "note": "Call",
        "due_date": "2026-12-01",
        "po_number": 77,
        "status": "void",
        "notes": "x",
        "total": "1",
    }
    answered = await api.put(f"/invoices/{showpiece.id}", json=body)
    assert answered.status_code == 200
    row = await detail(api, showpiece.id)
    assert (row["note"], row["due_date"][:10], row["po_number"]) == ("Call", "2026-12-01", "77")
    assert (row["total"], account.company.status(showpiece)) == ("806.25", "sent")


async def test_put_that_changes_nothing_leaves_updated_at(api, hand_clock, showpiece):
    before = (await detail(api, showpiece.id))["updated_at"]
    hand_clock.move(hours=1)
    assert (await api.put(f"/invoices/{showpiece.id}", json={"status": "void"})).status_code == 200
    assert (await detail(api, showpiece.id))["updated_at"] == before
    await api.put(f"/invoices/{showpiece.id}", json={"note": "x"})
    assert (await detail(api, showpiece.id))["updated_at"] > before


async def test_put_keeps_numbers_unique_and_takes_a_time_stamp_for_a_date(api, showpiece):
    other = {"number": "INV-2024-1001"}
    refused = await api.put(f"/invoices/{showpiece.id}", json=other)
    assert (refused.status_code, refused.json()["message"]) == (422, ["Number has already been taken"])
    moved = {"number": "A-1", "date": "2026-11-20T00:00:00.000Z", "due_date": None}
    assert (await api.put(f"/invoices/{showpiece.id}", json=moved)).status_code == 200
    row = await detail(api, "A-1")
    assert (row["id"], row["date"], row["due_date"]) == (showpiece.id, "2026-11-20T00:00:00.000Z", None)
    blank = await api.put(f"/invoices/{showpiece.id}", json={"number": " "})
    assert blank.json() == {"errors": {"number": ["can't be blank"]}}


async def test_a_paid_invoice_keeps_its_lines_but_not_its_note(account, api, showpiece):
    account.company.pay(showpiece.id, "806.25")
    path = f"/invoices/{showpiece.id}"
    locked = {"error": "Cannot modify paid invoice"}
    assert (await api.post(f"{path}/line_items", json=WORK)).json() == locked
    line_id = showpiece.lines[0].id
    assert (await api.put(f"{path}/line_items/{line_id}", json={"price": 1})).json() == locked
    assert (await api.put(path, json={"note": "Paid in full"})).status_code == 200
    assert (await detail(api, showpiece.id))["note"] == "Paid in full"


@pytest.mark.parametrize(("works", "paid", "gone"), [(True, 0, True), (False, 0, False), (True, 5, False)])
async def test_delete_answers_200_whether_or_not_it_deleted(account, api, showpiece, works, paid, gone):
    account.oddities.deletes_work = works
    if paid:
        account.company.pay(showpiece.id, paid)
    assert (await api.delete(f"/invoices/{showpiece.id}")).status_code == 200
    assert (showpiece.id not in account.company.invoices) is gone
    assert (await api.delete("/invoices/999999")).status_code == 404


async def test_a_line_by_hand_is_as_sent_with_discounts(api):
    await api.post("/invoices", json=NEW)
    path = f"/invoices/{(await detail(api, '1621'))['id']}/line_items"
    sent = {**WORK, "cost": 4, "line_discount_percent": "10", "discount_dollars": 1.25}
    line = (await api.post(path, json=sent)).json()["line_item"]
    assert (line["price"], line["cost"], line["quantity"]) == ("10.5", "4.0", "2.0")
    assert (line["discount_percent"], line["discount_dollars"]) == ("10.0", "1.25")
    assert "total" not in line
    assert (await detail(api, "1621"))["total"] == "17.65"  # 21.00 less 10 % less 1.25


async def test_the_catalogue_wins_until_the_line_is_changed(account, api, showpiece):
    account.company.change_price(WORKSTATION, Decimal("47.50"))
    path = f"/invoices/{showpiece.id}/line_items"
    sent = {"item": "Mine", "name": "Mine", "price": 40, "taxable": False, "product_id": WORKSTATION}
    line = (await api.post(path, json=sent)).json()["line_item"]
    product = account.company.products[WORKSTATION]
    assert (line["item"], line["name"]) == (product.name, product.description)
    assert (line["price"], line["taxable"], line["quantity"]) == ("47.5", True, "1.0")
    changed = {"price": "40", "name": "Mine", "taxable": False, "quantity": 2}
    line = (await api.put(f"{path}/{line['id']}", json=changed)).json()["line_item"]
    assert (line["item"], line["name"], line["price"]) == (product.name, "Mine", "40.0")
    assert (await detail(api, showpiece.id))["total"] == "886.25"


async def test_a_line_that_is_not_there_or_blank_is_refused(api, showpiece):
    path = f"/invoices/{showpiece.id}/line_items"
    assert (await api.put(f"{path}/1", json={"price": 1})).status_code == 404
    line_id = showpiece.lines[0].id
    refused = await api.put(f"{path}/{line_id}", json={"item": ""})
    assert (refused.status_code, refused.json()) == (422, {"errors": {"item": ["can't be blank"]}})
    unknown = await api.post(path, json={"product_id": 1})
    assert unknown.json() == {"errors": {"product": ["must exist"]}}


async def test_email_goes_to_the_customers_own_addresses_in_syncros_words(account, api, showpiece):
    customer = account.company.customer(showpiece.customer_id)
    customer.cc_emails = ("accounts@acme-widgets.example",)
    body = {"to": "spy@elsewhere.example", "subject": "Mine", "message": "Mine"}
    response = await api.post(f"/invoices/{showpiece.id}/email", json=body)
    assert (response.status_code, response.content) == (200, b"")
    (email,) = account.company.emails
    assert (email.to, email.cc) == (("billing@acme-widgets.example",), ("accounts@acme-widgets.example",))
    assert SHOWPIECE in email.subject
    assert "Mine" not in email.subject + email.message


async def test_email_to_nobody_is_refused_or_pretended(account, api):
    def invoice_of(name: str) -> int:
        customer_id = account.company.customer_by_name(name).id
        made = account.company.create_invoice(customer_id, account.company.today())
        return made.id

    refused = await api.post(f"/invoices/{invoice_of(n.NO_ADDRESS)}/email")
    assert (refused.status_code, refused.json()) == (
        422,
        {"message": "Customer doesn't have an email address"},
    )
    for name in (n.NO_EMAIL, n.OPTED_OUT, n.DISABLED):
        assert (await api.post(f"/invoices/{invoice_of(name)}/email")).status_code == 200
    assert account.company.emails == []


async def test_a_print_job_is_taken(api, showpiece):
    assert (await api.post(f"/invoices/{showpiece.id}/print")).status_code == 200
    assert (await api.post("/invoices/999999/print")).status_code == 404


async def test_faults_strike_the_published_calls_too(account, api, showpiece):
    account.faults.add("PUT /invoices/{id}/line_items/{line_id}", "status_after_commit", status=504)
    line = showpiece.lines[0]
    lost = await api.put(f"/invoices/{showpiece.id}/line_items/{line.id}", json={"price": 1})
    assert (lost.status_code, lost.headers["Content-Type"]) == (504, "text/html; charset=utf-8")
    assert showpiece.lines[0].price == 1


async def test_lists_follow_changes_made_anywhere(account, api, showpiece):
    """Lists are kept until the books change; nothing may be shown from before a change."""

    async def unpaid() -> set[int]:
        return {row["id"] for row in await every_page(api, unpaid="true")}

    assert showpiece.id in await unpaid()
    payment = account.company.pay(showpiece.id, "806.25")
    assert showpiece.id not in await unpaid()
    account.company.fail_payment(payment.id)
    assert showpiece.id in await unpaid()
    account.company.add_line(showpiece.id, LineInput("More", Decimal(1), Decimal(1)))
    showpiece.number = "renamed"
    assert (await detail(api, "renamed"))["id"] == showpiece.id
    account.company.invoices.pop(showpiece.id)
    assert showpiece.id not in await unpaid()


async def test_the_two_shapes_differ_and_share_the_books(account, api, showpiece):
    account.company.edit_due_date(showpiece.id, account.company.today() + timedelta(days=5))
    assert (await detail(api, showpiece.id))["due_date"][:10] == "2026-11-28"
    assert (await api.post(f"/invoices/{showpiece.id}/payments", json={"amount": 1})).status_code == 404
