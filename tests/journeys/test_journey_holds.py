"""Promises, disputes, claims to have paid and snoozes: noted from the card, ended from the card."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.domain.holds import HoldKind
from bot.store import holds
from bot.views import ids
from sandbox.slack.shown import buttons, filled, shown_text

HOLD_BUTTONS = {"Promise", "Dispute", "Says paid", "Snooze"}


async def card_of(person, has="INV-2024-1042 ·"):
    last = max((message["ts"] for message in person.messages()), default="0")
    await person.command("C0BILLING", "/invoice 1042")

    def private():
        new = (one for one in person.messages() if one["ts"] > last and one.get("is_ephemeral"))
        return next((one for one in new if has in shown_text(one)), None)

    return await person.sandbox.wait_for(private, 10)


async def opened(person, label):
    await person.click(await card_of(person), label)
    return await person.modal("Note it")


async def open_holds(world):
    found = await world.app.rooms.context.lane.read(holds.all_open)
    return [hold for held in found.values() for hold in held]


async def acts(world):
    rows = await world.app.rooms.context.lane.read(
        lambda tx: tx.all("SELECT * FROM audit WHERE operation_key <> '' ORDER BY seq")
    )
    return [(row["actor_id"], row["action"], row["subject"]) for row in rows]


async def again(world):
    """Sends the last form once more, as Slack does when it got no answer; what the bot answers."""
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    answers = await asyncio.gather(*(world.stage.slack.courier.again(sent[-1]) for _ in range(2)))
    await world.idle()
    return str(answers)


@pytest.fixture
def subject(world):
    return f"invoice:{world.showpiece.id}"


async def test_a_promise_is_noted_and_stands_on_the_card(world, subject):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    values = {"Promised for": "friday", "Amount (USD)": "500", "Who said so": "Pat at Acme"}
    assert await clerk.submit(form, values) == {}
    line = "Promised $500.00 for Fri, Mar 13, 2026 by Pat at Acme, noted by"
    done = shown_text(await clerk.modal("The promise is noted"))
    assert line in done
    assert "INV-2024-1042, " in done
    assert "End hold" in buttons(await card_of(clerk, line))
    assert await acts(world) == [("U0CLERK", "promise.placed", subject)]
    assert world.writes() == []


async def test_a_promise_without_an_amount_is_for_the_balance_and_a_new_one_takes_its_place(world):
    clerk = world.person()
    await clerk.submit(await opened(clerk, "Promise"), {"Promised for": "today"})
    await clerk.close(await clerk.modal("Promised $806.25 for Tue, Mar 10, 2026"))
    before = [hold.id for hold in await open_holds(world)]
    await clerk.submit(await opened(clerk, "Promise"), {"Promised for": "Mar 20"})
    await clerk.modal("for Fri, Mar 20, 2026")
    (hold,) = await open_holds(world)
    assert (hold.until, hold.amount, hold.by_name) == (date(2026, 3, 20), 80625, "Casey Lindqvist")
    moved = await world.app.rooms.context.lane.read(lambda tx: holds.get(tx, before[0]))
    assert (moved.end_reason, moved.ended_by, moved.outcome) == ("moved", "U0CLERK", "moved")
    assert [act[1] for act in await acts(world)] == ["promise.placed", "promise.ended", "promise.placed"]


async def test_a_form_sent_twice_notes_one_promise(world):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    assert await clerk.submit(form, {"Promised for": "friday"}) == {}
    await clerk.modal("The promise is noted")
    assert "The promise is noted" in await again(world)
    assert len(await open_holds(world)) == 1
    assert [act[1] for act in await acts(world)] == ["promise.placed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soonish", "not a date that I know"),
        ("2026-03-09", "is past"),
        ("2027-03-11", "more than a year ahead"),
    ],
)
async def test_a_date_that_is_no_promise_stands_at_its_field_and_keeps_the_form(world, typed, said):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    errors = await clerk.submit(form, {"Promised for": typed, "Note": "After payday"})
    assert said in errors[ids.IN_UNTIL]
    kept = filled(clerk.again(form))
    assert (kept["Promised for"], kept["Note"]) == (typed, "After payday")
    assert await open_holds(world) == []
    assert await clerk.submit(form, {"Promised for": "2027-03-10"}) == {}


@pytest.mark.parametrize("typed", ["0", "-5", "806.26", "lots"])
async def test_an_amount_that_cannot_be_promised_stands_at_its_field(world, typed):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    errors = await clerk.submit(form, {"Promised for": "friday", "Amount (USD)": typed})
    assert list(errors) == [ids.IN_AMOUNT]
    assert await open_holds(world) == []


async def test_a_dispute_needs_a_reason_and_stands_until_somebody_ends_it(world, subject):
    clerk = world.person()
    form = await opened(clerk, "Dispute")
    assert "what the customer disputes" in str(await clerk.submit(form, {"Reason": "   "}))
    assert await clerk.submit(form, {"Reason": "Switch never came"}) == {}
    await clerk.close(await clerk.modal("The dispute is noted"))
    card = await card_of(clerk, "Disputed, noted by Casey Lindqvist: Switch never came")
    second = await opened(clerk, "Dispute")
    await clerk.submit(second, {"Reason": "Twice"})
    await clerk.close(await clerk.modal("is disputed already; Casey Lindqvist noted it"))
    boss = world.person("U0BOSS")
    await boss.click(await card_of(boss, "Disputed"), "End hold")
    ending = await boss.modal("Switch never came")
    assert "Say why" in str(await boss.submit(ending, {"Reason": "  "}))
    assert await boss.submit(ending, {"Reason": "Switch arrived"}) == {}
    await boss.modal("Nothing holds this invoice")
    assert "has ended already" not in await again(world)
    assert await open_holds(world) == []
    assert await acts(world) == [("U0CLERK", "dispute.placed", subject), ("U0BOSS", "dispute.ended", subject)]
    await clerk.click(card, "End hold")
    await clerk.modal("That hold has ended already")


async def test_a_snooze_needs_a_day_ahead_and_a_reason(world):
    clerk = world.person()
    form = await opened(clerk, "Snooze")
    errors = await clerk.submit(form, {"Until": "today", "Reason": " "})
    assert "after today" in errors[ids.IN_UNTIL]
    assert "why this waits" in errors[ids.IN_REASON]
    assert await clerk.submit(form, {"Until": "tomorrow", "Reason": "On holiday"}) == {}
    await clerk.modal("Snoozed until Wed, Mar 11, 2026, noted by Casey Lindqvist: On holiday")
    (hold,) = await open_holds(world)
    assert (hold.kind, hold.until) == (HoldKind.SNOOZE, date(2026, 3, 11))


async def test_who_says_that_it_is_paid_is_left_alone_for_five_business_days(world):
    clerk = world.person()
    form = await opened(clerk, "Says paid")
    assert "Ask for the reference" in str(form)
    assert await clerk.submit(form, {"Reference": "Check #1234"}) == {}
    await clerk.modal("held through Tue, Mar 17, 2026, noted by Casey Lindqvist: Check #1234")
    (hold,) = await open_holds(world)
    assert hold.until == date(2026, 3, 10) + timedelta(days=7)


async def test_who_may_only_look_is_refused_privately(world):
    clerk, viewer = world.person(), world.person("U0VIEW")
    await clerk.submit(await opened(clerk, "Dispute"), {"Reason": "Switch never came"})
    await clerk.close(await clerk.modal("The dispute is noted"))
    assert not (HOLD_BUTTONS | {"End hold"}) & set(buttons(await card_of(viewer)))
    card = await card_of(viewer)
    await clerk.click(await card_of(clerk), "Share here")
    shared = await viewer.sees("Invoice date", "C0BILLING", after=card["ts"])
    for label in ("Promise", "End hold"):
        last = max(message["ts"] for message in viewer.messages())
        await viewer.click(shared, label)
        told = await viewer.sees("To set holds you need the role collector or higher", after=last)
        assert "you have viewer" in shown_text(told)
    assert viewer.views() == []
    assert len(await open_holds(world)) == 1


async def test_what_was_paid_meanwhile_is_not_held(world):
    clerk = world.person()
    form = await opened(clerk, "Promise")
    card = await card_of(clerk)
    world.company.pay(world.showpiece.id, "806.25")
    await clerk.submit(form, {"Promised for": "friday"})
    await clerk.close(await clerk.modal("is paid: nobody is chased for it"))
    await clerk.click(card, "Snooze")
    view = await clerk.modal("is paid: nobody is chased for it")
    assert view["submit"] is None
    assert await open_holds(world) == []
    assert not HOLD_BUTTONS & set(buttons(await card_of(clerk, "Paid")))


@pytest.mark.parametrize("label", ["Dispute", "End hold"])
async def test_a_role_taken_away_while_the_form_was_open_stops_it(world, label):
    clerk, boss = world.person(), world.person("U0BOSS")
    if label == "End hold":
        await boss.submit(await opened(boss, "Dispute"), {"Reason": "Switch never came"})
        await boss.close(await boss.modal("The dispute is noted"))
    before = await open_holds(world)
    await clerk.click(await card_of(clerk), label)
    form = await clerk.modal("Kept in the log")
    world.stage.slack.workspace.user("U0CLERK").deleted = True
    await clerk.submit(form, {"Reason": "Mine"})
    await clerk.modal("only works for full members")
    assert await open_holds(world) == before


async def test_a_promise_whose_time_is_over_says_that_it_holds_no_more(world):
    clerk = world.person()
    await clerk.submit(await opened(clerk, "Promise"), {"Promised for": "friday"})
    await clerk.modal("The promise is noted")
    assert "No longer held" not in shown_text(await card_of(clerk, "Promised $806.25"))
    world.clock.advance(timedelta(days=7))
    assert "No longer held: Promised $806.25 for Fri, Mar 13, 2026" in shown_text(
        await card_of(clerk, "No longer")
    )
