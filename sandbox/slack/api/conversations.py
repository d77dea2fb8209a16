"""conversations.*: what the bot may see of channels and what was said in them."""

from sandbox.slack import limits
from sandbox.slack import workspace as ws
from sandbox.slack.api.arguments import Args, page_of
from sandbox.slack.api.people import kind_of
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack


def info(slack: Slack, args: Args) -> Json:
    return {"channel": slack.workspace.visible_to_bot(args.needed("channel")).as_json()}


def members(slack: Slack, args: Args) -> Json:
    channel = slack.workspace.visible_to_bot(args.needed("channel"))
    page, metadata = page_of(channel.members, args, 100, limits.LIST_PAGE)
    return {"members": page, "response_metadata": metadata}


def open_(slack: Slack, args: Args) -> Json:
    users = [user for user in args.text("users").split(",") if user]
    if len(users) != 1:
        raise SlackError("users_list_not_supplied" if not users else "not_enough_users")
    channel = slack.workspace.dm(users[0])
    return {"channel": channel.as_json() if args.flag("return_im") else {"id": channel.id}}


def list_(slack: Slack, args: Args) -> Json:
    types = args.text("types", "public_channel").split(",")
    seen = [c for c in slack.workspace.channels.values() if not c.is_private or ws.BOT_USER in c.members]
    wanted = [c for c in seen if kind_of(c) in types]
    if args.flag("exclude_archived"):
        wanted = [c for c in wanted if not c.is_archived]
    page, metadata = page_of(wanted, args, 100, limits.LIST_PAGE)
    return {"channels": [c.as_json() for c in page], "response_metadata": metadata}


def join(slack: Slack, args: Args) -> Json:
    channel = slack.workspace.visible_to_bot(args.needed("channel"))
    if channel.is_im or channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if ws.BOT_USER not in channel.members:
        channel.members.append(ws.BOT_USER)
        slack.feed.publish({"type": "channels"})
    return {"channel": channel.as_json()}


def _readable(slack: Slack, args: Args) -> ws.Channel:
    channel = slack.workspace.visible_to_bot(args.needed("channel"))
    if ws.BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _as_read(message: Json, with_metadata: bool) -> Json:
    return {name: part for name, part in message.items() if name != "metadata" or with_metadata}


def _within(messages: list[Json], args: Args) -> list[Json]:
    """Those between `oldest` and `latest`; the ends count when `inclusive`."""
    oldest, latest = args.text("oldest", "0"), args.text("latest") or "9999999999.999999"
    if args.flag("inclusive"):
        return [m for m in messages if _exact(oldest) <= _exact(m["ts"]) <= _exact(latest)]
    return [m for m in messages if _exact(oldest) < _exact(m["ts"]) < _exact(latest)]


def _exact(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    try:
        return int(seconds or 0), int((micros or "0").ljust(6, "0")[:6])
    except ValueError:
        raise SlackError("invalid_ts_latest") from None


def history(slack: Slack, args: Args) -> Json:
    """Newest first, without thread replies."""
    channel = _readable(slack, args)
    roots = [m for m in slack.messages.in_channel(channel.id) if m.get("thread_ts", m["ts"]) == m["ts"]]
    found = list(reversed(_within(roots, args)))
    page, metadata = page_of(found, args, 100, limits.HISTORY_PAGE)
    with_metadata = args.flag("include_all_metadata")
    return {
        "messages": [_as_read(message, with_metadata) for message in page],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def replies(slack: Slack, args: Args) -> Json:
    """The parent and its replies, oldest first."""
    channel = _readable(slack, args)
    parent = slack.messages.find(channel.id, args.needed("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    thread = _within([parent, *slack.messages.replies(channel.id, parent["ts"])], args)
    page, metadata = page_of(thread, args, 100, limits.LIST_PAGE)
    with_metadata = args.flag("include_all_metadata")
    return {
        "messages": [_as_read(message, with_metadata) for message in page],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }
