"""Late fees from a terminal: listed with the proposals, approved and skipped by their id, and explained."""

import re
from datetime import timedelta
from pathlib import Path

from bot.store import contacts
from bot.store.contacts import Contact, ContactInvoice
from bot.store.open import open_store

PLAIN = "{name: friendly, days: 1, to: customer, template: friendly}"


async def told(stage, folder: Path):
    """The policy adds a fee, and the first level has been sent to two customers."""
    policy = folder / "policy.yml"
    policy.write_text(policy.read_text().replace(PLAIN, PLAIN.replace("}", ", late_fee: {percent: 1.5}}")))
    company, now = stage.syncro.company, stage.slack.clock.now()
    late = [company.invoice_by_number("INV-2024-1042")]
    late.append(
        next(
            one
            for one in company.invoices.values()
            if company.status(one) == "sent"
            and one.due_date
            and (now.date() - one.due_date).days > 2
            and one.customer_id != late[0].customer_id
            and company.balance(one) > 10_000
        )
    )
    lane = await open_store(f"sqlite:///{folder}/bot.db")
    for invoice in late:
        made = Contact(
            id=f"told-{invoice.id}",
            customer_id=str(invoice.customer_id),
            currency="USD",
            track="customer",
            carrying_invoice_id=str(invoice.id),
            level="friendly",
            stage="sent",
            policy_version="test",
            total=1,
            as_of=(now - timedelta(days=1)).date().isoformat(),
            created_at=now,
            invoices=(ContactInvoice(str(invoice.id), invoice.number, 3, 1, "friendly", 1),),
        )
        await lane.write(lambda tx, made=made: contacts.insert(tx, made))
    await lane.close()
    return late


def fee_of(listed: str, invoice) -> str:
    row = next(line for line in listed.splitlines() if line.startswith("fee-") and invoice.number in line)
    return row.split()[0]


def lines(invoice):
    return [one.name for one in invoice.lines if one.name.startswith("Late fee")]


async def test_late_fees_are_listed_approved_skipped_and_explained(duebot, stage, tmp_path: Path):
    await duebot("sync")
    first, second = await told(stage, tmp_path)
    swept = await duebot("sweep")
    assert "2 late fees waiting for a person" in swept.stdout, swept.output
    listed = (await duebot("proposals", "list")).stdout
    assert "$12.09" in listed
    approved, skipped = fee_of(listed, first), fee_of(listed, second)
    dry = await duebot("proposals", "approve", approved, "--dry-run")
    assert "1 late fee would be approved and added; nothing was changed." in dry.stdout
    mixed = await duebot("proposals", "approve", approved, "all")
    assert (mixed.exit_code, "by themselves" in mixed.output) == (1, True)
    assert lines(first) == []
    done = await duebot("proposals", "approve", approved)
    assert re.search(r"INV-2024-1042, late fee of \$12\.09, “friendly”: approved and added\.", done.stdout), (
        done
    )
    assert done.exit_code == 0
    assert len(lines(first)) == 1
    assert "It would be skipped" in (await duebot("proposals", "skip", skipped, "--dry-run")).stdout
    left_out = await duebot("proposals", "skip", skipped, "--reason", "A good customer")
    assert "skipped (A good customer)" in left_out.stdout
    assert lines(second) == []
    assert "fee-" not in (await duebot("proposals", "list")).stdout
    assert "1 late fee so far" in (await duebot("explain", "1042")).stdout
    again = await duebot("proposals", "approve", approved)
    assert again.exit_code == 1
    assert len(lines(first)) == 1
