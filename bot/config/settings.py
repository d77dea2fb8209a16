"""Settings from the environment or ``.env``. Every name, its meaning and default stand in docs/settings.md."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.errors import Misconfigured
from bot.domain.hosts import is_loopback

#: Where settings stand that are not in the environment: in the directory that Duebot is started in.
ENV_FILE = Path(".env")
_SYNCRO_PATH = "/api/v1"
_TOKEN = re.compile(r"xox[a-z]-|xapp-")
_MISSING = {
    "SLACK_BOT_TOKEN": "copy the Bot User OAuth Token (it begins with xoxb-) from your Slack app's OAuth page",
    "SLACK_SIGNING_SECRET": "copy the Signing Secret from your Slack app's Basic Information page, "
    "or set SLACK_APP_TOKEN to use Socket Mode",
    "SYNCRO_BASE_URL": "write https://SUBDOMAIN.syncromsp.com/api/v1 with your own subdomain",
    "SYNCRO_API_KEY": "make an API token in Syncro under Admin, API Tokens",
}


def _base_address(text: str) -> str:
    """``text`` without trailing slashes. Raises ``ValueError`` unless it is https, or http on this machine."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError("is no web address: write it as https://HOST/PATH") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("is no web address: write it as https://HOST/PATH")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("would send secrets unencrypted: write https instead of http")
    if _TOKEN.search(text):
        raise ValueError("holds a Slack token: that belongs into SLACK_BOT_TOKEN or SLACK_APP_TOKEN")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a plain address: leave out names, passwords and anything after ? or #")
    return text.rstrip("/")


def _syncro_address(text: str) -> str:
    base = _base_address(text)
    if not base.endswith(_SYNCRO_PATH):
        raise ValueError(f"must end in {_SYNCRO_PATH}: write https://SUBDOMAIN.syncromsp.com{_SYNCRO_PATH}")
    return base


def _slack_address(text: str) -> str:
    return _base_address(text) + "/"


def _no_token(held: str | Path) -> str | Path:
    """What is shown to people and in messages, so it must not be a token that was put into the wrong place."""
    if _TOKEN.search(str(held)):
        raise ValueError("holds a Slack token: that belongs into SLACK_BOT_TOKEN or SLACK_APP_TOKEN")
    return held


def _database(text: str) -> str:
    if text.startswith("sqlite:///") and text != "sqlite:///":
        return text
    if text.startswith("postgresql://"):
        return text
    raise ValueError("is no database address: write sqlite:///duebot.db, or sqlite:////absolute/path.db")


def _bot_token(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith("xoxb-"):
        raise ValueError("is no bot token: " + _MISSING["SLACK_BOT_TOKEN"])
    return secret


def _app_token(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith("xapp-"):
        raise ValueError(
            "is no app-level token: make one (it begins with xapp-, scope connections:write) on your "
            "Slack app's Basic Information page"
        )
    return secret


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", secret.get_secret_value()):
        raise ValueError("must be at least 16 letters, digits, - or _: it is the last part of a web address")
    return secret


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """What it takes to speak with Slack. ``app_token`` set means Socket Mode, else HTTP with the signing secret."""

    bot_token: SecretStr
    signing_secret: SecretStr | None
    app_token: SecretStr | None
    api_url: str


@dataclass(frozen=True, slots=True)
class SyncroAccess:
    """What it takes to speak with Syncro. ``base_url`` ends in ``/api/v1``."""

    base_url: str
    api_key: SecretStr
    shape: Literal["auto", "guide", "openapi"]


class Settings(BaseSettings):
    """All settings. Secrets never show in ``repr``, logs or errors. Waits are in seconds."""

    model_config = SettingsConfigDict(
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = Field(
        None, validation_alias="SLACK_BOT_TOKEN"
    )
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_app_token: Annotated[SecretStr, AfterValidator(_app_token)] | None = Field(
        None, validation_alias="SLACK_APP_TOKEN"
    )
    slack_api_url: Annotated[str, AfterValidator(_slack_address)] = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL"
    )
    syncro_base_url: Annotated[str, AfterValidator(_syncro_address)] | None = Field(
        None, validation_alias="SYNCRO_BASE_URL"
    )
    syncro_api_key: SecretStr | None = Field(None, validation_alias="SYNCRO_API_KEY")
    syncro_api_shape: Annotated[Literal["auto", "guide", "openapi"], BeforeValidator(_lower)] = Field(
        "auto", validation_alias="SYNCRO_API_SHAPE"
    )
    syncro_per_minute: int = Field(180, ge=1, le=100_000, validation_alias="DUEBOT_SYNCRO_PER_MINUTE")
    database_url: Annotated[str, AfterValidator(_no_token), AfterValidator(_database)] = Field(
        "sqlite:///duebot.db", validation_alias="DATABASE_URL", repr=False
    )
    policy: Annotated[Path, AfterValidator(_no_token)] = Field(
        Path("policy.yml"), validation_alias="DUEBOT_POLICY"
    )
    host: Annotated[str, AfterValidator(_no_token)] = Field("127.0.0.1", validation_alias="DUEBOT_HOST")
    port: int = Field(3000, ge=0, le=65_535, validation_alias="DUEBOT_PORT")
    slack_per_second: int = Field(500, ge=1, le=100_000, validation_alias="DUEBOT_SLACK_PER_SECOND")
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = Field(
        None, validation_alias="DUEBOT_WEBHOOK_SECRET"
    )
    audit_key: SecretStr | None = Field(None, validation_alias="DUEBOT_AUDIT_KEY")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", validation_alias="DUEBOT_LOG_LEVEL"
    )
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = Field(
        "console", validation_alias="DUEBOT_LOG_FORMAT"
    )
    readback_first_seconds: Seconds = Field(60, validation_alias="DUEBOT_READBACK_FIRST_SECONDS")
    readback_gap_seconds: Seconds = Field(30, validation_alias="DUEBOT_READBACK_GAP_SECONDS")
    syncro_timeout_seconds: Seconds = Field(20, validation_alias="DUEBOT_SYNCRO_TIMEOUT_SECONDS")
    tick_seconds: Seconds = Field(30, validation_alias="DUEBOT_TICK_SECONDS")

    @classmethod
    def load(cls, env_file: Path | None = ENV_FILE) -> Self:
        """Settings from the environment, then from ``env_file``.

        Raises ``Misconfigured`` naming every bad setting and its cure.
        """
        settings, unusable = cls.salvage(env_file)
        if unusable:
            raise Misconfigured(_sentence([f"{name} {words}" for name, words in unusable.items()]))
        return settings

    @classmethod
    def salvage(cls, env_file: Path | None) -> tuple[Self, Mapping[str, str]]:
        """The settings that can be used, and by name what is wrong with each other one, which keeps its default.

        Raises ``Misconfigured`` when ``env_file`` can't be read.
        """
        try:
            return cls._read(env_file), {}
        except ValidationError as error:
            unusable = dict(_problem(detail) for detail in error.errors())
        defaults = {
            name: field.default
            for field in cls.model_fields.values()
            if (name := str(field.validation_alias)) in unusable
        }
        return cls._read(env_file, **defaults), unusable

    @classmethod
    def _read(cls, env_file: Path | None, **instead: object) -> Self:
        try:
            return cls(**{"_env_file": env_file, **instead})  # type: ignore[arg-type]  # one of many kinds by name
        except UnicodeDecodeError:
            raise Misconfigured(f"{env_file} is not UTF-8 text: save it as UTF-8.") from None
        except OSError as error:
            raise Misconfigured(
                f"{env_file} can't be read ({error.strerror}): let the user who runs Duebot read it."
            ) from None

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached by Socket Mode (an app token is set) and not by HTTP."""
        return self.slack_app_token is not None

    def require_slack(self) -> SlackAccess:
        """What Slack needs. Raises ``Misconfigured`` naming each missing setting and its cure."""
        missing = self._missing_for_slack()
        if self.slack_bot_token is None or missing:
            raise _not_set(missing)
        return SlackAccess(
            self.slack_bot_token, self.slack_signing_secret, self.slack_app_token, self.slack_api_url
        )

    def require_syncro(self) -> SyncroAccess:
        """What Syncro needs. Raises ``Misconfigured`` naming each missing setting and its cure."""
        if self.syncro_base_url is None or self.syncro_api_key is None:
            raise _not_set(self._missing_for_syncro())
        return SyncroAccess(self.syncro_base_url, self.syncro_api_key, self.syncro_api_shape)

    def require_both(self) -> tuple[SyncroAccess, SlackAccess]:
        """What the bot needs to run; a missing setting of either is named in one sentence."""
        missing = [*self._missing_for_syncro(), *self._missing_for_slack()]
        if missing:
            raise _not_set(missing)
        return self.require_syncro(), self.require_slack()

    @property
    def listens_locally(self) -> bool:
        """Whether only this machine reaches what listens on ``host``."""
        return is_loopback(self.host)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, to be kept out of what is logged or shown."""
        held = (getattr(self, name) for name in type(self).model_fields)
        kept = tuple(one.get_secret_value() for one in held if isinstance(one, SecretStr))
        password = urlsplit(self.database_url).password
        return (*kept, password) if password else kept

    @property
    def missing(self) -> Mapping[str, str]:
        """What the bot needs to run and isn't set: how to come by it, by name."""
        names = [*self._missing_for_syncro(), *self._missing_for_slack()]
        return {name: _MISSING[name] for name in names}

    def _missing_for_slack(self) -> list[str]:
        missing = []
        if self.slack_bot_token is None:
            missing.append("SLACK_BOT_TOKEN")
        if self.slack_signing_secret is None and self.slack_app_token is None:
            missing.append("SLACK_SIGNING_SECRET")
        return missing

    def _missing_for_syncro(self) -> list[str]:
        settings = {"SYNCRO_BASE_URL": self.syncro_base_url, "SYNCRO_API_KEY": self.syncro_api_key}
        return [name for name, value in settings.items() if value is None]


def _not_set(missing: Sequence[str]) -> Misconfigured:
    return Misconfigured(_sentence([f"{name} is not set: {_MISSING[name]}" for name in missing]))


def _problem(detail: ErrorDetails) -> tuple[str, str]:
    """A bad setting's name and what is wrong with it. The value itself is left out: it may be a secret."""
    name = str(detail["loc"][0])
    words = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return name, words
    return name, f"is not usable: {words[:1].lower()}{words[1:]}"


def _sentence(problems: Sequence[str]) -> str:
    return "; ".join(problems) + ". Set it in the environment or in .env."
