"""`duebot run` by its settings alone: stand-ins elsewhere, strangers, wrong settings, and being told to stop."""

import asyncio
import hashlib
import hmac
import json
import re
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from bot_process import Bot, ended, environment, running, start

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage, demo_policy
from sandbox.slack.person import Person

CLERK = "U0CLERK"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.yml").write_text(demo_policy())
    return tmp_path


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=30)) as opened:
        yield opened


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# ---- stand-ins in a process of their own --------------------------------------------------------------------


class Page:
    """What a browser at the sandbox's page does, over HTTP."""

    def __init__(self, address: str) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=20)

    async def say(self, text: str) -> dict[str, Any]:
        said = {"user": CLERK, "channel": "C0BILLING", "text": text}
        answer: dict[str, Any] = (await self._http.post("/page/message", json=said)).json()
        return answer

    async def sees(self, text: str) -> None:
        asked = {"user": CLERK, "channel": "C0BILLING"}
        async with asyncio.timeout(15):
            while text not in (await self._http.get("/page/messages", params=asked)).text:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self._http.aclose()


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_it_answers_stand_ins_elsewhere_and_ends_when_told(folder: Path, mode: str) -> None:
    port = free_port()
    words = ["--slack-port", "0", "--syncro-port", "0"]
    words += ["--socket-mode"] if mode == "socket" else ["--bot-url", f"http://127.0.0.1:{port}/slack/events"]
    standins = await start("sandbox", *words, folder=folder, env=environment(folder, {}))
    page = None
    try:
        settings, address = await _exports(
            standins, "SYNCRO_API_KEY" if mode == "http" else "SLACK_APP_TOKEN"
        )
        page = Page(address)
        async with running(folder, {**settings, "DUEBOT_PORT": str(port)}) as bot:
            await page.say("/invoice 1042")
            await page.sees("$806.25")
            status, said = await bot.terminate()
            assert (status, said) == (0, "")
        unanswered = await page.say("/invoice 1042")
        assert unanswered["ok"] is False
    finally:
        if page is not None:
            await page.close()
        standins.terminate()
        await standins.communicate()


async def _exports(standins: asyncio.subprocess.Process, last: str) -> tuple[dict[str, str], str]:
    """The settings that the sandbox prints to be copied, and its page's address."""
    assert standins.stdout
    settings: dict[str, str] = {}
    address = ""
    async with asyncio.timeout(20):
        while last not in settings:
            line = (await standins.stdout.readline()).decode()
            if found := re.match(r"export (\w+)=(\S+)", line):
                settings[found[1]] = found[2]
            elif found := re.search(r"(http://\S+)/", line):
                address = found[1]
    return settings, address


async def test_what_was_acknowledged_is_finished_before_it_ends(stage: Stage, folder: Path) -> None:
    clerk = Person(stage.slack, CLERK, timeout=10)
    async with running(folder, stage.settings()) as bot:
        stage.slack.bot_url = f"{bot.address}/slack/events"
        await clerk.command("C0BILLING", "/invoice pay 1042 500 check #1234")
        form = await clerk.modal("Balance")
        stage.syncro.faults.add("POST /invoices/{id}/payments", "slow", seconds=2.5)
        assert await clerk.submit(form) == {}
        await clerk.modal("Recording the payment")
        status, said = await bot.terminate()
        assert (status, said) == (0, "")
        await clerk.modal("$500.00 recorded as Check")


# ---- who is let in ------------------------------------------------------------------------------------------


def signed(secret: str, body: str, at: int | None = None) -> dict[str, str]:
    stamp = str(at or int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
COMMAND = urlencode(
    {
        "command": "/invoice",
        "text": "1042",
        "team_id": "T0NORTH",
        "user_id": CLERK,
        "channel_id": "C0BILLING",
        "trigger_id": "1.2",
    }
)
ODD = [
    "",
    "payload=",
    "payload=%7B",
    "payload=null",
    "payload=%5B%5D",
    "payload=12",
    "a=b",
    "{",
    "[]",
    "null",
    urlencode({"payload": json.dumps({"type": "block_actions"})}),
    urlencode({"payload": json.dumps({"type": "block_actions", "actions": [], "user": None})}),
    urlencode({"payload": json.dumps({"type": "block_actions", "actions": ["x"], "team": "T0NORTH"})}),
    urlencode({"payload": json.dumps({"type": "view_submission", "view": {}})}),
    urlencode(
        {"payload": json.dumps({"type": "view_submission", "view": {"callback_id": 7, "type": "modal"}})}
    ),
    urlencode({"payload": json.dumps({"type": "view_submission"})}),
    urlencode({"payload": json.dumps({"type": "shortcut", "callback_id": None})}),
    urlencode({"payload": json.dumps({"type": "block_suggestion", "action_id": "nothing"})}),
    urlencode({"payload": json.dumps({"type": "no such type"})}),
    urlencode({"command": "/invoice"}),
    urlencode({"command": "/invoice", "text": "\x00" * 50, "team_id": "T0NORTH"}),
]


async def test_nobody_unsigned_is_let_in_and_odd_payloads_do_no_harm(stage: Stage, folder: Path) -> None:
    settings = stage.settings()
    secret = settings["SLACK_SIGNING_SECRET"]
    async with running(folder, settings) as bot, httpx.AsyncClient(timeout=10) as http:
        url = f"{bot.address}/slack/events"
        before = (len(stage.slack.calls), len(stage.slack.in_channel("C0BILLING")))
        strangers = [
            {},
            signed("another secret", COMMAND),
            signed(secret, COMMAND, int(time.time()) - 6 * 60),
            signed(secret, COMMAND + "x"),
            {**signed(secret, COMMAND), "X-Slack-Request-Timestamp": "soon"},
        ]
        for headers in strangers:
            answer = await http.post(url, content=COMMAND, headers={**FORM, **headers})
            assert answer.status_code == 401, headers
        said = [call.method for call in stage.slack.calls[before[0] :]]
        assert [method for method in said if method != "chat.postMessage"] == []

        for body in ODD:
            kind = {"Content-Type": "application/json"} if body[:1] in "{[n" else FORM
            answer = await http.post(url, content=body, headers={**kind, **signed(secret, body)})
            assert 200 <= answer.status_code < 500, (body, answer.status_code, answer.text)
            assert "Traceback" not in answer.text
        assert (await http.get(f"{bot.address}/healthz")).json() == {"ok": True}
        assert (await http.get(f"{bot.address}/readyz")).json() == {"ready": True, "problems": []}
        assert "duebot_operations" in (await http.get(f"{bot.address}/metrics")).text
        await _still_answers(stage, bot)


async def _still_answers(stage: Stage, bot: Bot) -> None:
    stage.slack.bot_url = f"{bot.address}/slack/events"
    clerk = Person(stage.slack, CLERK, timeout=10)
    await clerk.command("C0BILLING", "/invoice 1042")
    await clerk.sees("$806.25", "C0BILLING")


# ---- wrong settings -----------------------------------------------------------------------------------------


async def test_what_is_wrong_is_one_sentence_and_nothing_else(stage: Stage, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = environment(folder, {**stage.settings(), "DUEBOT_PORT": str(port)})
        status, out, err = await ended(folder, "bot", "run", env=settings)
    assert (status, out) == (1, "")
    expected = f"Can't listen on 127.0.0.1:{port} (address already in use). Set DUEBOT_PORT to a free port."
    assert err == f"duebot: {expected}\n"


async def test_it_starts_without_syncro_and_says_so_when_asked(stage: Stage, folder: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/api/v1"
    async with running(folder, {**stage.settings(), "SYNCRO_BASE_URL": nowhere}) as bot:
        stage.slack.bot_url = f"{bot.address}/slack/events"
        clerk = Person(stage.slack, CLERK, timeout=15)
        await clerk.command("C0BILLING", "/invoice 1042")
        await clerk.sees("Syncro can't be reached", "C0BILLING")
        status, _ = await bot.terminate()
        assert status == 0
