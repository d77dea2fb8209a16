"""The bot is killed with -9 while a payment is under way, and started again: one payment, and the person is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bot_process import Bot, running

from sandbox.clock import Clock
from sandbox.company import SHOWPIECE, sample_company
from sandbox.company.book import LineInput
from sandbox.demo import Stage, demo_policy
from sandbox.slack.person import Person, Refused

PAY = "POST /invoices/{id}/payments"


@dataclass
class Hold:
    """Syncro takes a payment's request and doesn't answer; with ``commits`` the payment is in the books."""

    stage: Stage
    commits: bool

    def __post_init__(self) -> None:
        self.reached = asyncio.Event()
        self._let_go = asyncio.Event()
        self._strike = self.stage.syncro.faults.strike
        self.stage.syncro.faults.strike = self._hold

    async def _hold(self, call: str, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        if call != PAY:
            return await self._strike(call, request, handler)
        answer = await handler(request) if self.commits else None
        self.reached.set()
        await self._let_go.wait()
        return answer or await self._strike("", request, _gone)

    def end(self) -> None:
        self.stage.syncro.faults.strike = self._strike
        self._let_go.set()


async def _gone(request: Any) -> Any:
    from aiohttp import web

    return web.Response(status=503)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    (tmp_path / "policy.yml").write_text(demo_policy())
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=30)) as opened:
        yield opened


def connect(stage: Stage, bot: Bot, socket: bool) -> None:
    stage.slack.bot_url = None if socket else f"{bot.address}/slack/events"


async def press_submit(stage: Stage, clerk: Person) -> None:
    form = await clerk.modal("Balance")
    with pytest.raises(Refused):
        await clerk.submit(form)


@pytest.mark.parametrize(
    ("commits", "socket"),
    [(False, False), (True, False), (False, True)],
    ids=["before commit", "after commit", "before commit, Socket Mode"],
)
async def test_a_killed_bot_finishes_what_it_began(
    stage: Stage, tmp_path: Path, commits: bool, socket: bool
) -> None:
    settings = stage.settings() | ({"SLACK_APP_TOKEN": stage.slack.app_token} if socket else {})
    clerk = Person(stage.slack, "U0CLERK", timeout=15)
    invoice = stage.syncro.company.invoice_by_number(SHOWPIECE)
    async with running(tmp_path, settings) as bot:
        connect(stage, bot, socket)
        await clerk.command("C0BILLING", "/invoice pay 1042 500 check #1234")
        await clerk.modal("Balance")
        hold = Hold(stage, commits)
        pressing = asyncio.create_task(press_submit(stage, clerk))
        async with asyncio.timeout(10):
            await hold.reached.wait()
        await bot.kill()
        hold.end()
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)
    assert len(stage.syncro.company.payments_of(invoice.id)) == int(commits)

    async with running(tmp_path, settings) as bot:
        connect(stage, bot, socket)
        said = await clerk.sees("$500.00 recorded as Check", clerk.dm)
        assert "balance $306.25" in str(said)
        (payment,) = stage.syncro.company.payments_of(invoice.id)
        assert (payment.amount, payment.reference) == (50000, "1234")
        status, complaints = await bot.terminate()
        assert status == 0, complaints
    assert len(stage.syncro.calls(PAY)) == (1 if commits else 2)


async def test_a_killed_bot_finishes_what_was_approved(stage: Stage, tmp_path: Path) -> None:
    """After Syncro's commit; test_faults_approved has every other step."""
    clerk, boss = (Person(stage.slack, one, timeout=15) for one in ("U0CLERK", "U0BOSS"))
    company = stage.syncro.company
    customer = company.invoice_by_number(SHOWPIECE).customer_id
    lines = [LineInput("Servers", Decimal(1), Decimal(9000), False)]
    big = company.create_invoice(customer, company.today(), lines=lines)
    async with running(tmp_path, stage.settings()) as bot:
        connect(stage, bot, False)
        await clerk.command("C0BILLING", f"/invoice pay {big.number} 6000 ach")
        await clerk.submit(await clerk.modal("Balance"))
        await clerk.modal("Asked for approval")
        request = await boss.sees("Approval needed", "C0APPROVE")
        hold = Hold(stage, commits=True)
        await boss.click(request, "Approve")
        async with asyncio.timeout(10):
            await hold.reached.wait()
        await bot.kill()
        hold.end()
    assert len(company.payments_of(big.id)) == 1

    async with running(tmp_path, stage.settings()) as bot:
        connect(stage, bot, False)
        said = (await clerk.sees("Approved and done: A payment of $6,000.00", clerk.dm))["text"]
        assert "Approved by Morgan Reyes" in said
        assert "$6,000.00 recorded as ACH" in said
        decided = str(await boss.sees("Approved and done", "C0APPROVE"))
        assert '"Approve"' not in decided
        (payment,) = company.payments_of(big.id)
        assert payment.amount == 600000
        status, complaints = await bot.terminate()
        assert status == 0, complaints
    assert len(stage.syncro.calls(PAY)) == 1
