"""What an interaction gives the bot for a while: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.slack import limits
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Ephemeral


@dataclass
class Trigger:
    """Permission to open one modal for a person; `view_id`: the modal that it was made in."""

    user: str
    expires: datetime
    view_id: str | None = None
    spent: bool = False


class Triggers:
    """Trigger ids: three seconds, used once (Slack's documented limit)."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._life = timedelta(seconds=seconds)
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        trigger_id = f"{len(self._issued) + 1}.{secrets.token_hex(8)}"
        self._issued[trigger_id] = Trigger(user, self._clock.now() + self._life, view_id)
        return trigger_id

    def spend(self, trigger_id: str) -> Trigger:
        """Use it up; SlackError `invalid_trigger_id`, `exchanged_trigger_id`, `expired_trigger_id`."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.spent:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.spent = True
        return trigger


@dataclass
class ResponseUrl:
    """Where an answer to one interaction may be sent.

    `ephemeral` or `ts` is the message that the interaction came from, which the answer may replace.
    """

    user: str
    channel: str
    expires: datetime
    ts: str | None = None
    ephemeral: Ephemeral | None = None
    uses: int = 0


class ResponseUrls:
    """Response URLs: five uses within thirty minutes (Slack's documented limit)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, ResponseUrl] = {}

    def issue(
        self, user: str, channel: str, ts: str | None = None, ephemeral: Ephemeral | None = None
    ) -> str:
        """The secret last part of a new URL."""
        key = secrets.token_urlsafe(18)
        expires = self._clock.now() + timedelta(minutes=limits.RESPONSE_URL_MINUTES)
        self._issued[key] = ResponseUrl(user, channel, expires, ts, ephemeral)
        return key

    def use(self, key: str) -> ResponseUrl:
        """Count one use; SlackError `expired_url`, `used_url`."""
        issued = self._issued.get(key)
        if issued is None or self._clock.now() > issued.expires:
            raise SlackError("expired_url")
        if issued.uses >= limits.RESPONSE_URL_USES:
            raise SlackError("used_url")
        issued.uses += 1
        return issued
