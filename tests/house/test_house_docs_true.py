"""The documentation names what there is: commands, verbs, metrics, reasons, files; and its links lead somewhere."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import cli
from bot.domain.commands import NOT_YET, OVERDUE_SUBCOMMANDS, STATUSES, SUBCOMMANDS
from bot.domain.contacts import Reason
from bot.domain.roles import Role
from bot.views import ids
from sandbox.syncro.faults import KINDS

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS, OPERATING, LADDER, ARCHITECTURE, SANDBOX = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("commands", "operating", "ladder", "architecture", "sandbox")
)
VERBS = get_command(cli).commands  # type: ignore[attr-defined]  # a group, since there are several verbs
#: Every verb and the verbs of a group, such as "audit export", with their options.
WHOLE = VERBS | {
    f"{name} {word}": command
    for name, group in VERBS.items()
    for word, command in getattr(group, "commands", {}).items()
}
FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def first_cells(text: str) -> set[str]:
    """Everything in code type in the first cells of the tables."""
    cells = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return {code for cell in cells for code in re.findall(r"`([^`]+)`", cell)}


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.is_file(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leads out of the project"
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), f"{link}: no such heading"


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in reached:
            continue
        reached.add(document)
        links = (link.partition("#")[0] for link in LINK.findall(document.read_text(encoding="utf-8")))
        waiting += [(document.parent / link).resolve() for link in links if link.endswith(".md")]
    assert set(DOCS) <= reached


@pytest.mark.parametrize("row", [*SUBCOMMANDS, *OVERDUE_SUBCOMMANDS], ids=lambda row: row.usage)
def test_every_command_is_documented(row: object) -> None:
    usage, example, summary = (getattr(row, name) for name in ("usage", "example", "summary"))
    assert f"| `{usage}` | `{example}` | {summary} |" in COMMANDS


def test_every_documented_command_exists() -> None:
    known = {row.usage for row in (*SUBCOMMANDS, *OVERDUE_SUBCOMMANDS)}
    assert {cell for cell in first_cells(COMMANDS) if cell.startswith("/")} == known


def test_what_is_not_there_yet_is_owned_up_to() -> None:
    said = COMMANDS.partition("## Not yet")[2]
    told = {f"/invoice {name}" for name in NOT_YET}
    assert set(re.findall(r"`(/[^`]+)`", said)) == told


def test_the_readme_owns_up_to_the_same_and_names_every_verb() -> None:
    has, _, lacks = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What does not work yet")
    row = next(line for line in lacks.splitlines() if line.startswith("- `/invoice "))
    named = re.findall(r"`(?:/invoice |/overdue )?([a-z-]+)`", row)
    assert named == list(NOT_YET)
    terminal = has.partition("- **Terminal**")[2]
    assert all(re.search(rf"`(duebot )?{verb}`", terminal) for verb in VERBS)


def test_statuses_and_roles_are_documented() -> None:
    assert all(f"`{status}`" in COMMANDS for status in STATUSES)
    rows = re.findall(r"^\| (\w+) \|", COMMANDS.partition("## Roles")[2], re.MULTILINE)
    assert rows == ["role", *(role.label for role in Role if role is not Role.NONE)]


def test_every_verb_is_documented() -> None:
    assert {cell.split()[1] for cell in first_cells(OPERATING) if cell.startswith("duebot ")} == set(VERBS)


@pytest.mark.parametrize("verb", WHOLE)
def test_every_option_of_a_verb_is_documented(verb: str) -> None:
    said = OPERATING.partition("## From the terminal")[2]
    _, _, word = verb.partition(" ")
    for option in WHOLE[verb].params:
        argument = option.param_type_name == "argument"
        way = (
            f"{word} {option.opts[0].upper().rstrip('S')}"
            if word
            else f"duebot {verb} {option.opts[0].upper()}"
        )
        ways = [way] if argument else option.opts
        assert any(re.search(rf"[` ]{name}\b", said) for name in ways), option.opts


@pytest.mark.parametrize("document", DOCS, ids=name_of)
def test_commands_in_blocks_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [
        line for block in FENCE.findall(document.read_text(encoding="utf-8")) for line in block.splitlines()
    ]
    for line in lines:
        words = line.split()
        if words[:1] == ["make"]:
            assert words[1] in targets, line
        if words[:1] == ["duebot"]:
            assert words[1] in VERBS, line
            verb = " ".join(words[1:3]) if " ".join(words[1:3]) in WHOLE else words[1]
            options = {name for option in WHOLE[verb].params for name in option.opts}
            assert {word for word in words if word.startswith("--")} <= options, line
        if words[:1] and words[0].startswith("/"):
            assert words[0] in {"/invoice", "/overdue"}, line


def test_every_metric_and_route_is_documented() -> None:
    code = (ROOT / "bot" / "use_cases" / "vitals.py").read_text(encoding="utf-8")
    metrics = set(re.findall(r'"(duebot_\w+)"', code))
    assert metrics
    assert {cell for cell in first_cells(OPERATING) if cell.startswith("duebot_")} == metrics
    routes = set(re.findall(r'\("(/\w+)", routes', (ROOT / "bot" / "front.py").read_text(encoding="utf-8")))
    assert {cell.removeprefix("GET ") for cell in first_cells(OPERATING) if cell.startswith("GET")} == routes


def test_every_reason_of_the_ladder_is_documented() -> None:
    told = set(re.findall(r"`([a-z_]+)`", LADDER.partition("## What stops it")[2].partition("\n## ")[0]))
    assert {reason.value for reason in Reason} <= told


def test_every_fault_is_documented() -> None:
    assert first_cells(SANDBOX) == set(KINDS)


@pytest.mark.parametrize("document", DOCS, ids=name_of)
def test_named_files_and_folders_exist(document: Path) -> None:
    named = re.findall(
        r"`((?:bot|handlers|reminders|sandbox|docs|tests|benchmarks|soak)/[\w./*-]*)`",
        document.read_text(encoding="utf-8"),
    )
    for path in named:
        assert list(ROOT.glob(path.rstrip("/"))), path


def test_every_room_is_in_the_architecture() -> None:
    rooms = {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}
    assert rooms
    assert all(f"`bot/{room}/`" in ARCHITECTURE for room in rooms)


def test_shortcuts_are_named_as_in_the_manifest() -> None:
    manifest = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    for callback in (ids.SHORTCUT_NEW, ids.SHORTCUT_PAY, ids.SHORTCUT_MESSAGE):
        named = re.search(rf"- name: (.+)\n.*\n\s+callback_id: {re.escape(callback)}", manifest)
        assert named
        assert f"**{named[1]}**" in COMMANDS


def test_pictures_are_small() -> None:
    pictures = [path for path in (ROOT / "docs" / "images").iterdir() if path.suffix in {".png", ".svg"}]
    assert pictures
    assert all(path.stat().st_size < 300_000 for path in pictures)
