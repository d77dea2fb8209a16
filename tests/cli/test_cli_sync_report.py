"""What ``duebot sync`` says when it is done."""

from bot.use_cases.mirror_reading import SyncReport
from bot.verbs import synced


def test_a_quiet_sync_is_one_sentence():
    report = SyncReport(False, customers=0, invoices=1, payments=3, details=1, pages=6, requests=7)
    assert synced(report) == (
        "What changed was read: 0 customers, 1 invoice (1 of them in detail) and 3 payments, in 7 requests (6 pages)."
    )


def test_what_somebody_should_look_at_is_said_with_its_ids():
    report = SyncReport(
        True,
        gone=2,
        reversals=1,
        unreadable=("17", "?"),
        unreadable_customers=("4",),
        unreadable_payments=("8", "9"),
    )
    assert synced(report).splitlines()[1:] == [
        "No longer in Syncro: 2 invoices.",
        "No longer on their invoices: 1 payment. Those concerned are told in Slack.",
        "Could not be read, and are tried again by the next sync: 2 invoices (17, ?).",
        "Could not be read: 1 customer (4).",
        "Could not be read: 2 payments (8, 9).",
    ]


async def test_a_deleted_invoice_is_reported(duebot, stage):
    company = stage.syncro.company
    await duebot("sync")
    sent = next(one for one in company.invoices.values() if company.status(one) == "sent")
    company.delete_invoice(sent.id)
    told = await duebot("sync", "--full")
    assert "No longer in Syncro: 1 invoice." in told.output
