"""One payment over several invoices is told in one message, where the person recorded it, once nothing is open."""

from dataclasses import replace
from typing import Any

import pytest
from reminders_world import Bot, World, words

from bot.store import operations, outbox, visits
from bot.store.operations import Operation
from bot.store.outbox import Item
from bot.store.visits import Visit
from bot.use_cases.spread import SPREAD, Plan, PlannedShare

DM = "D0CLERK"
PLAN = Plan(
    form="V1",
    actor_id="U0CLERK",
    customer_id="7",
    customer_name="Acme Widgets",
    currency="USD",
    details={"method": "Check", "reference": "9", "date": "2026-03-10", "notes": ""},
    shares=(PlannedShare("101", "INV-101", 1, 50000), PlannedShare("102", "INV-102", 3, 20000)),
)


async def put(bot: Bot, channel: str, plan: Plan = PLAN) -> str:
    """A payment of which the first share is recorded and the second is on its way, with its message."""
    now = bot.context.now()
    visit = Visit(id="v1", user_id=plan.actor_id, channel_id=channel, created_at=now)

    def write(tx: Any) -> str:
        for share, state in zip(plan.shares, ("confirmed", "sent"), strict=True):
            key = f"{plan.key(share)}#1"
            operations.insert(tx, made(plan, share, key, now))
            if state == "confirmed":
                operations.settle(tx, key, state, f"Recorded on {share.number}.", {}, now)
        visits.save(tx, visit)
        return outbox.put(
            tx, "spread", SPREAD, plan.actor_id, {"plan": plan.to_json(), "visit": visit.id}, now
        )

    return await bot.context.lane.write(write)


def made(plan: Plan, share: PlannedShare, key: str, now: Any) -> Operation:
    return Operation(
        key=key,
        base_key=plan.key(share),
        kind="payment",
        invoice_id=share.invoice_id,
        customer_id=plan.customer_id,
        actor_id=plan.actor_id,
        actor_name="Casey Lindqvist",
        request={"shares": plan.pairs()},
        request_hash="h",
        visit_id="v1",
        state="sent",
        created_at=now,
    )


async def settle(bot: Bot, state: str, sentence: str) -> None:
    key = f"{PLAN.key(PLAN.shares[1])}#1"
    now = bot.context.now()
    await bot.context.lane.write(lambda tx: operations.settle(tx, key, state, sentence, {}, now))


async def item_of(bot: Bot, item_id: str) -> Item:
    item = await bot.context.lane.read(lambda tx: outbox.get(tx, item_id))
    assert item is not None
    return item


async def test_it_waits_until_none_of_it_is_being_checked(world: World, bot: Bot) -> None:
    item_id = await put(bot, "C0BILLING")
    await bot.outbox.deliver_due()
    assert world.posted("C0BILLING") == []
    assert (await item_of(bot, item_id)).state == "pending"
    await settle(bot, "confirmed", "Recorded on INV-102.")
    world.move(minutes=1)
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "recorded on 2 invoices")
    assert "Recorded on INV-101." in words(message)
    assert "$700.00" in words(message)
    assert (await item_of(bot, item_id)).state == "sent"


async def test_what_is_missing_is_named_with_why(world: World, bot: Bot) -> None:
    await put(bot, "C0BILLING")
    await settle(bot, "refused", "Syncro says no.")
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "1 of 2 recorded")
    assert "INV-102: $200.00. Syncro says no." in words(message)


async def test_a_lost_post_is_found_again_and_not_repeated(world: World, bot: Bot) -> None:
    await put(bot, "C0BILLING")
    await settle(bot, "confirmed", "Recorded on INV-102.")
    world.slack.faults.add("chat.postMessage", "drop_after")
    await bot.outbox.deliver_due()
    world.move(seconds=31)
    await bot.outbox.deliver_due()
    assert len(world.posted("C0BILLING", "recorded on 2 invoices")) == 1


@pytest.mark.parametrize(
    ("channel", "said"),
    [("C0SHARED", "shared with another organisation"), ("C0OLD", "is archived"), ("", "")],
)
async def test_elsewhere_the_person_gets_it_directly_with_why(
    world: World, bot: Bot, channel: str, said: str
) -> None:
    await put(bot, channel)
    await settle(bot, "confirmed", "Recorded on INV-102.")
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "recorded on 2 invoices")
    assert said in words(message)
    assert ("not posted where you were" in words(message)) is bool(said)


async def test_a_channel_that_closes_at_the_last_moment_is_replaced(world: World, bot: Bot) -> None:
    await put(bot, "C0BILLING")
    await settle(bot, "confirmed", "Recorded on INV-102.")
    world.slack.faults.add("chat.postMessage", "error:is_archived")
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "recorded on 2 invoices")
    assert "archived" in words(message)


async def test_an_operator_at_a_terminal_is_told_nothing_in_slack(bot: Bot) -> None:
    item_id = await put(bot, "", replace(PLAN, actor_id="operator:casey"))
    await bot.outbox.deliver_due()
    assert (await item_of(bot, item_id)).state == "dropped"


def test_a_plan_comes_back_from_the_store_as_it_was() -> None:
    assert Plan.from_json(PLAN.to_json()) == PLAN
    assert PLAN.key(PLAN.shares[1]) == "V1:payment:102:3"
