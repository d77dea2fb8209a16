"""What happens in Syncro between two syncs reaches the mirror, whatever became of it meanwhile."""

from datetime import date, timedelta
from decimal import Decimal

from bot.store import mirror, mirror_payments
from bot.store.operations import Operation
from bot.use_cases.mirror import synced_at
from bot.use_cases.outcomes import Outcomes
from sandbox.company.book import LineInput
from sandbox.slack.shown import shown_text

TODAY = date(2026, 3, 10)


def made(world, on=TODAY):
    """An invoice of the showpiece's customer for 100 dollars before tax, as somebody makes it in Syncro."""
    line = LineInput("Site visit", Decimal(1), Decimal(100))
    return world.company.create_invoice(
        world.showpiece.customer_id, on, due_date=on + timedelta(days=30), lines=[line]
    )


async def kept_payments(world, invoice):
    return await world.app.rooms.context.lane.read(
        lambda tx: mirror_payments.payments_on(tx, str(invoice.id))
    )


async def test_an_invoice_made_and_paid_between_two_syncs_is_found(world):
    invoice = made(world)
    world.company.pay(invoice.id, Decimal(world.company.balance(invoice)) / 100, reference="between")
    clerk = world.person()
    await clerk.command("C0BILLING", f"/invoice {invoice.number}")
    await clerk.sees(invoice.number)
    found = await world.app.rooms.context.lane.read(lambda tx: mirror.invoices_by_number(tx, invoice.number))
    assert [one.status.value for one in found] == ["paid"]
    assert [one.reference for one in await kept_payments(world, invoice)] == ["between"]


async def test_a_new_invoice_with_a_part_payment_brings_it_along(world):
    invoice = made(world, TODAY - timedelta(days=60))
    world.company.pay(invoice.id, 10, reference="part")
    await world.app.rooms.sync.run()
    assert [one.reference for one in await kept_payments(world, invoice)] == ["part"]


async def test_an_invoice_that_cannot_be_read_stops_no_sync_and_is_read_by_a_later_one(world):
    invoice = made(world)
    await world.app.rooms.sync.run()
    world.company.pay(invoice.id, 10, reference="late")
    world.stage.syncro.faults.add("GET /invoices/{id}", "status", times=None)
    began = world.clock.now()
    report = await world.app.rooms.sync.run()
    assert report.unreadable == (str(invoice.id),)
    assert (await synced_at(world.app.rooms.context) or began) > began, "the rest is as new as that"
    world.stage.syncro.faults.clear()
    assert (await world.app.rooms.sync.run()).unreadable == ()
    assert [one.reference for one in await kept_payments(world, invoice)] == ["late"]


async def test_a_payment_deleted_in_syncro_leaves_the_mirror_too(world):
    invoice = made(world, TODAY - timedelta(days=90))
    world.company.email(invoice.id, to=["billing@acme.example"])
    payment = world.company.pay(invoice.id, Decimal(world.company.balance(invoice)) / 100, reference="gone")
    await world.app.rooms.lookup.invoice(str(invoice.id))
    await world.app.rooms.sync.run()
    assert [one.reference for one in await kept_payments(world, invoice)] == ["gone"]
    world.company.remove_payment(payment.id)
    assert world.company.status(invoice) == "sent"
    await world.app.rooms.sync.run()
    assert await kept_payments(world, invoice) == []


async def test_a_deleted_invoice_is_said_to_be_gone_and_leaves_the_lists(world):
    clerk, gone, said = world.person(), world.showpiece, "Syncro does not have it (any more)"
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Record payment")
    world.company.delete_invoice(gone.id)
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees(said)
    await clerk.click(card, "Record payment")
    await clerk.modal(said)
    world.clock.advance(timedelta(days=1))
    await world.app.rooms.sync.run()
    await clerk.command("C0BILLING", '/invoice find "acme widgets" unpaid')
    found = shown_text(await clerk.sees("Acme Widgets · unpaid"))
    assert "INV-2024-1030" in found
    assert gone.number not in found
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees("There is no invoice 1042 in Syncro")
    assert world.stage.slack.problems == []


async def test_reading_everything_again_forgets_a_deleted_payment(world):
    invoice = made(world, TODAY - timedelta(days=90))
    payment = world.company.pay(invoice.id, Decimal(world.company.balance(invoice)) / 100, reference="gone")
    await world.app.rooms.lookup.invoice(str(invoice.id))
    world.company.remove_payment(payment.id)
    await world.app.rooms.sync.run(full=True)
    assert await kept_payments(world, invoice) == []


async def test_reading_everything_knows_the_payments_of_late(worlds):
    async with worlds(size=30) as world:
        old, late = made(world, TODAY - timedelta(days=61)), made(world, TODAY - timedelta(days=60))
        for invoice in (old, late):
            world.company.pay(invoice.id, Decimal(world.company.balance(invoice)) / 100, reference="before")
        told = []
        report = await world.app.rooms.sync.run(full=True, progress=lambda *step: told.append(step))
        assert [one.reference for one in await kept_payments(world, late)] == ["before"]
        if world.stage.syncro.shape == "guide":
            assert await kept_payments(world, old) == [], "older payments are read when somebody looks"
        steps = [step for step in told if step[0] == "details"]
        assert steps == [("details", number, report.details) for number in range(1, report.details + 1)]
        assert (await world.app.rooms.sync.run()).details == 0, "nothing is read twice"


async def test_an_outcome_told_later_says_how_old_its_balance_is(world):
    invoice = world.showpiece
    await world.app.rooms.lookup.invoice(str(invoice.id))
    world.clock.advance(timedelta(hours=3))
    operation = Operation(
        key="k#1",
        base_key="k",
        kind="payment",
        invoice_id=str(invoice.id),
        customer_id=str(invoice.customer_id),
        actor_id="U0CLERK",
        actor_name="Dana",
        request={},
        request_hash="",
        state="confirmed",
        created_at=world.clock.now(),
    )
    outcome = await Outcomes(world.app.rooms.context, world.app.rooms.lookup).of(operation)
    assert (outcome.card.as_of.hour, outcome.card.live) == (7, False)
