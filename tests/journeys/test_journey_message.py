"""A promise or a dispute that stands in a message: noted from there, and posted in no channel."""

import pytest
from journey_customer import acts, customer_id, open_holds
from journey_world import one_shape

from bot.domain.holds import HoldKind
from bot.views import ids
from sandbox.slack.shown import filled, shown_text

#: As Slack hands it over, and as it is read.
SAID = "Pat says: we pay &lt;1042&gt; &amp; the rest on Friday"
READ = "Pat says: we pay <1042> & the rest on Friday"


async def message_of(person, channel="C0BILLING", text=SAID):
    await person.say(channel, text)
    return await person.sees("Pat says", channel)


async def form_of(person, channel="C0BILLING", text=SAID):
    await person.shortcut(ids.SHORTCUT_MESSAGE, await message_of(person, channel, text))
    return await person.modal("Invoice or customer")


async def test_a_promise_is_noted_from_a_message(world):
    clerk = world.person()
    form = await form_of(clerk)
    note = filled(form)["Note"]
    assert note.startswith(READ)
    assert "slack.example/archives/C0BILLING/p" in note
    assert await clerk.submit(form, {"Invoice or customer": "1042", "What is it": "Promise"}) == {}
    promise = await clerk.modal("Promised for")
    assert filled(promise)["Note"] == note
    assert await clerk.submit(promise, {"Promised for": "friday"}) == {}
    await clerk.modal("The promise is noted")
    (hold,) = await open_holds(world)
    assert (hold.kind, hold.invoice_ids) == (HoldKind.PROMISE, (str(world.showpiece.id),))
    assert hold.note == note
    assert [act[1] for act in await acts(world)] == ["promise.placed"]


async def test_a_dispute_is_noted_for_one_of_a_customers_invoices(world):
    clerk = world.person()
    form = await form_of(clerk)
    offered = await clerk.options(form, "Invoice or customer", "Acme Widgets")
    assert f"customer {customer_id(world)}" in {one["value"] for one in offered}
    values = {"Invoice or customer": f"customer {customer_id(world)}", "What is it": "Dispute"}
    chosen = next(one for one in offered if one["value"] == values["Invoice or customer"])
    assert await clerk.submit(form, {**values, "Invoice or customer": chosen}) == {}
    which = await clerk.modal("What is disputed?")
    assert await clerk.submit(which, {"What is disputed?": str(world.showpiece.id)}) == {}
    dispute = await clerk.modal("until somebody ends the dispute")
    assert "Pat says" in filled(dispute)["Reason"]
    assert await clerk.submit(dispute) == {}
    await clerk.modal("The dispute is noted")
    (hold,) = await open_holds(world)
    assert (hold.kind, hold.invoice_ids) == (HoldKind.DISPUTE, (str(world.showpiece.id),))


@one_shape
async def test_a_long_message_is_cut_to_what_a_note_holds(world):
    clerk = world.person()
    form = await form_of(clerk, text=f"Pat says {'x' * 900}")
    assert len(filled(form)["Note"]) <= 500
    assert await clerk.submit(form, {"Invoice or customer": "1042", "What is it": "Dispute"}) == {}
    await clerk.submit(await clerk.modal("until somebody ends the dispute"))
    await clerk.modal("The dispute is noted")


@one_shape
@pytest.mark.parametrize("channel", ["C0SHARED", "C0GUESTS", "C0BILLING"])
async def test_it_is_told_to_the_person_alone(world, channel):
    clerk = world.person()
    form = await form_of(clerk, channel)
    places = ("C0BILLING", "C0SHARED", "C0GUESTS", "C0APPROVE", "C0GENERAL")
    before = [len(world.stage.slack.in_channel(place)) for place in places]
    await clerk.submit(form, {"Invoice or customer": "1042", "What is it": "Dispute"})
    await clerk.submit(await clerk.modal("until somebody ends the dispute"))
    await clerk.modal("The dispute is noted")
    await world.app.rooms.outbox.deliver_due()
    assert "Pat says" in shown_text(await clerk.sees("noted a dispute", clerk.dm))
    assert [len(world.stage.slack.in_channel(place)) for place in places] == before


@one_shape
async def test_where_the_bot_is_not_the_note_has_no_address(world):
    boss = world.person("U0BOSS")
    form = await form_of(boss, "C0PRIVATE")
    assert filled(form)["Note"] == READ


@one_shape
async def test_only_what_is_unpaid_is_offered(world):
    clerk, paid = world.person(), world.any_invoice("paid")
    form = await form_of(clerk)
    for invoice, offered in ((paid, False), (world.showpiece, True)):
        found = await clerk.options(form, "Invoice or customer", invoice.number)
        assert (f"invoice {invoice.id}" in {one["value"] for one in found}) is offered


@one_shape
async def test_what_is_not_chosen_is_asked_for_at_its_field(world):
    clerk = world.person()
    form = await form_of(clerk)
    errors = await clerk.submit(
        form, {"Invoice or customer": "1042", "What is it": "Dispute", "Note": "y" * 501}
    )
    assert "at most 500" in errors[ids.IN_NOTES]
    assert await open_holds(world) == []


@one_shape
async def test_who_may_only_look_is_refused_privately(world):
    viewer = world.person("U0VIEW")
    await viewer.shortcut(ids.SHORTCUT_MESSAGE, await message_of(viewer))
    told = await viewer.sees("To set holds you need the role collector or higher")
    assert told["is_ephemeral"]
    assert "Pat says" not in shown_text(told)
    assert viewer.views() == []
