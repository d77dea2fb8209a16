"""The house's lines: who may import whom, what the ground stands on, and that nothing happens on import."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from importlinter import cli

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "reminders", "sandbox")
LONGEST = 400
OUTSIDE_WORLD = {
    *("asyncio", "http", "logging", "os", "pathlib", "random", "secrets", "selectors", "shutil", "signal"),
    *("socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time"),
}
CLOCKS_AND_VOICES = {"now", "utcnow", "today", "open", "print", "input"}

IGNORE = re.compile(r"#\s*(noqa|type:\s*ignore|pragma|ruff:)")
REASONED = re.compile(r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z-]+\])[\s#–-]+\w.*\w")

IMPORT_EVERYTHING = """
import importlib, os, sys, threading

root, *modules = sys.argv[1:]
loud = {"socket.__new__", "socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen", "os.system",
        "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "urllib.Request"}
heard = []
importing = ""

def hook(event, arguments):
    if event in loud:
        heard.append(f"{importing}: {event} {arguments!r}")
    if event == "open":
        path, mode, flags = arguments
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        text = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
        ours = text.startswith(root) and not text.startswith(sys.prefix) and not text.endswith((".py", ".pyc"))
        if writes or ours:
            heard.append(f"{importing}: open {text}")

sys.addaudithook(hook)
for importing in modules:
    importlib.import_module(importing)
    if threading.active_count() > 1:
        heard.append(f"{importing}: started a thread")
        break
print("\\n".join(heard))
"""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("bot", include_external_packages=True, cache_dir=None)


def test_floors_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_domain_stands_on_the_standard_library_alone(graph: grimp.ImportGraph) -> None:
    for module in {"bot.domain", *graph.find_descendants("bot.domain")}:
        for imported in graph.find_modules_directly_imported_by(module):
            known = imported.startswith("bot.domain") or imported in sys.stdlib_module_names
            assert known, f"{module} imports {imported}"
            assert imported not in OUTSIDE_WORLD, f"{module} imports {imported}: the domain does no I/O"


def test_what_is_imported_is_asked_for() -> None:
    graph = grimp.build_graph(*ROOMS, include_external_packages=True, cache_dir=None)
    outside = {name.split(".")[0] for name in graph.modules} - set(ROOMS) - sys.stdlib_module_names
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[\[<>=~! ]", one)[0].lower() for one in asked}
    sources_of = packages_distributions()
    unasked = {
        one
        for one in outside
        if not names & {name.lower().replace("_", "-") for name in sources_of.get(one, [])}
    }
    assert not unasked, f"pyproject.toml doesn't ask for {unasked}"


def test_the_domain_reads_no_clock_and_speaks_to_nobody() -> None:
    for path in sorted((ROOT / "bot" / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                assert name not in CLOCKS_AND_VOICES, f"{path.name}:{node.lineno} calls {name}()"


def test_bot_itself_imports_nothing() -> None:
    tree = ast.parse((ROOT / "bot" / "__init__.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_no_file_is_two_rooms() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()
    }
    assert not {str(path): length for path, length in lengths.items() if length > LONGEST}


def test_no_module_is_a_drawer_for_anything() -> None:
    assert not [path for path in sources() if path.stem in {"utils", "util", "helpers", "misc", "common"}]


def test_nothing_happens_on_import() -> None:
    modules = [module_name(path) for path in sources()]
    run = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_EVERYTHING, str(ROOT), *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == ""


def test_every_ignore_names_what_it_ignores_and_why() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if IGNORE.search(line) and not REASONED.search(line)
    ]
    assert not bare, "\n".join(bare)
