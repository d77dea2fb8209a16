"""People, user groups and channels of the workspace, remembered for a short while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import SlackRefused
from bot.slack.client import Slack

T = TypeVar("T")

#: People and groups may be this old when authority is checked; a changed group shows within it.
_PEOPLE_SECONDS = 60.0
#: Who is a guest changes rarely, and the list of everybody costs a call for each page.
_LIST_SECONDS = 300.0
_PAGE = 200
#: Slack allows some twenty calls of users.list a minute; who isn't on these pages is looked up singly.
_LIST_PAGES = 15
_MEMBERS_MOST = _LIST_PAGES * _PAGE
#: Slack won't list the workspace's people for us; each of them can still be looked up.
_NO_LIST = frozenset({"missing_scope", "unknown_method"})
_GUESTS = ("is_restricted", "is_ultra_restricted")

#: What keeps somebody from being an ordinary member; the first that applies.
Bar = Literal["", "unknown", "elsewhere", "guest", "deactivated", "bot"]
_OUTSIDE: frozenset[Bar] = frozenset({"elsewhere", "guest"})


@dataclass(frozen=True, slots=True)
class Member:
    """A person as Slack sees them.

    ``full`` is an active, ordinary member of our own workspace; ``outsider`` a guest or somebody of another
    organisation, who must not see customers' debts. ``barred`` is what keeps somebody from being full.
    """

    id: str
    name: str
    full: bool
    outsider: bool
    barred: Bar = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation. ``known`` is false when Slack won't tell us about it (a private one we are not in)."""

    id: str
    name: str
    known: bool
    direct: bool
    member: bool
    shared: bool
    archived: bool = False


class Directory:
    """Looks people, groups and channels up. ``monotonic`` is a clock in seconds."""

    def __init__(self, slack: Slack, team_id: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._slack = slack
        self._team_id = team_id
        self._monotonic = monotonic
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._one_list = asyncio.Lock()

    async def _remember(
        self, kind: str, key: str, read: Callable[[], Awaitable[T]], seconds: float = _PEOPLE_SECONDS
    ) -> T:
        kept = self._kept.get((kind, key))
        if kept is not None and self._monotonic() - kept[0] < seconds:
            value: T = kept[1]
            return value
        value = await read()
        self._kept[kind, key] = (self._monotonic(), value)
        return value

    def forget(self) -> None:
        """Reads everything afresh from here on."""
        self._kept.clear()

    async def member_now(self, user_id: str) -> Member:
        """A person, read afresh: for the moment of acting."""
        self._kept.pop(("member", user_id), None)
        return await self.member(user_id)

    async def member(self, user_id: str) -> Member:
        """A person. Guests, deactivated users, bots and other workspaces' people are not ``full``."""
        return await self._remember("member", user_id, lambda: self._read_member(user_id))

    async def _read_member(self, user_id: str) -> Member:
        try:
            answer = await self._slack.query("users.info", user=user_id)
        except SlackRefused as error:
            if error.code in {"user_not_found", "user_not_visible", "users_not_found"}:
                return Member(user_id, user_id, full=False, outsider=True, barred="unknown")
            raise
        user: Mapping[str, Any] = answer.get("user") or {}
        barred = self._bar(user)
        return Member(
            user_id,
            _name_of(user) or user_id,
            full=not barred,
            outsider=barred in _OUTSIDE,
            barred=barred,
        )

    def _bar(self, user: Mapping[str, Any]) -> Bar:
        if self._elsewhere(user):
            return "elsewhere"
        if any(user.get(flag) for flag in _GUESTS):
            return "guest"
        if user.get("deleted"):
            return "deactivated"
        return "bot" if user.get("is_bot") or user.get("is_app_user") else ""

    def _elsewhere(self, user: Mapping[str, Any]) -> bool:
        """Of another workspace than ours, or of another organisation."""
        stranger = bool(self._team_id) and user.get("team_id") not in (None, self._team_id)
        return stranger or bool(user.get("is_stranger"))

    async def group_members(self, group_id: str) -> frozenset[str]:
        """The users of a user group; a group that no longer exists has nobody."""
        return await self._remember("group", group_id, lambda: self._read_group(group_id))

    async def _read_group(self, group_id: str) -> frozenset[str]:
        try:
            answer = await self._slack.query("usergroups.users.list", usergroup=group_id)
        except SlackRefused as error:
            if error.code in {"no_such_subteam", "subteam_not_found"}:
                return frozenset()
            raise
        return frozenset(answer.get("users") or ())

    async def channel(self, channel_id: str) -> Channel:
        """A channel, read afresh: whether others than our own full members can see it."""
        try:
            answer = await self._slack.query("conversations.info", channel=channel_id)
        except SlackRefused as error:
            if error.code in {"channel_not_found", "not_in_channel", "missing_scope"}:
                return Channel(channel_id, "", known=False, direct=False, member=False, shared=False)
            raise
        found: Mapping[str, Any] = answer.get("channel") or {}
        direct = bool(found.get("is_im"))
        outside = any(
            found.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared", "is_org_shared_externally")
        )
        return Channel(
            id=channel_id,
            name=str(found.get("name", "")),
            known=True,
            direct=direct,
            member=direct or bool(found.get("is_member")),
            shared=outside or (not direct and await self._has_guests(channel_id)),
            archived=bool(found.get("is_archived")),
        )

    async def channel_lately(self, channel_id: str) -> Channel:
        """The same, at most a minute old: enough for an answer that only one person sees."""
        return await self._remember("channel", channel_id, lambda: self.channel(channel_id))

    async def _has_guests(self, channel_id: str) -> bool:
        """Whether a guest or somebody of another organisation is among the members."""
        outside = await self._everybody()
        cursor: str | None = None
        seen = 0
        while seen < _MEMBERS_MOST:
            answer = await self._slack.query(
                "conversations.members", channel=channel_id, limit=_PAGE, cursor=cursor
            )
            members: Sequence[str] = answer.get("members") or ()
            seen += len(members)
            if any(outside.get(user_id) for user_id in members):
                return True
            for user_id in members:
                if user_id not in outside and (await self.member(user_id)).outsider:
                    return True
            cursor = _next_cursor(answer)
            if cursor is None:
                return False
        # Too many to read them all: a channel of that size is treated as one with guests.
        return True

    async def _everybody(self) -> Mapping[str, bool]:
        """Who is an outsider, of the people that Slack lists; nobody when it won't list them."""
        async with self._one_list:
            return await self._remember("everybody", "", self._read_everybody, _LIST_SECONDS)

    async def _read_everybody(self) -> Mapping[str, bool]:
        outside: dict[str, bool] = {}
        cursor: str | None = None
        for _ in range(_LIST_PAGES):
            try:
                answer = await self._slack.query("users.list", limit=_PAGE, cursor=cursor)
            except SlackRefused as error:
                if error.code in _NO_LIST:
                    return {}
                raise
            users: Sequence[Mapping[str, Any]] = answer.get("members") or ()
            outside.update((str(user["id"]), self._bar(user) in _OUTSIDE) for user in users)
            cursor = _next_cursor(answer)
            if cursor is None:
                break
        return outside


def _name_of(user: Mapping[str, Any]) -> str:
    profile: Mapping[str, Any] = user.get("profile") or {}
    names = (
        user.get("real_name"),
        profile.get("real_name"),
        profile.get("display_name"),
        user.get("name"),
    )
    return str(next(filter(None, names), ""))


def _next_cursor(answer: AsyncSlackResponse) -> str | None:
    return (answer.get("response_metadata") or {}).get("next_cursor") or None
