"""Which chased invoices are paid and not noted yet."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.invoice import Invoice, Payment, Status
from bot.store import contacts, mirror, thanks
from bot.store.contacts import Contact, ContactInvoice
from bot.store.lane import Lane

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
PAYMENT = Payment("p1", "1", 100, "Check", "77", DAY, customer_id="c1")
INVOICE = Invoice(
    "1",
    "1042",
    "c1",
    "Example",
    date(2026, 1, 2),
    date(2026, 2, 1),
    Status.PAID,
    100,
    0,
    100,
    0,
    "USD",
    payments=(PAYMENT,),
)


async def put(
    lane: Lane, *, stage: str = "sent", gone: bool = False, payment: Payment = PAYMENT, **changes: object
) -> None:
    invoice = replace(INVOICE, payments=(payment,), **changes)  # type: ignore[arg-type]  # test data
    listed = ContactInvoice("1", "1042", 9, 100, "firm", 7)
    contact = Contact(
        id="k1",
        customer_id="c1",
        currency="USD",
        track="internal",
        carrying_invoice_id="1",
        level="firm",
        stage=stage,
        policy_version="test",
        total=100,
        as_of="2026-02-10",
        created_at=NOW,
        invoices=(listed,),
    )

    await lane.write(lambda tx: mirror.put_invoices(tx, [invoice], NOW))
    await lane.write(lambda tx: contacts.insert(tx, contact))
    if gone:
        await lane.write(lambda tx: mirror.mark_gone(tx, ["1"]))


async def found(lane: Lane, since: date = DAY) -> list[str]:
    return [one.id for one in await lane.read(lambda tx: thanks.to_note(tx, since))]


async def test_a_paid_one_is_found_until_it_is_noted(lane: Lane) -> None:
    await put(lane)
    assert await found(lane) == ["1"]
    assert await lane.write(lambda tx: thanks.note(tx, "1", "thanks:U1:2026-03-03", NOW))
    assert not await lane.write(lambda tx: thanks.note(tx, "1", "thanks:U1:2026-03-04", NOW))
    assert await found(lane) == []
    told = await lane.read(lambda tx: thanks.told_with(tx, "thanks:U1:2026-03-03"))
    assert [one.id for one in told] == ["1"]
    assert await lane.read(lambda tx: thanks.told_with(tx, "thanks:U1:2026-03-04")) == []


async def test_an_unknown_contact_counts(lane: Lane) -> None:
    await put(lane, stage="unknown")
    assert await found(lane) == ["1"]


async def test_a_void_one_is_not_paid(lane: Lane) -> None:
    await put(lane, status=Status.VOID)
    assert await found(lane) == []


async def test_a_vanished_one_is_not_paid(lane: Lane) -> None:
    await put(lane, gone=True)
    assert await found(lane) == []


async def test_an_old_payment_entered_lately_is_news_and_a_declined_one_is_none(lane: Lane) -> None:
    old = replace(PAYMENT, date=date(2026, 1, 9))
    await put(lane, payment=old)
    assert await found(lane) == []
    entered = replace(old, created_at="2026-03-02T09:00:00Z")
    await lane.write(lambda tx: mirror.put_invoices(tx, [replace(INVOICE, payments=(entered,))], NOW))
    assert await found(lane) == ["1"]
    declined = replace(PAYMENT, successful=False)
    await lane.write(lambda tx: mirror.put_invoices(tx, [replace(INVOICE, payments=(declined,))], NOW))
    assert await found(lane) == []


async def test_what_is_still_to_be_read_is_not_known_to_be_paid(lane: Lane) -> None:
    await put(lane)
    await lane.write(lambda tx: tx.run("UPDATE invoice SET needs_detail = 1"))
    assert await found(lane) == []
