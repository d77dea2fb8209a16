"""Syncro's webhook over HTTP: a hint has one invoice read again, and whatever else comes does nothing."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from journey_world import one_shape

from bot.store import mirror

SECRET = "fictional-hook-0123456789"
READ = "GET /invoices/{id}"


@pytest.fixture
async def hooked(worlds: Any) -> AsyncIterator[Any]:
    """A bot with a webhook, which has read a small company once and looks no more for a while."""
    async with worlds(size=30, DUEBOT_WEBHOOK_SECRET=SECRET) as world:
        await world.app.rooms.sync.run()
        await world.app.schedule.tick_now()
        world.stage.syncro.requests.clear()
        yield world


async def post(world: Any, body: Any, secret: str = SECRET, **how: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    # Reading certificates would take longer than the request.
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await http.post(f"{world.app.address}/syncro/webhook/{secret}", content=content, **how)


async def until(what: Any) -> None:
    async with asyncio.timeout(10):
        while not await what():  # noqa: ASYNC110 - it happens in the bot, out of reach
            await asyncio.sleep(0.01)


def later(world: Any) -> None:
    """A minute after the last sync, when the next may be made."""
    world.clock.advance(timedelta(seconds=61))


async def kept(world: Any, invoice_id: int) -> Any:
    return await world.app.rooms.context.lane.read(lambda tx: mirror.invoice(tx, str(invoice_id)))


async def quiet(world: Any) -> None:
    """Returns when the hints that came are followed."""
    work = world.app._hints._work
    if work is not None:
        await asyncio.wait({work}, timeout=10)


@pytest.fixture
def gate(hooked: Any, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Single readings wait until it is set."""
    opened, bulk = asyncio.Event(), hooked.app.rooms.context.bulk
    read = bulk.invoice

    async def invoice(invoice_id: str) -> Any:
        await opened.wait()
        return await read(invoice_id)

    monkeypatch.setattr(bulk, "invoice", invoice)
    return opened


def reads(world: Any) -> int:
    return len(world.stage.syncro.calls(READ))


async def test_a_hint_has_one_invoice_read_again(hooked: Any) -> None:
    invoice = hooked.showpiece
    hooked.company.pay(invoice.id, "100.25")
    answer = await post(
        hooked, {"text": "Payment made", "link": f"https://elsewhere.example/invoices/{invoice.id}"}
    )
    assert (answer.status_code, answer.json()) == (202, {"ok": True})

    async def read() -> bool:
        return (await kept(hooked, invoice.id)).balance == 70600

    await until(read)
    assert [seen.method for seen in hooked.stage.syncro.requests] == ["GET"]
    assert reads(hooked) == 1


async def test_a_new_invoice_is_there_at_once(hooked: Any) -> None:
    made = hooked.company.create_invoice(hooked.showpiece.customer_id, hooked.company.today(), lines=[])
    await post(hooked, {"attributes": {"id": made.id}, "link": "https://msp.example/invoices"})

    async def found() -> bool:
        return await kept(hooked, made.id) is not None

    await until(found)


async def test_a_deleted_invoice_is_gone(hooked: Any) -> None:
    invoice = hooked.showpiece
    hooked.stage.syncro.faults.add(READ, "status", status=404)
    await post(hooked, {"attributes": {"invoice_id": invoice.id}})

    async def gone() -> bool:
        return await kept(hooked, invoice.id) is None

    await until(gone)


@pytest.mark.parametrize(
    "hint",
    [{"text": "Payment made", "link": "https://msp.example/payments/3"}, {"attributes": {"id": "../1"}}, {}],
)
async def test_what_names_no_invoice_makes_a_sync_due(hooked: Any, hint: Any) -> None:
    invoice = hooked.showpiece
    hooked.company.pay(invoice.id, "100.25")
    later(hooked)
    for _ in range(20):
        assert (await post(hooked, hint)).status_code == 202

    async def read() -> bool:
        return (await kept(hooked, invoice.id)).balance == 70600

    await until(read)
    await hooked.app.schedule.tick_now()
    pages = len(hooked.stage.syncro.requests)
    await post(hooked, hint)
    await hooked.app.schedule.tick_now()
    assert len(hooked.stage.syncro.requests) == pages, "once a minute at most"


async def test_an_invoice_that_cannot_be_read_just_now_is_left_to_the_next_sync(hooked: Any) -> None:
    invoice = hooked.showpiece
    hooked.company.pay(invoice.id, "100.25")
    hooked.stage.syncro.faults.add(READ, "status", status=422)
    later(hooked)
    await post(hooked, {"attributes": {"invoice_id": invoice.id}})

    async def read() -> bool:
        return (await kept(hooked, invoice.id)).balance == 70600

    await until(read)


async def test_the_same_hint_many_times_is_little_work(hooked: Any, gate: asyncio.Event) -> None:
    for _ in range(30):
        await post(hooked, {"attributes": {"invoice_id": hooked.showpiece.id}})
    gate.set()
    await quiet(hooked)
    assert reads(hooked) == 2, "the one under way, and one for what changed since"


@one_shape
async def test_a_flood_is_a_sync_and_at_most_a_hundred_readings(hooked: Any, gate: asyncio.Event) -> None:
    later(hooked)
    hints = ({"attributes": {"invoice_id": 10**9 + number}} for number in range(160))
    answers = await asyncio.gather(*(post(hooked, hint) for hint in hints))
    assert {answer.status_code for answer in answers} == {202}
    gate.set()
    await quiet(hooked)
    await hooked.app.schedule.tick_now()
    assert reads(hooked) == 101, "the one under way, and as many as may wait"
    assert hooked.stage.syncro.calls("GET /invoices"), "and a sync for the others"


@one_shape
async def test_a_stop_ends_the_reading(hooked: Any) -> None:
    hooked.stage.syncro.faults.add(READ, "slow", seconds=0.5, times=None)
    for number in range(20):
        await post(hooked, {"attributes": {"invoice_id": 10**9 + number}})
    before = reads(hooked)
    await hooked.app.stop()
    assert reads(hooked) <= before + 1
    await hooked.start()


@one_shape
@pytest.mark.parametrize(
    "secret", ["wrong-hook-9876543210", SECRET[:-1], SECRET + "x", SECRET.upper(), "%FF%00", "%2e%2e"]
)
async def test_without_the_secret_there_is_nothing(hooked: Any, secret: str) -> None:
    nowhere = await post(hooked, {}, "a/b/c")
    answer = await post(hooked, {"attributes": {"invoice_id": hooked.showpiece.id}}, secret)
    assert (answer.status_code, answer.text) == (nowhere.status_code, nowhere.text) == (404, "404: Not Found")
    huge = await post(hooked, b"x" * 200_000, secret)
    assert huge.status_code == 404
    assert list(hooked.stage.syncro.requests) == []


@one_shape
@pytest.mark.parametrize("secret", ["", "None", "any-secret-0123456789"])
async def test_it_is_off_without_a_secret_of_its_own(world: Any, secret: str) -> None:
    assert (await post(world, {}, secret)).status_code == 404


async def drip() -> AsyncIterator[bytes]:
    for _ in range(70):
        yield b" " * 1024


HOSTILE = {
    "empty": (b"", {}, 400),
    "no JSON": (b"text=Invoice&link=%2Finvoices%2F1038", {}, 400),
    "a list": (b'[{"attributes": {"invoice_id": 1}}]', {}, 400),
    "deep": (b'{"attributes":' * 4000, {}, 400),
    "huge number": (b'{"attributes": {"invoice_id": ' + b"9" * 4000 + b"}}", {}, 400),
    "not UTF-8": (b'{"link": "\xff"}', {}, 400),
    "large": (b'{"text": "' + b"x" * (64 * 1024) + b'"}', {}, 413),
    "larger than any": (b"x" * 2_000_000, {}, 413),
    "no gzip": (b"no gzip", {"Content-Encoding": "gzip"}, 400),
    "another type": (b'{"link": "/invoices/0"}', {"Content-Type": "image/png"}, 202),
}


@one_shape
@pytest.mark.parametrize("case", HOSTILE)
async def test_hostile_bodies_do_nothing(hooked: Any, case: str) -> None:
    body, headers, status = HOSTILE[case]
    assert (await post(hooked, body, headers=headers)).status_code == status
    if status != 202:
        await hooked.app.schedule.tick_now()
        assert list(hooked.stage.syncro.requests) == []


@one_shape
async def test_a_body_without_a_length_is_bounded_too(hooked: Any) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{hooked.app.address}/syncro/webhook/{SECRET}", content=drip())
    assert answer.status_code == 413


@one_shape
async def test_it_works_beside_socket_mode(worlds: Any) -> None:
    async with worlds(size=30, DUEBOT_WEBHOOK_SECRET=SECRET, SLACK_APP_TOKEN="xapp-sandbox") as world:
        assert (await post(world, {})).status_code == 202


@one_shape
async def test_neither_secret_nor_body_is_told_to_anybody(
    hooked: Any, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    await post(hooked, {"text": "Kept private", "attributes": {"invoice_id": hooked.showpiece.id}})
    await post(hooked, b'{"Kept private')
    await post(hooked, b"Kept private" * 9000)
    await quiet(hooked)
    async with httpx.AsyncClient(trust_env=False) as http:
        metrics = (await http.get(f"{hooked.app.address}/metrics")).text
    assert 'duebot_syncro_requests_total{lane="background",outcome="answered"}' in metrics
    told = capfd.readouterr()
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    for text in (metrics, "\n".join(logged), told.out, told.err):
        assert SECRET not in text
        assert "Kept private" not in text
