"""The way by which Slack reaches the bot: Socket Mode, or HTTP with signed requests."""

import re
from collections.abc import Sequence

from bot.config import Settings
from bot.doctor.asking import ask, said
from bot.doctor.finding import Finding, fail, ok, skipped
from bot.domain.errors import SlackRefused
from bot.slack.client import Slack
from bot.slack.probe import ask_for_socket
from bot.slack.scopes import APP_SCOPE

_SOCKET = "Socket Mode"
_SIGNED = "signing secret"
_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")
#: An app-level token names its app.
_APP_TOKEN = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-.+")


async def look_at_way_in(settings: Settings, app_id: str = "", reachable: bool = True) -> Sequence[Finding]:
    """Whether Slack's requests can arrive. ``app_id`` is the app of the bot token, empty when it isn't known."""
    if settings.slack_app_token is None:
        return _signing_secret(settings)
    if not reachable:
        return [skipped(_SOCKET, "Slack can't be reached")]
    token = settings.slack_app_token.get_secret_value()
    return await ask("Slack", _SOCKET, _socket(token, settings.slack_api_url, app_id))


async def _socket(token: str, api_url: str, app_id: str) -> Sequence[Finding]:
    slack = Slack.connect(token, api_url)
    try:
        await ask_for_socket(slack)
    except SlackRefused as error:
        why = {
            "missing_scope": f"the token lacks the scope {APP_SCOPE}",
            "invalid_auth": "Slack doesn't know the token",
            "token_revoked": "the token was revoked",
        }.get(error.code, f"Slack offers no connection ({said(error.code)})")
        return [
            fail(
                _SOCKET,
                why,
                f"Make an app-level token with the scope {APP_SCOPE} on your Slack app's Basic Information page, set "
                "SLACK_APP_TOKEN to it, and see that Socket Mode is switched on.",
            )
        ]
    finally:
        await slack.close()
    named = _APP_TOKEN.fullmatch(token)
    if named and app_id and named[1] != app_id:
        return [
            fail(
                _SOCKET,
                f"SLACK_APP_TOKEN belongs to the app {named[1]}, but SLACK_BOT_TOKEN to {app_id}",
                "Copy both tokens from the pages of one and the same Slack app.",
            )
        ]
    return [ok(_SOCKET, "Slack offers a connection, so no public address is needed")]


def _signing_secret(settings: Settings) -> Sequence[Finding]:
    """Its form. Whether it is set at all is the settings' own check."""
    if settings.slack_signing_secret is None:
        return []
    if not _SIGNING_SECRET.fullmatch(settings.slack_signing_secret.get_secret_value()):
        return [
            fail(
                _SIGNED,
                "it isn't the 32 digits and letters a to f that Slack gives out, so every click would be refused",
                "Copy the Signing Secret from your Slack app's Basic Information page into SLACK_SIGNING_SECRET.",
            )
        ]
    return [ok(_SIGNED, "has the right form; only a click in Slack shows whether it is this app's")]
