"""Gateways whose Syncro is played by a function: for answers that the stand-in never gives."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from bot.syncro.circuit import Circuit
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.pace import Pace

KEY = "fictional-key-0123456789"
BASE = "https://msp.example/api/v1"
Answer = Callable[[httpx.Request], httpx.Response]


def gateway_of(answer: Answer, shape: Any = "openapi", currency: str = "USD") -> Gateway:
    """A gateway that asks ``answer`` once for everything, at whatever pace it likes."""
    client = Client(
        BASE,
        KEY,
        patience=Patience(attempts=1),
        pace=Pace(per_minute=10**6),
        circuit=Circuit(lambda: 0.0),
        http=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    return Gateway(client, shape, lambda customer_id: currency)


def saying(content: object, shape: Any = "openapi", currency: str = "USD", status: int = 200) -> Gateway:
    """A gateway whose Syncro says ``content`` to everything: bytes as they are, else JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return gateway_of(lambda request: httpx.Response(status, content=body), shape, currency)


class Script:
    """Answers by method and path (``"GET /invoices"``) from a list of JSON values; 404 for what it doesn't have.

    A call with several answers gives them one after the other, the last for ever. ``asked`` are all requests.
    """

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self._answers: dict[str, list[Any]] = {}

    def on(self, call: str, *answers: Any) -> "Script":
        """What is answered to ``call``; returns itself."""
        self._answers[call] = list(answers)
        return self

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        left = self._answers.get(f"{request.method} {request.url.path.removeprefix('/api/v1')}")
        if not left:
            return httpx.Response(404, json={"error": "Not found"})
        answer = left.pop(0) if len(left) > 1 else left[0]
        return httpx.Response(200, json=answer)

    @property
    def calls(self) -> list[str]:
        """What was asked for, in order: method, path and query."""
        return [f"{one.method} {one.url.raw_path.decode().removeprefix('/api/v1')}" for one in self.asked]
