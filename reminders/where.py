"""Where a message may stand: a person's own conversation with the bot, or a channel where nobody else reads along."""

from dataclasses import dataclass

from bot.domain.errors import NotAllowed
from bot.slack.client import Slack
from bot.slack.directory import Directory
from bot.use_cases.places import Places

#: What Slack says when a place can't be posted to or read; anything else is about the message or the token.
UNREACHABLE = frozenset({"channel_not_found", "not_in_channel", "is_archived", "thread_not_found"})
_TOKEN = "Slack doesn't accept the bot's token. Put the app's current one into SLACK_BOT_TOKEN and restart."  # noqa: S105 - a sentence
_PERSON = "Slack doesn't let me write to that person. Name somebody else in the policy."
_CURES = {
    "channel_not_found": "I can't see that channel. Invite me with /invite @Duebot, or name another in the policy.",
    "not_in_channel": "I am not in that channel. Invite me with /invite @Duebot.",
    "is_archived": "That channel is archived. Unarchive it, or name another in the policy.",
    "thread_not_found": "That thread is gone.",
    "restricted_action": "The workspace restricts who may post there. Ask an admin to let Duebot post.",
    "missing_scope": "The Slack app lacks a permission. Reinstall it with the present manifest.",
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "account_inactive": _TOKEN,
    "user_not_found": _PERSON,
    "user_disabled": _PERSON,
    "cannot_dm_bot": _PERSON,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation, and a thread in it or none."""

    channel: str
    thread_ts: str = ""


def cure(code: str) -> str:
    """What to do about Slack's refusal, as sentences."""
    return _CURES.get(code, f"Slack refused it ({code}). The bot's log says more.")


def is_person(target: str) -> bool:
    """Whether an id names a person (Slack's user ids begin with U or W) and not a conversation."""
    return target[:1] in ("U", "W")


class Where:
    """Finds the place for a target, checked at the moment of posting."""

    def __init__(self, slack: Slack, directory: Directory, places: Places) -> None:
        self._slack = slack
        self._directory = directory
        self._places = places

    async def of(self, target: str) -> Place:
        """The place of a person or channel. Raises ``NotAllowed`` with the cure, or ``SlackError``."""
        return await (self.direct(target) if is_person(target) else self.channel(target))

    async def direct(self, user_id: str) -> Place:
        """A person's conversation with the bot. Guests and people who have left get nothing."""
        member = await self._directory.member(user_id)
        if not member.full:
            raise NotAllowed(
                f"{member.name} is not an active, full member of the workspace, so nothing about customers is "
                "sent to them. Name somebody else in the policy."
            )
        return Place(await self._slack.direct_channel(user_id))

    async def channel(self, channel_id: str, thread_ts: str = "") -> Place:
        """A channel in which the bot may post and nobody else reads along."""
        channel = await self._places.require_shareable(channel_id)
        name = f"#{channel.name}" if channel.name else channel_id
        if channel.archived:
            raise NotAllowed(f"{name} is archived. Unarchive it, or name another channel in the policy.")
        if channel.known and not channel.member:
            raise NotAllowed(f"I am not in {name}. Invite me there with /invite @Duebot.")
        return Place(channel_id, thread_ts)
