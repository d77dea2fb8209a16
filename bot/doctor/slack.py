"""The Slack app: its token, its scopes, and what the policy names in its workspace."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.config import Settings
from bot.doctor.approvals import look_at_approvals
from bot.doctor.asking import DEADLINE, ask, said, trouble
from bot.doctor.channels import look_at_channels
from bot.doctor.finding import Finding, fail, ok, skipped, warn
from bot.doctor.network import why_unreachable
from bot.doctor.people import has_groups, look_at_groups, look_at_people
from bot.doctor.way_in import look_at_way_in
from bot.domain.errors import SlackError, SlackNotSent, SlackRefused
from bot.domain.policy import Policy
from bot.slack.client import Identity, Slack
from bot.slack.directory import Directory
from bot.slack.probe import UserGroup, app_of_bot, user_groups
from bot.slack.scopes import BOT_SCOPES

_TOKEN = "Slack token"  # noqa: S105 - the name of a check
_SCOPES = "Slack scopes"
_COPY = (
    "Copy the Bot User OAuth Token (it begins with xoxb-) from your Slack app's OAuth & Permissions page into "
    "SLACK_BOT_TOKEN."
)
_INSTALL_AGAIN = "Install the app to its workspace again and copy the new token into SLACK_BOT_TOKEN."
_REFUSALS = {
    "invalid_auth": ("Slack doesn't know this token", _COPY),
    "not_authed": ("Slack doesn't know this token", _COPY),
    "token_revoked": ("the token was revoked", _INSTALL_AGAIN),
    "token_expired": ("the token has expired", _INSTALL_AGAIN),
    "account_inactive": ("the app was removed from its workspace", _INSTALL_AGAIN),
}
#: Of many missing scopes the first few say enough; docs/slack-scopes.md has the rest.
_LOSSES_TOLD = 2
_OF_POLICY = ("people", "user groups", "second person", "channels")


@dataclass(frozen=True, slots=True)
class SlackSeen:
    """What was found, and Slack's clock minus ours (``None`` when it didn't tell)."""

    findings: Sequence[Finding]
    skew: timedelta | None = None


async def look_at_slack(settings: Settings, policy: Policy | None) -> SlackSeen:
    """Looks at the token first: without it, Slack tells nothing else. Changes nothing and posts nothing."""
    if settings.slack_bot_token is None:
        way = await look_at_way_in(settings)
        return SlackSeen([*way, *_blocked("SLACK_BOT_TOKEN can't be used")])
    slack = Slack.connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        return await _look(slack, settings, policy)
    finally:
        await slack.close()


async def _look(slack: Slack, settings: Settings, policy: Policy | None) -> SlackSeen:
    try:
        async with asyncio.timeout(DEADLINE):
            identity = await slack.identity()
        skew = None if identity.answered_at is None else identity.answered_at - datetime.now(UTC)
    except (SlackError, TimeoutError) as error:
        token = await _no_token(error, settings)
        way = await look_at_way_in(settings, reachable=isinstance(error, SlackRefused))
        return SlackSeen([token, *way, *_blocked("Slack can't be asked")])
    if not identity.team_id:
        foreign = fail(_TOKEN, "what answers isn't Slack", "Check SLACK_API_URL, or take it out.")
        return SlackSeen([foreign, *_blocked("Slack can't be asked")])
    way, of_policy = await asyncio.gather(
        look_at_way_in(settings, await _app_id(slack, identity)), _look_at_policy(slack, identity, policy)
    )
    token = ok(_TOKEN, f"accepted in the workspace {identity.team or identity.team_id}")
    return SlackSeen([token, _scopes(identity), *way, *of_policy], skew)


def _blocked(because: str) -> list[Finding]:
    return [skipped(check, because) for check in (_SCOPES, *_OF_POLICY)]


async def _no_token(error: SlackError | TimeoutError, settings: Settings) -> Finding:
    match error:
        case SlackRefused():
            unknown = (f"Slack doesn't accept the token ({said(error.code)})", _COPY)
            return fail(_TOKEN, *_REFUSALS.get(error.code, unknown))
        case SlackNotSent():
            why, cure = await why_unreachable(settings.slack_api_url, "SLACK_API_URL (if it is set)")
            return fail(_TOKEN, f"Slack can't be reached: {why}", cure)
        case SlackError():
            return trouble("Slack", _TOKEN, error)
        case _:
            return fail(
                _TOKEN,
                f"Slack doesn't answer within {DEADLINE:.0f} seconds",
                "Check this machine's network, and SLACK_API_URL if it is set.",
            )


async def _app_id(slack: Slack, identity: Identity) -> str:
    """The app of the bot token; empty text when Slack doesn't tell: it only serves a comparison."""
    try:
        async with asyncio.timeout(DEADLINE):
            return await app_of_bot(slack, identity.bot_id)
    except (SlackError, TimeoutError):
        return ""


def _scopes(identity: Identity) -> Finding:
    if not identity.scopes:
        return warn(
            _SCOPES,
            "Slack didn't say which ones the token has",
            "Compare your Slack app's OAuth & Permissions page with docs/slack-scopes.md.",
        )
    missing = [scope for scope in BOT_SCOPES if scope not in identity.scopes]
    if missing:
        names = ", ".join(missing)
        losses = "; ".join(f"can't {BOT_SCOPES[scope]}" for scope in missing[:_LOSSES_TOLD])
        return fail(
            _SCOPES,
            f"without {names} Duebot {losses}{' …' * (len(missing) > _LOSSES_TOLD)}",
            f"Add {names} under Bot Token Scopes on your Slack app's OAuth & Permissions page, and install the app "
            "to its workspace again.",
        )
    return ok(_SCOPES, f"all {len(BOT_SCOPES)} that Duebot needs")


def _lacking(identity: Identity, *needed: str) -> str:
    """Why something that needs these scopes can't be looked at, or empty text."""
    missing = [scope for scope in needed if identity.scopes and scope not in identity.scopes]
    return f"the token lacks the scope {missing[0]}" if missing else ""


async def _unless(
    why_not: str, check: str, look: Callable[[], Awaitable[Sequence[Finding]]]
) -> Sequence[Finding]:
    return [skipped(check, why_not)] if why_not else await ask("Slack", check, look())


async def _look_at_policy(slack: Slack, identity: Identity, policy: Policy | None) -> list[Finding]:
    """People, groups and channels of the policy, as far as the token's scopes let them be looked at."""
    if policy is None:
        return [skipped(check, "the policy can't be used") for check in _OF_POLICY]
    directory = Directory(slack, identity.team_id)
    people_unseen = _lacking(identity, "users:read")
    channels_unseen = _lacking(identity, "channels:read", "groups:read", "users:read")
    (of_groups, groups), people, channels = await asyncio.gather(
        _look_at_groups(slack, identity, policy),
        _unless(people_unseen, "people", lambda: look_at_people(policy, directory)),
        _unless(channels_unseen, "channels", lambda: look_at_channels(policy, directory)),
    )
    unseen = people_unseen or ("the user groups couldn't be read" if groups is None else "")
    second = await _unless(
        unseen, "second person", lambda: look_at_approvals(policy, directory, groups or {})
    )
    return [*people, *of_groups, *second, *channels]


async def _look_at_groups(
    slack: Slack, identity: Identity, policy: Policy
) -> tuple[Sequence[Finding], Mapping[str, UserGroup] | None]:
    """What is wrong with the policy's user groups, and all of the workspace's; ``None`` when they can't be read."""
    if not has_groups(policy):
        return look_at_groups(policy, {}), {}
    read: list[Mapping[str, UserGroup]] = []

    async def look() -> Sequence[Finding]:
        read.append(await user_groups(slack))
        return look_at_groups(policy, read[0])

    found = await _unless(_lacking(identity, "usergroups:read"), "user groups", look)
    return found, read[0] if read else None
