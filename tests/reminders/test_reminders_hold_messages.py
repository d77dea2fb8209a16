"""A hold that was noted or ended is told once, where the person stood, and nowhere where others read along."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from reminders_world import Bot, World, words

from bot.domain.holds import Hold, HoldKind
from bot.store import holds, mirror, outbox, visits
from bot.store.holds import Noted
from bot.store.visits import Visit
from bot.use_cases.hold_log import log_placed

DM = "D0CLERK"
NUMBER = "INV-2024-1042"


async def note(bot: Bot, channel: str, by: str = "U0CLERK", **changes: Any) -> str:
    """A promise that was noted in a channel, with its message; the message's id."""
    (invoice,) = await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, NUMBER))
    hold = Hold(
        "h1", HoldKind.PROMISE, invoice.customer_id, (invoice.id,), date(2026, 3, 13), "", "Casey", 50000
    )
    noted = Noted(hold=replace(hold, **changes), currency="USD", by_id=by, created_at=bot.context.now())
    visit = Visit(id="v1", user_id=by, channel_id=channel, created_at=bot.context.now())

    def write(tx: Any) -> str:
        visits.save(tx, visit)
        holds.insert(tx, noted)
        log_placed(tx, bot.context, noted, visit.id)
        item = outbox.by_key(tx, "hold:h1:placed")
        assert item is not None
        return item.id

    return await bot.context.lane.write(write)


@pytest.mark.parametrize(
    ("channel", "said"),
    [("C0SHARED", "shared with another organisation"), ("C0OLD", "is archived"), ("", "")],
)
async def test_elsewhere_the_person_gets_it_directly_with_why(
    world: World, bot: Bot, channel: str, said: str
) -> None:
    await note(bot, channel)
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "noted a promise to pay")
    assert said in words(message)
    assert ("not posted where you were" in words(message)) is bool(said)
    assert not channel or world.posted(channel) == []


async def test_a_lost_post_is_found_again_and_not_repeated(world: World, bot: Bot) -> None:
    await note(bot, "C0BILLING")
    world.slack.faults.add("chat.postMessage", "drop_after")
    await bot.outbox.deliver_due()
    world.move(seconds=31)
    await bot.outbox.deliver_due()
    assert len(world.posted("C0BILLING", "noted a promise to pay")) == 1


async def test_a_channel_that_closes_at_the_last_moment_is_replaced(world: World, bot: Bot) -> None:
    await note(bot, "C0BILLING")
    world.slack.faults.add("chat.postMessage", "error:is_archived")
    await bot.outbox.deliver_due()
    (message,) = world.posted(DM, "noted a promise to pay")
    assert "archived" in words(message)


async def test_an_operator_at_a_terminal_is_told_nothing_in_slack(bot: Bot) -> None:
    item_id = await note(bot, "", by="operator:casey")
    await bot.outbox.deliver_due()
    item = await bot.context.lane.read(lambda tx: outbox.get(tx, item_id))
    assert item is not None
    assert item.state == "dropped"


async def test_a_hold_on_the_whole_customer_names_the_customer(world: World, bot: Bot) -> None:
    await note(bot, "C0BILLING", kind=HoldKind.DISPUTE, invoice_ids=(), until=None, amount=None)
    (invoice,) = await bot.context.lane.read(lambda tx: mirror.invoices_by_number(tx, NUMBER))
    await bot.outbox.deliver_due()
    (message,) = world.posted("C0BILLING", "noted a dispute")
    assert invoice.customer_name in words(message)
    row = await bot.context.lane.read(
        lambda tx: tx.one("SELECT subject FROM audit ORDER BY seq DESC LIMIT 1")
    )
    assert row is not None
    assert row["subject"] == f"customer:{invoice.customer_id}"
