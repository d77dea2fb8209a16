"""Speaking to Slack: posting, updating, opening views, and finding what was posted.

Nothing here retries. slack_sdk's default handlers repeat a call whose connection dropped, which posts twice
(measured); so a lost answer is raised as ``SlackLost`` and the caller looks the message up before it posts again.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import SlackError, SlackLimited, SlackLost, SlackNotSent, SlackRefused

#: Message metadata under which every post carries its outbox id.
EVENT_TYPE = "duebot_outbox"
_TIMEOUT_SECONDS = 10.0
_WAIT = "Slack asks Duebot to slow down. Try again in a minute."
_TOKEN = "Slack no longer accepts Duebot's token. Whoever runs Duebot must set SLACK_BOT_TOKEN anew."  # noqa: S105 - a sentence
_TOO_LATE = "Slack took too long to open the form. Nothing was done; please ask for it again."
#: Refusals that people meet, in their words; any other is named by its code.
_SENTENCES = {
    "expired_trigger_id": _TOO_LATE,
    "exchanged_trigger_id": _TOO_LATE,
    "trigger_expired": _TOO_LATE,
    "trigger_exchanged": _TOO_LATE,
    "missing_scope": "The Slack app lacks a permission for this. Reinstall it with Duebot's manifest.",
    "invalid_auth": _TOKEN,
    "token_revoked": _TOKEN,
    "account_inactive": _TOKEN,
}
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace, from one ``auth.test``. ``answered_at`` is Slack's clock, if it told."""

    bot_user_id: str
    bot_id: str
    team_id: str
    team: str
    scopes: frozenset[str]
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class ViewRef:
    """An open view: its id, the hash that the next update must name, and the bottom of its stack."""

    id: str
    hash: str
    root_id: str


class Slack:
    """Slack's Web API in our words. Raises ``SlackRefused``, ``SlackLimited``, ``SlackNotSent``, ``SlackLost``."""

    def __init__(self, web: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self.web = web
        self._session = session

    @classmethod
    def connect(cls, token: str, api_url: str = "") -> "Slack":
        """A client with one shared session. Must be called inside a running event loop."""
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        base = api_url.rstrip("/") + "/" if api_url else AsyncWebClient.BASE_URL
        return cls(AsyncWebClient(token=token, base_url=base, session=session, retry_handlers=[]), session)

    async def close(self) -> None:
        """Closes the shared session."""
        await self._session.close()

    async def identity(self) -> Identity:
        """One ``auth.test``. The scopes are those that Slack's answer header names."""
        answer = await self.call("auth.test")
        headers = {str(name).lower(): value for name, value in answer.headers.items()}
        scopes = str(headers.get("x-oauth-scopes", "")).split(",")
        return Identity(
            bot_user_id=answer.get("user_id", ""),
            bot_id=answer.get("bot_id", ""),
            team_id=answer.get("team_id", ""),
            team=answer.get("team", ""),
            scopes=frozenset(scope.strip() for scope in scopes if scope.strip()),
            answered_at=_moment(str(headers.get("date", ""))),
        )

    async def call(self, method: str, **arguments: Any) -> AsyncSlackResponse:
        """One Web API call as JSON; Slack's codes become our errors."""
        sent = {name: value for name, value in arguments.items() if value is not None}
        return await self._ask(method, json=sent)

    async def query(self, method: str, **arguments: Any) -> AsyncSlackResponse:
        """The same as a GET with query arguments, for methods that read."""
        sent = {name: str(value) for name, value in arguments.items() if value is not None}
        return await self._ask(method, http_verb="GET", params=sent)

    async def _ask(self, method: str, **how: Any) -> AsyncSlackResponse:
        try:
            return await self.web.api_call(method, **how)
        except SlackApiError as error:
            raise _refusal(method, error.response, self._hide) from error
        except aiohttp.ClientConnectorError as error:
            raise SlackNotSent("Slack can't be reached just now.") from error
        # JSON that is no object makes slack_sdk stumble over its attributes.
        except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError) as error:
            raise SlackLost(f"Slack's answer to {method} was lost.") from error

    def _hide(self, text: str) -> str:
        """``text`` without our token: an answer that repeats it must not carry it into a sentence or a log."""
        return text.replace(self.web.token, "(token)") if self.web.token else text

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        outbox_id: str,
        thread_ts: str = "",
    ) -> Posted:
        """Posts a message that can be found again by ``outbox_id``."""
        answer = await self.call(
            "chat.postMessage",
            channel=channel,
            text=text,
            blocks=list(blocks),
            thread_ts=thread_ts or None,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"outbox_id": outbox_id}},
        )
        return Posted(answer["channel"], answer["ts"])

    async def update(self, posted: Posted, text: str, blocks: Sequence[Mapping[str, Any]]) -> None:
        """Replaces a posted message."""
        await self.call("chat.update", channel=posted.channel, ts=posted.ts, text=text, blocks=list(blocks))

    async def find_posted(
        self, channel: str, outbox_id: str, since: datetime, thread_ts: str = ""
    ) -> Posted | None:
        """The message that carries ``outbox_id``, reading from ``since`` to the end of paging, or ``None``."""
        async for message in self._messages(channel, since, thread_ts):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") != EVENT_TYPE:
                continue
            if (metadata.get("event_payload") or {}).get("outbox_id") == outbox_id:
                return Posted(channel, str(message["ts"]))
        return None

    async def _messages(
        self, channel: str, since: datetime, thread_ts: str
    ) -> AsyncIterator[Mapping[str, Any]]:
        cursor: str | None = None
        while True:
            answer = await self.query(
                "conversations.replies" if thread_ts else "conversations.history",
                channel=channel,
                ts=thread_ts or None,
                oldest=f"{since.timestamp():.6f}",
                limit=_PAGE,
                include_all_metadata="true",
                cursor=cursor,
            )
            found: Sequence[Mapping[str, Any]] = answer.get("messages") or ()
            for message in found:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> ViewRef:
        """Opens a modal; the trigger lives 3 seconds and works once (Slack's documented limit)."""
        return _view_ref(await self.call("views.open", trigger_id=trigger_id, view=view))

    async def update_view(self, view_id: str, view: Mapping[str, Any], view_hash: str = "") -> ViewRef:
        """Replaces a view; with ``view_hash`` only if nobody replaced it since."""
        answer = await self.call("views.update", view_id=view_id, view=view, hash=view_hash or None)
        return _view_ref(answer)

    async def publish_home(self, user_id: str, view: Mapping[str, Any]) -> None:
        """Replaces a person's App Home."""
        await self.call("views.publish", user_id=user_id, view=view)

    async def direct_channel(self, user_id: str) -> str:
        """The id of the conversation between the bot and this person."""
        answer = await self.call("conversations.open", users=user_id)
        channel: Mapping[str, Any] = answer["channel"]
        return str(channel["id"])

    async def respond(
        self,
        response_url: str,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        in_channel: bool = False,
        replace_original: bool = False,
    ) -> None:
        """Answers by a ``response_url``: five times within 30 minutes. Posts once; a lost answer is raised."""
        body = {
            "text": text,
            "blocks": list(blocks),
            "response_type": "in_channel" if in_channel else "ephemeral",
            "replace_original": replace_original,
            "unfurl_links": False,
        }
        try:
            async with self._session.post(response_url, json=body, allow_redirects=False) as answer:
                if answer.status == 429:
                    raise SlackLimited(_WAIT, _retry_after(answer.headers))
                if answer.status >= 500:
                    raise SlackLost("Slack's answer was lost.")
                if answer.status >= 400:
                    code = self._hide(await answer.text())[:80]
                    raise SlackRefused(f"Slack refused the answer ({code}).", code)
        except aiohttp.ClientConnectorError as error:
            raise SlackNotSent("Slack can't be reached just now.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackLost("Slack's answer was lost.") from error


def _view_ref(answer: AsyncSlackResponse) -> ViewRef:
    view: Mapping[str, Any] = answer.get("view") or {}
    view_id = str(view.get("id", ""))
    return ViewRef(view_id, str(view.get("hash", "")), str(view.get("root_view_id") or view_id))


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After") or headers.get("retry-after") or 1))
    except ValueError:
        return 1.0


def _moment(told: str) -> datetime | None:
    """An HTTP date (RFC 9110) as an aware moment, to the second; ``None`` for anything else."""
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _refusal(method: str, response: Any, hide: Callable[[str], str]) -> SlackError:
    # The status first: reading "error" of an answer that is not JSON raises by itself.
    status = getattr(response, "status_code", 200)
    if status == 429:
        return SlackLimited(_WAIT, _retry_after(getattr(response, "headers", {})))
    data = getattr(response, "data", None)
    # What has no error code is not Slack's: a web page of something in between, whatever its status.
    if status >= 500 or not isinstance(data, dict) or "error" not in data:
        return SlackLost(f"Slack's answer to {method} was lost.")
    code = hide(str(data["error"]))
    if code == "ratelimited":
        return SlackLimited(_WAIT, _retry_after(getattr(response, "headers", {})))
    if code in {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}:
        return SlackLost(f"Slack's answer to {method} was lost ({code}).")
    if code in _SENTENCES:
        return SlackRefused(_SENTENCES[code], code)
    details = (data.get("response_metadata") or {}).get("messages") or []
    more = f": {hide('; '.join(map(str, details)))[:300]}" if details else ""
    return SlackRefused(f"Slack refused {method} ({code}{more}).", code)
