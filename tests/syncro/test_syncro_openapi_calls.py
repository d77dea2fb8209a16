"""The published OpenAPI over real HTTP: which call does what, and what each of its oddities comes to."""

from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import (
    SyncroMissing,
    SyncroRefused,
    SyncroTaken,
)
from bot.domain.invoice import Email, InvoiceEdit, LineItem, NewInvoice, NewPayment, Payment, Status
from bot.syncro.calls import InvoicePage, PaymentPage
from bot.syncro.gateway import Gateway
from sandbox.company import SHOWPIECE, Company
from sandbox.company.records import Invoice as Known
from sandbox.syncro import SyncroSandbox

PAY = "POST /payments"
LIST, CREATE, READ, EDIT = "GET /invoices", "POST /invoices", "GET /invoices/{id}", "PUT /invoices/{id}"
LINE, CORRECT = "POST /invoices/{id}/line_items", "PUT /invoices/{id}/line_items/{line_id}"
EMAIL = "POST /invoices/{id}/email"
LINES = (
    LineItem("Server maintenance", Decimal(1), Decimal("500.00")),
    LineItem("Remote support", Decimal(2), Decimal("125.00"), False),
)


def showpiece(account: SyncroSandbox) -> Known:
    known: Known = account.company.invoice_by_number(SHOWPIECE)
    return known


def shown(company: Company) -> list[Known]:
    """The invoices that the published API knows: it has no void ones."""
    return [known for known in company.invoices.values() if not known.void]


def other(account: SyncroSandbox) -> Known:
    """Another invoice of the same customer."""
    known = showpiece(account)
    return next(
        one for one in shown(account.company) if one.customer_id == known.customer_id and one is not known
    )


def went(company: Company, shares: list[int]) -> tuple[str | None, tuple[str, ...]]:
    """To which invoice a payment went, or to which several."""
    there = [str(one) for one in shares if one in company.invoices and not company.invoices[one].void]
    alone = len(there) == len(shares) == 1
    return (there[0], ()) if alone else (None, tuple(there))


def paying(known: Known, minor: int, reference: str = "CHK-1001") -> NewPayment:
    return NewPayment(
        minor,
        "USD",
        "Check",
        reference,
        date(2026, 1, 20),
        "",
        str(known.customer_id),
        known.number,
        "TEST23",
    )


def new(account: SyncroSandbox, number: str = "7001") -> NewInvoice:
    customer_id = str(showpiece(account).customer_id)
    return NewInvoice(customer_id, date(2026, 1, 15), date(2026, 2, 14), LINES, "Thank you", number=number)


async def listed(pages: AsyncIterator[InvoicePage]) -> list[str]:
    return [invoice.id async for page in pages for invoice in page.invoices]


# ---- reading ----------------------------------------------------------------------------------------------------


async def test_every_invoice_of_the_book_is_read_exactly_or_its_balance_is_unknown(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    company = account.company
    for known in shown(company):
        read = await spoken.invoice(str(known.id))
        assert (read.id, read.number, read.total) == (str(known.id), known.number, known.total)
        assert (read.date, read.due_date) == (known.date, known.due_date)
        assert (read.status is Status.PAID) == (company.status(known) == "paid")
        assert [(line.quantity, line.price, line.taxable) for line in read.lines or ()] == [
            (line.quantity, line.price, line.taxable) for line in known.lines
        ]
        payments = company.payments_of(known.id)
        assert {one.id for one in read.payments or ()} == {str(one.id) for one in payments}
        told = not account.oddities.without_balance(known.id)
        alone = all(len(one.shares) == 1 for one in payments if one.success)
        assert read.balance == (company.balance(known) if told or alone else None)


async def test_a_payment_over_two_invoices_leaves_an_untold_balance_unknown(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known = showpiece(account)
    account.oddities.no_balance_every = 1
    account.company.take_payment(known.customer_id, 10_000, {known.id: 5_000, other(account).id: 5_000})
    assert (await spoken.invoice(str(known.id))).balance is None
    account.oddities.no_balance_every = 0
    assert (await spoken.invoice(str(known.id))).balance == 75_625


async def test_what_is_void_or_gone_is_missing(account: SyncroSandbox, spoken: Gateway) -> None:
    void = next(known for known in account.company.invoices.values() if known.void)
    for invoice_id in (str(void.id), "999999999"):
        with pytest.raises(SyncroMissing):
            await spoken.invoice(invoice_id)


async def test_lists_are_headers_without_balance_of_which_none_comes_twice(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    pages = [page async for page in spoken.changed_invoices("")]
    headers = [invoice for page in pages for invoice in page.invoices]
    assert [page.page for page in pages] == list(range(1, pages[0].pages + 1))
    assert len(headers) == len({one.id for one in headers}) == len(shown(account.company)) > 100
    assert {(one.balance, one.lines, one.payments) for one in headers} == {(None, None, None)}
    assert {one.status for one in headers} == {Status.OPEN, Status.PAID}
    assert all(len(page.invoices) <= 25 for page in pages)


async def test_what_isnt_paid_and_what_has_changed_are_listed(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    company, known = account.company, showpiece(account)
    unpaid = {str(one.id) for one in shown(company) if company.status(one) != "paid"}
    assert set(await listed(spoken.unpaid_invoices())) == unpaid
    account.clock.advance(timedelta(hours=1))
    since = account.clock.now().astimezone(UTC)
    company.change_header(known.id, notes="Call first")
    assert await listed(spoken.changed_invoices(since.isoformat())) == [str(known.id)]
    assert account.calls(LIST)[-1].query == {"since_updated_at": since.isoformat(), "page": "1"}


async def test_a_number_is_found_also_where_it_is_another_invoices_id(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known, since = showpiece(account), account.clock.now().isoformat()
    found = await spoken.numbered(SHOWPIECE, since)
    assert found is not None
    assert (found.id, found.number) == (str(known.id), SHOWPIECE)
    assert not account.calls(LIST)
    made = account.company.create_invoice(known.customer_id, known.date, number=str(known.id))
    found = await spoken.numbered(str(known.id), since)
    assert found is not None
    assert (found.id, found.number) == (str(made.id), str(known.id))
    assert await spoken.numbered("8888", since) is None
    assert await spoken.numbered("2026/17", since) is None
    assert len(account.calls(LIST)) == 3


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_payments_come_from_the_newest_on_whichever_way_syncro_lists_them(
    oldest_first: bool, account: SyncroSandbox, spoken: Gateway
) -> None:
    account.oddities.payments_oldest_first = oldest_first
    company, known = account.company, showpiece(account)
    company.take_payment(known.customer_id, 500, {})
    company.take_payment(known.customer_id, 900, {known.id: 400, other(account).id: 500})
    returned = company.take_payment(known.customer_id, 700, {known.id: 700})
    company.fail_payment(returned.id)
    pages: list[PaymentPage] = [page async for page in spoken.newest_payments()]
    found: list[Payment] = [one for page in pages for one in page.payments]
    assert len(pages) > 2
    assert {one.id for one in found} == {str(one) for one in company.payments}
    assert len(found) == len(company.payments)
    newest_of = [max(one.created_at for one in page.payments) for page in pages]
    assert newest_of == sorted(newest_of, reverse=True)
    for one in found:
        booked = company.payments[int(one.id)]
        assert (one.amount, one.customer_id) == (booked.amount, str(booked.customer_id))
        assert (one.invoice_id, one.spread_over) == went(company, list(booked.shares))
    assert [one.successful for one in found if one.id == str(returned.id)] == [False]
    assert {len(one.spread_over) for one in found} == {0, 2}


async def test_the_directory_has_the_same_rows_as_in_the_guides_shape(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known = account.company.customer_by_name("Acme Widgets")
    customer = await spoken.customer(str(known.id))
    assert (customer.name, customer.email) == ("Acme Widgets", known.notification_email or known.email)
    assert set(await spoken.payment_methods()) == set(account.company.payment_methods)
    assert await spoken.users() == {str(user.id): user.name for user in account.company.users.values()}
    ticket = next(iter(account.company.tickets.values()))
    assert (await spoken.ticket(str(ticket.id))).number == str(ticket.number)
    product = next(iter(account.company.products.values()))
    assert str(product.id) in {one.id for one in await spoken.find_products(product.name)}


# ---- writing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unwrapped", [0, 1])
async def test_an_invoice_is_created_under_its_number_and_may_lack_lines(
    unwrapped: int, account: SyncroSandbox, spoken: Gateway
) -> None:
    account.oddities.unwrapped_every = unwrapped
    made = await spoken.invoice(await spoken.create_invoice(new(account)))
    assert (made.number, made.notes, made.due_date) == ("7001", "Thank you", date(2026, 2, 14))
    assert [(one.name, one.quantity, one.price, one.taxable) for one in made.lines or ()] == [
        ("Server maintenance", 1, 500, True),
        ("Remote support", 2, 125, False),
    ]
    account.oddities.lines_taken = 1
    short = await spoken.invoice(await spoken.create_invoice(new(account, "7002")))
    assert [one.name for one in short.lines or ()] == ["Server maintenance"]
    with pytest.raises(SyncroTaken, match="has already been taken"):
        await spoken.create_invoice(new(account, "7001"))


async def test_catalogue_values_win_until_the_line_is_corrected(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    product = next(iter(account.company.products.values()))
    made = await spoken.create_invoice(new(account))
    wanted = LineItem("Our words", Decimal("1.5"), Decimal("9.99"), not product.taxable, "", str(product.id))
    await spoken.add_line(made, wanted)
    added = ((await spoken.invoice(made)).lines or ())[-1]
    assert (added.name, added.price, added.taxable) == (product.name, product.price, product.taxable)
    await spoken.correct_line(made, replace(wanted, id=added.id))
    corrected = ((await spoken.invoice(made)).lines or ())[-1]
    assert (corrected.name, corrected.quantity, corrected.price) == (
        "Our words",
        Decimal("1.5"),
        Decimal("9.99"),
    )
    assert (corrected.taxable, corrected.product_id) == (not product.taxable, str(product.id))
    assert account.calls(LINE)[0].body == {
        "item": "Our words",
        "name": "Our words",
        "quantity": Decimal("1.5"),
        "price": Decimal("9.99"),
        "taxable": not product.taxable,
        "product_id": product.id,
    }
    assert "product_id" not in account.calls(CORRECT)[0].body


async def test_an_edit_says_note_and_a_paid_invoice_takes_one_too(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known = showpiece(account)
    await spoken.edit_invoice(str(known.id), InvoiceEdit(due_date=date(2027, 3, 1), notes="Call first"))
    assert account.calls(EDIT)[0].body == {"note": "Call first", "due_date": "2027-03-01"}
    read = await spoken.invoice(str(known.id))
    assert (read.due_date, read.notes) == (date(2027, 3, 1), "Call first")


async def test_an_email_has_no_body_and_its_addresses_are_syncros(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known = showpiece(account)
    customer = account.company.customer(known.customer_id)
    await spoken.email_invoice(str(known.id), Email(("other@x.example",), (), "Subject", "Message"))
    assert account.calls(EMAIL)[0].body is None
    (sent,) = account.company.emails
    assert sent.to == (customer.notification_email or customer.email,)
    assert sent.subject != "Subject"


async def test_a_payment_is_booked_and_its_mark_is_not_seen(account: SyncroSandbox, spoken: Gateway) -> None:
    known = showpiece(account)
    booked = await spoken.record_payment(str(known.id), paying(known, 10_050))
    assert (booked.invoice_id, booked.amount, booked.reference, booked.mark) == (
        str(known.id),
        10_050,
        "CHK-1001",
        "TEST23",
    )
    assert account.company.payments[int(booked.id)].reference == "CHK-1001 ·TEST23"
    after = await spoken.invoice(str(known.id))
    assert (after.balance, after.status) == (70_575, Status.PARTIAL)
    assert replace(booked, customer_id="") in (after.payments or ())
    assert set(account.calls(PAY)[0].body) == {
        "customer_id",
        "invoice_id",
        "invoice_number",
        "amount_cents",
        "payment_method",
        "ref_num",
    }


async def test_a_payment_that_fits_no_invoice_lands_as_credit_and_says_so(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known = showpiece(account)
    astray = await spoken.record_payment(str(known.id), replace(paying(known, 100), invoice_number="1"))
    assert (astray.invoice_id, astray.spread_over) == (None, ())
    assert (await spoken.invoice(str(known.id))).balance == 80_625


async def test_a_long_reference_is_sent_whole_without_the_mark(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known, long = showpiece(account), "wire 2026-03-10/A1-77"
    booked = await spoken.record_payment(str(known.id), paying(known, 100, long))
    assert (booked.reference, booked.mark, len(long)) == (long, "", 21)


# ---- what is never asked, and what is refused ----------------------------------------------------------------


async def test_filters_that_syncro_would_ignore_in_silence_are_never_sent(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known, since = showpiece(account), account.clock.now().isoformat()
    with pytest.raises(SyncroRefused, match="customer, state or date"):
        await anext(spoken.invoices(customer_id=str(known.customer_id), status=Status.SENT))
    assert not account.requests
    await spoken.numbered("8888", since)
    for pages in (spoken.changed_invoices(since), spoken.unpaid_invoices(), spoken.newest_payments()):
        _ = [page async for page in pages]
    await spoken.record_payment(str(known.id), paying(known, 100))
    await spoken.create_invoice(new(account))
    asked = {(call.call, name) for call in account.requests for name in call.query}
    assert asked == {
        (LIST, "unpaid"),
        (LIST, "since_updated_at"),
        (LIST, "page"),
        ("GET /payments", "page"),
    }


async def test_what_it_cant_do_is_refused_and_nothing_is_sent(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    known = showpiece(account)
    refusals: list[Coroutine[Any, Any, object]] = [
        spoken.void_invoice(str(known.id)),
        spoken.edit_invoice(str(known.id), InvoiceEdit(terms="Net 30")),
        spoken.create_invoice(replace(new(account), terms="Net 30")),
        spoken.record_payment(str(known.id), replace(paying(known, 100), notes="by post")),
    ]
    for refused in refusals:
        with pytest.raises(SyncroRefused, match=r"has no way to .* Nothing was written; do it in Syncro"):
            await refused
    with pytest.raises(SyncroMissing, match="customer"):
        await spoken.record_payment(str(known.id), replace(paying(known, 100), customer_id=""))
    assert not account.requests
