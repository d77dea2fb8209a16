"""chat.*: posting, changing, deleting, unfurling."""

import json
import time

from sandbox.slack import limits
from sandbox.slack import workspace as ws
from sandbox.slack.api.arguments import Args
from sandbox.slack.blockkit.validate import check_message
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack
from sandbox.slack.messages import Body


class RateLimited(SlackError):
    """`ratelimited`, with the seconds to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class Pace:
    """One post a second in a channel (Slack's documented limit)."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def check(self, channel: str) -> None:
        now = time.monotonic()
        wait = self._last.get(channel, 0.0) + 1 / limits.POSTS_PER_SECOND_AND_CHANNEL - now
        if wait > 0:
            raise RateLimited(wait)
        self._last[channel] = now


def _body(args: Args) -> Body:
    """What is to be said; SlackError `no_text`, `invalid_blocks`, `invalid_blocks_format`, …"""
    blocks = args.parsed("blocks", "invalid_blocks_format")
    attachments = args.parsed("attachments", "invalid_attachments")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    text = args.text("text")
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if blocks:
        check_message(blocks)
    return Body(text[: limits.MESSAGE_TEXT], blocks, _metadata(args), attachments)


def _metadata(args: Args) -> Json | None:
    metadata = args.parsed("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    named = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not named or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > limits.METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _watch(slack: Slack, args: Args, body: Body) -> None:
    """What Slack takes and people suffer from: blocks without words beside them, names that ring by themselves."""
    if body.blocks and not body.text:
        slack.trouble("a message with blocks has no text for notifications and screen readers")
    if args.flag("link_names") or args.text("parse") == "full":
        slack.trouble("link_names or parse=full turns foreign text into mentions")


def post_message(slack: Slack, args: Args) -> Json:
    channel = slack.workspace.for_posting(args.needed("channel"))
    body = _body(args)
    _watch(slack, args, body)
    thread = args.text("thread_ts") or None
    if thread and slack.messages.find(channel.id, thread) is None:
        raise SlackError("thread_not_found")
    message = slack.messages.post_by_bot(channel, body, thread)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def post_ephemeral(slack: Slack, args: Args) -> Json:
    channel = slack.workspace.for_posting(args.needed("channel"))
    user = args.needed("user")
    if user not in slack.workspace.users or user not in channel.members:
        raise SlackError("user_not_in_channel")
    body = _body(args)
    _watch(slack, args, body)
    one = slack.messages.show_only(channel.id, user, body, args.text("thread_ts") or None)
    return {"message_ts": one.message["ts"]}


def _own(slack: Slack, args: Args, refusal: str) -> tuple[ws.Channel, Json]:
    channel = slack.workspace.visible_to_bot(args.needed("channel"))
    message = slack.messages.get(channel.id, args.needed("ts"))
    if message.get("bot_id") != ws.BOT_ID:
        raise SlackError(refusal)
    return channel, message


def update(slack: Slack, args: Args) -> Json:
    channel, message = _own(slack, args, "cant_update_message")
    if len(args.text("text")) > limits.UPDATE_TEXT:
        raise SlackError("msg_too_long")
    body = _body(args)
    if "text" not in args.given:
        body.text = message["text"]
    _watch(slack, args, body)
    changed = slack.messages.change(channel.id, message["ts"], body)
    return {"channel": channel.id, "ts": changed["ts"], "text": changed["text"], "message": changed}


def delete(slack: Slack, args: Args) -> Json:
    channel, message = _own(slack, args, "cant_delete_message")
    slack.messages.delete(channel.id, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def get_permalink(slack: Slack, args: Args) -> Json:
    channel = slack.workspace.visible_to_bot(args.needed("channel"))
    message = slack.messages.get(channel.id, args.needed("message_ts"))
    link = f"https://{ws.TEAM_DOMAIN}.slack.example/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def unfurl(slack: Slack, args: Args) -> Json:
    """Bad metadata is answered with ok and a warning, as Slack does."""
    channel = slack.workspace.visible_to_bot(args.needed("channel"))
    unfurls = args.parsed("unfurls") or {}
    metadata = args.parsed("metadata") or {}
    if not unfurls and not metadata:
        raise SlackError("missing_unfurls")
    for each in unfurls.values():
        check_message(each.get("blocks", []))
    entities = metadata.get("entities", [])
    slack.messages.add_unfurls(channel.id, args.needed("ts"), unfurls, entities)
    needed = ("app_unfurl_url", "url", "external_ref", "entity_type", "entity_payload")
    bad = [name for entity in entities for name in needed if name not in entity]
    if not bad:
        return {}
    slack.trouble(f"chat.unfurl: an entity lacks {', '.join(bad)}")
    return {
        "warning": "unfurl_metadata_invalid",
        "response_metadata": {"messages": [f"[WARN] missing {name}" for name in bad]},
    }
