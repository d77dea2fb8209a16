"""How a write ended is told where the person stood, or to them directly with the reason."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from reminders_world import Bot, World, words

from bot.store import mirror, operations, outbox, visits
from bot.store.operations import Operation
from bot.store.outbox import Item
from bot.store.visits import Visit
from sandbox.company import SHOWPIECE

DM = "D0CLERK"
#: What is posted was found out before: Syncro's shape makes no difference here.
pytestmark = pytest.mark.parametrize("shape", ["openapi"])


async def put(
    bot: Bot,
    channel: str,
    *,
    kind: str = "operation.shared",
    actor: str = "U0CLERK",
    state: str = "confirmed",
    thread_ts: str = "",
) -> str:
    """A payment that has ended, with its message in the outbox as the journal puts it there."""
    invoice = (await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, SHOWPIECE)))[0]
    now = bot.context.now()
    operation = Operation(
        key="root:payment#1",
        base_key="root:payment",
        kind="payment",
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        actor_id=actor,
        actor_name="Casey Lindqvist",
        request={},
        request_hash="h",
        visit_id="v1",
        state="sent",
        created_at=now,
    )
    visit = Visit(id="v1", user_id=actor, channel_id=channel, thread_ts=thread_ts, created_at=now)

    def write(tx: Any) -> str:
        if operations.get(tx, operation.key) is None:
            operations.insert(tx, operation)
            operations.settle(tx, operation.key, state, "Recorded $806.25.", {}, now)
            visits.save(tx, visit)
        target = actor if kind == "operation.told" else ""
        key = (
            f"operation:{operation.key}:shared"
            if kind == "operation.shared"
            else f"operation:{operation.key}:{state}:told:1"
        )
        return outbox.put(tx, key, kind, target, {"operation": operation.key, "visit": "v1"}, now)

    return await bot.context.lane.write(write)


async def item_of(bot: Bot, item_id: str) -> Item:
    item = await bot.context.lane.read(lambda tx: outbox.get(tx, item_id))
    assert item is not None
    return item


async def test_a_write_is_shared_where_the_person_stood(world: World, bot: Bot) -> None:
    item_id = await put(bot, "C0BILLING")
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "recorded a payment")
    assert SHOWPIECE in words(message)
    assert "Recorded $806.25." in words(message)
    assert message["metadata"]["event_payload"] == {"outbox_id": item_id}
    assert world.posted(DM) == []


async def test_in_a_thread_it_stays_in_the_thread_and_is_found_there(world: World, bot: Bot) -> None:
    root = world.slack.messages.post_by_person(
        world.slack.workspace.channels["C0BILLING"], "U0CLERK", "What does Acme owe?"
    )
    item_id = await put(bot, "C0BILLING", thread_ts=root["ts"])
    world.slack.faults.add("chat.postMessage", "drop_after")
    await bot.outbox.deliver_due()
    world.move(seconds=31)
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "recorded a payment")
    assert message["thread_ts"] == root["ts"]
    assert (await item_of(bot, item_id)).ts == message["ts"]


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("C0SHARED", "shared with another organisation"),
        ("C0GUESTS", "has guests"),
        ("C0RANDOM", "I am not in #random"),
        ("C0OLD", "is archived"),
        ("C0PRIVATE", "Invite me"),
        ("D0PEOPLE", "Invite me"),
    ],
)
async def test_elsewhere_the_person_gets_it_directly_with_why(
    world: World, bot: Bot, channel: str, said: str
) -> None:
    item_id = await put(bot, channel)
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "recorded a payment")
    assert said in words(message)
    assert world.posted(channel) == []
    assert (await item_of(bot, item_id)).state == "sent"


async def test_a_channel_that_closes_at_the_last_moment_is_replaced(world: World, bot: Bot) -> None:
    await put(bot, "C0BILLING")
    world.slack.faults.add("chat.postMessage", "error:is_archived")
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "recorded a payment")
    assert "archived" in words(message)


async def test_from_home_or_a_direct_message_it_is_told_there(world: World, bot: Bot) -> None:
    await put(bot, "")
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "recorded a payment")
    assert "not posted where you were" not in words(message)


async def test_a_late_end_is_told_directly_and_not_twice_in_one_place(world: World, bot: Bot) -> None:
    shared = await put(bot, "")
    await put(bot, "", kind="operation.told")
    await bot.outbox.deliver_due()
    assert len(world.posted(DM, "recorded a payment")) == 1
    assert (await item_of(bot, shared)).state == "dropped"


async def test_a_late_end_is_told_directly_and_shared(world: World, bot: Bot) -> None:
    await put(bot, "C0BILLING")
    await put(bot, "C0BILLING", kind="operation.told")
    await bot.outbox.deliver_due()
    assert len(world.posted(DM, "recorded a payment")) == 1
    assert len(world.posted("C0BILLING", "recorded a payment")) == 1


async def test_an_unknown_end_asks_for_a_decision(world: World, bot: Bot) -> None:
    await put(bot, "C0BILLING", kind="operation.told", state="unknown")
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "not known whether")
    assert {"actions"} <= {block["type"] for block in message["blocks"]}


@pytest.mark.parametrize("actor", ["operator:casey", ""])
@pytest.mark.parametrize("kind", ["operation.shared", "operation.told"])
async def test_an_operator_at_a_terminal_is_told_nothing_in_slack(
    world: World, bot: Bot, actor: str, kind: str
) -> None:
    item_id = await put(bot, "", actor=actor, kind=kind)
    await bot.outbox.deliver_due()
    item = await item_of(bot, item_id)
    assert item.state == "dropped"
    assert item.reason


async def test_a_broken_item_does_not_hold_up_the_others(world: World, bot: Bot) -> None:
    def broken(tx: Any) -> str:
        return outbox.put(tx, "broken", "digest", "C0BILLING", {}, bot.context.now())

    item_id = await bot.context.lane.write(broken)
    await put(bot, "C0BILLING")
    await bot.outbox.deliver_due()
    assert len(world.posted("C0BILLING", "recorded a payment")) == 1
    for _ in range(8):
        world.move(minutes=3)
        await bot.outbox.deliver_due()
    item = await item_of(bot, item_id)
    assert (item.state, "log says more" in item.reason) == ("failed", True)


async def test_a_kind_of_a_newer_version_fails_with_a_sentence(bot: Bot) -> None:
    item_id = await bot.context.lane.write(
        lambda tx: outbox.put(tx, "new", "hologram", "C0BILLING", {}, bot.context.now())
    )
    await bot.outbox.deliver_due()
    item = await item_of(bot, item_id)
    assert (item.state, "hologram" in item.reason) == ("failed", True)


async def test_the_outbox_posts_when_woken_and_stops_after_the_message_under_way(
    world: World, bot: Bot
) -> None:
    running = asyncio.create_task(bot.outbox.run())
    await put(bot, "C0BILLING")
    bot.context.wake_outbox()
    await world.slack.wait_for(lambda: world.posted("C0BILLING", "recorded a payment"))
    await bot.outbox.stop()
    await asyncio.wait_for(running, 2)
    await put(bot, "C0BILLING", kind="operation.told")
    assert await bot.outbox.deliver_due() == 0


async def test_one_message_a_second_in_a_channel(world: World, bot: Bot) -> None:
    world.slack.faults.strict_pace = True
    paced = type(bot.outbox)(
        bot.context,
        bot.slack,
        bot.outbox._kinds,
        bot.outbox._woken,
        replace(bot.outbox._pace, channel_seconds=1.0),
    )
    for number in range(2):
        await bot.context.lane.write(
            lambda tx, n=number: outbox.put(
                tx, f"f{n}", "failure", "C0BILLING", {"sentence": f"Sentence {n}."}, bot.context.now()
            )
        )
    await paced.deliver_due()
    assert len(world.posted("C0BILLING")) == 2
    assert len(world.slack.calls) == len([one for one in world.slack.calls if one.answer["ok"]])
