"""Changing, sending and voiding an invoice."""

import pytest
from journey_world import guide_only, openapi_only, syncro_link

from bot.views import ids
from sandbox.company import names
from sandbox.slack.shown import buttons, filled, shown_text


async def opened(person, verb, number="1042", has=""):
    await person.command("C0BILLING", f"/invoice {verb} {number}")
    return await person.modal(has)


# ---- edit --------------------------------------------------------------------------------------------------


async def test_only_what_changed_is_sent(world):
    clerk = world.person()
    form = await opened(clerk, "edit", has="Save")
    terms = {"Terms": "Net 30"} if world.shape == "guide" else {}
    assert filled(form) == {"Due date": "2026-02-18", **terms, "Notes": "Thank you for your business."}
    assert await clerk.submit(form, {"Notes": "Thank you."}) == {}
    await clerk.modal("INV-2024-1042: notes changed")
    (write,) = world.writes()
    notes = "notes" if world.shape == "guide" else "note"
    assert (write.call, write.body) == ("PUT /invoices/{id}", {notes: "Thank you."})
    await world.person("U0BOSS").sees("edited an invoice", "C0BILLING")


@guide_only
async def test_terms_are_changed(world):
    """Elsewhere an invoice has none of its own, and the form no field for them."""
    clerk = world.person()
    assert await clerk.submit(await opened(clerk, "edit", has="Save"), {"Terms": "Net 45"}) == {}
    await clerk.modal("INV-2024-1042: terms changed")
    assert (world.showpiece.terms, world.showpiece.notes) == ("Net 45", "Thank you for your business.")


async def test_other_line_ends_are_no_change(world):
    world.company.edit(world.showpiece.id, notes="Thank you.\r\nPay soon.", terms="Net 30\r\n2% off")
    clerk = world.person()
    form = await opened(clerk, "edit", has="Save")
    terms = {"Terms": "Net 30\n2% off"} if world.shape == "guide" else {}
    values = {"Notes": "Thank you.\nPay soon.", **terms, "Due date": "2026-03-20"}
    assert await clerk.submit(form, values) == {}
    await clerk.modal("due date changed")
    (write,) = world.writes()
    assert list(write.body) == ["due_date"]


async def test_an_edit_that_makes_no_sense_stands_at_its_field(world):
    clerk = world.person()
    form = await opened(clerk, "edit", has="Save")
    assert "Nothing was changed" in str(await clerk.submit(form))
    errors = await clerk.submit(form, {"Due date": "2026-01-01", "Notes": "n" * 2001})
    assert "before the invoice date" in errors[ids.IN_DUE]
    assert "2,001 characters" in errors[ids.IN_NOTES]
    assert world.writes() == []


async def test_somebody_s_change_in_syncro_is_shown_and_not_overwritten(world):
    clerk = world.person()
    form = await opened(clerk, "edit", has="Save")
    world.company.edit(world.showpiece.id, notes="Call before billing")
    assert await clerk.submit(form, {"Notes": "Mine"}) == {}
    again = await clerk.modal("has changed since you opened this")
    assert "Syncro now has as notes: “Call before billing”" in shown_text(again)
    assert filled(again)["Notes"] == "Mine"
    assert world.showpiece.notes == "Call before billing"
    await clerk.submit(again, {"Notes": "Call before billing. Mine"})
    await clerk.modal("notes changed")
    assert world.showpiece.notes == "Call before billing. Mine"


async def test_a_change_of_other_fields_does_not_stop_an_edit(world):
    clerk = world.person()
    form = await opened(clerk, "edit", has="Save")
    world.company.edit(world.showpiece.id, notes="Call before billing")
    await clerk.submit(form, {"Due date": "2026-03-20"})
    await clerk.modal("due date changed")
    assert str(world.showpiece.due_date) == "2026-03-20"
    assert world.showpiece.notes == "Call before billing"


async def test_what_is_settled_is_not_changed(world):
    clerk, paid, void = world.person(), world.any_invoice("paid"), world.any_invoice("void")
    for verb in ("edit", "add"):
        if world.shape == "guide":
            await refused(clerk, verb, paid.number, "is paid and can't be changed. Void it instead.")
            await refused(clerk, verb, void.number, "is void and can't be changed")
        else:
            view = await refused(clerk, verb, paid.number, "can't be changed here. Correct it in Syncro.")
            assert syncro_link(view) == world.in_syncro(paid)
            await clerk.command("C0BILLING", f"/invoice {verb} {void.number}")
            await clerk.sees(f"There is no invoice {void.number} in Syncro")


async def refused(person, verb, number, said):
    """What stands in place of the form."""
    view = await opened(person, verb, number, said)
    assert view["submit"] is None
    await person.close(view)
    return view


async def test_a_line_is_added_from_a_product(world):
    clerk = world.person()
    form = await opened(clerk, "add", has="Add line")
    await clerk.choose(form, None, "Managed Firewall", action_id=f"{ids.IN_LINE_PRODUCT}:1")
    await world.idle()
    form = clerk.views()[-1]
    assert await clerk.submit(form, {"Price each": "x"}) != {}
    assert await clerk.submit(form, {"Price each": "95"}) == {}
    await clerk.modal("Line “Managed Firewall” added to INV-2024-1042; total $908.38")
    line = world.showpiece.lines[-1]
    assert (line.item or line.name) == "Managed Firewall"
    assert len(world.writes()) == 1


# ---- send --------------------------------------------------------------------------------------------------


async def test_an_invoice_is_sent_once_with_what_the_form_says(world):
    clerk, draft = world.person(), world.invoice_of(names.ACME_WIDGETS, "draft")
    form = await opened(clerk, "send", draft.number, "· balance")
    assert "sent before" not in shown_text(form)
    if world.shape == "guide":
        held = filled(form)
        assert held["To"] == "billing@acme-widgets.example"
        assert draft.number in held["Subject"]
        assert await clerk.submit(form, {"Message": "Hello\nthere"}) == {}
        await clerk.modal("sent to billing@acme-widgets.example")
    else:
        assert filled(form) == {}, "nothing of the email can be chosen"
        assert "It goes to *billing@acme-widgets.example*." in shown_text(form)
        assert "addresses, subject and text are Syncro's own. Change them in Syncro." in shown_text(form)
        assert syncro_link(form) == world.in_syncro(draft)
        assert await clerk.submit(form) == {}
        await clerk.modal("sent by Syncro, with its own text, to billing@acme-widgets.example")
    (email,) = world.company.emails
    assert email.to == ("billing@acme-widgets.example",)
    assert email.message == "Hello\nthere" or world.shape == "openapi"
    assert world.company.status(draft) == "sent"
    await world.person("U0BOSS").sees("sent an invoice", "C0BILLING")


@guide_only
async def test_addresses_and_subject_are_judged_at_their_field(world):
    """Elsewhere they are Syncro's own, which the form says."""
    clerk, own = world.person(), "billing@acme-widgets.example"
    form = await opened(clerk, "send", has="Subject")
    six = ", ".join(f"a{at}@acme-widgets.example" for at in range(5))
    for values, field, said in (
        ({"To": "a@b"}, ids.IN_TO, "is not an email address"),
        ({"To": f"{own}\nBcc: y@z.example"}, ids.IN_TO, "on one line"),
        ({"To": own, "Cc": six}, ids.IN_CC, "At most 5 recipients"),
        ({"Cc": "", "Subject": "Hello\nBcc: y@z.example"}, ids.IN_SUBJECT, "on one line"),
    ):
        errors = await clerk.submit(form, values)
        assert said in errors[field], values
    assert world.company.emails == []


@guide_only
async def test_a_foreign_address_needs_approval(world):
    """Elsewhere Syncro mails the customer's own addresses alone."""
    clerk, boss = world.person(), world.person("U0BOSS")
    form = await opened(clerk, "send", has="Subject")
    await clerk.submit(form, {"To": "somebody@gmail.com"})
    asked = shown_text(await clerk.modal("Asked for approval"))
    assert "It goes to somebody@gmail.com, not the customer's own" in asked
    assert world.company.emails == []
    request = await boss.sees("Approval needed", "C0APPROVE")
    assert "billing@acme-widgets.example" in shown_text(request), "the customer's own, to compare"
    assert "please find our invoice INV-2024-1042" in shown_text(request), (
        "the whole text is there to be judged"
    )
    await boss.click(request, "Approve")
    await clerk.sees("sent to somebody@gmail.com", clerk.dm)
    assert len(world.company.emails) == 1
    form = await opened(clerk, "send", has="Subject")
    await clerk.submit(form, {"To": "anybody@acme-widgets.example"})
    await clerk.modal("sent to anybody@acme-widgets.example")
    assert len(world.company.emails) == 2


async def test_who_must_not_be_mailed_is_said_at_once(world):
    clerk = world.person()
    for customer, said in (
        (names.OPTED_OUT, "has opted out of email"),
        (names.NO_EMAIL, "gets no email"),
        (names.DISABLED, "is disabled in Syncro"),
    ):
        view = await opened(clerk, "send", world.invoice_of(customer, "sent").number, said)
        assert view["submit"] is None
        await clerk.close(view)


async def test_who_opts_out_while_the_form_is_open_is_not_mailed(world):
    clerk = world.person()
    form = await opened(clerk, "send", has="· balance")
    world.company.customer_by_name(names.ACME_WIDGETS).opt_out = True
    await clerk.submit(form)
    await clerk.modal("has opted out of email")
    assert world.company.emails == []


async def test_a_customer_without_an_address_is_said_to_have_none(world):
    clerk = world.person()
    number = world.invoice_of(names.NO_ADDRESS, "sent").number
    form = await opened(clerk, "send", number, "has no email address in Syncro")
    if world.shape == "guide":
        await clerk.submit(form, {"To": "office@anywhere.example"})
        await clerk.modal("not the customer's own")
    else:
        assert "Send the invoice by post" in shown_text(form)
        assert form["submit"] is None
    assert world.company.emails == []


async def test_a_paid_invoice_is_offered_as_paid(world):
    clerk = world.person()
    paid = next(
        one
        for one in world.company.invoices.values()
        if world.company.status(one) == "paid" and not world.company.customer(one.customer_id).disabled
    )
    form = await opened(clerk, "send", paid.number, "paid · balance $0.00")
    assert form["submit"] is not None
    assert world.shape == "openapi" or "which is paid" in filled(form)["Message"]


# ---- void --------------------------------------------------------------------------------------------------


@openapi_only
@pytest.mark.parametrize("user", ["U0VIEW", "U0CLERK", "U0BOSS"])
async def test_where_the_api_cannot_void_no_button_is_shown_and_the_command_leads_to_syncro(world, user):
    person = world.person(user)
    for invoice in (world.showpiece, world.any_invoice("paid")):
        await person.command("C0BILLING", f"/invoice {invoice.number}")
        card = await person.sees(f"{invoice.number} ·")
        assert "Void" not in buttons(card)
        assert syncro_link(card) == world.in_syncro(invoice)
        said = f"can't be voided through its API. Void {invoice.number} in Syncro."
        view = await refused(person, "void", invoice.number, said)
        assert syncro_link(view) == world.in_syncro(invoice)
    assert world.writes() == []
    assert world.stage.slack.problems == []


async def approved(world, who="U0CFO"):
    """Somebody else approves the newest request."""
    approver = world.person(who)
    await approver.click(await approver.sees("Approval needed", "C0APPROVE"), "Approve")


@guide_only
async def test_a_void_has_a_reason_and_another_s_word_and_everybody_hears(world):
    boss = world.person("U0BOSS")
    form = await opened(boss, "void", has="Reason")
    assert "required" in str(await boss.submit(form))
    await boss.submit(form, {"Reason": "Billed twice"})
    await boss.modal("Asked for approval")
    assert world.writes() == []
    await approved(world)
    await boss.sees("INV-2024-1042 is void. Reason: Billed twice", boss.dm)
    assert world.company.status(world.showpiece) == "void"
    await world.person().sees("voided an invoice", "C0BILLING")
    again = await opened(boss, "void", has="is already void")
    assert again["submit"] is None
    assert len(world.writes()) == 1


@guide_only
async def test_a_paid_invoice_is_voided_with_its_payments_shown(world):
    boss, paid = world.person("U0BOSS"), world.any_invoice("paid")
    await boss.command("C0BILLING", f"/invoice {paid.number}")
    card = await boss.sees(f"{paid.number} ·")
    assert "Void" in buttons(card)
    assert "Edit" not in buttons(card)
    await boss.click(card, "Void")
    form = await boss.modal("Payments on this invoice")
    assert "Duebot doesn't refund them" in shown_text(form)
    await boss.submit(form, {"Reason": "Entered twice"})
    await boss.modal("Asked for approval")
    await approved(world)
    await boss.sees("is void. Reason: Entered twice", boss.dm)


@guide_only
async def test_a_void_stops_when_the_invoice_was_paid_meanwhile(world):
    boss = world.person("U0BOSS")
    form = await opened(boss, "void", has="Reason")
    world.company.pay(world.showpiece.id, "806.25")
    await boss.submit(form, {"Reason": "Billed twice"})
    told = shown_text(await boss.modal("has changed since you opened this"))
    assert "Nothing was written" in told
    assert world.company.status(world.showpiece) == "paid"
