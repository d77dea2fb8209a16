"""One payment over a customer's open invoices: spread oldest first, judged as a whole, recorded once each."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from journey_world import guide_only

from bot.store import outbox
from bot.use_cases.spread import SPREAD
from bot.views import ids
from sandbox.company import names
from sandbox.company.book import LineInput
from sandbox.slack.shown import filled, shown_text

#: What is open of Acme Widgets in the small world, oldest due first.
OPEN = (
    ("INV-2024-1015", 183596),
    ("INV-2024-1030", 234070),
    ("INV-2024-1042", 80625),
    ("INV-2024-1045", 708355),
    ("INV-2024-1052", 156815),
)
#: A draft, which not every shape tells from what was sent.
DRAFT = ("INV-2024-1059", 75788)
ALL_THREE = {"INV-2024-1015": [183596], "INV-2024-1030": [234070], "INV-2024-1042": [32334]}


def pay_call(world: Any) -> str:
    """The request that records a payment."""
    return "POST /payments" if world.shape == "openapi" else "POST /invoices/{id}/payments"


def open_of(world: Any) -> tuple[tuple[str, int], ...]:
    """What the form offers of Acme Widgets: number and balance."""
    return (*OPEN, DRAFT) if world.shape == "openapi" else OPEN


def money(minor: int) -> str:
    return f"{Decimal(minor) / 100:.2f}"


async def opened(person: Any, words: str = '"Acme Widgets" 4500 check #9', has: str = "open invoices") -> Any:
    await person.command("C0BILLING", f"/invoice pay {words}")
    return await person.modal(has)


def shares(view: Any) -> dict[str, str]:
    """What the form gives each invoice, by its number."""
    return {
        label.partition(" · ")[0]: value or ""
        for label, value in filled(view).items()
        if label.startswith("INV-")
    }


def block_of(view: Any, number: str) -> str:
    """The block of an invoice's share."""
    return next(
        block["block_id"]
        for block in view["blocks"]
        if block["type"] == "input" and block["label"]["text"].startswith(number)
    )


def share(view: Any, number: str) -> str:
    """The label of an invoice's share."""
    return next(label for label in filled(view) if label.startswith(number))


def paid(world: Any) -> dict[str, list[int]]:
    """What was recorded today on the customer's open invoices, by number."""
    today = world.company.today()
    made = {
        number: [one.amount for one in world.payments(invoice_id(world, number)) if one.date == today]
        for number, _ in OPEN
    }
    return {number: amounts for number, amounts in made.items() if amounts}


def invoice_id(world: Any, number: str) -> int:
    return int(world.company.invoice_by_number(number).id)


async def messages(world: Any) -> list[Any]:
    """What is in the outbox about payments over several invoices."""

    def read(tx: Any) -> list[Any]:
        return [
            outbox.get(tx, row["id"])
            for row in tx.all("SELECT id FROM outbox WHERE kind = :kind ORDER BY seq", {"kind": SPREAD})
        ]

    return list(await world.app.rooms.context.lane.read(read))


async def test_an_amount_goes_over_the_oldest_invoices_and_is_told_in_one_message(world):
    clerk = world.person()
    form = await opened(clerk)
    assert filled(form)["Amount (USD)"] == "4500"
    assert (filled(form)["Method"], filled(form)["Reference"]) == ("Check", "9")
    spread = ["1835.96", "2340.70", "323.34"]
    assert [held for held in shares(form).values() if held] == spread
    assert list(shares(form)) == [number for number, _ in open_of(world)]
    left_out = "Left out: INV-2024-1059 (a draft)" in shown_text(form)
    assert left_out == (open_of(world) == OPEN)
    assert await clerk.submit(form) == {}
    done = shown_text(await clerk.modal("*$4,500.00* from Acme Widgets recorded on 3 invoices"))
    assert "$323.34 recorded as Check on INV-2024-1042; balance $482.91." in done
    assert "Try again" not in done
    assert paid(world) == ALL_THREE
    assert len(world.writes()) == 3
    said = await world.person("U0BOSS").sees("recorded on 3 invoices", "C0BILLING")
    assert "on INV-2024-1015; balance $0.00." in shown_text(said)
    told = [one for one in clerk.messages() if "INV-2024-1030" in shown_text(one)]
    assert len(told) == 1, "one message for all"
    assert world.stage.slack.problems == []


async def test_without_an_amount_all_that_is_open_is_proposed(world):
    form = await opened(world.person(), '"Acme Widgets"')
    assert filled(form)["Amount (USD)"] == money(sum(balance for _, balance in open_of(world)))
    assert shares(form) == {number: money(balance) for number, balance in open_of(world)}


async def test_a_new_amount_is_spread_again_by_enter_or_by_the_button(world):
    clerk = world.person()
    form = await opened(clerk)
    await clerk.choose(form, None, "2000", action_id=ids.IN_AMOUNT)
    form = await clerk.modal("Adds up to $2,000.00")
    assert (shares(form)["INV-2024-1030"], shares(form)["INV-2024-1042"]) == ("164.04", "")
    await clerk.choose(form, None, "64.04", action_id=f"{ids.IN_SHARE}:{invoice_id(world, 'INV-2024-1030')}")
    form = await clerk.modal("add up to $1,900.00, $100.00 less than the amount")
    assert shares(form)["INV-2024-1030"] == "64.04", "a share that was typed stays"
    await clerk.click(form, "Spread again")
    form = await clerk.modal("Adds up to $2,000.00")
    assert shares(form)["INV-2024-1030"] == "164.04"
    await clerk.choose(form, None, "abc", action_id=ids.IN_AMOUNT)
    form = await clerk.modal("is not an amount")
    await clerk.choose(form, None, "20000", action_id=ids.IN_AMOUNT)
    beyond = shown_text(await clerk.modal("more than what is open on these invoices"))
    most = sum(balance for _, balance in open_of(world))
    assert f"That is ${Decimal(2000000 - most) / 100:,.2f} more than what is open" in beyond
    assert f"At most ${Decimal(most) / 100:,.2f} can be recorded" in beyond
    assert world.writes() == []
    assert world.stage.slack.problems == []


async def test_the_shares_can_be_changed_and_an_empty_one_is_skipped(world):
    clerk = world.person()
    form = await opened(clerk)
    edited = {
        share(form, "INV-2024-1015"): "",
        share(form, "INV-2024-1030"): "0",
        share(form, "INV-2024-1042"): "$500",
        share(form, "INV-2024-1052"): "1,000.00",
    }
    assert await clerk.submit(form, {**edited, "Amount (USD)": "1500"}) == {}
    await clerk.modal("recorded on 2 invoices")
    assert paid(world) == {"INV-2024-1042": [50000], "INV-2024-1052": [100000]}


async def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_recorded(world):
    clerk = world.person()
    form = await opened(clerk)
    first = share(form, "INV-2024-1015")
    nothing = {label: "" for label in filled(form) if label.startswith("INV-")}
    for typed, field, said in (
        ({"Amount (USD)": "4600"}, ids.IN_AMOUNT, "add up to $4,500.00, $100.00 less than the amount"),
        ({"Amount (USD)": "4400"}, ids.IN_AMOUNT, "$100.00 more than the amount"),
        (nothing | {"Amount (USD)": "4500"}, ids.IN_AMOUNT, "add up to $0.00"),
        ({"Amount (USD)": "1.234"}, ids.IN_AMOUNT, "could mean two amounts"),
        (
            {"Amount (USD)": "4500", first: "1835.97"},
            block_of(form, "INV-2024-1015"),
            "more than its balance",
        ),
        ({"Amount (USD)": "4500", first: "-1"}, block_of(form, "INV-2024-1015"), "without a sign"),
        ({"Amount (USD)": "4500", first: "1,5"}, block_of(form, "INV-2024-1015"), "could mean two amounts"),
    ):
        errors = await clerk.submit(form, typed)
        assert said in errors.get(field, ""), (typed, errors)
        form = await opened_again(clerk, form)
    assert world.writes() == []


async def opened_again(person: Any, form: Any) -> Any:
    """The form as it was before anything was typed."""
    await person.close(form)
    return await opened(person)


async def test_what_every_share_would_be_refused_for_stands_at_its_field(world):
    clerk = world.person()
    form = await opened(clerk)
    errors = await clerk.submit(form, {"Reference": "9" * 101})
    longest = world.app.rooms.context.gateway.abilities.reference_length
    assert f"at most {longest}" in errors[ids.IN_REFERENCE]
    if "Payment date" in filled(form):
        errors = await clerk.submit(form, {"Reference": "9", "Payment date": "2026-03-11"})
        assert "in the future" in errors[ids.IN_DATE]
    assert world.writes() == []


# ---- judged as a whole --------------------------------------------------------------------------------------


async def test_the_limit_counts_the_whole_payment_before_any_of_it_is_recorded(world):
    clerk, boss = world.person(), world.person("U0BOSS")
    form = await opened(clerk, '"Acme Widgets" 5000.01 ach')
    await clerk.submit(form)
    asked = shown_text(await clerk.modal("Asked for approval"))
    assert asked.count("$5,000.01 of this customer's payments") == 1
    assert world.writes() == []
    request = await boss.sees("A payment of $5,000.01 over 4 invoices", "C0APPROVE")
    await boss.click(request, "Approve")
    told = shown_text(await clerk.sees("from Acme Widgets recorded on 4 invoices", "C0BILLING"))
    assert "INV-2024-1015" in told
    assert "approved by <@U0BOSS>" in told
    await clerk.sees("$5,000.01 recorded on 4 invoices", clerk.dm)
    assert len(world.writes()) == 4
    assert sum(amount for amounts in paid(world).values() for amount in amounts) == 500001


async def test_one_word_covers_every_share_that_looks_like_a_double(world):
    clerk, dana = world.person(), world.person("U0DANA")
    await clerk.command("C0BILLING", "/invoice pay 1052 50 check #9")
    await clerk.submit(await clerk.modal("Balance"))
    await clerk.modal("recorded")
    await dana.submit(await opened(dana))
    asked = await dana.modal("looks like a payment that is already recorded")
    assert shown_text(asked).count("$50.00 on INV-2024-1052") == 1
    assert len(world.writes()) == 1, "none of the shares was recorded"
    await dana.submit(asked, {ids.IN_ANYWAY: ["yes"]})
    await dana.modal("recorded on 3 invoices")
    assert {number: amounts for number, amounts in paid(world).items() if number in ALL_THREE} == ALL_THREE


async def test_nothing_is_recorded_when_the_last_invoice_has_changed(world):
    clerk = world.person()
    form = await opened(clerk)
    world.company.pay(world.showpiece.id, "100")
    await clerk.submit(form)
    changed = await clerk.modal(
        "INV-2024-1042 has changed since you opened this. Nothing was recorded on it."
    )
    assert "The balance was $806.25; now it is $706.25." in shown_text(changed)
    assert world.writes() == []
    assert share(changed, "INV-2024-1042").endswith("$706.25"), "it is shown as it is now"
    assert await clerk.submit(changed) == {}
    await clerk.modal("recorded on 3 invoices")
    assert paid(world)["INV-2024-1042"] == [10000, 32334]


async def test_nothing_is_recorded_while_somebody_is_at_one_of_the_invoices(world):
    clerk, dana = world.person(), world.person("U0DANA")
    form = await opened(clerk)
    await dana.command("C0BILLING", "/invoice pay 1042 5 ach #77")
    theirs = await dana.modal("Balance")
    world.stage.syncro.faults.add(pay_call(world), "slow", seconds=0.6)
    slow = asyncio.create_task(dana.submit(theirs))
    while not world.stage.syncro.faults.counts["slow"]:  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0.01)
    await clerk.submit(form)
    await clerk.modal("INV-2024-1042: Dana Okafor is recording a payment on this invoice right now")
    await slow
    assert paid(world) == {"INV-2024-1042": [500]}


async def test_who_may_no_longer_record_payments_records_none(world):
    clerk = world.person()
    form = await opened(clerk)
    world.stage.slack.workspace.users["U0CLERK"].deleted = True
    world.app.rooms.context.directory.forget()
    await clerk.submit(form)
    shown = await clerk.modal("only works for full members")
    assert "INV-" not in shown_text(shown)
    assert world.writes() == []


async def test_viewers_get_no_form(world):
    viewer = world.person("U0VIEW")
    await viewer.command("C0BILLING", '/invoice pay "Acme Widgets" 4500')
    await viewer.sees("you need the role collector")
    assert viewer.views() == []


# ---- stopping, and going on ---------------------------------------------------------------------------------


async def test_it_stops_where_syncro_refuses_and_goes_on_without_a_second_payment(world):
    clerk = world.person()
    form = await opened(clerk)
    world.stage.syncro.faults.add(
        pay_call(world), "status", status=422, message="Payments are closed", skip=1
    )
    assert await clerk.submit(form) == {}
    stopped = await clerk.modal("*1 of 3 recorded*: $1,835.96 of $4,500.00 from Acme Widgets")
    text = shown_text(stopped)
    assert "Payments are closed" in text
    assert (
        text.index("Not entered")
        < text.index("INV-2024-1030: $2,340.70")
        < text.index("INV-2024-1042: $323.34")
    )
    assert paid(world) == {"INV-2024-1015": [183596]}
    told = await world.person("U0BOSS").sees("*1 of 3 recorded*", "C0BILLING")
    assert "INV-2024-1042: $323.34" in shown_text(told)
    assert "Nothing more of it is recorded by itself." in shown_text(told)
    assert await clerk.submit(stopped) == {}
    await clerk.modal("recorded on 3 invoices")
    assert paid(world) == ALL_THREE
    await world.person("U0BOSS").sees("recorded on 3 invoices", "C0BILLING")
    assert len(world.stage.syncro.calls(pay_call(world))) == 4
    assert world.stage.slack.problems == []


async def test_refused_at_the_first_share_the_form_stays_and_nobody_else_is_told(world):
    clerk = world.person()
    form = await opened(clerk)
    world.stage.syncro.faults.add(pay_call(world), "status", status=422, message="Payments are closed")
    await clerk.submit(form)
    again = await clerk.modal("Payments are closed")
    assert shares(again)["INV-2024-1042"] == "323.34", "what was typed stays"
    assert [one.state for one in await messages(world)] == ["dropped"]
    assert await clerk.submit(again) == {}
    await clerk.modal("recorded on 3 invoices")
    assert paid(world) == ALL_THREE


async def test_an_invoice_that_changes_between_two_shares_is_shown_and_the_rest_can_go_on(world):
    clerk = world.person()
    form = await opened(clerk)
    meanwhile(world, pay_call(world), lambda: world.company.pay(invoice_id(world, "INV-2024-1030"), "1"))
    assert await clerk.submit(form) == {}
    stopped = await clerk.modal("*1 of 3 recorded*")
    assert "INV-2024-1030 has changed since you opened this" in shown_text(stopped)
    assert paid(world) == {"INV-2024-1015": [183596], "INV-2024-1030": [100]}
    await clerk.submit(stopped)
    stopped = await clerk.modal("INV-2024-1030: That is more than the balance of $2,339.70")
    assert "*1 of 3 recorded*" in shown_text(stopped)
    assert paid(world) == {"INV-2024-1015": [183596], "INV-2024-1030": [100]}


def meanwhile(world: Any, call: str, happens: Any, nth: int = 1) -> None:
    """Lets something happen in Syncro just after the ``nth`` such call."""
    faults = world.stage.syncro.faults
    strike, left = faults.strike, nth

    async def struck(named: str, request: Any, handler: Any) -> Any:
        nonlocal left
        try:
            return await strike(named, request, handler)
        finally:
            left -= named == call
            if not left and faults.strike is struck:
                faults.strike = strike
                happens()

    faults.strike = struck


async def test_a_lost_answer_stops_it_until_it_is_known_and_then_it_goes_on(world):
    clerk = world.person()
    form = await opened(clerk)
    faults = world.stage.syncro.faults
    faults.add(pay_call(world), "cut_after_commit", skip=1)
    meanwhile(world, pay_call(world), lambda: faults.add("GET /invoices/{id}", "status", times=None), nth=2)
    assert await clerk.submit(form) == {}
    stopped = await clerk.modal("Still being checked")
    assert "INV-2024-1030: $2,340.70\n" in shown_text(stopped)
    assert "Please don't enter it again" in shown_text(stopped)
    await clerk.submit(stopped)
    await clerk.modal("Still being checked")
    assert paid(world).keys() == {"INV-2024-1015", "INV-2024-1030"}, "nothing goes on before it is known"
    faults.clear()
    await clerk.sees("recorded a payment", clerk.dm)
    told = await world.person("U0BOSS").sees("*2 of 3 recorded*", "C0BILLING")
    assert "INV-2024-1042: $323.34" in shown_text(told)
    await clerk.submit(clerk.views()[-1])
    await clerk.modal("recorded on 3 invoices")
    assert paid(world) == ALL_THREE


# ---- once ---------------------------------------------------------------------------------------------------


async def test_a_double_click_records_each_share_once(world):
    clerk = world.person()
    form = await opened(clerk)
    world.stage.syncro.faults.add(pay_call(world), "slow", seconds=0.2, times=None)
    await asyncio.gather(clerk.submit(form), clerk.submit(form), return_exceptions=True)
    await world.idle()
    assert paid(world) == ALL_THREE
    assert len(world.writes()) == 3
    await clerk.modal("recorded on 3 invoices")


async def test_a_form_delivered_again_records_nothing_more(world):
    clerk = world.person()
    await clerk.submit(await opened(clerk))
    await clerk.modal("recorded on 3 invoices")
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    await asyncio.gather(*(world.stage.slack.courier.again(sent[-1]) for _ in range(2)))
    await world.idle()
    await world.restart()
    await world.stage.slack.courier.again(sent[-1])
    await world.idle()
    assert paid(world) == ALL_THREE
    assert len(world.writes()) == 3


async def test_an_earlier_version_of_the_form_delivered_late_records_nothing(world):
    clerk = world.person()
    form = await opened(clerk)
    world.company.pay(invoice_id(world, "INV-2024-1015"), "1")
    await clerk.submit(form)
    changed = await clerk.modal("INV-2024-1015 has changed")
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    edited = {
        "Amount (USD)": "100",
        share(changed, "INV-2024-1015"): "",
        share(changed, "INV-2024-1030"): "",
        share(changed, "INV-2024-1042"): "100",
    }
    await clerk.submit(changed, edited)
    await clerk.modal("recorded on 1 invoice")
    await world.stage.slack.courier.again(sent[-1])
    await world.idle()
    assert paid(world) == {"INV-2024-1015": [100], "INV-2024-1042": [10000]}


# ---- slow, closed, restarted --------------------------------------------------------------------------------


@guide_only  # How the door answers late has nothing to do with the shape.
async def test_a_slow_payment_says_so_and_its_outcome_comes_into_the_form(worlds):
    async with worlds(size=60, DUEBOT_SYNCRO_TIMEOUT_SECONDS=10) as world:
        await world.app.rooms.sync.run()
        clerk = world.person()
        form = await opened(clerk)
        world.stage.syncro.faults.add(pay_call(world), "slow", seconds=2.3)
        assert await clerk.submit(form) == {}
        await clerk.modal("Recording the payment in Syncro…")
        await clerk.modal("recorded on 3 invoices")
        assert paid(world) == ALL_THREE
        assert world.stage.slack.problems == []


@guide_only  # As above.
async def test_a_closed_form_s_outcome_comes_where_the_person_started(worlds):
    async with worlds(size=60, DUEBOT_SYNCRO_TIMEOUT_SECONDS=10) as world:
        await world.app.rooms.sync.run()
        clerk = world.person()
        form = await opened(clerk)
        world.stage.syncro.faults.add(pay_call(world), "slow", seconds=2.3)
        world.stage.syncro.faults.add(pay_call(world), "status", status=422, message="Payments are closed")
        assert await clerk.submit(form) == {}
        await clerk.close(await clerk.modal("Recording the payment in Syncro…"))
        await clerk.sees("*1 of 3 recorded*", "C0BILLING")
        await world.idle()
        told = [one for one in clerk.messages("C0BILLING") if "Payments are closed" in shown_text(one)]
        assert sorted(bool(one.get("is_ephemeral")) for one in told) == [False, True]
        assert paid(world) == {"INV-2024-1015": [183596]}


@guide_only  # As above.
async def test_a_bot_that_dies_between_two_shares_says_what_is_missing_when_it_is_back(world):
    clerk = world.person()
    form = await opened(clerk)
    journal, hung = world.app.rooms.journal, asyncio.Event()
    perform = journal.perform

    async def dies_at_the_second(intent: Any) -> Any:
        if paid(world):
            hung.set()
            await asyncio.Event().wait()
        return await perform(intent)

    journal.perform = dies_at_the_second
    pressing = asyncio.create_task(clerk.submit(form))
    await hung.wait()
    for task in [*world.app.door._tasks]:
        task.cancel()
    pressing.cancel()
    await asyncio.gather(pressing, return_exceptions=True)
    assert [one.state for one in await messages(world)] == ["pending"]
    await world.restart()
    told = shown_text(await clerk.sees("*1 of 3 recorded*", "C0BILLING"))
    assert "INV-2024-1030: $2,340.70\nINV-2024-1042: $323.34" in told
    assert "It stopped before the rest." in told
    assert paid(world) == {"INV-2024-1015": [183596]}


# ---- which form ---------------------------------------------------------------------------------------------


async def test_a_name_that_fits_several_is_asked_and_keeps_the_amount(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay acme 1500 check #9")
    await clerk.choose(await clerk.sees("Which customer is “acme”?"), "Choose one…", names.ACME_WIDGETS)
    form = await clerk.modal("open invoices")
    held = filled(form)
    assert (held["Amount (USD)"], held["Method"], held["Reference"]) == ("1500", "Check", "9")
    assert shares(form)["INV-2024-1015"] == "1500.00"


async def test_the_shortcut_with_a_name_offers_the_same_form(world):
    clerk = world.person()
    await clerk.shortcut(ids.SHORTCUT_PAY)
    asked = await clerk.modal("Invoice number or customer")
    await clerk.submit(asked, {ids.IN_NUMBER: '"Acme Widgets"'})
    form = await clerk.modal("open invoices")
    assert await clerk.submit(form, {"Method": "ACH"}) == {}
    asked = await clerk.modal("Asked for approval")
    await clerk.close(asked)
    await clerk.click(await clerk.sees("You asked for approval", clerk.dm), "Withdraw")
    await clerk.sees("Withdrawn by", clerk.dm)
    await clerk.shortcut(ids.SHORTCUT_PAY)
    asked = await clerk.modal("Invoice number or customer")
    await clerk.submit(asked, {ids.IN_NUMBER: '"Acme Widgets"'})
    form = await clerk.modal("open invoices")
    await clerk.choose(form, None, "4500", action_id=ids.IN_AMOUNT)
    await clerk.submit(await clerk.modal("Adds up to $4,500.00"), {"Method": "ACH"})
    await clerk.modal("recorded on 3 invoices")
    assert paid(world) == ALL_THREE
    await clerk.sees("recorded on 3 invoices", clerk.dm)
    assert world.stage.slack.problems == []


async def test_what_takes_no_payment_is_left_out_and_named(world):
    clerk = world.person()
    customer = world.showpiece.customer_id
    credit = world.company.create_invoice(
        customer, world.company.today(), lines=[LineInput("Returned", Decimal(1), Decimal(-50), False)]
    )
    credit.sent = True
    await world.app.rooms.sync.run()
    world.company.pay(invoice_id(world, "INV-2024-1015"), "1835.96")
    form = await opened(clerk)
    text = shown_text(form)
    assert "INV-2024-1015 (paid)" in text
    assert f"{credit.number} (a credit of $50.00)" in text
    assert list(shares(form)) == [number for number, _ in open_of(world)[1:]]
    assert shares(form)["INV-2024-1030"] == "2340.70"


async def test_nothing_is_left_to_pay(world):
    clerk = world.person()
    for number, balance in open_of(world):
        world.company.pay(invoice_id(world, number), money(balance))
    view = await opened(clerk, has="has no open invoice that takes a payment")
    assert view["submit"] is None
    assert "INV-2024-1015 (paid)" in shown_text(view)


async def test_a_form_holds_twenty_invoices_and_says_that_there_are_more(world):
    clerk = world.person()
    for _ in range(20):
        made = world.company.create_invoice(
            world.showpiece.customer_id,
            world.company.today(),
            lines=[LineInput("Work", Decimal(1), Decimal(10), False)],
        )
        made.sent = True
    await world.app.rooms.sync.run()
    form = await opened(clerk, '"Acme Widgets" 20000 check')
    text = shown_text(form)
    assert len(shares(form)) == 20
    assert f"{len(open_of(world))} more open: this form holds 20 invoices" in text
    assert "here, and the rest on the others afterwards." in text
    assert world.stage.slack.problems == []


@pytest.mark.parametrize("fault", ["status", "cut_before_commit"])
async def test_while_syncro_cannot_be_read_the_form_says_so(world, fault):
    clerk = world.person()
    world.stage.syncro.faults.add("GET /invoices/{id}", fault, times=None)
    view = await opened(clerk, has="Syncro")
    assert view["submit"] is None or "Reading" in shown_text(view)
    await clerk.modal("Duebot could not read the invoice")
