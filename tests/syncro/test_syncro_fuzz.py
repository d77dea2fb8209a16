"""Whatever Syncro says, in both shapes and at every call: a value, or one of our errors that tells the truth."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import example, given, settings
from hypothesis import strategies as st
from syncro_answers import gateway_of, saying
from syncro_rubbish import BODIES, ERRORS, HEADERS, INVOICES, RUBBISH, RUBBISH_BODIES, STATUSES

from bot.domain.errors import DuebotError, SyncroLost, SyncroMissing, SyncroRefused
from bot.domain.invoice import Email, Invoice, InvoiceEdit, LineItem, NewInvoice, NewPayment
from bot.syncro.gateway import Gateway
from bot.syncro.status import Task, error_of, failure_in, words_of

PAYMENT = NewPayment(10_000, "USD", "Check", "R", date(2026, 1, 20), customer_id="12", invoice_number="1042")
EMAIL = Email(("a@x.example",), (), "", "")
LINE = LineItem("x", Decimal(1), Decimal(1), id="5")
NEW = NewInvoice("12", date(2026, 1, 15), None, (LINE,), number="1042")


async def pages(listed: Any) -> list[Any]:
    return [page async for page in listed]


Call = Callable[[Gateway], Any]
READS: dict[str, tuple[str, Call]] = {
    "invoice": ("invoice", lambda gateway: gateway.invoice("7")),
    "numbered": ("invoice", lambda gateway: gateway.numbered("1042", "2026-01-01T00:00:00Z")),
    "invoices": ("invoice", lambda gateway: pages(gateway.invoices(customer_id="12"))),
    "changed": ("invoice", lambda gateway: pages(gateway.changed_invoices(""))),
    "unpaid": ("invoice", lambda gateway: pages(gateway.unpaid_invoices())),
    "payments": ("payment", lambda gateway: pages(gateway.newest_payments())),
    "customer": ("customer", lambda gateway: gateway.customer("7")),
    "customers": ("customer", lambda gateway: pages(gateway.customers())),
    "find_customers": ("customer", lambda gateway: gateway.find_customers("x")),
    "ticket": ("ticket", lambda gateway: gateway.ticket("7")),
    "products": ("product", lambda gateway: gateway.find_products("x")),
    "methods": ("payment_method", lambda gateway: gateway.payment_methods()),
    "users": ("user", lambda gateway: gateway.users()),
}
WRITES: dict[str, tuple[str, Call]] = {
    "create": ("invoice", lambda gateway: gateway.create_invoice(NEW)),
    "edit": ("invoice", lambda gateway: gateway.edit_invoice("7", InvoiceEdit(notes="x"))),
    "void": ("invoice", lambda gateway: gateway.void_invoice("7")),
    "line": ("invoice", lambda gateway: gateway.add_line("7", LINE)),
    "correct": ("invoice", lambda gateway: gateway.correct_line("7", LINE)),
    "email": ("invoice", lambda gateway: gateway.email_invoice("7", EMAIL)),
    "pay": ("payment", lambda gateway: gateway.record_payment("7", PAYMENT)),
}
CALLS = READS | WRITES
Answers = list[tuple[int, dict[str, str], bytes]]


@st.composite
def asked_and_answered(draw: st.DrawFn) -> tuple[str, Answers]:
    """A call, and one to three answers to it; while a shape is looked up the first is for that."""
    name = draw(st.sampled_from(sorted(CALLS)))
    bodies = BODIES[CALLS[name][0]]
    return name, draw(st.lists(st.tuples(STATUSES, HEADERS, bodies), min_size=1, max_size=3))


class Syncro:
    """Gives one answer after the other, the last for ever; ``statuses`` are those given, by method."""

    def __init__(self, answers: Answers) -> None:
        self.left = list(answers)
        self.statuses: list[tuple[str, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        status, headers, body = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        self.statuses.append((request.method, status))
        assert len(self.statuses) < 12, "it goes on asking"
        return httpx.Response(status, headers=headers, content=body)


def inside(value: object) -> Iterator[object]:
    """``value`` and everything in it."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from inside(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from inside(one)


def check_value(name: str, value: object) -> None:
    """What comes back is what was asked for, can be stored, and can be said."""
    if name in ("invoice", "customer", "ticket"):
        assert value.id == "7"  # type: ignore[attr-defined]  # each of these has one
    if name == "numbered" and value is not None:
        assert isinstance(value, Invoice)
        assert value.number == "1042"
    for one in inside(value):
        assert not isinstance(one, float)
        if isinstance(one, str):
            one.encode()
        if isinstance(one, int) and not isinstance(one, bool):
            assert abs(one) <= 10**15
        if isinstance(one, Decimal):
            assert one.is_finite()


def check_error(error: DuebotError, syncro: Syncro) -> None:
    """A whole sentence; and a write that left is never called refused unless Syncro clearly said no."""
    assert error.sentence[0].isupper()
    assert error.sentence.endswith(".")
    error.sentence.encode()
    writes = [status for method, status in syncro.statuses if method != "GET"]
    if not writes:
        return
    (status,) = writes
    if 400 <= status < 500 and status != 408:
        assert not isinstance(error, SyncroLost)
    else:
        assert type(error) is SyncroLost
        assert "It may have happened" in error.sentence


FAR = "Mon, 01 Jan 99999999999 00:00:00 GMT"


@settings(max_examples=600)
@given(st.sampled_from(["openapi", "guide", "openapi", "guide", ""]), asked_and_answered())
@example("openapi", ("payments", [(200, {"Date": FAR}, b"{}")]))
@example("guide", ("pay", [(429, {"Retry-After": FAR}, b"")]))
async def test_whatever_syncro_says_is_a_value_or_our_error(shape: str, told: tuple[str, Answers]) -> None:
    name, answers = told
    syncro = Syncro(answers)
    try:
        value = await CALLS[name][1](gateway_of(syncro, shape))
    except DuebotError as error:
        check_error(error, syncro)
    else:
        check_value(name, value)


def amount(value: object) -> Decimal | None:
    """``value`` as the amount that it says, or ``None``."""
    if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
        return Decimal(str(value).strip())
    return None


def adds_up(row: dict[str, Any]) -> bool:
    """Whether the successful payments are exactly the total, and each went to this invoice alone."""
    if row.get("payments") is None:
        return False
    took_effect = [one for one in row["payments"] if str(one.get("success")).lower() not in ("false", "0")]
    alone = all(
        one.get("invoice_ids") is None or {str(into) for into in one["invoice_ids"]} == {str(row["id"])}
        for one in took_effect
    )
    paid = sum((amount(one["payment_amount"]) or Decimal(0) for one in took_effect), Decimal(0))
    return alone and paid == amount(row["total"])


@settings(max_examples=400)
@given(INVOICES)
async def test_a_balance_is_nothing_only_where_the_row_says_so(row: dict[str, Any]) -> None:
    try:
        invoice = await saying({"invoice": row}).invoice("7")
    except SyncroLost:
        return
    told = amount(row.get("balance_due"))
    if told is not None:
        assert invoice.balance == told * 100
    elif row.get("payments") is None:
        assert invoice.balance is None
    elif invoice.balance == 0:
        assert adds_up(row)
    assert (invoice.status == "paid") == (str(row["is_paid"]).lower() in ("true", "1"))


@settings(max_examples=200)
@given(INVOICES)
async def test_in_the_guides_shape_too(row: dict[str, Any]) -> None:
    try:
        invoice = await saying({"invoice": row}, "guide").invoice("7")
    except SyncroLost:
        return
    told = amount(row.get("balance"))
    assert invoice.balance == (None if told is None else told * 100)
    assert invoice.status == row["status"].strip().lower()


@settings(max_examples=200)
@given(st.lists(INVOICES, max_size=4), st.sampled_from(["openapi", "guide"]))
async def test_no_row_of_a_list_gets_lost_or_a_balance_of_its_own(
    rows: list[dict[str, Any]], shape: str
) -> None:
    gateway = saying({"invoices": rows}, shape)
    try:
        (page,) = await pages(gateway.invoices() if shape == "guide" else gateway.changed_invoices(""))
    except SyncroLost:
        assert rows
        return
    assert len(page.invoices) + len(page.unreadable) == len(rows)
    assert set(page.unreadable) <= {"?", *(str(row["id"]) for row in rows if row.get("id") is not None)}
    known = [row for row in rows if str(row.get("id")) in {one.id for one in page.invoices}]
    for invoice in page.invoices:
        if invoice.balance == 0:
            assert any(_says_nothing_is_owed(row, shape) for row in known if str(row["id"]) == invoice.id)


def _says_nothing_is_owed(row: dict[str, Any], shape: str) -> bool:
    told = amount(row.get("balance" if shape == "guide" else "balance_due"))
    return told == 0 if told is not None or shape == "guide" else adds_up(row)


PAY = Task("record the payment", "Payments – Create", writes=True)


@settings(max_examples=300)
@given(st.integers(100, 599), HEADERS, RUBBISH_BODIES)
def test_any_error_is_a_whole_sentence(status: int, headers: dict[str, str], body: bytes) -> None:
    error = error_of(status, {name.lower(): told for name, told in headers.items()}, body, PAY)
    assert error.sentence[0].isupper()
    assert error.sentence.endswith(".")
    error.sentence.encode()
    assert isinstance(error, SyncroMissing) == (status == 404)
    assert isinstance(error, SyncroLost) == (not 400 <= status < 500 or status == 408)
    assert isinstance(error, SyncroRefused) == (400 <= status < 500 and status not in (408, 429))


@settings(max_examples=300)
@given(ERRORS | RUBBISH)
def test_words_fit_one_line_whatever_the_body(value: object) -> None:
    words = words_of(json.dumps(value).encode())
    assert len(words) <= 300
    assert words.isprintable() or not {"\n", "\r", "\0"} & set(words)
    if isinstance(value, dict) and value.get("success") is False:
        assert failure_in(value)


def test_nesting_of_any_depth_exhausts_nobodys_stack() -> None:
    for depth in (*range(1, 60), *range(900, 1100)):
        for opening, closing in ((b"[", b"]"), (b'{"error": ', b"}")):
            words_of(b'{"error": ' + opening * depth + b'"x"' + closing * depth + b"}")
