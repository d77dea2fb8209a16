"""Whatever is done with a contact stands in the audit log, under the name of who did it."""

from dataclasses import replace
from typing import Any

from reminders_world import POLICY, Bot, World
from sending_world import (
    CLERK,
    customer_of,
    days_pass,
    guide_only,
    only,
    openapi_only,
    owing,
    sent,
    started,
)
from test_turns_and_stops import by_hand, form

from bot.domain.policy import Level

FINAL = Level("final notice", 1, ("customer",), "final", approval=True)


async def logged(bot: Bot, invoice: Any) -> list[tuple[str, str]]:
    """What was done about this invoice's customer, and by whom."""
    subject = f"customer:{invoice.customer_id}"
    found = await bot.context.lane.read(lambda tx: bot.context.audit.of_subject(tx, subject))
    return sorted(
        (one.action, one.actor_name)
        for one in found
        if one.action.startswith("contact.") and one.after.get("level") != "call"
    )


@openapi_only
async def test_a_mail_for_its_owner_is_logged_when_it_is_given_and_when_it_is_withdrawn(
    world: World, bot: Bot
) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await sent(bot)
    assert await logged(bot, invoice) == [("contact.claimed", "Duebot")]
    customer_of(world, invoice).opt_out = True
    await days_pass(world, bot, 1)
    assert await logged(bot, invoice) == [("contact.claimed", "Duebot"), ("contact.withdrawn", "Duebot")]


@openapi_only
async def test_a_mail_asked_for_by_hand_is_logged_under_the_persons_name(world: World, bot: Bot) -> None:
    invoice = owing(world, 5)
    only(world, invoice)
    await bot.sync.run()
    await by_hand(bot).send(*await form(bot, invoice))
    assert await logged(bot, invoice) == [("contact.claimed", CLERK.name)]


@guide_only
async def test_what_is_asked_for_by_hand_and_then_withdrawn_is_logged(world: World, bot: Bot) -> None:
    bot = await world.bot(ladder=replace(POLICY.ladder, levels=(FINAL,)))
    invoice = owing(world, 9)
    only(world, invoice)
    await started(bot)
    await by_hand(bot).send(*await form(bot, invoice))
    assert await logged(bot, invoice) == [("contact.proposed", CLERK.name)]
    customer_of(world, invoice).opt_out = True
    await days_pass(world, bot, 1)
    assert await logged(bot, invoice) == [("contact.proposed", CLERK.name), ("contact.withdrawn", "Duebot")]


@openapi_only
async def test_a_mail_that_has_nobody_to_send_it_is_logged(world: World, bot: Bot) -> None:
    channels = replace(POLICY.channels, escalation="")
    nobody = await world.bot(people=replace(POLICY.people, manager="", owners={}), channels=channels)
    invoice = owing(world, 5)
    only(world, invoice)
    await sent(nobody)
    assert await logged(nobody, invoice) == [("contact.left_out", "Duebot")]
