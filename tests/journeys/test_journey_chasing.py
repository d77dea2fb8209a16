"""Writing to customers from Slack: started, proposed, approved, changed, skipped, sent by hand, mailed by the owner."""

import asyncio
import json
import re
from datetime import timedelta

import pytest
from journey_world import START, guide_only, openapi_only

from bot.store import contacts
from bot.views import ids
from sandbox.slack.shown import buttons, filled, find, shown_text

BOSS, ADMIN, CLERK, VIEWER = "U0BOSS", "U0ADMIN", "U0CLERK", "U0VIEW"
SEND_AT = START.replace(hour=15)  # 11:00 in New York


def emails(world):
    return [seen for seen in world.writes() if seen.path.endswith("/email")]


async def morning(world):
    """The clock moves to eleven: build, review and sending are due."""
    await world.idle()
    if world.clock.now() < SEND_AT:
        world.clock.advance(SEND_AT - world.clock.now())
    await world.app.schedule.tick_now()


async def started(world):
    boss = world.person(BOSS)
    await boss.command("C0APPROVE", "/overdue automatic on")
    await boss.sees("Automatic sending to customers is on")
    return boss


async def kept(world, number="INV-2024-1042"):
    """The customer contacts that listed this invoice."""
    customer = str(world.showpiece.customer_id)
    found = await world.app.rooms.context.lane.read(lambda tx: contacts.of_customer(tx, customer))
    mine = [one for one in found if one.track == "customer"]
    return [one for one in mine if any(listed.number == number for listed in one.invoices)]


async def proposal(world, person, label, after="0"):
    """The review in the channel; the button of the showpiece's proposal with this label."""
    shown = await person.sees("INV-2024-1042 $806.25", "C0APPROVE", after)
    (contact,) = [one for one in await kept(world) if one.stage == "planned"]
    return shown, next(
        element["action_id"]
        for block in shown["blocks"]
        for element in block.get("elements", [])
        if str(element.get("value", "")).startswith(contact.id) and element["text"]["text"] == label
    )


@guide_only
async def test_only_an_approver_starts_it_and_everybody_is_told(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/overdue automatic on")
    assert "you need the role approver" in shown_text(await clerk.sees("you need the role"))
    await started(world)
    told = await clerk.sees("has started automatic sending", "C0APPROVE")
    assert "U0BOSS" not in shown_text(told)
    assert ":warning:" not in shown_text(told)
    await clerk.command("C0BILLING", "/overdue automatic")
    assert "is on* since Tue, Mar 10, 2026" in shown_text(await clerk.sees("Automatic sending"))
    boss = world.person(BOSS)
    await boss.command("C0APPROVE", "/overdue automatic off")
    await boss.sees("Automatic sending to customers is off")
    await morning(world)
    assert emails(world) == []


@guide_only
async def test_the_old_book_is_reviewed_and_what_is_approved_goes_out(world):
    boss = await started(world)
    await morning(world)
    assert emails(world) == []
    shown, approve = await proposal(world, boss, "Approve")
    clerk = world.person()
    await clerk.click(shown, action_id=approve)
    assert "To decide this you need" in shown_text(await clerk.sees("you need the role approver"))
    await boss.click(shown, action_id=approve)
    await boss.sees("Approved: Acme Widgets")
    await morning(world)
    (sent,) = emails(world)
    assert f"/invoices/{(await kept(world))[0].carrying_invoice_id}/email" in sent.path
    assert "INV-2024-1042" in str(sent.body)
    now = shown_text(boss.again(shown))
    assert "Approved by Bo" in now or "Approved by" in now
    assert "Sent on Tue, Mar 10, 2026" in now
    assert approve not in str(boss.again(shown)["blocks"])
    await boss.click(shown, action_id=approve)
    await boss.sees("has been decided")
    await morning(world)
    assert len(emails(world)) == 1


@guide_only
async def test_whoever_changes_a_text_may_not_approve_it(world):
    boss = await started(world)
    await morning(world)
    shown, opened = await proposal(world, boss, "Open")
    await boss.click(shown, action_id=opened)
    form = await boss.modal("Save text")
    assert "INV-2024-1042" in filled(form)["Text"]
    assert ids.IN_SUBJECT in await boss.submit(form, {"Subject": "  "})
    assert await boss.submit(form, {"Subject": "Dear Acme", "Text": "Please call us."}) == {}
    await boss.close(await boss.modal("The text is saved"))
    await world.idle()
    await world.app.rooms.outbox.deliver_due()
    shown = await boss.sees("text changed by a person", "C0APPROVE")
    _, approve = await proposal(world, boss, "Approve")
    await boss.click(shown, action_id=approve)
    await boss.sees("another approver must approve it")
    admin = world.person(ADMIN)
    await admin.click(shown, action_id=approve)
    await admin.sees("Approved: Acme Widgets")
    await morning(world)
    (sent,) = emails(world)
    assert "Please call us." in str(sent.body)


@guide_only
async def test_a_deputy_approves_but_not_what_their_principal_changed(world):
    policy = world.folder / "policy.yml"
    policy.write_text(policy.read_text().replace("expires_hours: 24", "delegates: {U0BOSS: U0DANA}"))
    await world.restart()
    boss, dana = await started(world), world.person("U0DANA")
    await morning(world)
    shown, opened = await proposal(world, boss, "Open")
    await boss.click(shown, action_id=opened)
    await boss.submit(await boss.modal("Save text"), {"Subject": "Dear Acme", "Text": "Please call us."})
    await boss.close(await boss.modal("The text is saved"))
    (changed,) = [one for one in await kept(world) if one.stage == "planned"]
    await dana.command("C0BILLING", "/overdue proposals")
    listed = await dana.sees("text changed by a person", "C0BILLING")
    await dana.click(listed, action_id=f"{ids.PROPOSAL_APPROVE}:{changed.id}")
    await dana.sees("You stand in only for")
    found = f"{ids.PROPOSAL_APPROVE}:([\\w-]+)"
    others = [one for one in re.findall(found, str(listed["blocks"])) if one != changed.id]
    await dana.click(listed, action_id=f"{ids.PROPOSAL_APPROVE}:{others[0]}")
    await dana.sees("Approved: ", "C0BILLING")
    lane = world.app.rooms.context.lane
    assert (await lane.read(lambda tx: contacts.get(tx, changed.id))).decision == ""
    let_out = await lane.read(lambda tx: contacts.get(tx, others[0]))
    assert (let_out.decision, let_out.decided_by) == ("approved", "U0DANA")
    rows = await lane.read(lambda tx: tx.all("SELECT after_json FROM audit WHERE actor_id = 'U0DANA'"))
    assert [json.loads(row["after_json"])["for"] for row in rows] == ["U0BOSS"]


@guide_only
async def test_a_skip_needs_a_reason_and_lasts(world):
    boss = await started(world)
    await morning(world)
    shown, skip = await proposal(world, boss, "Skip")
    await boss.click(shown, action_id=skip)
    form = await boss.modal("Skip it")
    assert await boss.submit(form, {"Reason": "They call tomorrow"}) == {}
    await boss.close(await boss.modal("It is skipped"))
    world.clock.advance(timedelta(days=1))
    await world.app.schedule.tick_now()
    assert [one.stage for one in await kept(world)] == ["suppressed"]
    await boss.command("C0APPROVE", "/invoice why 1042")
    why = shown_text(await boss.sees("Why INV-2024-1042?"))
    assert "skipped the level" in why
    assert "They call tomorrow" in why


@guide_only
async def test_all_of_a_private_list_is_approved_at_once_but_only_by_approvers(world):
    boss = await started(world)
    await morning(world)
    viewer = world.person(VIEWER)
    await viewer.command("C0BILLING", "/overdue proposals")
    seen = await viewer.sees("proposals", "C0BILLING")
    assert "Approve" not in buttons(seen)
    await boss.command("C0BILLING", "/overdue proposals")
    mine = await boss.sees("need a decision", "C0BILLING")
    label = next(one for one in buttons(mine) if one.startswith("Approve all"))
    await boss.click(mine, label)
    after = await boss.sees("Approved: ", "C0BILLING")
    assert "Approve all" not in "".join(buttons(after))
    await morning(world)
    approved = await world.app.rooms.context.lane.read(
        lambda tx: contacts.load(tx, "contact.decision = 'approved'", {})
    )
    assert len(approved) == int(label.split()[-1])
    assert {one.stage for one in approved} == {"sent"}
    assert len(emails(world)) == sum(one.track == "customer" for one in approved) > 8


@guide_only
async def test_a_reminder_by_hand_is_seen_asked_about_and_sent_once(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.click(await clerk.sees("INV-2024-1042 ·"), "Remind")
    form = await clerk.modal("friendly")
    assert "Subject: A reminder from" in shown_text(form)
    assert await clerk.submit(form, {}) == {}
    done = await clerk.modal("was sent to")
    await clerk.close(done)
    (sent,) = emails(world)
    assert "INV-2024-1042" in str(sent.body)
    (contact,) = await kept(world)
    assert (contact.stage, contact.actor_id, contact.repeat) == ("sent", CLERK, 0)
    told = shown_text(await clerk.sees("“friendly” sent to", "C0BILLING"))
    assert "reminded a customer" in told
    listed = len(contact.invoices)
    assert f"Acme Widgets: {listed} invoice" in told
    assert "balance" not in told
    await clerk.command("C0BILLING", "/invoice why 1042")
    explained = await clerk.sees("Why INV-2024-1042?")
    assert "by hand, by" in shown_text(explained)
    assert CLERK in str(explained["blocks"])
    # The next one is too soon: it is asked about, and repeats nothing that is not due.
    last = max(m["ts"] for m in clerk.messages())
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.click(await clerk.sees("INV-2024-1042 ·", after=last), "Remind")
    again = await clerk.modal("look at this first")
    assert "the next contact comes on" in shown_text(again)
    assert await clerk.submit(again, {}) == {}
    asked = await clerk.modal("Something speaks against it")
    assert len(emails(world)) == 1
    assert await clerk.submit(asked, {"Please confirm": ["Send it all the same"]}) == {}
    await clerk.modal("was sent to")
    assert len(emails(world)) == 2


@guide_only
async def test_clicks_and_forms_sent_twice_at_once_write_to_the_customer_once(world):
    boss = await started(world)
    await morning(world)
    shown, approve = await proposal(world, boss, "Approve")
    await asyncio.gather(*(boss.click(shown, action_id=approve) for _ in range(3)))
    await boss.sees("Approved: Acme Widgets")
    await asyncio.gather(morning(world), morning(world))
    await world.restart()
    await morning(world)
    assert len(emails(world)) == 1
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.click(await clerk.sees("INV-2024-1042 ·"), "Remind")
    form = await clerk.modal("look at this first")
    both = [clerk.submit(form, {}) for _ in range(2)]
    await asyncio.gather(*both, return_exceptions=True)
    await world.idle()
    assert len(emails(world)) == 1


@pytest.mark.parametrize(("label", "stage"), [("It went through", "sent"), ("It did not", "failed")])
@guide_only
async def test_the_owner_says_what_became_of_an_email_that_nobody_knows_of(world, label, stage):
    boss = await started(world)
    await morning(world)
    shown, approve = await proposal(world, boss, "Approve")
    world.stage.syncro.faults.add("POST /invoices/{id}/email", "cut_after_commit")
    await boss.click(shown, action_id=approve)
    await boss.sees("Approved: Acme Widgets")
    await morning(world)
    assert [one.stage for one in await kept(world)] == ["unknown"]
    clerk = world.person()
    asked = await clerk.sees("can't tell whether Syncro sent the reminder", clerk.dm)
    await clerk.click(asked, label)
    said = shown_text(await clerk.sees(f"says {label.lower()}", clerk.dm))
    assert ("Duebot reminded a customer" if stage == "sent" else "Duebot's reminder was") in said
    assert [one.stage for one in await kept(world)] == [stage]
    await morning(world)
    assert len(emails(world)) == 1


@guide_only
async def test_a_dispute_is_not_overridden_by_hand(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("INV-2024-1042 ·")
    await clerk.click(card, "Dispute")
    await clerk.submit(await clerk.modal("Note it"), {"Reason": "Switch never came"})
    await clerk.close(await clerk.modal("The dispute is noted"))
    await clerk.click(card, "Remind")
    said = shown_text(await clerk.modal("Subject: "))
    assert "INV-2024-1042 is not in this reminder" in said
    assert "INV-2024-1042 $806.25" not in said
    assert emails(world) == []


@openapi_only
async def test_the_owner_mails_where_syncro_cant(world):
    clerk = world.person()
    await morning(world)
    told = await clerk.sees("Mails to send")
    (task,) = await kept(world)
    show = next(
        element["action_id"]
        for message in clerk.messages()
        for block in message.get("blocks", [])
        for element in block.get("elements", [])
        if element.get("value") == task.id and element["text"]["text"] == "Show the mail"
    )
    message = next(m for m in clerk.messages() if show in str(m.get("blocks")))
    await clerk.click(message, action_id=show)
    mail = await clerk.modal("Subject: ")
    assert "mailto:" in find(mail, "Open in my mail program")[1]["url"]
    assert "INV-2024-1042" in shown_text(mail)
    await clerk.close(mail)
    await clerk.click(message, action_id=show.replace(ids.TASK_SHOW, ids.TASK_DONE))
    await clerk.sees("Noted: “friendly” was mailed to Acme Widgets today")
    assert (await kept(world))[0].stage == "sent"
    await world.idle()
    await world.app.rooms.outbox.deliver_due()
    assert "Mailed by" in shown_text(clerk.again(message))
    assert emails(world) == []
    assert told


@openapi_only
async def test_a_paid_task_is_withdrawn_when_it_is_looked_at(world):
    clerk = world.person()
    await morning(world)
    (task,) = await kept(world)
    company = world.company
    for listed in task.invoices:
        invoice = company.invoice(int(listed.invoice_id))
        company.take_payment(
            invoice.customer_id, company.balance(invoice), {invoice.id: company.balance(invoice)}
        )
    message = next(m for m in clerk.messages() if task.id in str(m.get("blocks")))
    await clerk.click(message, action_id=f"{ids.TASK_SHOW}:{task.id}")
    assert "Don't send it" in shown_text(await clerk.modal("Don't send it"))
    assert (await kept(world))[0].stage == "suppressed"


@pytest.mark.parametrize("typed", ["/overdue automatic maybe", "/overdue propsals"])
@guide_only
async def test_a_slip_is_offered_never_done(world, typed):
    boss = world.person(BOSS)
    await boss.command("C0APPROVE", typed)
    await boss.sees("Did you mean")
    assert emails(world) == []
