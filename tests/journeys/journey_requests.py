"""Requests to a running bot as anybody can make them: signed well, badly or not at all, with any payload."""

import asyncio
import json
import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

import httpx
from journey_world import World
from prometheus_client.parser import text_string_to_metric_families

from sandbox.slack.delivery import signature

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_LEDGERS = (
    "operation",
    "audit",
    "outbox",
    "approval",
    "contact",
    "hold",
    "call_log",
    "assignment",
    "late_fee",
)


class Stranger:
    """Sends requests to the bot of a world, and looks what came of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._number = 0

    def sign(self, body: bytes, secret: str = "", later: int = 0) -> dict[str, str]:
        """Slack's headers for this body."""
        return signature(secret or self._world.stage.slack.signing_secret, body, later)

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """These very bytes; signed as Slack signs unless ``headers`` are given."""
        given = {**_FORM, **(self.sign(body) if headers is None else headers)}
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            return await http.post(f"{self._world.app.address}/slack/events", content=body, headers=given)

    async def send(self, payload: Mapping[str, Any]) -> httpx.Response:
        """A command, or what else a person does, well signed."""
        return await self.post(self.encoded(payload))

    def encoded(self, payload: Mapping[str, Any]) -> bytes:
        """A payload as Slack sends it; no two have the same trigger."""
        self._number += 1
        fresh = {**payload, "trigger_id": f"{time.time_ns()}.{self._number}"}
        fields = fresh if "command" in payload else {"payload": json.dumps(fresh)}
        return urlencode(fields).encode()

    def last(self, kind: str) -> dict[str, Any]:
        """What Slack last sent of this kind, to be changed at will."""
        sent = self._world.stage.slack.courier.sent
        fitting = (one.payload for one in reversed(sent) if kind in (one.payload.get("type"), one.kind))
        return deepcopy(next(fitting))

    async def refused(self) -> dict[str, int]:
        """``duebot_refused_total`` by reason, as Prometheus reads it."""
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            text = (await http.get(f"{self._world.app.address}/metrics")).text
        families = {one.name: one for one in text_string_to_metric_families(text)}
        return {
            one.labels["reason"]: int(one.value)
            for one in families["duebot_refused"].samples
            if one.name == "duebot_refused_total"
        }

    async def settled(self) -> None:
        """Returns when everything that was asked is done and told."""
        await self._world.idle()
        async with asyncio.timeout(10):
            while {one["state"] for one in (await self.ledgers())["outbox"]} - {"sent"}:  # noqa: ASYNC110 - in the bot
                await asyncio.sleep(0.01)

    async def ledgers(self) -> dict[str, list[Any]]:
        """Everything that is written down, and every request that changes something in Syncro."""
        lane = self._world.app.rooms.context.lane
        held = {
            name: await lane.read(
                lambda tx, name=name: [dict(row) for row in tx.all(f"SELECT * FROM {name}")]
            )
            for name in _LEDGERS
        }
        return {**held, "syncro": [(one.method, one.path) for one in self._world.writes()]}
