"""The audit can't be changed, and if it is, that shows."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.store.audit import Audit
from bot.store.lane import Lane, Tx, Violation

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
AUDIT = Audit(b"a key kept elsewhere")
TRIGGERS = ["audit_no_update", "audit_no_delete", "audit_head_no_delete"]

COLUMNS = [
    "at",
    "actor_id",
    "actor_name",
    "action",
    "subject",
    "before_json",
    "after_json",
    "operation_key",
    "policy_version",
    "channel",
    "link",
    "seal",
]


def act(tx: Tx, number: int) -> int:
    return AUDIT.append(
        tx,
        at=NOW + timedelta(minutes=number),
        actor_id="U1",
        actor_name="Ann Example",
        action="payment.recorded",
        subject=f"invoice:{number % 2}",
        before={"balance": 80625},
        after={"balance": 0},
        operation_key="k1",
        policy_version="p1",
        channel="C1",
        link="https://slack.invalid/p1",
    )


@pytest.fixture
async def tamper(lane: Lane) -> Callable[..., Awaitable[None]]:
    """Five acts, and a hand that has taken the triggers away."""
    for number in range(5):
        await lane.write(lambda tx, number=number: act(tx, number))

    def drop(tx: Tx) -> None:
        for name in TRIGGERS:
            tx.run(f"DROP TRIGGER {name}")

    await lane.write(drop)

    async def run(*statements: str) -> None:
        await lane.write(lambda tx: [tx.run(statement) for statement in statements])

    return run


async def problems(lane: Lane, audit: Audit = AUDIT) -> list[str]:
    return await lane.read(audit.verify)


async def test_acts_are_numbered_and_come_back(lane: Lane) -> None:
    assert [await lane.write(lambda tx, n=n: act(tx, n)) for n in range(4)] == [1, 2, 3, 4]
    assert await problems(lane) == []
    entries = await lane.read(
        lambda tx: AUDIT.rows(tx, NOW + timedelta(minutes=1), NOW + timedelta(minutes=3))
    )
    assert [entry.seq for entry in entries] == [2, 3]
    entry = entries[0]
    assert (entry.at, entry.actor_id, entry.action) == (NOW + timedelta(minutes=1), "U1", "payment.recorded")
    assert (entry.before, entry.after, entry.link) == (
        {"balance": 80625},
        {"balance": 0},
        "https://slack.invalid/p1",
    )
    found = await lane.read(lambda tx: AUDIT.of_subject(tx, "invoice:1"))
    assert [entry.seq for entry in found] == [2, 4]


async def test_an_act_that_is_rolled_back_leaves_no_gap(lane: Lane) -> None:
    def fail(tx: Tx) -> None:
        act(tx, 0)
        raise LookupError

    await lane.write(lambda tx: act(tx, 0))
    with pytest.raises(LookupError):
        await lane.write(fail)
    assert await lane.write(lambda tx: act(tx, 1)) == 2
    assert await problems(lane) == []


async def test_text_that_is_cleaned_for_the_store_still_verifies(lane: Lane) -> None:
    await lane.write(
        lambda tx: AUDIT.append(
            tx, at=NOW, actor_id="U1", actor_name="A\0nn \ud83d", action="x", subject="s", before={}, after={}
        )
    )
    assert await problems(lane) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor_id = 'U2'", "DELETE FROM audit WHERE seq = 1", "DELETE FROM audit_head"],
)
async def test_the_database_refuses_to_change_or_remove(lane: Lane, statement: str) -> None:
    await lane.write(lambda tx: act(tx, 0))
    with pytest.raises(Violation, match="append-only"):
        await lane.write(lambda tx: tx.run(statement))
    assert await problems(lane) == []


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_change_of_any_column_shows(
    lane: Lane, tamper: Callable[..., Awaitable[None]], column: str
) -> None:
    await tamper(f"UPDATE audit SET {column} = '{{}}' WHERE seq = 3")
    assert (await problems(lane))[0] == "Entry 3 is not as it was written, or not in its place."


async def test_every_column_is_sealed(lane: Lane) -> None:
    await lane.write(lambda tx: act(tx, 0))
    row = await lane.read(lambda tx: tx.one("SELECT * FROM audit"))
    assert row
    assert {*row} == {"seq", *COLUMNS}


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM audit WHERE seq = 3"], "Entry 3 is missing."),
        (["DELETE FROM audit WHERE seq IN (2, 3)"], "Entries 2 to 3 are missing."),
        (["DELETE FROM audit WHERE seq = 1"], "Entry 1 is missing."),
        (["DELETE FROM audit WHERE seq >= 4"], "Entries 4 to 5 are missing at the end."),
        (["DELETE FROM audit"], "Entries 1 to 5 are missing at the end."),
        (["DELETE FROM audit_head"], "not sealed"),
        (["DELETE FROM audit WHERE seq = 5", "UPDATE audit_head SET seq = 4"], "not sealed"),
        (
            ["DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq > 3"],
            "Entry 3 is not",
        ),
        (
            [
                "UPDATE audit SET seq = 99 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 99",
            ],
            "Entry 2 is not",
        ),
    ],
)
async def test_removal_and_reordering_show(
    lane: Lane, tamper: Callable[..., Awaitable[None]], statements: list[str], words: str
) -> None:
    await tamper(*statements)
    assert words in (await problems(lane))[0]


async def test_winding_the_head_back_shows_even_after_more_acts(
    lane: Lane, tamper: Callable[..., Awaitable[None]]
) -> None:
    await tamper(
        "DELETE FROM audit WHERE seq = 5",
        "UPDATE audit_head SET seq = 4, proof = (SELECT seal FROM audit WHERE seq = 4)",
    )
    assert await lane.write(lambda tx: act(tx, 9)) == 5
    assert await problems(lane) == ["Entry 5 is not as it was written, or not in its place."]


async def test_another_key_does_not_verify(lane: Lane) -> None:
    await lane.write(lambda tx: act(tx, 0))
    assert await problems(lane, Audit(b"another key")) != []


async def test_a_long_ledger_is_verified_to_its_end(lane: Lane) -> None:
    await lane.write(lambda tx: [act(tx, number) for number in range(1001)])
    assert await problems(lane) == []
    await lane.write(lambda tx: tx.run("DROP TRIGGER audit_no_update"))
    await lane.write(lambda tx: tx.run("UPDATE audit SET actor_id = 'U2' WHERE seq = 1001"))
    assert len(await problems(lane)) == 1
