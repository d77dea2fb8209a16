"""What the published API may answer and the stand-in never does: other invoices, broken lists, half a payment."""

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from syncro_answers import Script, gateway_of, saying
from syncro_rows import HEADER, PAID, detail

from bot.domain.errors import SyncroLost, SyncroMissing
from bot.domain.invoice import InvoiceEdit, LineItem, NewInvoice, NewPayment
from bot.syncro.gateway import Gateway

PAYMENT = NewPayment(10_000, "USD", "Check", "R", date(2026, 1, 20), "", "12", "1042", "7K2QXP")
NEW = NewInvoice("12", date(2026, 1, 15), None, (LineItem("x", Decimal(1), Decimal(1)),), number="1042")
SINCE = "2026-03-10T09:00:00+00:00"


def header(invoice_id: int, **changes: Any) -> dict[str, Any]:
    return HEADER | {"id": invoice_id, "number": str(1000 + invoice_id)} | changes


def payment(payment_id: int, created_at: str | None) -> dict[str, Any]:
    return PAID | {"id": payment_id, "created_at": created_at}


def page(name: str, rows: list[Any], number: int = 1, total: int = 1) -> dict[str, Any]:
    return {name: rows, "meta": {"page": number, "total_pages": total}}


async def all_pages(pages: Any) -> list[Any]:
    return [page async for page in pages]


# ---- one invoice ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [{"invoice": detail()}, detail(), {"invoice": detail(), "id": 8}])
async def test_an_invoice_is_read_with_or_without_its_wrapping(row: object) -> None:
    assert (await saying(row).invoice("7")).number == "1042"
    assert await saying(row).create_invoice(NEW) == "7"


async def test_an_id_that_is_answered_with_another_invoice_is_refused() -> None:
    """Syncro takes an id or a number: here the id asked for is the number of another one."""
    mistaken = saying({"invoice": detail(id=99, number="7")})
    with pytest.raises(SyncroLost, match="another one"):
        await mistaken.invoice("7")
    with pytest.raises(SyncroLost, match=r"another one.*It may have happened"):
        await mistaken.edit_invoice("7", InvoiceEdit(notes="x"))


@pytest.mark.parametrize(
    "changes",
    [
        {"payments": ...},
        {"payments": None, "is_paid": True},
        {"line_items": ...},
        {"payments": ..., "balance_due": "0.0"},
    ],
)
async def test_lists_that_are_left_out_are_not_taken_for_empty(changes: dict[str, Any]) -> None:
    with pytest.raises(SyncroLost, match="missing"):
        await saying(detail(**changes)).invoice("7")


async def test_lists_that_are_left_out_are_empty_where_the_amounts_prove_it() -> None:
    unpaid = await saying(detail(payments=..., balance_due="806.25")).invoice("7")
    assert (unpaid.payments, unpaid.balance) == ((), 80_625)
    nothing = await saying(detail(line_items=..., payments=[], total=0)).invoice("7")
    assert (nothing.lines, nothing.balance) == ((), 0)


# ---- a number ---------------------------------------------------------------------------------------------------


async def test_a_number_that_is_another_invoices_id_is_found_by_the_list() -> None:
    script = Script().on("GET /invoices/1042", detail(id=1042, number="5"))
    script.on("GET /invoices", page("invoices", [header(3), header(7, number="1042")]))
    script.on("GET /invoices/7", {"invoice": detail()})
    found = await gateway_of(script).numbered("1042", SINCE)
    assert found is not None
    assert (found.id, found.number) == ("7", "1042")
    since = "/invoices?since_updated_at=2026-03-10T09%3A00%3A00%2B00%3A00&page=1"
    assert script.calls == ["GET /invoices/1042", f"GET {since}", "GET /invoices/7"]


async def test_a_number_is_nowhere_only_after_the_whole_list() -> None:
    script = Script().on(
        "GET /invoices", page("invoices", [header(1)], 1, 2), page("invoices", [header(2)], 2, 2)
    )
    assert await gateway_of(script).numbered("1042", SINCE) is None
    assert len(script.asked) == 3
    bad = page("invoices", [header(1), header(2, total=None)])
    with pytest.raises(SyncroLost, match="not readable"):
        await gateway_of(Script().on("GET /invoices", bad)).numbered("1042", SINCE)


async def test_a_number_that_can_be_no_part_of_a_path_is_looked_for_in_the_list() -> None:
    script = Script().on("GET /invoices", page("invoices", [header(7, number="2026/17 b")]))
    script.on("GET /invoices/7", detail(number="2026/17 b"))
    found = await gateway_of(script).numbered("2026/17 b", SINCE)
    assert found is not None
    assert script.calls[0].startswith("GET /invoices?")


# ---- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [25, 50, 100])
async def test_pages_of_any_size_are_read_to_the_last(size: int) -> None:
    rows = [header(number) for number in range(1, 2 * size + 2)]

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        return httpx.Response(
            200, json=page("invoices", rows[(number - 1) * size : number * size], number, 3)
        )

    pages = await all_pages(gateway_of(answer).unpaid_invoices())
    assert [len(one.invoices) for one in pages] == [size, size, 1]
    assert len({invoice.id for one in pages for invoice in one.invoices}) == len(rows)


@pytest.mark.parametrize("name", ["invoices", "payments"])
async def test_without_meta_there_is_one_page(name: str) -> None:
    script = Script().on(f"GET /{name}", {name: []})
    gateway = gateway_of(script)
    (only,) = await all_pages(gateway.unpaid_invoices() if name == "invoices" else gateway.newest_payments())
    assert (only.page, only.pages, len(script.asked)) == (1, 1, 1)


@pytest.mark.parametrize(
    "second",
    [
        page("invoices", [header(2)], 1, 2),
        {"invoices": [header(2)]},
        {"invoices": [header(2)], "meta": {"page": 2}},
        {"invoices": [header(2)], "meta": {"page": 2, "total_pages": None}},
        {"meta": {"page": 2, "total_pages": 2}},
        {"invoices": None, "meta": {"page": 2, "total_pages": 2}},
        {"invoices": [header(2)], "meta": {"page": 2, "total_pages": "many"}},
    ],
)
async def test_a_list_that_breaks_off_is_never_taken_for_a_whole_one(second: dict[str, Any]) -> None:
    script = Script().on("GET /invoices", page("invoices", [header(1)], 1, 2), second)
    with pytest.raises(SyncroLost):
        await all_pages(gateway_of(script).unpaid_invoices())
    as_payments = {name.replace("invoices", "payments"): rows for name, rows in second.items()} | (
        {"payments": [PAID]} if second.get("invoices") else {}
    )
    script = Script().on("GET /payments", page("payments", [PAID], 1, 2), as_payments)
    with pytest.raises(SyncroLost):
        await all_pages(gateway_of(script).newest_payments())


async def test_one_bad_row_spoils_no_list() -> None:
    bad = [header(2, total=None), header(3, is_paid=None), header(4, id=None), header(5, id=True), "row"]
    (only,) = await all_pages(saying(page("invoices", [header(1), *bad, header(6)])).unpaid_invoices())
    assert [one.id for one in only.invoices] == ["1", "6"]
    assert only.unreadable == ("2", "3", "?", "?", "?")
    listed = saying(page("payments", [PAID, PAID | {"id": 8, "payment_amount": None}]))
    (payments,) = await all_pages(listed.newest_payments())
    assert ([one.id for one in payments.payments], payments.unreadable) == (["3"], ("8",))
    customers = [{"id": 1, "fullname": "Pat"}, {"id": 2, "invoice_cc_emails": 5}]
    (people,) = await all_pages(saying(page("customers", customers)).customers())
    assert ([one.name for one in people.customers], people.unreadable) == (["Pat"], ("2",))


async def test_a_list_of_which_nothing_can_be_read_is_no_list() -> None:
    for rows in ([header(1, total=None), header(2, total=None)], [{}], ["row"], [None]):
        with pytest.raises(SyncroLost):
            await all_pages(saying(page("invoices", rows)).unpaid_invoices())
    (only,) = await all_pages(saying(page("invoices", [header(7, total=None)])).unpaid_invoices())
    assert (only.invoices, only.unreadable) == ((), ("7",))


async def test_a_customer_whom_the_list_shows_unreadably_is_not_missing() -> None:
    script = Script().on("GET /customers", page("customers", [{"id": 12, "invoice_cc_emails": 5}]))
    with pytest.raises(SyncroLost, match="not readable"):
        await gateway_of(script).customer("12")
    with pytest.raises(SyncroMissing):
        await gateway_of(Script().on("GET /customers", page("customers", []))).customer("12")
    another = Script().on("GET /customers", page("customers", [{"id": 13, "fullname": "Pat"}]))
    with pytest.raises(SyncroMissing):
        await gateway_of(another).customer("12")
    with pytest.raises(SyncroLost, match="another one"):
        await saying({"customer": {"id": 13, "fullname": "Pat"}}).customer("12")


# ---- payments ---------------------------------------------------------------------------------------------------

DAYS = [f"2026-03-{day:02d}T09:00:00.000-05:00" for day in range(1, 7)]


async def order(first: list[str | None]) -> list[int]:
    """In which order three pages are read when the first one shows these stamps."""
    script = Script()
    rows = [payment(number, stamp) for number, stamp in enumerate(first, 1)]
    pages = [page("payments", rows, 1, 3), page("payments", [PAID], 2, 3), page("payments", [PAID], 3, 3)]

    def answer(request: httpx.Request) -> httpx.Response:
        script.asked.append(request)
        return httpx.Response(200, json=pages[int(request.url.params["page"]) - 1])

    read = [one.page for one in await all_pages(gateway_of(answer).newest_payments())]
    assert len(script.asked) == 3
    return read


@pytest.mark.parametrize(
    ("stamps", "pages"),
    [
        (DAYS[::-1], [1, 2, 3]),
        (DAYS, [3, 2, 1]),
        ([DAYS[0], *DAYS[:0:-1]], [1, 2, 3]),
        ([*DAYS[1:], DAYS[0]], [3, 2, 1]),
        ([DAYS[0]] * 3, [1, 2, 3]),
        ([DAYS[0]], [1, 2, 3]),
        ([None, "", "yesterday"], [1, 2, 3]),
        ([], [1, 2, 3]),
        ([DAYS[0], None, DAYS[3]], [3, 2, 1]),
        (["2026-03-01T23:30:00-05:00", "2026-03-01T23:45:00-06:00"], [3, 2, 1]),
    ],
)
async def test_payments_are_read_from_the_newest_on_whichever_way_they_are_listed(
    stamps: list[str | None], pages: list[int]
) -> None:
    """One that stands out of order, as one that was backdated may, turns nothing round."""
    assert await order(stamps) == pages


@pytest.mark.parametrize(
    ("changes", "went"),
    [
        ({}, ("7", ())),
        ({"invoice_ids": [None]}, (None, ())),
        ({"invoice_ids": []}, (None, ())),
        ({"invoice_ids": [7, None]}, (None, ("7",))),
        ({"invoice_ids": [8]}, ("8", ())),
        ({"invoice_ids": None}, ("7", ())),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
async def test_where_a_booked_payment_landed_is_told(
    changes: dict[str, Any], went: tuple[str | None, tuple[str, ...]], wrapped: bool
) -> None:
    row = PAID | changes
    booked = await saying({"payment": row} if wrapped else row).record_payment("7", PAYMENT)
    assert (booked.invoice_id, booked.spread_over) == went


async def test_a_payment_that_was_declined_says_so() -> None:
    declined = await saying({"payment": PAID | {"success": False}}).record_payment("7", PAYMENT)
    assert not declined.successful


# ---- writes whose answer can't be read -------------------------------------------------------------------------


def writes(gateway: Gateway) -> dict[str, Any]:
    return {
        "create": gateway.create_invoice(NEW),
        "edit": gateway.edit_invoice("7", InvoiceEdit(notes="x")),
        "pay": gateway.record_payment("7", PAYMENT),
    }


@pytest.mark.parametrize("write", ["create", "edit", "pay"])
@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"null", b"[]", b"{}", b'"ok"', b"<html>", b"\xff", b"[" * 400, b"[" * 60 + b"]" * 60),
        *(b'{"invoice": null}', b'{"invoice": {"id": 7}}', b'{"payment": {"id": 3}}', b'{"id": 7}'),
        *(b'{"success": false}', b'{"error": "odd"}'),
    ],
)
async def test_a_write_whose_answer_cant_be_read_may_have_happened(write: str, answer: bytes) -> None:
    todo = writes(saying(answer))
    with pytest.raises(SyncroLost, match="It may have happened"):
        await todo.pop(write)
    for other in todo.values():
        other.close()


async def test_a_new_invoice_that_is_another_customers_is_not_ours() -> None:
    for shape, row in (("openapi", detail(customer_id=13)), ("guide", _guide(customer_id=13))):
        with pytest.raises(SyncroLost, match="another customer"):
            await saying({"invoice": row}, shape).create_invoice(NEW)
    assert await saying({"invoice": _guide()}, "guide").create_invoice(NEW) == "7"
    assert await saying(detail(customer_id=None)).create_invoice(NEW) == "7"


def _guide(**changes: Any) -> dict[str, Any]:
    return {"id": 7, "customer_id": 12, "status": "draft", "total": 1, "balance": 1} | changes


async def test_an_email_and_a_line_need_no_answer() -> None:
    for answer in (b"", b"null", b'{"line_item": {"id": 5}}', b'{"id": 5, "item": "x"}'):
        await saying(answer).add_line("7", NEW.lines[0])
        await saying(answer).email_invoice("7", None)  # type: ignore[arg-type]  # it can't be honoured anyway


async def test_a_line_without_an_id_is_not_corrected() -> None:
    script = Script()
    with pytest.raises(SyncroMissing, match="line"):
        await gateway_of(script).correct_line("7", NEW.lines[0])
    assert not script.asked
