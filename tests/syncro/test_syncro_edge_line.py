"""The client on its line, in virtual time: lanes, pauses and the circuit as requests meet them."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from virtual_time import now, run

from bot.domain.errors import SyncroError, SyncroLimited, SyncroLost, SyncroNotSent, SyncroRefused
from bot.syncro import line
from bot.syncro.circuit import FAILURES, PAUSES, Circuit
from bot.syncro.client import Client
from bot.syncro.line import Outcome
from bot.syncro.pace import AT_ONCE, Lane, Pace
from bot.syncro.status import UNTOLD_WAIT, Task

READ = Task("read the invoice", "Invoices – View Details")
WRITE = Task("record the payment", "Payments – Create", writes=True)
GOOD = httpx.Response(200, json={"ok": 1})
DEAD = httpx.Response(502, html="<h1>Bad gateway</h1>")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Syncro:
    """Answers after ``takes`` seconds with ``answer``, and notes when each request came."""

    def __init__(self, answer: httpx.Response = GOOD, takes: float = 0.0) -> None:
        self.answer: httpx.Response | type[Exception] = answer
        self.takes = takes
        self.came: list[float] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.came.append(now())
        await asyncio.sleep(self.takes)
        if isinstance(self.answer, httpx.Response):
            return httpx.Response(
                self.answer.status_code, headers=self.answer.headers, content=self.answer.content
            )
        raise self.answer("as ordered")

    def client(self, per_minute: int = 180) -> Client:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return Client(
            "https://msp.example/api/v1",
            "fictional-key-0123456789",
            pace=Pace(per_minute, now),
            circuit=Circuit(now),
            now=lambda: NOON,
            http=http,
        )


async def refused(client: Client, kind: type[SyncroError] = SyncroNotSent) -> str:
    with pytest.raises(kind) as caught:
        await client.get("/invoices/1", READ)
    return caught.value.sentence


async def die(syncro: Syncro, client: Client) -> None:
    """Syncro fails until the circuit has opened."""
    syncro.answer = DEAD
    while not client.circuit_open:
        await refused(client, SyncroLost)
    syncro.came.clear()


def test_the_background_keeps_room_for_a_click() -> None:
    async def scene() -> None:
        syncro = Syncro(takes=2)
        client = syncro.client()
        bulk = client.in_background()
        reading = [asyncio.create_task(bulk.get("/invoices", READ)) for _ in range(160)]
        for _ in range(30):
            await asyncio.sleep(4.9)
            began = now()
            await client.get("/invoices/1", READ)
            assert now() - began == pytest.approx(2), "its own request, and no waiting"
        await asyncio.gather(*reading)
        assert client.traffic.requests[Lane.BACKGROUND, Outcome.ANSWERED] == 160
        assert client.traffic.requests[Lane.INTERACTIVE, Outcome.ANSWERED] == 30
        assert client.traffic.waited[Lane.INTERACTIVE] == 0
        assert client.traffic.waited[Lane.BACKGROUND] > 160

    run(scene())


def test_the_repeats_of_a_read_are_counted_too() -> None:
    async def scene() -> None:
        syncro = Syncro(httpx.Response(500))
        client = syncro.client(per_minute=3)
        await refused(client, SyncroLost)
        syncro.answer = GOOD
        began = now()
        await client.in_background().get("/invoices", READ)
        assert now() - began > 50
        assert len(syncro.came) == 4

    run(scene())


def test_a_click_waits_half_a_minute_for_its_turn_and_nothing_was_sent() -> None:
    async def scene() -> str:
        syncro = Syncro()
        client = syncro.client(per_minute=1)
        await client.get("/invoices/1", READ)
        began = now()
        said = await refused(client)
        assert now() - began == 30, "once, not for each repeat"
        assert len(syncro.came) == 1
        return said

    assert run(scene()) == (
        "Duebot could not read the invoice: too many requests to Syncro are waiting, and it takes 1 a minute. "
        "Nothing was sent; try again in a minute."
    )


def test_the_background_waits_as_long_as_it_takes() -> None:
    async def scene() -> None:
        syncro = Syncro()
        bulk = syncro.client(per_minute=1).in_background()
        began = now()
        await asyncio.gather(*(bulk.get("/invoices", READ) for _ in range(10)))
        assert now() - began == pytest.approx(9 * 60)

    run(scene())


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ({"Retry-After": "20"}, 20),
        ({}, UNTOLD_WAIT),
        ({"Retry-After": "soon"}, UNTOLD_WAIT),
        ({"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}, 0),
        (
            {"Retry-After": "Thu, 01 Jan 2026 00:00:25 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"},
            25,
        ),
    ],
)
def test_a_429_holds_everybody_as_long_as_it_says(header: dict[str, str], pause: float) -> None:
    async def scene() -> None:
        syncro = Syncro(httpx.Response(429, headers=header))
        client = syncro.client()
        with pytest.raises(SyncroLimited):
            await client.post("/payments", WRITE)
        syncro.answer = GOOD
        await asyncio.gather(client.get("/x", READ), client.in_background().get("/x", READ))
        first, *later = syncro.came
        assert [at - first for at in later] == [pytest.approx(pause)] * 2

    run(scene())


def test_a_read_that_met_a_429_repeats_itself_after_the_pause() -> None:
    async def scene() -> None:
        syncro = Syncro(httpx.Response(429, headers={"Retry-After": "7"}))
        client = syncro.client()
        asyncio.get_running_loop().call_later(1, setattr, syncro, "answer", GOOD)
        await client.get("/x", READ)
        assert [at - syncro.came[0] for at in syncro.came] == [0, pytest.approx(7)]

    run(scene())


def test_during_a_long_pause_people_hear_at_once_until_when() -> None:
    async def scene() -> str:
        syncro = Syncro(httpx.Response(429, headers={"Retry-After": "99999"}))
        client = syncro.client()
        await refused(client, SyncroLimited)
        syncro.answer = GOOD
        began = now()
        said = await refused(client, SyncroLimited)
        await refused(client.in_background(), SyncroLimited)
        assert now() == began
        assert len(syncro.came) == 1
        assert client.traffic.requests[Lane.INTERACTIVE, Outcome.HELD] == 1
        await asyncio.sleep(3600)
        await client.get("/x", READ)
        return said

    assert run(scene()) == (
        "Syncro asks for a pause, so Duebot could not read the invoice. Nothing was written; "
        "try again in 60 minutes."
    )


def test_a_pause_outlasts_a_short_deadline_in_a_sentence() -> None:
    async def scene() -> str:
        syncro = Syncro(httpx.Response(429, headers={"Retry-After": "25"}))
        client = syncro.client()
        with pytest.raises(SyncroLimited):
            await client.post("/payments", WRITE)
        client._deadline = 5.0
        return await refused(client)

    assert "Syncro asks for a pause of 20 seconds more" in run(scene())


@pytest.mark.parametrize(
    "failure",
    [
        DEAD,
        httpx.Response(200, html="<h1>Maintenance</h1>"),
        httpx.ConnectError,
        httpx.ReadTimeout,
        httpx.RemoteProtocolError,
    ],
    ids=str,
)
def test_a_dead_syncro_is_left_alone(failure: httpx.Response) -> None:
    async def scene() -> None:
        syncro = Syncro(failure)
        client = syncro.client()
        for _ in range(30):
            with pytest.raises(SyncroError):
                await client.get("/invoices/1", READ)
        assert len(syncro.came) == 3 * (FAILURES - 1) + 1
        with pytest.raises(SyncroNotSent):
            await client.post("/payments", WRITE)
        with pytest.raises(SyncroNotSent):
            await client.in_background().get("/invoices", READ)
        assert len(syncro.came) == 3 * (FAILURES - 1) + 1

    run(scene())


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429])
def test_a_clear_no_is_an_answer(status: int) -> None:
    async def scene() -> None:
        syncro = Syncro(httpx.Response(status, headers={"Retry-After": "0"}))
        client = syncro.client()
        for _ in range(FAILURES * 2):
            with pytest.raises((SyncroRefused, SyncroLimited)):
                await client.get("/invoices/1", READ)
        assert not client.circuit_open

    run(scene())


def test_a_contradiction_is_an_answer_too() -> None:
    async def scene() -> None:
        client = Syncro(httpx.Response(200, json={"success": False})).client()
        for _ in range(FAILURES * 2):
            with pytest.raises(SyncroLost):
                await client.post("/payments", WRITE)
        assert not client.circuit_open

    run(scene())


def test_a_click_that_reads_several_things_does_not_open_it_by_its_repeats() -> None:
    async def scene() -> None:
        syncro = Syncro(DEAD)
        client = syncro.client()
        await asyncio.gather(*(refused(client, SyncroLost) for _ in range(FAILURES - 1)))
        assert len(syncro.came) == 3 * (FAILURES - 1)
        assert not client.circuit_open

    run(scene())


def test_who_opened_it_hears_what_happened_and_the_next_why_nothing_was_sent() -> None:
    async def scene() -> list[str]:
        syncro = Syncro(DEAD)
        client = syncro.client()
        said = [await refused(client, SyncroLost) for _ in range(FAILURES)]
        await asyncio.sleep(2)
        return [said[0], said[-1], await refused(client)]

    first, opening, after = run(scene())
    assert first == opening
    assert first == (
        "Duebot could not read the invoice: Syncro had a problem of its own (502). Try again in a minute."
    )
    assert re.fullmatch(
        r"Duebot could not read the invoice: Syncro hasn't answered for \d+ seconds; "
        r"Duebot tries again in 3 seconds\. Nothing was sent\.",
        after,
    )


def test_one_request_tries_and_its_answer_lets_all_go_again() -> None:
    async def scene() -> None:
        syncro = Syncro()
        client = syncro.client()
        await die(syncro, client)
        syncro.answer, syncro.takes = GOOD, 3
        await asyncio.sleep(PAUSES[0])
        trying = asyncio.create_task(client.get("/invoices/1", READ))
        await asyncio.sleep(1)
        assert "Duebot is just trying again" in await refused(client)
        assert len(syncro.came) == 1
        await trying
        assert not client.circuit_open
        await asyncio.gather(*(client.get("/invoices/1", READ) for _ in range(3)))

    run(scene())


def test_a_try_in_vain_is_one_request() -> None:
    async def scene() -> None:
        syncro = Syncro()
        client = syncro.client()
        await die(syncro, client)
        await asyncio.sleep(PAUSES[0])
        await refused(client, SyncroLost)
        assert "tries again in 10 seconds" in await refused(client)
        assert len(syncro.came) == 1

    run(scene())


def test_a_try_that_its_person_gives_up_leaves_it_to_the_next() -> None:
    async def scene() -> None:
        syncro = Syncro()
        client = syncro.client()
        await die(syncro, client)
        syncro.answer, syncro.takes = GOOD, 3
        await asyncio.sleep(PAUSES[0])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await client.get("/invoices/1", READ)
        assert client.circuit_open
        await client.get("/invoices/1", READ)
        assert not client.circuit_open
        assert client.traffic.requests[Lane.INTERACTIVE, Outcome.ABANDONED] == 1

    run(scene())


def test_who_waits_for_a_turn_while_it_opens_is_not_sent() -> None:
    async def scene() -> None:
        syncro = Syncro(DEAD, takes=1)
        client = syncro.client()
        for _ in range(FAILURES - 1):
            with pytest.raises(SyncroLost):
                await client.post("/payments", WRITE)
        failing = [asyncio.create_task(client.post("/payments", WRITE)) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.5)
        waiting = asyncio.create_task(refused(client))
        assert "hasn't answered" in await waiting
        await asyncio.gather(*failing, return_exceptions=True)
        assert len(syncro.came) == FAILURES - 1 + AT_ONCE
        syncro.answer = GOOD
        await asyncio.sleep(PAUSES[0])
        await client.get("/invoices/1", READ)
        syncro.came.clear()
        await asyncio.gather(*(client.get("/invoices/1", READ) for _ in range(AT_ONCE)))
        assert syncro.came[0] == syncro.came[-1], "no turn was lost"

    run(scene())


def test_it_is_logged_once_when_it_opens_and_when_it_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(line, "log", SimpleNamespace(warning=lambda event, **_said: told.append(event)))

    async def scene() -> None:
        syncro = Syncro()
        client = syncro.client()
        await die(syncro, client)
        for _ in range(3):
            await asyncio.sleep(100)
            await refused(client, SyncroLost)
        syncro.answer = GOOD
        await asyncio.sleep(100)
        await client.get("/invoices/1", READ)
        await client.get("/invoices/1", READ)

    run(scene())
    assert told == ["syncro_circuit_opened", "syncro_circuit_closed"]


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Tue, 10 Mar 2026 12:02:00 GMT", timedelta(minutes=2)),
        ("Tue, 10 Mar 2026 11:59:30 GMT", timedelta(seconds=-30)),
        ("Tue, 10 Mar 2026 12:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_clocks_are_compared(date: str, skew: timedelta | None) -> None:
    async def scene(make: Callable[[], Client]) -> None:
        client = make()
        assert client.skew is None
        await client.in_background().get("/x", READ)
        assert client.skew == skew

    syncro = Syncro(httpx.Response(200, headers={"Date": date}, json={}))
    run(scene(syncro.client))


def test_a_refusal_tells_the_time_too() -> None:
    async def scene() -> timedelta | None:
        client = Syncro(httpx.Response(404, headers={"Date": "Tue, 10 Mar 2026 12:00:01 GMT"})).client()
        await refused(client, SyncroRefused)
        return client.skew

    assert run(scene()) == timedelta(seconds=1)
