"""Where customers' debts may be shown: never where another organisation or a guest can read along."""

from bot.domain.errors import NotAllowed, SlackError
from bot.slack.directory import Channel, Directory

_OUTSIDERS = (
    "This channel ({name}) is shared with another organisation or has guests, so nothing about customers is shown "
    "there. An admin can list the channel under channels.allow_shared in the policy."
)
_UNSURE = "I could not check who can read along in this channel just now."
_UNKNOWN = (
    "I can't see who is in that conversation, so nothing about customers is posted there. "
    "Invite me with /invite first, or ask in a direct message."
)


class Places:
    """The rule about shared channels, checked at the moment of posting."""

    def __init__(self, directory: Directory, allowed: frozenset[str]) -> None:
        self._directory = directory
        self._allowed = allowed

    async def require_shareable(self, channel_id: str) -> Channel:
        """The channel, read afresh. Raises ``NotAllowed`` where others could read along or can't be ruled out."""
        channel = await self._directory.channel(channel_id)
        if channel_id in self._allowed:
            return channel
        if not channel.known:
            raise NotAllowed(_UNKNOWN)
        if channel.shared:
            raise NotAllowed(_OUTSIDERS.format(name=channel.name or channel_id))
        return channel

    async def barred(self, channel_id: str) -> str:
        """Why even a private answer doesn't belong into this channel, or empty when it may stand there.

        A conversation that the bot can't see into is fine: only the person who asked sees the answer. While Slack
        doesn't say who is in a channel (it limits the pace), the answer is better off elsewhere than lost.
        """
        if not channel_id or channel_id in self._allowed:
            return ""
        try:
            channel = await self._directory.channel_lately(channel_id)
        except SlackError:
            return _UNSURE
        return _OUTSIDERS.format(name=channel.name or channel_id) if channel.shared else ""
