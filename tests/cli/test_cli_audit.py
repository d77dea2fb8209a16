"""The audit record at the terminal: exported, and checked."""

import asyncio
import csv
import io
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.audit import Audit
from bot.store.open import open_store

KEY = "a key kept elsewhere"
#: Seven in the evening in New York is the next day in UTC.
EVENING = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)


#: The record doesn't depend on the shape of Syncro's answers.
pytestmark = pytest.mark.parametrize("stage", ["guide"], indirect=True)


def act(tx, number: int, name: str) -> None:
    Audit(KEY.encode()).append(
        tx,
        at=EVENING + timedelta(days=number),
        actor_id=f"U{number}",
        actor_name=name,
        action="payment.confirmed",
        subject="invoice:7",
        before={},
        after={"amount": 80625, "sentence": "Zoë paid."},
    )


@pytest.fixture
async def record(tmp_path, duebot):
    """Four acts on four evenings; one of the names would be a formula in a spreadsheet."""
    lane = await open_store(f"sqlite:///{tmp_path}/bot.db")
    for number, name in enumerate(("Ann", "=HYPERLINK(1)", "Bo, B.\n2", "＠SUM")):
        await lane.write(lambda tx, number=number, name=name: act(tx, number, name))
    await lane.close()

    async def run(*words, **changes):
        return await duebot("audit", *words, DUEBOT_AUDIT_KEY=changes.pop("key", KEY), **changes)

    run.path = tmp_path / "bot.db"
    return run


def tamper(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)


def lines(shown) -> list[dict]:
    return [json.loads(line) for line in shown.stdout.splitlines()]


async def test_an_export_is_lines_of_json_with_whole_minor_units(record):
    shown = await record("export")
    assert shown.exit_code == 0, shown.output
    found = lines(shown)
    assert [one["seq"] for one in found] == [1, 2, 3, 4]
    assert found[1]["actor_name"] == "=HYPERLINK(1)"
    assert found[0]["after"] == {"amount": 80625, "sentence": "Zoë paid."}
    assert "Zoë" in shown.stdout
    assert set(found[0]) >= {"at", "actor_id", "subject", "operation_key", "policy_version", "link", "seal"}
    assert shown.stderr.strip() == "4 entries exported."


async def test_a_table_holds_nothing_that_a_spreadsheet_would_carry_out(record):
    shown = await record("export", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown.stdout.replace("\r\n", "\n"))))
    assert [row["actor_name"] for row in rows] == ["Ann", "'=HYPERLINK(1)", "Bo, B.\n2", "'＠SUM"]
    assert json.loads(rows[0]["after"])["amount"] == 80625
    assert rows[0]["seq"] == "1"


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        (("--from", "2026-03-03"), [2, 3, 4]),
        (("--to", "2026-03-03"), [1, 2]),
        (("--from", "2026-03-03", "--to", "2026-03-04"), [2, 3]),
        (("--from", "2026-03-02", "--to", "2026-03-02"), [1]),
        (("--from", "2026-03-08", "--to", "2026-03-09"), []),
    ],
)
async def test_days_are_the_businesss_and_both_count(record, days, numbers):
    shown = await record("export", *days)
    assert shown.exit_code == 0, shown.output
    assert [one["seq"] for one in lines(shown)] == numbers


async def test_an_export_is_entered_under_the_name_of_the_systems_user(record):
    await record("export", "--to", "2026-03-03")
    entry = lines(await record("export"))[-1]
    assert (entry["action"], entry["actor_id"].startswith("operator:")) == ("audit.exported", True)
    assert entry["after"] == {"entries": 2, "format": "jsonl", "from": "", "to": "2026-03-03"}
    assert (await record("verify")).exit_code == 0


async def test_a_long_record_is_exported_whole(record):
    lane = await open_store(f"sqlite:///{record.path}")

    await lane.write(lambda tx: [act(tx, 0, "Ann") for _ in range(2500)])
    await lane.close()
    assert [one["seq"] for one in lines(await record("export"))] == list(range(1, 2505))
    table = await record("export", "--format", "csv")
    assert table.stdout.count("actor_name") == 1


async def test_a_file_is_new_and_its_owners_alone(record, tmp_path):
    shown = await record("export", "--output", "out.jsonl")
    made = tmp_path / "out.jsonl"
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "4 entries written to out.jsonl." in shown.stderr
    assert made.stat().st_mode & 0o777 == 0o600
    assert len(made.read_text(encoding="utf-8").splitlines()) == 4
    again = await record("export", "--output", "out.jsonl")
    assert again.exit_code == 1
    assert "out.jsonl is there already" in again.stderr
    nowhere = await record("export", "--output", "no/such/out.jsonl")
    assert "can't be written: no such file or directory" in nowhere.stderr
    assert len(lines(await record("export"))) == 5, "an export that could not begin is not entered"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--format", "xml"), 2, "'jsonl', 'csv'"),
        (("--from", "2026-03-05", "--to", "2026-03-04"), 1, "--from 2026-03-05 lies after --to 2026-03-04"),
        (("--from", "yesteryear"), 1, "not a date"),
    ],
)
async def test_mistakes_are_said(record, words, code, said):
    shown = await record("export", *words)
    assert shown.exit_code == code
    assert said in shown.stderr
    assert shown.stdout == ""


async def test_an_export_with_another_key_would_break_the_chain_and_is_refused(record):
    shown = await record("export", key="another key")
    assert shown.exit_code == 1
    assert "Set the same key as the running bot's" in shown.stderr
    assert shown.stdout == ""
    assert (await record("verify")).exit_code == 0


# ---- checking -----------------------------------------------------------------------------------------------


async def head_of(record) -> str:
    shown = await record("verify")
    return shown.stdout.partition("Head: ")[2].split()[0]


async def test_a_record_that_is_whole_says_so_and_that_its_end_is_not_judged(record):
    shown = await record("verify")
    assert shown.exit_code == 0, shown.output
    assert "4 entries, each as it was written and in its place." in shown.stdout
    assert "The end can't be judged without a head" in shown.stdout
    told = await record("verify", "--head", await head_of(record))
    assert told.exit_code == 0
    assert "can't be judged" not in told.stdout
    assert "Nothing that was there when that head was noted is missing." in told.stdout


async def test_a_changed_entry_is_named_and_the_exit_status_says_so(record):
    tamper(record.path, "UPDATE audit SET actor_name = 'Mallory' WHERE seq = 3")
    shown = await record("verify")
    assert shown.exit_code == 1
    assert "Entry 3 is not as it was written, or not in its place." in shown.stdout
    assert "Mallory (U2), payment.confirmed, invoice:7" in shown.stdout
    assert "The audit record does not verify. It has 4 entries." in shown.stdout


async def test_text_that_is_no_text_is_a_sentence(record):
    tamper(record.path, "UPDATE audit SET actor_name = CAST(X'ff' AS TEXT) WHERE seq = 3")
    shown = await record("verify")
    assert shown.exit_code == 1
    assert "the file is damaged" in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1


async def test_a_cut_tail_is_found_with_a_head(record):
    head = await head_of(record)
    lane = await open_store(f"sqlite:///{record.path}")
    second = await lane.read(lambda tx: tx.one("SELECT * FROM audit WHERE seq = 2"))
    await lane.close()
    proof = Audit(KEY.encode()).proof_of(second)
    tamper(
        record.path, "DELETE FROM audit WHERE seq > 2", f"UPDATE audit_head SET seq = 2, proof = '{proof}'"
    )
    assert (await record("verify")).exit_code == 0
    shown = await record("verify", "--head", head)
    assert shown.exit_code == 1
    assert "Entries 3 to 4 are cut off" in shown.stdout


async def test_an_empty_head_as_of_a_script_whose_variable_is_empty_is_none(record):
    shown = await record("verify", "--head", "")
    assert shown.exit_code == 1
    assert "That is no head of the audit record." in shown.stderr


async def test_a_garbled_head_and_a_missing_key_or_database_are_said(record, tmp_path):
    shown = await record("verify", "--head", "4:abc")
    assert shown.exit_code == 1
    assert "That is no head of the audit record." in shown.stderr
    assert "DUEBOT_AUDIT_KEY is not set" in (await record("verify", key=None)).stdout
    nowhere = await record("verify", DATABASE_URL=f"sqlite:///{tmp_path}/other.db")
    assert "There is no database at" in nowhere.stderr
    assert not (tmp_path / "other.db").exists()


async def test_checking_needs_neither_slack_nor_syncro_nor_a_policy(record):
    nothing = dict.fromkeys(
        ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SYNCRO_BASE_URL", "SYNCRO_API_KEY", "DUEBOT_POLICY")
    )
    shown = await record("verify", **nothing)
    assert shown.exit_code == 0, shown.output


async def test_a_record_is_checked_while_it_is_written(record):
    lane = await open_store(f"sqlite:///{record.path}")
    going = asyncio.create_task(record("verify"))
    written = 0
    while not going.done():
        await lane.write(lambda tx: act(tx, 0, "Ann"))
        written += 1
    await lane.close()
    shown = await going
    assert shown.exit_code == 0, shown.output
    assert written
    assert (await record("verify")).stdout.startswith(f"{written + 4:,} entries, each as it was written")


async def test_an_export_without_any_key_says_so(duebot, tmp_path):
    await (await open_store(f"sqlite:///{tmp_path}/bot.db")).close()
    shown = await duebot("audit", "export", DUEBOT_AUDIT_KEY=None)
    assert shown.exit_code == 0, shown.output
    assert "DUEBOT_AUDIT_KEY is not set" in shown.stderr
    assert "0 entries exported." in shown.stderr
    assert "is empty" not in (await duebot("audit", "verify", DUEBOT_AUDIT_KEY=None)).stdout


async def test_verbs_that_would_enter_something_with_another_key_refuse_to(duebot):
    """A shell that lacks the key would spoil the record for good."""
    key = {"DUEBOT_AUDIT_KEY": "kept elsewhere"}
    assert (await duebot("automatic", "on", **key)).exit_code == 0
    for words in (
        ("automatic", "off"),
        ("sweep",),
        ("proposals", "approve", "all"),
        ("proposals", "skip", "1042", "--reason", "Not now"),
    ):
        refused = await duebot(*words, DUEBOT_AUDIT_KEY=None)
        assert refused.exit_code == 1, words
        assert "Set the same key as the running bot's" in refused.stderr, words
    assert " is on" in (await duebot("automatic", DUEBOT_AUDIT_KEY=None)).stdout, "looking needs no key"
    assert (await duebot("audit", "verify", **key)).exit_code == 0
