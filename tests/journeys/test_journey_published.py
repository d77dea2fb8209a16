"""What only an account of Syncro's published API brings: lines taken in part, catalogue prices, numbers that we give,
marks behind references, addresses that Syncro chooses, balances that nobody knows."""

from decimal import Decimal

import pytest
from journey_invoices import line_ids, made, opened, reviewed
from journey_world import openapi_only, syncro_link

from bot.views import ids
from sandbox.company import names
from sandbox.slack.shown import buttons, filled, shown_text

pytestmark = openapi_only
CREATE = "POST /invoices"
ADD = "POST /invoices/{id}/line_items"
LINES = [("Server maintenance", "1", "500"), ("Remote support", "2", "125"), ("Travel", "1", "40")]


async def card_of(person, number, says=""):
    """A fresh card of the invoice."""
    last = max((m["ts"] for m in person.messages()), default="0")
    await person.command("C0BILLING", f"/invoice {number}")
    card = await person.sees(f"{number} ·", after=last)
    assert says in shown_text(card), shown_text(card)
    return card


# ---- lines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken", [0, 1, 2])
async def test_an_invoice_whose_lines_were_taken_in_part_ends_complete(world, taken):
    world.stage.syncro.oddities.lines_taken = taken
    clerk, before = world.person(), set(world.company.invoices)
    await clerk.submit(await reviewed(world, clerk, LINES))
    done = await clerk.modal("created")
    (invoice,) = made(world, before)
    assert invoice.subtotal == 79000
    assert [(line.item, line.quantity, line.price) for line in invoice.lines] == [
        (name, Decimal(quantity), Decimal(price)) for name, quantity, price in LINES
    ]
    assert [seen.call for seen in world.writes()] == [CREATE] + [ADD] * (3 - taken)
    for shown in (done, await clerk.sees("Share here")):
        assert "$849.25" in shown_text(shown)
        assert "ncomplete" not in shown_text(shown)
    assert world.stage.slack.problems == []


async def test_a_line_that_syncro_refuses_is_said_wherever_the_invoice_is_shown_until_it_is_there(world):
    world.stage.syncro.oddities.lines_taken = 1
    world.stage.syncro.faults.add(ADD, "status", status=422, message="item is invalid", skip=1)
    clerk, before = world.person(), set(world.company.invoices)
    await clerk.submit(await reviewed(world, clerk, LINES))
    done = shown_text(await clerk.modal("incomplete, 2 of 3 lines"))
    assert "item is invalid" in done
    (invoice,) = made(world, before)
    assert len(invoice.lines) == 2
    shared = await world.person("U0BOSS").sees("new invoice isn't as it should be", "C0BILLING")
    assert "incomplete, 2 of 3 lines" in shown_text(shared)
    card = await card_of(clerk, invoice.number, "Incomplete: 2 of 3 lines are as they were entered.")
    assert syncro_link(card) == world.in_syncro(invoice)
    await clerk.command("C0BILLING", f"/invoice add {invoice.number}")
    form = await clerk.modal("Add line")
    assert await clerk.submit(form, {"Item": "Travel", "Price each": "40"}) == {}
    await clerk.modal("Line “Travel” added")
    assert "ncomplete" not in shown_text(await card_of(clerk, invoice.number))
    assert world.stage.slack.problems == []


async def test_a_product_at_another_price_ends_at_that_price(world):
    clerk, before = world.person(), set(world.company.invoices)
    form = await opened(world, clerk)
    menu = f"{ids.IN_LINE_PRODUCT}:{line_ids(form)[0]}"
    await clerk.choose(form, None, "Managed Firewall", action_id=menu)
    form = await clerk.modal("Total *$95.00* before tax")
    await clerk.submit(form, {"Price each": "80", "Quantity": "2"})
    review = await clerk.modal("2 × $80.00 = $160.00")
    await clerk.submit(review)
    done = shown_text(await clerk.modal("created"))
    (invoice,) = made(world, before)
    (line,) = invoice.lines
    assert (line.price, line.quantity, line.product_id is None) == (Decimal(80), Decimal(2), False)
    assert "ncomplete" not in done
    assert "Managed Firewall" in shown_text(await card_of(clerk, invoice.number, "$80.00"))


async def test_a_line_from_a_product_at_another_price_ends_at_that_price(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice add 1042")
    form = await clerk.modal("Add line")
    await clerk.choose(form, None, "Managed Firewall", action_id=f"{ids.IN_LINE_PRODUCT}:1")
    await world.idle()
    assert await clerk.submit(clerk.views()[-1], {"Price each": "80"}) == {}
    await clerk.modal("Line “Managed Firewall” added to INV-2024-1042; total $892.25")
    assert world.showpiece.lines[-1].price == Decimal(80)
    assert [seen.method for seen in world.writes()] == ["POST", "PUT"]


# ---- numbers -----------------------------------------------------------------------------------------------


async def test_a_number_that_was_taken_meanwhile_gives_way_to_the_next(world):
    clerk, before = world.person(), set(world.company.invoices)
    review = await reviewed(world, clerk, LINES)
    taken = world.company.create_invoice(world.showpiece.customer_id, world.company.today()).number
    await clerk.submit(review)
    done = shown_text(await clerk.modal("created"))
    mine = made(world, before)[-1]
    assert int(mine.number.rpartition("-")[2]) == int(taken.rpartition("-")[2]) + 1
    assert mine.number in done
    assert taken not in done
    assert [seen.body["number"] for seen in world.writes()] == [taken, mine.number]


async def test_without_knowing_the_others_no_number_is_given(worlds):
    async with worlds(size=30) as world:
        world.stage.syncro.faults.add("GET /invoices", "status", status=500, times=None)
        clerk = world.person()
        await clerk.command("C0BILLING", "/invoice new")
        form = await clerk.modal("Total")
        await clerk.options(form, None, "acme", action_id=ids.IN_CUSTOMER)
        customer = world.showpiece.customer_id
        chosen = {"text": {"type": "plain_text", "text": "Acme Widgets"}, "value": str(customer)}
        typed = {"Customer": {"type": "external_select", "selected_option": chosen}}
        assert await clerk.submit(form, typed | {"Item": "Work", "Price each": "5"}) == {}
        await clerk.submit(await clerk.modal("Create invoice"))
        await clerk.modal("hasn't read the others yet. Nothing was sent")
        assert world.writes() == []


# ---- payments ----------------------------------------------------------------------------------------------


async def paid(person, words):
    """Records a payment of these words; the form as it ended."""
    await person.command("C0BILLING", f"/invoice pay {words}")
    await person.submit(await person.modal("Balance"))
    return await person.modal()


async def test_nobody_sees_the_mark_behind_a_reference(world):
    clerk, dana = world.person(), world.person("U0DANA")
    await paid(clerk, "1042 10 check #77")
    await clerk.modal("recorded")
    (payment,) = world.payments()
    mark = payment.reference.removeprefix("77 ")
    assert mark.startswith("·")
    lines = shown_text(await card_of(clerk, "INV-2024-1042", "Payments")).splitlines()
    assert "Tue, Mar 10, 2026 · $10.00 · Check · 77" in lines
    asked = shown_text(await paid(dana, "1042 20 check #77"))
    assert "looks like a payment that is already recorded" in asked
    assert "$10.00 on INV-2024-1042, Tue, Mar 10, 2026, reference 77" in [
        line.strip("• ") for line in asked.splitlines()
    ]
    seen = "".join(shown_text(one) for person in (clerk, dana) for one in person.messages() + person.views())
    assert mark not in seen


async def test_a_reference_that_leaves_no_room_for_a_mark_stands_as_it_was_typed(world):
    clerk = world.person()
    world.stage.syncro.faults.add(world.paying, "cut_after_commit")
    await paid(clerk, "1042 10 check #12345678901234567890")
    await clerk.sees("recorded a payment", clerk.dm)
    assert [one.reference for one in world.payments()] == ["12345678901234567890"]
    await card_of(clerk, "INV-2024-1042", "Check · 12345678901234567890\n")


async def spread_over_two(world):
    """A payment that somebody in Syncro spread over two invoices; of neither the API tells the balance."""
    world.stage.syncro.oddities.no_balance_every = 1
    other = world.invoice_of(names.ACME_WIDGETS, "viewed")
    shares = {world.showpiece.id: 10000, other.id: 20000}
    world.company.take_payment(world.showpiece.customer_id, 30000, shares)
    await world.app.rooms.sync.run()
    return other


async def test_a_balance_that_nobody_knows_is_never_zero_and_takes_no_payment(world):
    clerk, other = world.person(), await spread_over_two(world)
    card = await card_of(clerk, "INV-2024-1042", "balance unknown")
    assert "$0.00" not in shown_text(card)
    assert "Record payment" not in buttons(card)
    await clerk.command("C0BILLING", "/invoice pay 1042 100 check")
    refused = await clerk.modal("The balance of INV-2024-1042 isn't known")
    assert "Record it in Syncro." in shown_text(refused)
    assert refused["submit"] is None
    assert syncro_link(refused) == world.in_syncro(world.showpiece)
    await clerk.close(refused)

    await clerk.command("C0BILLING", "/overdue")
    await clerk.sees("2 invoices in USD, balance unknown")
    await clerk.command("C0BILLING", '/overdue "acme widgets"')
    assert "2 invoices, balance unknown" in shown_text(await clerk.sees("Not counted"))
    await clerk.command("C0BILLING", '/invoice find "acme widgets" unpaid')
    found = shown_text(await clerk.sees("Acme Widgets · unpaid"))
    assert found.partition(other.number)[2].partition("INV-")[0].count("unknown") == 1
    assert world.writes() == []
    assert world.stage.slack.problems == []


# ---- email -------------------------------------------------------------------------------------------------


async def test_an_email_goes_to_whom_the_form_says_or_to_nobody(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice send 1042")
    form = await clerk.modal("It goes to *billing@acme-widgets.example*.")
    world.company.customer_by_name(names.ACME_WIDGETS).notification_email = "ap@acme-widgets.example"
    await clerk.submit(form)
    again = await clerk.modal(
        "Syncro chooses the addresses, and Acme Widgets's have changed. Nothing was sent."
    )
    assert "It goes to *ap@acme-widgets.example*." in shown_text(again)
    assert world.company.emails == []
    await clerk.submit(again)
    await clerk.modal("sent by Syncro, with its own text, to ap@acme-widgets.example")
    assert [one.to for one in world.company.emails] == [("ap@acme-widgets.example",)]


async def test_what_was_not_surely_sent_is_not_called_sent(world):
    clerk = world.person()
    partly = world.invoice_of(names.ACME_WIDGETS, "partial")
    card = await card_of(clerk, partly.number, "Partly paid")
    assert "Send" in buttons(card)
    await clerk.click(card, "Send")
    form = await clerk.modal("It goes to")
    assert "sent before" not in shown_text(form)
    assert filled(form) == {}
