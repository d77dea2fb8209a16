"""Every route takes no more, and no faster, than it says; what is turned away is counted and reaches nobody."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.domain.refusals import Refusal, Refusals
from bot.front import Routes, runner_of, site
from bot.slack.gate import Gate
from bot.slack.web import LARGEST_BODY, SlackRoute
from bot.syncro.webhook import webhook_route
from sandbox.slack.delivery import signature

SECRET = "only-in-this-test"
HOOK = "fictional-hook-0123456789"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
COMMAND = b"command=%2Finvoice&team_id=T0MSP&user_id=U0CLERK&trigger_id=1."


class Served:
    """The real routes before handlers that only count what reaches them; the timer stands still."""

    def __init__(self, per_second: float = 50, body_seconds: float = 5.0) -> None:
        self.time = 0.0
        self.refusals = Refusals()
        self.reached = {"slack": 0, "webhook": 0, "watching": 0}
        slack = AsyncApp(
            signing_secret=SECRET, authorize=_authorize, process_before_response=True, token=None
        )
        slack.command("/invoice")(self._command)
        gate = Gate(SECRET, per_second, timer=lambda: self.time)
        route = SlackRoute(slack, gate, self.refusals, lambda: self.time, body_seconds)
        self.app = site(
            Routes(
                self._watch,
                self._watch,
                self._watch,
                route.handle,
                webhook_route(HOOK, self._hint, self.refusals, body_seconds),
            ),
            self.refusals,
            lambda: self.time,
        )

    async def _command(self, ack: Any) -> None:
        self.reached["slack"] += 1
        await ack()

    def _hint(self, _invoice_id: str) -> None:
        self.reached["webhook"] += 1

    async def _watch(self, _request: web.Request) -> web.Response:
        self.reached["watching"] += 1
        return web.Response(text="well")

    @property
    def counted(self) -> dict[str, int]:
        return {reason.value: number for reason, number in self.refusals.counts.items() if number}


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T0MSP", bot_token="xoxb-none", bot_user_id="U0BOT")


@pytest.fixture
async def open_front() -> AsyncIterator[Any]:
    clients: list[TestClient[Any, Any]] = []

    async def opened(served: Served) -> TestClient[Any, Any]:
        client = TestClient(TestServer(served.app))
        clients.append(client)
        await client.start_server()
        return client

    yield opened
    for client in clients:
        await client.close()


async def ask(client: Any, body: bytes, secret: str = SECRET, **more: Any) -> Any:
    headers = {**FORM, **signature(secret, body), **more.pop("headers", {})}
    return await client.post("/slack/events", data=body, headers=headers, **more)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_who_watches_too_fast_is_told_when_to_come_again(open_front: Any, path: str) -> None:
    served = Served()
    client = await open_front(served)
    answers = [await client.get(path) for _ in range(205)]
    assert [one.status for one in answers] == [200] * 200 + [429] * 5
    assert answers[-1].headers["Retry-After"] == "1"
    assert served.counted == {"too_fast": 5}
    assert (await client.get({"/healthz": "/readyz"}.get(path, "/healthz"))).status == 200, (
        "another route's is its own"
    )
    served.time += 1
    assert [(await client.get(path)).status for _ in range(51)] == [200] * 50 + [429]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_who_watches_sends_no_body(open_front: Any, path: str) -> None:
    served = Served()
    client = await open_front(served)
    assert (await client.get(path, data=b"x" * 10)).status == 413
    assert served.reached["watching"] == 0
    assert served.counted == {"too_large": 1}


async def test_guessing_the_webhooks_secret_has_a_pace(open_front: Any) -> None:
    served = Served()
    client = await open_front(served)
    answers = [await client.post(f"/syncro/webhook/guess-{at:012}", json={}) for at in range(1010)]
    assert [one.status for one in answers] == [404] * 1000 + [429] * 10
    assert served.counted == {"forged": 1000, "too_fast": 10}
    served.time += 1
    assert (await client.post(f"/syncro/webhook/{HOOK}", json={})).status == 202
    assert served.reached["webhook"] == 1


async def test_forged_requests_take_nothing_from_slacks_own(open_front: Any) -> None:
    served = Served(per_second=1)
    client = await open_front(served)
    answers = [await ask(client, COMMAND, "another") for _ in range(60)]
    assert [one.status for one in answers] == [401] * 60
    assert served.counted == {"forged": 60}
    own = [(await ask(client, COMMAND + b"%d" % at)).status for at in range(5)]
    assert own == [200] * 4 + [429]
    assert served.reached["slack"] == 4
    assert served.counted == {"forged": 60, "too_fast": 1}
    served.time += 1
    assert (await ask(client, COMMAND + b"later")).status == 200


async def test_a_body_of_any_size_is_read_to_its_limit_only(open_front: Any) -> None:
    served = Served()
    client = await open_front(served)
    large = b"x" * (LARGEST_BODY + 1)
    assert (await ask(client, large)).status == 413
    assert (await client.post(f"/syncro/webhook/{HOOK}", data=b"x" * 70_000)).status == 413
    assert served.counted == {"too_large": 2}


async def test_what_is_not_signed_is_not_even_read(open_front: Any) -> None:
    """The headers alone are enough: the answer comes although the body never does."""
    served = Served()
    client = await open_front(served)
    answer = await client.post("/slack/events", data=_never(), headers={"X-Slack-Signature": "v0=none"})
    assert answer.status == 401


async def _never() -> AsyncIterator[bytes]:
    yield b"a"
    await asyncio.Event().wait()


async def test_a_body_that_does_not_come_is_not_waited_for(open_front: Any) -> None:
    served = Served(body_seconds=0.05)
    client = await open_front(served)
    answer = await client.post("/slack/events", data=_never(), headers=signature(SECRET, b"a"))
    assert answer.status == 400
    assert (await client.post(f"/syncro/webhook/{HOOK}", data=_never())).status == 400
    assert served.counted == {"unreadable": 2}


async def test_nothing_is_unpacked() -> None:
    """A few packed bytes can be gigabytes."""
    served = Served()
    runner = runner_of(served.app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    packed = gzip.compress(b"{}")
    reader, writer = await asyncio.open_connection(host, port)
    head = f"POST /syncro/webhook/{HOOK} HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}"
    writer.write(head.encode() + b"\r\n\r\n" + packed)
    assert b" 400 " in await reader.readline()
    writer.close()
    await runner.cleanup()
    assert served.counted == {"unreadable": 1}
    assert served.reached["webhook"] == 0


async def test_every_route_is_one_of_these(open_front: Any) -> None:
    app = Served().app
    assert {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource} == {
        ("POST", "/slack/events"),
        ("POST", "/syncro/webhook/{secret}"),
        *((method, path) for path in ("/healthz", "/readyz", "/metrics") for method in ("GET", "HEAD")),
    }


def test_each_reason_is_counted_by_itself() -> None:
    refusals = Refusals()
    for reason in Refusal:
        refusals.count(reason)
        refusals.count(reason)
    assert set(refusals.counts.values()) == {2}
    with pytest.raises(TypeError):
        refusals.counts[Refusal.BUSY] = 0  # type: ignore[index]  # it is to be read only
