"""Holds: one open one of a kind per invoice, and an ended one stays with who ended it and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.holds import Hold, HoldKind, Instalment
from bot.store import holds
from bot.store.holds import Noted
from bot.store.lane import Conflict, Lane

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
HOLD = Hold(
    id="h1",
    kind=HoldKind.PROMISE,
    customer_id="cust1",
    invoice_ids=("inv1", "inv2"),
    until=date(2026, 3, 13),
    note="After payday",
    by_name="Dana",
    amount=50000,
    said_by="Pat at Acme",
    instalments=(Instalment(date(2026, 3, 6), 20000), Instalment(date(2026, 3, 13), 30000)),
)
NOTED = Noted(hold=HOLD, currency="USD", by_id="U1", created_at=NOW, payments_seen=("71", "72"))


async def put(lane: Lane, id: str = "h1", **changes: object) -> None:
    noted = replace(NOTED, hold=replace(HOLD, id=id, **changes))  # type: ignore[arg-type]  # fields by name
    await lane.write(lambda tx: holds.insert(tx, noted))


async def ended(lane: Lane, id: str) -> bool:
    return await lane.write(lambda tx: holds.end(tx, id, by="U2", reason="Paid", now=NOW + timedelta(days=1)))


async def test_a_hold_comes_back_as_it_went_in(lane: Lane) -> None:
    await put(lane)
    assert await lane.read(lambda tx: holds.get(tx, "h1")) == NOTED
    assert await lane.read(lambda tx: holds.get(tx, "h2")) is None


@pytest.mark.parametrize("kind", [HoldKind.PROMISE, HoldKind.DISPUTE, HoldKind.SAYS_PAID, HoldKind.SNOOZE])
async def test_an_invoice_has_one_open_hold_of_a_kind(lane: Lane, kind: HoldKind) -> None:
    await put(lane, kind=kind)
    with pytest.raises(Conflict):
        await put(lane, "h2", kind=kind, invoice_ids=("inv2",))
    assert await lane.read(lambda tx: holds.get(tx, "h2")) is None
    assert await ended(lane, "h1")
    await put(lane, "h2", kind=kind, invoice_ids=("inv2",))


async def test_other_kinds_and_other_invoices_are_other_holds(lane: Lane) -> None:
    await put(lane)
    await put(lane, "h2", kind=HoldKind.DISPUTE)
    await put(lane, "h3", invoice_ids=("inv3",))
    found = await lane.read(lambda tx: holds.open_of(tx, "cust1"))
    assert [hold.id for hold in found] == ["h1", "h2", "h3"]


async def test_a_customer_has_one_open_do_not_contact(lane: Lane) -> None:
    await put(lane, kind=HoldKind.DO_NOT_CONTACT, invoice_ids=())
    with pytest.raises(Conflict):
        await put(lane, "h2", kind=HoldKind.DO_NOT_CONTACT, invoice_ids=())
    await put(lane, "h3", kind=HoldKind.DO_NOT_CONTACT, invoice_ids=(), customer_id="cust2")
    assert await ended(lane, "h1")
    await put(lane, "h4", kind=HoldKind.DO_NOT_CONTACT, invoice_ids=())


async def test_an_ended_hold_says_who_and_why_and_ends_once(lane: Lane) -> None:
    await put(lane)
    assert await ended(lane, "h1")
    assert not await lane.write(lambda tx: holds.end(tx, "h1", by="U3", reason="Again", now=NOW))
    assert not await ended(lane, "h9")
    found = await lane.read(lambda tx: holds.get(tx, "h1"))
    assert found == replace(NOTED, ended_at=NOW + timedelta(days=1), ended_by="U2", end_reason="Paid")


async def test_open_holds_are_listed_by_customer(lane: Lane) -> None:
    await put(lane)
    await put(lane, "h2", customer_id="cust2", invoice_ids=("inv7",))
    await put(lane, "h3", invoice_ids=("inv8",))
    await ended(lane, "h3")
    found = await lane.read(holds.all_open)
    assert {customer: [hold.id for hold in held] for customer, held in found.items()} == {
        "cust1": ["h1"],
        "cust2": ["h2"],
    }


async def test_a_customers_history_has_open_and_ended_ones(lane: Lane) -> None:
    await put(lane)
    await put(lane, "h2", customer_id="cust2", invoice_ids=("inv7",))
    await ended(lane, "h1")
    await put(lane, "h3", kind=HoldKind.DISPUTE)
    found = await lane.read(lambda tx: holds.history_of(tx, "cust1"))
    assert [(noted.hold.id, noted.end_reason) for noted in found] == [("h1", "Paid"), ("h3", "")]


async def test_open_holds_of_a_kind_come_with_how_they_were_noted(lane: Lane) -> None:
    await put(lane)
    await put(lane, "h2", kind=HoldKind.DISPUTE)
    await put(lane, "h3", kind=HoldKind.SNOOZE)
    await put(lane, "h4", invoice_ids=("inv9",))
    await ended(lane, "h4")
    found = await lane.read(lambda tx: holds.open_of_kind(tx, HoldKind.PROMISE, HoldKind.SNOOZE))
    assert found[0] == NOTED
    assert [noted.hold.id for noted in found] == ["h1", "h3"]


async def test_promises_are_counted_by_customer_outcome_and_time(lane: Lane) -> None:
    for number, (customer, outcome, days) in enumerate(
        [("cust1", "broken", 0), ("cust1", "broken", 9), ("cust1", "kept", 0), ("cust2", "broken", 0)]
    ):
        await put(lane, f"h{number}", customer_id=customer, invoice_ids=(f"inv{number}",))
        at, id = NOW - timedelta(days=days), f"h{number}"
        await lane.write(
            lambda tx, at=at, id=id, outcome=outcome: holds.end(
                tx, id, by="system", reason="x", now=at, outcome=outcome
            )
        )
    await put(lane, "h9", invoice_ids=("inv9",))
    assert await lane.read(lambda tx: holds.count_of_outcome(tx, "cust1", "broken", NOW)) == 1
    week = NOW - timedelta(days=9)
    assert await lane.read(lambda tx: holds.count_of_outcome(tx, "cust1", "broken", week)) == 2
