"""Payments: recorded once, checked against what Syncro says at that moment, and told to everybody."""

import asyncio
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from journey_world import guide_only, syncro_link

from bot.views import ids
from sandbox.company import names
from sandbox.company.book import LineInput
from sandbox.slack.shown import filled, shown_text

AMOUNT = ids.IN_AMOUNT


async def opened(person, words="1042", has="Balance"):
    await person.command("C0BILLING", f"/invoice pay {words}")
    return await person.modal(has)


async def test_a_part_payment_is_recorded_once_and_shared(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find acme overdue")
    await clerk.choose(await clerk.sees("Which customer"), "Choose one…", names.ACME_WIDGETS)
    await clerk.choose(await clerk.sees("Acme Widgets · overdue"), "Open an invoice…", "INV-2024-1042")
    await clerk.click(await clerk.sees("Share here"), "Record payment")
    form = await clerk.modal("Balance *$806.25*")
    assert filled(form)["Amount (USD)"] == "806.25"
    assert await clerk.submit(form, {AMOUNT: "$500", "Method": "Check", "Reference": "1234"}) == {}
    done = await clerk.modal("$500.00 recorded as Check")
    assert "balance $306.25" in shown_text(done)
    (payment,) = world.payments()
    assert (payment.amount, payment.method) == (50000, "Check")
    assert re.fullmatch(r"1234" if world.shape == "guide" else r"1234 ·\w{6}", payment.reference)
    told = await world.person("U0BOSS").sees("$306.25", "C0BILLING")
    assert "·" not in shown_text(told).partition("1234")[2], "the mark in Syncro is for Duebot alone"
    assert world.stage.slack.problems == []


async def test_what_a_command_says_is_in_the_form(world):
    clerk = world.person()
    held = filled(await opened(clerk, "1042 $500 cheque #1234"))
    assert (held["Amount (USD)"], held["Method"], held["Reference"]) == ("$500", "Check", "1234")
    form = clerk.views()[-1]
    if world.shape == "guide":
        assert (held["Payment date"], held["Notes"]) == ("2026-03-10", None)
    else:
        assert not {"Payment date", "Notes"} & set(held)
        assert "Syncro dates the payment today. For another date record it there." in shown_text(form)
        assert syncro_link(form) == world.in_syncro(world.showpiece)
        assert "At most 21 characters." in shown_text(form)
    await clerk.close(form)
    await opened(clerk, "1042 5000 check", "That is more than the balance; enter at most the balance.")


async def test_what_is_wrong_is_refused_at_its_field(world):
    clerk = world.person()
    form = await opened(clerk, "1042 check")
    for amount, said in (
        ("abc", "is not an amount"),
        ("12,34,5", "is not an amount"),
        ("-5", "without a sign"),
        ("1e9", "is not an amount"),
        ("NaN", "is not an amount"),
        ("٣", "is not an amount"),
        ("0", "more than zero"),
        ("0.001", "at most 2 digits"),
        ("1.234", "could mean two amounts"),
        ("806.26", "more than the balance of $806.25"),
    ):
        errors = await clerk.submit(form, {AMOUNT: amount})
        assert said in errors.get(AMOUNT, ""), (amount, errors)
    longest = 100 if world.shape == "guide" else 21
    typed = {AMOUNT: "5", "Reference": "r" * (longest + 1)}
    right = {"Reference": "r" * longest}
    if world.shape == "guide":
        typed |= {"Payment date": "2026-03-11", "Notes": "n" * 2001}
        right |= {"Payment date": "2026-03-10", "Notes": "n" * 2000}
    errors = await clerk.submit(form, typed)
    assert f"at most {longest} fit here" in errors[ids.IN_REFERENCE]
    if world.shape == "guide":
        assert "in the future" in errors[ids.IN_DATE]
        assert "2,001 characters" in errors[ids.IN_NOTES]
    assert await clerk.submit(form, right) == {}
    await clerk.modal("$5.00 recorded as Check")
    assert [one.amount for one in world.payments()] == [500]


async def test_nothing_is_paid_on_what_is_settled(world):
    clerk = world.person()
    void = world.any_invoice("void").number
    credit = next(one for one in world.company.invoices.values() if world.company.balance(one) < 0)
    settled = [(world.any_invoice("paid").number, "is already paid"), (credit.number, "Nothing is open on")]
    if world.shape == "guide":
        settled.append((void, "is void"))
    else:
        await clerk.command("C0BILLING", f"/invoice pay {void}")
        await clerk.sees(f"There is no invoice {void} in Syncro")
    for number, said in settled:
        view = await opened(clerk, number, said)
        assert view["submit"] is None
        await clerk.close(view)


@guide_only
async def test_far_backdated_needs_approval(world):
    """Elsewhere Syncro dates payments, which the form says."""
    clerk, boss = world.person(), world.person("U0BOSS")
    form = await opened(clerk, "1042 10 check")
    assert "Somebody else must approve payments above $5,000.00" in shown_text(form)
    await clerk.submit(form, {"Payment date": "2026-02-07"})
    assert "dated 31 days back" in shown_text(await clerk.modal("Asked for approval"))
    await clerk.close(clerk.views()[-1])
    assert world.payments() == []
    await boss.click(await boss.sees("Approval needed", "C0APPROVE"), "Approve")
    await clerk.sees("$10.00 recorded", clerk.dm)
    assert [one.amount for one in world.payments()] == [1000]
    await clerk.submit(await opened(clerk, "1042 11 check"), {"Payment date": "2026-02-08"})
    await clerk.modal("$11.00 recorded")


async def test_the_limit_counts_a_week_of_one_person_s_payments_by_one_customer(world):
    clerk, dana = world.person(), world.person("U0DANA")
    lines = [LineInput("Servers", Decimal(1), Decimal(9000), False)]
    big = world.company.create_invoice(world.showpiece.customer_id, world.company.today(), lines=lines)
    for amount in ("4000", "1000"):
        await clerk.submit(await opened(clerk, f"{big.number} {amount} ach"))
        await clerk.modal("recorded")
        await clerk.close(clerk.views()[-1])
    await clerk.submit(await opened(clerk, f"{big.number} 1 ach"))
    told = shown_text(await clerk.modal("Asked for approval"))
    assert "$5,001.00" in told
    await clerk.click(await clerk.sees("You asked for approval", clerk.dm), "Withdraw")
    await clerk.sees("Withdrawn by Casey Lindqvist", clerk.dm)
    await clerk.close(clerk.views()[-1])
    await dana.submit(await opened(dana, f"{big.number} 1 ach"))
    await dana.modal("$1.00 recorded")
    await dana.close(dana.views()[-1])
    world.clock.advance(timedelta(days=11))
    await clerk.submit(await opened(clerk, f"{big.number} 1 ach"))
    await clerk.modal("$1.00 recorded")


async def test_the_same_payment_again_needs_an_explicit_word(world):
    clerk, dana = world.person(), world.person("U0DANA")
    await clerk.submit(await opened(clerk, "1042 10 check #77"))
    await clerk.modal("recorded")
    for words in ("1042 20 check #77", "1042 10 ach"):
        await dana.submit(await opened(dana, words))
        asked = await dana.modal("looks like a payment that is already recorded")
        assert "$10.00 on INV-2024-1042, Tue, Mar 10, 2026, reference 77" in shown_text(asked)
        await dana.submit(asked)
        asked = await dana.modal("looks like a payment that is already recorded")
        assert len(world.payments()) == 1
        if words.endswith("ach"):
            await dana.submit(asked, {ids.IN_ANYWAY: ["yes"]})
        else:
            await dana.close(asked)
    await dana.modal("$10.00 recorded as ACH")
    assert len(world.payments()) == 2


async def test_two_clerks_at_once_one_records_and_the_other_is_told_who(world):
    clerk, dana = world.person(), world.person("U0DANA")
    first, second = await opened(clerk, "1042 500 check #1"), await opened(dana, "1042 600 ach #2")
    world.stage.syncro.faults.add(world.paying, "slow", seconds=0.5)
    slow = asyncio.create_task(clerk.submit(first))
    while not world.stage.syncro.faults.counts["slow"]:  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0.01)
    await dana.submit(second)
    told = shown_text(await dana.modal("right now"))
    assert "Casey Lindqvist is recording a payment on this invoice right now" in told
    await slow
    await clerk.modal("$500.00 recorded")
    assert [one.amount for one in world.payments()] == [50000]
    await dana.submit(dana.views()[-1])
    changed = shown_text(await dana.modal("has changed since you opened this"))
    assert "Nothing was written" in changed
    assert "$306.25" in changed
    assert len(world.payments()) == 1


async def test_a_form_sent_twice_records_one(world):
    clerk = world.person()
    await clerk.submit(await opened(clerk, "1042 500 check"))
    await clerk.modal("recorded")
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    await asyncio.gather(*(world.stage.slack.courier.again(sent[-1]) for _ in range(2)))
    await world.idle()
    assert len(world.payments()) == 1
    assert len(world.writes()) == 1


async def test_a_double_click_records_one(world):
    clerk = world.person()
    form = await opened(clerk, "1042 500 check")
    await asyncio.gather(clerk.submit(form), clerk.submit(form), return_exceptions=True)
    await world.idle()
    assert len(world.payments()) == 1


async def test_a_customer_with_one_open_invoice_goes_straight_to_it(world):
    clerk = world.person()
    only = next(
        customer
        for customer in world.company.customers.values()
        if sum(
            world.company.status(one) in ("sent", "viewed", "partial") and world.company.balance(one) > 0
            for one in world.company.invoices.values()
            if one.customer_id == customer.id
        )
        == 1
        and customer.business_name in names.PLAIN
    )
    await opened(clerk, f'"{only.business_name}" 1 check', only.business_name)


async def test_the_shortcut_asks_what_is_paid(world):
    clerk = world.person()
    await clerk.shortcut(ids.SHORTCUT_PAY)
    asked = await clerk.modal("Invoice number or customer")
    await clerk.submit(asked, {ids.IN_NUMBER: "nobody of that name"})
    await clerk.submit(await clerk.modal("No customer is called anything like"), {ids.IN_NUMBER: "acme"})
    await clerk.submit(await clerk.modal("Which customer is “acme”?"), {ids.IN_NUMBER: "1042"})
    form = await clerk.modal("Balance *$806.25*")
    assert await clerk.submit(form, {AMOUNT: "100", "Method": "Cash"}) == {}
    await clerk.modal("$100.00 recorded as Cash")
    assert len(world.payments()) == 1
    await clerk.sees("recorded a payment", clerk.dm)
    assert world.stage.slack.problems == []


async def test_the_shortcut_asks_for_the_role_again_when_it_is_submitted(world):
    clerk = world.person()
    await clerk.shortcut(ids.SHORTCUT_PAY)
    asked = await clerk.modal("Invoice number or customer")
    world.stage.slack.workspace.users["U0CLERK"].deleted = True
    world.app.rooms.context.directory.forget()
    await clerk.submit(asked, {ids.IN_NUMBER: '"Acme Widgets"'})
    shown = await clerk.modal("only works for full members")
    assert "INV-" not in str(shown)


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before_commit"])
async def test_a_payment_whose_answer_was_lost_is_told_with_its_balance(world, fault):
    clerk = world.person()
    world.stage.syncro.faults.add(world.paying, fault)
    await clerk.submit(await opened(clerk, "1042 500 check #12"))
    told = shown_text(await clerk.modal("Checking"))
    assert "I'm reading back whether it went through. Please don't enter it again" in told
    told = shown_text(await clerk.sees("recorded a payment", clerk.dm))
    assert "$500.00 recorded as Check on INV-2024-1042; balance $306.25" in told
    await world.person("U0BOSS").sees("balance $306.25", "C0BILLING")
    assert [one.amount for one in world.payments()] == [50000]
    assert world.stage.slack.problems == []


@pytest.mark.parametrize("late", ["paid", "void"])
async def test_a_payment_stops_when_the_invoice_was_settled_meanwhile(world, late):
    clerk = world.person()
    form = await opened(clerk, "1042 10 check")
    if late == "paid":
        world.company.pay(world.showpiece.id, "806.25")
    else:
        world.company.void(world.showpiece.id)
    before = len(world.payments())
    await clerk.submit(form)
    gone = late == "void" and world.shape == "openapi"
    await clerk.modal("Syncro does not have it (any more)" if gone else "has changed since you opened this")
    assert len(world.payments()) == before
