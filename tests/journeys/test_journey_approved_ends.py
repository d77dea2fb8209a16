"""How what was approved ends when Syncro doesn't simply say yes: refused, unknown, busy, away for a day, half done."""

from dataclasses import replace
from datetime import timedelta

from journey_approvals import (
    APPROVALS,
    ask_payment,
    assert_decided,
    audited,
    big_invoice,
    held,
    newest,
    request_seen,
)
from journey_matrix import click
from journey_world import guide_only, one_shape

from bot.domain.approval import State
from bot.domain.errors import SyncroLimited, SyncroNotSent
from bot.views import ids
from sandbox.slack.shown import shown_text

EMAIL = "POST /invoices/{id}/email"


async def ask_email(world):
    """An invoice above the limit, asked for by the clerk."""
    clerk, big = world.person(), big_invoice(world, 12_000)
    await clerk.command("C0BILLING", f"/invoice send {big.number}")
    await clerk.submit(await clerk.modal("· balance"))
    await clerk.close(await clerk.modal("Asked for approval"))
    return await newest(world)


async def unknown(world):
    """The key of the operation of which nobody knows."""
    rows = await world.app.rooms.context.lane.read(
        lambda tx: tx.all("SELECT key FROM operation WHERE state = 'unknown'")
    )
    return rows[0]["key"]


async def tick(world, **time):
    world.clock.advance(timedelta(**time))
    await world.app.schedule.tick_now()


@guide_only
async def test_an_invoice_above_the_limit_is_sent_once_when_it_is_approved(world):
    """Elsewhere Syncro writes the text, and a draft isn't told from what was sent."""
    clerk, boss = world.person(), world.person("U0BOSS")
    await ask_email(world)
    request = shown_text(await request_seen(boss))
    for part in ("Sending INV-", "$12,000.00", "above the policy's limit of $10,000.00", "billing@"):
        assert part in request, part
    assert world.writes() == []
    await boss.click(await request_seen(boss), "Approve")
    await clerk.sees("sent to billing@", clerk.dm)
    assert len(world.stage.syncro.calls(EMAIL)) == 1


@guide_only
async def test_an_email_is_not_sent_to_an_address_that_is_not_the_customers_any_more(world):
    """Approvers were asked about its sum, and read nothing of a foreign address."""
    customer = world.company.customers[world.showpiece.customer_id]
    customer.notification_email = "acme.books@gmail.com"
    asked = await ask_email(world)
    assert dict(asked.asked.evidence)["To"] == "acme.books@gmail.com"
    assert "not the customer's own" not in " ".join(asked.asked.why)
    customer.notification_email = "billing@acme-widgets.example"
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await world.idle()
    ended = await held(world, asked.id)
    assert (ended.state, "not the customer's own" in ended.sentence) == (State.STALE, True), ended
    assert world.writes() == []


@one_shape
async def test_an_email_of_which_nobody_knows_waits_for_a_person_and_is_never_sent_again(world):
    for button, state, said in (
        (ids.IT_HAPPENED, State.DONE, "it went through"),
        (ids.IT_DID_NOT, State.FAILED, "it did not go through"),
    ):
        asked = await ask_email(world)
        sent = len(world.stage.syncro.calls(EMAIL))
        world.stage.syncro.faults.add(EMAIL, "cut_after_commit")
        await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
        await world.person().sees("It is not done yet", world.person().dm)
        for _ in range(3):
            await tick(world, minutes=10)
        waits = await held(world, asked.id)
        assert (waits.state, "can't tell" in waits.sentence) == (State.APPROVED, True)
        await click(world, "U0CLERK", button, await unknown(world))
        await world.idle()
        await tick(world, minutes=1)
        ended = await held(world, asked.id)
        assert (ended.state, said in ended.sentence) == (state, True), ended.sentence
        assert len(world.stage.syncro.calls(EMAIL)) == sent + 1
        await tick(world, days=15)


@one_shape
async def test_what_syncro_refuses_has_failed_and_says_why(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    asked = await ask_payment(world, big_invoice(world).number)
    world.stage.syncro.faults.add(world.paying, "status", status=422, message="Books are closed")
    await boss.click(await request_seen(boss), "Approve")
    await clerk.sees("Books are closed", clerk.dm)
    assert_decided(
        await boss.sees("Approved, but not as it should be", APPROVALS),
        "Approved by Morgan Reyes",
        "But: ",
        "Books are closed",
    )
    assert (await held(world, asked.id)).state is State.FAILED
    await tick(world, minutes=10)
    assert len(world.writes()) == 1


@one_shape
async def test_while_syncro_is_away_for_a_day_it_is_tried_and_then_given_up(world):
    clerk = world.person()
    asked = await ask_payment(world, big_invoice(world).number)
    world.stage.syncro.faults.add("*", "status", status=503, times=None)
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("It is not done yet", clerk.dm)
    await tick(world, hours=20)
    assert (await held(world, asked.id)).state is State.APPROVED
    await tick(world, hours=5)
    ended = await held(world, asked.id)
    assert (ended.state, "tried for a day" in ended.sentence) == (State.FAILED, True), ended
    world.stage.syncro.faults.clear()
    await tick(world, hours=1)
    assert world.writes() == []


@one_shape
async def test_while_syncro_does_not_accept_the_key_the_word_stands(world):
    """Every click would void a request, and every tick what is approved, for as long as nobody mends the key."""
    clerk, big = world.person(), big_invoice(world)
    asked = await ask_payment(world, big.number)
    world.stage.syncro.faults.add("*", "status", status=401, times=None)
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("does not accept the API key", clerk.dm)
    assert (await held(world, asked.id)).state is State.APPROVED
    await tick(world, minutes=5)
    assert (await held(world, asked.id)).state is State.APPROVED
    world.stage.syncro.faults.clear()
    await tick(world, minutes=5)
    await clerk.sees("Approved and done", clerk.dm)
    assert [one.amount for one in world.payments(big.id)] == [600000]


@one_shape
async def test_what_the_key_may_not_write_has_failed(world):
    """Reading works, so trying it for a day would change nothing."""
    clerk = world.person()
    asked = await ask_payment(world, big_invoice(world).number)
    world.stage.syncro.faults.add(world.paying, "status", status=401, times=None)
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("But: ", clerk.dm)
    assert (await held(world, asked.id)).state is State.FAILED


@one_shape
async def test_why_it_is_not_done_yet_is_told_once_however_it_is_worded_at_each_try(world):
    """Of an outage each sentence says for how long, and when Duebot tries again."""
    clerk, gateway = world.person(), world.app.rooms.context.gateway
    asked = await ask_payment(world, big_invoice(world).number)
    minutes, really = iter(range(1, 100)), gateway.ready

    async def away():
        raise SyncroNotSent(f"Syncro hasn't answered for {next(minutes)} minutes. Nothing was sent.")

    gateway.ready = away
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("It is not done yet", clerk.dm)
    for _ in range(4):
        await tick(world, minutes=2)
    assert "for 6 minutes" in (await held(world, asked.id)).sentence
    told = [one for one in clerk.messages(clerk.dm) if "Your request" in shown_text(one)]
    assert len(told) == 1
    assert (await audited(world)).count("approval.delayed") == 1
    gateway.ready = really
    await tick(world, minutes=2)
    assert (await held(world, asked.id)).state is State.DONE


@one_shape
async def test_what_changed_after_the_word_says_whose_word_it_was(world):
    clerk, boss, big = world.person(), world.person("U0BOSS"), big_invoice(world)
    asked = await ask_payment(world, big.number)
    world.stage.syncro.faults.add("*", "status", status=503, times=None)
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("It is not done yet", clerk.dm)
    world.stage.syncro.faults.clear()
    world.company.pay(big.id, "500")
    await tick(world, minutes=3)
    void = await boss.sees("Void: nothing was done", APPROVALS)
    assert_decided(void, "Approved by Morgan Reyes", "Nothing was done", "now it is $8,500.00")


@one_shape
async def test_half_of_a_cheque_says_which_half(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    await clerk.command("C0BILLING", '/invoice pay "Acme Widgets" 5200 check #77')
    await clerk.submit(await clerk.modal("open invoices"))
    await clerk.close(await clerk.modal("Asked for approval"))
    asked = await newest(world)
    world.stage.syncro.faults.add(world.paying, "status", status=422, message="Books are closed", skip=2)
    await boss.click(await request_seen(boss), "Approve")
    told = shown_text(await clerk.sees("2 of 4 recorded.", clerk.dm))
    assert "Books are closed" in told
    ended = await held(world, asked.id)
    assert (ended.state, ended.sentence.startswith("2 of 4 recorded.")) == (State.FAILED, True)
    await tick(world, minutes=10)
    assert len(world.writes()) == 3
    assert len([one for one in world.company.payments.values() if "77" in one.reference]) == 2


@one_shape
async def test_a_cheque_of_which_a_part_is_declined_stops_there_and_is_not_told_as_recorded(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    await clerk.command("C0BILLING", '/invoice pay "Acme Widgets" 5200 check #77')
    await clerk.submit(await clerk.modal("open invoices"))
    await clerk.close(await clerk.modal("Asked for approval"))
    asked, gateway = await newest(world), world.app.rooms.context.gateway
    record, tried = gateway.record_payment, []

    async def second_declined(invoice_id, payment):
        tried.append(invoice_id)
        recorded = await record(invoice_id, payment)
        return replace(recorded, successful=False) if len(tried) == 2 else recorded

    gateway.record_payment = second_declined
    await boss.click(await request_seen(boss), "Approve")
    told = shown_text(await clerk.sees("1 of 4 recorded", clerk.dm))
    assert "was declined" in told
    ended = await held(world, asked.id)
    assert (ended.state, ended.sentence.startswith("1 of 4 recorded.")) == (State.FAILED, True), ended
    await tick(world, minutes=10)
    assert len(tried) == 2


@one_shape
async def test_a_payment_on_an_invoice_where_another_is_unknown_waits_for_that(world):
    big = big_invoice(world, 12_000)
    asked = await ask_payment(world, big.number)
    world.stage.syncro.faults.add(EMAIL, "cut_after_commit")
    dana = world.person("U0DANA")
    other = await ask_email_of(world, big, dana)
    await click(world, "U0CFO", ids.APPROVAL_APPROVE, other.id)
    await dana.sees("It is not done yet", dana.dm)
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await world.idle()
    assert "whether Dana Okafor's change (email) went through" in (await held(world, asked.id)).sentence
    assert (await held(world, asked.id)).state is State.APPROVED
    await click(world, "U0DANA", ids.IT_HAPPENED, await unknown(world))
    await world.idle()
    await tick(world, minutes=2)
    done = await held(world, asked.id)
    assert done.state is State.DONE, done.sentence
    assert [one.amount for one in world.payments(big.id)] == [600000]


async def ask_email_of(world, invoice, person):
    """Another asks that the same invoice is sent."""
    await person.command("C0BILLING", f"/invoice send {invoice.number}")
    await person.submit(await person.modal("· balance"))
    await person.close(await person.modal("Asked for approval"))
    return await newest(world)


@one_shape
async def test_the_same_form_with_other_values_is_refused_and_with_the_same_asks_nothing_more(world):
    clerk, big = world.person(), big_invoice(world)
    asked = await ask_payment(world, big.number)
    courier = world.stage.slack.courier
    sent = [one for one in courier.sent if one.payload.get("type") == "view_submission"][-1]
    answer = str(await courier.again(sent))
    assert "Asked for approval" in answer
    for block in sent.payload["view"]["state"]["values"].values():
        if ids.IN_AMOUNT in block:
            block[ids.IN_AMOUNT]["value"] = "6500"
    assert "already sent with other values" in str(await courier.again(sent))
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT id FROM approval"))
    assert [row["id"] for row in rows] == [asked.id]
    assert not clerk.views()
    assert world.writes() == []


@one_shape
async def test_what_syncro_was_too_busy_for_is_tried_again_and_done_once(world):
    """It was refused for its pace after it was claimed: a clear no, but not for good."""
    clerk, big = world.person(), big_invoice(world)
    asked = await ask_payment(world, big.number)
    gateway, limited = world.app.rooms.context.gateway, SyncroLimited("Syncro asks for a pause.", 50)
    really = gateway.record_payment

    async def too_busy(*_given):
        gateway.record_payment = really
        raise limited

    gateway.record_payment = too_busy
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("It is not done yet", clerk.dm)
    assert world.payments(big.id) == []
    await tick(world, seconds=30)
    assert (await held(world, asked.id)).state is State.APPROVED, "not before its time"
    await tick(world, minutes=2)
    await clerk.sees("Approved and done", clerk.dm)
    assert [one.amount for one in world.payments(big.id)] == [600000]


@one_shape
async def test_an_answer_that_is_lost_is_read_back_and_told_as_done(world):
    clerk, big = world.person(), big_invoice(world)
    asked = await ask_payment(world, big.number)
    world.stage.syncro.faults.add(world.paying, "cut_after_commit")
    await click(world, "U0BOSS", ids.APPROVAL_APPROVE, asked.id)
    await clerk.sees("read back", clerk.dm)
    await tick(world, minutes=2)
    await tick(world, minutes=2)
    await clerk.sees("Approved and done", clerk.dm)
    assert [one.amount for one in world.payments(big.id)] == [600000]
    assert (await held(world, asked.id)).state is State.DONE
