"""A stand-in for the sandbox's Slack server: canned answers, and a record of what the page sent."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

Json = dict[str, Any]
PAGE = Path(__file__).parents[2] / "sandbox" / "page"
NOW = 1795442400  # a Monday morning, 09:00 in New York
CLERK, BOSS, BOT = "U0CLERK", "U0BOSS", "U0BOT"
BILLING = "C0BILLING"


def message(ts: float, user: str = BOT, **fields: Any) -> Json:
    """A message as the page protocol has it."""
    return {
        "ts": f"{ts:.6f}",
        "user": user,
        "username": {BOT: "Duebot", CLERK: "Cleo Clerk", BOSS: "Bo Boss"}[user],
        "text": "",
        "blocks": None,
        "edited": False,
        "ephemeral": False,
        "thread_ts": None,
        "reply_count": 0,
        "files": [],
        "is_bot": user == BOT,
    } | fields


def state(user: str) -> Json:
    users = [
        {"id": CLERK, "name": "Cleo Clerk", "title": "Billing clerk", "role_hint": "collector"},
        {"id": BOSS, "name": "Bo Boss", "title": "Manager", "role_hint": "approver"},
    ]
    plain = {"is_im": False, "is_private": False, "is_ext_shared": False, "members": [CLERK, BOSS, BOT]}
    channels = [
        {**plain, "id": BILLING, "name": "billing", "unread": 0},
        {**plain, "id": "C0APPROVE", "name": "approvals", "is_private": True, "unread": 2},
        {**plain, "id": "C0SHARED", "name": "acme-and-us", "is_ext_shared": True, "unread": 0},
        {**plain, "id": "D0BOT", "name": "Duebot", "is_im": True, "members": [user, BOT], "unread": 1},
    ]
    commands = [
        {
            "command": "/invoice",
            "description": "Look up, create, send and pay invoices",
            "usage_hint": "[number | find | new | pay …]",
            "subcommands": ["find acme [overdue]", "new [customer]", "pay 1042 [500]", "void 1042", "help"],
        },
        {
            "command": "/overdue",
            "description": "Aging and worklist",
            "usage_hint": "[mine | 30+ | customer]",
            "subcommands": ["mine", "automatic on|off", "proposals"],
        },
    ]
    return {
        "me": next(u for u in users if u["id"] == user),
        "users": users,
        "channels": channels,
        "commands": commands,
        "shortcuts": [
            {"callback_id": "new_invoice", "name": "New invoice", "type": "global"},
            {"callback_id": "log_promise", "name": "Log a promise", "type": "message"},
        ],
        "clock": {"now": "2026-11-23T14:00:00+00:00", "label": "Mon 23 Nov 09:00"},
        "team": {"name": "Northwind IT"},
        "bot": {"id": BOT, "name": "Duebot", "connected": True},
    }


class CannedSlack:
    """Serves the page and its protocol; `answers` may hold a value or an awaitable function per POST path."""

    def __init__(self) -> None:
        self.messages: list[Json]
        self.home: Json | None
        self.sent: list[tuple[str, Json]]
        self.answers: dict[str, Any]
        self.url = ""
        self._streams: list[asyncio.Queue[Json | None]] = []
        self.reset()
        self._arrived = asyncio.Condition()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_static("/page/static/", PAGE)
        app.router.add_get("/page/state", self._state)
        app.router.add_get("/page/messages", self._messages)
        app.router.add_get("/page/home", self._home)
        app.router.add_get("/page/events", self._events)
        app.router.add_post("/page/{path}", self._post)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/"

    async def stop(self) -> None:
        for stream in self._streams:
            stream.put_nowait(None)
        await self._runner.cleanup()

    def reset(self) -> None:
        """Forget what was sent and canned, and wait for a page to listen afresh."""
        for stream in self._streams:
            stream.put_nowait(None)
        self.messages, self.home, self.sent, self.answers, self._streams = [], None, [], {}, []
        self.listening = asyncio.Event()

    def push(self, kind: str, **fields: Any) -> None:
        """Send one event to every open page."""
        for stream in self._streams:
            stream.put_nowait({"type": kind, **fields})

    def modal(self, *views: Json) -> None:
        self.push("modal", views=list(views))

    async def received(self, path: str, count: int = 1) -> Json:
        """The latest body posted to `path`, once there have been `count` of them."""
        async with asyncio.timeout(5), self._arrived:
            await self._arrived.wait_for(lambda: len(self.bodies(path)) >= count)
        return self.bodies(path)[-1]

    def bodies(self, path: str) -> list[Json]:
        return [body for where, body in self.sent if where == path]

    async def _index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(state(request.query.get("user", CLERK)))

    async def _messages(self, request: web.Request) -> web.Response:
        shown = self.messages if request.query["channel"] == BILLING else []
        return web.json_response({"messages": shown})

    async def _home(self, request: web.Request) -> web.Response:
        return web.json_response({"view": self.home})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        stream: asyncio.Queue[Json | None] = asyncio.Queue()
        self._streams.append(stream)
        self.listening.set()
        with suppress(ConnectionResetError):  # the page was closed
            while (event := await stream.get()) is not None:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        return response

    async def _post(self, request: web.Request) -> web.Response:
        path, body = request.match_info["path"], await request.json()
        async with self._arrived:
            self.sent.append((path, body))
            self._arrived.notify_all()
        answer = self.answers.get(path, {"ok": True})
        return web.json_response(await answer(body) if callable(answer) else answer)
