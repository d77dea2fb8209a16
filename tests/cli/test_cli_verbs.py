"""What each verb prints, does, and answers to mistakes."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.dates import say_date
from bot.domain.holds import Hold, HoldKind
from bot.store import contacts, holds
from bot.store.contacts import Contact, ContactInvoice
from bot.store.holds import Noted
from bot.store.open import open_store
from sandbox.company import SHOWPIECE

WRITES = ("chat.postMessage", "chat.update", "conversations.open")


def posted(stage):
    return [call for call in stage.slack.calls if call.method in WRITES]


@pytest.mark.parametrize("verb", ["run", "sync", "digest", "sweep", "explain", "demo"])
async def test_every_verb_explains_itself(duebot, verb):
    plain = await duebot("--help")
    shown = await duebot(verb, "--help")
    assert (plain.exit_code, shown.exit_code) == (0, 0)
    assert verb in plain.output
    assert f"duebot {verb}" in shown.output or f"{verb} [OPTIONS]" in shown.output
    assert all(line.strip() for line in re.findall(r"--[a-z-]+ +\S+ +(.*)", shown.output))


async def test_an_unknown_verb_or_option_is_a_usage_error(duebot):
    assert (await duebot("swep")).exit_code == 2
    assert (await duebot("sync", "--everything")).exit_code == 2


# ---- sync ---------------------------------------------------------------------------------------------------


async def test_sync_shows_its_progress_and_what_it_read(duebot, stage):
    first = await duebot("sync")
    assert first.exit_code == 0, first.output
    company, guide = stage.syncro.company, stage.syncro.shape == "guide"
    there = [one for one in company.invoices.values() if guide or not one.void]
    pages = -(-len(there) // 25)
    assert re.search(rf"invoices .* {pages}/{pages} ", first.output)
    assert f"Everything was read: {len(company.customers)} customers, {len(there)} invoices" in first.output
    second = await duebot("sync")
    assert "What changed was read: 0 customers" in second.output
    assert ("sent invoices" if guide else "payments") in second.output
    third = await duebot("sync", "--full")
    assert "Everything was read" in third.output
    assert posted(stage) == []


async def test_a_sync_without_syncro_says_so(duebot, stage):
    stage.syncro.faults.add("*", "status", times=None, status=401)
    told = await duebot("sync")
    assert told.exit_code == 1
    assert "SYNCRO_API_KEY" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    missing = await duebot("sync", SYNCRO_API_KEY=None)
    assert missing.exit_code == 1
    assert "SYNCRO_API_KEY is not set" in missing.stderr


async def test_sync_needs_no_slack(duebot):
    assert (await duebot("sync", SLACK_BOT_TOKEN=None, SLACK_SIGNING_SECRET=None)).exit_code == 0


# ---- digest -------------------------------------------------------------------------------------------------


async def test_a_digest_is_looked_at_without_posting_it(duebot, stage):
    await duebot("sync")
    shown = await duebot("digest", "--dry-run", SLACK_BOT_TOKEN=None)
    assert shown.exit_code == 0, shown.output
    assert re.search(r"\$[\d,.]+ overdue in \d+ invoices", shown.output)
    assert re.search(r"^Days past due +Invoices +Open$", shown.output, re.MULTILINE)
    assert "Largest debtors" in shown.output
    assert posted(stage) == []


async def test_another_days_digest_counts_days_on_that_day(duebot, stage):
    await duebot("sync")
    day = (stage.syncro.company.today() + timedelta(days=45)).isoformat()
    now = await duebot("digest", "--dry-run")
    later = await duebot("digest", "--dry-run", "--as-of", day)
    assert "Days are counted on" in later.output
    overdue = [int(re.search(r"overdue in (\d+) invoice", shown.output)[1]) for shown in (now, later)]
    assert overdue[0] < overdue[1]
    acting = await duebot("digest", "--as-of", day)
    assert acting.exit_code == 1
    assert "Add --dry-run" in acting.stderr
    assert posted(stage) == []


async def test_a_digest_is_posted_once_a_day_unless_asked_again(duebot, stage):
    first = await duebot("digest")
    assert first.exit_code == 0, first.output
    assert "in C0BILLING is posted." in first.output
    again = await duebot("digest")
    assert "was made before; use --again for another" in again.output
    assert len(stage.slack.in_channel("C0BILLING")) == 1
    assert "is posted." in (await duebot("digest", "--again")).output
    assert len(stage.slack.in_channel("C0BILLING")) == 2


async def test_a_digest_that_could_not_be_posted_is_said(duebot, stage):
    stage.slack.faults.add("chat.postMessage", "error:channel_not_found")
    refused = await duebot("digest")
    assert "was not posted" in refused.output
    stage.slack.faults.add("chat.postMessage", "drop_before")
    lost = await duebot("digest", "--again")
    assert "is not posted yet; the running bot goes on trying" in lost.output


async def test_a_channel_without_a_digest_is_said(duebot):
    told = await duebot("digest", "--channel", "C0NOPE")
    assert told.exit_code == 1
    assert "Channels in the policy: C0BILLING." in told.stderr


# ---- sweep --------------------------------------------------------------------------------------------------


async def test_a_sweep_is_looked_at_as_a_table_with_reasons(duebot, stage):
    await duebot("sync")
    shown = await duebot("sweep", "--dry-run", SLACK_BOT_TOKEN=None)
    assert shown.exit_code == 0, shown.output
    table, sums = shown.output.split("\n\n")
    head, *rows = table.splitlines()
    assert head.split() == ["Invoice", "Customer", "Due", "Balance", "Track", "Decision", "Why"]
    why = head.index("Why")
    assert all((row[why - 1] == " " and row[why].isupper()) or row[why] in "“" for row in rows)
    mine = [row for row in rows if row.startswith(SHOWPIECE)]
    assert len(mine) == 2, "an internal and a customer track"
    assert all("$806.25" in row for row in mine)
    tracks = dict(
        line.split(": ", 1) for line in sums.splitlines() if re.match(r"(internal|customer): ", line)
    )
    for track, counts in tracks.items():
        counted = sum(int(number) for number in re.findall(r"(\d+) [a-z]", counts))
        assert counted == sum(f"  {track}  " in row for row in rows)
    assert re.search(r"\d+ contacts in \d+ messages would be made\.", sums)
    assert posted(stage) == []


async def test_another_days_sweep_can_be_looked_at_only(duebot, stage):
    await duebot("sync")
    day = stage.syncro.company.today() + timedelta(days=400)
    now = await duebot("sweep", "--dry-run")
    later = await duebot("sweep", "--dry-run", "--as-of", day.isoformat())
    assert now.output.count("not yet due") > later.output.count("not yet due")
    acting = await duebot("sweep", "--as-of", day.isoformat())
    assert acting.exit_code == 1
    nonsense = await duebot("sweep", "--dry-run", "--as-of", "soonish")
    assert nonsense.exit_code == 1
    assert "“soonish” is not a date" in nonsense.stderr


async def test_a_sweep_without_a_copy_says_how_to_get_one(duebot):
    shown = await duebot("sweep", "--dry-run")
    assert "duebot sync" in shown.output


async def test_a_sweep_acts_once_a_day(duebot, stage):
    first = await duebot("sweep")
    assert first.exit_code == 0, first.output
    made, messages = map(int, re.search(r"(\d+) contacts were made in (\d+) messages", first.output).groups())
    assert made >= messages > 0
    sent = len(posted(stage))
    assert sent > 0
    assert "was done before; use --again" in (await duebot("sweep")).output
    again = await duebot("sweep", "--again")
    assert "0 contacts were made in 0 messages" in again.output
    assert len(posted(stage)) == sent


@pytest.mark.parametrize("stage", ["guide"], indirect=True)  # where nobody waits for mails of the owner's
async def test_a_sweep_that_could_not_be_posted_says_so(duebot, stage):
    """Syncro dies between the lists and the last look before a reminder goes out."""
    await duebot("sync")
    stage.syncro.faults.add("GET /invoices/{id}", "status", status=504, times=None)
    swept = await duebot("sweep")
    assert swept.exit_code == 1, swept.output
    decided, waiting = re.search(
        r"(\d+) contacts were decided, .*Not posted yet: (\d+) of", swept.output, re.S
    ).groups()
    assert int(decided) == int(waiting) > 0
    told = [one.args["text"] for one in posted(stage) if one.method == "chat.postMessage"]
    assert all(text.startswith("Proposals to review") for text in told)
    later = await duebot("sweep")
    assert ("was done before" in later.output, f"Not posted yet: {waiting} of" in later.output) == (
        True,
        True,
    )
    assert later.exit_code == 1


async def test_acting_verbs_need_slack_and_a_policy(duebot, tmp_path: Path):
    missing = await duebot("sweep", SLACK_BOT_TOKEN=None)
    assert (missing.exit_code, "SLACK_BOT_TOKEN is not set" in missing.stderr) == (1, True)
    (tmp_path / "policy.yml").write_text("digests: []\n")
    typo = await duebot("digest")
    assert typo.exit_code == 1
    assert "digests" in typo.stderr


# ---- explain ------------------------------------------------------------------------------------------------


async def test_an_invoice_is_explained_with_both_tracks_and_its_history(duebot, stage):
    await duebot("sync")
    before = await duebot("explain", "1042", SLACK_BOT_TOKEN=None)
    assert before.exit_code == 0, before.output
    off = "automatic off" if stage.syncro.shape == "guide" else "listed"
    assert f"Emails to the customer: {off}" in before.stdout
    assert "No contact has listed it so far." in before.stdout
    await duebot("sweep")
    after = await duebot("explain", "INV-2024-1042")
    # Where Syncro can't send our text the owner has a mail to send as well.
    assert ("1 contact so far" if stage.syncro.shape == "guide" else "2 contacts so far") in after.stdout
    assert " · sent · " in after.stdout


async def test_an_explanation_of_another_day_says_that_balances_are_as_of_now(duebot, stage):
    await duebot("sync")
    shown = await duebot("explain", "1042", "--as-of", "2031-02-15")
    assert "balances are as of now" in shown.stdout
    unknown = await duebot("explain", "99887766")
    assert (unknown.exit_code, "99887766" in unknown.output) == (1, True)


async def test_an_explanation_takes_a_link_and_offers_what_a_number_could_mean(duebot, stage):
    await duebot("sync")
    invoice = stage.syncro.company.invoice_by_number("INV-2024-1042")
    base = stage.settings()["SYNCRO_BASE_URL"].removesuffix("/api/v1")
    linked = await duebot("explain", f"{base}/invoices/{invoice.id}")
    assert "Why INV-2024-1042?" in linked.stdout, linked.output
    same_end = next(one for one in stage.syncro.company.invoices.values() if one.id != invoice.id)
    same_end.number = "INV-2023-1042"
    await duebot("sync", "--full")
    several = await duebot("explain", "1042")
    assert several.exit_code == 1
    assert "INV-2023-1042" in several.stderr
    assert "INV-2024-1042" in several.stderr


async def test_an_explanation_lists_holds_with_how_they_ended(duebot, stage, tmp_path):
    await duebot("sync")
    invoice = stage.syncro.company.invoice_by_number("INV-2024-1042")
    now = stage.slack.clock.now()
    until = now.date() - timedelta(days=3)
    hold = Hold("h1", HoldKind.PROMISE, str(invoice.customer_id), (str(invoice.id),), until, "", "Dana", 500)

    def write(tx):
        holds.insert(tx, Noted(hold=hold, currency="USD", by_id="U1", created_at=now - timedelta(days=9)))
        holds.end(tx, "h1", by="system", reason="Nothing came.", now=now, outcome="broken")

    lane = await open_store(f"sqlite:///{tmp_path}/bot.db")
    await lane.write(write)
    await lane.close()
    shown = await duebot("explain", "1042")
    assert "1 hold so far, the newest first" in shown.stdout
    assert f"Promised $5.00 for {say_date(until)}, noted by Dana · broken, ended on" in shown.stdout
    assert " by Duebot: Nothing came." in shown.stdout


# ---- proposals ----------------------------------------------------------------------------------------------


async def test_a_proposal_is_named_by_the_invoice_that_leads_it(duebot, tmp_path: Path):
    """It lists an older one first, of which there is nothing new to say."""
    await duebot("sync")
    lane = await open_store(f"sqlite:///{tmp_path}/bot.db")
    waits = Contact(
        id="waits-1",
        customer_id="1",
        currency="USD",
        track="customer",
        carrying_invoice_id="902",
        level="final notice",
        stage="planned",
        policy_version="test",
        total=2,
        as_of="2026-03-02",
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        needs="level",
        invoices=(
            ContactInvoice("901", "INV-2026-0901", 60, 1, "final notice", 45),
            ContactInvoice("902", "INV-2026-0902", 50, 1, "final notice", 45),
        ),
    )
    await lane.write(lambda tx: contacts.insert(tx, waits))
    await lane.close()
    first = await duebot("proposals", "approve", "INV-2026-0901", "--dry-run")
    assert (first.exit_code, "is no proposal that waits" in first.output) == (1, True)
    leads = await duebot("proposals", "approve", "INV-2026-0902", "--dry-run")
    assert "1 contact would be approved" in leads.stdout, leads.output
