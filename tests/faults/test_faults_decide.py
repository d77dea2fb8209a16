"""An email of which nobody knows: the person is asked in Slack, and each of the three answers is heard."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.config import Settings, load_policy
from bot.config.logs import configure_logging
from bot.store import operations
from sandbox.clock import Clock
from sandbox.company import SHOWPIECE, sample_company
from sandbox.demo import Stage, demo_policy
from sandbox.slack.person import Person

EMAIL = "POST /invoices/{id}/email"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    configure_logging("error", "console")
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=30)) as opened:
        yield opened


@pytest.fixture
async def app(stage: Stage, tmp_path: Path) -> AsyncIterator[App]:
    policy = tmp_path / "policy.yml"
    policy.write_text(demo_policy())
    given = {
        **stage.settings(),
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "DUEBOT_POLICY": str(policy),
        "DUEBOT_PORT": 0,
        "DUEBOT_SYNCRO_PER_MINUTE": 100_000,
        "SYNCRO_API_SHAPE": "guide",
    }
    opened = await App.start(Settings.model_validate(given), load_policy(policy))
    stage.slack.bot_url = f"{opened.address}/slack/events"
    yield opened
    await opened.stop()


@pytest.mark.parametrize(("label", "state"), [("It went through", "confirmed"), ("It did not", "refused")])
async def test_the_persons_word_ends_it_in_slack(stage: Stage, app: App, label: str, state: str) -> None:
    clerk = Person(stage.slack, "U0CLERK", timeout=10)
    invoice = stage.syncro.company.invoice_by_number(SHOWPIECE)
    stage.syncro.faults.add(EMAIL, "cut_after_commit")
    await clerk.command("C0BILLING", "/invoice send 1042")
    await clerk.submit(await clerk.modal("To"))
    asked = await clerk.sees("It is not known whether", clerk.dm)
    await clerk.click(asked, "Check again")
    await clerk.sees("can't be read back", clerk.dm)
    lane = app.rooms.context.lane
    (held,) = await lane.read(operations.unsettled)

    await clerk.click(asked, label)
    await clerk.sees("says it", clerk.dm)
    after = await lane.read(lambda tx: operations.get(tx, held.key))
    assert after is not None
    assert (after.state, await lane.read(operations.unsettled)) == (state, [])
    assert sum(one.invoice_id == invoice.id for one in stage.syncro.company.emails) == 1
    assert len(stage.syncro.calls(EMAIL)) == 1
