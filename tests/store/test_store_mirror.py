"""The mirror: what was read last is what is found."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.invoice import Contact, Customer, Invoice, LineItem, Payment, Status
from bot.store import mirror, mirror_payments
from bot.store.lane import Lane
from bot.store.mirror import Counts

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=1)
INVOICE = Invoice(
    id="1",
    number="INV-2024-01042",
    customer_id="c1",
    customer_name="Example Dental",
    date=date(2026, 2, 1),
    due_date=date(2026, 3, 1),
    status=Status.SENT,
    subtotal=100000,
    tax=8250,
    total=108250,
    balance=80625,
    currency="USD",
    notes="Thanks",
    terms="Net 30",
    created_at="2026-02-01T10:00:00",
)
PAYMENT = Payment("p1", "1", 27625, "Check", "Check 1042", date(2026, 2, 10), "by Ann", "2026-02-10T09:00:00")
CUSTOMER = Customer(
    id="c1",
    name="Example Dental",
    email="billing@dental.invalid",
    cc=("boss@dental.invalid", "books@dental.invalid"),
    other_emails=("front@dental.invalid",),
    phone="555-0100",
    address="1 Example St",
    contacts=(Contact("Ann Example", "ann@dental.invalid", "555-0101"), Contact("Bo Example")),
    opt_out=True,
)


async def put(lane: Lane, *invoices: Invoice, read_at: datetime = NOW) -> None:
    await lane.write(lambda tx: mirror.put_invoices(tx, invoices, read_at))


async def put_payments(lane: Lane, *payments: Payment) -> None:
    await lane.write(lambda tx: mirror_payments.put_payments(tx, payments))


async def get(lane: Lane, id: str = "1") -> Invoice | None:
    return await lane.read(lambda tx: mirror.invoice(tx, id))


async def find(lane: Lane, **filters: object) -> tuple[list[str], int]:
    page = {"limit": 10, "offset": 0, **filters}
    found, total = await lane.read(lambda tx: mirror.find_invoices(tx, **page))  # type: ignore[arg-type]  # shorthand
    return [invoice.id for invoice in found], total


async def test_an_invoice_comes_back_as_a_header(lane: Lane) -> None:
    line = LineItem("Support", Decimal("1.5"), Decimal("100"))
    await put(lane, replace(INVOICE, lines=(line,), payments=(PAYMENT,)))
    assert await get(lane) == INVOICE
    empty = replace(INVOICE, id="2", date=None, due_date=None, subtotal=None, tax=None, balance=None)
    await put(lane, empty)
    assert await get(lane, "2") == empty
    assert await get(lane, "3") is None


async def test_a_later_read_wins_whatever_arrives_last(lane: Lane) -> None:
    await put(lane, INVOICE)
    await put(lane, replace(INVOICE, balance=0, status=Status.PAID, payments=()), read_at=EARLIER)
    assert await get(lane) == INVOICE
    changed = replace(
        INVOICE,
        number="77",
        customer_id="c2",
        customer_name="Other",
        date=date(2026, 2, 2),
        due_date=None,
        status=Status.PAID,
        subtotal=1,
        tax=2,
        total=3,
        balance=0,
        currency="CAD",
        notes="n",
        terms="t",
        created_at="x",
    )
    await put(lane, changed)
    assert await get(lane) == changed
    assert [one.id for one in await lane.read(lambda tx: mirror.invoices_by_digits(tx, "77"))] == ["1"]


async def test_numbers_are_found_exactly_and_by_digits(lane: Lane) -> None:
    await put(
        lane, INVOICE, replace(INVOICE, id="2", number="1042"), replace(INVOICE, id="3", number="91042")
    )
    exact = await lane.read(lambda tx: mirror.invoices_by_number(tx, "1042"))
    assert [invoice.id for invoice in exact] == ["2"]
    for typed in ("1042", "01042"):
        found = await lane.read(lambda tx, typed=typed: mirror.invoices_by_digits(tx, typed))
        assert [invoice.id for invoice in found] == ["1", "2"]


async def test_what_is_gone_is_found_nowhere_until_it_is_read_again(lane: Lane) -> None:
    await put(lane, INVOICE)
    await lane.write(lambda tx: mirror.mark_gone(tx, ["1"]))
    assert await get(lane) is None
    assert await find(lane) == ([], 0)
    assert await lane.read(mirror.unpaid) == []
    assert await lane.read(lambda tx: mirror.invoices_by_number(tx, INVOICE.number)) == []
    assert (await lane.read(mirror.counts)).invoices == 0
    await put(lane, INVOICE)
    assert await get(lane) == INVOICE


async def test_search_filters_pages_and_counts(lane: Lane) -> None:
    await put(
        lane,
        INVOICE,
        replace(INVOICE, id="2", date=date(2026, 2, 3), status=Status.PAID),
        replace(INVOICE, id="3", date=date(2026, 1, 1), customer_id="c2"),
        replace(INVOICE, id="4", date=None, due_date=date(2026, 3, 2), status=Status.PARTIAL),
        replace(INVOICE, id="5", date=date(2026, 2, 1), due_date=None, status=Status.DRAFT),
    )
    assert await find(lane) == (["2", "5", "1", "3", "4"], 5)
    assert await find(lane, limit=2, offset=1) == (["5", "1"], 5)
    assert await find(lane, limit=2, offset=9) == ([], 5)
    assert await find(lane, customer_id="c2") == (["3"], 1)
    assert await find(lane, statuses=[Status.PAID, Status.DRAFT]) == (["2", "5"], 2)
    assert await find(lane, date_from=date(2026, 2, 1), date_to=date(2026, 2, 2)) == (["5", "1"], 2)
    assert await find(lane, overdue_on=date(2026, 3, 2)) == (["1", "3"], 2)
    assert await find(lane, overdue_on=date(2026, 3, 3), customer_id="c1") == (["1", "4"], 2)


@pytest.mark.parametrize("status", list(Status))
async def test_unpaid_is_what_the_domain_calls_unpaid(lane: Lane, status: Status) -> None:
    invoice = replace(INVOICE, status=status)
    await put(lane, invoice)
    assert await lane.read(mirror.unpaid) == ([invoice] if invoice.unpaid else [])
    assert (await find(lane, overdue_on=date(2026, 3, 2)))[1] == int(invoice.overdue(date(2026, 3, 2)))


async def test_unpaid_is_earliest_due_first_with_unknown_balances(lane: Lane) -> None:
    await put(
        lane,
        replace(INVOICE, id="2", due_date=None, balance=None),
        INVOICE,
        replace(INVOICE, id="3", due_date=date(2026, 1, 1), customer_id="c2"),
    )
    assert [invoice.id for invoice in await lane.read(mirror.unpaid)] == ["3", "1", "2"]
    assert [one.id for one in await lane.read(lambda tx: mirror.unpaid(tx, "c1"))] == ["1", "2"]


async def test_who_owes_is_each_customer_once_with_the_earliest_due_first(lane: Lane) -> None:
    await put(
        lane,
        replace(INVOICE, id="1", due_date=None, customer_id="c3"),
        replace(INVOICE, id="2", due_date=date(2026, 3, 2), customer_id="c2"),
        replace(INVOICE, id="3", due_date=date(2026, 3, 1), customer_id="c1"),
        replace(INVOICE, id="4", due_date=date(2026, 3, 9), customer_id="c1"),
        replace(INVOICE, id="5", due_date=date(2026, 1, 1), customer_id="c4", status=Status.PAID),
    )
    assert await lane.read(mirror.owing) == ["c1", "c2", "c3"]


async def test_a_detail_replaces_the_payments_and_a_header_keeps_them(lane: Lane) -> None:
    second = replace(PAYMENT, id="p2", amount=5, date=date(2026, 2, 9), successful=False)
    elsewhere = replace(PAYMENT, id="p3", invoice_id="2")
    await put_payments(lane, elsewhere)
    await put(lane, replace(INVOICE, payments=(PAYMENT, replace(second, invoice_id=None))))
    assert await lane.read(lambda tx: mirror_payments.payments_on(tx, "1")) == [second, PAYMENT]
    await put(lane, INVOICE)
    assert len(await lane.read(lambda tx: mirror_payments.payments_on(tx, "1"))) == 2
    await put(lane, replace(INVOICE, payments=()), read_at=EARLIER)
    assert len(await lane.read(lambda tx: mirror_payments.payments_on(tx, "1"))) == 2
    await put(lane, replace(INVOICE, payments=(second,)))
    assert await lane.read(lambda tx: mirror_payments.payments_on(tx, "1")) == [second]
    assert await lane.read(lambda tx: mirror_payments.payments_on(tx, "2")) == [elsewhere]


async def test_payments_of_a_customer(lane: Lane) -> None:
    await put(
        lane, INVOICE, replace(INVOICE, id="2", number="77"), replace(INVOICE, id="9", customer_id="c2")
    )
    older = replace(PAYMENT, id="p2", invoice_id="2", date=date(2026, 1, 5))
    undated = replace(PAYMENT, id="p3", date=None)
    failed = replace(PAYMENT, id="p4", date=date(2026, 2, 20), successful=False)
    other = replace(PAYMENT, id="p5", invoice_id="9", date=date(2026, 2, 25))
    await put_payments(
        lane, PAYMENT, older, undated, failed, other, replace(PAYMENT, id="p6", invoice_id=None)
    )
    number = INVOICE.number
    assert await lane.read(lambda tx: mirror_payments.payments_of(tx, "c1", None)) == [
        (failed, number),
        (PAYMENT, number),
        (older, "77"),
        (undated, number),
    ]
    since = await lane.read(lambda tx: mirror_payments.payments_of(tx, "c1", date(2026, 2, 10)))
    assert [payment.id for payment, _ in since] == ["p4", "p1", "p3"]
    assert await lane.read(lambda tx: mirror_payments.last_payment(tx, "c1")) == PAYMENT
    assert await lane.read(lambda tx: mirror_payments.last_payment(tx, "c3")) is None
    recent = await lane.read(lambda tx: mirror_payments.recent_payments(tx, date(2026, 2, 10)))
    assert [(payment.id, invoice.id) for payment, invoice in recent] == [
        ("p5", "9"),
        ("p1", "1"),
        ("p2", "2"),
        ("p3", "1"),
    ], "recorded then, whatever its own date"
    recent = await lane.read(lambda tx: mirror_payments.recent_payments(tx, date(2026, 2, 27)))
    assert recent == []


async def test_customers_come_back_as_they_went_in(lane: Lane) -> None:
    plain = Customer(id="c2", name="Alpha Bakery", no_email=True, disabled=True)
    await lane.write(lambda tx: mirror.put_customers(tx, [CUSTOMER, plain], NOW))
    assert await lane.read(mirror.customers) == [plain, CUSTOMER]
    assert await lane.read(lambda tx: mirror.customer(tx, "c1")) == CUSTOMER
    assert await lane.read(lambda tx: mirror.customer(tx, "c9")) is None
    assert await lane.read(mirror.customer_names) == [("c2", "Alpha Bakery"), ("c1", "Example Dental")]
    await lane.write(lambda tx: mirror.put_customers(tx, [replace(plain, id="c1")], EARLIER))
    assert await lane.read(lambda tx: mirror.customer(tx, "c1")) == CUSTOMER
    await lane.write(lambda tx: mirror.put_customers(tx, [replace(plain, id="c1")], NOW))
    assert await lane.read(lambda tx: mirror.customer(tx, "c1")) == replace(plain, id="c1")


async def test_small_facts_and_counts(lane: Lane) -> None:
    assert await lane.read(lambda tx: mirror.get_state(tx, "synced_at")) is None
    for value in ("one", "two"):
        await lane.write(lambda tx, value=value: mirror.set_state(tx, "synced_at", value))
    assert await lane.read(lambda tx: mirror.get_state(tx, "synced_at")) == "two"
    await lane.write(lambda tx: mirror.put_customers(tx, [CUSTOMER], NOW))
    await put(lane, replace(INVOICE, payments=(PAYMENT,)), replace(INVOICE, id="2"))
    assert await lane.read(mirror.counts) == Counts(customers=1, invoices=2, payments=1)


async def test_ten_thousand_invoices_at_once(lane: Lane) -> None:
    await put(
        lane, *(replace(INVOICE, id=str(number), number=f"INV-{number:05}") for number in range(10_000))
    )
    assert await lane.read(mirror.counts) == Counts(customers=0, invoices=10_000, payments=0)
    found = await lane.read(lambda tx: mirror.invoices_by_digits(tx, "9999"))
    assert [invoice.id for invoice in found] == ["9999"]


async def test_a_header_without_the_customer_s_name_takes_it_from_the_kept_customer(lane: Lane) -> None:
    await lane.write(lambda tx: mirror.put_customers(tx, [CUSTOMER], NOW))
    nameless = replace(INVOICE, customer_name="")
    await put(lane, nameless, replace(nameless, id="2", customer_id="unheard of"))
    kept, other = await get(lane), await get(lane, "2")
    assert kept is not None
    assert kept.customer_name == "Example Dental"
    assert other is not None
    assert other.customer_name == ""
    await put(lane, nameless, read_at=NOW + timedelta(minutes=1))
    assert (await get(lane)) == kept
