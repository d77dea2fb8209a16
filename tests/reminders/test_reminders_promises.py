"""Promises end once: kept as soon as the money is there, broken on the next business morning, told to the owner."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from holds_world import CLERK, FRIDAY, NUMBER, TUESDAY, acts, hold_of, morning, note, of, pay, reach
from reminders_world import Bot, World, words

from bot.domain.digest import HoldNews
from bot.domain.holds import HoldKind, Instalment
from bot.domain.policy import People
from bot.store import mirror, operations, outbox
from bot.store.operations import Operation
from bot.use_cases.collections import decide_one
from bot.use_cases.digest_holds import hold_news
from bot.use_cases.mirror_reading import refresh
from reminders.promises import BROKEN, Promises


async def test_a_kept_promise_ends_silently_and_the_ladder_goes_on(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    id = await note(bot, invoice)
    world.move(days=1)
    pay(world, 500)
    await morning(bot)
    noted = await hold_of(bot, id)
    assert (noted.outcome, noted.ended_by, noted.end_reason) == (
        "kept",
        "system",
        "$500.00 came as promised.",
    )
    assert await acts(bot) == [("system", "promise.ended", f"invoice:{invoice.id}")]
    assert world.posted(CLERK) == []
    rows = (await decide_one(bot.context, await of(bot), bot.context.today())).rows
    assert "promise" not in {row.reason for row in rows}


async def test_what_is_not_paid_in_full_holds_until_its_time_is_over(world: World, bot: Bot) -> None:
    id = await note(bot, await of(bot))
    pay(world, "499.99")
    reach(world, datetime(2026, 3, 16, 20, 0, tzinfo=UTC))
    await morning(bot)
    assert (await hold_of(bot, id)).ended_at is None


async def test_a_broken_promise_is_told_to_the_owner_on_the_next_business_morning(
    world: World, bot: Bot
) -> None:
    invoice = await of(bot)
    id = await note(bot, invoice)
    pay(world, 200)
    reach(world, TUESDAY - timedelta(minutes=1))
    await bot.schedule.tick_now()
    assert (await hold_of(bot, id)).ended_at is None
    reach(world, TUESDAY)
    await bot.schedule.tick_now()
    noted = await hold_of(bot, id)
    assert (noted.outcome, noted.ended_by) == ("broken", "system")
    (told,) = world.posted(CLERK, "1 promise broken")
    said = words(told)
    assert NUMBER in said
    assert "$500.00 was promised for Fri, Mar 13, 2026; $200.00 came by Mon, Mar 16, 2026." in said
    assert "Given on Tue, Mar 10, 2026 by Pat, noted by Dana Reyes" in said
    assert "Open the invoice" in said
    assert "Open the customer" in said
    world.move(days=1)
    await bot.schedule.tick_now()
    assert len(world.posted(CLERK, "broken")) == 1
    ended = [act for act in await acts(bot) if act[1] == "promise.ended"]
    assert ended == [("system", "promise.ended", f"invoice:{invoice.id}")]


async def test_nobody_is_told_on_a_weekend(world: World, bot: Bot) -> None:
    id = await note(bot, await of(bot), until=date(2026, 3, 12))
    for day in (14, 15):
        reach(world, datetime(2026, 3, day, 18, 0, tzinfo=UTC))
        await morning(bot)
        assert (await hold_of(bot, id)).ended_at is None
    reach(world, datetime(2026, 3, 16, 12, 0, tzinfo=UTC))
    await morning(bot)
    assert (await hold_of(bot, id)).outcome == "broken"
    assert len(world.posted(CLERK, "1 promise broken")) == 1


async def test_all_broken_promises_of_an_owner_are_one_message_and_two_processes_tell_it_once(
    world: World, bot: Bot
) -> None:
    owed = await bot.context.lane.read(mirror.unpaid)
    ids = [await note(bot, one, amount=None) for one in owed[:3]]
    other = await world.bot()
    reach(world, TUESDAY)
    await bot.sync.run()
    await asyncio.gather(Promises(bot.context).run(), Promises(other.context).run())
    await asyncio.gather(bot.outbox.deliver_due(), other.outbox.deliver_due())
    assert {(await hold_of(bot, id)).outcome for id in ids} == {"broken"}
    messages = world.posted(CLERK, "broken")
    assert sum(words(one).count("is not paid by Mon") for one in messages) == 3
    assert len([act for act in await acts(bot) if act[1] == "promise.ended"]) == 3
    await morning(other)
    assert len(world.posted(CLERK, "broken")) == len(messages)


async def test_an_owner_gets_one_message_and_each_owner_their_own(world: World) -> None:
    first = await world.bot()
    await first.sync.run()
    owed = await first.context.lane.read(mirror.unpaid)
    mine = owed[0]
    others = [one for one in owed if one.customer_id != mine.customer_id][:2]
    bot = await world.bot(people=People("U0BOSS", {"default": "U0CLERK", mine.customer_id: "U0BOSS"}))
    for one in (mine, *others):
        await note(bot, one, amount=None)
    reach(world, TUESDAY)
    await morning(bot)
    (boss,) = world.posted("D0BOSS", "1 promise broken")
    (clerk,) = world.posted(CLERK, "2 promises broken")
    assert mine.number in words(boss)
    assert mine.number not in words(clerk)


async def test_a_promise_and_its_message_end_together_or_not_at_all(
    world: World, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await note(bot, await of(bot))
    reach(world, TUESDAY)
    await bot.sync.run()
    put = outbox.put

    def killed(*_: Any, **__: Any) -> str:
        raise RuntimeError("killed")

    monkeypatch.setattr(outbox, "put", killed)
    with pytest.raises(RuntimeError):
        await Promises(bot.context).run()
    assert (await hold_of(bot, id)).ended_at is None
    assert await acts(bot) == []
    monkeypatch.setattr(outbox, "put", put)
    await morning(bot)
    assert len(world.posted(CLERK, "1 promise broken")) == 1


async def test_nothing_is_judged_on_old_figures(world: World, bot: Bot) -> None:
    kept, broken = await of(bot), (await bot.context.lane.read(mirror.unpaid))[0]
    ids = [await note(bot, kept), await note(bot, broken, amount=None)]
    world.move(days=1)
    pay(world, 500)
    await refresh(bot.context, kept.id)  # somebody looked at it, but nothing else was read since yesterday
    reach(world, TUESDAY)
    world.break_syncro()
    await bot.schedule.tick_now()
    assert [(await hold_of(bot, id)).ended_at for id in ids] == [None, None]
    world.syncro.faults.clear()
    world.move(minutes=10)
    await bot.schedule.tick_now()
    assert [(await hold_of(bot, id)).outcome for id in ids] == ["kept", "broken"]


async def test_syncro_itself_is_asked_before_a_promise_is_called_broken(world: World, bot: Bot) -> None:
    id = await note(bot, await of(bot))
    reach(world, TUESDAY - timedelta(minutes=2))
    await bot.sync.run()
    world.syncro.company.pay(world.invoice(NUMBER).id, 500, on=date(2026, 3, 16))
    reach(world, TUESDAY)
    world.break_syncro()
    promises = Promises(bot.context)
    await promises.run()
    world.syncro.faults.clear()
    await promises.run()
    assert (await hold_of(bot, id)).ended_at is None  # it waits before it asks again
    world.move(minutes=5)
    await promises.run()
    assert (await hold_of(bot, id)).outcome == "kept"
    assert world.posted(CLERK) == []


async def test_a_change_that_is_not_settled_holds_the_judgement_up(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    id = await note(bot, invoice)
    reach(world, TUESDAY)
    now = bot.context.now()
    operation = Operation(
        key="k#1",
        base_key="k",
        kind="payment",
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        actor_id="U0DANA",
        actor_name="Dana Reyes",
        request={},
        request_hash="h",
        visit_id="",
        state="sent",
        created_at=now,
    )
    await bot.context.lane.write(lambda tx: operations.insert(tx, operation))
    await morning(bot)
    assert (await hold_of(bot, id)).ended_at is None
    await bot.context.lane.write(lambda tx: operations.settle(tx, "k#1", "refused", "No.", {}, now))
    await morning(bot)
    assert (await hold_of(bot, id)).outcome == "broken"


async def test_what_is_void_or_gone_ends_neither_kept_nor_broken(world: World, bot: Bot) -> None:
    id = await note(bot, await of(bot))
    world.syncro.company.delete_invoice(world.invoice(NUMBER).id)
    reach(world, TUESDAY)
    await morning(bot)
    noted = await hold_of(bot, id)
    assert (noted.outcome, noted.end_reason) == ("", "Nothing is asked for any more.")
    assert world.posted(CLERK, "broken") == []


async def test_a_broken_promise_that_is_paid_before_the_message_goes_out_is_not_told(
    world: World, bot: Bot
) -> None:
    invoice = await of(bot)
    id = await note(bot, invoice)
    reach(world, TUESDAY)
    await bot.sync.run()
    await Promises(bot.context).run()
    assert (await hold_of(bot, id)).outcome == "broken"
    world.pay(invoice.id)
    await refresh(bot.context, invoice.id)
    await bot.outbox.deliver_due()
    assert world.posted(CLERK, "broken") == []
    item = await bot.context.lane.read(lambda tx: outbox.by_key(tx, f"{BROKEN}:{id}"))
    assert item is not None
    assert item.state == "dropped"


async def test_one_payment_over_several_invoices_keeps_the_promise_of_one(world: World, bot: Bot) -> None:
    company, example = world.syncro.company, world.invoice(NUMBER)
    other = company.create_invoice(example.customer_id, example.date, lines=example.lines)
    id = await note(bot, await of(bot))
    company.take_payment(example.customer_id, 60000, {example.id: 50000, other.id: 10000})
    await morning(bot)
    assert (await hold_of(bot, id)).outcome == "kept"


async def test_the_first_broken_instalment_ends_a_plan(world: World, bot: Bot) -> None:
    parts = (
        Instalment(date(2026, 3, 11), 20000),
        Instalment(FRIDAY, 30000),
        Instalment(date(2026, 4, 10), 30000),
    )
    id = await note(bot, await of(bot), until=parts[-1].due, amount=80000, instalments=parts)
    pay(world, 200)
    reach(world, datetime(2026, 3, 13, 18, 0, tzinfo=UTC))
    await morning(bot)
    assert (await hold_of(bot, id)).ended_at is None
    reach(world, TUESDAY)
    await morning(bot)
    noted = await hold_of(bot, id)
    assert noted.outcome == "broken"
    assert noted.end_reason.startswith("Instalment 2 of 3: $500.00 in all was promised")
    assert noted.hold.instalments == parts


async def test_a_plan_is_due_by_its_instalment(world: World, bot: Bot) -> None:
    parts = (Instalment(date(2026, 3, 11), 20000), Instalment(FRIDAY, 30000))
    await note(bot, await of(bot), until=parts[-1].due, amount=50000, instalments=parts)
    now = bot.context.now()
    for place, part in enumerate(parts, 1):

        def news(tx: Any, on: date = part.due) -> HoldNews:
            return hold_news(tx, bot.context, on, None, now, 0)

        (line,) = (await bot.context.lane.read(news)).due
        assert (line.amount, line.until, line.part, line.parts) == (part.amount, part.due, place, 2)


@pytest.mark.parametrize("kind", [HoldKind.SNOOZE, HoldKind.SAYS_PAID])
async def test_what_holds_to_a_day_ends_when_that_is_over(world: World, bot: Bot, kind: HoldKind) -> None:
    invoice = await of(bot)
    id = await note(bot, invoice, kind)
    await Promises(bot.context).run()
    reach(world, datetime(2026, 3, 13, 3, 59, tzinfo=UTC))
    await Promises(bot.context).run()
    assert (await hold_of(bot, id)).ended_at is None
    reach(world, datetime(2026, 3, 14, 4, 0, tzinfo=UTC))
    world.break_syncro()
    await bot.schedule.tick_now()
    await bot.schedule.tick_now()
    noted = await hold_of(bot, id)
    assert (noted.ended_by, noted.end_reason, noted.outcome) == ("system", "Its time is over.", "")
    assert await acts(bot) == [("system", f"{kind}.ended", f"invoice:{invoice.id}")]


async def test_without_an_owner_the_manager_is_told(world: World) -> None:
    bot = await world.bot(people=People("U0BOSS", {}))
    await bot.sync.run()
    await note(bot, await of(bot))
    reach(world, TUESDAY)
    await morning(bot)
    assert len(world.posted("D0BOSS", "1 promise broken")) == 1


async def test_a_promise_of_all_that_a_customer_owes_is_kept_by_payments_on_any_of_it(
    world: World, bot: Bot
) -> None:
    invoice = await of(bot)
    everything = await note(bot, invoice, invoice_ids=(), id="all", amount=80625)
    pay(world, "806.24")
    await morning(bot)
    assert (await hold_of(bot, everything)).ended_at is None
    pay(world, "0.01")  # the invoice is paid now, and the promise is kept all the same
    await morning(bot)
    assert (await hold_of(bot, everything)).outcome == "kept"
    assert await acts(bot) == [("system", "promise.ended", f"customer:{invoice.customer_id}")]


async def test_a_broken_promise_of_everything_names_what_is_unpaid(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    id = await note(bot, invoice, invoice_ids=(), amount=None)
    owed = await bot.context.lane.read(lambda tx: mirror.unpaid(tx, invoice.customer_id))
    reach(world, TUESDAY)
    await morning(bot)
    assert (await hold_of(bot, id)).outcome == "broken"
    (told,) = world.posted(CLERK, "1 promise broken")
    assert all(one.number in words(told) for one in owed if one.balance is None or one.balance > 0)
