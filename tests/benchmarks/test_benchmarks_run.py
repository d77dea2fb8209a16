"""The benchmarks measure what they say: every command is signed, taken and counted, and answers are waited for."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from benchmarks.load import Result, caller
from benchmarks.programs import Program, bare


async def test_the_bare_app_takes_every_signed_command() -> None:
    async with bare() as program, caller() as calls:
        result = await calls.run(program, 20, 5, answered=False)
        assert len(result.latencies) == 20
        assert result.turned_away == 0
        assert program.memory > 1
        with pytest.raises(aiohttp.ClientResponseError):
            await calls.run(Program(program.address, "another secret", 0, 0.0), 1, 1, answered=False)


async def test_an_answer_is_waited_for_and_a_full_house_is_counted() -> None:
    commands = 0
    answers: set[asyncio.Task[None]] = set()

    async def answer(url: str) -> None:
        await asyncio.sleep(0.05)
        async with aiohttp.ClientSession() as session, session.post(url, json={"text": "here"}):
            pass

    async def take(request: web.Request) -> web.Response:
        nonlocal commands
        commands += 1
        if commands % 2:
            return web.json_response({"text": "Too much to do."})
        answers.add(asyncio.create_task(answer(str((await request.post())["response_url"]))))
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        program = Program(f"http://127.0.0.1:{runner.addresses[0][1]}", "secret", 0, 0.0)
        async with caller() as calls:
            result = await calls.run(program, 8, 2, answered=True)
        assert result.turned_away == 4
        assert len(result.latencies) == 4
        assert min(result.latencies) >= 0.05
    finally:
        await runner.cleanup()


def test_percentiles() -> None:
    result = Result(1, [number / 1000 for number in range(1, 102)], seconds=2.0)
    assert result.p50 == pytest.approx(0.051)
    assert result.p99 == pytest.approx(0.1)
    assert result.per_second == pytest.approx(50.5)
