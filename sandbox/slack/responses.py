"""POST /response/{key}: answers to an interaction."""

import json

from aiohttp import web

from sandbox.slack.api.dispatch import after, before
from sandbox.slack.blockkit.validate import check_message
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.faults import Faults
from sandbox.slack.inside import Slack
from sandbox.slack.messages import Body
from sandbox.slack.tickets import ResponseUrl


class Responses:
    """Takes answers at response URLs; ephemeral unless they say `in_channel`."""

    def __init__(self, slack: Slack, faults: Faults) -> None:
        self.received: list[Json] = []
        self._slack = slack
        self._faults = faults

    async def serve(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.take("response_url")
        if fault and (failed := await before(fault, request)) is not None:
            return failed
        try:
            said = json.loads(await request.text())
            self.received.append(said)
            issued = self._slack.response_urls.use(request.match_info["key"])
            self._say(issued, said)
        except json.JSONDecodeError:
            return web.Response(status=400, text="invalid_payload")
        except SlackError as problem:
            gone = problem.code in ("expired_url", "used_url")
            self._slack.trouble(f"response_url: {problem.code} {problem.messages}")
            return web.json_response(problem.answer(), status=404 if gone else 400)
        if fault:
            await after(fault, request)
        return web.Response(text="ok")

    def _say(self, issued: ResponseUrl, said: Json) -> None:
        messages = self._slack.messages
        if said.get("delete_original"):
            self._delete(issued)
            return
        body = Body(said.get("text", ""), said.get("blocks"), said.get("metadata"))
        if not body.text and not body.blocks:
            raise SlackError("no_text")
        check_message(body.blocks or [])
        if not body.text:
            self._slack.trouble("an answer with blocks has no text for notifications and screen readers")
        if said.get("replace_original"):
            self._replace(issued, body)
        elif said.get("response_type") == "in_channel":
            messages.post_by_bot(self._slack.workspace.channels[issued.channel], body, said.get("thread_ts"))
        else:
            messages.show_only(issued.channel, issued.user, body, said.get("thread_ts"))

    def _replace(self, issued: ResponseUrl, body: Body) -> None:
        messages = self._slack.messages
        if issued.ephemeral is not None:
            messages.change_ephemeral(issued.ephemeral, body)
        elif issued.ts is not None:
            messages.change(issued.channel, issued.ts, body)
        else:
            messages.show_only(issued.channel, issued.user, body)

    def _delete(self, issued: ResponseUrl) -> None:
        if issued.ephemeral is not None:
            self._slack.messages.delete_ephemeral(issued.ephemeral)
        elif issued.ts is not None:
            self._slack.messages.delete(issued.channel, issued.ts)
        else:
            raise SlackError("message_not_found")
