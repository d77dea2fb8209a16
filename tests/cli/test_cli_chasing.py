"""Writing to customers from a terminal: started, proposed, approved, skipped, swept, stopped."""

import pytest

guide_only = pytest.mark.parametrize("stage", ["guide"], indirect=True)
openapi_only = pytest.mark.parametrize("stage", ["openapi"], indirect=True)


def emails(stage):
    return [seen for seen in stage.syncro.requests if seen.method == "POST" and seen.path.endswith("/email")]


def ids_of(listed):
    """The ids in the first column of the list."""
    return [line.split()[0] for line in listed.splitlines() if line[:2] == "20"]


@guide_only
async def test_from_the_first_start_to_the_first_email(duebot, stage):
    assert "is off" in (await duebot("automatic")).stdout
    looked = await duebot("automatic", "on", "--dry-run")
    assert "nothing was changed" in looked.stdout
    assert "is off" in (await duebot("automatic")).stdout
    on = await duebot("automatic", "on")
    assert (on.exit_code, "is on since" in on.stdout) == (0, True)
    swept = await duebot("sweep")
    assert swept.exit_code == 0, swept.output
    assert "0 emails sent" in swept.stdout
    assert "waiting for a person" in swept.stdout
    assert emails(stage) == []
    listed = (await duebot("proposals", "list")).stdout
    ids = ids_of(listed)
    assert len(ids) > 3
    nobody = await duebot("proposals", "skip", ids[0])
    assert (nobody.exit_code, "Say why" in nobody.stderr) == (1, True)
    skipped = await duebot("proposals", "skip", ids[0], "--reason", "They call tomorrow")
    assert "Skipped: " in skipped.stdout
    dry = await duebot("proposals", "approve", ids[1], "--dry-run")
    assert "1 contact would be approved" in dry.stdout
    number = next(line for line in listed.splitlines() if line.startswith(ids[1])).split("INV-2024-")[1][:4]
    by_its_end = await duebot("proposals", "approve", number, "--dry-run")
    assert "1 contact would be approved" in by_its_end.stdout
    assert "Approved: " in (await duebot("proposals", "approve", ids[1])).stdout
    gone = await duebot("proposals", "approve", ids[1])
    assert (gone.exit_code, "is no proposal that waits" in gone.stderr) == (1, True)
    later = await duebot("sweep")
    assert "1 email sent" in later.stdout
    assert len(emails(stage)) == 1
    every = await duebot("proposals", "approve", "all")
    assert f"Approved: {len(ids) - 2} contacts" in every.stdout
    assert "Nothing waits for a decision." in (await duebot("proposals", "list")).stdout
    await duebot("sweep")
    assert 1 < len(emails(stage)) <= len(ids) - 1
    off = await duebot("automatic", "off")
    assert "is off since" in off.stdout


@guide_only
async def test_what_is_nonsense_is_refused_with_a_sentence(duebot):
    odd = await duebot("automatic", "maybe")
    assert (odd.exit_code, "neither on nor off" in odd.stderr) == (1, True)
    unknown = await duebot("proposals", "approve", "4711")
    assert (unknown.exit_code, "is no proposal that waits" in unknown.stderr) == (1, True)


@openapi_only
async def test_owners_mails_are_told_in_the_sweep(duebot, stage):
    swept = await duebot("sweep")
    assert swept.exit_code == 0, swept.output
    assert "given to owners" in swept.stdout
    assert emails(stage) == []
