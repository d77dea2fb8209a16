"""Nobody said which wire shape the account speaks: it is found out, remembered, and never guessed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.slack.shown import buttons, shown_text

DOWN = {"kind": "status", "status": 500, "times": None}


@pytest.fixture
async def unsaid(worlds: Any) -> AsyncIterator[Any]:
    """A bot without SYNCRO_API_SHAPE, which has read a small company once."""
    async with worlds(size=30, SYNCRO_API_SHAPE=None) as world:
        await world.app.rooms.sync.run()
        yield world


async def begun_anew(world: Any) -> None:
    """The bot starts without any database."""
    await world.app.stop()
    for file in world.folder.glob("bot.db*"):
        file.unlink()
    await world.start()


async def offers_what_the_shape_can(world: Any, says: str = "") -> None:
    """An approver looks at the showpiece and for drafts."""
    boss = world.person("U0BOSS")
    last = max((m["ts"] for m in boss.messages()), default="0")
    await boss.command("C0BILLING", "/invoice 1042")
    card = await boss.sees("$806.25 open", after=last)
    assert says in shown_text(card)
    assert ("Void" in buttons(card)) is (world.shape == "guide")
    await boss.command("C0BILLING", "/invoice find draft")
    told = "all customers · draft" if world.shape == "guide" else "doesn't tell draft, sent, viewed and void"
    await boss.sees(told, after=last)


async def test_the_shape_is_found_out_without_a_setting(unsaid: Any) -> None:
    await offers_what_the_shape_can(unsaid)
    clerk = unsaid.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 500 check #12")
    await clerk.submit(await clerk.modal("Balance"))
    await clerk.modal("balance $306.25")
    assert unsaid.stage.slack.problems == []


async def test_a_restart_while_syncro_is_down_knows_the_shape(unsaid: Any) -> None:
    unsaid.stage.syncro.faults.add("*", **DOWN)
    await unsaid.restart()
    await offers_what_the_shape_can(unsaid, "from Duebot's own copy")


async def test_before_anybody_knows_nothing_is_guessed(unsaid: Any) -> None:
    unsaid.stage.syncro.faults.add("*", **DOWN)
    await begun_anew(unsaid)
    boss = unsaid.person("U0BOSS")
    for command in ("/invoice 1042", "/invoice find draft", "/invoice void 1042"):
        last = max((m["ts"] for m in boss.messages()), default="0")
        await boss.command("C0BILLING", command)
        await boss.sees("Syncro had a problem of its own (500)", after=last)
    unsaid.stage.syncro.faults.clear()
    await unsaid.restart()
    await unsaid.app.rooms.sync.run()
    await offers_what_the_shape_can(unsaid)


async def test_an_account_without_invoices_asks_for_the_setting_until_there_is_one(unsaid: Any) -> None:
    company = unsaid.company
    held = dict(company.invoices)
    company.invoices.clear()
    await begun_anew(unsaid)
    clerk = unsaid.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    told = await clerk.sees("can't tell its API shape")
    assert "Set SYNCRO_API_SHAPE to guide or openapi" in shown_text(told)
    company.invoices.update(held)
    await unsaid.app.rooms.sync.run()
    await offers_what_the_shape_can(unsaid)
