"""Payment plans, customers who break promises, and what the channel and the history tell of holds."""

from datetime import date, timedelta

from journey_world import one_shape
from test_journey_holds import again, card_of, open_holds, opened

from bot.domain.holds import Hold, HoldKind
from bot.store import holds
from bot.store.holds import Noted
from bot.views import ids
from sandbox.slack.shown import filled, shown_text

PLAN = "2026-03-13 500\nMar 27: $306.25"


async def read(world, id):
    return await world.app.rooms.context.lane.read(lambda tx: holds.get(tx, id))


async def promise(person, **values):
    await person.submit(await opened(person, "Promise"), values)
    await person.close(await person.modal("The promise is noted"))


async def test_a_plan_is_one_promise_with_what_was_understood(world):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    assert await clerk.submit(form, {"Instalments": PLAN, "Who said so": "Pat"}) == {}
    done = shown_text(await clerk.modal("The promise is noted"))
    assert "2 instalments: $500.00 on Fri, Mar 13, 2026; $306.25 on Fri, Mar 27, 2026" in done
    line = "Plan: 2 instalments, next $500.00 on Fri, Mar 13, 2026 by Pat, noted by Casey Lindqvist"
    await card_of(clerk, line)
    (hold,) = await open_holds(world)
    assert (hold.until, hold.amount) == (date(2026, 3, 27), 80625)
    assert "The promise is noted" in await again(world)
    assert len(await open_holds(world)) == 1
    world.clock.advance(timedelta(days=4))
    await card_of(clerk, "Plan: 2 instalments, next $306.25 on Fri, Mar 27, 2026")


async def test_a_plan_that_does_not_fit_says_so_at_its_field_and_keeps_the_form(world):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    errors = await clerk.submit(form, {"Instalments": "friday 500\nMar 27 306.26"})
    assert errors == {ids.IN_INSTALMENTS: "The instalments come to $806.26, and only $806.25 is open."}
    errors = await clerk.submit(form, {"Instalments": "friday 500\nsoonish 5"})
    assert "Line 2: “soonish” is not a date" in errors[ids.IN_INSTALMENTS]
    both = {"Instalments": PLAN, "Promised for": "friday", "Amount (USD)": "500"}
    errors = await clerk.submit(form, both)
    assert "last instalment is on Fri, Mar 27" in errors[ids.IN_UNTIL]
    assert "come to $806.25. Leave this empty" in errors[ids.IN_AMOUNT]
    assert filled(clerk.again(form))["Instalments"] == PLAN
    assert await open_holds(world) == []
    fits = {"Instalments": PLAN, "Promised for": "Mar 27", "Amount (USD)": "806.25"}
    assert await clerk.submit(form, fits) == {}


@one_shape
async def test_neither_a_date_nor_instalments_is_an_error_at_the_date(world):
    clerk = world.person()
    errors = await clerk.submit(await opened(clerk, "Promise"), {})
    assert list(errors) == [ids.IN_UNTIL]


@one_shape
async def test_a_single_instalment_is_an_ordinary_promise(world):
    clerk = world.person()
    await promise(clerk, Instalments="friday 500")
    (hold,) = await open_holds(world)
    assert (hold.until, hold.amount, hold.instalments) == (date(2026, 3, 13), 50000, ())


async def test_noting_and_ending_a_hold_stands_in_the_channel_where_it_was_done(world):
    clerk, viewer = world.person(), world.person("U0VIEW")
    await promise(clerk, **{"Promised for": "friday", "Amount (USD)": "500"})
    told = await viewer.sees("noted a promise to pay", "C0BILLING")
    said = shown_text(told)
    assert "INV-2024-1042" in said
    assert "Promised $500.00 for Fri, Mar 13, 2026" in said
    assert not told.get("is_ephemeral")
    await clerk.click(await card_of(clerk, "Promised"), "End hold")
    await clerk.submit(await clerk.modal("Kept in the log"), {"Reason": "They called again"})
    ended = await viewer.sees("ended the promise to pay", "C0BILLING")
    assert "Why it ended: They called again" in shown_text(ended)
    await again(world)
    await world.app.rooms.outbox.deliver_due()
    for said in ("noted a promise", "ended the promise"):
        assert len([one for one in viewer.messages("C0BILLING") if said in shown_text(one)]) == 1


async def test_a_hold_noted_where_others_read_along_is_told_to_the_person_alone(world):
    clerk = world.person()
    await clerk.command("C0SHARED", "/invoice 1042")
    card = await clerk.sees("Invoice date", clerk.dm)
    await clerk.click(card, "Dispute")
    await clerk.submit(await clerk.modal("Note it"), {"Reason": "Switch never came"})
    await clerk.sees("noted a dispute", clerk.dm)
    channel = clerk.sandbox.messages.in_channel("C0SHARED")
    assert "Switch" not in "".join(shown_text(one) for one in channel)


async def broke(world, number, ago):
    """A promise of the example's customer that was broken so many days ago."""
    context, customer = world.app.rooms.context, str(world.showpiece.customer_id)
    at = context.now() - timedelta(days=ago)
    hold = Hold(f"old-{number}", HoldKind.PROMISE, customer, (f"other-{number}",), at.date(), amount=5)

    def write(tx):
        holds.insert(tx, Noted(hold=hold, currency="USD", by_id="U1", created_at=at))
        holds.end(tx, hold.id, by="system", reason="Nothing came.", now=at, outcome="broken")

    await context.lane.write(write)


@one_shape
async def test_after_two_broken_promises_a_third_needs_an_approvers_word(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    await broke(world, 1, ago=360)
    await broke(world, 2, ago=370)
    await promise(clerk, **{"Promised for": "today"})
    await broke(world, 3, ago=1)
    told = await opened(clerk, "Promise")
    assert "so another one needs somebody else's word" in shown_text(told)
    assert await clerk.submit(told, {"Promised for": "tomorrow", "Note": "Now", "Amount (USD)": "500"}) == {}
    asked = shown_text(await clerk.modal("Asked for approval"))
    assert "A promise of $500.00 for Wed, Mar 11, 2026" in asked
    assert "This customer broke 2 promises in the last 12 months" in asked
    await clerk.close(clerk.views()[-1])
    (before,) = await open_holds(world)
    assert (await read(world, before.id)).ended_at is None, "the promise that stands goes on until then"
    request = await boss.sees("Approval needed", "C0APPROVE")
    assert f"{world.showpiece.number} ($806.25)" in shown_text(request)
    await boss.click(request, "Approve")
    await clerk.sees("The promise for Wed, Mar 11, 2026 is noted", clerk.dm)
    await clerk.sees("noted a promise", "C0BILLING")
    (asked_for,) = await open_holds(world)
    noted = await read(world, asked_for.id)
    assert (noted.by_id, noted.hold.amount, noted.hold.note) == ("U0CLERK", 50000, "Now")
    assert (await read(world, before.id)).ended_at is not None
    assert "somebody else" not in shown_text(await opened(boss, "Promise"))
    await boss.submit(boss.views()[-1], {"Promised for": "tomorrow"})
    await boss.close(await boss.modal("The promise is noted"))
    (hold,) = await open_holds(world)
    assert hold.id != asked_for.id
    # Other holds need nobody else.
    await clerk.submit(await opened(clerk, "Dispute"), {"Reason": "Wrong hours"})
    await clerk.modal("The dispute is noted")


@one_shape
async def test_a_promise_that_was_asked_for_is_void_when_its_day_is_past_or_its_invoice_paid(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    for number, ago in ((1, 5), (2, 3)):
        await broke(world, number, ago=ago)
    for day, spoil, said in (
        ("today", lambda: world.clock.advance(timedelta(hours=20)), "is past"),
        ("in 1 week", lambda: world.company.pay(world.showpiece.id, "806.25"), "nobody is chased for it"),
    ):
        await clerk.submit(await opened(clerk, "Promise"), {"Promised for": day})
        await clerk.close(await clerk.modal("Asked for approval"))
        request = await boss.sees("Approval needed", "C0APPROVE")
        spoil()
        await boss.click(request, "Approve")
        await boss.sees(said)
        assert await open_holds(world) == []
    assert world.writes() == []


@one_shape
async def test_an_older_promise_that_was_asked_for_does_not_replace_a_newer_one(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    for number, ago in ((1, 5), (2, 3)):
        await broke(world, number, ago=ago)
    await clerk.submit(await opened(clerk, "Promise"), {"Promised for": "in 1 week"})
    await clerk.close(await clerk.modal("Asked for approval"))
    await boss.sees("Approval needed", "C0APPROVE")
    world.clock.advance(timedelta(minutes=5))
    await boss.submit(await opened(boss, "Promise"), {"Promised for": "in 2 weeks"})
    await boss.close(await boss.modal("The promise is noted"))
    (newer,) = await open_holds(world)
    cfo = world.person("U0CFO")
    await cfo.click(await cfo.sees("Approval needed", "C0APPROVE"), "Approve")
    await cfo.sees("Morgan Reyes has noted another promise since this was asked for")
    assert [one.id for one in await open_holds(world)] == [newer.id]


async def test_a_promise_whose_time_is_over_is_not_moved_but_broken(world):
    clerk = world.person()
    await promise(clerk, **{"Promised for": "today"})
    (first,) = await open_holds(world)
    world.clock.advance(timedelta(days=4))  # a Saturday: nobody has judged it so far
    await promise(clerk, **{"Promised for": "in 1 week"})
    assert (await read(world, first.id)).outcome == "broken"
    assert (await read(world, first.id)).ended_by == "U0CLERK"


async def test_a_kept_promise_is_not_moved_either(world):
    clerk = world.person()
    await promise(clerk, **{"Promised for": "friday", "Amount (USD)": "500"})
    (first,) = await open_holds(world)
    world.company.pay(world.showpiece.id, "500")
    await promise(clerk, **{"Promised for": "in 1 week"})
    assert (await read(world, first.id)).outcome == "kept"


@one_shape
async def test_why_lists_holds_with_how_they_ended(world):
    clerk = world.person()
    await promise(clerk, **{"Promised for": "friday"})
    await promise(clerk, **{"Promised for": "today"})
    world.clock.advance(timedelta(days=3, hours=3))
    await world.app.schedule.tick_now()
    await clerk.submit(await opened(clerk, "Dispute"), {"Reason": "Switch never came"})
    await clerk.close(await clerk.modal("The dispute is noted"))
    await clerk.command("C0BILLING", "/invoice why 1042")
    said = shown_text(await clerk.sees("3 holds so far, the newest first"))
    assert "Disputed, noted by Casey Lindqvist: Switch never came · \nopen" in said
    assert "broken, ended" in said
    assert "Duebot\n: $806.25 was promised for Tue, Mar 10, 2026; nothing came by Wed, Mar 11" in said
    assert "moved, ended" in said
    assert "–" not in said.partition("3 holds so far")[2]
