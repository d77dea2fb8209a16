"""No file from outside is read yet: whoever adds the first one (a bank file) meets these, and bounds it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
#: What reads files of others, or runs what they hold. XML's entities can grow without bound or fetch addresses.
READERS = {"xml", "lxml", "pickle", "marshal", "shelve", "zipfile", "tarfile", "ofxtools", "mt940", "pycamt"}
#: What writes sheets, each with how a cell that begins like a formula is made text.
SHEETS = {"bot/verbs_audit.py": "bot/domain/spreadsheet.py"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ("bot", "handlers", "reminders"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The modules that a file imports, whole names."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_nothing_reads_files_of_others() -> None:
    found = {
        f"{name}: {module}"
        for name, tree in sources()
        for module in imported(tree)
        if module.split(".")[0] in READERS
    }
    assert not found


@pytest.mark.parametrize("name", ["manifest.yml", "manifest.http.yml"])
def test_slack_gives_us_no_files(name: str) -> None:
    manifest = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    assert scopes
    assert not [scope for scope in scopes if scope.startswith("files:")]


def test_no_form_takes_a_file() -> None:
    texts = {node.value for _, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert "plain_text_input" in texts, "block types are written out"
    assert "file_input" not in texts


def test_every_sheet_makes_formulas_text() -> None:
    writes = {name for name, tree in sources() if imported(tree) & {"csv", "xlsxwriter", "openpyxl"}}
    assert writes == set(SHEETS)
    for name, guard in SHEETS.items():
        module = guard.removesuffix(".py").replace("/", ".")
        assert module in imported(ast.parse((ROOT / name).read_text(encoding="utf-8")))
