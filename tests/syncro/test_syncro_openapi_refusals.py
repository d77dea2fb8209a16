"""How the published API says no, and how a write to it ends when it says nothing that can be read."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import (
    SyncroError,
    SyncroLimited,
    SyncroLost,
    SyncroRefused,
    SyncroTaken,
    SyncroUnauthorized,
)
from bot.domain.invoice import Email, InvoiceEdit, LineItem, NewInvoice, NewPayment
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.status import UNTOLD_WAIT
from sandbox.company import SHOWPIECE
from sandbox.syncro import SyncroSandbox

LABOR = LineItem("Labor", Decimal(1), Decimal(100))
Call = Callable[[Gateway, SyncroSandbox], Coroutine[Any, Any, object]]


def known(account: SyncroSandbox) -> Any:
    return account.company.invoice_by_number(SHOWPIECE)


def paying(account: SyncroSandbox, minor: int = 100) -> NewPayment:
    one = known(account)
    return NewPayment(minor, "USD", "Check", "R", date(2026, 1, 20), "", str(one.customer_id), one.number)


def new(account: SyncroSandbox) -> NewInvoice:
    return NewInvoice(str(known(account).customer_id), date(2026, 1, 15), None, (LABOR,), number="7001")


def line_of(account: SyncroSandbox) -> LineItem:
    return replace(LABOR, id=str(known(account).lines[0].id))


async def all_pages(pages: Any) -> list[Any]:
    return [page async for page in pages]


WRITES: dict[str, Call] = {
    "POST /payments": lambda to, at: to.record_payment(str(known(at).id), paying(at)),
    "POST /invoices": lambda to, at: to.create_invoice(new(at)),
    "PUT /invoices/{id}": lambda to, at: to.edit_invoice(str(known(at).id), InvoiceEdit(notes="x")),
    "POST /invoices/{id}/line_items": lambda to, at: to.add_line(str(known(at).id), LABOR),
    "PUT /invoices/{id}/line_items/{line_id}": lambda to, at: to.correct_line(str(known(at).id), line_of(at)),
    "POST /invoices/{id}/email": lambda to, at: to.email_invoice(str(known(at).id), Email((), (), "", "")),
}
READS: dict[str, Call] = {
    "GET /invoices": lambda to, at: all_pages(to.unpaid_invoices()),
    "GET /invoices/{id}": lambda to, at: to.invoice(str(known(at).id)),
    "GET /payments": lambda to, at: all_pages(to.newest_payments()),
    "GET /customers": lambda to, at: all_pages(to.customers()),
    "GET /customers/{id}": lambda to, at: to.customer(str(known(at).customer_id)),
    "GET /tickets/{id}": lambda to, at: to.ticket(str(next(iter(at.company.tickets)))),
    "GET /products": lambda to, at: to.find_products("x"),
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
    ({"kind": "status", "status": 429}, SyncroLimited),
    ({"kind": "status", "status": 401}, SyncroUnauthorized),
    ({"kind": "status", "status": 400}, SyncroRefused),
    ({"kind": "status", "status": 422}, SyncroRefused),
]


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize(("fault", "kind"), FAULTS)
async def test_a_write_that_fails_left_exactly_once(
    call: str, fault: dict[str, Any], kind: type[SyncroError], account: SyncroSandbox, spoken: Gateway
) -> None:
    account.faults.add(call, **fault, times=None)
    with pytest.raises(SyncroError) as caught:
        await WRITES[call](spoken, account)
    assert type(caught.value) is kind
    assert [one.call for one in account.requests] == [call]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 504},
        {"kind": "cut_before_commit"},
        {"kind": "garbage"},
        {"kind": "status", "status": 429, "retry_after": "0"},
    ],
)
@pytest.mark.parametrize("call", READS)
async def test_a_read_survives_two_failures(
    call: str, fault: dict[str, Any], account: SyncroSandbox, spoken: Gateway
) -> None:
    account.faults.add(call, **fault, times=2)
    await READS[call](spoken, account)
    assert len(account.calls(call)) >= 3


@pytest.mark.parametrize(("told", "seconds"), [("7", 7.0), (None, UNTOLD_WAIT)])
async def test_a_pause_has_its_seconds_or_ours(
    told: str | None, seconds: float, account: SyncroSandbox, spoken: Gateway
) -> None:
    account.faults.add("POST /payments", "status", status=429, retry_after=told)
    with pytest.raises(SyncroLimited) as caught:
        await WRITES["POST /payments"](spoken, account)
    assert caught.value.retry_after == seconds


NEEDS = {
    "GET /invoices": "Invoices – List/Search",
    "GET /invoices/{id}": "Invoices – View Details",
    "POST /invoices": "Invoices – Create",
    "PUT /invoices/{id}": "Invoices – Edit",
    "POST /invoices/{id}/line_items": "Invoices – Edit",
    "PUT /invoices/{id}/line_items/{line_id}": "Invoices – Edit",
    "GET /payments": "Payments – View List",
    "POST /payments": "Payments – Create",
    "GET /customers": "Customers – List/Search",
    "GET /customers/{id}": "Customers – View Detail",
    "GET /tickets/{id}": "Tickets – View Details",
    "GET /products": "Products – List/Search",
}


@pytest.mark.parametrize(("call", "permission"), NEEDS.items())
async def test_a_missing_permission_is_named_and_not_called_a_bad_key(
    call: str, permission: str, account: SyncroSandbox, spoken: Gateway
) -> None:
    account.permissions.take(permission)
    with pytest.raises(SyncroUnauthorized) as caught:
        await (WRITES | READS)[call](spoken, account)
    assert caught.value.permission == permission
    assert f"“{permission}”" in caught.value.sentence
    assert "SYNCRO_API_KEY" not in caught.value.sentence


async def test_a_bad_key_is_called_one(account: SyncroSandbox) -> None:
    gateway = Gateway(Client(account.base, "another-fictional-key"), "openapi", lambda customer_id: "USD")
    for call in ("GET /invoices", "POST /payments"):
        with pytest.raises(SyncroUnauthorized, match="SYNCRO_API_KEY") as caught:
            await (WRITES | READS)[call](gateway, account)
        assert caught.value.permission == ""
    await gateway.close()


async def test_every_form_of_no_is_repeated_in_syncros_words(account: SyncroSandbox, spoken: Gateway) -> None:
    one = str(known(account).id)
    customer = account.company.customer(known(account).customer_id)
    forms: list[tuple[Coroutine[Any, Any, object], str]] = [
        (spoken.record_payment(one, paying(account, 80_626)), "Payment exceeds balance. Enter at most"),
        (
            spoken.record_payment(one, replace(paying(account), method="Beads")),
            "Payment method is not included",
        ),
        (spoken.create_invoice(replace(new(account), number="")), "number can't be blank"),
        (spoken.create_invoice(replace(new(account), customer_id="999")), "Customer must exist"),
        (spoken.record_payment(one, replace(paying(account), reference="r" * 22)), "ref_num is too long"),
    ]
    for refused, words in forms:
        with pytest.raises(SyncroRefused, match=words) as caught:
            await refused
        assert type(caught.value) is SyncroRefused
    account.company.customers[customer.id] = replace(customer, email=None, notification_email=None)
    with pytest.raises(SyncroRefused, match="doesn't have an email address"):
        await spoken.email_invoice(one, Email((), (), "", ""))
    with pytest.raises(SyncroTaken, match="Number has already been taken"):
        await spoken.create_invoice(replace(new(account), number=SHOWPIECE))


async def test_a_write_that_is_never_answered_is_lost(account: SyncroSandbox) -> None:
    client = Client(account.base, "fictional-key-0123456789", timeout=0.1, patience=Patience(first_wait=0))
    gateway = Gateway(client, "openapi", lambda customer_id: "USD")
    account.faults.add("POST /payments", "timeout_after_commit", times=None)
    with pytest.raises(SyncroLost, match=r"did not answer in time.*check in Syncro"):
        await gateway.record_payment(str(known(account).id), paying(account))
    assert len(account.calls("POST /payments")) == 1
    await gateway.close()


async def test_nothing_is_ever_deleted_and_nobodys_rights_are_read(
    account: SyncroSandbox, spoken: Gateway
) -> None:
    for call in (WRITES | READS).values():
        await call(spoken, account)
    called = {one.call for one in account.requests}
    assert called == {*WRITES, *READS}


async def test_login_keys_and_tokens_stop_at_the_wire(account: SyncroSandbox, spoken: Gateway) -> None:
    held: list[object] = [await call(spoken, account) for call in READS.values()]
    held += [await spoken.find_customers(""), await spoken.users(), await spoken.payment_methods()]
    held += [await spoken.invoice(str(one.id)) for one in account.company.invoices.values() if not one.void]
    secrets = {one.portal_key for one in account.company.customers.values()}
    assert len(secrets) == len(account.company.customers) > 5
    everything = repr(held)
    assert not [secret for secret in secrets if secret in everything]
    assert "my_profile" not in everything
