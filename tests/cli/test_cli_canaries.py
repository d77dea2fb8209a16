"""No secret is ever printed: not by a verb, not when it stands in the wrong setting, not when the bot crashes."""

import asyncio
import base64
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bot.config import Settings
from sandbox.demo import demo_policy

CANARY = "xoxb-canary-4711-never-show-this"
NAMES = [str(field.validation_alias) for field in Settings.model_fields.values()]
SECRETS = {
    "SLACK_BOT_TOKEN": CANARY,
    "SLACK_SIGNING_SECRET": "canary-signing-4711",
    "SLACK_APP_TOKEN": "xapp-canary-4711",
    "SYNCRO_API_KEY": "canary-syncro/+key=4711",
    "DUEBOT_WEBHOOK_SECRET": "canary-webhook-4711",
    "DUEBOT_AUDIT_KEY": "canary-audit-4711",
    "DATABASE_URL": "postgresql://duebot:canary-database-4711@localhost/duebot",
}
PASSWORD = "canary-database-4711"
ROOT = Path(__file__).parents[2]
guide = pytest.mark.parametrize("stage", ["guide"], indirect=True)
VERBS = [
    ["run"],
    ["sync"],
    ["digest"],
    ["sweep"],
    ["explain", "1042"],
    ["proposals", "list"],
    ["automatic"],
    ["doctor"],
]


def forms_of(secret: str) -> set[str]:
    """A secret as it is, and as it can look on its way."""
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), repr(secret)[1:-1]}


@guide
async def test_a_secret_in_the_wrong_setting_is_not_shown(duebot: Any, stage: Any) -> None:
    """Slack can't be reached, so that no run comes further than its settings."""
    for name in NAMES:
        told = await duebot("run", **{"SLACK_API_URL": "http://127.0.0.1:9/api/", name: CANARY})
        assert told.exit_code == 1, name
        assert CANARY not in f"{told.stdout}\n{told.stderr}\n{told.exception!r}", name


def shows_none(told: str) -> None:
    for secret in (*SECRETS.values(), PASSWORD):
        for form in forms_of(secret):
            assert form not in told


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("bot.db*"))


@guide
@pytest.mark.parametrize("level", ["debug", "info"])
async def test_no_verb_shows_a_secret(duebot: Any, stage: Any, level: str, tmp_path: Path) -> None:
    """None of the keys is right, so each verb fails somewhere else."""
    for words in VERBS:
        changes = {**SECRETS, "DUEBOT_LOG_LEVEL": level, "DATABASE_URL": "sqlite:///bot.db"}
        told = await duebot(*words, **changes)
        shows_none(f"{told.stdout}\n{told.stderr}\n{told.exception!r}")
    assert b"canary" not in files_of(tmp_path)


CRASH = """
import bot.app
from bot.__main__ import main

async def start(settings, policy):
    held = [one.get_secret_value() for one in (settings.slack_bot_token, settings.syncro_api_key)]
    try:
        raise KeyError(held[0])
    except KeyError:
        raise RuntimeError(f"deep in a library: Authorization: Bearer {held[1]}, {settings.secrets}")

bot.app.App.start = start
main()
"""


@guide
async def test_a_crash_shows_no_secret(stage: Any, tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text(demo_policy())
    given = {**stage.settings(), **SECRETS, "DATABASE_URL": "sqlite:///bot.db"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CRASH, "run"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 1
    assert "RuntimeError: deep in a library: Authorization: [hidden]" in err.decode()
    assert "KeyError" in err.decode()
    shows_none(out.decode() + err.decode())


def test_settings_say_no_secret_of_themselves() -> None:
    settings = Settings.model_validate(SECRETS)
    access = (settings.require_slack(), settings.require_syncro() if settings.syncro_base_url else None)
    for said in (repr(settings), str(settings), repr(access), repr(settings.model_dump()["slack_bot_token"])):
        assert "canary" not in said
    assert set(settings.secrets) >= {*SECRETS.values()} - {SECRETS["DATABASE_URL"]} | {PASSWORD}
