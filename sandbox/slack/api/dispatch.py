"""POST /api/{method}: checks the token, meets the ordered faults, calls the method, records the call."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from sandbox.slack.api import arguments, chat, conversations, files, people, scopes, views
from sandbox.slack.api.arguments import Args
from sandbox.slack.api.chat import Pace, RateLimited
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.faults import Fault, Faults
from sandbox.slack.inside import Slack
from sandbox.slack.sockets import Sockets

Method = Callable[[Slack, Args], Json]


# Refusals that only a mistake in the bot brings about, however the world behaves.
_MISTAKES = (
    "exchanged_trigger_id",
    "expired_trigger_id",
    "invalid_arguments",
    "invalid_blocks",
    "invalid_trigger_id",
    "missing_scope",
    "unknown_method",
    "view_too_large",
)


@dataclass
class Call:
    """One Web API call that reached Slack, and its answer, kept for tests."""

    method: str
    args: Json
    answer: Json


class Api:
    """The Web API. ``date_skew`` is how far its ``Date`` header runs ahead of real time."""

    def __init__(
        self, slack: Slack, faults: Faults, sockets: Sockets, bot_token: str, app_token: str
    ) -> None:
        self.calls: list[Call] = []
        self.date_skew = timedelta()
        self._slack = slack
        self._faults = faults
        self._sockets = sockets
        self._bot_token = bot_token
        self._app_token = app_token
        self._pace = Pace()
        self._methods: dict[str, Method] = {
            "auth.test": people.auth_test,
            "api.test": lambda _slack, _args: {},
            "team.info": people.team_info,
            "bots.info": people.bots_info,
            "users.info": people.users_info,
            "users.list": people.users_list,
            "users.conversations": people.users_conversations,
            "usergroups.list": people.groups_list,
            "usergroups.users.list": people.groups_users_list,
            "chat.postMessage": self._paced_post,
            "chat.postEphemeral": chat.post_ephemeral,
            "chat.update": chat.update,
            "chat.delete": chat.delete,
            "chat.getPermalink": chat.get_permalink,
            "chat.unfurl": chat.unfurl,
            "conversations.info": conversations.info,
            "conversations.members": conversations.members,
            "conversations.open": conversations.open_,
            "conversations.list": conversations.list_,
            "conversations.join": conversations.join,
            "conversations.history": conversations.history,
            "conversations.replies": conversations.replies,
            "views.open": views.open_,
            "views.push": views.push,
            "views.update": views.update,
            "views.publish": views.publish,
            "files.getUploadURLExternal": files.get_upload_url,
            "files.completeUploadExternal": files.complete_upload,
            "files.info": files.info,
            "apps.connections.open": self._open_connection,
        }

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fault = self._faults.take(method)
        if fault and (failed := await before(fault, request)) is not None:
            return failed
        answer = await self._answer(method, request, fault)
        if fault:
            await after(fault, request)
        headers = {
            "Date": format_datetime(datetime.now(UTC) + self.date_skew, usegmt=True),
            "x-oauth-scopes": ",".join(self._slack.catalog.scopes),
        }
        if answer.get("error") == "ratelimited":
            wait = str(max(1, math.ceil(answer.pop("retry_after"))))
            return web.json_response(answer, status=429, headers={**headers, "Retry-After": wait})
        return web.json_response(answer, headers=headers)

    async def _answer(self, method: str, request: web.Request, fault: Fault | None) -> Json:
        args = Args({})
        try:
            args = await arguments.read(request)
            if method not in self._methods:
                raise SlackError("unknown_method", req_method=method)
            self._check_token(method, request, args)
            channel = self._slack.workspace.channels.get(args.text("channel"))
            scopes.check(method, self._slack.catalog.scopes, channel, args.text("types"))
            if fault and fault.kind.startswith("error:"):
                raise SlackError(fault.kind.removeprefix("error:"))
            answer = {"ok": True, **self._methods[method](self._slack, args)}
        except RateLimited as problem:
            answer = {**problem.answer(), "retry_after": problem.seconds}
        except SlackError as problem:
            answer = problem.answer()
            if problem.code in _MISTAKES and fault is None:
                self._slack.trouble(f"{method}: {problem.code} {list(problem.messages)}")
        self.calls.append(Call(method, {k: v for k, v in args.given.items() if k != "token"}, answer))
        self._slack.feed.touch()
        return answer

    def _check_token(self, method: str, request: web.Request, args: Args) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or args.text("token")
        needed = self._app_token if method.startswith("apps.") else self._bot_token
        if method == "api.test":
            return
        if not token:
            raise SlackError("not_authed")
        if token != needed:
            known = token in (self._app_token, self._bot_token)
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")

    def _paced_post(self, slack: Slack, args: Args) -> Json:
        if self._faults.strict_pace:
            self._pace.check(args.text("channel"))
        return chat.post_message(slack, args)

    def _open_connection(self, slack: Slack, _args: Args) -> Json:
        address = slack.address.replace("http://", "ws://", 1)
        return {"url": f"{address}/link/?ticket={self._sockets.ticket()}&app_id=sandbox"}


async def before(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """What a fault does instead of the call, or nothing."""
    if fault.kind == "429":
        wait = {"Retry-After": str(max(1, math.ceil(fault.seconds)))}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=wait)
    if fault.kind == "500_html":
        page = "<html><body><h1>Server Error</h1></body></html>"
        return web.Response(status=500, text=page, content_type="text/html")
    if fault.kind == "drop_before":
        cut(request)
        return web.Response()
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return None


async def after(fault: Fault, request: web.Request) -> None:
    """What a fault does once the call was carried out."""
    if fault.kind == "drop_after":
        cut(request)
    if fault.kind == "slow_after":
        await asyncio.sleep(fault.seconds)


def cut(request: web.Request) -> None:
    """Drop the caller's connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
