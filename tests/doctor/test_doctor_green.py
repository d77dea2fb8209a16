"""Where nothing is wrong, nothing is said to be; and looking changes nothing."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from bot.store.open import open_store

ROOT = Path(__file__).parents[2]
SHAPES = ("guide", "openapi")
WRITES = ("chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.join", "conversations.open")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("setting", ["named", "auto"])
async def test_all_is_fine(benches, shape, setting):
    async with benches(shape) as bench:
        if setting == "auto":
            bench.env["SYNCRO_API_SHAPE"] = "auto"
        status, found = await bench.findings()
        assert [one for one in found if one["state"] != "ok"] == []
        assert status == 0
        assert all(one["says"] and not one["cure"] for one in found)
        assert {set(one) == {"check", "state", "says", "cure"} for one in found} == {True}


async def test_socket_mode_is_fine_without_a_signing_secret(benches):
    async with benches() as bench:
        bench.env |= {"SLACK_APP_TOKEN": bench.stage.slack.app_token, "SLACK_SIGNING_SECRET": None}
        status, found = await bench.findings()
        says = {one["check"]: one["says"] for one in found}
        assert (status, [one for one in found if one["state"] != "ok"]) == (0, [])
        assert "no public address" in says["Socket Mode"]
        assert "signing secret" not in says


@pytest.mark.parametrize("shape", SHAPES)
async def test_nothing_is_changed(benches, shape):
    async with benches(shape) as bench:
        await bench.run()
        assert {seen.method for seen in bench.stage.syncro.requests} == {"GET"}
        paths = [(seen.path, seen.query.get("page")) for seen in bench.stage.syncro.requests]
        assert len(paths) == len(set(paths)), "each thing is asked for once"
        assert not [call for call in bench.stage.slack.calls if call.method in WRITES]
        assert bench.stage.slack.problems == []
        assert os.listdir(bench.folder) == ["policy.yml"]


async def test_a_database_in_use_is_looked_at_and_left_alone(benches):
    async with benches() as bench:
        lane = await open_store(f"sqlite:///{bench.folder}/duebot.db")
        try:
            before = sorted(os.listdir(bench.folder))
            _, found = await bench.findings()
            assert sorted(os.listdir(bench.folder)) == before
        finally:
            await lane.close()
        closed = sorted(os.listdir(bench.folder))
        _, again = await bench.findings()
        assert sorted(os.listdir(bench.folder)) == closed
        for one in (found, again):
            assert next(each for each in one if each["check"] == "database")["says"].endswith(
                "with the tables of this version"
            )


async def test_what_the_shape_cannot_do_is_one_line(benches):
    async with benches("openapi") as bench:
        _, found = await bench.findings()
        (limits,) = [one for one in found if one["check"] == "Syncro limits"]
        assert "void an invoice" in limits["says"]
        assert "Syncro's own screens" in limits["says"]


async def test_as_a_program_of_its_own(benches):
    async with benches() as bench:
        bench.policy("own_reminders: off, ", "")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "doctor"),
            cwd=bench.folder,
            env={name: value for name, value in bench.env.items() if value},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert (process.returncode, err) == (0, b"")
        shown = out.decode().splitlines()
        assert shown[-1].endswith("1 to look at.")
        at = next(place for place, line in enumerate(shown) if line.startswith("!"))
        assert "own_reminders: off" in shown[at + 1]


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_check_is_in_the_manual(benches, shape):
    manual = (ROOT / "docs" / "doctor.md").read_text()
    table = manual.partition("## What is looked at")[2]
    told = ", ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))
    async with benches(shape) as bench:
        _, found = await bench.findings()
    names = {re.sub(r"^(read|write) ", "", one["check"]) for one in found}
    assert [name for name in names if name.partition(" C0")[0] not in told] == []
