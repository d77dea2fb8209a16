"""Contacts: what counts as made is made once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import contacts
from bot.store.contacts import Contact, ContactInvoice, Delivery
from bot.store.lane import Conflict, Lane, Tx, Violation

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
CONTACT = Contact(
    id="c1",
    customer_id="cust1",
    currency="USD",
    track="customer",
    carrying_invoice_id="inv2",
    level="first",
    stage="claimed",
    policy_version="p1",
    total=120050,
    as_of="2026-03-02",
    created_at=NOW,
    reason="7 days past due",
    actor_id="U1",
    invoices=(
        ContactInvoice("inv2", "INV-2", 10, 100000, "first", 7),
        ContactInvoice("inv1", "INV-1", 3, 20050, "", 0),
    ),
    deliveries=(
        Delivery("d2", "customer", "billing@example.invalid", "pending", "o1"),
        Delivery("d1", "owner", "U2", "pending"),
    ),
)


def counting(tx: Tx) -> list[Contact]:
    """The contacts that count as made."""
    return contacts.load(tx, "contact.stage IN ('claimed', 'sent', 'unknown')", {})


async def put(lane: Lane, *found: Contact) -> None:
    for contact in found:
        await lane.write(lambda tx, contact=contact: contacts.insert(tx, contact))


def another(id: str, **changes: object) -> Contact:
    deliveries = tuple(replace(item, id=f"{id}-{item.id}") for item in CONTACT.deliveries)
    return replace(CONTACT, id=id, deliveries=deliveries, **changes)


async def test_a_contact_comes_back_as_it_went_in(lane: Lane) -> None:
    await put(lane, CONTACT)
    assert await lane.read(lambda tx: contacts.get(tx, "c1")) == CONTACT
    assert await lane.read(lambda tx: contacts.get(tx, "c2")) is None


@pytest.mark.parametrize("stage", ["claimed", "sent", "unknown"])
async def test_what_counts_is_made_once(lane: Lane, stage: str) -> None:
    await put(lane, replace(CONTACT, stage=stage))
    for other in ("claimed", "sent", "unknown"):
        with pytest.raises(Conflict):
            await put(lane, another("c2", stage=other))
    with pytest.raises(Conflict):
        await put(lane, another("c1", level="second"))


@pytest.mark.parametrize("stage", ["planned", "approved", "failed", "suppressed"])
async def test_what_does_not_count_frees_the_level(lane: Lane, stage: str) -> None:
    await put(lane, replace(CONTACT, stage=stage), another("c2", stage=stage), another("c3"))


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": "cust2"},
        {"currency": "CAD"},
        {"track": "internal"},
        {"carrying_invoice_id": "inv1"},
        {"level": "second"},
        {"repeat": 1},
    ],
)
async def test_another_cycle_level_or_repeat_is_another_contact(
    lane: Lane, change: dict[str, object]
) -> None:
    await put(lane, CONTACT, another("c2", **change))
    assert [contact.id for contact in await lane.read(counting)] == ["c1", "c2"]


async def test_a_conflict_leaves_nothing_behind_and_the_transaction_usable(lane: Lane) -> None:
    await put(lane, CONTACT)

    def first_free(tx: Tx) -> None:
        try:
            contacts.insert(tx, another("c2"))
        except Conflict:
            contacts.insert(tx, another("c3", repeat=1))

    await lane.write(first_free)
    found = await lane.read(lambda tx: contacts.of_customer(tx, "cust1"))
    assert [contact.id for contact in found] == ["c1", "c3"]
    assert [len(contact.invoices) for contact in found] == [2, 2]


async def test_claiming_a_level_that_counts_already_is_a_conflict(lane: Lane) -> None:
    await put(lane, CONTACT, another("c2", stage="approved"))
    with pytest.raises(Conflict):
        await lane.write(lambda tx: contacts.set_stage(tx, "c2", "claimed"))
    assert await lane.write(lambda tx: contacts.set_stage(tx, "c1", "failed", "Slack said no."))
    assert await lane.write(lambda tx: contacts.set_stage(tx, "c2", "claimed"))
    assert [contact.id for contact in await lane.read(counting)] == ["c2"]


async def test_a_sent_contact_is_never_edited(lane: Lane) -> None:
    await put(lane, CONTACT)
    assert await lane.write(lambda tx: contacts.set_stage(tx, "c1", "sent"))
    assert not await lane.write(lambda tx: contacts.set_stage(tx, "c1", "suppressed", "no"))
    found = await lane.read(lambda tx: contacts.get(tx, "c1"))
    assert found
    assert found.stage == "sent"
    assert not await lane.write(lambda tx: contacts.set_stage(tx, "c9", "sent"))


async def test_each_delivery_has_its_own_state(lane: Lane) -> None:
    await put(lane, CONTACT)
    assert await lane.write(lambda tx: contacts.set_delivery(tx, "d1", "sent", outbox_id="o2"))
    assert await lane.write(lambda tx: contacts.set_delivery(tx, "d2", "failed", "No such address."))
    assert not await lane.write(lambda tx: contacts.set_delivery(tx, "d9", "sent"))
    found = await lane.read(lambda tx: contacts.get(tx, "c1"))
    assert found
    assert [(item.id, item.state, item.reason, item.outbox_id) for item in found.deliveries] == [
        ("d2", "failed", "No such address.", "o1"),
        ("d1", "sent", "", "o2"),
    ]


async def test_listings(lane: Lane) -> None:
    await put(
        lane,
        another("late", created_at=NOW + timedelta(days=1), repeat=1, stage="unknown"),
        CONTACT,
        another("plan", stage="planned", created_at=NOW - timedelta(days=1)),
        another("other", customer_id="cust2", stage="sent"),
    )
    assert [contact.id for contact in await lane.read(lambda tx: contacts.of_customer(tx, "cust1"))] == [
        "plan",
        "c1",
        "late",
    ]
    made = await lane.read(counting)
    assert [contact.id for contact in made] == ["c1", "other", "late"]
    assert all(len(contact.invoices) == 2 for contact in made)


async def test_money_is_whole_and_parts_belong_to_a_contact(lane: Lane) -> None:
    with pytest.raises(TypeError):
        await put(lane, replace(CONTACT, total=1.5))  # type: ignore[arg-type]  # the mistake under test
    await put(lane, CONTACT)
    for statement in ("UPDATE contact SET stage = 'lost'", "UPDATE delivery SET contact_id = 'nobody'"):
        with pytest.raises(Violation):
            await lane.write(lambda tx, statement=statement: tx.run(statement))


async def test_who_was_left_out_on_a_day_is_named_with_the_reason(lane: Lane) -> None:
    gone = "INV-1 is no longer in Syncro."
    await put(lane, CONTACT, another("c2", level="second", stage="suppressed", reason=gone))
    await put(lane, another("c3", level="third", stage="suppressed", as_of="2026-03-01"))
    assert await lane.read(lambda tx: contacts.left_out_on(tx, NOW.date())) == [("a customer", gone)]
