"""Asking for approval: each proposal once, on business days, and a line about older ones."""

from typing import Any

import pytest
from reminders_world import Bot, World, words

from bot.domain.roles import Person
from bot.store import contacts, outbox
from bot.use_cases.proposals import MOST_SHOWN, Proposals
from bot.use_cases.redraw import REVIEW

BOSS = Person("U0BOSS", "Bo Boss")
pytestmark = pytest.mark.parametrize("shape", ["guide"])


async def build(bot: Bot) -> None:
    await bot.chasing.build.run()
    await bot.outbox.deliver_due()


async def asked(bot: Bot) -> list[str]:
    """Every proposal that a review has asked about, as often as it has."""
    since = bot.context.now().replace(year=2000)
    items = await bot.context.lane.read(lambda tx: outbox.put_since(tx, REVIEW, since))
    return [one for item in items for one in item.payload["contacts"]]


async def test_a_proposal_is_asked_about_once_and_never_on_a_weekend(world: World, bot: Bot) -> None:
    await bot.chasing.automatics.start(BOSS)
    await build(bot)
    first = await asked(bot)
    assert len(first) > MOST_SHOWN
    world.move(days=4)  # Saturday
    await build(bot)
    assert await asked(bot) == first
    world.move(days=2)
    await build(bot)
    second = await asked(bot)
    assert len(second) > len(first)
    assert len(set(second)) == len(second)


async def test_of_older_ones_a_line_says_once_a_day_how_many_still_wait(world: World, bot: Bot) -> None:
    await bot.chasing.automatics.start(BOSS)
    company = world.syncro.company
    kept = world.invoice("INV-2024-1042")
    for one in list(company.invoices.values()):
        if one.id != kept.id and company.status(one) in ("sent", "viewed", "partial"):
            world.pay(str(one.id))
    await build(bot)
    assert len(await asked(bot)) == 1
    assert world.posted("C0APPROVE", "still wait") == []
    await bot.chasing.build.run(again=True)
    await bot.outbox.deliver_due()
    assert world.posted("C0APPROVE", "still wait") == []
    world.move(days=1)
    await build(bot)
    (line,) = world.posted("C0APPROVE", "still wait")
    assert "1 older proposal still waits for a decision" in words(line)
    assert len(await asked(bot)) == 1


async def test_a_list_says_how_many_wait_beside_it(world: World, bot: Bot) -> None:
    await bot.chasing.automatics.start(BOSS)
    await build(bot)

    def awaiting(tx: Any) -> int:
        return len(contacts.load(tx, "contact.stage = 'planned' AND contact.needs != ''", {}))

    waits = await bot.context.lane.read(awaiting)
    held, everything = await Proposals(bot.context, bot.authority).waiting("r1")
    assert (len(held.cards), held.others) == (MOST_SHOWN, waits - MOST_SHOWN)
    assert len(everything) == waits
