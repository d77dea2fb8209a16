"""`duebot run` with a wrong setting: one sentence that names it and its cure, and exit status 1."""

import socket
from pathlib import Path

import pytest

WRONG = {
    "no Syncro": ({"SYNCRO_BASE_URL": None, "SYNCRO_API_KEY": None}, "SYNCRO_BASE_URL is not set"),
    "no signing secret": ({"SLACK_SIGNING_SECRET": None}, "SLACK_SIGNING_SECRET is not set"),
    "plain http": ({"SYNCRO_BASE_URL": "http://example.com/api/v1"}, "write https instead of http"),
    "no policy": ({"DUEBOT_POLICY": "none.yml"}, "none.yml"),
    "bad bot token": ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Check SLACK_BOT_TOKEN"),
    "bad app token": ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Set SLACK_APP_TOKEN"),
    "no folder": ({"DATABASE_URL": "sqlite:///none/bot.db"}, "DATABASE_URL"),
    "PostgreSQL": ({"DATABASE_URL": "postgresql://localhost/duebot"}, "PostgreSQL is not in this version"),
    "bad number": ({"DUEBOT_PORT": "three"}, "DUEBOT_PORT"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_setting(duebot, name):
    changes, expected = WRONG[name]
    told = await duebot("run", **changes)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("duebot: ")
    assert expected in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


async def test_a_typo_in_the_policy_names_its_line(duebot, tmp_path: Path):
    text = (tmp_path / "policy.yml").read_text().replace("ladder:", "laddder:", 1)
    (tmp_path / "policy.yml").write_text(text)
    told = await duebot("run")
    line = 1 + text.splitlines().index("laddder:")
    assert told.exit_code == 1
    assert "laddder" in told.stderr
    assert f"line {line}" in told.stderr or f":{line}" in told.stderr


async def test_another_programs_database_is_left_alone(duebot, tmp_path: Path):
    other = tmp_path / "letter.txt"
    other.write_text("This is no database. " * 100)
    told = await duebot("run", DATABASE_URL=f"sqlite:///{other}")
    assert (told.exit_code, "letter.txt" in told.stderr) == (1, True)
    assert other.read_text().startswith("This is no database.")


async def test_slack_out_of_reach_is_said_as_such(duebot):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{one.getsockname()[1]}/api/"
        told = await duebot("run", SLACK_API_URL=nobody)
    assert told.exit_code == 1
    assert "can't start without Slack" in told.stderr
    assert "SLACK_BOT_TOKEN" not in told.stderr
