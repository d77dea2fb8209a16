"""A new invoice, from an empty form to its card."""

import pytest
from journey_invoices import line, line_ids, made, opened, reviewed

from bot.views import ids
from sandbox.slack.shown import buttons, filled, find, shown_text


def typed(view, action_id, line_id):
    return view["state"]["values"][f"{action_id}:{line_id}"][f"{action_id}:{line_id}"]["value"]


async def test_the_guide_s_example_comes_to_806_25_with_tax(world):
    clerk, before = world.person(), set(world.company.invoices)
    lines = [("Server maintenance", "1", "$500"), ("Remote support", "2", "125.00")]
    terms = {"Terms": "Net 30"} if world.shape == "guide" else {}
    review = await reviewed(world, clerk, lines, **terms, Notes="n" * 2000)
    text = shown_text(review)
    for said in ("Acme Widgets", "billing@acme-widgets.example", "2 × $125.00 = $250.00", "Total *$750.00*"):
        assert said in text
    assert await clerk.submit(review) == {}
    await clerk.modal("total $806.25 with tax")
    (invoice,) = made(world, before)
    assert (invoice.total, len(invoice.notes), world.company.status(invoice)) == (80625, 2000, "draft")
    assert invoice.terms == terms.get("Terms", "")
    state = "Draft, not sent yet" if world.shape == "guide" else "Due in 30 days"
    card = await clerk.sees(state)
    assert {"Send", "Edit", "Add line"} <= set(buttons(card))
    assert "Tax $56.25" in shown_text(card)
    await world.person("U0BOSS").sees("created an invoice", "C0BILLING")
    assert world.stage.slack.problems == []


async def test_every_way_in_opens_the_form(world):
    clerk = world.person()
    for way in ("command", "shortcut", "button"):
        if way == "command":
            await clerk.command("C0BILLING", "/invoice new")
        elif way == "shortcut":
            await clerk.shortcut(ids.SHORTCUT_NEW)
        else:
            await clerk.click(await clerk.home("overdue"), "New invoice")
        form = await clerk.modal("Total")
        assert filled(form)["Customer"] is None, way
        await clerk.close(form)
    await clerk.command("C0BILLING", "/invoice new acme")
    form = await clerk.modal("Which customer is “acme”? Search for the customer below.")
    offered = [
        one["text"]["text"] for one in await clerk.options(form, None, "acme", action_id=ids.IN_CUSTOMER)
    ]
    assert set(offered) == {"Acme Dental", "Acme Widgets", "Acme Widgets (sample)"}
    assert world.stage.slack.problems == []


async def test_lines_are_added_and_removed_without_losing_what_was_typed(world):
    clerk = world.person()
    form = await opened(world, clerk)
    (first,) = line_ids(form)
    await clerk.choose(form, None, "7", action_id=f"{ids.IN_LINE_QUANTITY}:{first}")
    await world.idle()
    await clerk.click(clerk.views()[-1], "Add a line")
    await world.idle()
    second = line_ids(clerk.views()[-1])[1]
    await clerk.choose(clerk.views()[-1], None, "20", action_id=f"{ids.IN_LINE_PRICE}:{first}")
    await world.idle()
    form = await clerk.modal("Total *$140.00* before tax")
    assert typed(form, ids.IN_LINE_QUANTITY, first) == "7"
    await clerk.click(form, None, action_id=f"{ids.LINE_REMOVE}:{second}")
    await world.idle()
    form = clerk.views()[-1]
    assert line_ids(form) == [first]
    assert typed(form, ids.IN_LINE_PRICE, first) == "20"


async def test_a_product_fills_its_line(world):
    clerk = world.person()
    form = await opened(world, clerk)
    await clerk.choose(form, None, "Managed Firewall", action_id=f"{ids.IN_LINE_PRODUCT}:{line_ids(form)[0]}")
    form = await clerk.modal("Total *$95.00* before tax")
    held = filled(form)
    assert (held["Item"], held["Price each"]) == ("Managed Firewall", "95.00")


async def test_fifteen_lines_fit_and_then_no_more_are_offered(world):
    clerk, before = world.person(), set(world.company.invoices)
    form = await opened(world, clerk)
    for _ in range(14):
        await clerk.click(form, "Add a line")
        await world.idle()
        form = clerk.views()[-1]
    assert len(line_ids(form)) == 15
    assert "A form holds 15 lines" in shown_text(form)
    with pytest.raises(AssertionError):
        find(form, "Add a line")
    values = {}
    for at, line_id in enumerate(line_ids(form), 1):
        values |= line(line_id, f"Line {at}", "1", "1")
    assert await clerk.submit(form, values) == {}
    await clerk.submit(await clerk.modal("Total *$15.00*"))
    await clerk.modal("created")
    assert len(made(world, before)[0].lines) == 15
    assert world.stage.slack.problems == []


async def test_what_is_wrong_stands_at_its_field(world):
    clerk = world.person()
    form = await opened(world, clerk)
    (only,) = line_ids(form)
    values = line(only, "Work", "0", "12.345,6") | {"Notes": "n" * 2001, "Due date": "2026-03-01"}
    if world.shape == "guide":
        values["Terms"] = "t" * 201
    assert ("Terms" in filled(form)) is (world.shape == "guide")
    errors = await clerk.submit(form, values)
    said = {block.split(":")[0]: sentence for block, sentence in errors.items()}
    assert "more than zero" in said[ids.IN_LINE_QUANTITY]
    assert "could mean two numbers" in said[ids.IN_LINE_PRICE]
    assert "2,001 characters" in said[ids.IN_NOTES]
    assert world.shape == "openapi" or "at most 200" in said[ids.IN_TERMS]
    assert "before the invoice date" in said[ids.IN_DUE]
    errors = await clerk.submit(form, {"Due date": "2036-03-01"})
    assert "too far ahead" in errors[ids.IN_DUE]
    assert world.writes() == []


async def test_going_back_from_the_review_keeps_everything(world):
    clerk = world.person()
    review = await reviewed(world, clerk, [("Work", "2", "50")], Notes="Thanks")
    await clerk.close(review)
    form = await clerk.modal("Review")
    held = filled(form)
    assert (held["Item"], held["Quantity"], held["Price each"]) == ("Work", "2", "50")
    assert (held["Notes"], held["Customer"]) == ("Thanks", "Acme Widgets")
    assert await clerk.submit(form, {"Notes": "Many thanks"}) == {}
    assert "Many thanks" in shown_text(await clerk.modal("Create invoice"))


async def test_an_invoice_like_a_recent_one_needs_an_explicit_word(world):
    clerk, before = world.person(), set(world.company.invoices)
    for _ in range(2):
        review = await reviewed(world, clerk, [("Work", "1", "77")])
        await clerk.submit(review)
        view = await clerk.modal()
        if "created" in shown_text(view):
            await clerk.close(view)
    view = await clerk.modal("An invoice like this one was made lately")
    (first,) = made(world, before)
    assert first.number in shown_text(view)
    await clerk.submit(view)
    await clerk.modal("An invoice like this one was made lately")
    assert len(made(world, before)) == 1
    await clerk.submit(clerk.views()[-1], {ids.IN_ANYWAY: ["yes"]})
    await clerk.modal("created")
    assert len(made(world, before)) == 2


async def test_submitting_twice_creates_one(world):
    clerk, before = world.person(), set(world.company.invoices)
    review = await reviewed(world, clerk, [("Work", "1", "42")])
    await clerk.submit(review)
    await clerk.modal("created")
    submission = next(
        sent
        for sent in reversed(world.stage.slack.courier.sent)
        if sent.payload.get("type") == "view_submission"
    )
    await world.stage.slack.courier.again(submission)
    await world.idle()
    assert len(made(world, before)) == 1
    assert len(world.writes()) == 1


async def test_a_technician_may_make_a_draft_and_is_not_offered_more(world):
    tech = world.person("U0TECH")
    review = await reviewed(world, tech, [("Repair", "1", "60")])
    await tech.submit(review)
    await tech.modal("created")
    card = await tech.sees("Share here")
    assert not {"Send", "Edit", "Record payment", "Void"} & set(buttons(card))
