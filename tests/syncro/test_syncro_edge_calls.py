from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import (
    Misconfigured,
    SyncroError,
    SyncroLimited,
    SyncroLost,
    SyncroMissing,
    SyncroNotSent,
    SyncroRefused,
    SyncroUnauthorized,
)
from bot.domain.facts import Abilities
from bot.domain.invoice import Email, Invoice, InvoiceEdit, LineItem, NewInvoice, NewPayment, Status
from bot.syncro.calls import InvoicePage
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from sandbox.clock import Clock
from sandbox.company import SHOWPIECE, Company
from sandbox.syncro import SyncroSandbox

PAYMENTS = "POST /invoices/{id}/payments"
LINES = (
    LineItem("Server maintenance", Decimal(1), Decimal("500.00")),
    LineItem("Remote support", Decimal(2), Decimal("125.00")),
)


async def listed(pages: AsyncIterator[InvoicePage]) -> list[Invoice]:
    return [invoice async for page in pages for invoice in page.invoices]


def showpiece(syncro: SyncroSandbox) -> str:
    return str(syncro.company.invoice_by_number(SHOWPIECE).id)


def paying(minor: int, method: str = "Check", reference: str = "CHK-1001") -> NewPayment:
    return NewPayment(
        minor, "USD", method, reference, date(2024, 1, 20), "by post", mark="TEST23", entered_by="Pat"
    )


async def fresh(syncro: SyncroSandbox, gateway: Gateway) -> Invoice:
    customer_id = str(syncro.company.invoice_by_number(SHOWPIECE).customer_id)
    new = NewInvoice(customer_id, date(2024, 1, 15), date(2024, 2, 14), LINES, "Thank you", "Net 30")
    return await gateway.invoice(await gateway.create_invoice(new))


async def test_the_guides_example_is_created_and_read_field_by_field(
    syncro: SyncroSandbox, gateway: Gateway
) -> None:
    created = await fresh(syncro, gateway)
    assert (created.subtotal, created.tax, created.total, created.balance) == (75_000, 5_625, 80_625, 80_625)
    assert (created.date, created.due_date, created.status) == (
        date(2024, 1, 15),
        date(2024, 2, 14),
        Status.DRAFT,
    )
    assert (created.notes, created.terms, created.customer_name) == ("Thank you", "Net 30", "Acme Widgets")
    assert created.number.startswith("INV-2024-")
    assert created.created_at
    assert created.payments == ()
    assert created.lines is not None
    assert [(line.name, line.quantity, line.price, line.taxable, line.total) for line in created.lines] == [
        ("Server maintenance", 1, Decimal("500.00"), True, 50_000),
        ("Remote support", 2, Decimal("125.00"), True, 25_000),
    ]


async def test_every_invoice_of_the_book_is_read_exactly(syncro: SyncroSandbox, gateway: Gateway) -> None:
    company = syncro.company
    for known in company.invoices.values():
        read = await gateway.invoice(str(known.id))
        assert (read.number, read.total, read.balance) == (known.number, known.total, company.balance(known))
        assert read.status.value == company.status(known)
        assert len(read.lines or ()) == len(known.lines)
        assert sum(payment.amount for payment in read.payments or ()) == company.paid(known.id)


async def test_all_pages_are_listed_once(syncro: SyncroSandbox, gateway: Gateway) -> None:
    pages = [page async for page in gateway.invoices()]
    expected = len(syncro.company.invoices)
    assert expected > 100
    assert [page.page for page in pages] == list(range(1, -(-expected // 25) + 1))
    assert {page.pages for page in pages} == {len(pages)}
    headers = [invoice for page in pages for invoice in page.invoices]
    assert {invoice.id for invoice in headers} == {str(known) for known in syncro.company.invoices}
    assert len(headers) == expected
    assert all(header.lines is None and header.payments is None for header in headers)
    by_id = {header.id: header for header in headers}
    assert by_id[showpiece(syncro)].balance == 80_625


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OPEN])
async def test_the_list_by_status(status: Status, syncro: SyncroSandbox, gateway: Gateway) -> None:
    found = await listed(gateway.invoices(status=status))
    company: Company = syncro.company
    expected = {str(known.id) for known in company.invoices.values() if company.status(known) == status.value}
    assert {invoice.id for invoice in found} == expected
    assert expected


async def test_the_list_by_customer_and_dates(syncro: SyncroSandbox, gateway: Gateway) -> None:
    known = syncro.company.invoice_by_number(SHOWPIECE)
    found = await listed(gateway.invoices(customer_id=str(known.customer_id)))
    assert {invoice.customer_id for invoice in found} == {str(known.customer_id)}
    days = {"date_from": known.date - timedelta(days=3), "date_to": known.date}
    found = await listed(gateway.invoices(**days))
    expected = {
        str(each.id)
        for each in syncro.company.invoices.values()
        if days["date_from"] <= each.date <= known.date
    }
    assert {invoice.id for invoice in found} == expected
    both = await listed(gateway.invoices(customer_id=str(known.customer_id), **days))
    assert str(known.id) in {invoice.id for invoice in both}
    query = syncro.calls("GET /invoices")[-1].query
    assert query == {
        "customer_id": str(known.customer_id),
        "date_from": str(days["date_from"]),
        "date_to": str(days["date_to"]),
        "page": "1",
    }


async def test_a_payment_is_recorded_and_shows(syncro: SyncroSandbox, gateway: Gateway) -> None:
    invoice_id = showpiece(syncro)
    payment = await gateway.record_payment(invoice_id, paying(10_050))
    assert (
        payment.invoice_id,
        payment.amount,
        payment.method,
        payment.reference,
        payment.date,
        payment.notes,
        payment.mark,
    ) == (
        invoice_id,
        10_050,
        "Check",
        "CHK-1001",
        date(2024, 1, 20),
        "by post\nDuebot TEST23, by Pat",
        "TEST23",
    )
    assert payment.id
    assert payment.created_at
    assert syncro.calls(PAYMENTS)[0].body == {
        "amount": Decimal("100.50"),
        "payment_method": "Check",
        "reference": "CHK-1001",
        "date": "2024-01-20",
        "notes": "by post\nDuebot TEST23, by Pat",
    }
    after = await gateway.invoice(invoice_id)
    assert (after.status, after.balance, after.payments) == (Status.PARTIAL, 70_575, (payment,))


async def test_a_line_an_edit_an_email_and_a_void_do_what_they_say(
    syncro: SyncroSandbox, gateway: Gateway
) -> None:
    made = await fresh(syncro, gateway)
    await gateway.add_line(made.id, LineItem("Cable", Decimal("2.5"), Decimal("1.015"), False))
    lines = (await gateway.invoice(made.id)).lines or ()
    assert [(line.quantity, line.price, line.taxable, line.total) for line in lines[2:]] == [
        (Decimal("2.5"), Decimal("1.015"), False, 254)
    ]
    await gateway.edit_invoice(made.id, InvoiceEdit(due_date=date(2024, 3, 1), notes="Call first"))
    edited = await gateway.invoice(made.id)
    assert (edited.due_date, edited.notes, edited.terms) == (date(2024, 3, 1), "Call first", "Net 30")
    assert syncro.calls("PUT /invoices/{id}")[0].body == {"notes": "Call first", "due_date": "2024-03-01"}
    await gateway.email_invoice(
        made.id, Email(("a@x.example", "b@x.example"), ("c@x.example",), "Your invoice", "Hi")
    )
    (sent,) = syncro.company.emails
    assert (sent.to, sent.cc) == (("a@x.example", "b@x.example"), ("c@x.example",))
    assert (sent.subject, sent.message) == ("Your invoice", "Hi")
    assert (await gateway.invoice(made.id)).status is Status.SENT
    await gateway.void_invoice(made.id)
    assert (await gateway.invoice(made.id)).status is Status.VOID
    assert syncro.calls("PUT /invoices/{id}")[1].body == {"status": "void"}


async def test_a_customer_without_a_page_of_their_own_is_found_in_the_list(
    syncro: SyncroSandbox, gateway: Gateway
) -> None:
    known = syncro.company.customer_by_name("Acme Widgets")
    syncro.faults.add("GET /customers/{id}", "status", status=404)
    assert (await gateway.customer(str(known.id))).name == "Acme Widgets"
    syncro.faults.add("GET /customers/{id}", "status", status=404)
    with pytest.raises(SyncroMissing):
        await gateway.customer("999999999")


async def test_customers_are_read_listed_and_found(syncro: SyncroSandbox, gateway: Gateway) -> None:
    known = syncro.company.customer_by_name("Acme Widgets")
    customer = await gateway.customer(str(known.id))
    assert (customer.name, customer.email) == ("Acme Widgets", known.notification_email or known.email)
    assert known.portal_key not in repr(customer)
    pages = [page async for page in gateway.customers()]
    assert sum(len(page.customers) for page in pages) == len(syncro.company.customers)
    assert any(each.disabled for page in pages for each in page.customers)
    found = await gateway.find_customers("acme")
    assert customer.id in {each.id for each in found}
    assert all("acme" in (each.name + each.email).lower() for each in found)
    assert not any(each.disabled for each in await gateway.find_customers(""))
    assert await gateway.find_customers("no such customer") == ()


async def test_tickets_products_methods_and_users(syncro: SyncroSandbox, gateway: Gateway) -> None:
    known = next(iter(syncro.company.tickets.values()))
    ticket = await gateway.ticket(str(known.id))
    assert (ticket.number, ticket.subject) == (str(known.number), known.subject)
    assert (ticket.customer_id, ticket.status) == (str(known.customer_id), known.status)
    product = next(iter(syncro.company.products.values()))
    offered = {each.id: each for each in await gateway.find_products(product.name)}
    assert (offered[str(product.id)].price, offered[str(product.id)].taxable) == (
        product.price,
        product.taxable,
    )
    assert set(await gateway.payment_methods()) == set(syncro.company.payment_methods)
    assert await gateway.users() == {str(user.id): user.name for user in syncro.company.users.values()}


async def test_links_lead_into_syncros_own_screens(syncro: SyncroSandbox, gateway: Gateway) -> None:
    host = syncro.base.removesuffix("/api/v1")
    assert gateway.invoice_url("7") == f"{host}/invoices/7"
    assert gateway.customer_url("12") == f"{host}/customers/12"
    assert gateway.abilities == Abilities()


async def test_what_syncro_refuses_is_said_in_its_words(syncro: SyncroSandbox, gateway: Gateway) -> None:
    invoice_id = showpiece(syncro)
    with pytest.raises(SyncroRefused, match=r"Payment exceeds balance. Enter at most the open balance"):
        await gateway.record_payment(invoice_id, paying(80_626))
    await gateway.record_payment(invoice_id, paying(80_625))
    with pytest.raises(SyncroRefused, match=r"Cannot modify paid invoice.*void it"):
        await gateway.edit_invoice(invoice_id, InvoiceEdit(notes="x"))
    with pytest.raises(SyncroRefused, match="Cannot modify paid invoice"):
        await gateway.add_line(invoice_id, LINES[0])
    with pytest.raises(SyncroRefused) as caught:
        await gateway.create_invoice(NewInvoice("999999", date(2024, 1, 15), None, LINES))
    assert "customer_id is unknown" in caught.value.sentence
    with pytest.raises(SyncroMissing):
        await gateway.invoice("999999")
    with pytest.raises(SyncroMissing):
        await gateway.record_payment("999999", paying(1))


@pytest.mark.parametrize("odd", ["", "..", "7/payments", "7?x=1", "٣", "a b", "x" * 65])
async def test_odd_ids_never_leave(odd: str, syncro: SyncroSandbox, gateway: Gateway) -> None:
    for call in (gateway.invoice, gateway.void_invoice, gateway.customer, gateway.ticket):
        with pytest.raises(SyncroMissing):
            await call(odd)
    with pytest.raises(SyncroMissing):
        await gateway.record_payment(odd, paying(1))
    assert not syncro.requests


async def test_a_bad_key_is_said(syncro: SyncroSandbox) -> None:
    gateway = Gateway(Client(syncro.base, "another-fictional-key"), "guide", lambda customer_id: "USD")
    with pytest.raises(SyncroUnauthorized, match="SYNCRO_API_KEY"):
        await gateway.users()
    await gateway.close()


async def test_a_missing_permission_is_named(syncro: SyncroSandbox, gateway: Gateway) -> None:
    words = "Not authorized. Please ask account admin for access"
    syncro.faults.add(PAYMENTS, "status", status=401, message=words)
    with pytest.raises(SyncroUnauthorized, match="“Payments – Create”"):
        await gateway.record_payment(showpiece(syncro), paying(1))


Write = Callable[[Gateway, str], Coroutine[Any, Any, object]]
WRITES: dict[str, Write] = {
    PAYMENTS: lambda gateway, invoice_id: gateway.record_payment(invoice_id, paying(100)),
    "POST /invoices/{id}/line_items": lambda gateway, invoice_id: gateway.add_line(invoice_id, LINES[0]),
    "POST /invoices/{id}/email": lambda gateway, invoice_id: gateway.email_invoice(
        invoice_id, Email(("a@x.example",), (), "s", "m")
    ),
    "PUT /invoices/{id}": lambda gateway, invoice_id: gateway.void_invoice(invoice_id),
    "POST /invoices": lambda gateway, invoice_id: gateway.create_invoice(
        NewInvoice("301", date(2024, 1, 15), None, LINES)
    ),
}
FAULTS: list[tuple[dict[str, Any], type[SyncroError]]] = [
    ({"kind": "status", "status": 500}, SyncroLost),
    ({"kind": "status", "status": 504}, SyncroLost),
    ({"kind": "status_after_commit", "status": 502}, SyncroLost),
    ({"kind": "cut_before_commit"}, SyncroLost),
    ({"kind": "cut_after_commit"}, SyncroLost),
    ({"kind": "late_commit"}, SyncroLost),
    ({"kind": "garbage"}, SyncroLost),
    ({"kind": "garbage_after_commit"}, SyncroLost),
    ({"kind": "status", "status": 429, "retry_after": "3"}, SyncroLimited),
    ({"kind": "status", "status": 429}, SyncroLimited),
    ({"kind": "status", "status": 400}, SyncroRefused),
    ({"kind": "status", "status": 422}, SyncroRefused),
]


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize(("fault", "kind"), FAULTS)
async def test_a_write_that_fails_left_exactly_once(
    call: str, fault: dict[str, Any], kind: type[SyncroError], syncro: SyncroSandbox, gateway: Gateway
) -> None:
    syncro.faults.add(call, **fault, times=None)
    with pytest.raises(SyncroError) as caught:
        await WRITES[call](gateway, showpiece(syncro))
    assert type(caught.value) is kind
    assert len(syncro.calls(call)) == 1


async def test_a_write_that_is_never_answered_is_lost(syncro: SyncroSandbox) -> None:
    client = Client(syncro.base, "fictional-key-0123456789", timeout=0.1)
    gateway = Gateway(client, "guide", lambda customer_id: "USD")
    syncro.faults.add(PAYMENTS, "timeout_after_commit", times=None)
    with pytest.raises(SyncroLost, match=r"did not answer in time.*check in Syncro"):
        await gateway.record_payment(showpiece(syncro), paying(100))
    assert len(syncro.calls(PAYMENTS)) == 1
    await gateway.close()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "cut_before_commit"},
        {"kind": "garbage"},
        {"kind": "status", "status": 429, "retry_after": "0"},
    ],
)
async def test_a_read_survives_two_failures(
    fault: dict[str, Any], syncro: SyncroSandbox, gateway: Gateway
) -> None:
    syncro.faults.add("GET /invoices/{id}", **fault, times=2)
    assert (await gateway.invoice(showpiece(syncro))).number == SHOWPIECE
    assert len(syncro.calls("GET /invoices/{id}")) == 3


async def test_auto_knows_the_guide(syncro: SyncroSandbox) -> None:
    gateway = Gateway(Client(syncro.base, "fictional-key-0123456789"), "", lambda customer_id: "USD")
    assert (await gateway.invoice(showpiece(syncro))).number == SHOWPIECE
    await gateway.ready()
    assert len(syncro.calls("GET /invoices")) == 1
    await gateway.close()


async def test_auto_asks_when_there_is_nothing_to_look_at() -> None:
    clock = Clock()
    empty = SyncroSandbox(Company(clock), clock, api_key="fictional-key-0123456789")
    gateway = Gateway(Client(await empty.start(), "fictional-key-0123456789"), "", lambda customer_id: "USD")
    with pytest.raises(Misconfigured, match="SYNCRO_API_SHAPE"):
        await gateway.ready()
    await gateway.close()
    await empty.stop()


async def test_the_guides_shape_has_no_list_of_changes(syncro: SyncroSandbox, gateway: Gateway) -> None:
    for ask in (gateway.changed_invoices(""), gateway.unpaid_invoices(), gateway.newest_payments()):
        with pytest.raises(SyncroRefused, match="has no way to"):
            await anext(ask)
    assert not syncro.requests


async def test_a_lost_look_at_the_shape_is_not_a_lost_write(syncro: SyncroSandbox) -> None:
    client = Client(syncro.base, "fictional-key-0123456789", patience=Patience(first_wait=0))
    gateway = Gateway(client, "", lambda customer_id: "USD")
    syncro.faults.add("GET /invoices", "status", status=503, times=None)
    with pytest.raises(SyncroNotSent):
        await gateway.record_payment(showpiece(syncro), paying(1))
    assert not syncro.calls(PAYMENTS)
    await gateway.close()
