"""The Syncro stand-in as an HTTP server: who is let in, what is written down, and which handlers answer."""

import hmac
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

from aiohttp import web

from sandbox.company import Company, NoSuch, Refused
from sandbox.company.book import Clock
from sandbox.loopback import loopback_only, require_loopback
from sandbox.syncro.control import Control
from sandbox.syncro.directory import Directory
from sandbox.syncro.faults import Faults, Handler
from sandbox.syncro.guide import Guide
from sandbox.syncro.oddities import Oddities
from sandbox.syncro.openapi import OpenApi
from sandbox.syncro.pages import Pages
from sandbox.syncro.payments import Payments
from sandbox.syncro.permissions import Permissions
from sandbox.syncro.wire import ApiError, loads

BASE = "/api/v1"
#: The invoice management guide's API, or Syncro's published one.
Shape = Literal["guide", "openapi"]
_KEPT_REQUESTS = 20_000
_SHUTDOWN_SECONDS = 1.0


@dataclass(slots=True)
class Request:
    """A call as it came. ``call`` is the method and the route, as faults are matched; no headers are kept.

    ``status`` is 0 while it is being answered and 499 when no answer went out.
    """

    call: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    at: datetime
    status: int = 0


@dataclass(slots=True)
class Limits:
    """When enforced: at most ``per_minute`` calls per address in any sliding minute (Syncro allows 180)."""

    enforce: bool = False
    per_minute: int = 180
    timer: Callable[[], float] = time.monotonic
    _seen: dict[str, deque[float]] = field(default_factory=dict)

    def wait(self, address: str) -> float:
        """Seconds until the address may call again; 0 lets it in and counts it."""
        now = self.timer()
        seen = self._seen.setdefault(address, deque())
        while seen and seen[0] <= now - 60:
            seen.popleft()
        if self.enforce and len(seen) >= self.per_minute:
            return seen[0] + 60 - now
        seen.append(now)
        return 0


class SyncroSandbox:
    """Syncro's API over ``company``, in one of two shapes. Only bearers of ``api_key`` are let in.

    The ``Date`` header tells the stand-in's own time, as its stamps do; ``date_skew`` is how far it runs ahead of that.
    """

    def __init__(self, company: Company, clock: Clock, *, api_key: str, shape: Shape = "guide") -> None:
        self.company = company
        self.clock = clock
        self.shape: Shape = shape
        self.oddities = Oddities()
        self.permissions = Permissions()
        self.date_skew = timedelta()
        self.faults = Faults()
        self.limits = Limits()
        self.requests: deque[Request] = deque(maxlen=_KEPT_REQUESTS)
        self._api_key = api_key
        self._runner: web.AppRunner | None = None

    def app(self) -> web.Application:
        """The whole stand-in: the API, the pages that links lead to, and the control calls."""
        api = web.Application(middlewares=[self._write_down, self._let_in, self._spoil])
        if self.shape == "guide":
            api.add_routes(Guide(self.company).routes())
        else:
            api.add_routes(OpenApi(self.company, self.oddities).routes())
            api.add_routes(Payments(self.company, self.oddities).routes())
        api.add_routes(Directory(self.company, self.permissions).routes())
        app = web.Application(middlewares=[loopback_only])
        app.add_subapp(BASE, api)
        control = Control(self.company, self.faults, self.requests, self.oddities, self.permissions)
        app.add_subapp("/sandbox", control.app())
        app.add_routes(Pages(self.company).routes())
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, on a free port unless one is given, and return the API's base address.

        Raises ``ValueError`` unless ``host`` is loopback.
        """
        require_loopback(host)
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound_port = self._runner.addresses[0][1]
        shown_host = f"[{host}]" if ":" in host else host
        return f"http://{shown_host}:{bound_port}{BASE}"

    async def stop(self) -> None:
        """Stop listening and drop what is under way."""
        await self.faults.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def calls(self, call: str) -> list[Request]:
        """The requests of one method and route, oldest first: ``calls("POST /invoices/{id}/payments")``."""
        return [request for request in self.requests if request.call == call]

    @web.middleware
    async def _write_down(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        query = {name: value for name, value in request.query.items() if name != "api_key"}
        body = _seen_body(await request.read())
        seen = Request(_call(request), request.method, request.path, query, body, self.clock.now())
        self.requests.append(seen)
        response = await handler(request)
        response.headers["Date"] = format_datetime(self.clock.now() + self.date_skew, usegmt=True)
        seen.status = response.status
        return response

    @web.middleware
    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        wait = self.limits.wait(request.remote or "")
        if wait:
            return ApiError(429, "Rate limit exceeded", {"Retry-After": str(math.ceil(wait))}).response()
        given = request.headers.get("Authorization", "").encode()
        if "api_key" in request.query or not hmac.compare_digest(given, f"Bearer {self._api_key}".encode()):
            return ApiError(401, "Unauthorized").response()
        try:
            self.permissions.check(_call(request))
        except ApiError as missing:
            return missing.response()
        return await handler(request)

    @web.middleware
    async def _spoil(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        async def work(same: web.Request) -> web.StreamResponse:
            return await _worded(same, handler)

        return await self.faults.strike(_call(request), request, work)


async def _worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The handler's answer, with what the books and the router refuse put into Syncro's words."""
    try:
        return await handler(request)
    except (NoSuch, web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return ApiError(404, "Not found").response()
    except Refused as refusal:
        return ApiError(422, str(refusal)).response()
    except ApiError as error:
        return error.response()


def _call(request: web.Request) -> str:
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    return f"{request.method} {path.removeprefix(BASE)}"


def _seen_body(sent: bytes) -> Any:
    """The body as JSON with exact numbers where it is JSON, else as text."""
    text = sent.decode("utf-8", "replace")
    try:
        return loads(text) if text else None
    except ValueError:
        return text
