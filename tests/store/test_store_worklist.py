"""How we stand with customers, from the ledgers of contacts, calls and holds; and who looks after them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.calls import Call, CallOutcome
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice, Status
from bot.domain.roles import Person
from bot.domain.worklist import NOTHING_KNOWN, Standing
from bot.store import assignments, calls, contacts, holds, mirror
from bot.store.contacts import Contact, ContactInvoice, Delivery
from bot.store.holds import Noted
from bot.store.lane import Lane
from bot.store.worklist import ended_promises, standing_of, standings

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
TODAY = date(2026, 3, 4)
SINCE = NOW - timedelta(days=180)
DANA = Person("U0DANA", "Dana Reyes")


def invoice(id: str, customer_id: str = "7", **changes: Any) -> Invoice:
    made = Invoice(
        id,
        id,
        customer_id,
        "Fabrikam Dental",
        TODAY,
        TODAY - timedelta(days=20),
        Status.SENT,
        1,
        0,
        1,
        500,
        "USD",
    )
    return replace(made, **changes)


def contact(id: str, **changes: Any) -> Contact:
    """An owner's call task for invoice 1, sent today."""
    usual: dict[str, Any] = {
        "id": id,
        "customer_id": "7",
        "currency": "USD",
        "track": "internal",
        "carrying_invoice_id": "1",
        "level": id,
        "stage": "sent",
        "policy_version": "v",
        "total": 500,
        "as_of": TODAY.isoformat(),
        "created_at": NOW,
        "invoices": (ContactInvoice("1", "1", 20, 500, "call", 15),),
        "deliveries": (Delivery(f"{id}:0", "owner", "U0DANA", "sent"),),
    }
    return Contact(**{**usual, **changes})


def call(id: str, customer_id: str = "7", **changes: Any) -> Call:
    return replace(Call(id, customer_id, CallOutcome.NO_ANSWER, TODAY), **changes)


def noted(id: str, kind: HoldKind, customer_id: str = "7", until: date | None = None, *ids: str) -> Noted:
    hold = Hold(id, kind, customer_id, ids, until)
    return Noted(hold=hold, currency="USD", by_id="U0DANA", created_at=NOW)


async def standing(lane: Lane) -> Standing:
    """Of customer 7; alone and among all it is the same."""
    one = await lane.read(lambda tx: standing_of(tx, "7", SINCE))
    every = await lane.read(lambda tx: standings(tx, SINCE))
    assert every.get("7", NOTHING_KNOWN) == one
    return one


async def make(lane: Lane, *made: Contact) -> None:
    await lane.write(lambda tx: [contacts.insert(tx, one) for one in made])


async def test_of_whom_nothing_is_known_there_is_nothing_to_tell(lane: Lane) -> None:
    assert await standing(lane) == NOTHING_KNOWN
    assert await lane.read(lambda tx: standings(tx, SINCE)) == {}


@pytest.mark.parametrize(
    ("contact_changes", "invoice_changes", "is_open"),
    [
        ({}, {}, True),
        ({}, {"balance": None}, True),
        ({}, {"status": Status.PAID, "balance": 0}, False),
        ({}, {"balance": 0}, False),
        ({"stage": "claimed"}, {}, False),
        ({"stage": "suppressed"}, {}, False),
        ({"track": "customer"}, {}, False),
        ({"deliveries": (Delivery("d", "manager", "U0BOSS", "sent"),)}, {}, False),
        ({"deliveries": (Delivery("d", "owner", "U0DANA", "failed"),)}, {}, False),
    ],
)
async def test_a_call_task_is_open_while_something_listed_is_owed(
    lane: Lane, contact_changes: dict[str, Any], invoice_changes: dict[str, Any], is_open: bool
) -> None:
    await lane.write(lambda tx: mirror.put_invoices(tx, [invoice("1", **invoice_changes)], NOW))
    await make(lane, contact("a", **contact_changes))
    assert (await standing(lane)).call_task == (TODAY if is_open else None)


async def test_a_later_call_closes_the_task_and_a_newer_task_opens_it_again(lane: Lane) -> None:
    await lane.write(lambda tx: mirror.put_invoices(tx, [invoice("1")], NOW))
    await lane.write(lambda tx: calls.insert(tx, call("early"), "U0DANA", NOW - timedelta(seconds=1)))
    await make(lane, contact("a"))
    assert (await standing(lane)).call_task == TODAY
    await lane.write(lambda tx: calls.insert(tx, call("other", "8"), "U0DANA", NOW + timedelta(hours=1)))
    assert (await standing(lane)).call_task == TODAY, "a call to somebody else"
    await lane.write(lambda tx: calls.insert(tx, call("late"), "U0DANA", NOW + timedelta(hours=1)))
    assert (await standing(lane)).call_task is None
    later = NOW + timedelta(days=3)
    await make(lane, contact("b", created_at=later, as_of=later.date().isoformat()))
    assert (await standing(lane)).call_task == later.date()


async def test_the_last_call_names_the_next_and_counts_as_a_contact(lane: Lane) -> None:
    sent = contact("c", track="customer", as_of="2026-03-02")
    await make(lane, sent, contact("d", track="customer", as_of="2026-03-09", stage="unknown"))
    assert (await standing(lane)).last_contact == date(2026, 3, 2)
    monday = call("a", on=date(2026, 3, 1), next_on=date(2026, 3, 20))
    await lane.write(lambda tx: calls.insert(tx, monday, "U0DANA", NOW))
    assert await standing(lane) == Standing(last_contact=date(2026, 3, 2), next_call=date(2026, 3, 20))
    await lane.write(lambda tx: calls.insert(tx, call("b"), "U0DANA", NOW + timedelta(hours=1)))
    assert await standing(lane) == Standing(last_contact=TODAY), "the newer call names no day"


async def test_a_call_is_kept_once_and_as_it_was_logged(lane: Lane) -> None:
    first = call("a", note="With Pat", next_on=TODAY, by_name="Dana Reyes")
    assert await lane.write(lambda tx: calls.insert(tx, first, "U0DANA", NOW))
    assert not await lane.write(lambda tx: calls.insert(tx, call("a", note="Else"), "U0DANA", NOW))
    assert await lane.read(lambda tx: calls.get(tx, "a")) == first
    assert await lane.read(lambda tx: calls.get(tx, "b")) is None
    await lane.write(lambda tx: calls.insert(tx, call("b"), "U0DANA", NOW + timedelta(hours=1)))
    assert [one.id for one in await lane.read(lambda tx: calls.last_of(tx, "7", 5))] == ["b", "a"]
    assert [one.id for one in await lane.read(lambda tx: calls.last_of(tx, "7", 1))] == ["b"]


async def test_open_holds_and_broken_promises_are_told(lane: Lane) -> None:
    friday = date(2026, 3, 6)

    def write(tx: Any) -> None:
        holds.insert(tx, noted("p1", HoldKind.PROMISE, "7", friday, "1"))
        holds.insert(tx, noted("p2", HoldKind.PROMISE, "7", friday + timedelta(days=7), "2"))
        holds.insert(tx, noted("d", HoldKind.DISPUTE, "7", None, "1"))
        holds.insert(tx, noted("n", HoldKind.DO_NOT_CONTACT))
        for number, (outcome, ended) in enumerate(
            [
                ("broken", NOW),
                ("broken", SINCE),
                ("broken", SINCE - timedelta(seconds=1)),
                ("kept", NOW),
                ("moved", NOW),
            ]
        ):
            holds.insert(tx, noted(f"e{number}", HoldKind.PROMISE, "7", friday, f"3{number}"))
            holds.end(tx, f"e{number}", by="system", reason=outcome, now=ended, outcome=outcome)

    await lane.write(write)
    told = await standing(lane)
    assert told == Standing(broken=2, promised=friday, disputed=True, do_not_contact=True)
    ended = await lane.read(lambda tx: ended_promises(tx, "7"))
    assert dict(ended) == {"broken": 3, "kept": 1, "moved": 1}
    for hold in ("p1", "d", "n"):
        await lane.write(lambda tx, hold=hold: holds.end(tx, hold, by="U0DANA", reason="over", now=NOW))
    assert await standing(lane) == Standing(broken=2, promised=friday + timedelta(days=7))


async def test_holds_that_ended_last_come_first(lane: Lane) -> None:
    def write(tx: Any) -> None:
        for number in range(4):
            holds.insert(tx, noted(f"d{number}", HoldKind.DISPUTE, "7", None, str(number)))
            holds.end(tx, f"d{number}", by="U0DANA", reason="over", now=NOW + timedelta(hours=number))
        holds.insert(tx, noted("open", HoldKind.DISPUTE, "7", None, "9"))
        holds.insert(tx, noted("else", HoldKind.DISPUTE, "8", None, "8"))
        holds.end(tx, "else", by="U0DANA", reason="over", now=NOW)

    await lane.write(write)
    found = await lane.read(lambda tx: holds.last_ended(tx, "7", 3))
    assert [(one.hold.id, one.hold.invoice_ids) for one in found] == [
        ("d3", ("3",)),
        ("d2", ("2",)),
        ("d1", ("1",)),
    ]


async def test_the_last_assignment_counts_and_a_repeated_one_does_not(lane: Lane) -> None:
    async def assign(id: str, owner: str, customer: str = "7") -> bool:
        return await lane.write(lambda tx: assignments.assign(tx, id, customer, owner, DANA, NOW))

    assert await assign("a", "U0DANA")
    assert await assign("b", "U0CLERK")
    assert await assign("c", "U0BOSS", "8")
    assert not await assign("a", "U0DANA"), "the form of before, sent again"
    assert dict(await lane.read(assignments.owners)) == {"7": "U0CLERK", "8": "U0BOSS"}
    assert await assign("d", "")
    assert dict(await lane.read(assignments.owners)) == {"8": "U0BOSS"}
