"""What holds a customer as a whole, who looks after them, and their card."""

from datetime import date, timedelta

import pytest
from journey_customer import acts, again, customer_card, customer_id, form_of, open_holds, reminded
from journey_world import one_shape

from bot.domain.holds import Hold, HoldKind
from bot.store import holds
from bot.store.holds import Noted
from bot.views import ids
from sandbox.slack.shown import buttons, shown_text

BUTTONS = {
    "Log call",
    "Assign",
    "Promise all",
    "Says all paid",
    "Dispute all",
    "Snooze all",
    "Do not contact",
}


async def test_do_not_contact_is_noted_once_and_ended_with_a_reason(world):
    clerk, subject = world.person(), f"customer:{customer_id(world)}"
    form = await form_of(clerk, "Do not contact", "Note it")
    assert "not to be contacted" in str(await clerk.submit(form, {"Reason": " "}))
    assert await clerk.submit(form, {"Reason": "Their lawyer writes"}) == {}
    await clerk.close(await clerk.modal("It is noted that they are not to be contacted"))
    assert "It is noted" in await again(world)
    (hold,) = await open_holds(world)
    assert (hold.kind, hold.customer_id, hold.invoice_ids) == (
        HoldKind.DO_NOT_CONTACT,
        customer_id(world),
        (),
    )
    card = await customer_card(clerk)
    assert "is not to be contacted, noted by Casey Lindqvist: Their lawyer writes" in shown_text(card)
    assert "Do not contact" not in buttons(card)
    assert await acts(world) == [("U0CLERK", "do_not_contact.placed", subject)]
    await clerk.click(card, "End hold")
    ending = await clerk.modal("Their lawyer writes")
    assert "Say why" in str(await clerk.submit(ending, {"Reason": " "}))
    assert await clerk.submit(ending, {"Reason": "Settled"}) == {}
    await clerk.close(await clerk.modal("The hold has ended"))
    assert "has ended already" not in await again(world)
    assert await open_holds(world) == []
    assert (await acts(world))[1:] == [("U0CLERK", "do_not_contact.ended", subject)]
    assert "Do not contact" in buttons(await customer_card(clerk))


async def test_a_second_do_not_contact_is_refused_where_the_person_stands(world):
    clerk, dana = world.person(), world.person("U0DANA")
    first, second = [await form_of(one, "Do not contact", "Note it") for one in (clerk, dana)]
    assert await clerk.submit(first, {"Reason": "Their lawyer writes"}) == {}
    await dana.submit(second, {"Reason": "Too"})
    await dana.modal("this customer is not to be contacted, by Casey Lindqvist")
    assert len(await open_holds(world)) == 1


async def test_a_dispute_of_all_holds_every_invoice_and_ends_on_the_customers_card(world):
    clerk = world.person()
    form = await form_of(clerk, "Dispute all", "Note it")
    assert await clerk.submit(form, {"Reason": "Wrong contract"}) == {}
    await clerk.close(await clerk.modal("noted for all their invoices"))
    await clerk.command("C0BILLING", "/invoice 1042")
    invoice = await clerk.sees("Disputed, noted by Casey Lindqvist: Wrong contract")
    assert "End hold" not in buttons(invoice), "what holds the customer doesn't end at one invoice"
    await clerk.command("C0BILLING", "/invoice why 1042")
    await clerk.sees("The customer disputes it")
    card = await customer_card(clerk)
    assert "All invoices: Disputed" in shown_text(card)
    second = await form_of(clerk, "Dispute all", "Note it")
    await clerk.submit(second, {"Reason": "Twice"})
    await clerk.close(await clerk.modal("All their invoices are disputed already"))
    await clerk.click(card, "End hold")
    await clerk.submit(await clerk.modal("Reminders go on"), {"Reason": "Settled"})
    await clerk.modal("The hold has ended")
    assert await open_holds(world) == []


async def test_a_snooze_of_all_needs_a_day_ahead_and_a_new_one_takes_its_place(world):
    clerk = world.person()
    form = await form_of(clerk, "Snooze all", "Note it")
    errors = await clerk.submit(form, {"Until": "today", "Reason": " "})
    assert set(errors) == {ids.IN_UNTIL, ids.IN_REASON}
    for until in ("tomorrow", "friday"):
        form = clerk.again(form) if until == "tomorrow" else await form_of(clerk, "Snooze all", "Note it")
        assert await clerk.submit(form, {"Until": until, "Reason": "On holiday"}) == {}
        await clerk.close(await clerk.modal("All their invoices are snoozed"))
    (hold,) = await open_holds(world)
    assert hold.until == date(2026, 3, 13)
    assert [act[1] for act in await acts(world)] == ["snooze.placed", "snooze.ended", "snooze.placed"]


async def test_who_may_only_look_gets_no_buttons_and_is_refused(world):
    clerk, viewer = world.person(), world.person("U0VIEW")
    assert set(buttons(await customer_card(clerk))) >= BUTTONS
    assert not BUTTONS & set(buttons(await customer_card(viewer)))
    form = await form_of(clerk, "Do not contact", "Note it")
    policy = world.app.rooms.authority
    policy._lists = type(policy._lists)(viewers=frozenset({"U0CLERK"}))
    await clerk.submit(form, {"Reason": "Their lawyer writes"})
    await clerk.modal("To set holds you need the role collector or higher")
    assert await open_holds(world) == []


@one_shape
async def test_the_card_counts_promises_and_names_the_invoices_that_are_held(world):
    context = world.app.rooms.context
    whose, invoice = customer_id(world), str(world.showpiece.id)

    def write(tx):
        for number, outcome in enumerate(("kept", "kept", "broken", "moved")):
            hold = Hold(f"p{number}", HoldKind.PROMISE, whose, (invoice,), context.today())
            holds.insert(tx, Noted(hold=hold, currency="USD", by_id="U0DANA", created_at=context.now()))
            holds.end(tx, hold.id, by="system", reason=outcome, now=context.now(), outcome=outcome)
        hold = Hold("open", HoldKind.PROMISE, whose, (invoice,), context.today() + timedelta(days=3))
        holds.insert(tx, Noted(hold=hold, currency="USD", by_id="U0DANA", created_at=context.now()))

    await context.lane.write(write)
    text = shown_text(await customer_card(world.person()))
    assert "2 kept, 1 broken" in text
    assert "INV-2024-1042: Promised for Fri, Mar 13, 2026" in text


# ---- who looks after a customer ------------------------------------------------------------------------------


async def assign(person, who):
    form = await form_of(person, "Assign", "Empty leaves it to the policy")
    return await person.submit(form, {"Owner": who})


async def test_an_assigned_owner_takes_the_place_of_the_policys(world):
    clerk, subject = world.person(), f"customer:{customer_id(world)}"
    assert "<@U0CLERK>" in shown_text(await customer_card(clerk))
    assert await assign(clerk, "U0DANA") == {}
    await clerk.close(await clerk.modal("The owner is assigned"))
    assert "The owner is assigned" in await again(world)
    assert "<@U0DANA>, assigned" in shown_text(await customer_card(clerk))
    assert await acts(world) == [("U0CLERK", "customer.assigned", subject)]
    dana = world.person("U0DANA")
    await dana.command("C0BILLING", "/overdue mine")
    await dana.sees("Your overdue customers")
    assert "\nAcme Widgets\n" in shown_text(await dana.sees("1 customer with overdue invoices"))
    assert "Acme Widgets" in shown_text(await dana.home("My customers"))
    last = max(message["ts"] for message in clerk.messages())
    await clerk.command("C0BILLING", "/overdue mine")
    assert "\nAcme Widgets\n" not in shown_text(await clerk.sees("Your overdue customers", after=last))
    assert await assign(clerk, None) == {}
    await clerk.close(await clerk.modal("The policy says who the owner is"))
    assert "assigned" not in shown_text(await customer_card(clerk))


async def test_a_form_sent_again_later_does_not_take_the_customer_back(world):
    clerk, dana = world.person(), world.person("U0DANA")
    assert await assign(clerk, "U0DANA") == {}
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    assert await assign(dana, "U0CLERK") == {}
    await world.stage.slack.courier.again(sent[-1])
    await world.idle()
    assert "<@U0CLERK>, assigned" in shown_text(await customer_card(clerk))
    assert len(await acts(world)) == 2


@one_shape
@pytest.mark.parametrize(
    ("who", "why"),
    [
        *(
            (who, "Only full members of this workspace")
            for who in ("U0GUEST", "U0GONE", "U0ROBOT", "U0OTHER")
        ),
        ("U0NOROLE", "Nico Salas has no role in Duebot"),
    ],
)
async def test_only_members_who_may_look_can_own_a_customer(world, who, why):
    clerk = world.person()
    errors = await assign(clerk, {"type": "users_select", "selected_user": who})
    assert why in errors[ids.IN_OWNER]
    assert await acts(world) == []


@one_shape
async def test_call_tasks_go_to_the_assigned_owner(world):
    clerk, dana = world.person(), world.person("U0DANA")
    assert await assign(clerk, "U0DANA") == {}
    await reminded(world)
    assert "INV-2024-1042" in shown_text(await dana.sees("Reminder", dana.dm))
    assert "INV-2024-1042" not in shown_text(await clerk.sees("Reminder", clerk.dm))


async def test_what_has_ended_stays_on_the_card(world):
    clerk = world.person()
    await clerk.submit(await form_of(clerk, "Dispute all", "Note it"), {"Reason": "Wrong contract"})
    await clerk.close(await clerk.modal("noted for all their invoices"))
    await clerk.click(await customer_card(clerk), "End hold")
    await clerk.submit(await clerk.modal("Reminders go on"), {"Reason": "A new contract"})
    await clerk.close(await clerk.modal("The hold has ended"))
    text = shown_text(await customer_card(clerk))
    assert "Tue, Mar 10, 2026 · A new contract: All invoices: Disputed" in text


@one_shape
async def test_the_new_owner_is_told_once(world):
    clerk, dana = world.person(), world.person("U0DANA")
    assert await assign(clerk, "U0DANA") == {}
    told = await dana.sees("Casey Lindqvist assigned Acme Widgets to you", dana.dm)
    assert "overdue" in shown_text(told)
    await again(world)
    await world.app.rooms.outbox.deliver_due()
    assert len([one for one in dana.messages(dana.dm) if "assigned" in shown_text(one)]) == 1
    await dana.click(told, "Open the customer")
    await dana.sees("Usually pays", dana.dm)


@one_shape
async def test_who_takes_a_customer_over_need_not_be_told(world):
    dana = world.person("U0DANA")
    assert await assign(dana, "U0DANA") == {}
    await dana.modal("The owner is assigned")
    await world.app.rooms.outbox.deliver_due()
    assert not [one for one in dana.messages(dana.dm) if "assigned" in shown_text(one)]
