"""Logging calls: the owner's call task closes, the next call moves the worklist, a promise leads on to its form."""

from datetime import date, timedelta
from decimal import Decimal

from journey_customer import (
    acts,
    again,
    customer_card,
    customer_id,
    form_of,
    logged,
    open_holds,
    reminded,
)
from journey_world import one_shape

from bot.domain.calls import CallOutcome
from bot.domain.holds import Hold, HoldKind
from bot.store import holds, mirror
from bot.store.holds import Noted
from bot.views import ids
from sandbox.slack.shown import filled, shown_text


async def test_a_call_is_logged_once_and_stands_on_the_card(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    values = {"What came of it": "Left message", "Note": "With Pat", "Call again": "friday"}
    assert await clerk.submit(form, values) == {}
    await clerk.close(await clerk.modal("The call is logged: left message. Call again Fri, Mar 13, 2026."))
    assert "The call is logged" in await again(world)
    (call,) = await logged(world)
    assert (call.outcome, call.on, call.next_on) == (
        CallOutcome.LEFT_MESSAGE,
        date(2026, 3, 10),
        date(2026, 3, 13),
    )
    assert await acts(world) == [("U0CLERK", "call.logged", f"customer:{customer_id(world)}")]
    text = shown_text(await customer_card(clerk))
    assert "left message, by Casey Lindqvist: With Pat" in text
    assert "Fri, Mar 13, 2026" in text


@one_shape
async def test_a_call_is_logged_from_an_invoices_card(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.click(await clerk.sees("INV-2024-1042 ·"), "Log call")
    assert await clerk.submit(await clerk.modal("What came of it"), {"What came of it": "No answer"}) == {}
    await clerk.modal("The call is logged: no answer.")
    assert len(await logged(world)) == 1


@one_shape
async def test_what_is_wrong_with_a_call_stands_at_its_field(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    values = {"What came of it": "No answer", "Note": "x" * 501, "Call again": "2026-03-09"}
    errors = await clerk.submit(form, values)
    assert "at most 500" in errors[ids.IN_NOTES]
    assert "is past" in errors[ids.IN_NEXT_ON]
    assert "more than a year ahead" in str(await clerk.submit(form, {**values, "Call again": "2027-03-11"}))
    assert filled(clerk.again(form))["What came of it"] == "No answer"
    assert await logged(world) == []


async def test_a_call_closes_the_owners_call_task(world):
    clerk = world.person()
    await reminded(world)
    await clerk.sees("Reminder", clerk.dm)
    assert "Call task open" in shown_text(await customer_card(clerk))
    await clerk.command("C0BILLING", "/overdue")
    await clerk.sees("call task open")
    world.clock.advance(timedelta(minutes=1))
    form = await form_of(clerk, "Log call", "What came of it")
    assert await clerk.submit(form, {"What came of it": "No answer"}) == {}
    await clerk.close(await clerk.modal("The call is logged"))
    assert "Call task open" not in shown_text(await customer_card(clerk))


@one_shape
async def test_what_is_paid_needs_no_call(world):
    clerk = world.person()
    await reminded(world)
    assert "Call task open" in shown_text(await customer_card(clerk))
    for one in world.company.invoices.values():
        if str(one.customer_id) == customer_id(world) and world.company.balance(one) > 0:
            world.company.pay(one.id, Decimal(world.company.balance(one)) / 100)
    world.clock.advance(timedelta(minutes=5))
    await world.app.rooms.sync.run()
    assert "Call task open" not in shown_text(await customer_card(clerk))


async def test_a_promised_call_leads_on_to_the_promise(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    assert await clerk.submit(form, {"What came of it": "Promise", "Note": "Pat pays Friday"}) == {}
    which = await clerk.modal("Which invoice is promised?")
    assert "The call is logged: promise." in shown_text(which)
    assert await clerk.submit(which, {"Which invoice is promised?": str(world.showpiece.id)}) == {}
    promise = await clerk.modal("Promised for")
    assert filled(promise)["Note"] == "Pat pays Friday"
    assert await clerk.submit(promise, {"Promised for": "friday"}) == {}
    await clerk.modal("The promise is noted")
    (hold,) = await open_holds(world)
    assert (hold.kind, hold.invoice_ids, hold.note) == (
        HoldKind.PROMISE,
        (str(world.showpiece.id),),
        "Pat pays Friday",
    )
    assert [act[1] for act in await acts(world)] == ["call.logged", "promise.placed"]


@one_shape
async def test_a_disputed_call_can_be_about_all_invoices(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    await clerk.submit(form, {"What came of it": "Dispute", "Note": "Wrong contract"})
    which = await clerk.modal("What is disputed?")
    assert await clerk.submit(which, {"What is disputed?": "All their invoices"}) == {}
    dispute = await clerk.modal("new ones too")
    assert filled(dispute)["Reason"] == "Wrong contract"
    assert await clerk.submit(dispute) == {}
    await clerk.modal("noted for all their invoices")
    (hold,) = await open_holds(world)
    assert (hold.kind, hold.invoice_ids) == (HoldKind.DISPUTE, ())


@one_shape
async def test_an_invoice_that_was_paid_meanwhile_is_asked_for_again(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    await clerk.submit(form, {"What came of it": "Promise"})
    which = await clerk.modal("Which invoice is promised?")
    world.company.pay(world.showpiece.id, "806.25")
    await clerk.submit(which, {"Which invoice is promised?": str(world.showpiece.id)})
    await clerk.modal("is paid: nobody is chased for it")
    assert await open_holds(world) == []


@one_shape
async def test_an_invoice_that_is_known_to_be_paid_is_not_taken(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    await clerk.submit(form, {"What came of it": "Promise"})
    which = await clerk.modal("Which invoice is promised?")
    world.company.pay(world.showpiece.id, "806.25")
    world.clock.advance(timedelta(minutes=5))
    await world.app.rooms.sync.run()
    errors = await clerk.submit(which, {"Which invoice is promised?": str(world.showpiece.id)})
    assert "settled meanwhile" in errors[ids.IN_INVOICE]


@one_shape
async def test_who_may_only_look_logs_nothing(world):
    clerk = world.person()
    form = await form_of(clerk, "Log call", "What came of it")
    authority = world.app.rooms.authority
    authority._lists = type(authority._lists)(viewers=frozenset({"U0CLERK"}))
    await clerk.submit(form, {"What came of it": "No answer"})
    await clerk.modal("To set holds you need the role collector or higher")
    assert await logged(world) == []


# ---- the worklist -------------------------------------------------------------------------------------------


def first_of(board):
    """The customers of the worklist in its order."""
    table = next(
        block for block in board["blocks"] if block["type"] == "data_table" and "Customer" in str(block)
    )
    return [row[0]["text"] for row in table["rows"][1:]]


async def board_of(person, text="/overdue"):
    last = max((message["ts"] for message in person.messages()), default="0")
    await person.command("C0BILLING", text)
    return await person.sees("with overdue invoices", after=last)


async def log(person, name, **values):
    form = await form_of(person, "Log call", "What came of it", name)
    assert await person.submit(form, {"What came of it": "No answer", **values}) == {}
    await person.close(await person.modal("The call is logged"))


@one_shape
async def test_a_customer_just_called_sinks_and_rises_on_the_day_that_was_agreed(world):
    clerk = world.person()
    before = first_of(await board_of(clerk))
    top, second = before[:2]
    await log(clerk, top, **{"Call again": "tomorrow"})
    board = await board_of(clerk)
    assert first_of(board)[0] == second
    assert top in first_of(board)[1:]
    assert "call on Wed, Mar 11 · last contact today" in shown_text(board)
    world.clock.advance(timedelta(days=1))
    board = await board_of(clerk)
    assert first_of(board)[0] == top
    assert "call today · last contact 1 day ago" in shown_text(board)


@one_shape
async def test_the_menu_shows_only_some_and_paging_keeps_it(worlds):
    async with worlds(size=600) as world:
        context, clerk = world.app.rooms.context, world.person()
        await world.app.rooms.sync.run()
        board = await board_of(clerk)
        everybody = first_of(board)
        unpaid = await context.lane.read(mirror.unpaid)
        late = [one for one in unpaid if one.overdue(context.today()) and (one.balance or 0) > 0]
        owing = sorted({one.customer_id for one in late})[:18]

        def write(tx):
            for one in owing:
                hold = Hold(f"d{one}", HoldKind.DISPUTE, one, (), None, "Wrong", "Dana")
                holds.insert(tx, Noted(hold=hold, currency="USD", by_id="U0DANA", created_at=context.now()))

        await context.lane.write(write)
        await clerk.choose(board, "Show…", "Disputed")
        only = await clerk.sees("18 customers with overdue invoices, the most urgent first (disputed)")
        assert len(first_of(only)) == 15
        await clerk.click(only, "Next →")
        last = await clerk.sees("Page 2 of 2")
        assert len(first_of(last)) == 3
        await clerk.choose(last, "Show…", "Broken promises")
        await clerk.sees("Nobody here is listed under *Broken promises*")
        await clerk.choose(clerk.again(last), "Show…", "Everybody")
        assert first_of(await clerk.sees("the most urgent first", after="0")) == everybody
