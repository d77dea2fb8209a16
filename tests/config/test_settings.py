"""Settings come from the environment or .env, and every mistake is named with its cure."""

import os
from pathlib import Path

import pytest

from bot.config import Settings
from bot.domain.errors import Misconfigured

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_SIGNING_SECRET": "made-up-signing",
    "SYNCRO_BASE_URL": "https://northwind.syncromsp.com/api/v1",
    "SYNCRO_API_KEY": "made-up-key",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("SLACK_", "SYNCRO_", "DUEBOT_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def mistake(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(monkeypatch, **values)
    return caught.value.sentence


def test_defaults_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.syncro_api_shape == "auto"
    assert settings.database_url == "sqlite:///duebot.db"
    assert settings.policy == Path("policy.yml")
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert (settings.log_level, settings.log_format) == ("info", "console")
    assert (settings.readback_first_seconds, settings.readback_gap_seconds) == (60, 30)
    assert (settings.syncro_timeout_seconds, settings.tick_seconds) == (20, 30)
    assert settings.webhook_secret is None
    assert settings.audit_key is None


def test_a_dot_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DUEBOT_PORT=4000\nDUEBOT_HOST=0.0.0.0\nSOMETHING_ELSE=1\n")
    settings = load(monkeypatch, DUEBOT_PORT="5000")
    assert (settings.host, settings.port) == ("0.0.0.0", 5000)


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, DUEBOT_PORT="", SLACK_APP_TOKEN="").port == 3000


def test_every_bad_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = mistake(
        monkeypatch,
        DUEBOT_PORT="many",
        SYNCRO_API_SHAPE="soap",
        DATABASE_URL="mysql://x",
        DUEBOT_TICK_SECONDS="0",
    )
    for name in ("DUEBOT_PORT", "SYNCRO_API_SHAPE", "DATABASE_URL", "DUEBOT_TICK_SECONDS"):
        assert name in said
    assert "sqlite:///duebot.db" in said


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "0"])
def test_a_wait_is_a_positive_number(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    assert "DUEBOT_READBACK_GAP_SECONDS" in mistake(monkeypatch, DUEBOT_READBACK_GAP_SECONDS=number)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8123/api/v1",
        "http://localhost:1/api/v1/",
        "http://[::1]:1/api/v1",
        GOOD["SYNCRO_BASE_URL"],
    ],
)
def test_base_addresses_that_may_carry_a_key(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert load(monkeypatch, SYNCRO_BASE_URL=address).syncro_base_url == address.rstrip("/")


@pytest.mark.parametrize(
    ("address", "cure"),
    [
        ("http://northwind.syncromsp.com/api/v1", "https instead of http"),
        ("http://127.0.0.1.example.com/api/v1", "https instead of http"),
        ("https://northwind.syncromsp.com", "must end in /api/v1"),
        ("https://me:word@northwind.syncromsp.com/api/v1", "plain address"),
        ("https://northwind.syncromsp.com:x/api/v1", "no web address"),
        ("northwind", "no web address"),
        ("ftp://northwind.syncromsp.com/api/v1", "no web address"),
    ],
)
def test_base_addresses_that_may_not(monkeypatch: pytest.MonkeyPatch, address: str, cure: str) -> None:
    said = mistake(monkeypatch, SYNCRO_BASE_URL=address)
    assert said.startswith("SYNCRO_BASE_URL ")
    assert cure in said


def test_slacks_address_is_https_too_and_ends_in_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SLACK_API_URL" in mistake(monkeypatch, SLACK_API_URL="http://slack.example.com/api")
    assert (
        load(monkeypatch, SLACK_API_URL="http://127.0.0.1:9/api").slack_api_url == "http://127.0.0.1:9/api/"
    )


def test_swapped_tokens_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    said = mistake(monkeypatch, SLACK_BOT_TOKEN="xapp-hush", SLACK_APP_TOKEN="xoxb-hush")
    assert "SLACK_BOT_TOKEN is no bot token" in said
    assert "SLACK_APP_TOKEN is no app-level token" in said


def test_secrets_show_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hush" not in mistake(monkeypatch, SLACK_BOT_TOKEN="hush", DUEBOT_WEBHOOK_SECRET="hush hush")
    shown = repr(
        load(
            monkeypatch,
            SLACK_BOT_TOKEN="xoxb-hush",
            SLACK_SIGNING_SECRET="hush",
            SLACK_APP_TOKEN="xapp-hush",
            SYNCRO_API_KEY="hush",
            DUEBOT_WEBHOOK_SECRET="hush-hush-hush-hush",
            DUEBOT_AUDIT_KEY="hush",
            DATABASE_URL="postgresql://duebot:hush@db/duebot",
        )
    )
    assert "hush" not in shown


def test_syncro_alone_is_enough_for_what_needs_only_syncro(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, SYNCRO_BASE_URL=GOOD["SYNCRO_BASE_URL"], SYNCRO_API_KEY=GOOD["SYNCRO_API_KEY"]
    )
    syncro = settings.require_syncro()
    assert syncro.api_key.get_secret_value() == "made-up-key"
    assert syncro.base_url == GOOD["SYNCRO_BASE_URL"]
    with pytest.raises(Misconfigured, match="SLACK_BOT_TOKEN is not set"):
        settings.require_slack()


def test_all_that_is_missing_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(monkeypatch).require_both()
    for name in GOOD:
        assert f"{name} is not set: " in caught.value.sentence


def test_the_signing_secret_is_needed_for_http_only(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, SLACK_BOT_TOKEN="xoxb-made-up")
    assert not settings.socket_mode
    with pytest.raises(Misconfigured, match="SLACK_SIGNING_SECRET is not set"):
        settings.require_slack()
    settings = load(monkeypatch, SLACK_APP_TOKEN="xapp-made-up")
    assert settings.socket_mode
    assert settings.require_slack().app_token is not None


def test_both_are_given_when_all_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    syncro, slack = load(monkeypatch, **GOOD).require_both()
    assert slack.bot_token.get_secret_value() == "xoxb-made-up"
    assert syncro.shape == "auto"


def test_what_can_be_used_is_salvaged_from_what_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "DUEBOT_PORT": "three", "SLACK_BOT_TOKEN": "xoxp-of-a-person"}.items():
        monkeypatch.setenv(name, value)
    settings, unusable = Settings.salvage(None)
    assert set(unusable) == {"DUEBOT_PORT", "SLACK_BOT_TOKEN"}
    assert unusable["SLACK_BOT_TOKEN"].startswith("is no bot token: ")
    assert "xoxp" not in str(unusable)
    assert (settings.port, settings.slack_bot_token) == (3000, None)
    assert settings.require_syncro().base_url == GOOD["SYNCRO_BASE_URL"]


def test_every_good_setting_is_salvaged_with_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DUEBOT_PORT=4000\n")
    settings, unusable = Settings.salvage(Path(".env"))
    assert (settings.port, unusable) == (4000, {})


def test_what_is_missing_is_named_with_how_to_come_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, SYNCRO_API_KEY="made-up-key", SLACK_APP_TOKEN="xapp-made-up")
    assert set(settings.missing) == {"SYNCRO_BASE_URL", "SLACK_BOT_TOKEN"}
    assert "syncromsp.com" in settings.missing["SYNCRO_BASE_URL"]


def test_every_secret_is_known_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "SYNCRO_API_KEY",
        "DUEBOT_AUDIT_KEY",
    )
    begins = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}
    values = {name: f"{begins.get(name, '')}made-up-{name.lower()}" for name in names}
    values["DUEBOT_WEBHOOK_SECRET"] = "made-up-webhook-secret"
    settings = load(monkeypatch, **values)
    assert set(settings.secrets) == set(values.values())
    assert not any(secret in repr(settings) for secret in settings.secrets)


def test_a_file_that_may_not_be_read_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    Path(".env").write_text("DUEBOT_PORT=4000\n")
    monkeypatch.setattr("pydantic_settings.sources.providers.dotenv.dotenv_values", refuse)
    with pytest.raises(Misconfigured, match=r"\.env can't be read \(Permission denied\)"):
        Settings.load()
