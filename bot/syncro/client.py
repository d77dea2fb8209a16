"""The transport to Syncro: authorization, timeouts, pacing, and repeating of reads. Writes are sent once."""

import asyncio
import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import stamina

from bot.domain.errors import Misconfigured, SyncroLimited, SyncroLost, SyncroNotSent
from bot.syncro.circuit import Circuit
from bot.syncro.exact import read_json, write_json
from bot.syncro.line import HeldBack, Line, Traffic
from bot.syncro.pace import PATIENCE, Lane, Pace
from bot.syncro.status import Task, error_of, failure_in, lost, not_sent

_LARGEST_BODY = 20 * 1024 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: What httpx raises before a request's first byte has left.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How reads are repeated: ``attempts`` in all, and growing waits in seconds."""

    attempts: int = 3
    first_wait: float = 0.2
    longest_wait: float = 2.0


class Client:
    """Speaks JSON with Syncro's API at ``base_url`` (with ``/api/v1``). Times are seconds.

    Raises ``Misconfigured`` for an address or key that can't work. The key travels in a header only: Syncro would
    also take it in the query, but there it leaks into logs.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float = 10.0,
        connect_timeout: float = 5.0,
        patience: Patience | None = None,
        pace: Pace | None = None,
        circuit: Circuit | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        http: httpx.AsyncClient | None = None,
    ) -> None:
        host = _checked_host(base_url)
        if not re.fullmatch(r"[!-~]+", api_key):
            raise Misconfigured(
                "SYNCRO_API_KEY is empty or holds blanks or odd characters. Paste the token again."
            )
        self.base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/json"}
        # An answer that repeats the key must not carry it into a sentence or a log.
        self._own_key = re.compile(rb"(?<![\w-])" + re.escape(api_key.encode()) + rb"(?![\w-])")
        self._timeout = httpx.Timeout(timeout, connect=connect_timeout)
        # httpx times each read; a server that drips bytes would otherwise hold its turn for ever.
        self._deadline = connect_timeout + 3 * timeout
        self._patience = patience or Patience()
        self._line = Line(pace or Pace(), circuit or Circuit(), now)
        self._lane = Lane.INTERACTIVE
        # A proxy from the environment can't reach this machine's own loopback.
        self._http = http or httpx.AsyncClient(trust_env=host not in _LOOPBACK)

    def in_background(self) -> "Client":
        """This very client for work that nobody waits for: its requests make way for people's.

        Connections, pace, circuit and everything else are shared with it.
        """
        view = copy.copy(self)
        view._lane = Lane.BACKGROUND
        return view

    @property
    def skew(self) -> timedelta | None:
        """Syncro's clock minus ours, by its last answer (to the second); ``None`` before the first."""
        return self._line.skew

    @property
    def circuit_open(self) -> bool:
        """Whether requests are held back because Syncro doesn't answer."""
        return self._line.circuit.is_open

    @property
    def traffic(self) -> Traffic:
        """What has been asked of Syncro since the start."""
        return self._line.traffic

    async def get(self, path: str, task: Task, params: Mapping[str, str] | None = None) -> object:
        """A read, repeated when no connection or no readable answer came, and after a short pause on a 429.

        Raises ``SyncroNotSent``, ``SyncroLost``, ``SyncroLimited`` or ``SyncroRefused`` of the last attempt.
        """
        patience = self._patience
        retries = stamina.retry_context(
            on=self._worth_repeating,
            attempts=patience.attempts,
            timeout=None,
            wait_initial=patience.first_wait,
            wait_jitter=patience.first_wait,
            wait_max=patience.longest_wait,
        )
        async for attempt in retries:
            with attempt:
                return await self._send("GET", path, task, params=params, repeated=attempt.num > 1)
        raise AssertionError("stamina returns or raises")

    async def post(self, path: str, task: Task, body: Mapping[str, object] | None = None) -> object:
        """A write, sent once. ``SyncroNotSent``: nothing left. ``SyncroLost``: it may have happened.

        Also raises ``SyncroLimited`` and ``SyncroRefused``: nothing was written. ``None`` is an empty answer.
        """
        return await self._send("POST", path, task, body=body)

    async def put(self, path: str, task: Task, body: Mapping[str, object]) -> object:
        """A change, sent once; raises like ``post``."""
        return await self._send("PUT", path, task, body=body)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _worth_repeating(self, error: Exception) -> bool | float:
        if isinstance(error, SyncroLimited):
            return error.retry_after <= PATIENCE[self._lane] and error.retry_after
        if isinstance(error, HeldBack) or self.circuit_open:
            return False
        return isinstance(error, SyncroNotSent | SyncroLost)

    async def _send(
        self,
        method: str,
        path: str,
        task: Task,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        repeated: bool = False,
    ) -> object:
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(
            method,
            self.base_url + path,
            params=params or None,
            headers=headers,
            content=None if body is None else write_json(body),
            timeout=self._timeout,
        )
        # A person's request waits no longer than this for its turn: the journal's own limit of a write's time should
        # fall into what has left, and not into the waiting.
        patience = min(self._deadline, PATIENCE[self._lane]) if self._lane is Lane.INTERACTIVE else None
        async with self._line.turn(self._lane, task, patience, repeated):
            response, content = await self._exchange(request, task)
            self._line.set_by(response.headers.get("date", ""))
            if not response.is_success:
                told = self._own_key.sub(b"(key)", content)
                raise error_of(response.status_code, response.headers, told, task)
            answer = _parsed(content, task)
        if failure := self._own_key.sub(b"(key)", failure_in(answer).encode()).decode():
            raise lost(task, f"Syncro's answer contradicts itself: it says both success and “{failure}”")
        return answer

    async def _exchange(self, request: httpx.Request, task: Task) -> tuple[httpx.Response, bytes]:
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._http.send(request, stream=True, follow_redirects=False)
                try:
                    return response, await _bounded_body(response, task)
                finally:
                    await response.aclose()
        except _BEFORE_SENDING:
            raise not_sent(task, "Syncro can't be reached") from None
        except (httpx.TimeoutException, TimeoutError):
            raise lost(task, "Syncro did not answer in time") from None
        except (httpx.TransportError, httpx.DecodingError):
            raise lost(task, "the connection broke before Syncro answered") from None


async def _bounded_body(response: httpx.Response, task: Task) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > _LARGEST_BODY:
            raise lost(task, "Syncro's answer was too large to read")
    return bytes(content)


def _parsed(content: bytes, task: Task) -> object:
    if not content.strip():
        return None
    try:
        return read_json(content)
    except ValueError:
        raise lost(task, "Syncro's answer could not be read") from None


def _checked_host(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if not url.host or url.query or url.fragment or url.userinfo:
        raise Misconfigured(
            "SYNCRO_BASE_URL is not an address. It should look like https://SUBDOMAIN.syncromsp.com/api/v1."
        )
    if url.scheme != "https" and not (url.scheme == "http" and url.host in _LOOPBACK):
        raise Misconfigured(
            "SYNCRO_BASE_URL must begin with https://, so that the key is not sent in the clear."
        )
    return url.host
