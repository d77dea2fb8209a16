"""The channels of the policy: whether the bot can post there, and who would read along."""

import asyncio
from collections.abc import Sequence

from bot.doctor.finding import Finding, fail, ok, warn
from bot.domain.policy import Policy
from bot.slack.directory import Channel, Directory


def purposes(policy: Policy) -> dict[str, list[str]]:
    """Every channel that Duebot posts to by itself, with what for."""
    found: dict[str, list[str]] = {}
    for digest in policy.digests:
        found.setdefault(digest.channel, []).append("digest")
    for purpose in ("approvals", "escalation", "failures"):
        channel = getattr(policy.channels, purpose)
        if channel:
            found.setdefault(channel, []).append(purpose)
    return {channel: list(dict.fromkeys(whys)) for channel, whys in found.items()}


async def look_at_channels(policy: Policy, directory: Directory) -> Sequence[Finding]:
    """One finding for each channel. Raises ``SlackError``."""
    wanted, allowed = purposes(policy), policy.channels.allow_shared
    others = sorted(allowed - set(wanted))
    channels = await asyncio.gather(*map(directory.channel, [*wanted, *others]))
    if not channels:
        return [
            warn(
                "channels",
                "the policy names none, so no digest is posted and failures are only on App Home",
                "Name a channel under digest and under channels.failures in the policy.",
            )
        ]
    posting, only_allowed = channels[: len(wanted)], channels[len(wanted) :]
    return [
        *(_posting(channel, wanted[channel.id], channel.id in allowed) for channel in posting),
        *(_unknown(channel, "channels.allow_shared") for channel in only_allowed if not channel.known),
    ]


def _posting(channel: Channel, whys: Sequence[str], allowed: bool) -> Finding:
    check, why = f"channel {channel.id}", ", ".join(whys)
    # A channel that is shared with a customer often bears their name.
    name = "it" if channel.shared else f"#{channel.name}"
    if not channel.known:
        return _unknown(channel, why)
    if channel.archived:
        return fail(
            check,
            f"{name} ({why}) is archived, so nothing can be posted",
            f"Unarchive it in Slack, or put another channel's id in place of {channel.id}.",
        )
    if not channel.member:
        return fail(check, f"Duebot is not in {name} ({why})", f"Type /invite @Duebot in {name}.")
    if channel.shared and not allowed:
        return fail(
            check,
            f"other organisations or guests read along in {name} ({why}), so nothing is posted",
            f"Choose a channel of your own people instead. If it is meant, list {channel.id} under "
            "channels.allow_shared.",
        )
    along = "; others read along, as channels.allow_shared permits" if channel.shared else ""
    return ok(check, f"{why}: {'shared' if channel.shared else name}, Duebot is in it{along}")


def _unknown(channel: Channel, why: str) -> Finding:
    return fail(
        f"channel {channel.id}",
        f"there is no {channel.id} ({why}), or it is private and Duebot is not in it",
        "If it is private, type /invite @Duebot there. Else copy the right id from the channel's details.",
    )
