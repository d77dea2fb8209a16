"""The page's endpoints: one person at a time, over JSON, with Server-Sent Events for what changes."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from sandbox.slack import workspace as ws
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack
from sandbox.slack.visits import Visits

PAGE = Path(__file__).parent.parent / "page"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

MoveClock = Callable[[Json], Awaitable[Json]]
ShowClock = Callable[[], Json]


class Page:
    """Serves the page and plays the person it names."""

    def __init__(self, slack: Slack, visits: Visits, show_clock: ShowClock, move_clock: MoveClock) -> None:
        self._slack = slack
        self._visits = visits
        self._show_clock = show_clock
        self._move_clock = move_clock
        self._read: dict[tuple[str, str], str] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/page/static/{file}", self.static),
            web.get("/page/state", self.state),
            web.get("/page/messages", self.messages),
            web.get("/page/home", self.home),
            web.get("/page/events", self.events),
            web.post("/page/message", self._doing(self._say)),
            web.post("/page/action", self._doing(self._act)),
            web.post("/page/options", self._doing(self._options)),
            web.post("/page/submit", self._doing(self._submit)),
            web.post("/page/close", self._doing(self._close)),
            web.post("/page/shortcut", self._doing(self._shortcut)),
            web.post("/page/clock", self._doing(self._move_clock)),
        ]

    async def index(self, _: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["file"])

    async def state(self, request: web.Request) -> web.Response:
        slack = self._slack
        me = request.query.get("user") or next(u.id for u in slack.workspace.users.values() if u.plays)
        if me not in slack.workspace.users or not slack.workspace.users[me].plays:
            return web.json_response({"ok": False, "error": "user_not_found"}, status=404)
        if slack.workspace.users[me].team_id == ws.TEAM_ID:
            slack.workspace.dm(me)
        return web.json_response(
            {
                "me": me,
                "users": [_user(user) for user in slack.workspace.users.values() if user.plays],
                "channels": [self._channel(channel, me) for channel in slack.workspace.channels_of(me)],
                "commands": slack.catalog.commands,
                "shortcuts": slack.catalog.shortcuts,
                "clock": self._show_clock(),
                "team": {"name": ws.TEAM_NAME},
                "bot": {"id": ws.BOT_ID, "name": ws.BOT_NAME, "connected": slack.courier.connected},
                "modals": slack.modals.stack(me),
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        user, channel = request.query.get("user", ""), request.query.get("channel", "")
        if user not in self._members(channel):
            return web.json_response({"ok": False, "error": "channel_not_found"}, status=404)
        kept = self._slack.messages.in_channel(channel)
        self._read[(user, channel)] = kept[-1]["ts"] if kept else "0"
        return web.json_response({"messages": self._slack.messages.page_of(user, channel)})

    async def home(self, request: web.Request) -> web.Response:
        try:
            view = await self._visits.open_home(request.query.get("user", ""))
        except SlackError as problem:
            return web.json_response(problem.answer(), status=404)
        return web.json_response({"view": view})

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        queue = self._slack.feed.listen(request.query.get("user", ""))
        try:
            await response.prepare(request)
            await response.write(b": here\n\n")
            while (event := await queue.get()) is not None:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._slack.feed.leave(queue)
        return response

    async def _say(self, said: Json) -> Json:
        return await self._visits.say(said["user"], said["channel"], said["text"])

    async def _act(self, said: Json) -> Json:
        return await self._visits.act(said["user"], said["container"], said["action"], said.get("state"))

    async def _options(self, said: Json) -> Json:
        return await self._visits.options(
            said["user"],
            said["container"],
            said["block_id"],
            said["action_id"],
            said.get("value", ""),
            said.get("state"),
        )

    async def _submit(self, said: Json) -> Json:
        return await self._visits.submit(said["user"], said["view_id"], said.get("state"))

    async def _close(self, said: Json) -> Json:
        return await self._visits.close(said["user"], said["view_id"], bool(said.get("clear")))

    async def _shortcut(self, said: Json) -> Json:
        return await self._visits.shortcut(
            said["user"], said["callback_id"], said.get("channel"), said.get("message_ts")
        )

    def _doing(
        self, do: Callable[[Json], Awaitable[Json]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                return web.json_response(await do(await request.json()))
            except SlackError as problem:
                return web.json_response(problem.answer())
            except (json.JSONDecodeError, KeyError) as problem:
                text = f"The request is not of the agreed form: {problem}"
                return web.json_response({"ok": False, "error": text}, status=400)

        return handler

    def _members(self, channel: str) -> list[str]:
        known = self._slack.workspace.channels.get(channel)
        return known.members if known else []

    def _channel(self, channel: ws.Channel, me: str) -> Json:
        users = self._slack.workspace.users
        others = [users[member].real_name for member in channel.members if member != me]
        read = self._read.get((me, channel.id), "0")
        return {
            "id": channel.id,
            "name": ", ".join(others) if channel.is_im else channel.name,
            "is_im": channel.is_im,
            "is_private": channel.is_private,
            "is_ext_shared": channel.is_ext_shared,
            "members": channel.members,
            "unread": sum(m["ts"] > read for m in self._slack.messages.in_channel(channel.id)),
        }


def _user(user: ws.User) -> Json:
    return {"id": user.id, "name": user.real_name, "title": user.title, "role_hint": user.title}


def _file(name: str) -> web.StreamResponse:
    path = PAGE / name
    if "/" in name or path.suffix not in KINDS or not path.is_file():
        return web.Response(status=404, text="There is no such file of the page.")
    return web.FileResponse(path, headers={"Content-Type": KINDS[path.suffix], "Cache-Control": "no-cache"})


def hours(said: Json) -> timedelta:
    """How far `plus_hours` moves the clock; SlackError when it isn't a sensible number."""
    amount = said.get("hours", 1)
    if not isinstance(amount, int | float) or not 0 < amount <= 24 * 366:
        raise SlackError("invalid_arguments", "[ERROR] hours must be between 0 and 8784")
    return timedelta(hours=amount)
