"""The published API's payments over real HTTP: where money lands, and what a list of payments tells."""

import pytest

from sandbox.company import SHOWPIECE


def money(invoice, **more) -> dict:
    return {
        "customer_id": invoice.customer_id,
        "invoice_id": invoice.id,
        "amount_cents": 30620,
        "payment_method": "Check",
        **more,
    }


async def listed(api, **query) -> list[dict]:
    rows, page, pages = [], 1, 1
    while page <= pages:
        body = (await api.get("/payments", params={**query, "page": page})).json()
        rows += body["payments"]
        page, pages = page + 1, body["meta"]["total_pages"]
    return rows


async def test_a_payment_is_in_cents_and_dated_today(account, api, showpiece):
    body = money(showpiece, ref_num="1234", date="2026-01-01", notes="n")
    row = (await api.post("/payments", json=body)).json()["payment"]
    assert set(row) == {
        *("id", "success", "payment_amount", "invoice_ids", "ref_num", "applied_at", "payment_method"),
        "created_at",
    }
    assert (row["success"], row["payment_amount"], row["invoice_ids"]) == (True, "306.2", [showpiece.id])
    assert (row["ref_num"], row["payment_method"]) == ("1234", "Check")
    assert row["applied_at"] == "2026-11-23T00:00:00.000Z"
    assert account.company.payments[row["id"]].notes == ""
    assert account.company.balance(showpiece) == 50005


async def test_the_rest_makes_it_paid(account, api, showpiece):
    await api.post("/payments", json=money(showpiece))
    await api.post("/payments", json=money(showpiece, amount_cents=50005, invoice_id=str(showpiece.id)))
    row = (await api.get(f"/invoices/{showpiece.id}")).json()["invoice"]
    assert (row["is_paid"], row["balance_due"], len(row["payments"])) == (True, "0.0", 2)


async def test_more_than_the_balance_is_refused_unless_it_becomes_credit(account, api, showpiece):
    too_much = money(showpiece, amount_cents=80626)
    refused = await api.post("/payments", json=too_much)
    assert refused.status_code == 422
    assert refused.json() == {"success": False, "message": ["Payment exceeds balance"]}
    assert account.company.payments_of(showpiece.id) == []
    account.oddities.overpayments_are_taken = True
    row = (await api.post("/payments", json=too_much)).json()["payment"]
    assert (row["payment_amount"], row["invoice_ids"]) == ("806.26", [showpiece.id])
    assert account.company.balance(showpiece) == 0
    row = (await api.post("/payments", json=too_much)).json()["payment"]
    assert row["invoice_ids"] == [None]


@pytest.mark.parametrize(
    ("change", "applied"),
    [
        ({"invoice_id": None}, False),
        ({"invoice_id": None, "invoice_number": SHOWPIECE}, True),
        ({"invoice_number": SHOWPIECE}, True),
        ({"invoice_number": "INV-2024-1001"}, False),
        ({"invoice_number": "nowhere"}, False),
        ({"invoice_id": 999999}, False),
        ({"customer_id": 301}, False),
    ],
)
async def test_money_for_no_invoice_of_the_customer_becomes_credit(account, api, showpiece, change, applied):
    row = (await api.post("/payments", json=money(showpiece, **change))).json()["payment"]
    assert row["invoice_ids"] == ([showpiece.id] if applied else [None])
    assert account.company.balance(showpiece) == (50005 if applied else 80625)
    assert account.company.payments[row["id"]].amount == 30620


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount_cents": None}, {"error": ["Amount cents must be an integer greater than 0"]}),
        ({"amount_cents": 306.20}, {"error": ["Amount cents must be an integer greater than 0"]}),
        ({"amount_cents": "30620"}, {"error": ["Amount cents must be an integer greater than 0"]}),
        ({"amount_cents": 0}, {"error": ["Amount cents must be an integer greater than 0"]}),
        ({"amount_cents": True}, {"error": ["Amount cents must be an integer greater than 0"]}),
        ({"payment_method": "Barter"}, {"error": ["Payment method is not included in the list"]}),
        ({"payment_method": None}, {"error": ["Payment method is not included in the list"]}),
        ({"customer_id": 1}, {"success": False, "message": ["Customer must exist"]}),
        ({"ref_num": "1" * 22}, {"errors": {"ref_num": ["is too long (maximum is 21 characters)"]}}),
    ],
)
async def test_a_bad_payment_is_refused_and_not_booked(account, api, showpiece, change, expected):
    before = len(account.company.payments)
    response = await api.post("/payments", json=money(showpiece, **change))
    assert (response.status_code, response.json()) == (422, expected)
    assert len(account.company.payments) == before


@pytest.mark.parametrize("name", ["credit_card_number", "cvv", "date_month", "date_year", "apply_payments"])
async def test_cards_and_split_payments_are_never_sent_here(account, api, showpiece, name):
    response = await api.post("/payments", json=money(showpiece, **{name: "1"}))
    assert response.status_code == 422
    assert name in response.json()["error"]
    assert account.company.payments_of(showpiece.id) == []


async def test_a_long_reference_may_be_cut_in_silence(account, api, showpiece):
    account.oddities.references_are_cut = True
    row = (await api.post("/payments", json=money(showpiece, ref_num="1" * 20 + "23"))).json()["payment"]
    assert row["ref_num"] == "1" * 20 + "2"


async def test_the_list_is_newest_first_with_customers(account, api, showpiece):
    made = (await api.post("/payments", json=money(showpiece))).json()["payment"]
    first = (await api.get("/payments")).json()
    total = len(account.company.payments)
    assert (len(first["payments"]), first["meta"]) == (25, {"total_pages": -(-total // 25), "page": 1})
    newest = first["payments"][0]
    assert newest == {**made, "customer": newest["customer"]}
    assert newest["customer"]["business_name"] == "Acme Widgets"
    rows = await listed(api)
    assert [row["id"] for row in rows] == sorted(account.company.payments, reverse=True)
    stamps = [account.company.payments[row["id"]].created_at for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    account.oddities.payments_oldest_first = True
    assert (await listed(api)) == rows[::-1]


async def test_the_list_knows_no_invoices_but_finds_words(account, api, showpiece):
    everything = (await api.get("/payments")).json()
    assert (await api.get("/payments", params={"invoice_id": showpiece.id})).json() == everything
    await api.post("/payments", json=money(showpiece, ref_num="77-XYZ"))
    assert [row["ref_num"] for row in await listed(api, query="xyz")] == ["77-XYZ"]
    assert len(await listed(api, query=SHOWPIECE)) == 1
    names = {row["customer"]["business_name"] for row in await listed(api, query="lakeshore")}
    assert names == {"Lakeshore Dental Group", "Lakeshore Dental Lab"}


async def test_one_payment_is_shown_by_id(account, api, showpiece):
    payment = account.company.pay(showpiece.id, 5)
    account.company.fail_payment(payment.id)
    row = (await api.get(f"/payments/{payment.id}")).json()["payment"]
    assert (row["success"], row["customer"]["id"]) == (False, showpiece.customer_id)
    assert (await api.get("/payments/1")).status_code == 404


async def test_one_payment_may_belong_to_several_invoices(account, api, showpiece):
    other = account.company.create_invoice(showpiece.customer_id, account.company.today())
    account.company.take_payment(showpiece.customer_id, 1500, {showpiece.id: 1000, other.id: 500})
    row = (await api.get(f"/invoices/{showpiece.id}")).json()["invoice"]
    assert row["payments"][0]["invoice_ids"] == [showpiece.id, other.id]
    assert (row["payments"][0]["payment_amount"], row["balance_due"]) == ("15.0", "796.25")


async def test_amounts_may_be_numbers_and_answers_bare(account, api, showpiece):
    account.oddities.numeric_amount_every = account.oddities.unwrapped_every = 1
    bare = (await api.post("/payments", json=money(showpiece))).json()
    assert (bare["payment_amount"], bare["invoice_ids"]) == (306.2, [showpiece.id])


@pytest.mark.parametrize("touched", [False, True])
async def test_whether_a_payment_touches_its_invoice_is_an_oddity(
    account, api, hand_clock, showpiece, touched
):
    account.oddities.payments_touch_invoice = touched
    since = hand_clock.move(minutes=1).isoformat()

    async def changed() -> bool:
        found = (await api.get("/invoices", params={"since_updated_at": since})).json()["invoices"]
        return [row["id"] for row in found] == [showpiece.id]

    payment = (await api.post("/payments", json=money(showpiece))).json()["payment"]
    assert await changed() is touched
    since = hand_clock.move(minutes=1).isoformat()
    account.company.remove_payment(payment["id"])
    assert await changed() is touched
