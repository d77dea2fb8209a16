"""One digest per channel and day: over restarts, two processes, lost answers, and Syncro being down."""

import asyncio
import re
from dataclasses import replace
from datetime import date

import pytest
from reminders_world import PLAN, POLICY, Bot, World, words

from bot.domain.errors import BadInput, SyncroError
from bot.domain.policy import Channels
from bot.store import claims, mirror, outbox


async def post(bot: Bot) -> None:
    await bot.digests.run(PLAN)
    await bot.outbox.deliver_due()


def payments_told(world: World) -> str:
    """What the newest digest says of payments."""
    return re.split(r"payments? since", words(world.posted("C0BILLING")[-1]), maxsplit=1, flags=re.I)[1]


async def test_one_digest_a_day_however_often_the_bot_is_restarted(world: World, bot: Bot) -> None:
    await post(bot)
    await post(bot)
    await post(await world.bot())
    assert len(world.posted("C0BILLING", "Northwind IT")) == 1


async def test_two_processes_at_once_post_one_digest(world: World, bot: Bot) -> None:
    other = await world.bot()
    await asyncio.gather(*(each.schedule.tick_now() for each in (bot, other, bot, other)))
    assert len(world.posted("C0BILLING", "Northwind IT, ")) == 1


async def test_the_next_day_compares_with_the_last(world: World, bot: Bot) -> None:
    await post(bot)
    first = words(world.posted("C0BILLING")[0])
    assert "nothing to compare with" in first
    overdue = (await bot.overdue.digest_facts(bot.context.today())).newly_overdue
    assert "Data as of 10:30" in first, overdue
    world.move(days=1)
    debtor = (await bot.overdue.board(scope="all", user_id="", search_id="s")).debtors[0]
    owed = [
        one for one in await bot.context.lane.read(mirror.unpaid) if one.customer_id == debtor.customer_id
    ]
    paid = max((one for one in owed if one.overdue(bot.context.today())), key=lambda one: one.balance or 0)
    world.pay(paid.id)
    await post(bot)
    second = words(world.posted("C0BILLING")[1])
    assert "less since the last digest" in second or "more since the last digest" in second
    assert paid.number in second, "the payment is listed"
    world.move(days=1)
    await post(bot)
    third = words(world.posted("C0BILLING")[2])
    assert paid.number not in third, "a payment is listed once"


async def test_again_makes_another_one(world: World, bot: Bot) -> None:
    await post(bot)
    report = await bot.digests.run(PLAN, again=True)
    await bot.outbox.deliver_due()
    assert report.slot == "2026-03-10:2"
    assert len(world.posted("C0BILLING")) == 2


async def test_a_payment_entered_late_with_an_earlier_date_is_listed_once(world: World, bot: Bot) -> None:
    await post(bot)
    world.move(days=1)
    invoice = (await bot.context.lane.read(mirror.unpaid))[0]
    company = world.syncro.company
    company.pay(int(invoice.id), 1, reference="back-dated", on=date(2026, 3, 2))
    seen = []
    for _ in range(3):
        await post(bot)
        seen.append(invoice.number in payments_told(world))
        world.move(days=1)
    assert seen == [True, False, False]


async def test_a_second_digest_on_a_day_lets_the_next_day_repeat_nothing(world: World, bot: Bot) -> None:
    await post(bot)
    world.move(days=1)
    invoice = (await bot.context.lane.read(mirror.unpaid))[0]
    world.syncro.company.pay(int(invoice.id), 1)
    await post(bot)
    assert invoice.number in payments_told(world)
    await bot.digests.run(PLAN, again=True)
    await bot.outbox.deliver_due()
    assert invoice.number not in payments_told(world)
    world.move(days=1)
    await post(bot)
    assert invoice.number not in payments_told(world)


async def test_a_digest_that_nobody_saw_is_nothing_to_compare_with(world: World, bot: Bot) -> None:
    await post(bot)
    world.move(days=1)
    owed = await bot.context.lane.read(mirror.unpaid)
    paid = max((one for one in owed if one.overdue(bot.context.today())), key=lambda one: one.balance or 0)
    world.pay(paid.id)
    world.slack.faults.add("chat.postMessage", "error:not_in_channel")
    await post(bot)
    assert len(world.posted("C0BILLING", "Overdue digest")) == 1
    world.move(days=1)
    await post(bot)
    newest = words(world.posted("C0BILLING", "Overdue digest")[-1])
    assert paid.number in newest
    assert "less since the last digest" in newest or "more since the last digest" in newest


async def test_only_today_can_be_posted(bot: Bot) -> None:
    with pytest.raises(BadInput, match="dry-run"):
        await bot.digests.run(PLAN, as_of=date(2026, 3, 1))


async def test_a_dry_run_writes_and_posts_nothing(world: World, bot: Bot) -> None:
    calls = len(world.syncro.requests)
    message = await bot.digests.dry_run(PLAN)
    past = await bot.digests.dry_run(PLAN, date(2026, 3, 1))
    assert "overdue in" in message.text
    assert "balances are as of now" in past.text
    assert await bot.context.lane.read(lambda tx: claims.last(tx, "digest:C0BILLING")) is None
    assert await bot.outbox.deliver_due() == 0
    assert world.posted("C0BILLING") == []
    assert len(world.syncro.requests) == calls


async def test_a_lost_answer_posts_once(world: World, bot: Bot) -> None:
    world.slack.faults.add("chat.postMessage", "drop_after")
    await post(bot)
    assert len(world.posted("C0BILLING")) == 1
    item = await the_digest(bot)
    assert item.state == "pending"
    world.move(seconds=31)
    await bot.outbox.deliver_due()
    item = await the_digest(bot)
    assert (item.state, item.ts) == ("sent", world.posted("C0BILLING")[0]["ts"])
    assert len(world.posted("C0BILLING")) == 1


async def test_a_post_that_never_arrived_goes_out_after_two_look_ups(world: World, bot: Bot) -> None:
    world.slack.faults.add("chat.postMessage", "drop_before")
    await post(bot)
    await bot.outbox.deliver_due()
    assert world.posted("C0BILLING") == []
    world.move(seconds=31)
    await bot.outbox.deliver_due()
    assert world.posted("C0BILLING") == [], "one look-up is not enough"
    await bot.outbox.deliver_due()
    assert world.posted("C0BILLING") == [], "the second one needs its distance"
    world.move(seconds=31)
    await bot.outbox.deliver_due()
    assert len(world.posted("C0BILLING")) == 1
    assert len(world.slack.called("conversations.history")) == 2


async def test_a_bot_killed_after_posting_leaves_one_message(world: World, bot: Bot) -> None:
    await bot.digests.run(PLAN)
    world.slack.faults.add("chat.postMessage", "slow_after", seconds=30)
    posting = asyncio.create_task(bot.outbox.deliver_due())
    await world.slack.wait_for(lambda: world.posted("C0BILLING"))
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    other = await world.bot()
    await other.outbox.deliver_due()
    world.move(seconds=121)
    await other.outbox.deliver_due()
    assert len(world.posted("C0BILLING")) == 1
    assert (await the_digest(other)).state == "sent"


async def test_slack_asking_to_wait_is_waited_out_without_looking_up(world: World, bot: Bot) -> None:
    world.slack.faults.add("chat.postMessage", "429", seconds=7)
    await post(bot)
    await bot.outbox.deliver_due()
    assert world.posted("C0BILLING") == []
    world.move(seconds=8)
    await bot.outbox.deliver_due()
    assert len(world.posted("C0BILLING")) == 1
    assert world.slack.called("conversations.history") == []


async def test_a_kill_after_a_clear_no_is_still_looked_up(world: World, bot: Bot) -> None:
    world.slack.faults.add("chat.postMessage", "429", seconds=7)
    await post(bot)
    world.move(seconds=8)
    world.slack.faults.add("chat.postMessage", "slow_after", seconds=30)
    posting = asyncio.create_task(bot.outbox.deliver_due())
    await world.slack.wait_for(lambda: world.posted("C0BILLING"))
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    world.move(seconds=121)
    await bot.outbox.deliver_due()
    assert len(world.posted("C0BILLING")) == 1


async def test_newer_blocks_that_are_refused_go_out_as_text(world: World, bot: Bot) -> None:
    world.slack.faults.add("chat.postMessage", "error:invalid_blocks")
    await post(bot)
    (message,) = world.posted("C0BILLING")
    assert not {"data_table", "data_visualization"} & {block["type"] for block in message["blocks"]}


async def test_syncro_down_posts_and_corrects_itself(world: World, bot: Bot) -> None:
    world.move(minutes=30)
    world.break_syncro()
    await bot.schedule.tick_now()
    (message,) = world.posted("C0BILLING", "may be old")
    assert "Data as of 10:30" in words(message)
    world.syncro.faults.clear()
    world.move(minutes=2)
    await bot.schedule.tick_now()
    (corrected,) = world.posted("C0BILLING", "Northwind IT, ")
    assert corrected["ts"] == message["ts"]
    assert "may be old" not in words(corrected)
    assert "Data as of 11:02" in words(corrected)
    updates = len(world.slack.called("chat.update"))
    world.move(minutes=11)
    await bot.schedule.tick_now()
    assert len(world.slack.called("chat.update")) == updates, "it is corrected once"


async def test_without_any_figures_there_is_no_digest_yet(world: World) -> None:
    bot = await world.bot()
    world.break_syncro()
    with pytest.raises(SyncroError):
        await bot.digests.run(PLAN)
    world.syncro.faults.clear()
    world.move(minutes=6)
    await bot.schedule.tick_now()
    assert len(world.posted("C0BILLING", "Northwind IT, ")) == 1


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("C0OLD", "#old-billing is archived"),
        ("C0RANDOM", "I am not in #random"),
        ("C0SHARED", "shared with another organisation"),
        ("C0GUESTS", "has guests"),
        ("C0PRIVATE", "Invite me"),
    ],
)
async def test_where_it_may_not_stand_it_fails_once_and_says_so(
    world: World, bot: Bot, channel: str, said: str
) -> None:
    await bot.digests.run(replace(PLAN, channel=channel))
    for _ in range(3):
        await bot.outbox.deliver_due()
        world.move(minutes=10)
    assert world.posted(channel) == []
    (notice,) = world.posted("C0APPROVE")
    assert said in words(notice)
    item = await the_digest(bot, channel)
    assert item.state == "failed"
    assert said in item.reason
    facts = await bot.overdue.digest_facts(bot.context.today())
    assert facts.failures == (item.reason,)


async def test_a_channel_that_policy_lists_may_be_shared(world: World) -> None:
    bot = await world.bot(channels=replace(POLICY.channels, allow_shared=frozenset({"C0SHARED"})))
    await bot.sync.run()
    await bot.digests.run(replace(PLAN, channel="C0SHARED"))
    await bot.outbox.deliver_due()
    assert len(world.posted("C0SHARED")) == 1


async def test_a_failing_failures_channel_makes_no_storm(world: World) -> None:
    bot = await world.bot(channels=Channels(failures="C0OLD"))
    await bot.sync.run()
    await bot.digests.run(replace(PLAN, channel="C0RANDOM"))
    assert await bot.outbox.deliver_due() == 2
    assert await bot.outbox.deliver_due() == 0


async def test_a_bad_token_is_said_with_its_cure(world: World, bot: Bot) -> None:
    await bot.digests.run(PLAN)
    world.slack.faults.add("chat.postMessage", "error:invalid_auth", times=9)
    await bot.outbox.deliver_due()
    assert "SLACK_BOT_TOKEN" in (await the_digest(bot)).reason


async def test_yesterdays_digest_is_not_posted_today(world: World, bot: Bot) -> None:
    await bot.digests.run(PLAN)
    world.move(days=1)
    await bot.outbox.deliver_due()
    assert world.posted("C0BILLING") == []
    assert (await the_digest(bot)).state == "dropped"


async def test_a_filter_leaves_young_debts_out(bot: Bot) -> None:
    everything = (await bot.overdue.digest_facts(bot.context.today())).totals[0]
    old = (await bot.overdue.digest_facts(bot.context.today(), over_days=90)).totals[0]
    assert old.buckets[4] == everything.buckets[4]
    assert old.open_amount == old.buckets[4].amount < everything.open_amount


async def the_digest(bot: Bot, channel: str = "C0BILLING") -> outbox.Item:
    key = f"digest:{channel}:2026-03-10"
    item = await bot.context.lane.read(lambda tx: outbox.by_key(tx, key))
    assert item is not None
    return item
