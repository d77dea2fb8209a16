"""The stand-ins can't be exposed by accident, nor be played by a web page that a browser on this machine shows."""

from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from sandbox.__main__ import main
from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage
from sandbox.loopback import loopback_only

ELSEWHERE = [
    "0.0.0.0",
    "::",
    "",
    "192.0.2.7",
    "msp.example",
    "localhost.example",
    "2130706433",
    "127.0.0.1.example",
]


@pytest.fixture
async def stage():
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=5)) as opened:
        yield opened


@pytest.mark.parametrize("host", ELSEWHERE)
async def test_it_listens_nowhere_else(host: str) -> None:
    clock = Clock()
    made = Stage(clock, sample_company(clock, size=5), host=host)
    with pytest.raises(ValueError, match="only listens on this machine"):
        async with made:
            pass
    with pytest.raises(ValueError, match="only listens on this machine"):
        await made.syncro.start(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "msp.example"])
def test_the_command_line_says_so(host: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--host", host])
    assert f"{host} is more than that" in str(ended.value.code)


@pytest.mark.parametrize(
    ("remote", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("", 403), ("x", 403)]
)
async def test_it_answers_this_machine_only(remote: str, status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response()

    request = make_mocked_request("GET", "/", {"Host": "localhost"}).clone(remote=remote)
    assert (await loopback_only(request, answer)).status == status


def routes(stage: Stage) -> list[str]:
    syncro = stage.settings()["SYNCRO_BASE_URL"].removesuffix("/api/v1")
    return [stage.page, f"{stage.slack.address}/page/state", f"{syncro}/sandbox/emails"]


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "127.0.0.1:9", "localhost", "localhost:4711", "[::1]:80", "[::1]"]
)
async def test_any_name_and_port_of_this_machine_will_do(stage: Stage, name: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for url in routes(stage):
            assert (await http.get(url, headers={"Host": name})).status_code == 200


@pytest.mark.parametrize(
    "name", ["rebound.example", "rebound.example:8065", "192.0.2.7", "[", "localhost.example"]
)
async def test_a_name_that_was_made_to_lead_here_gets_nothing(stage: Stage, name: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for url in routes(stage):
            answer = await http.get(url, headers={"Host": name})
            assert answer.status_code in (400, 403)
            assert (
                answer.status_code == 400 or answer.json()["error"] == "The sandbox only serves this machine."
            )


async def said(stage: Stage, origin: str | None) -> Any:
    body = {"user": "U0CLERK", "channel": "C0BILLING", "text": "Hello"}
    headers = {} if origin is None else {"Origin": origin}
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(f"{stage.slack.address}/page/message", json=body, headers=headers)


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1", "http://[", ""]
)
async def test_another_page_can_do_nothing(stage: Stage, origin: str) -> None:
    answer = await said(stage, origin)
    assert (answer.status_code, answer.json()["error"]) == (403, "Another page must not do this.")
    assert stage.slack.in_channel("C0BILLING") == []
    fault = f"{stage.settings()['SYNCRO_BASE_URL'].removesuffix('/api/v1')}/sandbox/faults"
    async with httpx.AsyncClient(trust_env=False) as http:
        order = {"match": "GET /invoices", "kind": "status"}
        assert (await http.post(fault, json=order, headers={"Origin": origin})).status_code == 403
    assert stage.syncro.faults.orders == []


async def test_its_own_page_and_programs_can(stage: Stage) -> None:
    assert (await said(stage, stage.slack.address)).json()["ok"] is True
    assert (await said(stage, None)).json()["ok"] is True
    assert len(stage.slack.in_channel("C0BILLING")) == 2
