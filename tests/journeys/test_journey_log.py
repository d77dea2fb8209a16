"""Who did what to an invoice: asked in Slack, answered from the audit."""

import re

from journey_world import START, one_shape

from bot.use_cases.audit_place import place_of
from bot.verbs_audit import warnings
from bot.views import ids
from sandbox.slack.shown import shown_text


async def log_of(world, number, user="U0CLERK"):
    clerk = world.person(user)
    last = max((m["ts"] for m in clerk.messages()), default="0")
    await clerk.command("C0BILLING", f"/invoice log {number}")
    answer = await clerk.sees("Who did what? ", after=last)
    assert answer.get("is_ephemeral"), answer
    return " ".join(shown_text(answer).split())


async def pay(world, amount):
    clerk = world.person()
    await clerk.command("C0BILLING", f"/invoice pay 1042 {amount} check")
    form = await clerk.modal("Balance")
    await clerk.submit(form, {ids.IN_AMOUNT: amount, "Reference": "1234"})
    await clerk.modal("recorded as Check")


async def entries(world):
    lane = world.app.rooms.context.lane
    return await lane.read(lambda tx: tx.all("SELECT * FROM audit ORDER BY seq"))


async def test_what_was_done_is_told_with_who_and_when(world):
    assert "Nothing was done to it with Duebot so far." in await log_of(world, "1042")
    await pay(world, "500")
    text = await log_of(world, "1042")
    assert "INV-2024-1042 · Acme Widgets" in text
    assert re.search(r"Tue, Mar 10, 2026, \d\d:\d\d · recorded a payment · balance before: \$806.25", text)
    assert "$500.00 recorded as Check on INV-2024-1042; balance $306.25." in text
    assert len(world.writes()) == 1, "looking changes nothing"


async def test_reminders_that_list_it_are_told_and_others_are_not(world):
    await world.idle()
    world.clock.advance(START.replace(hour=15) - START)
    await world.app.schedule.tick_now()
    assert "Duebot put a reminder on its way" in await log_of(world, "1042")
    paid = world.any_invoice("paid")
    assert "Nothing was done to it" in await log_of(world, paid.number)


@one_shape
async def test_a_viewer_may_ask_and_who_has_no_role_may_not(world):
    assert "Who did what? INV-2024-1042" in await log_of(world, "1042", "U0VIEW")
    nobody = world.person("U0NOROLE")
    await nobody.command("C0GENERAL", "/invoice log 1042")
    assert "you have no role" in shown_text(await nobody.sees("role"))


@one_shape
async def test_it_is_told_while_syncro_is_down(world):
    await pay(world, "500")
    world.stage.syncro.faults.add("*", "status", times=None, status=503)
    assert "recorded a payment" in await log_of(world, "1042")


@one_shape
async def test_an_entry_says_where_it_was_done_and_from_which_message(world):
    await pay(world, "500")
    (by_command,) = await entries(world)
    assert (by_command["channel"], by_command["link"]) == ("C0BILLING", "")
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Log call")
    for label, has, values, done in (
        ("Log call", "What came of it", {"What came of it": "No answer"}, "The call is logged: no answer."),
        ("Assign", "Empty leaves it", {"Owner": "U0DANA"}, "The owner is assigned"),
        ("Promise", "Note it", {"Promised for": "today"}, "for Tue, Mar 10, 2026"),
        ("Promise", "Note it", {"Promised for": "Mar 20"}, "for Fri, Mar 20, 2026"),
    ):
        await clerk.click(card, label)
        assert await clerk.submit(await clerk.modal(has), values) == {}
        await clerk.close(await clerk.modal(done))
    _, *by_button = await entries(world)
    assert [one["action"] for one in by_button] == [
        "call.logged",
        "customer.assigned",
        "promise.placed",
        "promise.ended",
        "promise.placed",
    ]
    link = f"https://slack.com/archives/C0BILLING/p{card['ts'].replace('.', '')}"
    assert {(one["channel"], one["link"]) for one in by_button} == {("C0BILLING", link)}


@one_shape
async def test_where_it_was_done_is_left_open_when_nobody_remembers(world):
    lane = world.app.rooms.context.lane
    forgotten = await lane.read(lambda tx: place_of(tx, "no such visit"))
    assert forgotten == await lane.read(lambda tx: place_of(tx, "")) == {"channel": "", "link": ""}


@one_shape
async def test_a_bot_that_starts_with_another_key_warns_and_works_on(worlds):
    async with worlds(size=40, DUEBOT_AUDIT_KEY="kept elsewhere") as world:
        await world.app.rooms.sync.run()
        boss = world.person("U0BOSS")
        await boss.command("C0BILLING", "/overdue automatic on")
        await boss.sees("is on")
        assert await warnings(world.app.rooms) == []
        world.extra["DUEBOT_AUDIT_KEY"] = "mistyped"
        await world.restart()
        (warning,) = await warnings(world.app.rooms)
        assert "is not the key that sealed the audit record" in warning
        await boss.command("C0BILLING", "/overdue automatic off")
        await boss.sees("is off")
