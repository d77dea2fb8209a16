import asyncio
import gzip
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest

from bot.domain.errors import (
    Misconfigured,
    SyncroError,
    SyncroLimited,
    SyncroLost,
    SyncroMissing,
    SyncroNotSent,
    SyncroRefused,
    SyncroUnauthorized,
)
from bot.syncro.client import Client, Patience
from bot.syncro.status import Task

BASE = "https://msp.example/api/v1"
KEY = "fictional-key-0123456789"
READ = Task("read it", "Invoices – View Details")
WRITE = Task("write it", "Invoices – Create", writes=True)


class Server:
    """Answers each request with the next of ``answers`` (the last one for ever) and keeps the requests."""

    def __init__(self, *answers: httpx.Response | type[httpx.TransportError]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        raise answer("as ordered")


def client_of(handler: Callable[..., object], **settings: object) -> Client:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))  # type: ignore[arg-type]  # also takes coroutines
    return Client(BASE + "/", KEY, patience=Patience(first_wait=0), http=http, **settings)  # type: ignore[arg-type]


def html(status: int) -> httpx.Response:
    return httpx.Response(status, html="<!doctype html><h1>Sorry</h1>")


GOOD = httpx.Response(200, json={"ok": 1})


async def test_the_key_travels_in_the_header_alone() -> None:
    server = Server(GOOD)
    await client_of(server).get("/invoices", READ, {"page": "1", "query": "a&b=ä"})
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.url.path == "/api/v1/invoices"
    assert dict(request.url.params) == {"page": "1", "query": "a&b=ä"}
    assert KEY not in str(request.url)


async def test_a_body_is_exact_json() -> None:
    server = Server(GOOD)
    await client_of(server).post("/x", WRITE, {"amount": Decimal("806.25")})
    (request,) = server.requests
    assert request.content == b'{"amount": 806.25}'
    assert request.headers["content-type"] == "application/json"


async def test_numbers_come_back_exact() -> None:
    server = Server(httpx.Response(200, content=b'{"total": 0.30}'))
    assert repr(await client_of(server).get("/x", READ)) == "{'total': Decimal('0.30')}"


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, html(502), html(504), html(200)],
)
async def test_reads_are_tried_three_times(failure: httpx.Response | type[httpx.TransportError]) -> None:
    server = Server(failure, failure, GOOD)
    assert await client_of(server).get("/x", READ) == {"ok": 1}
    assert len(server.requests) == 3
    server = Server(failure)
    with pytest.raises(SyncroError) as caught:
        await client_of(server).get("/x", READ)
    assert len(server.requests) == 3
    assert type(caught.value) is (SyncroNotSent if failure is httpx.ConnectError else SyncroLost)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, SyncroRefused), (401, SyncroUnauthorized), (404, SyncroMissing), (422, SyncroRefused)],
)
async def test_a_clear_no_to_a_read_is_final(status: int, kind: type[SyncroError]) -> None:
    server = Server(httpx.Response(status, json={"error": "no"}))
    with pytest.raises(kind):
        await client_of(server).get("/x", READ)
    assert len(server.requests) == 1


@pytest.mark.parametrize("told", ["0", "0.01"])
async def test_a_read_waits_as_long_as_it_is_told(told: str) -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": told}), GOOD)
    assert await client_of(server).get("/x", READ) == {"ok": 1}
    assert len(server.requests) == 2


@pytest.mark.parametrize("headers", [{"Retry-After": "31"}, {"Retry-After": "999999"}])
async def test_a_read_does_not_wait_out_a_long_pause(headers: dict[str, str]) -> None:
    server = Server(httpx.Response(429, headers=headers))
    with pytest.raises(SyncroLimited) as caught:
        await client_of(server).get("/x", READ)
    assert caught.value.retry_after == float(headers["Retry-After"])
    assert len(server.requests) == 1


WRITE_ANSWERS: list[tuple[httpx.Response | type[httpx.TransportError], type[SyncroError]]] = [
    (httpx.ConnectError, SyncroNotSent),
    (httpx.ConnectTimeout, SyncroNotSent),
    (httpx.PoolTimeout, SyncroNotSent),
    (httpx.ReadTimeout, SyncroLost),
    (httpx.WriteTimeout, SyncroLost),
    (httpx.ReadError, SyncroLost),
    (httpx.WriteError, SyncroLost),
    (httpx.CloseError, SyncroLost),
    (httpx.RemoteProtocolError, SyncroLost),
    (html(500), SyncroLost),
    (html(504), SyncroLost),
    (html(200), SyncroLost),
    (httpx.Response(200, content=b'{"payment": {"amount": NaN}}'), SyncroLost),
    (httpx.Response(200, json={"success": False, "message": ["no"]}), SyncroLost),
    (httpx.Response(302, headers={"Location": "https://elsewhere.example/"}), SyncroLost),
    (httpx.Response(307, headers={"Location": BASE + "/y"}), SyncroLost),
    (httpx.Response(400, json={"error": "no"}), SyncroRefused),
    (httpx.Response(401, json={"error": "no"}), SyncroUnauthorized),
    (httpx.Response(404, json={"error": "no"}), SyncroMissing),
    (httpx.Response(422, json={"error": "no"}), SyncroRefused),
    (httpx.Response(429), SyncroLimited),
    (httpx.Response(429, headers={"Retry-After": "0"}), SyncroLimited),
]


@pytest.mark.parametrize(("answer", "kind"), WRITE_ANSWERS)
@pytest.mark.parametrize("method", ["post", "put"])
async def test_a_write_leaves_once_whatever_comes_back(
    method: str, answer: httpx.Response | type[httpx.TransportError], kind: type[SyncroError]
) -> None:
    server = Server(answer)
    with pytest.raises(SyncroError) as caught:
        await getattr(client_of(server), method)("/x", WRITE, {"a": 1})
    assert type(caught.value) is kind
    assert len(server.requests) == 1
    assert KEY not in str(caught.value)


async def test_an_empty_answer_to_a_write_is_an_answer() -> None:
    assert await client_of(Server(httpx.Response(204))).post("/x", WRITE) is None


async def test_an_answer_that_repeats_the_key_does_not_carry_it_on() -> None:
    echo = httpx.Response(401, json={"error": f"Not authorized: {KEY} lacks a permission"})
    with pytest.raises(SyncroUnauthorized) as caught:
        await client_of(Server(echo)).get("/x", READ)
    assert KEY not in caught.value.sentence
    assert "lacks a permission" in caught.value.sentence


@pytest.mark.parametrize("packed", [False, True])
async def test_a_huge_answer_is_given_up(packed: bool) -> None:
    huge = b" " * (20 * 1024 * 1024 + 1)
    content, headers = (gzip.compress(huge), {"Content-Encoding": "gzip"}) if packed else (huge, {})

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))

    with pytest.raises(SyncroLost, match="too large"):
        await client_of(answer).post("/x", WRITE)


async def test_a_broken_encoding_is_lost() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))

    with pytest.raises(SyncroLost):
        await client_of(answer).post("/x", WRITE)


async def test_a_server_that_never_ends_is_given_up() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return GOOD

    client = client_of(answer, timeout=0.01, connect_timeout=0.01)
    with pytest.raises(SyncroLost, match="in time"):
        await client.post("/x", WRITE)


async def test_four_requests_at_once_and_a_fifth_that_gives_up_was_not_sent() -> None:
    running: list[httpx.Request] = []
    go_on = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        running.append(request)
        await go_on.wait()
        return httpx.Response(200, json={})

    client = client_of(answer, timeout=10)
    tasks = [asyncio.create_task(client.post("/x", WRITE)) for _ in range(4)]
    while len(running) < 4:  # noqa: ASYNC110 - four tasks reach it one after the other
        await asyncio.sleep(0)
    client._deadline = 0.01  # of the fifth, which waits for its turn; the four have theirs already
    with pytest.raises(SyncroNotSent):
        await client.post("/x", WRITE)
    go_on.set()
    await asyncio.gather(*tasks)
    assert len(running) == 4


@pytest.mark.parametrize(
    "base",
    [
        "",
        "msp.example",
        "http://msp.example/api/v1",
        "ftp://msp.example",
        "https://u:p@msp.example",
        "https://x/?a=1",
    ],
)
def test_addresses_that_cannot_work_are_refused(base: str) -> None:
    with pytest.raises(Misconfigured, match="SYNCRO_BASE_URL"):
        Client(base, KEY)


@pytest.mark.parametrize("key", ["", " ", "two words", "line\nbreak", "ключ"])
def test_keys_that_cannot_work_are_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(Misconfigured, match="SYNCRO_API_KEY") as caught:
        Client(BASE, key)
    assert not key.strip() or key not in caught.value.sentence


@pytest.mark.parametrize(
    "base", [BASE, "http://127.0.0.1:1/api/v1", "http://localhost/api/v1", "http://[::1]:1"]
)
async def test_https_and_loopback_are_taken(base: str) -> None:
    await Client(base, KEY).close()


async def test_a_closed_port_is_not_sent() -> None:
    client = Client("http://127.0.0.1:9/api/v1", KEY, patience=Patience(first_wait=0))
    with pytest.raises(SyncroNotSent, match="Nothing was sent"):
        await client.post("/x", WRITE)
    await client.close()
