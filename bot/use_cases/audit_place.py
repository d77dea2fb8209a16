"""Where something was done, as the audit keeps it."""

from typing import TypedDict

from bot.store import visits
from bot.store.lane import Tx


class Place(TypedDict):
    """A conversation's id, and a link to the message that it was done from; empty where there is none."""

    channel: str
    link: str


#: For the clock, a terminal, and what came from no conversation.
NOWHERE = Place(channel="", link="")


def place_at(channel: str, ts: str) -> Place:
    """A conversation, and the message in it that was clicked."""
    return Place(channel=channel, link=message_link(channel, ts))


def place_of(tx: Tx, visit_id: str) -> Place:
    """Where the person stood whose visit this is; nowhere for the clock, a terminal, and a visit that is forgotten."""
    visit = visits.get(tx, visit_id) if visit_id else None
    if visit is None:
        return NOWHERE
    return place_at(visit.channel_id, visit.message_ts)


def message_link(channel: str, ts: str) -> str:
    """A link to a message, or empty without one. Slack leads from its own host on to the reader's workspace."""
    return f"https://slack.com/archives/{channel}/p{ts.replace('.', '')}" if channel and ts else ""
