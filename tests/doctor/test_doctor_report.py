"""How findings look: aligned lines with marks for a person, whatever the terminal can show; JSON for a program."""

import io
import json

import pytest
from rich.console import Console

from bot.doctor.finding import Finding, fail, ok, skipped, warn
from bot.doctor.report import as_json, show, summary

FINDINGS = [
    ok("Slack token", "accepted in the workspace Northwind IT"),
    warn("Syncro's reminders", "the policy doesn't say “off” or “on”", "Write syncro: {own_reminders: off}."),
    fail("read payments", "the key lacks “Payments – View List”", "Let a Syncro admin give it to the key."),
    skipped("channels", "the policy can't be used"),
]


def shown(findings: list[Finding], encoding: str = "utf-8", **console: object) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    given = {"highlight": False, "color_system": None, **console}
    for finding in findings:
        show(finding, Console(file=file, **given))
    file.flush()
    return raw.getvalue().decode(encoding)


def test_one_line_each_and_the_cure_indented_below() -> None:
    assert shown(FINDINGS).splitlines() == [
        "✓  Slack token          accepted in the workspace Northwind IT",
        "!  Syncro's reminders   the policy doesn't say “off” or “on”",
        "                        → Write syncro: {own_reminders: off}.",
        "✗  read payments        the key lacks “Payments – View List”",
        "                        → Let a Syncro admin give it to the key.",
        "·  channels             skipped, because the policy can't be used",
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_is_spared_it(encoding: str) -> None:
    lines = shown([*FINDINGS, ok("Slack token", "Bücher ☕")], encoding).splitlines()
    assert lines[0].startswith("ok Slack token")
    assert lines[3] == 'X  read payments        the key lacks "Payments - View List"'
    assert lines[4].startswith(" " * 24 + "-> Let")
    assert lines[5].startswith("-  channels")
    assert all(line.isascii() for line in lines[:-1])
    assert lines[-1].endswith("B?cher ?" if encoding == "ascii" else "Bücher ?")


def test_a_narrow_terminal_breaks_lines_under_themselves_and_a_pipe_does_not() -> None:
    long = fail("Slack scopes", "so long a line " * 8, "so long a cure " * 8)
    broken = shown([long], width=80, force_terminal=True).splitlines()
    assert len(broken) > 4
    assert max(map(len, broken)) <= 80
    assert all(line.startswith(" " * 24) for line in broken[1:])
    assert len(shown([long], width=80).splitlines()) == 2


def test_colours_only_where_there_is_a_terminal() -> None:
    assert "\x1b[" in shown(FINDINGS, force_terminal=True, color_system="standard", width=200)
    assert "\x1b" not in shown(FINDINGS)


def test_what_a_server_says_does_not_drive_the_terminal() -> None:
    hostile = ok("Slack token", "in the workspace \x1b[2J\x07Evil\r\nINC [bold]")
    assert shown([hostile]) == "✓  Slack token          in the workspace [2J Evil INC [bold]\n"


def test_the_last_line_counts_and_says_where_to_begin() -> None:
    again = fail("read payments", "twice", "…")
    assert summary([*FINDINGS, again]) == (
        "5 checks: 1 fine, 1 to look at, 2 failed, 1 skipped. Mend first: read payments."
    )
    assert summary(FINDINGS[:1]) == "1 checks: 1 fine."


def test_json_has_four_fields() -> None:
    listed = json.loads(as_json(FINDINGS))
    assert [one["state"] for one in listed] == ["ok", "warn", "fail", "skipped"]
    assert listed[1]["cure"] == "Write syncro: {own_reminders: off}."
    assert as_json([]) == "[]"
