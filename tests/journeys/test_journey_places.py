"""Where customers' debts are shown: never where another organisation or a guest reads along."""

import asyncio

import pytest

from bot.views import ids
from sandbox.demo import demo_policy
from sandbox.slack.shown import shown_text


def all_seen(world, user, channel):
    return "\n".join(shown_text(message) for message in world.person(user).messages(channel))


@pytest.mark.parametrize(("channel", "outsider"), [("C0SHARED", "U0OTHER"), ("C0GUESTS", "U0GUEST")])
async def test_an_answer_goes_to_the_dm_where_outsiders_are(world, channel, outsider):
    clerk = world.person()
    for command in (
        "/invoice 1042",
        "/invoice find unpaid",
        "/overdue",
        "/invoice find acme",
        "/invoice 999999",
    ):
        await clerk.command(channel, command)
        await world.idle()
    await clerk.sees("$806.25 open", clerk.dm)
    why = await clerk.sees("is shared with another organisation or has guests", channel)
    assert why["is_ephemeral"]
    assert "Your answer is in your direct messages" in why["text"]
    here = all_seen(world, "U0CLERK", channel)
    assert "Acme Widgets" not in here
    assert "INV-" not in here
    assert all_seen(world, outsider, channel) == ""
    assert world.stage.slack.problems == []


@pytest.mark.parametrize(("channel", "outsider"), [("C0SHARED", "U0OTHER"), ("C0GUESTS", "U0GUEST")])
async def test_a_write_begun_there_is_told_in_the_dm(world, channel, outsider):
    clerk = world.person()
    await clerk.command(channel, "/invoice pay 1042 10 check")
    await clerk.submit(await clerk.modal("Balance"))
    await clerk.modal("$10.00 recorded")
    await clerk.sees("recorded a payment", clerk.dm)
    assert "$" not in all_seen(world, outsider, channel)


async def test_a_double_click_on_share_here_posts_once(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Share here")
    await asyncio.gather(*(clerk.click(card, "Share here") for _ in range(3)))
    await clerk.sees("already shared here")
    await world.idle()
    shown = [
        one for one in world.person("U0BOSS").messages("C0BILLING") if "INV-2024-1042" in shown_text(one)
    ]
    assert len(shown) == 1


@pytest.mark.parametrize(("channel", "outsider"), [("C0SHARED", "U0OTHER"), ("C0GUESTS", "U0GUEST")])
async def test_share_here_is_refused_in_a_channel_that_became_shared(world, channel, outsider):
    """The card was shown while nobody else was there; the channel is asked again when it is posted."""
    clerk, place = world.person(), world.stage.slack.workspace.channels["C0BILLING"]
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Share here")
    if channel == "C0SHARED":
        place.is_ext_shared = True
    place.members.append(outsider)
    await clerk.click(card, "Share here")
    await clerk.sees("is shared with another organisation or has guests")
    await world.idle()
    assert "Acme" not in all_seen(world, outsider, "C0BILLING")
    assert "Acme" not in all_seen(world, "U0BOSS", "C0BILLING")


async def test_a_channel_that_policy_lists_may_show_it(worlds, tmp_path):
    (tmp_path / "policy.yml").write_text(
        demo_policy().replace("allow_shared: []", "allow_shared: [C0SHARED]")
    )
    async with worlds(size=30) as world:
        await world.app.rooms.sync.run()
        clerk = world.person()
        await clerk.command("C0SHARED", "/invoice 1042")
        card = await clerk.sees("$806.25 open", "C0SHARED")
        assert card["is_ephemeral"]
        await clerk.click(card, "Share here")
        await world.person("U0OTHER").sees("$806.25 open", "C0SHARED")


@pytest.mark.parametrize(("user", "place"), [("U0BOSS", "C0PRIVATE"), ("U0CLERK", "D0PEOPLE")])
async def test_where_the_bot_cannot_look_only_the_asker_is_answered(world, user, place):
    person = world.person(user)
    await person.command(place, "/invoice 1042")
    card = await person.sees("$806.25 open", place)
    assert card["is_ephemeral"]
    others = [one for one in ("U0CFO", "U0ADMIN", "U0BOSS", "U0CLERK") if one != user]
    assert not any("Acme" in all_seen(world, one, place) for one in others)


async def test_where_the_bot_cannot_look_nothing_is_shared(world):
    boss = world.person("U0BOSS")
    await boss.command("C0PRIVATE", "/invoice 1042")
    await boss.click(await boss.sees("$806.25 open"), "Share here")
    refused = await boss.sees("I can't see who is in that conversation")
    assert "/invite" in shown_text(refused)
    assert not any("Acme" in all_seen(world, one, "C0PRIVATE") for one in ("U0CFO", "U0ADMIN"))


async def test_a_public_channel_without_the_bot_takes_a_shared_card(world):
    clerk = world.person()
    await clerk.command("C0RANDOM", "/invoice 1042")
    await clerk.click(await clerk.sees("Share here"), "Share here")
    await world.person("U0VIEW").sees("$806.25 open", "C0RANDOM")
    assert world.stage.slack.problems == []


async def test_a_payment_begun_in_a_private_place_is_told_where_it_may_be(world):
    boss = world.person("U0BOSS")
    await boss.command("C0PRIVATE", "/invoice pay 1042 10 check")
    await boss.submit(await boss.modal("Balance"))
    await boss.modal("$10.00 recorded")
    await boss.sees("recorded a payment", boss.dm)


async def test_what_begins_at_home_is_told_in_the_dm(world):
    clerk = world.person()
    await clerk.click(await clerk.home("overdue"), "Overdue invoices")
    await clerk.sees("Overdue invoices", clerk.dm)
    await clerk.click(await clerk.home(), "Help")
    await clerk.sees("What Duebot can do for you", clerk.dm)
    await clerk.shortcut(ids.SHORTCUT_NEW)
    await clerk.modal("Review")


async def test_an_answer_is_not_lost_while_slack_does_not_say_who_is_there(world):
    clerk = world.person()
    world.stage.slack.faults.add("conversations.members", "429")
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees("$806.25 open", clerk.dm)
    await clerk.sees("could not check who can read along", "C0BILLING")
    assert "$" not in all_seen(world, "U0CLERK", "C0BILLING")
