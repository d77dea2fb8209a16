"""The audit can't be changed, and if it is, that shows."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import BadInput
from bot.store.audit import Audit
from bot.store.audit_check import verify
from bot.store.lane import Lane, Tx, Violation

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
AUDIT = Audit(b"a key kept elsewhere")
TRIGGERS = [
    "audit_no_update",
    "audit_no_delete",
    "audit_no_replace",
    "audit_head_no_delete",
    "audit_head_no_replace",
    "audit_head_no_back",
]

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


def act(tx: Tx, number: int, audit: Audit = AUDIT) -> int:
    return audit.append(
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


async def problems(lane: Lane, audit: Audit = AUDIT, head: str | None = None) -> list[str]:
    verdict = await lane.read(lambda tx: verify(audit, tx, head))
    return [str(one) for one in verdict.problems]


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
    [
        "UPDATE audit SET actor_id = 'U2'",
        "DELETE FROM audit WHERE seq = 1",
        "REPLACE INTO audit SELECT seq, at, 'U2', actor_name, action, subject, before_json, after_json, "
        "operation_key, policy_version, channel, link, seal FROM audit WHERE seq = 1",
        "DELETE FROM audit_head",
        "REPLACE INTO audit_head (id, seq, proof) VALUES (1, 1, 'x')",
        "UPDATE audit_head SET seq = 1",
        "UPDATE audit_head SET seq = 0",
        "UPDATE audit_head SET seq = 4",
        "UPDATE audit_head SET id = id",
        "UPDATE audit_head SET proof = 'x'",
    ],
)
async def test_the_database_refuses_to_change_or_remove(lane: Lane, statement: str) -> None:
    await lane.write(lambda tx: [act(tx, 0), act(tx, 1)])
    with pytest.raises(Violation, match="append-only"):
        await lane.write(lambda tx: tx.run(statement))
    assert await problems(lane) == []


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_change_of_any_column_shows(
    lane: Lane, tamper: Callable[..., Awaitable[None]], column: str
) -> None:
    await tamper(f"UPDATE audit SET {column} = '{{}}' WHERE seq = 3")
    first = (await problems(lane))[0]
    assert first.startswith("Entry 3 is not as it was written, or not in its place. It reads now: ")


async def test_every_column_is_sealed(lane: Lane) -> None:
    await lane.write(lambda tx: act(tx, 0))
    row = await lane.read(lambda tx: tx.one("SELECT * FROM audit"))
    assert row
    assert {*row} == {"seq", *COLUMNS}


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM audit WHERE seq = 3"], "Entry 3 is missing, so entry 4 can't be judged."),
        (["DELETE FROM audit WHERE seq IN (2, 3)"], "Entries 2 to 3 are missing, so entry 4"),
        (["DELETE FROM audit WHERE seq = 1"], "Entry 1 is missing, so entry 2"),
        (["DELETE FROM audit WHERE seq >= 4"], "Entries 4 to 5 are missing at the end."),
        (["DELETE FROM audit"], "Entries 1 to 5 are missing at the end."),
        (["DELETE FROM audit_head"], "Duebot noted 0 as the last entry, and there are 5."),
        (["UPDATE audit_head SET seq = 3"], "Duebot noted 3 as the last entry, and there are 5."),
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
    (only,) = await problems(lane)
    assert only.startswith("Entry 5 is not as it was written, or not in its place. It reads now: ")


async def test_another_key_does_not_verify(lane: Lane) -> None:
    await lane.write(lambda tx: act(tx, 0))
    assert await problems(lane, Audit(b"another key")) != []


async def test_a_long_ledger_is_verified_to_its_end(lane: Lane) -> None:
    await lane.write(lambda tx: [act(tx, number) for number in range(1001)])
    assert await problems(lane) == []
    await lane.write(lambda tx: tx.run("DROP TRIGGER audit_no_update"))
    await lane.write(lambda tx: tx.run("UPDATE audit SET actor_id = 'U2' WHERE seq = 1001"))
    assert len(await problems(lane)) == 1


# ---- the head -----------------------------------------------------------------------------------------------


async def test_the_head_says_how_many_and_proves_the_end(lane: Lane) -> None:
    assert await lane.read(AUDIT.head) == ""
    await lane.write(lambda tx: [act(tx, number) for number in range(3)])
    head = await lane.read(AUDIT.head)
    assert re.fullmatch("3:[0-9a-f]{32}", head)
    await lane.write(lambda tx: act(tx, 3))
    assert await problems(lane, head=head) == []
    assert await problems(lane, head=f" `{head.upper()}` ") == []
    assert (await lane.read(lambda tx: verify(AUDIT, tx))).end_judged is False
    assert (await lane.read(lambda tx: verify(AUDIT, tx, head))).end_judged is True


async def test_the_head_gives_nothing_away_that_seals(lane: Lane) -> None:
    await lane.write(lambda tx: act(tx, 0))
    shown = (await lane.read(AUDIT.head)).partition(":")[2]
    kept = await lane.read(lambda tx: tx.one("SELECT seal, proof FROM audit, audit_head"))
    assert kept
    assert shown not in kept["seal"]
    assert shown not in kept["proof"]


CUT = ("DELETE FROM audit WHERE seq > 3", "DELETE FROM audit_head")


async def old_head(lane: Lane) -> str:
    """What the table of the head held after three acts, as a backup has it."""
    third = await lane.read(lambda tx: tx.one("SELECT * FROM audit WHERE seq = 3"))
    assert third
    return f"INSERT INTO audit_head VALUES (1, 3, '{AUDIT.proof_of(third)}')"


async def test_a_cut_tail_shows_with_a_head_that_was_kept(
    lane: Lane, tamper: Callable[..., Awaitable[None]]
) -> None:
    head = await lane.read(AUDIT.head)
    await tamper(*CUT, await old_head(lane))
    assert await problems(lane) == []
    (cut,) = await problems(lane, head=head)
    assert cut == "Entries 4 to 5 are cut off: the record had 5 when that head was noted."


async def test_a_cut_tail_shows_when_the_bot_has_gone_on_since(
    lane: Lane, tamper: Callable[..., Awaitable[None]]
) -> None:
    head = await lane.read(AUDIT.head)
    await tamper(*CUT, await old_head(lane))
    for number in range(3):
        await lane.write(lambda tx, number=number: act(tx, 30 + number))
    assert await problems(lane) == []
    (cut,) = await problems(lane, head=head)
    assert cut.startswith("Entry 5 is not the one that was the last when that head was noted")


@pytest.mark.parametrize(
    "head", ["", " ", "x", "5", "5:abc", "0:" + "a" * 32, "-1:" + "a" * 32, "٣:" + "a" * 32]
)
async def test_what_is_no_head_is_said(lane: Lane, head: str) -> None:
    with pytest.raises(BadInput, match="no head of the audit record"):
        await problems(lane, head=head)


async def test_a_head_of_another_record_does_not_fit(lane: Lane) -> None:
    await lane.write(lambda tx: [act(tx, 0), act(tx, 1)])
    assert "Entry 2 is not the one" in (await problems(lane, head="2:" + "a" * 32))[0]
    assert "Entries 3 to 9 are cut off" in (await problems(lane, head="9:" + "a" * 32))[0]


# ---- what a check says --------------------------------------------------------------------------------------


async def test_a_changed_entry_is_named_with_what_it_reads_now(
    lane: Lane, tamper: Callable[..., Awaitable[None]]
) -> None:
    await tamper("UPDATE audit SET actor_name = 'Mallory ' || char(27) || '[2J' WHERE seq = 2")
    (only,) = await problems(lane)
    assert "2026-03-02T14:01:00.000000Z, Mallory [2J (U1), payment.recorded, invoice:1." in only
    (found,) = (await lane.read(lambda tx: verify(AUDIT, tx))).problems
    assert "Mallory" not in found.what


async def test_an_entry_before_the_first_is_named(lane: Lane, tamper: Callable[..., Awaitable[None]]) -> None:
    await tamper("UPDATE audit SET seq = -1 WHERE seq = 5", "UPDATE audit_head SET seq = 4")
    assert (await problems(lane))[0].startswith("Entry -1 was put in: entries are numbered from 1.")


async def test_another_key_is_guessed(lane: Lane) -> None:
    await lane.write(lambda tx: [act(tx, number) for number in range(3)])
    assert any("was changed after these" in one for one in await problems(lane, Audit(b"another")))
    assert await lane.read(AUDIT.fits) is True
    assert await lane.read(Audit(b"").fits) is False
    assert await lane.read(Audit(b"another").fits) is False


async def test_entries_from_before_the_key_was_set_count_with_one_that_has_it(lane: Lane) -> None:
    none = Audit(b"")
    await lane.write(lambda tx: [act(tx, number, none) for number in range(3)])
    old_head = await lane.read(none.head)
    (early,) = await problems(lane)
    assert early.startswith("Entries 1 to 3 are not sealed with DUEBOT_AUDIT_KEY")
    assert await lane.read(AUDIT.fits) is True
    await lane.write(lambda tx: act(tx, 3))
    await lane.write(lambda tx: act(tx, 4))
    verdict = await lane.read(lambda tx: verify(AUDIT, tx, old_head))
    assert (verdict.problems, verdict.early, verdict.end_judged) == ((), 3, True)
    await lane.write(lambda tx: act(tx, 5, none))
    assert (await problems(lane))[0].startswith("Entry 6 is not as it was written")


async def test_an_entry_from_before_the_key_that_is_changed_and_sealed_anew_shows(lane: Lane) -> None:
    none = Audit(b"")
    await lane.write(lambda tx: [act(tx, number, none) for number in range(3)])
    await lane.write(lambda tx: act(tx, 3))

    def rewrite(tx: Tx) -> None:
        tx.run("DROP TRIGGER audit_no_update")
        proof = ""
        for row in tx.all("SELECT * FROM audit WHERE seq <= 3 ORDER BY seq"):
            changed = {**row, "actor_id": "U9"}
            seal = none._seal(changed, proof)
            tx.run(
                "UPDATE audit SET actor_id = 'U9', seal = :seal WHERE seq = :seq",
                {"seal": seal, "seq": row["seq"]},
            )
            proof = none.proof_of({"seal": seal})

    await lane.write(rewrite)
    found = await problems(lane)
    assert found[0].startswith("Entries 1 to 3 are not sealed with DUEBOT_AUDIT_KEY")
    assert found[1].startswith("Entry 4 is not as it was written")


async def test_more_problems_than_anybody_reads_are_counted(lane: Lane) -> None:
    await lane.write(lambda tx: [act(tx, number) for number in range(1100)])
    verdict = await lane.read(lambda tx: verify(Audit(b"another"), tx))
    assert len(verdict.problems) == 1000
    assert verdict.more == 102
