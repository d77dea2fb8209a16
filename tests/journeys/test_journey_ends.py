"""How a write ended is seen where it was entered, and what isn't as it should be is never shown as done."""

from dataclasses import replace
from decimal import Decimal

from journey_world import openapi_only

from sandbox.slack.shown import shown_text


async def entered(clerk, words):
    await clerk.command("C0BILLING", f"/invoice pay {words}")
    return await clerk.submit(await clerk.modal("Balance"))


async def test_an_open_form_follows_what_is_being_checked(world):
    clerk = world.person()
    world.stage.syncro.faults.add(world.paying, "cut_after_commit")
    await entered(clerk, "1042 500 check #1234")
    await clerk.modal("I'm reading back whether it went through")
    shown = await clerk.modal("$500.00 recorded as Check on INV-2024-1042; balance $306.25")
    assert shown["title"]["text"] == "Done"
    assert len(world.payments()) == 1


async def test_a_form_that_was_closed_meanwhile_harms_nobody(world):
    clerk = world.person()
    world.stage.syncro.faults.add(world.paying, "cut_after_commit")
    await entered(clerk, "1042 500 check #1234")
    view = await clerk.modal("I'm reading back whether it went through")
    await clerk.close(view)
    await clerk.sees("balance $306.25", clerk.dm)


async def test_an_entry_that_stands_twice_in_syncro_is_said_on_the_card(world):
    clerk = world.person()
    await entered(clerk, "1042 100 check #1234")
    await clerk.sees("recorded a payment", "C0BILLING")
    (payment,) = world.payments()
    kept = {"reference": payment.reference, "notes": payment.notes}
    world.company.pay(world.showpiece.id, Decimal(100), method="Check", **kept)
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("stands twice in Syncro", "C0BILLING")
    assert "Delete one of the two there" in shown_text(card)


@openapi_only
async def test_a_share_that_landed_as_credit_is_not_counted_as_recorded(world, monkeypatch):
    """Syncro books a payment on the account when number and id don't belong together."""
    clerk = world.person()
    record = world.app.rooms.context.gateway.record_payment

    async def misdirected(invoice_id, payment):
        return await record(invoice_id, replace(payment, invoice_number="INV-1990-0001"))

    monkeypatch.setattr(world.app.rooms.context.gateway, "record_payment", misdirected)
    await clerk.command("C0BILLING", "/invoice pay acme widgets 4500 check #77")
    await clerk.submit(await clerk.modal("How it is spread"))
    view = await clerk.modal("Booked, but not as it should be")
    assert view["title"]["text"] == "Please look"
    assert "Not entered" in shown_text(view)
    said = await clerk.sees("0 of", "C0BILLING")
    assert "landed as credit" in shown_text(said)
    assert ":white_check_mark:" not in shown_text(said)
