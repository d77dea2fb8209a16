"""The weekly part of a digest, and what a digest tells of holds and failed sends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from reminders_world import PLAN, Bot, World, words

from bot.domain.digest import Figures, HoldNews
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Invoice
from bot.domain.policy import People
from bot.domain.weekly import PromisesEnded
from bot.store import claims, contacts, holds, mirror, mirror_aging, operations, outbox
from bot.store.contacts import Contact
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.weekly import weekly_facts
from bot.views.aging import overdue_words
from reminders.digest import DIGEST

#: The world starts on a Tuesday.
TUESDAYS = replace(PLAN, weekly=1)
WEEK = "The week · all customers"
NUMBER = "INV-2024-1042"


async def post(bot: Bot, plan=TUESDAYS, *, again: bool = False) -> None:
    await bot.digests.run(plan, again=again)
    await bot.outbox.deliver_due()


async def history(bot: Bot) -> list[Figures]:
    kept = await bot.context.lane.read(lambda tx: claims.finished_from(tx, "digest:C0BILLING", ""))
    return [Figures.from_json(one) for one in kept]


async def overdue(bot: Bot) -> int:
    (totals,) = await bot.context.lane.read(lambda tx: mirror_aging.totals(tx, bot.context.today()))
    return totals.overdue_amount


async def of(bot: Bot, number: str = NUMBER) -> Invoice:
    (found,) = await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, number))
    return found


async def hold(bot: Bot, kind: HoldKind, invoice: Invoice, days: int | None = None, id: str = "") -> str:
    """Notes a hold that stands for so many days."""
    until = None if days is None else bot.context.today() + timedelta(days=days)
    held = Hold(id or f"hold-{kind}", kind, invoice.customer_id, (invoice.id,), until, by_name="Dana Reyes")
    noted = Noted(hold=held, currency="USD", by_id="U0DANA", created_at=bot.context.now())
    await bot.context.lane.write(lambda tx: holds.insert(tx, noted))
    return held.id


async def end(bot: Bot, hold_id: str, outcome: str) -> None:
    now = bot.context.now()
    await bot.context.lane.write(
        lambda tx: holds.end(tx, hold_id, by="system", reason=outcome, now=now, outcome=outcome)
    )


async def news(bot: Bot, before: Figures | None = None, over_days: int = 0) -> HoldNews:
    return (await bot.overdue.digest_facts(bot.context.today(), before, over_days=over_days)).holds


async def test_only_the_digest_of_its_day_has_the_weekly_part(world: World, bot: Bot) -> None:
    await post(bot)
    world.move(days=1)
    await post(bot)
    first, second = (words(one) for one in world.posted("C0BILLING", "Overdue digest"))
    assert WEEK in first
    assert "Days sales outstanding" in first
    assert "Cash expected in the next four weeks" in first
    assert "The trend begins with next week's summary" in first
    assert WEEK not in second


async def test_a_digest_that_was_waiting_before_the_update_is_posted_without_it(
    world: World, bot: Bot
) -> None:
    payload = {"day": "2026-03-10", "timezone": PLAN.timezone, "before": None, "stale": "", "over_days": 0}
    now = bot.context.now()
    await bot.context.lane.write(lambda tx: outbox.put(tx, "digest:old", DIGEST, "C0BILLING", payload, now))
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "Overdue digest")
    assert WEEK not in words(message)


async def test_a_dry_run_goes_by_the_day_that_it_is_for(bot: Bot) -> None:
    assert WEEK in str((await bot.digests.dry_run(TUESDAYS)).blocks)
    assert WEEK not in str((await bot.digests.dry_run(TUESDAYS, date(2026, 3, 9))).blocks)
    assert WEEK in str((await bot.digests.dry_run(TUESDAYS, date(2026, 3, 3))).blocks)
    assert WEEK not in str((await bot.digests.dry_run(PLAN)).blocks)


async def test_a_corrected_digest_keeps_its_weekly_part(world: World, bot: Bot) -> None:
    world.move(minutes=30)
    world.break_syncro()
    await post(bot)
    world.syncro.faults.clear()
    world.move(minutes=2)
    await bot.sync.run()
    await bot.digests.correct()
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "Overdue digest")
    assert "may be old" not in words(message)
    assert WEEK in words(message)


async def test_the_trend_is_of_everything_once_a_week_whatever_is_filtered(world: World, bot: Bot) -> None:
    filtered = replace(TUESDAYS, filter="90+")
    seen = [await overdue(bot)]
    await post(bot, filtered)
    world.pay((await of(bot)).id)
    await bot.sync.run()
    await post(bot, filtered, again=True)
    seen.append(await overdue(bot))
    assert seen[1] < seen[0]
    world.move(days=7)
    await bot.sync.run()
    seen.append(await overdue(bot))
    weekly = await weekly_facts(bot.context, bot.context.today(), await history(bot))
    (usd,) = weekly.currencies
    assert [point.overdue for point in usd.trend] == seen[1:], "the last digest of a day counts"
    assert [point.on for point in usd.trend] == [date(2026, 3, 10), date(2026, 3, 17)]
    await post(bot, filtered)
    message = world.posted("C0BILLING", "Overdue digest")[-1]
    charts = [block["title"] for block in message["blocks"] if block["type"] == "data_visualization"]
    assert charts == ["Open by days past due (USD)", "Overdue by week (USD)"]
    assert "since Mar 10" in words(message)
    old = (await bot.overdue.digest_facts(bot.context.today(), over_days=90)).totals
    assert overdue_words(old, bot.context.now()) in message["text"]


async def test_the_figures_add_up_with_the_book(world: World, bot: Bot) -> None:
    weekly = await weekly_facts(bot.context, bot.context.today(), ())
    (usd,) = weekly.currencies
    (totals,) = await bot.context.lane.read(lambda tx: mirror_aging.totals(tx, bot.context.today()))
    cash = usd.cash
    assert cash.expected + cash.later + cash.slow + cash.disputed + cash.undated == totals.open_amount
    assert usd.overdue == totals.overdue_amount
    assert usd.outstanding is not None
    assert usd.outstanding.days > 0
    assert usd.effectiveness is not None
    assert 0 < usd.effectiveness < 100


async def test_promises_and_disputes_move_the_expected_cash(bot: Bot) -> None:
    invoice = await of(bot)
    assert invoice.balance
    before = (await weekly_facts(bot.context, bot.context.today(), ())).currencies[0].cash
    assert before.slow >= invoice.balance, "the example is long overdue"
    await hold(bot, HoldKind.PROMISE, invoice, 15)
    promised = (await weekly_facts(bot.context, bot.context.today(), ())).currencies[0].cash
    assert promised.weeks[2].promised == invoice.balance
    assert promised.slow == before.slow - invoice.balance
    await hold(bot, HoldKind.DISPUTE, invoice)
    disputed = (await weekly_facts(bot.context, bot.context.today(), ())).currencies[0].cash
    assert (disputed.disputed, disputed.weeks[2].promised) == (invoice.balance, 0)


async def test_a_promise_whose_time_is_over_is_not_expected(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    before = (await weekly_facts(bot.context, bot.context.today(), ())).currencies[0].cash
    await hold(bot, HoldKind.PROMISE, invoice, -5)
    assert (await weekly_facts(bot.context, bot.context.today(), ())).currencies[0].cash == before


async def test_promises_kept_are_counted_over_thirty_days(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    for number, outcome in enumerate(("kept", "kept", "broken", "moved", "")):
        await end(bot, await hold(bot, HoldKind.PROMISE, invoice, 1, f"h{number}"), outcome)
    await end(bot, await hold(bot, HoldKind.SNOOZE, invoice, 1, "h9"), "kept")
    today = bot.context.today()
    assert (await weekly_facts(bot.context, today, ())).promises == PromisesEnded(2, 1, 1)
    later = today + timedelta(days=29)
    assert (await weekly_facts(bot.context, later, ())).promises == PromisesEnded(2, 1, 1)
    assert (await weekly_facts(bot.context, later + timedelta(days=1), ())).promises == PromisesEnded()


async def test_promises_are_told_on_their_day_and_broken_ones_once(world: World, bot: Bot) -> None:
    invoice = await of(bot)
    hold_id = await hold(bot, HoldKind.PROMISE, invoice, 1)
    assert await news(bot) == HoldNews()
    await post(bot)
    world.move(days=1)
    await post(bot)
    assert f"Promises due: 1 {invoice.customer_name}" in flat(world)
    await end(bot, hold_id, "broken")
    owned = await world.bot(people=People("U0BOSS", {invoice.customer_id: "U0DANA"}))
    facts = await owned.overdue.digest_facts(bot.context.today(), (await history(bot))[0])
    assert facts.mentions == ("U0DANA",)
    await post(bot, again=True)
    assert f"Promises broken since the last digest: 1 {invoice.customer_name}" in flat(world)
    world.move(days=1)
    await post(bot)
    assert "Promises broken" not in flat(world)


async def test_what_was_promised_for_a_day_without_a_digest_is_told_at_the_next(bot: Bot) -> None:
    await hold(bot, HoldKind.PROMISE, await of(bot), -1)
    today = bot.context.today()
    assert (await news(bot, Figures(today - timedelta(days=3)))).due
    assert not (await news(bot, Figures(today - timedelta(days=1)))).due
    assert not (await news(bot)).due


@pytest.mark.parametrize("outcome", ["kept", "moved", ""])
async def test_only_broken_promises_are_called_broken(bot: Bot, outcome: str) -> None:
    await end(bot, await hold(bot, HoldKind.PROMISE, await of(bot), 1), outcome)
    assert await news(bot) == HoldNews()


async def test_disputes_are_summed_with_the_oldest_first(world: World, bot: Bot) -> None:
    unpaid = await bot.context.lane.read(mirror.unpaid)
    first = await of(bot)
    second = next(one for one in unpaid if one.customer_id != first.customer_id and one.balance)
    await hold(bot, HoldKind.DISPUTE, first, id="d1")
    world.move(days=2)
    await hold(bot, HoldKind.DISPUTE, second, id="d2")
    held = (await news(bot)).disputes
    assert held is not None
    assert (held.count, held.oldest_name, held.oldest_on) == (2, first.customer_name, date(2026, 3, 10))
    assert held.amounts == {"USD": (first.balance or 0) + (second.balance or 0)}
    await post(bot)
    assert "Disputes · 2 open" in flat(world)


async def test_a_filter_leaves_holds_on_younger_debts_out(bot: Bot) -> None:
    invoice = await of(bot)
    late = invoice.days_past_due(bot.context.today()) or 0
    await hold(bot, HoldKind.PROMISE, invoice, 0)
    await hold(bot, HoldKind.DISPUTE, invoice)
    assert await news(bot, over_days=late) == HoldNews()
    seen = await news(bot, over_days=late - 1)
    assert (len(seen.due), seen.disputes is not None) == (1, True)


async def test_emails_that_were_refused_or_failed_are_told(bot: Bot) -> None:
    now, invoice = bot.context.now(), await of(bot)

    def write(tx: Tx) -> None:
        for kind, state in (("email", "refused"), ("payment", "refused"), ("email", "confirmed")):
            operations.insert(tx, _operation(kind, state, invoice, now))
            operations.settle(tx, f"{kind}-{state}", state, f"Syncro said no to the {kind}.", None, now)
        for track, stage in (("customer", "failed"), ("customer", "unknown"), ("internal", "failed")):
            contacts.insert(tx, _contact(track, stage, invoice, now))

    await bot.context.lane.write(write)
    facts = await bot.overdue.digest_facts(bot.context.today())
    assert facts.failures == (
        "Casey Lindqvist's email of an invoice was refused: Syncro said no to the email.",
        f"The email to {invoice.customer_name} (firm) failed: It bounced.",
        f"The email to {invoice.customer_name} (firm) perhaps went out: It bounced.",
    )


async def test_a_balance_that_jumped_is_told(world: World, bot: Bot) -> None:
    await post(bot)
    first = words(world.posted("C0BILLING", "Overdue digest")[-1])
    assert "Jumped" not in first
    company, invoice = world.syncro.company, await of(bot)
    other = next(
        one
        for one in await bot.context.lane.read(mirror.unpaid)
        if one.customer_id != invoice.customer_id and not one.overdue(bot.context.today()) and one.balance
    )
    company.edit_due_date(int(other.id), bot.context.today() - timedelta(days=1))
    world.move(days=1)
    await bot.sync.run()
    facts = await bot.overdue.digest_facts(bot.context.today(), (await history(bot))[-1])
    assert other.customer_id in {one.customer_id for one in facts.jumped}
    assert facts.bucket_changes["USD"][0] < 0
    await post(bot)
    assert "Jumped since the last digest" in flat(world)
    assert "▼" in flat(world)


def _operation(kind: str, state: str, invoice: Invoice, now) -> Operation:
    return Operation(
        key=f"{kind}-{state}",
        base_key=f"{kind}-{state}",
        kind=kind,
        invoice_id=f"{kind}-{state}",
        customer_id=invoice.customer_id,
        actor_id="U0CLERK",
        actor_name="Casey Lindqvist",
        request={},
        request_hash="h",
        state="sent",
        created_at=now,
    )


def _contact(track: str, stage: str, invoice: Invoice, now) -> Contact:
    return Contact(
        id=f"{track}-{stage}",
        customer_id=invoice.customer_id,
        currency="USD",
        track=track,
        carrying_invoice_id=invoice.id,
        level="firm",
        stage=stage,
        policy_version="test",
        total=1,
        as_of="2026-03-10",
        created_at=now,
        reason="It bounced.",
    )


def flat(world: World) -> str:
    """The newest digest as one line."""
    return " ".join(words(world.posted("C0BILLING", "Overdue digest")[-1]).split())
