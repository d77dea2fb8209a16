"""Headers that tell less than the balance, and what must still be read in detail."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.invoice import Customer, Invoice, Payment, Status
from bot.store import mirror, mirror_sync
from bot.store.lane import Lane

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
BARE = Invoice(
    id="1",
    number="1042",
    customer_id="c1",
    customer_name="Example Dental",
    date=date(2026, 2, 1),
    due_date=date(2026, 3, 1),
    status=Status.OPEN,
    subtotal=1000,
    tax=0,
    total=1000,
    balance=None,
    currency="USD",
    updated_at="2026-02-01T10:00:00-05:00",
)
DETAIL = replace(BARE, status=Status.PARTIAL, balance=600, payments=())
CHANGED = replace(BARE, updated_at="2026-03-02T09:00:00-05:00", notes="changed")


async def put(lane: Lane, invoice: Invoice, at: datetime = NOW) -> None:
    await lane.write(lambda tx: mirror.put_invoices(tx, [invoice], at))


async def kept(lane: Lane) -> tuple[Status, int | None, list[str]]:
    """State, balance, and what is to be read in detail."""
    found = await lane.read(lambda tx: mirror.invoice(tx, "1"))
    assert found is not None
    return found.status, found.balance, await lane.read(mirror_sync.wanted_details)


async def test_a_new_header_without_balance_wants_its_detail(lane: Lane) -> None:
    await put(lane, BARE)
    assert await kept(lane) == (Status.OPEN, None, ["1"])
    await put(lane, DETAIL)
    assert await kept(lane) == (Status.PARTIAL, 600, [])


async def test_a_paid_one_wants_none_and_its_balance_is_unknown(lane: Lane) -> None:
    await put(lane, replace(BARE, status=Status.PAID))
    assert await kept(lane) == (Status.PAID, None, [])


async def test_an_unchanged_header_loses_nothing_that_the_detail_told(lane: Lane) -> None:
    await put(lane, DETAIL)
    await put(lane, BARE, LATER)
    assert await kept(lane) == (Status.PARTIAL, 600, [])
    assert await lane.read(lambda tx: mirror.read_at(tx, "1")) == LATER


async def test_a_changed_header_keeps_the_balance_until_the_detail_is_read(lane: Lane) -> None:
    await put(lane, DETAIL)
    await put(lane, CHANGED, LATER)
    assert await kept(lane) == (Status.PARTIAL, 600, ["1"])
    found = await lane.read(lambda tx: mirror.invoice(tx, "1"))
    assert found is not None
    assert found.notes == "changed"
    assert await lane.read(lambda tx: mirror.read_at(tx, "1")) is None, "its balance is older than that"
    await put(lane, CHANGED, LATER)
    assert await kept(lane) == (Status.PARTIAL, 600, ["1"]), "still wanted"
    await put(lane, DETAIL, NOW)
    assert await kept(lane) == (Status.PARTIAL, 600, ["1"]), "an older detail is not what is wanted"
    await put(lane, replace(DETAIL, balance=100), LATER)
    assert await kept(lane) == (Status.PARTIAL, 100, [])


async def test_without_stamps_every_header_may_be_a_change(lane: Lane) -> None:
    await put(lane, replace(DETAIL, updated_at=""))
    await put(lane, replace(BARE, updated_at=""), LATER)
    assert await kept(lane) == (Status.PARTIAL, 600, ["1"])


async def test_paid_and_open_again_are_taken_from_the_header(lane: Lane) -> None:
    await put(lane, DETAIL)
    await put(lane, replace(CHANGED, status=Status.PAID), LATER)
    assert await kept(lane) == (Status.PAID, None, [])
    await put(lane, replace(CHANGED, status=Status.OPEN), LATER)
    assert await kept(lane) == (Status.OPEN, None, ["1"]), "under the same stamp: a payment was removed"


async def test_what_was_gone_and_is_listed_again_is_read_again(lane: Lane) -> None:
    await put(lane, DETAIL)
    await lane.write(lambda tx: mirror.mark_gone(tx, ["1"]))
    assert await lane.read(mirror_sync.wanted_details) == []
    await put(lane, BARE, LATER)
    assert await kept(lane) == (Status.OPEN, None, ["1"])


async def test_a_header_with_its_balance_leaves_what_is_wanted(lane: Lane) -> None:
    await put(lane, DETAIL)
    await lane.write(lambda tx: mirror_sync.want_detail(tx, ["1", "unheard of"]))
    await put(lane, replace(DETAIL, payments=None, balance=500), LATER)
    assert await kept(lane) == (Status.PARTIAL, 500, ["1"])


async def test_the_oldest_debts_are_read_first(lane: Lane) -> None:
    for number, due in enumerate((None, date(2026, 3, 1), date(2026, 1, 1)), 1):
        await put(lane, replace(BARE, id=str(number), due_date=due))
    assert await lane.read(mirror_sync.wanted_details) == ["3", "2", "1"]


async def test_unpaid_ones_can_all_be_wanted_and_others_left(lane: Lane) -> None:
    await put(lane, DETAIL)
    await put(lane, replace(DETAIL, id="2", status=Status.PAID))
    await lane.write(lambda tx: mirror_sync.want_detail_if_unpaid(tx, ["2"]))
    assert await lane.read(mirror_sync.wanted_details) == []
    await lane.write(mirror_sync.want_detail_of_unpaid)
    assert await lane.read(mirror_sync.wanted_details) == ["1"]


@pytest.mark.parametrize("wanted", [False, True])
async def test_a_balance_that_can_not_be_read_is_unknown(lane: Lane, wanted: bool) -> None:
    await put(lane, DETAIL)
    if wanted:
        await lane.write(lambda tx: mirror_sync.want_detail(tx, ["1"]))
    await lane.write(lambda tx: mirror_sync.forget_balance(tx, "1"))
    assert await kept(lane) == (Status.PARTIAL, None, ["1"] if wanted else [])


async def test_a_detail_of_the_same_amounts_is_no_longer_wanted(lane: Lane) -> None:
    """A read that changes nothing still ends what was wanted, and dates it."""
    await put(lane, DETAIL)
    await lane.write(lambda tx: mirror_sync.want_detail(tx, ["1"]))
    payment = Payment("p1", "1", 400, "Check", "", None)
    await put(lane, replace(DETAIL, payments=(payment,)), LATER)
    assert await kept(lane) == (Status.PARTIAL, 600, [])
    assert await lane.read(lambda tx: mirror.read_at(tx, "1")) == LATER


async def test_a_renamed_customer_s_invoices_bear_the_new_name(lane: Lane) -> None:
    await put(lane, DETAIL)
    renamed = Customer(id="c1", name="Example Dental & Sons")
    await lane.write(lambda tx: mirror.put_customers(tx, [renamed, Customer(id="c2", name="")], NOW))
    found = await lane.read(lambda tx: mirror.invoice(tx, "1"))
    assert found is not None
    assert found.customer_name == "Example Dental & Sons"
    assert await lane.read(mirror_sync.strangers) == []
    await put(lane, replace(DETAIL, id="2", customer_id="c9"))
    assert await lane.read(mirror_sync.strangers) == ["c9"]
