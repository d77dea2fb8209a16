"""Syncro is down, slow, or says no: the person gets a sentence where they stand, and nothing is written."""

import time

import httpx
import pytest
from journey_world import one_shape

from bot.views import ids
from sandbox.slack.shown import filled, shown_text

DOWN = {"kind": "status", "status": 500, "times": None}
OUTAGES = {
    "down": (DOWN, "Syncro had a problem of its own (500)"),
    "html": ({"kind": "garbage", "times": None}, "Syncro's answer could not be read"),
    "cut": ({"kind": "cut_before_commit", "times": None}, "the connection broke before Syncro answered"),
    "key": ({"kind": "status", "status": 401, "times": None}, "Syncro does not accept the API key"),
    "pace": (
        {"kind": "status", "status": 429, "retry_after": "0", "times": None},
        "Syncro asks for a pause",
    ),
}


@pytest.mark.parametrize("outage", sorted(OUTAGES))
async def test_nothing_is_written_and_the_reason_is_said(world, outage):
    fault, said = OUTAGES[outage]
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    form = await clerk.modal("Balance")
    world.stage.syncro.faults.add("*", **fault)
    await clerk.submit(form)
    again = await clerk.modal(said)
    assert filled(again)["Amount (USD)"] == "10", "what was typed stays"
    assert "invoice " + str(world.showpiece.id) not in shown_text(again), "an id is no number"
    await clerk.close(again)
    await clerk.command("C0BILLING", "/invoice 999999")
    await clerk.sees(said)
    world.stage.syncro.faults.clear()
    assert world.payments() == []
    assert world.writes() == []
    assert world.stage.slack.problems == []


RIGHTS = {
    "Payments - Create": ("pay 1042 10 check", "Balance", {}, "record the payment on the invoice"),
    "Invoices - Edit": ("edit 1042", "Save", {"Notes": "Call first"}, "change the invoice"),
}


@pytest.mark.parametrize("right", sorted(RIGHTS))
async def test_a_right_that_the_key_lacks_is_named_and_the_form_goes_on_when_it_is_given(world, right):
    command, has, values, doing = RIGHTS[right]
    world.stage.syncro.permissions.take(right)
    clerk = world.person()
    await clerk.command("C0BILLING", f"/invoice {command}")
    await clerk.submit(await clerk.modal(has), values)
    again = await clerk.modal(f"The Syncro API key may not {doing}.")
    told = shown_text(again)
    assert "Please ask account admin" in told
    assert f"give the key the permission “{right.replace(' - ', ' – ')}”" in told
    assert "SYNCRO_API_KEY" not in told, "the key itself is fine"
    world.stage.syncro.permissions.give(right)
    await clerk.submit(again)
    await clerk.modal("Done")
    assert len(world.writes()) == 2, "the one that was refused, and the other"
    assert world.stage.slack.problems == []


async def test_a_card_that_the_key_may_not_read_says_so(world):
    world.stage.syncro.permissions.take("Invoices - View Details")
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = shown_text(await clerk.sees("from Duebot's own copy"))
    assert "The Syncro API key may not read the invoice." in card
    assert "give the key the permission “Invoices – View Details”" in card


async def test_a_card_is_shown_from_the_copy_and_says_so(world):
    clerk = world.person()
    world.stage.syncro.faults.add("GET /invoices/{id}", **DOWN)
    await clerk.command("C0BILLING", "/invoice 1042")
    card = shown_text(await clerk.sees("$806.25 open"))
    assert "from Duebot's own copy. Duebot could not read the invoice" in card
    await clerk.command("C0BILLING", "/invoice find unpaid")
    await clerk.sees("all customers · unpaid")


async def test_sharing_reads_afresh_or_not_at_all(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Share here")
    world.stage.syncro.faults.add("*", **DOWN)
    await clerk.click(card, "Share here")
    await clerk.sees("Syncro had a problem of its own")
    assert not any("Acme" in shown_text(one) for one in world.person("U0BOSS").messages("C0BILLING"))


@one_shape
async def test_a_slow_syncro_is_said_to_be_slow(world):
    clerk = world.person()
    world.stage.syncro.faults.add("GET /invoices/{id}", "slow", seconds=1.4)
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees("This takes a moment")
    await clerk.sees("$806.25 open")
    assert world.stage.slack.problems == []


@one_shape
async def test_a_form_opens_at_once_however_slow_syncro_is(world):
    clerk = world.person()
    world.stage.syncro.faults.add("*", "slow", seconds=1.5, times=2)
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    loading = await clerk.modal("Reading from Syncro")
    assert loading["submit"] is None
    assert filled(await clerk.modal("Balance"))["Method"] == "Check"
    assert world.stage.slack.problems == []


@one_shape
async def test_a_slow_write_is_acknowledged_in_time_and_its_outcome_told(worlds):
    async with worlds(size=30, DUEBOT_SYNCRO_TIMEOUT_SECONDS=10) as world:
        await world.app.rooms.sync.run()
        clerk = world.person()
        await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
        form = await clerk.modal("Balance")
        world.stage.syncro.faults.add(world.paying, "slow", seconds=2.6)
        assert await clerk.submit(form) == {}
        working = await clerk.modal("Recording the payment in Syncro…")
        assert "You can close this" in shown_text(working)
        await clerk.modal("$10.00 recorded")
        assert len(world.payments()) == 1
        assert world.stage.slack.problems == []


@one_shape
async def test_an_error_after_the_form_was_closed_comes_where_the_person_stood(worlds):
    async with worlds(size=30, DUEBOT_SYNCRO_TIMEOUT_SECONDS=10) as world:
        await world.app.rooms.sync.run()
        clerk = world.person()
        await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
        form = await clerk.modal("Balance")
        world.stage.syncro.faults.add("GET /invoices/{id}", "slow", seconds=2.3)
        world.company.pay(world.showpiece.id, "1")
        assert await clerk.submit(form) == {}
        await clerk.close(await clerk.modal("Recording the payment in Syncro…"))
        told = await clerk.sees("has changed since you opened this", "C0BILLING")
        assert told["is_ephemeral"]
        assert len(world.payments()) == 1


async def test_typeahead_without_syncro_offers_nothing_and_breaks_nothing(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice new")
    form = await clerk.modal("Review")
    world.stage.syncro.faults.add("*", **DOWN)
    menu = next(
        name for block in form["blocks"] if (name := block["block_id"]).startswith(ids.IN_LINE_PRODUCT)
    )
    assert await clerk.options(form, None, "Managed", action_id=menu) == []
    assert len(await clerk.options(form, None, "acme", action_id=ids.IN_CUSTOMER)) == 3
    assert world.stage.slack.problems == []


async def test_home_is_shown_while_syncro_is_down(world):
    world.stage.syncro.faults.add("*", **DOWN)
    await world.person().home("Data as of")
    assert world.stage.slack.problems == []


@one_shape
async def test_a_dead_syncro_is_left_alone_and_whoever_asks_is_told(world, monkeypatch):
    clerk = world.person()
    circuit = world.app.rooms.syncro._line.circuit

    async def metrics():
        async with httpx.AsyncClient(base_url=world.app.address, trust_env=False) as http:
            assert (await http.get("/readyz")).json() == {"ready": True, "problems": []}
            return (await http.get("/metrics")).text

    world.stage.syncro.faults.add("*", **DOWN)
    while not circuit.is_open:
        await clerk.command("C0BILLING", "/invoice 1042")
        await world.idle()
    asked = len(world.stage.syncro.requests)
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees("Syncro hasn't answered for")
    await clerk.sees("from Duebot's own copy")
    assert "duebot_syncro_circuit_open 1.0" in await metrics()
    assert len(world.stage.syncro.requests) == asked

    world.stage.syncro.faults.clear()
    monkeypatch.setattr(circuit, "_monotonic", lambda: time.monotonic() + 60)
    world.company.pay(world.showpiece.id, "100.25")
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees("$706.00 open")
    assert "duebot_syncro_circuit_open 0.0" in await metrics()
    assert world.stage.slack.problems == []
