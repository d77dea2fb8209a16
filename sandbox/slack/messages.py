"""What stands in the conversations: kept messages and ephemeral ones."""

import uuid
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.clock import Clock
from sandbox.slack import workspace as ws
from sandbox.slack.blockkit.validate import with_block_ids
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.feed import Feed
from sandbox.slack.workspace import Channel, Workspace


class Stamps:
    """Message timestamps: from the moved clock, strictly increasing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        since = self._clock.now() - datetime(1970, 1, 1, tzinfo=UTC)
        micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        self._last = max(self._last + 1, micros)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass
class Ephemeral:
    """A message that one person sees in a conversation; Slack doesn't keep it."""

    channel: str
    user: str
    message: Json


@dataclass
class Body:
    """What a post or an update says; None leaves a part out."""

    text: str = ""
    blocks: list[Json] | None = None
    metadata: Json | None = None
    attachments: list[Json] | None = None


class Messages:
    """Posts, changes and deletes messages, and tells the pages of those who see them."""

    def __init__(self, workspace: Workspace, stamps: Stamps, feed: Feed) -> None:
        self.workspace = workspace
        self._stamps = stamps
        self._feed = feed
        self._kept: dict[str, list[Json]] = {}
        self._ephemeral: list[Ephemeral] = []

    def in_channel(self, channel: str) -> list[Json]:
        """Every kept message of the conversation, thread replies too, oldest first."""
        return self._kept.get(channel, [])

    def ephemeral(self, channel: str | None = None, user: str | None = None) -> list[Ephemeral]:
        """Ephemeral messages shown at the moment, oldest first."""
        return [
            one
            for one in self._ephemeral
            if (channel is None or one.channel == channel) and (user is None or one.user == user)
        ]

    def find(self, channel: str, ts: str) -> Json | None:
        return next((message for message in self.in_channel(channel) if message["ts"] == ts), None)

    def get(self, channel: str, ts: str) -> Json:
        """A kept message; SlackError `message_not_found`."""
        message = self.find(channel, ts)
        if message is None:
            raise SlackError("message_not_found")
        return message

    def seen_by(self, user: str, channel: str, ts: str) -> tuple[Json, bool]:
        """The message with this ts that `user` sees, and whether it is ephemeral."""
        for one in self.ephemeral(channel, user):
            if one.message["ts"] == ts:
                return one.message, True
        return self.get(channel, ts), False

    def replies(self, channel: str, ts: str) -> list[Json]:
        return [m for m in self.in_channel(channel) if m.get("thread_ts") == ts and m["ts"] != ts]

    def post_by_bot(self, channel: Channel, body: Body, thread_ts: str | None = None) -> Json:
        return self._post(channel, self._from_bot(body), thread_ts)

    def post_by_person(
        self, channel: Channel, user: str, text: str, blocks: list[Json] | None = None
    ) -> Json:
        message: Json = {"type": "message", "user": user, "team": ws.TEAM_ID}
        self._fill(message, Body(text, blocks))
        return self._post(channel, message, None)

    def post_file(self, channel: Channel, files: list[Json], comment: str, thread_ts: str | None) -> Json:
        message = self._from_bot(Body(comment))
        message["files"] = files
        message["subtype"] = "file_share"
        return self._post(channel, message, thread_ts)

    def show_only(self, channel: str, user: str, body: Body, thread_ts: str | None = None) -> Ephemeral:
        """An ephemeral message from the bot."""
        message = {**self._from_bot(body), "ts": self._stamps.next(), "is_ephemeral": True}
        if thread_ts:
            message["thread_ts"] = thread_ts
        one = Ephemeral(channel, user, message)
        self._ephemeral.append(one)
        self._publish_ephemeral("ephemeral", one)
        return one

    def change(self, channel: str, ts: str, body: Body) -> Json:
        """Slack's documented rule: text without blocks removes the blocks."""
        message = self.get(channel, ts)
        self._fill(message, body)
        message["edited"] = {"user": ws.BOT_USER, "ts": self._stamps.next()}
        self._publish("message_changed", channel, message)
        return message

    def change_ephemeral(self, one: Ephemeral, body: Body) -> None:
        self._fill(one.message, body)
        self._publish_ephemeral("ephemeral_changed", one)

    def delete(self, channel: str, ts: str) -> None:
        message = self.get(channel, ts)
        self.in_channel(channel).remove(message)
        self._feed.publish(
            {"type": "message_deleted", "channel": channel, "ts": ts},
            self.workspace.channels[channel].members,
        )

    def delete_ephemeral(self, one: Ephemeral) -> None:
        self._ephemeral.remove(one)
        self._publish_ephemeral("ephemeral_deleted", one)

    def add_unfurls(self, channel: str, ts: str, unfurls: Json, entities: list[Json]) -> None:
        message = self.get(channel, ts)
        message["unfurls"] = unfurls
        message["entities"] = entities
        self._publish("message_changed", channel, message)

    def shown(self, message: Json, with_replies: bool = False) -> Json:
        """The message in the page's shape."""
        user = self.workspace.users.get(message.get("user", ""))
        blocks = [*(message.get("blocks") or []), *_unfurled_blocks(message)]
        body: Json = {
            "ts": message["ts"],
            "user": message.get("bot_id") or message.get("user"),
            "username": user.real_name if user else "",
            "text": message.get("text", ""),
            "blocks": blocks or None,
            "edited": "edited" in message,
            "ephemeral": bool(message.get("is_ephemeral")),
            "thread_ts": message.get("thread_ts"),
            "reply_count": message.get("reply_count", 0),
            "files": [
                {"name": f["name"], "url": f"/page/files/{f['id']}/{f['name']}", "mimetype": f["mimetype"]}
                for f in message.get("files", [])
            ],
            "is_bot": "bot_id" in message,
        }
        if with_replies:
            channel = message.get("channel_of", "")
            body["replies"] = [self.shown(reply) for reply in self.replies(channel, message["ts"])]
        return body

    def page_of(self, user: str, channel: str) -> list[Json]:
        """What this person sees in the conversation, in the page's shape, oldest first."""
        roots = [
            m
            for m in self.in_channel(channel)
            if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("subtype") == "thread_broadcast"
        ]
        shown = [self.shown({**m, "channel_of": channel}, with_replies=True) for m in roots]
        shown += [self.shown(one.message) for one in self.ephemeral(channel, user)]
        return sorted(shown, key=lambda message: str(message["ts"]))

    def _from_bot(self, body: Body) -> Json:
        message: Json = {
            "type": "message",
            "user": ws.BOT_USER,
            "bot_id": ws.BOT_ID,
            "app_id": ws.APP_ID,
            "team": ws.TEAM_ID,
            "bot_profile": {"id": ws.BOT_ID, "app_id": ws.APP_ID, "name": ws.BOT_NAME, "team_id": ws.TEAM_ID},
        }
        self._fill(message, body)
        return message

    def _fill(self, message: Json, body: Body) -> None:
        message["text"] = body.text
        parts = {"metadata": body.metadata, "attachments": body.attachments}
        message.update({name: deepcopy(part) for name, part in parts.items() if part is not None})
        if body.blocks:
            message["blocks"] = with_block_ids(deepcopy(body.blocks))
        else:
            message.pop("blocks", None)

    def _post(self, channel: Channel, message: Json, thread_ts: str | None) -> Json:
        message = {**message, "ts": self._stamps.next()}
        if thread_ts:
            message["thread_ts"] = thread_ts
            parent = self.find(channel.id, thread_ts)
            if parent is not None:
                parent["thread_ts"] = thread_ts
                parent["reply_count"] = parent.get("reply_count", 0) + 1
        self._kept.setdefault(channel.id, []).append(message)
        self._publish("message", channel.id, message)
        return message

    def _publish(self, kind: str, channel: str, message: Json) -> None:
        event = {"type": kind, "channel": channel, "message": self.shown(message)}
        self._feed.publish(event, self.workspace.channels[channel].members)

    def _publish_ephemeral(self, kind: str, one: Ephemeral) -> None:
        event: Json = {"type": kind, "channel": one.channel, "message": self.shown(one.message)}
        if kind == "ephemeral_deleted":
            event = {"type": kind, "channel": one.channel, "ts": one.message["ts"]}
        self._feed.publish(event, [one.user])


def _unfurled_blocks(message: Json) -> list[Json]:
    unfurls: Json = message.get("unfurls") or {}
    blocks = [block for unfurl in unfurls.values() for block in unfurl.get("blocks", [])]
    return blocks + [_entity_block(entity) for entity in message.get("entities", [])]


def _entity_block(entity: Json) -> Json:
    """A Work Object as a section: its title, and its custom fields."""
    payload: Json = entity.get("entity_payload", {})
    title = payload.get("attributes", {}).get("title", {}).get("text") or entity.get("url", "")
    fields = [
        {"type": "mrkdwn", "text": f"*{field.get('label', field.get('key'))}*\n{field.get('value', '')}"}
        for field in payload.get("custom_fields", [])
    ]
    section: Json = {"type": "section", "text": {"type": "plain_text", "text": title or "Work Object"}}
    return {**section, "fields": fields[:10]} if fields else section


def new_id(prefix: str) -> str:
    """An id that looks like Slack's: a letter and ten signs."""
    return prefix + uuid.uuid4().hex[:10].upper()
