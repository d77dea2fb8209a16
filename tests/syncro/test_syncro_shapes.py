"""Which shape an account speaks, how it is found out, and what one of them can't do."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from syncro_answers import Script, gateway_of, saying
from syncro_rows import HEADER, LINES, PAID, detail

from bot.domain.errors import (
    Misconfigured,
    SyncroError,
    SyncroLost,
    SyncroNotSent,
    SyncroRefused,
    SyncroUnauthorized,
)
from bot.domain.facts import Abilities
from bot.domain.invoice import Email, InvoiceEdit, LineItem, NewInvoice, NewPayment
from bot.syncro.client import Client
from bot.syncro.gateway import Gateway
from sandbox.clock import Clock
from sandbox.company import Company
from sandbox.syncro import SyncroSandbox

KEY = "fictional-key-0123456789"
PAYMENT = NewPayment(100, "USD", "Cash", "", date(2026, 1, 20), customer_id="12")
LINE = LineItem("x", Decimal(1), Decimal(1), id="5")
NEW = NewInvoice("12", date(2026, 1, 15), None, (LINE,), number="1042")
GUIDE: dict[str, Any] = {"id": 7, "number": "INV-2024-0042", "customer_id": 12, "status": "sent"} | {
    "total": 806.25,
    "balance": 806.25,
}


def list_of(*rows: object) -> dict[str, Any]:
    return {"invoices": list(rows), "meta": {"page": 1, "total_pages": 1}}


# ---- finding out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "shape"),
    [
        (HEADER, "openapi"),
        ({"is_paid": None}, "openapi"),
        (HEADER | {"status": "sent", "balance": 1}, "openapi"),
        (GUIDE, "guide"),
        ({"status": "", "balance": None}, "guide"),
    ],
)
async def test_the_first_invoice_tells_the_shape(first: object, shape: str) -> None:
    script = Script().on("GET /invoices", list_of(first, "never looked at"))
    told: list[str] = []

    async def tell(name: str) -> None:
        told.append(name)

    gateway = gateway_of(script, "")
    gateway._known.tell = tell
    assert gateway.shape == ""
    await gateway.ready()
    await gateway.in_background().ready()
    await gateway.ready()
    assert (gateway.shape, gateway.in_background().shape, told) == (shape, shape, [shape])
    assert script.calls == ["GET /invoices?page=1"]


async def test_a_shape_that_is_said_or_remembered_is_not_asked_for() -> None:
    script = Script()
    for shape in ("guide", "openapi"):
        await gateway_of(script, shape).ready()
    assert not script.asked


async def test_what_one_finds_out_the_other_lane_knows() -> None:
    gateway = gateway_of(Script().on("GET /invoices", list_of(HEADER)), "")
    background = gateway.in_background()
    await background.ready()
    assert gateway.shape == "openapi"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (list_of(), "no invoices yet"),
        (list_of({"status": "sent"}), "no shape"),
        (list_of({"status": 7, "balance": 1}), "no shape"),
        (list_of({"balance": 1}), "no shape"),
        (list_of({"id": 1}), "no shape"),
        (list_of("row"), "no shape"),
        (list_of(None), "no shape"),
    ],
)
async def test_what_tells_nothing_is_asked_of_a_person_and_never_guessed(answer: object, words: str) -> None:
    gateway = saying(answer, "")
    for _ in range(2):
        with pytest.raises(Misconfigured, match=words) as caught:
            await gateway.ready()
        assert "Set SYNCRO_API_SHAPE to guide or openapi" in caught.value.sentence
    assert gateway.shape == ""


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"invoices": null}', b""])
async def test_an_unreadable_list_is_lost_and_settles_nothing(answer: bytes) -> None:
    gateway = saying(answer, "")
    with pytest.raises(SyncroLost):
        await gateway.ready()
    assert gateway.shape == ""


async def test_the_stand_in_is_known_by_its_first_page() -> None:
    clock = Clock()
    empty = SyncroSandbox(Company(clock), clock, api_key=KEY, shape="openapi")
    gateway = Gateway(Client(await empty.start(), KEY), "", lambda customer_id: "USD")
    with pytest.raises(Misconfigured):
        await gateway.ready()
    await gateway.close()
    await empty.stop()


async def test_a_full_stand_in_of_the_published_api_too(account: SyncroSandbox) -> None:
    gateway = Gateway(Client(account.base, KEY), "", lambda customer_id: "USD")
    known = next(one for one in account.company.invoices.values() if not one.void)
    assert (await gateway.invoice(str(known.id))).number == known.number
    assert (gateway.shape, len(account.calls("GET /invoices"))) == ("openapi", 1)
    await gateway.close()


# ---- writes before it is known ----------------------------------------------------------------------------------

Write = Callable[[Gateway], Any]
WRITES: dict[str, Write] = {
    "create": lambda gateway: gateway.create_invoice(NEW),
    "edit": lambda gateway: gateway.edit_invoice("7", InvoiceEdit(notes="x")),
    "void": lambda gateway: gateway.void_invoice("7"),
    "line": lambda gateway: gateway.add_line("7", LINE),
    "correct": lambda gateway: gateway.correct_line("7", LINE),
    "email": lambda gateway: gateway.email_invoice("7", Email((), (), "", "")),
    "pay": lambda gateway: gateway.record_payment("7", PAYMENT),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, SyncroNotSent), (503, SyncroNotSent), (401, SyncroUnauthorized), (422, SyncroRefused)],
)
async def test_a_write_whose_shape_cant_be_looked_up_never_left(
    write: str, status: int, kind: type[SyncroError]
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(status, text="<html>")

    with pytest.raises(SyncroError) as caught:
        await WRITES[write](gateway_of(answer, ""))
    assert type(caught.value) is kind
    assert asked == ["GET"]


# ---- what a shape can do ----------------------------------------------------------------------------------------


def test_the_guide_can_do_everything_but_list_payments() -> None:
    assert saying(b"", "guide").abilities == Abilities()
    assert not Abilities().payment_list


def test_the_published_api_states_what_it_cant_do() -> None:
    assert saying(b"").abilities == Abilities(
        void=False,
        email_text=False,
        states=False,
        payment_notes=False,
        payment_date=False,
        terms=False,
        numbers=False,
        filters=False,
        payment_list=True,
        exact_lines=False,
        reference_length=21,
    )


def test_while_nobody_knows_only_what_both_can_do_is_offered() -> None:
    unknown, guide, openapi = (saying(b"", shape).abilities for shape in ("", "guide", "openapi"))
    for name in (field.name for field in fields(Abilities)):
        assert getattr(unknown, name) == min(getattr(guide, name), getattr(openapi, name)), name


Ask = Callable[[Gateway], Any]
UNABLE: dict[tuple[str, str], Ask] = {
    ("guide", "changes"): lambda gateway: anext(gateway.changed_invoices("")),
    ("guide", "unpaid"): lambda gateway: anext(gateway.unpaid_invoices()),
    ("guide", "payments"): lambda gateway: anext(gateway.newest_payments()),
    ("guide", "number"): lambda gateway: gateway.numbered("1042", ""),
    ("guide", "correct"): WRITES["correct"],
    ("openapi", "filters"): lambda gateway: anext(gateway.invoices(customer_id="12")),
    ("openapi", "void"): WRITES["void"],
    ("openapi", "terms"): lambda gateway: gateway.edit_invoice("7", InvoiceEdit(terms="Net 30")),
}


@pytest.mark.parametrize(("shape", "what"), UNABLE)
async def test_what_a_shape_cant_do_is_refused_and_nothing_is_sent(shape: str, what: str) -> None:
    script = Script()
    with pytest.raises(SyncroRefused, match=r"has no way to .* Nothing was written; do it in Syncro\."):
        await UNABLE[shape, what](gateway_of(script, shape))
    assert not script.asked


# ---- secrets ----------------------------------------------------------------------------------------------------

CANARY = "canary-5f1c0e"
SECRETS = {"online_profile_url": f"https://msp.example/{CANARY}", "user_token": CANARY, "api_key": CANARY}


def planted(value: Any) -> Any:
    """``value`` with secrets in every object."""
    if isinstance(value, dict):
        return {name: planted(inner) for name, inner in value.items()} | SECRETS
    return [planted(inner) for inner in value] if isinstance(value, list) else value


CUSTOMER = {"id": 12, "fullname": "Pat Sample", "email": "p@x.example", "contacts": [{"name": "Kim"}]}
ANSWER: dict[str, Any] = {
    "invoice": {**detail(customer=CUSTOMER), **GUIDE, "line_items": [LINES[0] | {"total": 500}]}
    | {"number": "1042", "payments": [PAID | {"amount": 100, "customer": CUSTOMER}]},
    "invoices": [HEADER | GUIDE | {"id": 7}],
    "payment": PAID | {"amount": 100, "customer": CUSTOMER},
    "payments": [PAID | {"customer": CUSTOMER}],
    "customer": CUSTOMER,
    "customers": [CUSTOMER],
    "ticket": {"id": 12, "subject": "Printer"},
    "products": [{"id": 1, "name": "Hour", "price_retail": "125.0"}],
    "payment_methods": [{"name": "Cash"}],
    "users": [{"id": 1, "name": "Pat"}],
}


@pytest.mark.parametrize("shape", ["guide", "openapi"])
@pytest.mark.parametrize("status", [200, 422])
async def test_login_keys_and_tokens_are_in_nothing_that_comes_back(shape: str, status: int) -> None:
    gateway = saying(json.dumps(planted(ANSWER)).encode(), shape, status=status)
    reads: list[Any] = [gateway.invoice("7"), gateway.customer("12"), gateway.ticket("12")]
    reads += [gateway.find_customers("x"), gateway.find_products("x"), gateway.payment_methods()]
    reads += [gateway.users(), anext(gateway.customers())]
    if shape == "openapi":
        reads += [gateway.numbered("1042", ""), anext(gateway.newest_payments())]
        reads += [anext(gateway.changed_invoices("")), anext(gateway.unpaid_invoices())]
    else:
        reads += [anext(gateway.invoices())]
    reads += [gateway.record_payment("7", PAYMENT), gateway.create_invoice(NEW)]
    ended = await asyncio.gather(*reads, return_exceptions=True)
    assert CANARY not in repr(ended)
    assert not [one for one in ended if isinstance(one, Exception) != (status == 422)]
